//! Listings of a small store, as a person and as a program see them.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use clap::Parser;
use governance_contract::manifest::{ResourceTrait, ResourceType};
use governance_contract::model::{Gap, GapReason, Resource, Scope};
use governance_contract::samples::{self, entitlement, grant, id, resource, resource_type, user};
use governance_host::store::{Asked, Batch, Ending, Finish, NewSync};

use super::*;

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    list: ListArguments,
}

struct Place(tempfile::TempDir);

/// What was printed, and the error that ended it.
struct Ran {
    stdout: String,
    stderr: String,
    error: Option<anyhow::Error>,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn db(&self) -> PathBuf {
        self.0.path().join("governance.db")
    }

    fn sync(&self, connection: &str, gaps: &[Gap], ending: Ending<'_>) {
        let types = [
            ("user", ResourceTrait::User),
            ("group", ResourceTrait::Group),
        ]
        .map(|(id, one)| ResourceType {
            traits: vec![one],
            ..resource_type(id)
        });
        let new = NewSync {
            asked: &Asked::default(),
            connection,
            connector: "example",
            version: "1",
            component_sha256: "00",
            started_at: 0,
            resource_types: &types,
        };
        let mut store = Store::open_to_write(&self.db()).unwrap();
        let sync = store.begin_sync(&new).unwrap();
        let ada = Resource {
            name: "Ada\u{1b}[2J\u{202e}".into(),
            attributes: "{\"nick\": \"\u{202e}\"}".into(),
            ..user("u-1", &["u-1@example.org"])
        };
        let group = id("group", "g");
        let batch = Batch {
            entitlements: &[entitlement(group.clone(), "member")],
            grants: &[grant(group, "member", ada.id.clone())],
            resources: &[ada, resource("group", "g")],
            gaps,
        };
        store.write(sync, &[batch]).unwrap();
        let finish = Finish {
            ending,
            finished_at: 1_767_323_045,
            requests: &BTreeMap::new(),
        };
        store.finish_sync(sync, &finish).unwrap();
    }

    fn run(&self, arguments: &str) -> Ran {
        let db = self.db();
        let arguments = arguments.split(' ');
        let all = ["list"]
            .into_iter()
            .chain(arguments)
            .chain(["--db", db.to_str().unwrap()]);
        let parsed = CommandLine::try_parse_from(all).unwrap_or_else(|error| panic!("{error}"));
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let error = list(parsed.list.what, &mut stdout, &mut stderr).err();
        let [stdout, stderr] = [stdout, stderr].map(|it| String::from_utf8(it).unwrap());
        Ran {
            stdout,
            stderr,
            error,
        }
    }
}

fn gap() -> Gap {
    let scope = Scope {
        resource_type: Some("group".into()),
        ..Scope::default()
    };
    Gap {
        surface: "groups".into(),
        reason: GapReason::Plan,
        detail: "needs \"Pro\"".into(),
        ..samples::gap(scope)
    }
}

#[test]
fn people_see_a_table_of_each_list() {
    let place = Place::new();
    place.sync("default", &[gap()], Ending::Read);
    for (arguments, expected) in [
        (
            "accounts",
            "name                  e-mail           type  status  last use\n\
             Ada\\u{1b}[2J\\u{202e}  u-1@example.org  user  active\n",
        ),
        (
            "resources --type group",
            "type   id  name  status  belongs to\n\
             group  g   G     active\n",
        ),
        (
            "entitlements",
            "id              name    purpose     held by\n\
             group:g:member  MEMBER  assignment  user\n",
        ),
        (
            "grants",
            "who                   principal  entitlement     how\n\
             Ada\\u{1b}[2J\\u{202e}  user:u-1   group:g:member  direct\n",
        ),
        (
            "gaps",
            "surface  reason  what is unknown          detail\n\
             groups   plan    everything on group:any  needs \"Pro\"\n",
        ),
    ] {
        assert_eq!(place.run(arguments).stdout, expected, "{arguments}");
    }
}

#[test]
fn programs_get_one_printable_object_a_line() {
    let place = Place::new();
    place.sync("default", &[gap()], Ending::Read);
    for list in ["accounts", "resources", "entitlements", "grants", "gaps"] {
        let stdout = place.run(&format!("{list} --json")).stdout;
        assert!(
            stdout
                .chars()
                .all(|it| it == '\n' || (' '..'\u{7f}').contains(&it)),
            "{stdout}"
        );
        for line in stdout.lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(row["connection"], "default");
        }
    }
    let row: serde_json::Value =
        serde_json::from_str(&place.run("accounts --json").stdout).unwrap();
    assert_eq!(row["name"], "Ada\u{1b}[2J\u{202e}");
    assert_eq!(row["attributes"]["nick"], "\u{202e}");
}

#[test]
fn stderr_tells_how_many_and_how_far_to_trust_them() {
    let place = Place::new();
    place.sync("default", &[], Ending::Read);
    assert_eq!(
        place.run("accounts").stderr,
        "1 account\nconnection default: complete, read 2026-01-02T03:04:05Z\n"
    );
    place.sync("default", &[gap()], Ending::Read);
    place.sync("new", &[], Ending::Failed("no key"));
    assert_eq!(
        place.run("grants --principal nobody").stderr,
        "0 grants\n\
         WARNING: connection default: NOT complete, read 2026-01-02T03:04:05Z: what its 1 gap covers is \
         unknown, not absent; see `harness list gaps`\n\
         WARNING: connection new: nothing, since no sync of it has finished\n"
    );
}

#[test]
fn several_connections_are_told_apart() {
    let place = Place::new();
    place.sync("one", &[], Ending::Read);
    place.sync("two", &[], Ending::Read);
    let both = place.run("resources --type group").stdout;
    assert!(both.starts_with("connection  type   id"), "{both}");
    assert_eq!(both.lines().count(), 3);
    let one = place.run("resources --type group --connection two").stdout;
    assert!(
        one.starts_with("type   id") && one.lines().count() == 2,
        "{one}"
    );
}

#[test]
fn what_is_asked_wrongly_is_an_error_and_no_empty_list() {
    let place = Place::new();
    let error = |arguments| place.run(arguments).error.unwrap().to_string();
    assert!(error("accounts").starts_with("there is no database at"));
    place.sync("default", &[], Ending::Failed("no key"));
    assert_eq!(
        error("accounts"),
        "no sync has finished yet; the last one failed: no key"
    );
    place.sync("default", &[], Ending::Read);
    for (arguments, message) in [
        (
            "grants --type users",
            "no resource type is named `users`; there are `user`, `group`",
        ),
        (
            "accounts --type group",
            "no type of accounts is named `group`; there is `user`",
        ),
        (
            "gaps --connection prod",
            "no connection is named `prod`; there is `default`",
        ),
    ] {
        assert_eq!(error(arguments), message);
    }
}

#[test]
fn a_reader_that_leaves_is_an_error_that_says_so() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let place = Place::new();
    place.sync("default", &[], Ending::Read);
    for more in ["", "--json"] {
        let db = place.db();
        let all = ["list", "grants", "--db", db.to_str().unwrap()].into_iter();
        let parsed = CommandLine::parse_from(all.chain(more.split_whitespace()));
        let mut stderr = Vec::new();
        let error = list(parsed.list.what, &mut Gone, &mut stderr).unwrap_err();
        assert_eq!(
            error.downcast_ref::<io::Error>().unwrap().kind(),
            io::ErrorKind::BrokenPipe
        );
        assert!(stderr.is_empty());
    }
}
