//! What listings tell is what the description says that they tell.

use std::collections::BTreeSet;

use governance_contract::connector::{ListingTarget, Page};
use governance_contract::manifest::{Description, ResourceTrait, ResourceType};
use governance_contract::model::{ResourceId, Scope, Subject};

use super::asking::{name, shown};
use super::rule::{Outcome, Rule, Verdict};
use super::told::{Told, fact_of, matches};
use super::walk::Walk;
use crate::sync::task::Call;

const CHILDREN: Rule = Rule {
    id: "children-below-parents",
    sentence: "a child is told with its parent, which is of a type that declares it, and the one that was asked",
};
const TELLS: Rule = Rule {
    id: "tells-is-true",
    sentence: "what a listing tells of other types, `tells` or `carried-by` declares",
};
const CARRIED: Rule = Rule {
    id: "carried-by-is-true",
    sentence: "a carried type, listed by itself, tells the resources that came with its carrier",
};
const SURFACES: Rule = Rule {
    id: "gap-surfaces-declared",
    sentence: "every gap names a declared surface",
};
const TRAITS: Rule = Rule {
    id: "traits-are-true",
    sentence: "resources of a type with the trait `user` carry an account, those with `secret` a secret",
};

/// A type that another one carries, listed by itself below some parents.
#[derive(Debug)]
pub(super) struct Alone {
    pub(super) resource_type: String,
    /// Only below these; none: everywhere.
    pub(super) within: Vec<String>,
    pub(super) walk: Walk,
}

/// Judges a full reading.
pub(super) fn outcomes(told: &Told<'_>, walk: &Walk, alone: &[Alone]) -> Vec<Outcome> {
    let types = &told.description.resource_types;
    let children: usize = types.iter().map(|it| it.children.len()).sum();
    vec![
        CHILDREN.kept(children_verdict(told, walk).unless_empty(children, "no type is a child")),
        TELLS.kept(tells(told, walk)),
        CARRIED.kept(carried(told, alone).unless_empty(alone.len(), "no type is carried")),
        SURFACES.kept(surfaces(told).unless_empty(told.gaps.len(), "there are no gaps")),
        TRAITS.kept(traits(told)),
    ]
}

fn children_verdict(told: &Told<'_>, walk: &Walk) -> Verdict {
    let types = &told.description.resource_types;
    let declares = |parent: &str, child: &str| {
        let mut parents = types.iter().filter(|it| it.id == parent);
        parents.any(|it| it.children.iter().any(|id| id == child))
    };
    let is_child = |of: &str| types.iter().any(|it| it.children.iter().any(|id| id == of));
    let children = told.resources().filter(|it| is_child(&it.id.resource_type));
    let (orphans, placed): (Vec<_>, Vec<_>) = children.partition(|it| it.parent.is_none());
    let misplaced = placed.into_iter().filter_map(|it| {
        let parent = it.parent.as_ref()?;
        let fits = declares(&parent.resource_type, &it.id.resource_type);
        (!fits).then(|| format!("{} is below {}", shown(&it.id), shown(parent)))
    });
    let strangers = walk.pages().filter_map(|(call, page)| match call {
        Call::Resources {
            resource_type,
            parent: Some(asked),
        } => {
            let mut told = page.resources.iter();
            let stranger = told.find(|it| {
                let elsewhere = it.parent.as_ref().is_some_and(|it| *it != asked.id);
                it.id.resource_type == *resource_type && elsewhere
            })?;
            Some(format!("{} tells {}", name(call), shown(&stranger.id)))
        }
        _ => None,
    });
    match Verdict::failed(misplaced.chain(strangers)) {
        // Told by another listing alone: its parent may not be read.
        Verdict::Passed => {
            let orphans = orphans.iter().map(|it| shown(&it.id));
            Verdict::warned(orphans.map(|it| format!("{it} is told without its parent")))
        }
        failed => failed,
    }
}

fn tells(told: &Told<'_>, walk: &Walk) -> Verdict {
    let mut findings = BTreeSet::new();
    for (call, page) in walk.pages() {
        let of_type = listed_type(call);
        let types = carried_with(told.description, of_type);
        let declared = |fact: &Scope| {
            types.iter().any(|kind| {
                Some(&kind.id) == fact.resource_type.as_ref()
                    || kind.tells.iter().any(|scope| matches(scope, fact))
            })
        };
        let stranger = facts(page).into_iter().filter(|fact| !declared(fact));
        findings.extend(stranger.map(|fact| {
            let subject = fact.subject.as_ref().map_or("facts", Subject::name);
            let on = fact.resource_type.unwrap_or_default();
            let by = fact.principal_type.map(|it| format!(" held by {it}"));
            let by = by.unwrap_or_default();
            format!("the listing of {of_type} tells {subject} of {on}{by}")
        }));
    }
    Verdict::failed(findings)
}

fn listed_type(call: &Call) -> &str {
    match call {
        Call::Resources { resource_type, .. } => resource_type,
        Call::Entitlements(of) | Call::Grants(of) => match of {
            ListingTarget::ResourceType(of) => of,
            ListingTarget::Resource(of) => &of.id.resource_type,
        },
    }
}

/// A type, and those that its listing carries.
fn carried_with<'a>(description: &'a Description, of_type: &str) -> Vec<&'a ResourceType> {
    let types = &description.resource_types;
    let mut found: Vec<_> = types.iter().filter(|it| it.id == of_type).collect();
    let mut next = 0;
    while let Some(carrier) = found.get(next).map(|it| &it.id) {
        next += 1;
        let carried = types
            .iter()
            .filter(|it| it.carried_by.as_ref() == Some(carrier));
        let new: Vec<_> = carried
            .filter(|it| !found.iter().any(|known| known.id == it.id))
            .collect();
        found.extend(new);
    }
    found
}

/// All that a page tells, each as the scope that holds nothing else.
fn facts(page: &Page) -> Vec<Scope> {
    let resources = page.resources.iter().map(|it| Scope {
        parent: it.parent.clone(),
        ..fact_of(Subject::Resources, &it.id)
    });
    let entitlements = page.entitlements.iter().map(|it| Scope {
        slug: Some(it.slug.clone()),
        ..fact_of(Subject::Entitlements, &it.resource)
    });
    let grants = page.grants.iter().map(|it| Scope {
        slug: Some(it.slug.clone()),
        principal_type: Some(it.principal.resource_type.clone()),
        principal_id: Some(it.principal.id.clone()),
        ..fact_of(Subject::Grants, &it.resource)
    });
    resources.chain(entitlements).chain(grants).collect()
}

fn carried(told: &Told<'_>, alone: &[Alone]) -> Verdict {
    Verdict::failed(alone.iter().flat_map(|alone| {
        let is_within = |parent: Option<&ResourceId>| {
            alone.within.is_empty() || parent.is_some_and(|it| alone.within.contains(&it.id))
        };
        let itself = Told::new(told.description, &alone.walk);
        let of_type = |of: &Told<'_>| -> BTreeSet<String> {
            let resources = of.resources().filter(|it| {
                it.id.resource_type == alone.resource_type && is_within(it.parent.as_ref())
            });
            resources.map(|it| shown(&it.id)).collect()
        };
        let (with_carrier, by_itself) = (of_type(told), of_type(&itself));
        let differ = with_carrier.symmetric_difference(&by_itself);
        let differ = differ.map(|id| match by_itself.contains(id) {
            true => format!("{id} does not come with the carrier"),
            false => format!("{id} is not told when its type is listed by itself"),
        });
        differ.collect::<Vec<_>>()
    }))
}

fn surfaces(told: &Told<'_>) -> Verdict {
    let declared = |id: &String| told.description.surfaces.iter().any(|it| it.id == *id);
    let unknown: BTreeSet<_> = told
        .gaps
        .iter()
        .map(|it| &it.surface)
        .filter(|it| !declared(it))
        .collect();
    Verdict::failed(
        unknown
            .into_iter()
            .map(|it| format!("a gap names the surface `{it}`")),
    )
}

fn traits(told: &Told<'_>) -> Verdict {
    Verdict::failed(told.resources().filter_map(|it| {
        let traits = &told.kind(&it.id.resource_type)?.traits;
        let lacks = |of: ResourceTrait, has: bool| traits.contains(&of) && !has;
        let missing = match it {
            _ if lacks(ResourceTrait::User, it.account.is_some()) => "account",
            _ if lacks(ResourceTrait::Secret, it.secret.is_some()) => "secret",
            _ => return None,
        };
        Some(format!("{} has no {missing}", shown(&it.id)))
    }))
}

#[cfg(test)]
mod tests {
    use governance_contract::model::Resource;
    use governance_contract::samples::{
        self, description, gap, grant, id, resource, resource_type, user,
    };

    use super::super::fixtures::{granting, listing, page, walk_of};
    use super::*;

    fn example() -> Description {
        description(vec![
            ResourceType {
                children: vec!["badge".into(), "key".into()],
                ..resource_type("team")
            },
            ResourceType {
                traits: vec![ResourceTrait::User],
                ..resource_type("user")
            },
            resource_type("badge"),
            ResourceType {
                carried_by: Some("badge".into()),
                ..resource_type("key")
            },
        ])
    }

    fn below(resource_type: &str, name: &str, parent: ResourceId) -> Resource {
        Resource {
            parent: Some(parent),
            ..resource(resource_type, name)
        }
    }

    fn judged(
        rule: impl Fn(&Told<'_>, &Walk) -> Verdict,
        pages: Vec<(Call, Page)>,
    ) -> &'static str {
        let (description, walk) = (example(), walk_of(pages));
        rule(&Told::new(&description, &walk), &walk).name()
    }

    fn badges() -> Call {
        listing("badge", Some(id("team", "t")))
    }

    #[test]
    fn a_child_is_below_the_parent_that_was_asked() {
        let team = || id("team", "t");
        for (child, expected) in [
            (below("badge", "b", team()), "passed"),
            (resource("badge", "b"), "warned"),
            (below("badge", "b", id("user", "ada")), "failed"),
            (below("badge", "b", id("team", "other")), "failed"),
        ] {
            let pages = vec![(badges(), page(vec![child]))];
            assert_eq!(judged(children_verdict, pages), expected);
        }
    }

    #[test]
    fn what_is_told_of_another_type_is_declared() {
        let key = below("key", "k", id("team", "t"));
        let member = grant(id("team", "t"), "member", id("user", "ada"));
        let carried = vec![(badges(), page(vec![key]))];
        assert_eq!(judged(tells, carried), "passed");
        let strange = vec![(badges(), granting(Vec::new(), vec![member.clone()]))];
        assert_eq!(judged(tells, strange.clone()), "failed");
        let mut description = example();
        description.resource_types[3].tells = vec![Scope {
            subject: Some(Subject::Grants),
            resource_type: Some("team".into()),
            principal_type: Some("user".into()),
            ..Scope::default()
        }];
        let walk = walk_of(strange);
        let verdict = tells(&Told::new(&description, &walk), &walk);
        assert_eq!(
            verdict,
            Verdict::Passed,
            "the carried type's `tells` counts"
        );
    }

    #[test]
    fn a_carried_type_tells_the_same_by_itself() {
        let key = |name: &str| below("key", name, id("team", "t"));
        let alone = |names: &[&str]| Alone {
            resource_type: "key".into(),
            within: vec!["t".into()],
            walk: walk_of(vec![(
                listing("key", Some(id("team", "t"))),
                page(names.iter().map(|it| key(it)).collect()),
            )]),
        };
        let elsewhere = below("key", "z", id("team", "other"));
        let pages = || vec![(badges(), page(vec![key("k"), elsewhere.clone()]))];
        for (names, expected) in [
            (&["k"][..], "passed"),
            (&[], "failed"),
            (&["k", "l"], "failed"),
        ] {
            let alone = [alone(names)];
            assert_eq!(judged(|told, _| carried(told, &alone), pages()), expected);
        }
    }

    #[test]
    fn a_gap_of_an_unknown_surface_is_found() {
        for (surface, expected) in [(samples::SURFACE, "passed"), ("moon", "failed")] {
            let mut gap = gap(Scope::default());
            gap.surface = surface.into();
            let told = Page {
                gaps: vec![gap],
                ..Page::default()
            };
            let pages = vec![(badges(), told)];
            assert_eq!(judged(|told, _| surfaces(told), pages), expected);
        }
    }

    #[test]
    fn an_account_without_one_is_found() {
        for (person, expected) in [
            (user("ada", &[]), "passed"),
            (resource("user", "ada"), "failed"),
        ] {
            let pages = vec![(listing("user", None), page(vec![person]))];
            assert_eq!(judged(|told, _| traits(told), pages), expected);
        }
    }
}
