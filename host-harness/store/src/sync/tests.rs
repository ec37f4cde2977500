//! Which sync is current, and which are kept.

use governance_contract::model::Scope;
use governance_contract::samples::{gap, resource};

use super::*;
use crate::Batch;
use crate::fixtures::{Place, begin, column, finish};

fn count(store: &Store, sql: &str) -> i64 {
    store
        .connection
        .query_row(sql, [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_failed_or_unfinished_sync_never_hides_the_finished_one() {
    let place = Place::new();
    place.sync("default", Batch::of_resources(&[resource("user", "ada")]));
    for ending in [Some(Ending::Failed("the key is wrong")), None] {
        let mut store = place.writer();
        let sync = begin(&mut store, "default");
        store
            .write(sync, &[Batch::of_resources(&[resource("user", "bob")])])
            .unwrap();
        if let Some(ending) = ending {
            assert_eq!(finish(&mut store, sync, ending).state, State::Failed);
        }
        assert_eq!(column(&store.all_resources(), "id"), ["ada"]);
    }
}

#[test]
fn a_finished_sync_replaces_the_one_before() {
    let place = Place::new();
    place.sync("default", Batch::of_resources(&[resource("user", "ada")]));
    place.sync("default", Batch::of_resources(&[resource("user", "bob")]));
    place.sync("other", Batch::of_resources(&[resource("user", "eve")]));
    assert_eq!(
        column(&place.reader().all_resources(), "id"),
        ["bob", "eve"]
    );
}

#[test]
fn gaps_make_a_sync_one_with_gaps() {
    let place = Place::new();
    assert_eq!(
        place.sync("default", Batch::default()).state,
        State::Complete
    );
    let batch = Batch {
        gaps: &[gap(Scope::default())],
        ..Batch::default()
    };
    let summary = place.sync("default", batch);
    assert_eq!((summary.state, summary.gaps), (State::WithGaps, 1));
    let [current] = &place.reader().current_syncs(None).unwrap()[..] else {
        panic!("one connection")
    };
    assert_eq!((current.state, current.gaps), (State::WithGaps, 1));
}

#[test]
fn the_summary_counts_every_declared_type_in_its_order() {
    let place = Place::new();
    let resources = [
        resource("project", "p"),
        resource("user", "ada"),
        resource("user", "bob"),
    ];
    let summary = place.sync("default", Batch::of_resources(&resources));
    let counts = [("user", 2), ("robot", 0), ("group", 0), ("project", 1)];
    assert_eq!(
        summary.resources,
        counts.map(|(id, count)| (id.to_owned(), count))
    );
}

#[test]
fn nothing_is_added_to_a_sync_that_is_finished() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begin(&mut store, "default");
    finish(&mut store, sync, Ending::Read);
    assert!(matches!(
        store.write(sync, &[]),
        Err(StoreError::NotRunning(_))
    ));
    let requests = BTreeMap::new();
    let again = Finish {
        ending: Ending::Read,
        finished_at: 0,
        requests: &requests,
    };
    assert!(matches!(
        store.finish_sync(sync, &again),
        Err(StoreError::NotRunning(_))
    ));
}

#[test]
fn the_newest_finished_syncs_are_kept_and_failed_ones_go_with_their_rows() {
    let place = Place::new();
    let mut store = place.writer();
    let batch = [resource("user", "ada")];
    for round in 0..KEPT_SYNCS + 3 {
        for ending in [Ending::Failed("for now"), Ending::Read] {
            let sync = begin(&mut store, "default");
            store.write(sync, &[Batch::of_resources(&batch)]).unwrap();
            finish(&mut store, sync, ending);
        }
        begin(&mut store, if round == 0 { "untouched" } else { "default" });
    }
    let failed = begin(&mut store, "default");
    finish(&mut store, failed, Ending::Failed("again"));
    let kept = i64::from(KEPT_SYNCS);
    assert_eq!(
        count(
            &store,
            "SELECT count(*) FROM syncs WHERE state = 'complete'"
        ),
        kept
    );
    assert_eq!(
        count(&store, "SELECT count(*) FROM syncs WHERE state = 'failed'"),
        1
    );
    assert_eq!(
        count(&store, "SELECT count(*) FROM syncs WHERE state = 'running'"),
        1
    );
    assert_eq!(count(&store, "SELECT count(*) FROM resources"), kept);
    assert_eq!(
        count(&store, "SELECT count(*) FROM pragma_foreign_key_check"),
        0
    );
}

#[test]
fn what_is_told_of_a_sync_is_kept_with_it() {
    let place = Place::new();
    place.sync("default", Batch::default());
    let store = place.reader();
    let text = "SELECT requests || started_at || finished_at FROM current_syncs";
    let told: String = store
        .connection
        .query_row(text, [], |row| row.get(0))
        .unwrap();
    assert_eq!(told, r#"{"list-users":2}17673230451767323145"#);
}
