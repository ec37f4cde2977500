use governance_contract::model::Grant;
use governance_contract::samples::{grant, id, resource, user};
use governance_store::{Asked, Batch, KEPT_SYNCS};

use super::*;
use crate::fixtures::{Place, SYNCED_AT, file};
use crate::{Export, Format, ReviewFilter, gather, read};

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
