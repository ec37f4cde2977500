//! Listings that never end: a sync ends all the same, and says what it does not
//! know.

use std::sync::Arc;
use std::time::Duration;

use governance_host::pace::HeldBack;
use governance_host::store::Asked;
use governance_host::sync::progress::{Observer, Progress};
use governance_host::sync::retry::Patience;
use governance_host::sync::room::Full;
use governance_host::sync::stop::Stop;
use governance_host::sync::{Options, SyncError, run};
use serde_json::{Value, json};

use crate::component::Fixture;
use crate::host::{Host, description};

const LIST: &str = "list-resources";
/// Pages after which a listing counts as endless.
const LONGEST: usize = 50;

/// Keeps the last that it was told.
#[derive(Default)]
struct Last(Progress);

impl Observer for Last {
    fn progress(&mut self, progress: &Progress) {
        self.0 = progress.clone();
    }

    fn waiting(&mut self, wait: Duration, reason: &str) {
        panic!("waits {wait:?}: {reason}");
    }

    fn held_back(&mut self, held: &HeldBack) {
        panic!("{held}");
    }
}

/// Syncs, which has to end.
async fn sync(fixture: Fixture) -> Progress {
    sync_as(fixture, &description()).await
}

/// The same, of a component that says this of itself.
async fn sync_as(fixture: Fixture, description: &Value) -> Progress {
    let patience = Patience {
        longest_listing: LONGEST,
        ..Patience::default()
    };
    try_sync(fixture, description, patience).await.unwrap()
}

/// The same, which may end in an error.
async fn try_sync(
    fixture: Fixture,
    description: &Value,
    patience: Patience,
) -> Result<Progress, SyncError> {
    let host = Host::short();
    let fixture = fixture.answers("describe", description);
    let connection = host.open(fixture.build()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        connection: "hostile".into(),
        database: folder.path().join("governance.db"),
        asked: Asked::default(),
        concurrency: 4,
        patience,
        resume: false,
        stop: Stop::default(),
    };
    let mut last = Last::default();
    let ended = run(Arc::new(connection), &options, &mut last).await;
    host.others_work().await;
    ended.map(|_| last.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_repeats_is_a_gap() {
    let page = json!({"ok": {"next": [{"token": "again"}]}});
    let progress = sync(Fixture::new().answers(LIST, &page)).await;
    assert_eq!((progress.pages, progress.gaps), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_have_always_expired_are_a_gap() {
    let mut fixture = Fixture::new();
    let next = json!([{"token": "a"}, {"token": "b"}]);
    let first = fixture.answer(LIST, &json!({"ok": {"next": next}}));
    let expired = fixture.answer(LIST, &json!({"err": {"kind": "token-expired"}}));
    let token = fixture.parameter(LIST, &["token"]);
    let body = format!(
        "(select (i32.const {expired}) (i32.const {first})
           (i32.load8_u offset={token} (local.get 0)))"
    );
    let progress = sync(fixture.body(LIST, &body)).await;
    // The listing is begun as often as a call is tried, and both its tokens are
    // given up at last.
    let attempts = u64::from(Patience::default().attempts);
    assert_eq!((progress.pages, progress.gaps), (attempts, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_without_end_are_a_gap() {
    let progress = sync(growing(1)).await;
    assert_eq!((progress.pages, progress.gaps), (LONGEST as u64 + 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_forks_at_every_page_ends_too() {
    let progress = sync(growing(3)).await;
    assert_eq!(progress.pages, LONGEST as u64 + 1);
    // Of all the ways to go on, those not followed are unknown.
    assert_eq!(progress.gaps, 3 * progress.pages - LONGEST as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_to_read_never_fills_the_memory() {
    const ROOM: usize = 20_000;
    let patience = Patience {
        kept_in_mind: ROOM,
        ..Patience::default()
    };
    let ended = try_sync(growing(3), &description(), patience).await;
    assert!(
        matches!(ended, Err(SyncError::Full(Full(ROOM)))),
        "{ended:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_that_is_told_twice_is_asked_once() {
    let id = json!({"resource-type": "user", "id": "u1"});
    let user = |hint| json!({"id": id, "name": "Ada", "attributes": "{}", "hint": hint});
    let users = json!({"ok": {"resources": [user("a"), user("a"), user("b")]}});
    let mut description = description();
    description["ok"]["resource-types"][0]["grants"] = "per-resource".into();
    let fixture = two_pages("list-grants").answers(LIST, &users);
    let progress = sync_as(fixture, &description).await;
    assert_eq!((progress.pages, progress.gaps), (1 + 2, 0));
}

/// Leads from the first page of a listing to a second one.
fn two_pages(function: &str) -> Fixture {
    let mut fixture = Fixture::new();
    let first = fixture.answer(function, &json!({"ok": {"next": [{"token": "more"}]}}));
    let last = fixture.answer(function, &json!({"ok": {}}));
    let token = fixture.parameter(function, &["token"]);
    let body = format!(
        "(select (i32.const {last}) (i32.const {first})
           (i32.load8_u offset={token} (local.get 0)))"
    );
    fixture.body(function, &body)
}

/// Answers each page with so many tokens: the one that it was given, and one
/// more character.
fn growing(branches: usize) -> Fixture {
    let mut fixture = Fixture::new();
    let next = vec![json!({"token": "."}); branches];
    let answer = fixture.answer(LIST, &json!({"ok": {"next": next}}));
    let list = answer + fixture.place(LIST, &["ok", "next"]);
    let token = fixture.parameter(LIST, &["token"]);
    let given = format!(
        "(if (i32.load8_u offset={token} (local.get 0))
           (then (local.set $a (i32.load offset={} (local.get 0)))
                 (local.set $b (i32.load offset={} (local.get 0)))))
         (local.set $c (i32.load (i32.const {list})))",
        token + 4,
        token + 8,
    );
    // A continuation is a token and what it covers: two spans.
    let tokens = (0..branches).map(|branch| {
        let room = 200_000 + 10_000 * branch;
        format!(
            "(memory.copy (i32.const {room}) (local.get $a) (local.get $b))
             (i32.store8 (i32.add (i32.const {room}) (local.get $b)) (i32.const {character}))
             (i32.store offset={at} (local.get $c) (i32.const {room}))
             (i32.store offset={length} (local.get $c) (i32.add (local.get $b) (i32.const 1)))",
            character = usize::from(b'a') + branch,
            at = 16 * branch,
            length = 16 * branch + 4,
        )
    });
    let tokens: String = tokens.collect();
    fixture.body(LIST, &format!("{given} {tokens} (i32.const {answer})"))
}
