use governance_contract::model::{Directness, Grant, Scope};
use governance_contract::samples::{gap, grant, id, resource, user};
use governance_store::{Asked, Batch, KEPT_SYNCS};

use super::*;
use crate::fixtures::{Place, SYNCED_AT, facts, file, head};
use crate::{Export, Facts, Format, ReviewFilter, gather, read};

/// What is different about a review.
type Change = fn(&mut Export);

fn sync(place: &Place, who: &[&str]) {
    let resources = [
        user("ada", &[]),
        user("bob", &[]),
        resource("project", "alpha"),
    ];
    let held = |name: &&str| grant(id("project", "alpha"), "member", id("user", name));
    let grants: Vec<Grant> = who.iter().map(held).collect();
    let batch = Batch {
        resources: &resources,
        grants: &grants,
        ..Batch::default()
    };
    place.sync("default", &Asked::default(), batch);
}

fn exported(place: &Place) -> Export {
    gather(&place.reader(), &ReviewFilter::default(), |_| String::new()).unwrap()
}

fn held(
    export: &Export,
    place: &Place,
    days: i64,
    allow_old: bool,
) -> Result<Standing, ReviewError> {
    let review = read(file(export, Format::Csv).as_bytes()).unwrap();
    let terms = Terms {
        now: SYNCED_AT + days * DAY,
        max_age: 30,
        allow_old,
    };
    hold(&review, &place.reader(), "default", &terms)
}

#[test]
fn a_review_of_the_newest_sync_stands() {
    let place = Place::new();
    sync(&place, &["ada"]);
    let standing = held(&exported(&place), &place, 30, false).unwrap();
    assert_eq!(
        standing,
        Standing {
            is_current: true,
            notes: Vec::new()
        }
    );
}

#[test]
fn a_newer_sync_and_what_is_unknown_are_said() {
    let place = Place::new();
    sync(&place, &["ada"]);
    let mut export = exported(&place);
    export.head.unknown = "grants of everybody".into();
    sync(&place, &[]);
    let standing = held(&export, &place, 1, false).unwrap();
    assert!(!standing.is_current);
    let [newer, unknown] = standing.notes.try_into().unwrap();
    assert!(newer.contains("newer sync, 2 of"), "{newer}");
    assert!(unknown.contains("grants of everybody"), "{unknown}");
}

#[test]
fn an_old_review_needs_leave() {
    let place = Place::new();
    sync(&place, &["ada"]);
    let export = exported(&place);
    let error = held(&export, &place, 31, false).unwrap_err();
    assert!(
        matches!(
            error,
            ReviewError::Old {
                days: 31,
                allowed: 30
            }
        ),
        "{error}"
    );
    assert!(held(&export, &place, 31, true).is_ok());
    for _ in 0..KEPT_SYNCS {
        sync(&place, &["ada", "bob"]);
    }
    let error = held(&export, &place, 1, false).unwrap_err();
    assert!(matches!(error, ReviewError::Forgotten(1)), "{error}");
    let notes = held(&export, &place, 1, true).unwrap().notes;
    assert!(
        notes[0].contains("not in the database any more"),
        "{notes:?}"
    );
}

#[test]
fn what_a_newer_sync_tells_of_a_grant_is_known_unless_a_gap_may_hide_more() {
    for (gaps, read_all) in [(vec![], true), (vec![gap(Scope::default())], false)] {
        let place = Place::new();
        let resources = [
            user("ada", &[]),
            user("bob", &[]),
            resource("group", "crew"),
        ];
        let member = |who: &str| grant(id("group", "crew"), "member", id("user", who));
        let through = Grant {
            directness: Directness::Inherited(vec![id("group", "all")]),
            ..member("bob")
        };
        let batch = Batch {
            resources: &resources,
            grants: &[member("ada"), through],
            gaps: &gaps,
            ..Batch::default()
        };
        place.sync("default", &Asked::default(), batch);
        let store = place.reader();
        for (who, is_told, gone) in [
            ("ada", true, None),
            (
                "bob",
                true,
                Some("by the last sync it is held only through group:all"),
            ),
            (
                "cy",
                false,
                Some("the last sync does not tell of it any more"),
            ),
        ] {
            let gone = gone.filter(|_| read_all).map(str::to_owned);
            let found = known(&store, "default", &revoked(who)).unwrap();
            assert_eq!(found, Known { is_told, gone }, "{who}");
        }
    }
}

/// The decision to take somebody out of the crew.
fn revoked(who: &str) -> Revocation {
    let facts = Facts {
        resource_type: "group".into(),
        ..facts(who, "crew")
    };
    let export = Export {
        head: head(1),
        rows: vec![facts],
        rules: 0,
    };
    let lines = file(&export, Format::JsonLines).replace(
        r#""decision":"","reviewer":"""#,
        r#""decision":"revoke","reviewer":"eve""#,
    );
    let [goes] = read(lines.as_bytes())
        .unwrap()
        .revocations()
        .try_into()
        .unwrap();
    goes
}

#[test]
fn a_review_of_something_else_is_refused() {
    let place = Place::new();
    sync(&place, &["ada"]);
    let other = Place::new();
    sync(&other, &["bob"]);
    let export = exported(&place);
    let error = held(&export, &other, 1, true).unwrap_err();
    assert!(matches!(error, ReviewError::OtherContent(1)), "{error}");
    let changes: [(Change, &str); 3] = [
        (
            |it| it.head.connection = "staging".into(),
            "the connection `staging`, not of `default`",
        ),
        (
            |it| it.head.connector = "other".into(),
            "is of connector `other`",
        ),
        (|it| it.head.tenant = "org-2".into(), "is of tenant `org-2`"),
    ];
    for (change, told) in changes {
        let mut export = export.clone();
        change(&mut export);
        let error = held(&export, &place, 1, true).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}
