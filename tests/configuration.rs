//! What `harness.toml` sets is in force, and what it cannot mean is an error.

use openai_simulator::Template;

use crate::support::{Bench, Organization, Ran};

/// A bench without a key in its environment.
fn keyless(organization: &Organization) -> Bench {
    let mut bench = organization.bench();
    bench.set("OPENAI_ADMIN_KEY", "");
    bench.write("key.txt", organization.simulator.admin_key());
    bench
}

fn assert_said(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.code, code, "{}", ran.stderr);
    for words in words {
        assert!(
            ran.stderr.contains(words),
            "no `{words}` in: {}",
            ran.stderr
        );
    }
}

#[test]
fn inspect_shows_the_limits_in_force() {
    let bench = Bench::alone();
    let limits = |bench: &Bench| bench.succeed("inspect --json").rows()[0]["limits"].clone();
    assert_eq!(limits(&bench)["memory"], 64 << 20);
    assert!(limits(&bench)["fuel"].is_null());
    bench.write(
        "harness.toml",
        "[limits]\nmemory = \"32 MiB\"\ncall_time = 2.5\n",
    );
    assert_eq!(limits(&bench)["memory"], 32 << 20);
    assert_eq!(limits(&bench)["call_time"], 2.5);
    let text = bench.succeed("inspect").stdout;
    assert!(text.contains("memory") && text.contains("32 MiB"), "{text}");
}

#[test]
fn a_limit_that_is_reached_says_the_line_that_raises_it_and_the_line_does() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.write("harness.toml", "[limits]\nresponse_body = 100\n");
    let ran = bench.run("sync");
    let line = "response_body = \"200 B\"";
    assert_said(&ran, 5, &["limit `response_body`: 100 B", line]);
    bench.write("harness.toml", format!("[limits]\n{line}\n"));
    assert_said(&bench.run("sync"), 5, &["limit `response_body`: 200 B"]);
    bench.write("harness.toml", "[limits]\nresponse_body = \"1 MiB\"\n");
    bench.succeed("sync");
}

#[test]
fn what_the_configuration_cannot_mean_is_said_with_its_place() {
    let bench = Bench::alone();
    let cases = [
        ("[limits]\nmemroy = 1\n", "`memroy` is no limit"),
        ("[limits]\nmemory = 0\n", "above zero"),
        ("[limits]\nmemory = \"1 TB\"\n", "such as \"64 MiB\""),
        ("limit = 1\n", "unknown field `limit`"),
        ("ca-file = 1\n", "invalid type"),
        (
            "[credential-command]\nopenai-admin = \"op\"\n",
            "invalid type",
        ),
    ];
    for (text, words) in cases {
        bench.write("harness.toml", text);
        let ran = bench.run("inspect");
        assert_said(&ran, 3, &["harness.toml", words, "docs/configuration.md"]);
    }
}

#[cfg(unix)]
#[test]
fn a_key_comes_from_a_command_of_the_configuration_or_the_command_line() {
    let organization = Organization::named(Template::Small);
    let bench = keyless(&organization);
    assert_said(
        &bench.run("sync"),
        4,
        &["--credential-command openai-admin=COMMAND"],
    );
    let config = "[credential-command]\nopenai-admin = [\"cat\", \"key.txt\"]\n";
    bench.write("harness.toml", config);
    bench.succeed("sync");

    bench.write("harness.toml", "");
    let mut by_variable = keyless(&organization);
    by_variable.set("GOVERNANCE_CREDENTIAL_COMMAND", "cat key.txt");
    by_variable.succeed("sync");
}

#[cfg(unix)]
#[test]
fn a_command_that_fails_is_told_without_what_it_printed() {
    let organization = Organization::named(Template::Small);
    let bench = keyless(&organization);
    let script = "echo s3cret-output; echo not signed in >&2; exit 3";
    let config = format!("[credential-command]\nopenai-admin = [\"sh\", \"-c\", \"{script}\"]\n");
    bench.write("harness.toml", config);
    let ran = bench.run("sync");
    assert_said(
        &ran,
        4,
        &["`openai-admin`", "exit status: 3", "not signed in"],
    );
    assert!(!ran.stderr.contains("s3cret"), "{}", ran.stderr);
    assert_eq!(organization.requests(), 0);
}

#[test]
fn a_ca_file_that_holds_none_is_refused_before_any_request() {
    let organization = Organization::named(Template::Small);
    let bench = organization.bench();
    bench.write("empty.pem", "");
    let none = "holds no certificate";
    assert_said(
        &bench.run("sync --ca-file empty.pem"),
        3,
        &["empty.pem", none],
    );
    assert_said(
        &bench.run("sync --ca-file nowhere.pem"),
        3,
        &["nowhere.pem"],
    );
    bench.write("harness.toml", "ca-file = \"empty.pem\"\n");
    assert_said(&bench.run("sync"), 3, &["empty.pem", none]);
    assert_eq!(organization.requests(), 0);
}
