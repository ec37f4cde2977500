//! The shapes of `harness list … --json`, which others rely on.

use openai_simulator::Template;
use serde_json::{Value, json};

use crate::support::{Organization, text};

/// The keys of a row, in their order.
fn keys(line: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut depth = 0;
    let mut rest = line;
    while let Some(start) = rest.find(['{', '}', '[', ']', '"']) {
        let (mark, after) = rest[start..].split_at(1);
        rest = after;
        match mark {
            "{" | "[" => depth += 1,
            "}" | "]" => depth -= 1,
            _ => {
                let end = closing_quote(rest);
                if depth == 1 && rest[end + 1..].starts_with(':') {
                    keys.push(rest[..end].to_owned());
                }
                rest = &rest[end + 1..];
            }
        }
    }
    keys
}

fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    let quote = text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    quote.unwrap()
}

fn assert_shape(listing: &str, expected: &[&str]) {
    let organization = Organization::named(Template::Lenient);
    let bench = organization.bench();
    assert_eq!(bench.run("sync").code, 6);
    let stdout = bench.succeed(&format!("list {listing} --json")).stdout;
    let first = stdout.lines().next().unwrap();
    assert_eq!(keys(first)[..expected.len()], *expected, "{first}");
}

#[test]
fn resources_have_their_shape() {
    let keys = [
        "connection",
        "type",
        "id",
        "name",
        "parent",
        "traits",
        "created_at",
        "attributes",
    ];
    assert_shape("resources", &keys);
    assert_shape("accounts", &keys);
}

#[test]
fn entitlements_have_their_shape() {
    assert_shape(
        "entitlements",
        &[
            "connection",
            "id",
            "resource_type",
            "resource_id",
            "slug",
            "name",
            "purpose",
            "grantable_to",
            "exclusion_group",
        ],
    );
}

#[test]
fn grants_have_their_shape() {
    assert_shape(
        "grants",
        &[
            "connection",
            "id",
            "entitlement_id",
            "principal_type",
            "principal_id",
            "directness",
            "immutable",
            "expands",
        ],
    );
}

#[test]
fn gaps_have_their_shape() {
    assert_shape(
        "gaps",
        &["connection", "surface", "scope", "reason", "detail"],
    );
}

#[test]
fn syncs_have_their_shape() {
    let keys = [
        "id",
        "connection",
        "connector",
        "connector_version",
        "component_sha256",
        "tenant",
        "started_at",
        "finished_at",
        "asked",
        "state",
        "gaps",
        "current",
    ];
    assert_shape("syncs", &keys);
}

#[test]
fn values_are_those_that_the_contract_builds() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    let entitlements = bench.succeed("list entitlements --json").rows();
    let owner = "org_role:role-api-organization-owner:assigned";
    let assigned: &Value = entitlements.iter().find(|it| it["id"] == owner).unwrap();
    assert_eq!(assigned["exclusion_group"], "org-role");
    assert_eq!(assigned["purpose"], "assignment");
    assert_eq!(assigned["slug"], "assigned");
    let grants = bench.succeed("list grants --json").rows();
    let held = grants
        .iter()
        .find(|it| it["entitlement_id"] == owner)
        .unwrap();
    let principal = text(held, "principal_id");
    assert_eq!(held["id"], json!(format!("{owner}:user:{principal}")));
    assert_eq!(held["directness"], "direct");
    assert_eq!(held["expands"], json!([]));
}

#[test]
fn times_are_rfc_3339_in_utc() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.succeed("sync");
    let accounts = bench.succeed("list accounts --type user --json").rows();
    for account in &accounts {
        let time = text(account, "created_at");
        assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
    }
}

#[test]
fn what_ends_early_ends_quietly() {
    let organization = Organization::generated(300, 1);
    let bench = organization.bench();
    bench.succeed("sync");
    let harness = env!("CARGO_BIN_EXE_harness");
    let db = bench.path("governance.db");
    let line = format!(
        "'{harness}' list grants --json --db '{}' | head -1",
        db.display()
    );
    let output = std::process::Command::new("sh")
        .args(["-c", &line])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("error"),
        "{output:?}"
    );
}
