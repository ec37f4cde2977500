use governance_guest::items;
use governance_guest::wit::model::ResourceId;

use super::*;
use crate::group;

/// What is held, from words: `member custom` are held directly, `^member` through
/// a group. Who holds something directly is there; `here` says it of others too.
fn held(words: &str) -> Held {
    let mut held = Held::default();
    for word in words.split_whitespace() {
        match word.strip_prefix('^') {
            Some(slug) => held.inherited.push((role(slug), vec![crew()])),
            None if word == "here" => {}
            None => held.direct.push(role(word)),
        }
        held.present |= !word.starts_with('^');
        let slug = word.trim_start_matches('^');
        held.tells_predefined |= ProjectPredefined::of_name(slug).is_some();
    }
    held
}

fn role(slug: &str) -> ProjectRole {
    ProjectRole::of_slug(slug)
}

fn crew() -> ResourceId {
    items::id(group::TYPE, "crew")
}

fn way_in(way: &WayIn) -> String {
    let names = |roles: &[ProjectPredefined]| -> String {
        let names: Vec<_> = roles.iter().map(|role| role.name()).collect();
        names.join(" ")
    };
    match way {
        WayIn::Held => "held".to_owned(),
        WayIn::Alone(old) => format!("take {}", names(old)),
        WayIn::Add(role) => format!("add {}", role.name()),
        WayIn::Set(new, old) => format!("set {}, was {}", new.name(), old.name()),
        WayIn::Assign(old) if old.is_empty() => "assign".to_owned(),
        WayIn::Assign(old) => format!("assign, then take {}", names(old)),
        WayIn::AssignOrJoin => "assign, or join".to_owned(),
    }
}

fn way_out(way: &WayOut) -> &'static str {
    match way {
        WayOut::NotHeld => "not held",
        WayOut::Inherited(sources) if *sources == [crew()] => "inherited",
        WayOut::Inherited(_) => "inherited from somewhere else",
        WayOut::Leave => "leave",
        WayOut::Unassign => "unassign",
    }
}

#[test]
fn how_a_role_is_given_depends_on_what_is_held() {
    for (wanted, words, person, group) in [
        ("owner", "", "add owner", "add owner"),
        ("owner", "owner", "held", "held"),
        ("owner", "owner viewer", "take viewer", "take viewer"),
        ("owner", "owner custom", "held", "held"),
        ("custom", "owner viewer custom", "held", "held"),
        (
            "owner",
            "member",
            "set owner, was member",
            "assign, then take member",
        ),
        (
            "owner",
            "member custom",
            "set owner, was member",
            "assign, then take member",
        ),
        (
            "owner",
            "viewer",
            "assign, then take viewer",
            "assign, then take viewer",
        ),
        (
            "owner",
            "member viewer",
            "assign, then take member viewer",
            "assign, then take member viewer",
        ),
        ("owner", "custom", "assign", "assign"),
        ("owner", "here", "assign", "assign"),
        ("owner", "^owner", "add owner", "add owner"),
        (
            "member",
            "owner",
            "set member, was owner",
            "assign, then take owner",
        ),
        ("viewer", "", "assign", "add viewer"),
        ("viewer", "viewer", "held", "held"),
        (
            "viewer",
            "member",
            "assign, then take member",
            "assign, then take member",
        ),
        ("viewer", "^member", "assign", "add viewer"),
        ("custom", "", "assign, or join", "assign, or join"),
        ("custom", "custom", "held", "held"),
        ("custom", "other", "assign, or join", "assign"),
        ("custom", "member", "assign", "assign"),
        ("custom", "viewer", "assign", "assign"),
        ("custom", "^member", "assign", "assign, or join"),
        ("custom", "^custom", "assign", "assign, or join"),
    ] {
        let (held, wanted) = (held(words), role(wanted));
        let ways = [person_in(&held, &wanted), group_in(&held, &wanted)];
        let ways = ways.map(|way| way_in(&way));
        assert_eq!(ways, [person, group], "{wanted:?} of {words:?}");
    }
}

#[test]
fn how_a_role_is_taken_depends_on_what_else_is_held() {
    for (ended, words, person, group) in [
        ("member", "", "not held", "not held"),
        ("member", "member", "leave", "leave"),
        ("member", "member custom", "leave", "unassign"),
        ("member", "member viewer", "unassign", "unassign"),
        ("member", "member ^member", "leave", "leave"),
        ("member", "^member", "inherited", "inherited"),
        ("member", "owner", "not held", "not held"),
        ("member", "custom", "not held", "unassign"),
        ("member", "here", "not held", "unassign"),
        ("owner", "owner", "leave", "leave"),
        ("viewer", "viewer", "unassign", "leave"),
        ("viewer", "viewer custom", "unassign", "unassign"),
        ("viewer", "member", "not held", "not held"),
        ("viewer", "here", "unassign", "unassign"),
        ("viewer", "custom ^member", "not held", "not held"),
        ("custom", "custom", "unassign", "unassign"),
        ("custom", "member custom", "unassign", "unassign"),
        ("custom", "^custom", "inherited", "inherited"),
        ("custom", "other", "not held", "not held"),
        ("custom", "here", "not held", "not held"),
    ] {
        let (held, ended) = (held(words), role(ended));
        let ways = [person_out(&held, &ended), group_out(&held, &ended)];
        let ways = ways.map(|way| way_out(&way));
        assert_eq!(ways, [person, group], "{ended:?} of {words:?}");
    }
}

#[test]
fn a_slug_is_a_name_or_an_id() {
    for (slug, name, id) in [
        ("member", "member", "role-api-project-member"),
        (
            "role-api-project-viewer",
            "viewer",
            "role-api-project-viewer",
        ),
        ("role_1", "role_1", "role_1"),
    ] {
        let role = role(slug);
        assert_eq!((role.slug(), role.id()), (name, id));
    }
}
