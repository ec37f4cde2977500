//! What a checkpoint holds, whose it is, and when it goes.

use governance_contract::samples::resource;

use super::*;
use crate::fixtures::{Place, begin, finish};
use crate::{Batch, Ending, State};

fn conditions(pairs: &[(&str, &str)]) -> Conditions {
    let pairs = pairs.iter();
    Conditions {
        needed: pairs
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        credentials: BTreeMap::new(),
    }
}

fn task(id: i64, call: &str, token: Option<&str>) -> TaskRow {
    TaskRow {
        id,
        call: call.into(),
        token: token.map(Into::into),
        covers: r#"["all"]"#.into(),
        surface: "users".into(),
        attempt: 1,
    }
}

fn found(id: i64, call: &str, token: Option<&str>) -> TaskChange {
    TaskChange::Found(task(id, call, token))
}

/// A sync that can be gone on with.
fn begun(store: &mut Store) -> SyncId {
    let sync = begin(store, "default");
    let conditions = conditions(&[("the component", "00ff")]);
    store.allow_resuming(sync, &conditions).unwrap();
    sync
}

fn advance(store: &mut Store, sync: SyncId, tasks: &[TaskChange]) {
    advance_with(store, sync, &[], tasks).unwrap();
}

fn advance_with(
    store: &mut Store,
    sync: SyncId,
    batches: &[Batch<'_>],
    tasks: &[TaskChange],
) -> Result<(), StoreError> {
    let advance = Advance {
        tasks,
        requests: &BTreeMap::from([("list-users".into(), tasks.len() as u64)]),
        notes: None,
        teller: None,
    };
    store.advance(sync, batches, &advance)
}

/// Each task in words: its id, its call with the token, and whether it is done.
fn tasks(store: &Store, sync: SyncId) -> Vec<String> {
    let mut tasks = Vec::new();
    let read = store.tasks(sync, |KeptTask { task, done }| {
        let token = task.token.map_or(String::new(), |it| format!(" from {it}"));
        let state = if done { ", done" } else { "" };
        tasks.push(format!("{} {}{token}{state}", task.id, task.call));
        Ok::<_, StoreError>(())
    });
    read.unwrap();
    tasks
}

fn count(store: &Store, table: &str) -> u64 {
    let sql = format!("SELECT count(*) FROM {table}");
    store
        .connection
        .query_row(&sql, [], |row| row.get(0))
        .unwrap()
}

#[test]
fn conditions_differ_by_what_is_another_or_only_on_one_side() {
    let before = conditions(&[("a", "1"), ("b", "2"), ("c", "3")]);
    for (now, expected) in [
        (vec![("a", "1"), ("b", "2"), ("c", "3")], ""),
        (vec![("a", "1"), ("b", "3"), ("c", "3")], "b"),
        (vec![("a", "1"), ("c", "3")], "b"),
        (vec![("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")], "d"),
        (vec![], "a b c"),
    ] {
        let now = conditions(&now);
        assert_eq!(now.differences(&before).join(" "), expected);
        assert_eq!(before.differences(&now).join(" "), expected);
    }
}

#[test]
fn credentials_are_the_same_only_where_that_can_be_seen() {
    let of = |shown: &[Option<&str>]| Conditions {
        credentials: (0..)
            .zip(shown)
            .map(|(id, it): (u8, _)| (id.to_string(), it.map(Into::into)))
            .collect(),
        ..Conditions::default()
    };
    for (before, now, same) in [
        (of(&[]), of(&[]), true),
        (of(&[Some("…wxyz")]), of(&[Some("…wxyz")]), true),
        (of(&[Some("…wxyz")]), of(&[Some("…abcd")]), false),
        (of(&[Some("…wxyz")]), of(&[]), false),
        (of(&[None]), of(&[None]), false),
        (
            of(&[Some("…wxyz"), None]),
            of(&[Some("…wxyz"), None]),
            false,
        ),
    ] {
        assert_eq!(now.has_credentials_of(&before), same, "{before:?} {now:?}");
    }
}

#[test]
fn the_first_task_that_told_the_tenant_is_known() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begun(&mut store);
    let teller = |store: &Store| store.interrupted("default").unwrap().remove(0).teller;
    let requests = BTreeMap::new();
    advance(
        &mut store,
        sync,
        &[found(1, "users", None), found(2, "roles", Some("t"))],
    );
    assert_eq!(teller(&store), None);
    for told in [2, 1] {
        let advance = Advance {
            tasks: &[],
            requests: &requests,
            notes: None,
            teller: Some(told),
        };
        store.advance(sync, &[], &advance).unwrap();
        assert_eq!(teller(&store), Some(task(2, "roles", Some("t"))));
    }
}

#[test]
fn tasks_are_kept_in_order_with_what_they_told() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begun(&mut store);
    advance(
        &mut store,
        sync,
        &[found(1, "users", None), found(2, "groups", None)],
    );
    let people = [resource("user", "ada")];
    let batch = Batch::of_resources(&people);
    let changes = [TaskChange::Done(1), found(3, "users", Some("t"))];
    advance_with(&mut store, sync, &[batch], &changes).unwrap();
    drop(store);
    let mut store = place.writer();
    assert_eq!(
        tasks(&store, sync),
        ["1 users, done", "2 groups", "3 users from t"]
    );
    let resumed = store.resume(sync).unwrap();
    assert_eq!(resumed.resources, BTreeMap::from([("user".into(), 1)]));
    assert_eq!(resumed.requests, BTreeMap::from([("list-users".into(), 2)]));
    assert_eq!((resumed.grants, resumed.gaps, resumed.done), (0, 0, 1));
    assert!(resumed.was_killed);
    assert!(store.was_told(sync, "ada").unwrap());
    assert!(!store.was_told(sync, "bob").unwrap());
}

#[test]
fn a_listing_that_begins_again_forgets_where_it_led() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begun(&mut store);
    let changes = [
        found(1, "users", None),
        TaskChange::Done(1),
        found(2, "users", Some("a")),
        TaskChange::Done(2),
        found(3, "users", Some("b")),
        found(4, "groups", Some("a")),
        TaskChange::Done(4),
    ];
    advance(&mut store, sync, &changes);
    let again = [
        TaskChange::Restarted("users".into()),
        found(5, "users", None),
    ];
    advance(&mut store, sync, &again);
    assert_eq!(tasks(&store, sync), ["4 groups from a, done", "5 users"]);
}

#[test]
fn what_was_read_and_what_is_left_are_kept_together_or_not_at_all() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begun(&mut store);
    advance(&mut store, sync, &[found(1, "users", None)]);
    // No two tasks have one id: the whole transaction fails.
    let people = [resource("user", "ada")];
    let batch = Batch::of_resources(&people);
    let changes = [TaskChange::Done(1), found(1, "users", Some("t"))];
    assert!(advance_with(&mut store, sync, &[batch], &changes).is_err());
    assert_eq!(tasks(&store, sync), ["1 users"]);
    assert_eq!(count(&store, "resources"), 0);
}

#[test]
fn only_what_did_not_end_and_is_not_outdated_can_be_gone_on_with() {
    let place = Place::new();
    let mut store = place.writer();
    let interrupted = |store: &Store| {
        let found = store.interrupted("default").unwrap();
        found.iter().map(|it| it.sync).collect::<Vec<_>>()
    };
    assert_eq!(interrupted(&store), []);
    // Nothing was found that is to be read.
    begun(&mut store);
    assert_eq!(interrupted(&store), []);
    let [first, second] = [(); 2].map(|()| {
        let sync = begun(&mut store);
        advance(&mut store, sync, &[found(1, "users", None)]);
        sync
    });
    assert_eq!(interrupted(&store), [second, first]);
    assert!(store.interrupted("other").unwrap().is_empty());
    assert_eq!(
        finish(&mut store, second, Ending::Read).state,
        State::Complete
    );
    assert_eq!(interrupted(&store), []);
}

#[test]
fn an_end_of_any_kind_takes_the_checkpoint_with_it() {
    for ending in [Ending::Read, Ending::Failed("no more")] {
        let place = Place::new();
        let mut store = place.writer();
        let sync = begun(&mut store);
        advance(&mut store, sync, &[found(1, "users", None)]);
        finish(&mut store, sync, ending);
        assert_eq!(
            (count(&store, "tasks"), count(&store, "checkpoints")),
            (0, 0)
        );
    }
}

#[test]
fn an_interrupted_sync_says_why_until_it_is_resumed() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begun(&mut store);
    advance(&mut store, sync, &[found(1, "users", None)]);
    let requests = BTreeMap::from([("list-users".into(), 7)]);
    store
        .interrupt_sync(sync, "the key is wrong", &requests)
        .unwrap();
    let error = store.current_syncs(None).unwrap_err();
    assert!(error.to_string().ends_with("the key is wrong"), "{error}");
    let resumed = store.resume(sync).unwrap();
    assert_eq!((resumed.requests, resumed.was_killed), (requests, false));
    assert!(
        store.resume(sync).unwrap().was_killed,
        "nothing was said since"
    );
    let error = store.current_syncs(None).unwrap_err();
    assert_eq!(error.to_string(), "no sync has finished yet");
    finish(&mut store, sync, Ending::Read);
    assert!(matches!(store.resume(sync), Err(StoreError::NotRunning(_))));
}

#[test]
fn notes_are_kept_as_they_were_told_last() {
    let place = Place::new();
    let mut store = place.writer();
    let sync = begun(&mut store);
    let requests = BTreeMap::new();
    let some = ["one".to_owned(), "two".to_owned()];
    for notes in [Some(&some[..1]), Some(&some[..]), None] {
        let advance = Advance {
            tasks: &[],
            requests: &requests,
            notes,
            teller: None,
        };
        store.advance(sync, &[], &advance).unwrap();
    }
    assert_eq!(store.resume(sync).unwrap().notes, some);
}

#[test]
fn a_store_without_checkpoints_is_brought_to_have_them_and_keeps_its_rows() {
    let place = Place::new();
    place.sync("default", Batch::of_resources(&[resource("user", "ada")]));
    place
        .writer()
        .connection
        .execute_batch("DROP TABLE tasks; DROP TABLE arriving_grants; DROP TABLE checkpoints; PRAGMA user_version = 3")
        .unwrap();
    assert!(place.reader().interrupted("default").unwrap().is_empty());
    let mut store = place.writer();
    assert_eq!(store.all_resources().len(), 1);
    let sync = begun(&mut store);
    advance(&mut store, sync, &[found(1, "users", None)]);
    assert_eq!(place.reader().interrupted("default").unwrap().len(), 1);
}
