//! Which of several things a name means. Pure.
//!
//! | the best of | wins over |
//! |---|---|
//! | the id, or an alias of it | any name, whatever could not be read |
//! | the name as it is written, or the e-mail address | the same name in other case |
//! | what is in use | what is archived |
//!
//! Two that are equally good are one too many. By name, also one is too many
//! where not all could be read.

use std::collections::BTreeMap;

use governance_contract::model::{Resource, ResourceId, Status};

use super::error::{Candidate, NamingError};
use super::grammar;

/// How a text fits a thing; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Id,
    Name,
    Folded,
}

/// So near that somebody may have meant it, of 1.
const NEAR: f64 = 0.7;
/// So many near names are told.
const MOST_NEAR: usize = 5;

/// How a text fits a resource.
pub(super) fn fit(resource: &Resource, text: &str) -> Option<Fit> {
    let own_type = &resource.id.resource_type;
    let mut aliases = resource.aliases.iter();
    let is_alias = aliases.any(|it| it.resource_type == *own_type && it.id == text);
    if resource.id.id == text || is_alias {
        return Some(Fit::Id);
    }
    // Who is called like somebody's address is not who has it.
    if resource.account.is_some() && grammar::is_email(text) {
        return has_email(resource, text).then_some(Fit::Name);
    }
    fit_name(&resource.name, text)
}

/// How a text fits a name.
pub(super) fn fit_name(name: &str, text: &str) -> Option<Fit> {
    if name == text {
        return Some(Fit::Name);
    }
    (name.to_lowercase() == text.to_lowercase()).then_some(Fit::Folded)
}

/// Whether an account has this e-mail address.
pub(super) fn has_email(resource: &Resource, address: &str) -> bool {
    let folded = address.to_lowercase();
    let mut emails = resource.account.iter().flat_map(|it| &it.emails);
    emails.any(|it| it.address.to_lowercase() == folded)
}

/// What was found for a name, and what is missing from the search.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub(super) fitting: Vec<(Fit, Resource)>,
    pub(super) near: Vec<Resource>,
    pub(super) searched: Vec<String>,
    pub(super) missing: Vec<String>,
}

impl Search {
    /// Looks at one resource.
    pub(super) fn look(&mut self, resource: &Resource, text: &str) {
        match fit(resource, text) {
            Some(fit) => self.fitting.push((fit, resource.clone())),
            None if is_near(&resource.name, text) && self.near.len() < MOST_NEAR => {
                self.near.push(resource.clone());
            }
            None => {}
        }
    }

    /// Whether the id was found, so that nothing else matters.
    pub(super) fn is_decided(&self) -> bool {
        self.fitting.iter().any(|(fit, _)| *fit == Fit::Id)
    }

    /// The one thing that is meant.
    pub(super) fn decide(self, wanted: &str) -> Result<Resource, NamingError> {
        let best = self.fitting.iter().map(|(fit, _)| *fit).min();
        let mut found = self.best(best);
        if best != Some(Fit::Id) && !self.missing.is_empty() {
            return Err(NamingError::Incomplete {
                wanted: wanted.to_owned(),
                missing: self.missing,
                candidates: found.iter().map(Candidate::from).collect(),
            });
        }
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(last), false) => Err(NamingError::Ambiguous {
                wanted: wanted.to_owned(),
                candidates: found.iter().chain([&last]).map(Candidate::from).collect(),
            }),
            (None, _) => Err(NamingError::NotFound {
                wanted: wanted.to_owned(),
                searched: self.searched,
                near: self.near.iter().map(Candidate::from).collect(),
            }),
        }
    }

    /// Those that fit best, each once; archived ones only if there are no others.
    fn best(&self, best: Option<Fit>) -> Vec<Resource> {
        let fitting = self.fitting.iter().filter(|(fit, _)| Some(*fit) == best);
        let key = |id: &ResourceId| (id.resource_type.clone(), id.id.clone());
        let mut once: BTreeMap<_, Resource> = BTreeMap::new();
        for (_, resource) in fitting {
            let told = once
                .entry(key(&resource.id))
                .or_insert_with(|| resource.clone());
            // Told twice, the one with a parent stands.
            if told.parent.is_none() {
                told.clone_from(resource);
            }
        }
        let is_archived = |it: &Resource| it.status == Status::Archived;
        if !once.values().all(is_archived) {
            once.retain(|_, it| !is_archived(it));
        }
        once.into_values().collect()
    }
}

fn is_near(name: &str, text: &str) -> bool {
    let (name, text) = (name.to_lowercase(), text.to_lowercase());
    let part = text.len() > 2 && name.contains(&text);
    part || strsim::normalized_damerau_levenshtein(&name, &text) >= NEAR
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::{id, resource, user};

    use super::*;

    fn named(kind: &str, own: &str, name: &str) -> Resource {
        Resource {
            name: name.into(),
            ..resource(kind, own)
        }
    }

    fn decide(resources: &[Resource], missing: bool, text: &str) -> Result<String, NamingError> {
        let mut search = Search::default();
        resources.iter().for_each(|it| search.look(it, text));
        search.missing = missing
            .then(|| "groups: may not".to_owned())
            .into_iter()
            .collect();
        search.decide(text).map(|it| it.id.id)
    }

    #[test]
    fn the_better_fit_wins_and_equal_ones_are_too_many() {
        let archived = |it: Resource| Resource {
            status: Status::Archived,
            ..it
        };
        let alias = Resource {
            aliases: vec![id("role", "short"), id("user", "other")],
            ..named("role", "long", "Long")
        };
        let [a, b, c] = [("1", "Alpha"), ("2", "alpha"), ("Alpha", "Beta")]
            .map(|(own, name)| named("project", own, name));
        let two = Err("may mean 2 things");
        let none = Err("there is no");
        let unknown = Err("not all could be read");
        type Case<'a> = (&'a [&'a Resource], bool, &'a str, Result<&'a str, &'a str>);
        let old = archived(a.clone());
        let cases: &[Case<'_>] = &[
            (&[&a, &b, &c], false, "Alpha", Ok("Alpha")),
            (&[&a, &b, &c], true, "Alpha", Ok("Alpha")),
            (&[&a, &b], false, "Alpha", Ok("1")),
            (&[&a, &b], false, "ALPHA", two),
            (&[&a], false, "ALPHA", Ok("1")),
            (&[&a, &a], false, "Alpha", Ok("1")),
            (&[&a], true, "Alpha", unknown),
            (&[], true, "Alpha", unknown),
            (&[&old], false, "Alpha", Ok("1")),
            (
                &[&old, &named("project", "3", "Alpha")],
                false,
                "Alpha",
                Ok("3"),
            ),
            (&[&alias], false, "short", Ok("long")),
            (&[&alias], false, "other", none),
            (&[&a], false, "Gamma", none),
        ];
        for (resources, missing, text, expected) in cases {
            let resources: Vec<_> = resources.iter().map(|it| (*it).clone()).collect();
            match (decide(&resources, *missing, text), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, *expected, "{text}"),
                (Err(error), Err(part)) => {
                    assert!(error.to_string().contains(part), "{text}: {error}");
                }
                (found, expected) => panic!("{text}: {found:?} is not {expected:?}"),
            }
        }
    }

    #[test]
    fn near_names_are_told_with_what_was_not_found() {
        let engineers = named("group", "g", "Engineers");
        let error = decide(
            &[engineers, named("group", "h", "Sales")],
            false,
            "enginers",
        );
        let near = error.unwrap_err().candidates().to_vec();
        assert_eq!(near.len(), 1);
        assert_eq!(near[0].id, "g");
    }

    #[test]
    fn addresses_are_compared_without_case() {
        let ada = user("u", &["Ada@Example.com"]);
        assert!(has_email(&ada, "ada@example.COM"));
        assert!(!has_email(&ada, "bob@example.com"));
        assert!(!has_email(
            &resource("group", "ada@example.com"),
            "ada@example.com"
        ));
    }
}
