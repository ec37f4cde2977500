//! An instance lives for one call: nothing of an earlier one is there.

use governance_host::error::CallError;
use serde_json::json;

use crate::component::Fixture;
use crate::host::{Host, description, list};

const LIST: &str = "list-resources";
/// Free memory behind every image of these tests.
const MARKER: &str = "(i32.const 100000)";

/// Answers whether memory, global and table were marked, and marks them; then
/// traps or not.
fn marking(end: &str) -> Vec<u8> {
    let mut fixture = Fixture::new();
    let fresh = fixture.answer(LIST, &json!({"ok": {"tenant": "fresh"}}));
    let used = fixture.answer(LIST, &json!({"ok": {"tenant": "used"}}));
    let body = format!(
        "(if (i32.or (i32.load {MARKER}) (i32.or (global.get $mark) (i32.gt_u (table.size $t) (i32.const 1))))
           (then (return (i32.const {used}))))
         (i32.store {MARKER} (i32.const 1)) (global.set $mark (i32.const 1))
         (drop (table.grow $t (ref.null func) (i32.const 1)))
         {end} (i32.const {fresh})"
    );
    fixture
        .answers("describe", &description())
        .item("(global $mark (mut i32) (i32.const 0)) (table $t 1 funcref)")
        .body(LIST, &body)
        .build()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_sees_what_an_earlier_one_wrote() {
    let host = Host::short();
    let connection = host.open(marking("")).await.unwrap();
    for _ in 0..3 {
        let page = list(&connection).await.unwrap();
        assert_eq!(page.tenant.as_deref(), Some("fresh"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_after_a_trap_is_a_first_call() {
    let host = Host::short();
    // Traps on a fresh instance only, so an old one would answer.
    let connection = host.open(marking("unreachable")).await.unwrap();
    for _ in 0..3 {
        assert!(matches!(list(&connection).await, Err(CallError::Breach(_))));
    }
    connection.check(0, "all").await.unwrap_err();
    host.others_work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_the_same_time_share_nothing() {
    let host = Host::short();
    let connection = host.open(marking("")).await.unwrap();
    let calls = [list(&connection), list(&connection), list(&connection)];
    let [first, second, third] = calls;
    let (first, second, third) = tokio::join!(first, second, third);
    for page in [first, second, third] {
        assert_eq!(page.unwrap().tenant.as_deref(), Some("fresh"));
    }
}
