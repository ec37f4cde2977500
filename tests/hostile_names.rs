//! Names come from strangers. Nothing in them acts on a terminal, a page or a
//! spreadsheet.

use openai_simulator::{Person, Template};

use crate::support::{Organization, Ran, text};

/// Characters that a terminal acts on or that deceive a reader's eye.
fn acts(character: char) -> bool {
    let invisible = matches!(u32::from(character),
        0x00ad | 0x061c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f
        | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f);
    (character.is_control() && character != '\n') || invisible
}

fn assert_tame(what: &str, ran: &Ran) {
    for output in [&ran.stdout, &ran.stderr] {
        let found = output.chars().find(|it| acts(*it));
        assert!(found.is_none(), "{what}: {found:?} in {output:?}");
    }
}

#[test]
fn nothing_in_a_name_acts_on_a_terminal() {
    let organization = Organization::named(Template::Hostile);
    let bench = organization.bench();
    assert_tame("sync", &bench.succeed("sync"));
    assert_tame("check", &bench.succeed("check"));
    for kind in ["accounts", "resources", "entitlements", "grants", "gaps"] {
        for json in ["", " --json"] {
            let listing = format!("list {kind}{json}");
            assert_tame(&listing, &bench.succeed(&listing));
        }
    }
    bench.succeed("sync");
    assert_tame("diff", &bench.succeed("diff"));
    for person in bench.succeed("list accounts --json").rows() {
        let id = format!("{}:{}", text(&person, "type"), text(&person, "id"));
        assert_tame(&id, &bench.ask(["access", &id]));
    }
    for project in bench.succeed("list resources --type project --json").rows() {
        let on = ["access", "--on", text(&project, "id")];
        assert_tame("on", &bench.ask(on));
    }
}

#[test]
fn a_name_stays_on_its_own_line() {
    let organization = Organization::named(Template::Hostile);
    let bench = organization.bench();
    bench.succeed("sync");
    let rows = bench.succeed("list accounts --json").rows().len();
    assert_eq!(rows, organization.simulator.people().len());
    let table = bench.succeed("list accounts").stdout;
    assert!(table.lines().count() <= rows + 2, "{table}");
}

#[test]
fn json_keeps_names_as_they_are() {
    let organization = Organization::named(Template::Hostile);
    let bench = organization.bench();
    bench.succeed("sync");
    let people = organization.simulator.people();
    let accounts = bench.succeed("list accounts --json").rows();
    // An empty name is replaced by another one, an overlong one is cut.
    let kept = |it: &&Person| {
        it.name
            .as_ref()
            .is_some_and(|it| (1..=1024).contains(&it.len()))
    };
    for person in people.iter().filter(kept) {
        let account = accounts
            .iter()
            .find(|it| it["id"] == person.id.as_str())
            .unwrap();
        assert_eq!(account["name"].as_str(), person.name.as_deref());
    }
}
