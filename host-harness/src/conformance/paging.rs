//! Listings end, tell the same each time, and tell each thing in one way.

use std::collections::{BTreeMap, BTreeSet};

use governance_contract::ids;
use governance_contract::model::Resource;

use super::asking::shown;
use super::rule::{Outcome, Rule, Verdict};
use super::told::Told;
use super::walk::Walk;

const ENDS: Rule = Rule {
    id: "listings-end",
    sentence: "every listing ends",
};
const TOKENS: Rule = Rule {
    id: "tokens-do-not-repeat",
    sentence: "no page token leads back to a page that was read",
};
const SAME: Rule = Rule {
    id: "same-twice",
    sentence: "reading everything twice tells the same, if nothing changed meanwhile",
};
const ONE_WAY: Rule = Rule {
    id: "told-in-one-way",
    sentence: "what is told twice in one reading is told the same, but for its parent",
};
const ONE_TENANT: Rule = Rule {
    id: "one-tenant",
    sentence: "all pages are of one tenant",
};

/// Judges two full readings.
pub(super) fn outcomes(told: &Told<'_>, first: &Walk, again: &Walk) -> Vec<Outcome> {
    let skipped = || Verdict::skipped("not every listing ended");
    let complete = first.circles.is_empty() && first.endless.is_empty();
    vec![
        ENDS.kept(Verdict::failed(each_once(&first.endless))),
        TOKENS.kept(Verdict::failed(each_once(&first.circles))),
        SAME.kept(match complete {
            true => same(first, again),
            false => skipped(),
        }),
        ONE_WAY.kept(one_way(told)),
        ONE_TENANT.kept(one_tenant(first)),
    ]
}

fn each_once(names: &[String]) -> impl Iterator<Item = String> {
    let names: BTreeSet<_> = names.iter().cloned().collect();
    names.into_iter()
}

fn same(first: &Walk, again: &Walk) -> Verdict {
    let (first, again) = (facts(first), facts(again));
    let only = |one: &Facts, other: &Facts, which: &str| -> Vec<String> {
        let missing = one.keys().filter(|key| !other.contains_key(*key));
        missing
            .map(|key| format!("{key} is told in the {which} reading only"))
            .collect()
    };
    let changed = first.iter().filter(|(key, contents)| {
        let other = again.get(*key);
        other.is_some_and(|other| other != *contents)
    });
    let changed = changed.map(|(key, _)| format!("{key} is told in another way"));
    let missing = only(&first, &again, "first");
    let besides = only(&again, &first, "second");
    Verdict::failed(missing.into_iter().chain(besides).chain(changed))
}

/// What was told of each thing, by its name for people. In a set, since calls
/// come in another order if a page does.
type Facts = BTreeMap<String, BTreeSet<String>>;

fn facts(walk: &Walk) -> Facts {
    let mut facts = Facts::new();
    let mut tell = |name: String, content: String| {
        facts.entry(name).or_default().insert(content);
    };
    for (_, page) in walk.pages() {
        for it in &page.resources {
            // Being used changes nothing.
            let timeless = Resource {
                last_use: None,
                ..it.clone()
            };
            tell(
                format!("resource {}", shown(&it.id)),
                format!("{timeless:?}"),
            );
        }
        for it in &page.entitlements {
            let id = ids::entitlement(&it.resource, &it.slug);
            tell(format!("entitlement {id}"), format!("{it:?}"));
        }
        for it in &page.grants {
            let id = ids::grant(&it.resource, &it.slug, &it.principal);
            tell(format!("grant {id}"), format!("{it:?}"));
        }
        for it in &page.gaps {
            let scope = format!("{:?}", it.scope);
            tell(format!("gap of {}", it.surface), scope);
        }
    }
    facts
}

/// The attributes are all else that an answer tells: another answer may tell
/// less, but then it depends on their order what is kept.
fn one_way(told: &Told<'_>) -> Verdict {
    let mut broken = Vec::new();
    let mut lesser = Vec::new();
    for it in &told.tellings {
        let fields = told
            .find(&it.id)
            .map_or(Vec::new(), |stands| differences(stands, it));
        let finding = format!(
            "{} is told with another {}",
            shown(&it.id),
            fields.join(", ")
        );
        match &*fields {
            [] => {}
            ["attributes"] => lesser.push(finding),
            _ => broken.push(finding),
        }
    }
    for it in &told.listed {
        if told
            .entitlement(&it.resource, &it.slug)
            .is_some_and(|stands| stands != *it)
        {
            let id = ids::entitlement(&it.resource, &it.slug);
            broken.push(format!("{id} is told in two ways"));
        }
    }
    match broken.is_empty() {
        true => Verdict::warned(lesser),
        false => Verdict::failed(broken),
    }
}

/// The fields in which two tellings of a resource differ, but for its parent and
/// its last use.
pub(super) fn differences(one: &Resource, other: &Resource) -> Vec<&'static str> {
    let fields = [
        ("id", one.id != other.id),
        ("aliases", one.aliases != other.aliases),
        ("hint", one.hint != other.hint),
        ("name", one.name != other.name),
        ("description", one.description != other.description),
        ("status", one.status != other.status),
        ("manager", one.managed_by != other.managed_by),
        ("creation time", one.created_at != other.created_at),
        ("expiry", one.expires_at != other.expires_at),
        ("account", one.account != other.account),
        ("secret", one.secret != other.secret),
        ("permissions", one.permissions != other.permissions),
        ("attributes", one.attributes != other.attributes),
    ];
    let differing = fields.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(field, _)| field).collect()
}

fn one_tenant(walk: &Walk) -> Verdict {
    let tenants: BTreeSet<_> = walk
        .pages()
        .filter_map(|(_, it)| it.tenant.as_ref())
        .collect();
    let many = (tenants.len() > 1).then(|| {
        let tenants: Vec<_> = tenants.iter().map(|it| it.as_str()).collect();
        format!("pages are of {}", tenants.join(" and "))
    });
    Verdict::failed(many)
}

#[cfg(test)]
mod tests {
    use governance_contract::connector::Page;
    use governance_contract::manifest::Description;
    use governance_contract::model::{LastUse, Status};
    use governance_contract::samples::{
        description, entitlement, grant, id, resource, resource_type,
    };

    use super::super::fixtures::{granting, page, walk};
    use super::*;

    fn example() -> Description {
        description(vec![resource_type("user")])
    }

    fn verdict_of(outcomes: &[Outcome], rule: Rule) -> &'static str {
        let found = outcomes.iter().find(|it| it.rule == rule);
        found.unwrap().verdict.name()
    }

    #[test]
    fn a_listing_that_does_not_end_is_named_and_not_compared() {
        let description = example();
        let mut first = walk(vec![]);
        let judged = |first: &Walk| outcomes(&Told::new(&description, first), first, &walk(vec![]));
        assert_eq!(verdict_of(&judged(&first), ENDS), "passed");
        assert_eq!(verdict_of(&judged(&first), TOKENS), "passed");
        first.circles = vec!["the list of user".into(); 2];
        first.endless = vec!["the list of user".into()];
        let judged = judged(&first);
        assert_eq!(verdict_of(&judged, ENDS), "failed");
        assert_eq!(verdict_of(&judged, TOKENS), "failed");
        assert_eq!(verdict_of(&judged, SAME), "skipped");
    }

    #[test]
    fn a_second_reading_tells_the_same_whatever_the_order() {
        let (ada, bob) = (resource("user", "ada"), resource("user", "bob"));
        let used = Resource {
            last_use: Some(LastUse {
                at: 1,
                using: "login".into(),
            }),
            ..ada.clone()
        };
        let disabled = Resource {
            status: Status::Disabled,
            ..ada.clone()
        };
        let granted = grant(ada.id.clone(), "friend", bob.id.clone());
        let first = walk(vec![page(vec![ada.clone(), bob.clone()])]);
        for (again, expected) in [
            (vec![page(vec![bob.clone()]), page(vec![used])], "passed"),
            (vec![page(vec![ada.clone()])], "failed"),
            (vec![page(vec![disabled, bob.clone()])], "failed"),
            (vec![granting(vec![ada, bob], vec![granted])], "failed"),
        ] {
            assert_eq!(same(&first, &walk(again)).name(), expected);
        }
    }

    #[test]
    fn what_is_told_twice_differs_in_its_parent_only() {
        let description = example();
        let ada = resource("user", "ada");
        let below = Resource {
            parent: Some(id("user", "boss")),
            ..ada.clone()
        };
        let renamed = Resource {
            name: "Countess".into(),
            ..ada.clone()
        };
        let lesser = Resource {
            attributes: r#"{"a":1}"#.into(),
            ..ada.clone()
        };
        for (second, expected) in [(below, "passed"), (renamed, "failed"), (lesser, "warned")] {
            let walk = walk(vec![page(vec![ada.clone()]), page(vec![second])]);
            assert_eq!(one_way(&Told::new(&description, &walk)).name(), expected);
        }
        let mut renamed = entitlement(ada.id.clone(), "friend");
        renamed.name = "Foe".into();
        let listed = |entitlements| Page {
            entitlements,
            ..page(vec![ada.clone()])
        };
        let plain = entitlement(ada.id.clone(), "friend");
        let walk = walk(vec![listed(vec![plain, renamed])]);
        assert_eq!(one_way(&Told::new(&description, &walk)).name(), "failed");
    }

    #[test]
    fn two_tenants_are_one_too_many() {
        let of = |tenant: &str| Page {
            tenant: Some(tenant.into()),
            ..Page::default()
        };
        assert_eq!(
            one_tenant(&walk(vec![of("a"), of("a"), page(vec![])])),
            Verdict::Passed
        );
        assert_eq!(one_tenant(&walk(vec![of("a"), of("b")])).name(), "failed");
    }
}
