//! What a component is and asks for is said before it is trusted.

use builtin_connectors::find;

use crate::support::{Bench, text};

#[test]
fn the_connector_imports_outgoing_http_and_nothing_else() {
    let inspected = Bench::alone().succeed("inspect --json").rows().remove(0);
    let imports = [
        "wasi:io/poll@0.2.12",
        "wasi:io/error@0.2.12",
        "wasi:io/streams@0.2.12",
        "wasi:http/types@0.2.12",
        "wasi:http/outgoing-handler@0.2.12",
    ];
    assert_eq!(inspected["imports"], serde_json::json!(imports));
}

#[test]
fn the_connector_stays_small() {
    let component = find("openai").unwrap().component;
    let size = component.len();
    assert!(size < 900_000, "{size} bytes");
    let bench = Bench::alone();
    bench.write("connector.wasm", component);
    let zipped = bench
        .command("gzip")
        .args(["-9", "-c", "connector.wasm"])
        .output()
        .unwrap();
    let size = zipped.stdout.len();
    assert!(zipped.status.success() && size < 300_000, "{size} bytes");
}

#[test]
fn all_that_the_connector_can_do_is_shown() {
    let shown = Bench::alone().succeed("inspect").stdout;
    let filters = vec![(r"\d+ bytes", "[size] bytes"), ("[0-9a-f]{64}", "[sha256]")];
    insta::with_settings!({filters => filters}, {
        insta::assert_snapshot!(shown);
    });
}

#[test]
fn every_route_reads_by_get_or_changes_and_uses_the_declared_credential() {
    let inspected = Bench::alone().succeed("inspect --json").rows().remove(0);
    for route in inspected["routes"].as_array().unwrap() {
        let reads = route["method"] == "GET";
        let effect = if reads { "read" } else { "change" };
        assert_eq!(route["effect"], effect, "{route}");
        assert_eq!(route["credential"], "openai-admin", "{route}");
    }
}

#[test]
fn every_type_offers_the_changes_that_openai_has_calls_for() {
    let roles = ["create-resource", "update-resource", "delete-resource"].as_slice();
    let all = [["grant", "revoke"].as_slice(), roles].concat();
    let expected = [
        ("organization", [].as_slice()),
        ("org_role", &all),
        ("user", &["delete-resource"]),
        (
            "invitation",
            &["create-account", "resend-invitation", "delete-resource"],
        ),
        ("group", &all),
        ("project", &all),
        ("project_role", roles),
        ("service_account", roles),
        ("api_key", roles),
        ("admin_api_key", &["delete-resource"]),
    ];
    let inspected = Bench::alone().succeed("inspect --json").rows().remove(0);
    let kinds = inspected["resource_types"].as_array().unwrap().iter();
    let offered: Vec<_> = kinds
        .map(|kind| {
            let changes = kind["changes"].as_array().unwrap().iter();
            let changes: Vec<_> = changes.map(|it| text(it, "kind")).collect();
            (text(kind, "id"), changes)
        })
        .collect();
    let expected = expected.map(|(kind, changes)| (kind, changes.to_vec()));
    assert_eq!(offered, expected);
}

#[test]
fn every_option_names_its_variable() {
    let help = Bench::alone().succeed("sync --help").stdout;
    for variable in [
        "GOVERNANCE_COMPONENT",
        "GOVERNANCE_CREDENTIAL_FILE",
        "GOVERNANCE_CONFIG",
        "GOVERNANCE_CACHE",
        "GOVERNANCE_CONNECTION",
        "GOVERNANCE_DB",
    ] {
        assert!(help.contains(variable), "{variable} in {help}");
    }
    let commands = [
        "inspect",
        "check",
        "sync",
        "list",
        "simulate",
        "grant",
        "revoke",
        "account create",
        "account delete",
        "account resend",
        "resource create",
        "resource update",
        "resource delete",
        "apply",
        "journal",
    ];
    for command in commands {
        let help = Bench::alone().succeed(&format!("{command} --help")).stdout;
        assert!(help.contains("Example"), "{command}: {help}");
    }
}
