//! Accounts by invitation, and whatever access is about: made, changed and ended in
//! each state. A secret is shown once, and is nowhere else.

use openai_simulator::{Fault, Options, Template};
use serde_json::{Value, json};

use crate::catalogue::{email, rows};
use crate::scenes::invite;
use crate::support::{Bench, Organization, Ran, text};

const ALLOWED: &str = "--provisioning=create,remove --settle-wait 0 --json";

fn ask(bench: &Bench, asked: &[&str]) -> Ran {
    bench.ask(asked.iter().copied().chain(ALLOWED.split(' ')))
}

fn outcome(ran: &Ran) -> Value {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.rows().remove(0)["outcome"].take()
}

fn ended(outcome: &Value) -> &str {
    text(&outcome["completion"], "name")
}

/// The invitations of an address, whatever its case: id, role and status.
fn invitations(at: &Organization, address: &str) -> Vec<(String, String, String)> {
    let rows = rows(at, "/organization/invites");
    let of = rows
        .iter()
        .filter(|row| text(row, "email").eq_ignore_ascii_case(address));
    let told = |row: &Value| ["id", "role", "status"].map(|key| text(row, key).to_owned());
    of.map(told)
        .map(|[id, role, status]| (id, role, status))
        .collect()
}

/// The states of an address: what is asked for, how it ends, how many requests
/// change something, and what of the outcome says why.
#[test]
fn an_account_is_created_by_invitation_whatever_there_is_already() {
    let organization = Organization::named(Template::Small);
    invite(&organization, &email("waits"));
    invite(&organization, &email("promoted"));
    let bench = organization.bench();
    let cases = [
        ("ADA.Lovelace@example.com", "reader", "no-op", 0, "already"),
        ("alan.turing@example.com", "reader", "no-op", 0, "already"),
        ("Waits@Example.com", "reader", "no-op", 0, "invit"),
        ("promoted@example.com", "owner", "pending", 2, "e-mail"),
        (
            "dorothy.vaughan@example.com",
            "owner",
            "pending",
            2,
            "e-mail",
        ),
        ("nobody.yet@example.com", "reader", "pending", 1, "e-mail"),
    ];
    for (address, role, expected, requests, told) in cases {
        let before = organization.changing_requests();
        let asked = ["account", "create", address, "--role", role];
        let made = outcome(&ask(&bench, &asked));
        assert_eq!(ended(&made), expected, "{address}: {made}");
        assert!(made.to_string().contains(told), "{address}: {made}");
        assert_eq!(
            organization.changing_requests() - before,
            requests,
            "{address}"
        );
        if expected == "pending" {
            assert!(made["completion"]["until"].is_string(), "{made}");
            let there = invitations(&organization, address);
            assert_eq!(there.len(), 1, "{there:?}");
            assert_eq!((&*there[0].1, &*there[0].2), (role, "pending"));
        }
        let before = organization.changing_requests();
        assert_eq!(ended(&outcome(&ask(&bench, &asked))), "no-op", "{address}");
        assert_eq!(organization.changing_requests(), before, "{address}");
    }
}

#[test]
fn what_an_invitation_cannot_carry_is_refused() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let cases: [(&[&str], i32, &str); 7] = [
        (&["--project", "Search=viewer"], 2, "member"),
        (&["--project", "Search=Prompt engineer"], 2, "member"),
        (&["--role", "Auditor"], 2, "reader"),
        (&["--entitlement", "group:Researchers:member"], 2, ""),
        (&["--project", "Retired=member"], 8, "archived"),
        (&["--project", "Nowhere=member"], 2, "Nowhere"),
        (&["--role", "owner", "--role", "reader"], 2, ""),
    ];
    for (options, code, told) in cases {
        let asked = [&["account", "create", "new@example.com"], options].concat();
        let ran = ask(&bench, &asked);
        assert_eq!(ran.code, code, "{options:?}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(told), "{options:?}: {}", ran.stderr);
    }
    let ran = ask(
        &bench,
        &["account", "create", "no address", "--role", "reader"],
    );
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(organization.changing_requests(), 0);
}

#[test]
fn an_invitation_that_was_withdrawn_for_another_is_restored_if_that_fails() {
    let organization = Organization::named(Template::Small);
    let address = email("waits");
    invite(&organization, &address);
    let bench = organization.bench();
    organization
        .simulator
        .spoil_changes([None, Some(Fault::ServerError(409))]);
    let ran = ask(&bench, &["account", "create", &address, "--role", "owner"]);
    assert!(
        [7, 8].contains(&ran.code),
        "{}: {}{}",
        ran.code,
        ran.stdout,
        ran.stderr
    );
    let there = invitations(&organization, &address);
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!((&*there[0].1, &*there[0].2), ("reader", "pending"));
}

#[test]
fn invitations_are_sent_again_and_taken_back() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let address = "katherine.johnson@example.com";
    let before = invitations(&organization, address).remove(0);
    let made = outcome(&ask(&bench, &["account", "resend", address]));
    assert_eq!(ended(&made), "pending");
    assert!(
        made["consequences"].to_string().contains("e-mail"),
        "{made}"
    );
    let after = invitations(&organization, address).remove(0);
    assert_ne!(before.0, after.0);
    assert_eq!(before.1, after.1);
    outcome(&ask(&bench, &["account", "delete", address]));
    assert!(invitations(&organization, address).is_empty());
    let accepted = invitations(&organization, "alan.turing@example.com")
        .remove(0)
        .0;
    let accepted = format!("invitation:{accepted}");
    // An accepted one is history, and no account any more.
    for (command, code, told) in [
        ("delete", 8, "delete the user"),
        ("resend", 2, "there is no"),
    ] {
        let ran = ask(&bench, &["account", command, &accepted]);
        assert_eq!(ran.code, code, "{command}: {}", ran.stderr);
        assert!(ran.stderr.contains(told), "{command}: {}", ran.stderr);
    }
}

#[test]
fn what_is_gone_already_is_nothing_to_do() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let ends = [
        &["account", "delete", "alan.turing@example.com"][..],
        &["account", "delete", "katherine.johnson@example.com"],
        &["resource", "delete", "group:Researchers"],
        &[
            "resource",
            "delete",
            "service_account:Search/nightly-evaluation",
            "--force",
        ],
        &["resource", "delete", "api_key:Search/demonstration"],
        &["resource", "delete", "project_role:Support/Answering"],
        &["revoke", "project:Search:viewer", "gone@example.com"],
        &["revoke", "project:Search:member", "group:nobody"],
        &["revoke", "project:Search:member", "service_account:no-such"],
    ];
    for (number, asked) in ends.into_iter().enumerate() {
        let first = outcome(&ask(&bench, asked));
        let expected = if number < 6 { "complete" } else { "no-op" };
        assert_eq!(ended(&first), expected, "{asked:?}: {first}");
        let changes = organization.changing_requests();
        let again = outcome(&ask(&bench, asked));
        assert_eq!(ended(&again), "no-op", "{asked:?}: {again}");
        assert_eq!(organization.changing_requests(), changes, "{asked:?}");
    }
}

/// A name with the resources that are refused, and why.
#[test]
fn what_must_not_be_ended_or_changed_is_refused() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let cases: [(&[&str], i32, &str); 10] = [
        (&["delete", "project:Default project"], 8, "default project"),
        (
            &["update", "project:Default project", "--name", "Other"],
            8,
            "default project",
        ),
        (&["delete", "group:Support"], 8, "identity provider"),
        (
            &["update", "group:Support", "--name", "Other"],
            8,
            "identity provider",
        ),
        (
            &["delete", "org_role:owner"],
            2,
            "the service defines this role",
        ),
        (
            &["update", "org_role:reader", "--name", "Other"],
            2,
            "the service defines this role",
        ),
        (&["delete", "admin_api_key:pipeline"], 8, "force"),
        (&["delete", "project:Search", "--attribute", "x=y"], 2, ""),
        (
            &["create", "admin_api_key", "mine"],
            2,
            "makes no admin keys",
        ),
        (
            &["create", "group", "x", "--attribute", "colour=red"],
            2,
            "colour",
        ),
    ];
    for (asked, code, told) in cases {
        let asked = [&["resource"], asked].concat();
        let ran = ask(&bench, &asked);
        assert_eq!(ran.code, code, "{asked:?}: {}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stderr.to_lowercase().contains(told),
            "{asked:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn names_that_several_bear_are_never_guessed() {
    let organization = Organization::named(Template::Empty);
    let bench = organization.bench();
    let twins =
        [0, 1].map(|_| organization.made("/organization/groups", &json!({ "name": "Twin" })));
    let before = organization.changing_requests();
    for (asked, code) in [
        (["resource", "delete", "group:Twin"].as_slice(), 2),
        (&["resource", "create", "group", "Twin"], 8),
        (&["grant", "group:Twin:member", "group:Twin"], 2),
    ] {
        let ran = ask(&bench, asked);
        assert_eq!(ran.code, code, "{asked:?}: {}", ran.stderr);
        for twin in &twins {
            assert!(
                ran.stderr.contains(twin.as_str()),
                "{asked:?}: {}",
                ran.stderr
            );
        }
    }
    assert_eq!(organization.changing_requests(), before);
}

#[test]
fn the_admin_key_in_use_and_its_owner_stay() {
    let organization = Organization::start(Options {
        organization: Template::Small,
        accept_any_key: true,
        ..Options::default()
    });
    let made = organization.api(
        "POST",
        "/organization/admin_api_keys",
        &json!({ "name": "in use" }),
    );
    let mut bench = organization.bench();
    bench.set("OPENAI_ADMIN_KEY", text(&made, "value"));
    let owner = text(&made["owner"], "id");
    let before = organization.changing_requests();
    for asked in [
        ["resource", "delete", "admin_api_key:in use"],
        ["resource", "delete", &format!("user:{owner}")],
    ] {
        for force in [[].as_slice(), &["--force"]] {
            let ran = ask(&bench, &[&asked[..], force].concat());
            assert_eq!(
                ran.code, 8,
                "{asked:?} {force:?}: {}{}",
                ran.stdout, ran.stderr
            );
        }
    }
    assert_eq!(organization.changing_requests(), before);
    outcome(&ask(
        &bench,
        &["resource", "delete", "admin_api_key:pipeline"],
    ));
}

#[test]
fn a_repeated_creation_or_update_is_a_no_op() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let cases: [&[&str]; 7] = [
        &["create", "group", "Engineers"],
        &["create", "project", "Alpha"],
        &[
            "create",
            "org_role",
            "Checker",
            "--attribute",
            "permissions=api.groups.read",
        ],
        &[
            "create",
            "project_role",
            "Tester",
            "--parent",
            "project:Alpha",
            "--attribute",
            "permissions=api.model.read",
        ],
        &[
            "create",
            "service_account",
            "bot",
            "--parent",
            "project:Alpha",
        ],
        &[
            "update",
            "group:Researchers",
            "--name",
            "Researchers",
            "--name-is-same",
        ],
        &[
            "update",
            "org_role:Auditor",
            "--attribute",
            "description=Looks at all",
        ],
    ];
    for asked in cases {
        let asked: Vec<_> = asked
            .iter()
            .copied()
            .filter(|it| *it != "--name-is-same")
            .collect();
        let asked = [vec!["resource"], asked].concat();
        outcome(&ask(&bench, &asked));
        let before = organization.changing_requests();
        assert_eq!(ended(&outcome(&ask(&bench, &asked))), "no-op", "{asked:?}");
        assert_eq!(organization.changing_requests(), before, "{asked:?}");
    }
}

#[test]
fn archiving_says_that_it_is_that_and_what_stops_working() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    let made = outcome(&ask(&bench, &["resource", "delete", "project:Search"]));
    assert!(made["effects"].to_string().contains("archived"), "{made}");
    let consequences = made["consequences"].to_string();
    for told in ["7 keys", "1 service account", "cannot be brought back"] {
        assert!(consequences.contains(told), "{consequences}");
    }
    let made = outcome(&ask(
        &bench,
        &["account", "delete", "alan.turing@example.com"],
    ));
    assert!(made["consequences"].to_string().contains("keys"), "{made}");
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|it| it == text.as_bytes())
}

#[test]
fn a_new_key_is_shown_once_and_is_nowhere_else() {
    let organization = Organization::named(Template::Small);
    let mut bench = organization.bench();
    bench.set("GOVERNANCE_LOG", "trace");
    bench.succeed("sync");
    let account = [
        "resource",
        "create",
        "service_account",
        "bot",
        "--parent",
        "project:Search",
        "--attribute",
        "with_key=true",
    ];
    let first = ask(&bench, &account);
    let bot = organization.simulator.people();
    let bot = bot
        .iter()
        .find(|it| it.name.as_deref() == Some("bot"))
        .unwrap();
    let of_bot = format!("service_account={}", bot.id);
    let key = [
        "resource",
        "create",
        "api_key",
        "second",
        "--parent",
        "project:Search",
        "--attribute",
        &of_bot,
    ];
    let second = ask(&bench, &key);
    bench.write("third.jsonl", json!({
        "change": "create-resource", "type": "api_key", "name": "third", "parent": "project:Search",
        "attributes": { "service_account": bot.id },
    }).to_string());
    let third = bench.run(&format!("apply third.jsonl {ALLOWED}"));
    let runs = [first, second, third];
    let secrets: Vec<_> = runs
        .iter()
        .map(|ran| {
            let made = outcome(ran);
            let secret = text(&made["secrets"][0], "value").to_owned();
            assert!(secret.len() > 20, "{made}");
            assert_eq!(ran.stdout.matches(&secret).count(), 1);
            secret
        })
        .collect();
    // A key that is shown to people is shown once, too.
    let shown = bench.ask([
        "resource",
        "create",
        "api_key",
        "fourth",
        "--parent",
        "project:Search",
        "--attribute",
        &of_bot,
        "--provisioning=create",
    ]);
    let fourth = shown
        .stdout
        .split("shown only now: ")
        .nth(1)
        .unwrap()
        .trim()
        .to_owned();
    assert_eq!(shown.stdout.matches(&fourth).count(), 1);
    let logs = runs.iter().map(|ran| &ran.stderr).chain([&shown.stderr]);
    let logs: String = logs.cloned().collect();
    assert!(logs.contains("TRACE"), "the log is on");
    bench.succeed("sync");
    let told = [
        "journal --json",
        "journal",
        "list resources --json",
        "journal --verify",
    ]
    .map(|command| bench.succeed(command))
    .map(|ran| ran.stdout + &ran.stderr);
    for secret in secrets.iter().chain([&fourth]) {
        assert!(!logs.contains(secret.as_str()), "in the log");
        assert!(
            told.iter().all(|text| !text.contains(secret.as_str())),
            "told again"
        );
        for file in std::fs::read_dir(bench.path("")).unwrap() {
            let path = file.unwrap().path();
            assert!(
                !holds(&std::fs::read(&path).unwrap(), secret),
                "{}",
                path.display()
            );
        }
    }
}
