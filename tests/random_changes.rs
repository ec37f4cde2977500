//! Whatever sequence of changes is made: each outcome is true, and a sync reads what
//! is so afterwards.

use std::collections::BTreeSet;

use openai_simulator::{Options, OrganizationRole, Template, Way};
use serde_json::Value;

use crate::access_is_what_the_rules_say::compare;
use crate::catalogue::{grant, revoke, rows};
use crate::support::{Organization, seed, side_by_side, text};

/// Changes of one sequence.
const LENGTH: usize = 40;
const TRIES: u64 = 3;

/// Numbers that look random, the same for the same seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What there is to choose from.
struct Cast {
    people: Vec<String>,
    groups: Vec<String>,
    /// Live ones, each with its custom roles.
    projects: Vec<(String, Vec<String>)>,
    roles: Vec<String>,
}

/// A change: whether it gives, what of, which role, and whose.
#[derive(Clone, Debug)]
struct Change {
    gives: bool,
    kind: &'static str,
    of: String,
    slug: String,
    principal: (&'static str, String),
}

impl Cast {
    fn of(at: &Organization) -> Self {
        let ids = |path: &str| -> Vec<String> {
            rows(at, path)
                .iter()
                .map(|it| text(it, "id").to_owned())
                .collect()
        };
        let custom = |path: &str| -> Vec<String> {
            let rows = rows(at, path);
            let custom = rows.iter().filter(|it| it["predefined_role"] == false);
            custom.map(|it| text(it, "id").to_owned()).collect()
        };
        let people = at.simulator.people().into_iter();
        let people = people.filter(|it| it.id.starts_with("user-") && !it.service_account);
        let projects = ids("/organization/projects").into_iter();
        Self {
            people: people.map(|it| it.id).collect(),
            groups: ids("/organization/groups"),
            projects: projects
                .map(|id| (id.clone(), custom(&format!("/projects/{id}/roles"))))
                .collect(),
            roles: custom("/organization/roles"),
        }
    }

    fn change(&self, random: &mut Random) -> Change {
        let person = ("user", random.pick(&self.people).clone());
        let group = ("group", random.pick(&self.groups).clone());
        let either = if random.below(3) == 0 {
            group.clone()
        } else {
            person.clone()
        };
        let gives = random.below(5) < 3;
        let (kind, of, slug, principal) = match random.below(6) {
            0 => ("group", group.1, "member".to_owned(), person),
            1 if random.below(2) == 0 => (
                "org_role",
                "role-api-organization-owner".to_owned(),
                "assigned".to_owned(),
                person,
            ),
            1 if !self.roles.is_empty() => (
                "org_role",
                random.pick(&self.roles).clone(),
                "assigned".to_owned(),
                either,
            ),
            _ => {
                let (project, custom) = random.pick(&self.projects);
                let predefined = ["owner", "member", "viewer"].map(str::to_owned);
                let slugs = [&predefined[..], custom].concat();
                (
                    "project",
                    project.clone(),
                    random.pick(&slugs).clone(),
                    either,
                )
            }
        };
        Change {
            gives,
            kind,
            of,
            slug,
            principal,
        }
    }

    /// Changes of which no two are of the same thing and the same principal: then
    /// each can be judged at the end.
    fn sequence(&self, random: &mut Random) -> Vec<Change> {
        let mut seen = BTreeSet::new();
        let mut changes = Vec::new();
        while changes.len() < LENGTH {
            let change = self.change(random);
            if seen.insert((change.of.clone(), change.principal.1.clone())) {
                changes.push(change);
            }
        }
        changes
    }
}

impl Change {
    fn line(&self) -> Value {
        let entitlement = format!("{}:{}:{}", self.kind, self.of, self.slug);
        let principal = format!("{}:{}", self.principal.0, self.principal.1);
        match self.gives {
            true => grant(&entitlement, &principal),
            false => revoke(&entitlement, &principal),
        }
    }

    /// Whether it is held in truth, by the principal itself.
    fn holds(&self, at: &Organization) -> bool {
        let (kind, principal) = (self.principal.0, &self.principal.1);
        let listed = |path: String, id: &str| {
            rows(at, &path).iter().any(|row| {
                // Predefined roles are told under their long form.
                text(row, "id").split("__").next() == Some(id)
            })
        };
        let access = at.simulator.access();
        let role = self.slug.as_str();
        let is_direct = |held: &openai_simulator::HeldRole, role: &str| {
            held.role == role && held.ways.contains(&Way::Direct)
        };
        match (self.kind, kind) {
            ("group", _) => listed(format!("/organization/groups/{}/users", self.of), principal),
            ("org_role", "group") => {
                listed(format!("/organization/groups/{principal}/roles"), &self.of)
            }
            ("org_role", _) => {
                let role = match self.of.ends_with("-owner") {
                    true => OrganizationRole::Owner.name(),
                    false => &self.of,
                };
                let row = access
                    .organization
                    .iter()
                    .find(|row| row.person == *principal);
                row.unwrap().roles.iter().any(|held| is_direct(held, role))
            }
            (_, "group") => {
                let id = match role {
                    "owner" | "member" | "viewer" => format!("role-api-project-{role}"),
                    id => id.to_owned(),
                };
                listed(
                    format!("/projects/{}/groups/{principal}/roles", self.of),
                    &id,
                )
            }
            _ => access
                .roles_in(principal, &self.of)
                .iter()
                .any(|held| is_direct(held, role)),
        }
    }
}

#[test]
fn any_sequence_of_changes_is_told_as_it_is_and_synced_as_it_is() {
    let first = seed();
    side_by_side(first..first + TRIES, |seed| {
        let organization = Organization::start(Options {
            organization: Template::Generated,
            users: 30,
            projects: 6,
            seed,
            ..Options::default()
        });
        let changes = Cast::of(&organization).sequence(&mut Random(seed));
        let bench = organization.bench();
        let lines = changes.iter().map(|change| format!("{}\n", change.line()));
        bench.write("changes.jsonl", lines.collect::<String>());
        let ran = bench.run(
            "apply changes.jsonl --provisioning=create,remove --settle-wait 0 --max-removals 99 --json",
        );
        assert!([0, 8].contains(&ran.code), "{}", ran.stderr);
        let told = ran.rows();
        assert_eq!(told.len(), changes.len());
        let mut made = 0;
        for (change, told) in changes.iter().zip(&told) {
            let Some(ended) = told["outcome"]["completion"]["name"].as_str() else {
                continue;
            };
            assert!(["complete", "no-op"].contains(&ended), "{told}");
            assert_eq!(
                change.holds(&organization),
                change.gives,
                "seed {seed}: {change:?}: {told}"
            );
            made += usize::from(ended == "complete");
        }
        assert!(
            made >= LENGTH / 4,
            "seed {seed}: too little came about: {made}"
        );
        compare(&organization);
    });
}
