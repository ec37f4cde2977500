//! Names of syncs, and what they choose.

use governance_host::store::{Asked, Moment, State, SyncId};

use super::*;

fn sync(connection: &str, id: i64, finished_at: i64) -> SyncRow {
    SyncRow {
        id: SyncId(id),
        connection: connection.into(),
        connector: "example".into(),
        connector_version: "1".into(),
        component_sha256: String::new(),
        tenant: None,
        started_at: Moment(0),
        finished_at: Some(Moment(finished_at)),
        asked: Asked::default(),
        state: State::Complete,
        gaps: 0,
    }
}

/// `one` has three syncs, `two` has one.
fn syncs() -> Vec<SyncRow> {
    let of_one = [(1, 100), (2, 200), (4, 400)].map(|(id, at)| sync("one", id, at));
    of_one.into_iter().chain([sync("two", 3, 300)]).collect()
}

#[test]
fn a_sync_is_named_in_four_ways() {
    for (text, name) in [
        ("current", Ok(Name::Current)),
        ("previous", Ok(Name::Previous)),
        ("7", Ok(Name::Id(7))),
        ("1970-01-02", Ok(Name::At(86_400))),
        ("1970-01-01T01:00:00+01:00", Ok(Name::At(0))),
    ] {
        assert_eq!(text.parse::<Name>(), name);
    }
    for text in ["", "yesterday", "7.5", "current ", "2026-13-01"] {
        assert!(text.parse::<Name>().is_err(), "{text}");
    }
}

#[test]
fn names_choose_the_syncs_that_are_compared() {
    use Name::{At, Current, Id, Previous};
    type Case = (Name, Name, &'static [(i64, i64)], &'static [&'static str]);
    let cases: [Case; 7] = [
        (Previous, Current, &[(2, 4)], &["two"]),
        (Id(1), Current, &[(1, 4)], &[]),
        (Id(3), Current, &[(3, 3)], &[]),
        (Id(4), Id(1), &[(4, 1)], &[]),
        (At(250), Current, &[(2, 4)], &["two"]),
        (At(300), Current, &[(2, 4), (3, 3)], &[]),
        (At(199), At(200), &[(1, 2)], &["two"]),
    ];
    for (before, after, pairs, without) in cases {
        let chosen = choose(&syncs(), before, after).unwrap();
        let ids = chosen.pairs.iter();
        let ids: Vec<_> = ids.map(|it| (it.before.id.0, it.after.id.0)).collect();
        assert_eq!(ids, pairs, "{before:?} {after:?}");
        assert_eq!(chosen.without, without, "{before:?} {after:?}");
    }
}

#[test]
fn what_cannot_be_compared_is_an_error_and_no_empty_answer() {
    use Name::{At, Current, Id, Previous};
    for (syncs, before, after, message) in [
        (
            &syncs()[..],
            Id(9),
            Current,
            "no sync 9 was read to its end, or it is kept no more",
        ),
        (
            &syncs(),
            Id(1),
            Id(3),
            "the syncs are of two connections, `one` and `two`",
        ),
        (
            &syncs(),
            At(0),
            Current,
            "there are no two such syncs to compare in `one`, `two`",
        ),
        (
            &syncs()[..1],
            Previous,
            Current,
            "there are no two such syncs to compare in `one`",
        ),
        (
            &[],
            Previous,
            Current,
            "there are no two such syncs to compare",
        ),
    ] {
        let refused = choose(syncs, before, after).unwrap_err();
        assert_eq!(refused.message, message);
    }
}
