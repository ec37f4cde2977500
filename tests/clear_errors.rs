//! What goes wrong is said once, clearly, with a hint and its exit code, and an
//! existing file is left as it was.

use std::net::TcpListener;

use openai_simulator::Template;

use crate::support::{Bench, Organization, Ran};

/// An error has its code, says these words, and gives a hint.
fn assert_clear(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    let errors = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "));
    assert_eq!(errors.count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("\nhint: "), "{}", ran.stderr);
    for word in words {
        assert!(ran.stderr.contains(word), "no `{word}` in: {}", ran.stderr);
    }
}

/// A bench with a database that holds a good sync, and its bytes.
fn synced(organization: &Organization) -> (Bench, Vec<u8>) {
    let bench = organization.bench();
    bench.succeed("sync");
    let bytes = std::fs::read(bench.path("governance.db")).unwrap();
    (bench, bytes)
}

fn assert_untouched(bench: &Bench, bytes: &[u8]) {
    assert!(std::fs::read(bench.path("governance.db")).unwrap() == bytes);
    assert_eq!(bench.run("list accounts").code, 0);
}

#[test]
fn a_wrong_key() {
    let organization = Organization::named(Template::Small);
    let (mut bench, bytes) = synced(&organization);
    bench.set("OPENAI_ADMIN_KEY", "sk-admin-wrong");
    let ran = bench.run("sync");
    assert_clear(&ran, 4, &["HTTP 401", "invalid_api_key"]);
    assert!(!ran.stderr.contains("sk-admin-wrong"), "{}", ran.stderr);
    assert_untouched(&bench, &bytes);
    assert_clear(&bench.run("check"), 4, &["HTTP 401"]);
}

#[test]
fn no_key() {
    let organization = Organization::named(Template::Small);
    let (mut bench, bytes) = synced(&organization);
    let before = organization.requests();
    bench.set("OPENAI_ADMIN_KEY", "");
    assert_clear(
        &bench.run("sync"),
        4,
        &["`openai-admin` is not set", "OPENAI_ADMIN_KEY"],
    );
    assert_clear(&bench.run("check"), 4, &["OPENAI_ADMIN_KEY"]);
    assert_eq!(organization.requests(), before);
    assert_untouched(&bench, &bytes);
}

#[test]
fn a_key_that_no_header_can_carry() {
    let organization = Organization::named(Template::Small);
    let mut bench = organization.bench();
    bench.set("OPENAI_ADMIN_KEY", "sk-admin-a b");
    assert_clear(&bench.run("sync"), 4, &["not one word"]);
    assert_eq!(organization.requests(), 0);
}

#[test]
fn a_wrong_url() {
    let organization = Organization::named(Template::Small);
    let cases = [
        ("api.openai.com/v1", "not an absolute URL"),
        ("http://api.openai.com/v1", "not https"),
        ("ftp://127.0.0.1/v1", "not https"),
        (
            "https://user:hunter2@api.openai.com/v1",
            "a user name or a password",
        ),
    ];
    for (url, words) in cases {
        let mut bench = organization.bench();
        bench.set("OPENAI_BASE_URL", url);
        let ran = bench.run("sync");
        assert_clear(&ran, 3, &["base_url", words]);
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
        assert!(!bench.path("governance.db").exists());
    }
}

#[test]
fn a_url_where_something_else_answers() {
    let organization = Organization::named(Template::Small);
    let (mut bench, bytes) = synced(&organization);
    let elsewhere = organization.simulator.base_url().replace("/v1", "/v2");
    bench.set("OPENAI_BASE_URL", &elsewhere);
    let ran = bench.run("sync");
    assert_clear(&ran, 3, &["not OpenAI's API", "base_url"]);
    assert_untouched(&bench, &bytes);
}

#[test]
fn a_refused_connection() {
    let organization = Organization::named(Template::Small);
    let (mut bench, bytes) = synced(&organization);
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    bench.set("OPENAI_BASE_URL", &format!("http://{free}/v1"));
    let ran = bench.run("sync");
    assert_clear(&ran, 5, &["Connection refused", &free.to_string()]);
    assert_untouched(&bench, &bytes);
}

#[test]
fn an_address_in_the_operators_own_network() {
    let bench = Organization::named(Template::Small).bench();
    for address in [
        "169.254.169.254",
        "10.0.0.1",
        "[::ffff:10.0.0.1]",
        "[fd00::1]",
        "0x0a.1",
    ] {
        let ran = bench.run(&format!("sync --set base_url=https://{address}/v1"));
        assert_clear(&ran, 3, &["not a public address"]);
    }
}

#[test]
fn an_unknown_resource_type() {
    let (bench, bytes) = synced(&Organization::named(Template::Small));
    let ran = bench.run("list resources --type users");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for kind in ["`users`", "user", "org_role", "invitation", "organization"] {
        assert!(ran.stderr.contains(kind), "{}", ran.stderr);
    }
    assert_untouched(&bench, &bytes);
}

#[test]
fn a_file_that_is_not_a_database() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    for contents in [
        "precious notes\n",
        "SQLite format 3\0 almost",
        "PK\u{3}\u{4}",
    ] {
        bench.write("governance.db", contents);
        assert_clear(&bench.run("sync"), 3, &["governance.db"]);
        assert_clear(&bench.run("list accounts"), 3, &["governance.db"]);
        let left = std::fs::read(bench.path("governance.db")).unwrap();
        assert_eq!(left, contents.as_bytes());
    }
    assert_eq!(organization.requests(), 0);
}

#[test]
fn no_database_yet() {
    let bench = Bench::alone();
    assert_clear(
        &bench.run("list accounts"),
        3,
        &["governance.db", "harness sync"],
    );
    assert!(!bench.path("governance.db").exists());
}

#[test]
fn a_setting_that_is_not_one() {
    let bench = Bench::alone();
    assert_clear(
        &bench.run("sync --set bas_url=x"),
        3,
        &["`bas_url`", "base_url"],
    );
    assert_eq!(bench.run("sync --set base_url").code, 2);
}

#[test]
fn a_wrong_option() {
    for arguments in [
        "",
        "snyc",
        "sync --key sk-admin-x",
        "list people",
        "sync --concurrency 0",
    ] {
        assert_eq!(Bench::alone().run(arguments).code, 2, "{arguments}");
    }
}

#[test]
fn a_credential_file() {
    let organization = Organization::named(Template::Small);
    let mut bench = organization.bench();
    bench.set("OPENAI_ADMIN_KEY", "");
    bench.write("key", format!("{}\n", organization.simulator.admin_key()));
    bench.succeed("check --credential-file key");
    bench.succeed("check --credential-file openai-admin=key");
    let ran = bench.run("check --credential-file other=key");
    assert_clear(&ran, 2, &["`other`", "openai-admin"]);
    let ran = bench.run("check --credential-file nowhere");
    assert_clear(&ran, 3, &["nowhere", "--credential-file"]);
}
