//! Exclusion groups: of their entitlements a principal holds one at a time,
//! directly, and one is the floor.

use std::collections::{BTreeMap, BTreeSet};

use governance_contract::ids;
use governance_contract::model::Directness;

use super::asking::shown;
use super::rule::{Outcome, Rule, Verdict};
use super::told::Told;

const ONE_AT_A_TIME: Rule = Rule {
    id: "exclusion-groups-hold",
    sentence: "nobody directly holds two entitlements of one exclusion group",
};
const ONE_FLOOR: Rule = Rule {
    id: "exclusion-one-default",
    sentence: "an exclusion group has at most one default",
};

const NO_GROUPS: &str = "there is no exclusion group";

/// Judges what a full reading told.
pub(super) fn outcomes(told: &Told<'_>) -> Vec<Outcome> {
    let groups = told.entitlements().filter(|it| it.exclusion.is_some());
    let groups = groups.count();
    vec![
        ONE_AT_A_TIME.kept(one_at_a_time(told).unless_empty(groups, NO_GROUPS)),
        ONE_FLOOR.kept(one_floor(told).unless_empty(groups, NO_GROUPS)),
    ]
}

/// Two at once is a finding about the service, never an error of the connector.
fn one_at_a_time(told: &Told<'_>) -> Verdict {
    let mut held: BTreeMap<(String, &str), BTreeSet<String>> = BTreeMap::new();
    for grant in &told.grants {
        let direct = grant.directness == Directness::Direct && !grant.pending;
        let entitlement = told.entitlement(&grant.resource, &grant.slug);
        let exclusion = entitlement.and_then(|it| it.exclusion.as_ref());
        if let Some(exclusion) = exclusion.filter(|_| direct) {
            let principal = told
                .find(&grant.principal)
                .map_or(&grant.principal, |it| &it.id);
            let held = held
                .entry((shown(principal), &exclusion.group))
                .or_default();
            held.insert(ids::entitlement(&grant.resource, &grant.slug));
        }
    }
    let many = held.into_iter().filter(|(_, held)| held.len() > 1);
    Verdict::warned(many.map(|((principal, group), held)| {
        let held: Vec<_> = held.into_iter().collect();
        format!(
            "{principal} holds {} of the group {group}",
            held.join(" and ")
        )
    }))
}

fn one_floor(told: &Told<'_>) -> Verdict {
    let mut floors: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for entitlement in told.entitlements() {
        if let Some(exclusion) = entitlement.exclusion.as_ref().filter(|it| it.is_default) {
            let id = ids::entitlement(&entitlement.resource, &entitlement.slug);
            floors.entry(&exclusion.group).or_default().insert(id);
        }
    }
    let many = floors.into_iter().filter(|(_, floors)| floors.len() > 1);
    Verdict::failed(many.map(|(group, floors)| {
        let floors: Vec<_> = floors.into_iter().collect();
        format!("the defaults of {group} are {}", floors.join(" and "))
    }))
}

#[cfg(test)]
mod tests {
    use governance_contract::connector::Page;
    use governance_contract::model::{Entitlement, Exclusion, Grant};
    use governance_contract::samples::{
        description, entitlement, grant, id, resource, resource_type,
    };

    use super::super::fixtures::walk;
    use super::*;

    fn in_group(slug: &str, is_default: bool) -> Entitlement {
        Entitlement {
            exclusion: Some(Exclusion {
                group: "role".into(),
                is_default,
            }),
            ..entitlement(id("team", "t"), slug)
        }
    }

    fn held(slug: &str) -> Grant {
        grant(id("team", "t"), slug, id("user", "ada"))
    }

    fn judged(
        rule: fn(&Told<'_>) -> Verdict,
        entitlements: Vec<Entitlement>,
        grants: Vec<Grant>,
    ) -> &'static str {
        let description = description(vec![resource_type("user"), resource_type("team")]);
        let walk = walk(vec![Page {
            resources: vec![resource("user", "ada"), resource("team", "t")],
            entitlements,
            grants,
            ..Page::default()
        }]);
        rule(&Told::new(&description, &walk)).name()
    }

    #[test]
    fn two_direct_grants_of_a_group_are_a_finding() {
        let entitlements = || vec![in_group("owner", false), in_group("reader", true)];
        let pending = Grant {
            pending: true,
            ..held("reader")
        };
        let inherited = Grant {
            directness: Directness::Inherited(Vec::new()),
            ..held("reader")
        };
        for (second, expected) in [
            (held("owner"), "passed"),
            (pending, "passed"),
            (inherited, "passed"),
            (held("reader"), "warned"),
        ] {
            let grants = vec![held("owner"), second];
            assert_eq!(judged(one_at_a_time, entitlements(), grants), expected);
        }
    }

    #[test]
    fn two_defaults_of_a_group_are_one_too_many() {
        let sound = vec![in_group("owner", false), in_group("reader", true)];
        assert_eq!(judged(one_floor, sound, Vec::new()), "passed");
        let broken = vec![in_group("owner", true), in_group("reader", true)];
        assert_eq!(judged(one_floor, broken, Vec::new()), "failed");
    }
}
