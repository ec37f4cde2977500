//! What is named exists, or a gap leaves it open.

use governance_contract::ids;
use governance_contract::model::{Directness, Resource, ResourceId};

use super::asking::shown;
use super::rule::{Outcome, Rule, Verdict};
use super::told::Told;

const ENTITLEMENTS: Rule = Rule {
    id: "grants-entitlement-exists",
    sentence: "every grant is of an entitlement that is listed or static, or that a gap leaves open",
};
const PRINCIPALS: Rule = Rule {
    id: "grants-principal-exists",
    sentence: "every grant's principal is a listed resource, or a gap leaves it open",
};
const HOLDERS: Rule = Rule {
    id: "principals-may-hold",
    sentence: "a principal's type is one that the entitlement can be granted to, if the grant is neither pending nor immutable",
};
const PLACES: Rule = Rule {
    id: "entitlements-resource-exists",
    sentence: "every listed entitlement is on a listed resource, or a gap leaves it open",
};
const EXPANSIONS: Rule = Rule {
    id: "expansions-resolve",
    sentence: "a grant expands over entitlements that its principal has",
};
const OTHERS: Rule = Rule {
    id: "references-resolve",
    sentence: "parents and sources of inherited grants exist, or a gap leaves them open",
};
const OWNERS: Rule = Rule {
    id: "secret-owners-exist",
    sentence: "every secret's owner is a listed resource, or a gap leaves it open",
};

const NO_GRANTS: &str = "no grant was told";

/// Judges what a full reading told.
pub(super) fn outcomes(told: &Told<'_>) -> Vec<Outcome> {
    let grants = told.grants.len();
    let secrets = told
        .resources()
        .filter_map(|it| it.secret.as_ref()?.owner.as_ref());
    let secrets = secrets.count();
    let expanding = told.grants.iter().filter(|it| it.expands.is_some()).count();
    vec![
        ENTITLEMENTS.kept(entitlements(told).unless_empty(grants, NO_GRANTS)),
        PRINCIPALS.kept(principals(told).unless_empty(grants, NO_GRANTS)),
        HOLDERS.kept(holders(told).unless_empty(grants, NO_GRANTS)),
        PLACES.kept(places(told).unless_empty(told.listed.len(), "no entitlement was listed")),
        EXPANSIONS.kept(expansions(told).unless_empty(expanding, "no grant expands")),
        OTHERS.kept(others(told)),
        OWNERS.kept(owners(told).unless_empty(secrets, "there is no secret with an owner")),
    ]
}

fn entitlements(told: &Told<'_>) -> Verdict {
    let missing = told.grants.iter().filter(|it| {
        told.entitlement(&it.resource, &it.slug).is_none()
            && !told.may_be_held(&it.resource, &it.slug)
            && !told.may_exist(&it.resource)
    });
    Verdict::failed(missing.map(|it| {
        let id = ids::entitlement(&it.resource, &it.slug);
        format!(
            "{} is granted {id}, which is not there",
            shown(&it.principal)
        )
    }))
}

fn principals(told: &Told<'_>) -> Verdict {
    let missing = told
        .grants
        .iter()
        .filter(|it| is_missing(told, &it.principal));
    Verdict::failed(missing.map(|it| {
        let id = ids::entitlement(&it.resource, &it.slug);
        format!(
            "{id} is granted to {}, which is not there",
            shown(&it.principal)
        )
    }))
}

/// A principal that is known under an alias counts as what it is. What nobody
/// gives by hand, or only stands in for somebody, may be held by other types.
fn holders(told: &Told<'_>) -> Verdict {
    let given = told.grants.iter();
    let given = given.filter(|it| !it.pending && it.immutable.is_none());
    Verdict::failed(given.filter_map(|it| {
        let entitlement = told.entitlement(&it.resource, &it.slug)?;
        let principal = told.find(&it.principal).map_or(&it.principal, |it| &it.id);
        let may = |holder: &ResourceId| entitlement.grantable_to.contains(&holder.resource_type);
        (!may(principal) && !may(&it.principal)).then(|| {
            let id = ids::entitlement(&it.resource, &it.slug);
            format!("{id} is held by {}", shown(principal))
        })
    }))
}

fn places(told: &Told<'_>) -> Verdict {
    let missing = told
        .listed
        .iter()
        .filter(|it| is_missing(told, &it.resource));
    Verdict::failed(missing.map(|it| {
        let id = ids::entitlement(&it.resource, &it.slug);
        format!("{id} is on a resource that is not there")
    }))
}

fn expansions(told: &Told<'_>) -> Verdict {
    Verdict::failed(told.grants.iter().flat_map(|grant| {
        let slugs = grant.expands.iter().flat_map(|it| &it.slugs);
        let missing = slugs.filter(|slug| {
            told.entitlement(&grant.principal, slug).is_none()
                && !told.may_be_held(&grant.principal, slug)
                && !told.may_exist(&grant.principal)
        });
        missing.map(|slug| {
            let over = ids::entitlement(&grant.principal, slug);
            let id = ids::entitlement(&grant.resource, &grant.slug);
            format!("{id} expands over {over}, which is not there")
        })
    }))
}

fn others(told: &Told<'_>) -> Verdict {
    let parents = told
        .resources()
        .filter_map(|it| Some((it, it.parent.as_ref()?)));
    let parents = parents.filter(|(_, parent)| is_missing(told, parent));
    let parents = parents.map(|(it, parent)| missing("parent", it, parent));
    let sources = told.grants.iter().flat_map(|grant| {
        let sources = match &grant.directness {
            Directness::Inherited(sources) => sources.as_slice(),
            _ => &[],
        };
        let missing = sources.iter().filter(|it| is_missing(told, it));
        missing.map(|source| {
            let id = ids::grant(&grant.resource, &grant.slug, &grant.principal);
            format!("{id} is held through {}, which is not there", shown(source))
        })
    });
    Verdict::failed(parents.chain(sources))
}

/// Services keep keys of people who have left: worth knowing, not wrong.
fn owners(told: &Told<'_>) -> Verdict {
    let owned = told
        .resources()
        .filter_map(|it| Some((it, it.secret.as_ref()?.owner.as_ref()?)));
    let orphans = owned.filter(|(_, owner)| is_missing(told, owner));
    Verdict::warned(orphans.map(|(it, owner)| missing("owner", it, owner)))
}

fn missing(what: &str, of: &Resource, named: &ResourceId) -> String {
    let (of, named) = (shown(&of.id), shown(named));
    format!("the {what} of {of} is {named}, which is not there")
}

fn is_missing(told: &Told<'_>, id: &ResourceId) -> bool {
    told.find(id).is_none() && !told.may_exist(id)
}

#[cfg(test)]
mod tests {
    use governance_contract::connector::Page;
    use governance_contract::manifest::Description;
    use governance_contract::model::{Expansion, Grant, Scope, Secret};
    use governance_contract::samples::{
        description, entitlement, gap, grant, id, resource, resource_type,
    };

    use super::super::fixtures::walk;
    use super::*;

    fn example() -> Description {
        description(["user", "team", "key"].map(resource_type).to_vec())
    }

    /// Ada is a friend of the team.
    fn sound() -> Page {
        let team = id("team", "t");
        Page {
            resources: vec![resource("user", "ada"), resource("team", "t")],
            entitlements: vec![entitlement(team.clone(), "friend")],
            grants: vec![grant(team, "friend", id("user", "ada"))],
            ..Page::default()
        }
    }

    fn judged(rule: fn(&Told<'_>) -> Verdict, page: Page) -> &'static str {
        let (description, walk) = (example(), walk(vec![page]));
        rule(&Told::new(&description, &walk)).name()
    }

    /// The page fails the rule, and does not once a gap leaves all open.
    fn breaks(rule: fn(&Told<'_>) -> Verdict, page: Page) {
        assert_eq!(judged(rule, page.clone()), "failed", "{page:?}");
        let open = Page {
            gaps: vec![gap(Scope::default())],
            ..page
        };
        assert_eq!(judged(rule, open), "passed");
    }

    #[test]
    fn all_that_a_sound_page_names_is_there() {
        for rule in [
            entitlements,
            principals,
            holders,
            places,
            expansions,
            others,
        ] {
            assert_eq!(judged(rule, sound()), "passed");
        }
    }

    #[test]
    fn a_grant_of_an_unknown_entitlement_is_found() {
        let without = Page {
            entitlements: Vec::new(),
            ..sound()
        };
        breaks(entitlements, without);
    }

    #[test]
    fn a_grant_to_nobody_is_found_unless_it_is_an_alias() {
        let mut page = sound();
        page.grants[0].principal = id("user", "ghost");
        breaks(principals, page.clone());
        page.resources[0].aliases = vec![id("user", "ghost")];
        assert_eq!(judged(principals, page), "passed");
    }

    #[test]
    fn a_principal_that_cannot_hold_it_is_found() {
        let mut page = sound();
        page.grants[0].principal = id("team", "t");
        assert_eq!(judged(holders, page), "failed");
    }

    #[test]
    fn an_entitlement_on_nothing_is_found() {
        let mut page = sound();
        page.resources.pop();
        breaks(places, page);
    }

    #[test]
    fn an_expansion_over_nothing_is_found() {
        let mut page = sound();
        let over = |slug: &str| Grant {
            expands: Some(Expansion {
                slugs: vec![slug.into()],
                deep: false,
            }),
            ..grant(id("team", "t"), "friend", id("team", "t"))
        };
        page.grants.push(over("friend"));
        assert_eq!(judged(expansions, page.clone()), "passed");
        page.grants.push(over("enemy"));
        breaks(expansions, page);
    }

    #[test]
    fn what_is_pending_or_immutable_may_be_held_by_others() {
        let mut page = sound();
        page.grants[0].principal = id("team", "t");
        page.grants[0].pending = true;
        assert_eq!(judged(holders, page.clone()), "passed");
        page.grants[0].pending = false;
        page.grants[0].immutable = Some("by its role".into());
        assert_eq!(judged(holders, page), "passed");
    }

    #[test]
    fn a_parent_or_source_that_is_not_there_is_found() {
        let ghost = || id("user", "ghost");
        let mut page = sound();
        page.resources[1].parent = Some(ghost());
        breaks(others, page);
        let mut page = sound();
        page.grants[0].directness = Directness::Inherited(vec![ghost()]);
        breaks(others, page);
    }

    #[test]
    fn a_secret_whose_owner_has_left_is_told() {
        let owned_by = |owner: &str| {
            let secret = Some(Secret {
                owner: Some(id("user", owner)),
                redacted_value: None,
            });
            let mut page = sound();
            page.resources.push(Resource {
                secret,
                ..resource("key", "k")
            });
            page
        };
        assert_eq!(judged(owners, owned_by("ada")), "passed");
        assert_eq!(judged(owners, owned_by("ghost")), "warned");
    }
}
