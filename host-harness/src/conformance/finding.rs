//! Resources found by a natural key, read one by one, or not there at all.

use governance_contract::connector::{Lookup, Page};
use governance_contract::faults::ErrorKind;
use governance_contract::model::{Account, Resource, ResourceId};

use super::asking::shown;
use super::paging::differences;
use super::rule::{Outcome, Rule, Verdict};
use crate::error::CallError;

const LOOKUPS: Rule = Rule {
    id: "lookups-find",
    sentence: "a resource is found by its e-mail address or log-in name, where its type declares such a lookup",
};
const NOBODY: Rule = Rule {
    id: "lookups-miss",
    sentence: "a key that nobody has finds nothing",
};
const AGREES: Rule = Rule {
    id: "get-finds",
    sentence: "`get-resource` reads what the listing shows, with the same name, status and account, in one page",
};
const DETAILS: Rule = Rule {
    id: "get-agrees",
    sentence: "`get-resource` tells all else as the listing does",
};
const MADE_UP: Rule = Rule {
    id: "get-misses",
    sentence: "`get-resource` of an id that does not exist is `not-found`",
};

/// Fields that `get-resource` has to tell like the listing.
const CORE: [&str; 4] = ["id", "name", "status", "account"];

/// A lookup that was made.
#[derive(Debug)]
pub(super) struct LookedUp {
    pub(super) resource_type: String,
    pub(super) lookup: Lookup,
    /// Who has this key; None if nobody has.
    pub(super) expected: Option<ResourceId>,
    pub(super) result: Result<Page, CallError>,
}

/// A resource that was read.
#[derive(Debug)]
pub(super) struct Got {
    pub(super) listed: Resource,
    pub(super) result: Result<Page, CallError>,
}

/// A made-up resource that was asked for.
#[derive(Debug)]
pub(super) struct MadeUp {
    pub(super) id: ResourceId,
    pub(super) result: Result<Page, CallError>,
}

/// The values that a resource is looked up by under a key, where this kit knows
/// what the key means.
pub(super) fn value(account: &Account, key: &str) -> Option<String> {
    match key {
        "email" => {
            let primary = account.emails.iter().find(|it| it.primary);
            let email = primary.or(account.emails.first())?;
            Some(email.address.clone())
        }
        "login" => account.login.clone(),
        _ => None,
    }
}

/// An id in the manner of another one that, as good as certainly, nothing has:
/// the second half of its letters and digits are moved on by some.
pub(super) fn made_up(like: &str) -> String {
    let count = like.chars().count();
    let moved = |(place, it): (usize, char)| match it {
        _ if place < count / 2 => it,
        'a'..='z' => turned(it, 'a', 26),
        'A'..='Z' => turned(it, 'A', 26),
        '0'..='9' => turned(it, '0', 10),
        _ => it,
    };
    like.chars().enumerate().map(moved).collect()
}

fn turned(it: char, first: char, count: u32) -> char {
    let place = (u32::from(it) - u32::from(first) + 7) % count;
    char::from_u32(u32::from(first) + place).unwrap_or(it)
}

/// Judges what was looked for.
pub(super) fn outcomes(looked_up: &[LookedUp], got: &[Got], made_up: &[MadeUp]) -> Vec<Outcome> {
    let (known, nobody): (Vec<_>, Vec<_>) = looked_up.iter().partition(|it| it.expected.is_some());
    const NO_LOOKUP: &str = "no type declares a lookup by e-mail or log-in name";
    const NO_RESOURCE: &str = "no resource was listed";
    vec![
        LOOKUPS
            .kept(found(&known).unless_empty(known.len(), "no listed resource can be looked up")),
        NOBODY.kept(missed(&nobody).unless_empty(nobody.len(), NO_LOOKUP)),
        AGREES.kept(read(got).unless_empty(got.len(), NO_RESOURCE)),
        DETAILS.kept(agrees(got).unless_empty(got.len(), NO_RESOURCE)),
        MADE_UP.kept(misses(made_up).unless_empty(made_up.len(), NO_RESOURCE)),
    ]
}

fn found(looked_up: &[&LookedUp]) -> Verdict {
    Verdict::failed(looked_up.iter().filter_map(|it| {
        let expected = it.expected.as_ref()?;
        let by = format!(
            "{} by {} {}",
            shown(expected),
            it.lookup.key,
            it.lookup.value
        );
        match &it.result {
            Err(error) => Some(format!("{by}: {error}")),
            Ok(page) if names(page, expected) => None,
            // It may be on a later page.
            Ok(page) if !page.next.is_empty() => None,
            Ok(_) => Some(format!("{by}: it is not found")),
        }
    }))
}

fn names(page: &Page, id: &ResourceId) -> bool {
    let mut resources = page.resources.iter();
    resources.any(|it| it.id == *id || it.aliases.contains(id))
}

fn missed(looked_up: &[&LookedUp]) -> Verdict {
    Verdict::failed(looked_up.iter().filter_map(|it| {
        let by = format!(
            "{} by {} {}",
            it.resource_type, it.lookup.key, it.lookup.value
        );
        match &it.result {
            Ok(page) => {
                let mut resources = page.resources.iter();
                let found = resources.find(|found| found.id.resource_type == it.resource_type)?;
                Some(format!("{by}: finds {}", shown(&found.id)))
            }
            Err(error) if error.kind() == Some(&ErrorKind::NotFound) => None,
            Err(error) => Some(format!("{by}: {error}")),
        }
    }))
}

fn read(got: &[Got]) -> Verdict {
    Verdict::failed(got.iter().filter_map(|it| {
        let name = shown(&it.listed.id);
        let page = match &it.result {
            Ok(page) => page,
            Err(error) => return Some(format!("{name}: {error}")),
        };
        let Some(told) = page.resources.iter().find(|told| told.id == it.listed.id) else {
            return Some(format!("{name} is not in the page"));
        };
        let mut fields = differences(&it.listed, told);
        fields.retain(|field| CORE.contains(field));
        match (fields.is_empty(), page.next.is_empty()) {
            (false, _) => Some(format!("{name} is told with another {}", fields.join(", "))),
            (true, false) => Some(format!("{name}: the page says that it goes on")),
            (true, true) => None,
        }
    }))
}

fn agrees(got: &[Got]) -> Verdict {
    Verdict::warned(got.iter().filter_map(|it| {
        let page = it.result.as_ref().ok()?;
        let told = page.resources.iter().find(|told| told.id == it.listed.id)?;
        let mut fields = differences(&it.listed, told);
        fields.retain(|field| !CORE.contains(field));
        let name = shown(&it.listed.id);
        (!fields.is_empty()).then(|| format!("{name} is told with another {}", fields.join(", ")))
    }))
}

fn misses(made_up: &[MadeUp]) -> Verdict {
    Verdict::failed(made_up.iter().filter_map(|it| match &it.result {
        Err(error) if error.kind() == Some(&ErrorKind::NotFound) => None,
        Err(error) => Some(format!("{}: {error}", shown(&it.id))),
        Ok(_) => Some(format!("{} is answered with a page", shown(&it.id))),
    }))
}

#[cfg(test)]
mod tests {
    use governance_contract::connector::Continuation;
    use governance_contract::model::Status;
    use governance_contract::samples::{id, resource, user};

    use super::super::fixtures::{failed, page};
    use super::*;

    fn looked_up(result: Result<Page, CallError>) -> LookedUp {
        LookedUp {
            resource_type: "user".into(),
            lookup: Lookup {
                key: "email".into(),
                value: "ada@example.com".into(),
            },
            expected: Some(id("user", "ada")),
            result,
        }
    }

    fn going_on(page: Page) -> Page {
        Page {
            next: vec![Continuation {
                token: "more".into(),
                covers: Vec::new(),
            }],
            ..page
        }
    }

    #[test]
    fn a_lookup_finds_who_has_the_key_and_nobody_else() {
        let ada = || page(vec![resource("user", "ada")]);
        for (result, hit, miss) in [
            (Ok(ada()), "passed", "failed"),
            (Ok(page(vec![])), "failed", "passed"),
            (Ok(going_on(page(vec![]))), "passed", "passed"),
            (Err(failed(ErrorKind::NotFound)), "failed", "passed"),
            (Err(failed(ErrorKind::Unsupported)), "failed", "failed"),
        ] {
            let looked_up = looked_up(result);
            assert_eq!(found(&[&looked_up]).name(), hit, "{looked_up:?}");
            assert_eq!(missed(&[&looked_up]).name(), miss, "{looked_up:?}");
        }
    }

    #[test]
    fn reading_one_resource_agrees_with_the_listing() {
        let ada = || resource("user", "ada");
        let disabled = Resource {
            status: Status::Disabled,
            ..ada()
        };
        let hinted = Resource {
            hint: Some("h".into()),
            ..ada()
        };
        for (result, core, details) in [
            (Ok(page(vec![ada()])), "passed", "passed"),
            (Ok(page(vec![disabled])), "failed", "passed"),
            (Ok(page(vec![hinted])), "passed", "warned"),
            (Ok(page(vec![])), "failed", "passed"),
            (Ok(going_on(page(vec![ada()]))), "failed", "passed"),
            (Err(failed(ErrorKind::NotFound)), "failed", "passed"),
        ] {
            let got = [Got {
                listed: ada(),
                result,
            }];
            assert_eq!(read(&got).name(), core, "{got:?}");
            assert_eq!(agrees(&got).name(), details, "{got:?}");
        }
    }

    #[test]
    fn what_does_not_exist_is_not_found() {
        for (result, expected) in [
            (Err(failed(ErrorKind::NotFound)), "passed"),
            (Err(failed(ErrorKind::Unsupported)), "failed"),
            (Ok(page(vec![])), "failed"),
        ] {
            let id = id("user", "nobody");
            assert_eq!(misses(&[MadeUp { id, result }]).name(), expected);
        }
    }

    #[test]
    fn a_made_up_id_looks_like_the_others() {
        for (like, expected) in [
            ("user-abc123", "user-hij890"),
            ("42", "49"),
            ("Zz-", "Zg-"),
            ("é", "é"),
            ("", ""),
        ] {
            assert_eq!(made_up(like), expected);
        }
    }

    #[test]
    fn an_account_is_looked_up_by_what_identifies_it() {
        let ada = user("ada", &["ada@example.com", "countess@example.com"]);
        let mut account = ada.account.unwrap();
        assert_eq!(value(&account, "email").as_deref(), Some("ada@example.com"));
        account.emails[0].primary = false;
        account.emails[1].primary = true;
        assert_eq!(
            value(&account, "email").as_deref(),
            Some("countess@example.com")
        );
        assert_eq!(value(&account, "login"), None);
        assert_eq!(value(&account, "shoe-size"), None);
    }
}
