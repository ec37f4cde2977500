//! Answers that break the contract are refused whole.

use governance_host::contract::bounds::{ITEMS, Violation};
use governance_host::error::CallError;
use governance_host::instance::Breach;
use governance_host::limits::Limits;
use serde_json::{Value, json};

use crate::component::{Fixture, constant};
use crate::host::{Host, limits};
use crate::upstream::Upstream;

const LIST: &str = "list-resources";

fn answering(page: &Value) -> Fixture {
    Fixture::new().answers(LIST, &json!({ "ok": page }))
}

fn user(id: &str) -> Value {
    json!({
        "id": {"resource-type": "user", "id": id},
        "name": "Ada", "attributes": "{}",
    })
}

fn grant(resource_type: &str, slug: &str) -> Value {
    let id = json!({"resource-type": resource_type, "id": "u1"});
    json!({"resource": id, "slug": slug, "principal": {"resource-type": "user", "id": "u1"}})
}

async fn violation(host: &Host, page: &Value) -> Violation {
    match host.list(answering(page)).await {
        Err(CallError::Contract(violation)) => violation,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_breaks_the_contract_is_refused_by_place_and_rule() {
    // So that the contract's bound is met before the host's.
    let roomy = Limits {
        memory: 32 << 20,
        host_call_bytes: 16 << 20,
        ..limits()
    };
    let host = Host::new(roomy, Upstream::good());
    let page = host
        .list(answering(&json!({"resources": [user("u1")]})))
        .await;
    assert_eq!(page.unwrap().resources[0].id.id, "u1");

    let long = "x".repeat(1_025);
    let many = vec![grant("user", "s"); ITEMS + 1];
    let token = json!({"token": "x".repeat(8_193)});
    let tokens = vec![json!({"token": "t"}); 1_025];
    let cases = [
        (json!({"resources": [user(&long)]}), "resources[0].id"),
        (json!({"resources": [user("")]}), "resources[0].id"),
        (
            json!({"resources": [user("a\u{1b}[2J")]}),
            "resources[0].id",
        ),
        (
            json!({"resources": [{"id": {"resource-type": "pirate", "id": "1"}, "attributes": "{}"}]}),
            "resources[0].id",
        ),
        (
            json!({"resources": [{"id": {"resource-type": "user", "id": "1"}, "attributes": "[1]"}]}),
            "resources[0].attributes",
        ),
        (
            json!({"grants": [grant("pirate", "s")]}),
            "grants[0].resource",
        ),
        (json!({"grants": [grant("user", "")]}), "grants[0].slug"),
        (json!({"grants": many}), "grants"),
        (
            json!({"gaps": [{"surface": "elsewhere"}]}),
            "gaps[0].surface",
        ),
        (json!({"next": [token]}), "next[0].token"),
        (json!({"next": tokens}), "next"),
        (json!({"tenant": ""}), "tenant"),
    ];
    for (page, place) in cases {
        assert_eq!(violation(&host, &page).await.place, place);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_value_at_all_is_a_trap_with_its_reason() {
    let host = Host::short();
    let invalid = answering(&json!({"tenant": "ab"})).spoil("ab", b"\xff\xfe");
    let far = Fixture::new().body(LIST, "(i32.const 0x7ffffff0)");
    let odd = Fixture::new().body(LIST, "(i32.const 1025)");
    let case = Fixture::new().body(
        LIST,
        &format!("(i32.store8 {at} (i32.const 9)) {at}", at = constant(64)),
    );
    let cases = [
        ("invalid UTF-8", invalid, "utf-8"),
        ("an answer beyond memory", far, "out of bounds"),
        ("an answer that is not aligned", odd, "not aligned"),
        ("a case that there is not", case, "discriminant"),
        (
            "a list beyond memory",
            list_of(0x0fff_ffff),
            "out of bounds",
        ),
        (
            "a list whose size overflows",
            list_of(0xffff_ffff),
            "out of bounds",
        ),
    ];
    for (what, fixture, words) in cases {
        match host.breach(fixture).await {
            Breach::Trap(text) => {
                assert!(text.to_lowercase().contains(words), "{what}: {text}");
            }
            other => panic!("{what}: {other}"),
        }
    }
}

/// A page that claims to hold so many resources.
fn list_of(count: u32) -> Fixture {
    let mut fixture = Fixture::new();
    let answer = fixture.answer(LIST, &json!({"ok": {}}));
    let resources = answer + fixture.place(LIST, &["ok", "resources"]);
    let body = format!(
        "(i32.store (i32.const {}) (i32.const {count})) (i32.const {answer})",
        resources + 4
    );
    fixture.body(LIST, &body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_description_that_misleads_opens_no_connection() {
    let host = Host::short();
    let good = crate::host::description();
    let cases = [
        (
            "/ok/resource-types/0/id",
            json!("us\u{1b}er"),
            "resource-types[0].id",
        ),
        ("/ok/routes/1/id", json!("read-item"), "routes"),
        (
            "/ok/routes/0/path",
            json!("/items/../{id}"),
            "cannot be used",
        ),
        ("/ok/routes/0/credential", json!("other"), "is not declared"),
        (
            "/ok/routes/0/base",
            json!({"fixed": "http://evil.example"}),
            "cannot be used",
        ),
        ("/ok/fields/0/key", json!("BASE URL"), "fields[0].key"),
    ];
    for (place, wrong, words) in cases {
        let mut description = good.clone();
        *description.pointer_mut(place).unwrap() = wrong;
        let fixture = Fixture::new().answers("describe", &description);
        let error = host.open(fixture.build()).await.err().unwrap();
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        assert!(text.contains(words), "{place}: {text}");
        host.others_work().await;
    }
}
