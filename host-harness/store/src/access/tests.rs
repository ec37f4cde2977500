//! What effective access is, case by case.

use governance_contract::model::{Gap, Grant, Resource, Scope, Status, Subject};
use governance_contract::samples::{gap, id, resource};

use super::*;
use crate::Batch;
use crate::fixtures::{Place, all_told};

pub(super) fn named(text: &str) -> NamedResource {
    let (kind, id) = text.split_once(':').unwrap();
    NamedResource {
        resource_type: kind.into(),
        id: id.into(),
    }
}

pub(super) fn entitled(text: &str) -> Entitlement {
    let (resource, slug) = text.rsplit_once(':').unwrap();
    Entitlement {
        resource: named(resource),
        slug: slug.into(),
    }
}

fn shown(entitlement: &Entitlement) -> String {
    let NamedResource { resource_type, id } = &entitlement.resource;
    format!("{resource_type}:{id}:{}", entitlement.slug)
}

/// `group:g:member > project:p:member`, in parentheses where not effective.
fn way(way: &Way) -> String {
    let through: Vec<_> = way.through.iter().map(shown).collect();
    match way.effective {
        true => through.join(" > "),
        false => format!("({})", through.join(" > ")),
    }
}

fn ways(held: &[Held]) -> Vec<String> {
    for one in held {
        assert_eq!(
            one.effective,
            one.ways.iter().any(|it| it.effective),
            "{one:?}"
        );
        assert!(!one.more_ways);
    }
    held.iter().flat_map(|it| it.ways.iter().map(way)).collect()
}

fn synced(resources: &[Resource], grants: &[Grant], gaps: &[Gap]) -> Place {
    let place = Place::new();
    let batch = Batch {
        resources,
        grants,
        gaps,
        ..Batch::default()
    };
    place.sync("default", batch);
    place
}

fn access(place: &Place, principal: &str) -> Access {
    let reader = place.reader();
    reader.access_of("default", &named(principal)).unwrap()
}

fn holders(place: &Place, entitlement: &str) -> (Vec<Held>, Holders) {
    let mut held = Vec::new();
    let answer = place
        .reader()
        .holders("default", &entitled(entitlement), |one| {
            held.push(one);
            Ok::<_, StoreError>(())
        });
    let answer = answer.unwrap();
    assert_eq!(answer.count, held.len() as u64);
    (held, answer)
}

fn archived(kind: &str, name: &str) -> Resource {
    Resource {
        status: Status::Archived,
        ..resource(kind, name)
    }
}

fn disabled(kind: &str, name: &str) -> Resource {
    Resource {
        status: Status::Disabled,
        ..resource(kind, name)
    }
}

/// What ada holds.
fn of_ada(resources: &[Resource], grants: &[&str]) -> Vec<String> {
    let place = synced(resources, &all_told(grants), &[]);
    ways(&access(&place, "user:ada").held)
}

#[test]
fn every_way_is_told_that_the_grants_give() {
    let cases: [(&str, &[&str], &[&str]); 13] = [
        (
            "a grant",
            &["user:ada project:p:member"],
            &["project:p:member"],
        ),
        (
            "through a group",
            &[
                "user:ada group:g:member",
                "group:g project:p:member > member",
            ],
            &["group:g:member", "group:g:member > project:p:member"],
        ),
        (
            "other slugs do not expand",
            &[
                "user:ada group:g:guest",
                "group:g project:p:member > owner,member",
            ],
            &["group:g:guest"],
        ),
        (
            "a group's grant that does not expand is the group's alone",
            &["user:ada group:g:member", "group:g project:p:member"],
            &["group:g:member"],
        ),
        (
            "a shallow expansion reaches nobody who holds through others",
            &[
                "user:ada group:in:member",
                "group:in group:out:member > member",
                "group:out project:p:member > member",
            ],
            &["group:in:member", "group:in:member > group:out:member"],
        ),
        (
            "a deep one does, and ends with a shallow one",
            &[
                "user:ada group:in:member",
                "group:in group:out:member > member",
                "group:out project:p:member >> member",
            ],
            &[
                "group:in:member",
                "group:in:member > group:out:member",
                "group:in:member > group:out:member > project:p:member",
            ],
        ),
        (
            "but no further than a shallow one",
            &[
                "user:ada group:inmost:member",
                "group:inmost group:in:member >> member",
                "group:in group:out:member > member",
                "group:out project:p:member >> member",
            ],
            &[
                "group:inmost:member > group:in:member",
                "group:inmost:member",
            ],
        ),
        (
            "a circle ends",
            &[
                "user:ada group:a:member",
                "group:a group:b:member >> member",
                "group:b group:a:member >> member",
            ],
            &["group:a:member", "group:a:member > group:b:member"],
        ),
        (
            "a grant on its own holder ends",
            &[
                "user:ada group:a:member",
                "group:a group:a:member >> member",
            ],
            &["group:a:member"],
        ),
        (
            "a diamond has two ways",
            &[
                "user:ada group:in:member",
                "group:in group:a:member > member",
                "group:in group:b:member > member",
                "group:a project:p:owner >> member",
                "group:b project:p:owner >> member",
            ],
            &[
                "group:in:member > group:a:member",
                "group:in:member > group:b:member",
                "group:in:member",
                "group:in:member > group:a:member > project:p:owner",
                "group:in:member > group:b:member > project:p:owner",
            ],
        ),
        (
            "an owner of everything, also by a group",
            &[
                "user:ada group:admins:member",
                "group:admins role:owner:assigned > member",
                "role:owner project:p:owner >> assigned",
                "role:owner project:q:owner >> assigned",
            ],
            &[
                "group:admins:member",
                "group:admins:member > role:owner:assigned > project:p:owner",
                "group:admins:member > role:owner:assigned > project:q:owner",
                "group:admins:member > role:owner:assigned",
            ],
        ),
        (
            "two of an exclusion group are both held",
            &["user:ada project:p:owner", "user:ada project:p:member"],
            &["project:p:member", "project:p:owner"],
        ),
        (
            "one's own grant and a group's are two ways",
            &[
                "user:ada project:p:member",
                "user:ada group:g:member",
                "group:g project:p:member > member",
            ],
            &[
                "group:g:member",
                "project:p:member",
                "group:g:member > project:p:member",
            ],
        ),
    ];
    for (what, grants, expected) in cases {
        assert_eq!(of_ada(&[], grants), expected, "{what}");
    }
}

#[test]
fn an_inherited_grant_is_a_way_only_where_nothing_explains_it() {
    let cases: [(&str, &[&str], &[&str]); 6] = [
        (
            "explained",
            &[
                "user:ada project:p:member inherited",
                "user:ada group:g:member",
                "group:g project:p:member > member",
            ],
            &["group:g:member", "group:g:member > project:p:member"],
        ),
        (
            "unexplained",
            &[
                "user:ada project:p:member inherited",
                "group:g project:p:member > member",
            ],
            &["project:p:member"],
        ),
        (
            "two cannot explain each other away",
            &[
                "user:ada group:a:member inherited",
                "user:ada group:b:member inherited",
                "group:a group:b:member >> member",
                "group:b group:a:member >> member",
            ],
            &[
                "group:a:member",
                "group:b:member > group:a:member",
                "group:b:member",
                "group:a:member > group:b:member",
            ],
        ),
        (
            "nor can two of which the service does not tell",
            &[
                "user:ada group:a:member not-told",
                "user:ada group:b:member not-told",
                "group:a group:b:member >> member",
                "group:b group:a:member >> member",
            ],
            &[
                "group:a:member",
                "group:b:member > group:a:member",
                "group:b:member",
                "group:a:member > group:b:member",
            ],
        ),
        (
            "what is explained by one that nothing explains",
            &[
                "user:ada group:g:member inherited",
                "user:ada project:p:member inherited",
                "group:g project:p:member > member",
            ],
            &["group:g:member", "group:g:member > project:p:member"],
        ),
        (
            "an explained one opens no shallow expansion",
            &[
                "user:ada group:in:member",
                "user:ada group:out:member inherited",
                "group:in group:out:member > member",
                "group:out project:p:member > member",
            ],
            &["group:in:member", "group:in:member > group:out:member"],
        ),
    ];
    for (what, grants, expected) in cases {
        assert_eq!(of_ada(&[], grants), expected, "{what}");
    }
    let place = synced(
        &[],
        &all_told(&["user:ada project:p:member inherited"]),
        &[],
    );
    let [held] = &access(&place, "user:ada").held[..] else {
        panic!("one")
    };
    assert_eq!(held.ways[0].directness, "inherited");
    assert_eq!(held.ways[0].sources, [named("group:told")]);
}

#[test]
fn what_is_inactive_is_held_without_effect() {
    let grants = [
        "user:ada group:g:member",
        "group:g project:p:member > member",
    ];
    let room = Resource {
        parent: Some(id("project", "p")),
        ..resource("room", "r")
    };
    let both_dead = ["(group:g:member)", "(group:g:member > project:p:member)"];
    let cases: [(Resource, &[&str]); 5] = [
        (disabled("user", "ada"), &both_dead),
        (archived("user", "ada"), &both_dead),
        (
            archived("project", "p"),
            &["group:g:member", "(group:g:member > project:p:member)"],
        ),
        (archived("group", "g"), &both_dead),
        (
            disabled("group", "g"),
            &["group:g:member", "(group:g:member > project:p:member)"],
        ),
    ];
    for (inactive, expected) in cases {
        let what = format!("{:?} {}", inactive.status, inactive.name);
        assert_eq!(of_ada(&[inactive], &grants), expected, "{what}");
    }
    let in_archived = [archived("project", "p"), room];
    assert_eq!(
        of_ada(&in_archived, &["user:ada room:r:guest"]),
        ["(room:r:guest)"]
    );
}

#[test]
fn one_way_that_is_active_is_enough() {
    let grants = [
        "user:ada group:g:member",
        "user:ada group:h:member",
        "group:g project:p:member > member",
        "group:h project:p:member > member",
        "user:ada project:p:member not-told",
    ];
    let told = of_ada(&[archived("group", "g")], &grants);
    let expected = [
        "(group:g:member)",
        "group:h:member",
        "(group:g:member > project:p:member)",
        "group:h:member > project:p:member",
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_only_something_archived_explains_is_a_way_of_its_own() {
    let grants = [
        "user:ada group:g:member",
        "group:g project:p:member > member",
        "user:ada project:p:member not-told",
    ];
    let expected = [
        "(group:g:member)",
        "project:p:member",
        "(group:g:member > project:p:member)",
    ];
    assert_eq!(of_ada(&[archived("group", "g")], &grants), expected);
}

#[test]
fn what_is_pending_is_told_apart_and_leads_to_nothing() {
    let grants = [
        "user:ada role:owner:assigned pending",
        "role:owner project:p:owner >> assigned",
        "user:ada group:g:member",
        "group:g project:p:member > member pending",
    ];
    let mut grants = all_told(&grants);
    grants[0].expires_at = Some(100);
    let place = synced(&[], &grants, &[]);
    let access = access(&place, "user:ada");
    assert_eq!(ways(&access.held), ["group:g:member"]);
    let [pending] = &access.pending[..] else {
        panic!("one")
    };
    assert_eq!(pending.entitlement_id, "role:owner:assigned");
    assert_eq!(pending.expires_at, Some(crate::Moment(100)));
    let (held, answer) = holders(&place, "role:owner:assigned");
    assert_eq!((held.len(), answer.pending.len()), (0, 1));
}

#[test]
fn the_holders_of_an_entitlement_are_all_that_reach_it() {
    let grants = [
        "user:ada group:in:member",
        "user:bob group:out:member",
        "group:in group:out:member > member",
        "group:out project:p:owner >> member",
        "user:eve project:p:owner",
        "user:eve group:in:member",
        "user:zoe group:other:member",
    ];
    let resources = [resource("user", "ada"), disabled("user", "bob")];
    let place = synced(&resources, &all_told(&grants), &[]);
    let (held, answer) = holders(&place, "project:p:owner");
    let told: Vec<_> = held
        .iter()
        .map(|it| {
            format!(
                "{} {}",
                it.principal.id,
                ways(std::slice::from_ref(it)).join(" | ")
            )
        })
        .collect();
    let long = "group:in:member > group:out:member > project:p:owner";
    let expected = [
        "in group:out:member > project:p:owner".to_owned(),
        "out project:p:owner".to_owned(),
        format!("ada {long}"),
        "bob (group:out:member > project:p:owner)".to_owned(),
        format!("eve project:p:owner | {long}"),
    ];
    assert_eq!(told, expected);
    assert_eq!(held[2].principal_name.as_deref(), Some("ADA"));
    assert!(!answer.is_known && answer.unknown.is_nothing());
}

#[test]
fn of_many_ways_the_shortest_are_told_and_that_there_are_more() {
    let mut grants = vec!["user:ada project:p:member".to_owned()];
    for group in 0..WAYS_TOLD + 1 {
        grants.push(format!("user:ada group:g{group}:member"));
        grants.push(format!("group:g{group} project:p:member > member"));
    }
    let grants: Vec<_> = grants.iter().map(String::as_str).collect();
    let place = synced(&[], &all_told(&grants), &[]);
    let all = access(&place, "user:ada").held;
    let project = all.last().unwrap();
    assert_eq!(way(&project.ways[0]), "project:p:member");
    assert_eq!((project.ways.len(), project.more_ways), (WAYS_TOLD, true));
    assert!(!all[0].more_ways);
}

#[test]
fn a_gap_that_matches_comes_with_the_answer() {
    let grants = [
        "user:ada group:g:member",
        "group:g project:p:member > member",
    ];
    let some = |text: &str| Some(text.to_owned());
    let grants_on = |kind: &str, name: Option<&str>| Scope {
        subject: Some(Subject::Grants),
        resource_type: some(kind),
        resource_id: name.map(str::to_owned),
        ..Scope::default()
    };
    let by = |kind: &str, name: &str| Scope {
        subject: Some(Subject::Grants),
        principal_type: some(kind),
        principal_id: some(name),
        ..Scope::default()
    };
    let below = |name: &str| Scope {
        parent: Some(id("tenant", name)),
        ..Scope::default()
    };
    let slug = |slug: &str| Scope {
        slug: some(slug),
        ..grants_on("project", None)
    };
    let events = Scope {
        subject: Some(Subject::Events),
        ..Scope::default()
    };
    // Whether it leaves open what ada holds, and who is a member of p.
    let cases = [
        (Scope::default(), true, true),
        (events, false, false),
        (grants_on("project", None), true, true),
        (grants_on("project", Some("p")), true, true),
        (grants_on("project", Some("q")), true, false),
        (grants_on("group", Some("g")), true, true),
        (grants_on("group", Some("h")), true, false),
        (slug("member"), true, true),
        (slug("owner"), true, false),
        (by("user", "ada"), true, false),
        (by("user", "bob"), false, false),
        (by("group", "g"), true, false),
        (below("t"), true, true),
        (below("u"), true, false),
    ];
    let project = Resource {
        parent: Some(id("tenant", "t")),
        ..resource("project", "p")
    };
    let resources = [project, resource("group", "g")];
    for (scope, of_ada, of_p) in cases {
        let what = format!("{scope:?}");
        // Grants by one principal leave open what is held on anything.
        let of_p = of_p || scope.principal_id.is_some();
        let place = synced(&resources, &all_told(&grants), &[gap(scope)]);
        let unknown = access(&place, "user:ada").unknown;
        assert_eq!(!unknown.is_nothing(), of_ada, "ada: {what}");
        let unknown = holders(&place, "project:p:member").1.unknown;
        assert_eq!(!unknown.is_nothing(), of_p, "p: {what}");
    }
}

#[test]
fn a_principal_that_nobody_knows_is_said_to_be_unknown() {
    let place = synced(&[resource("user", "ada")], &[], &[]);
    let known = ["user:ada", "user:eve"].map(|it| access(&place, it).is_known);
    assert_eq!(known, [true, false]);
    let error = place.reader().access_of("other", &named("user:ada"));
    assert!(matches!(error, Err(StoreError::UnknownConnection { .. })));
}

#[test]
fn an_answer_about_one_reads_no_whole_table() {
    let place = synced(&[], &[], &[]);
    let store = place.reader();
    for condition in [OF_PRINCIPAL, OF_ENTITLEMENT] {
        let sql = format!("EXPLAIN QUERY PLAN {}", select(condition));
        let mut statement = store.connection.prepare(&sql).unwrap();
        for (name, value) in [
            (":sync", "1"),
            (":type", "user"),
            (":id", "ada"),
            (":slug", "x"),
        ] {
            if let Some(index) = statement.parameter_index(name).unwrap() {
                statement.raw_bind_parameter(index, value).unwrap();
            }
        }
        let mut plan = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().unwrap() {
            plan.push(row.get::<_, String>("detail").unwrap());
        }
        for table in ["grants", "expansions", "resources", "inactive", "explained"] {
            let reads = plan.iter().filter(|it| it.split(' ').nth(1) == Some(table));
            let narrow = reads.map(|it| (it, it.starts_with("SEARCH") && it.contains(" AND ")));
            for (step, is_narrow) in narrow {
                assert!(is_narrow, "{condition}: {step}");
            }
        }
        assert!(
            plan.iter().any(|it| it.contains("SEARCH grants")),
            "{plan:?}"
        );
    }
}

#[test]
fn everything_is_listed_once_with_its_filters() {
    let grants = [
        "user:ada group:g:member",
        "user:ada project:p:member",
        "group:g project:p:member > member",
    ];
    let place = synced(&[], &all_told(&grants), &[]);
    let list = |filter: &EffectiveFilter| {
        let mut rows = Vec::new();
        let each = |row: EffectiveRow| {
            let EffectiveRow {
                entitlement_id,
                principal_id,
                direct,
                grants,
                ..
            } = row;
            rows.push(format!("{entitlement_id} {principal_id} {direct} {grants}"));
            Ok::<_, StoreError>(())
        };
        place.reader().effective(filter, each).unwrap();
        rows
    };
    let all = [
        "group:g:member ada true 1",
        "project:p:member g true 1",
        "project:p:member ada true 2",
    ];
    assert_eq!(list(&EffectiveFilter::default()), all);
    let of_people = EffectiveFilter {
        resource_type: Some("project".into()),
        principal_type: Some("user".into()),
        ..EffectiveFilter::default()
    };
    assert_eq!(list(&of_people), all[2..]);
}

#[test]
fn every_documented_query_is_one_that_the_schema_answers() {
    let place = synced(&[], &all_told(&["user:ada group:g:member"]), &[]);
    let store = place.reader();
    let documented = include_str!("../../../../docs/schema.md");
    let queries = documented.split("```sql").skip(1);
    let queries: Vec<_> = queries.filter_map(|it| it.split("```").next()).collect();
    assert!(queries.len() > 6);
    for query in queries {
        let mut statement = store.connection.prepare(query).expect(query);
        let mut rows = statement.query([]).expect(query);
        while rows.next().expect(query).is_some() {}
    }
}
