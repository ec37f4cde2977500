//! What a key or a plan does not open is a gap with its exact scope, the rest is
//! there, and whatever is missing matches a gap.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use openai_simulator::{
    Access, HeldRole, Options, OrganizationRole, Quirks, RestrictedKey, StatusCode, Surface,
    Template, Way,
};
use serde_json::{Value, json};

use crate::coverage::{assert_covered, covers, facts};
use crate::support::{Bench, Organization, seed, text};

/// The live projects of the small organization, and the groups in each.
const PROJECTS: [(&str, &[&str]); 4] = [
    ("Default project", &[]),
    ("Sandbox", &[]),
    ("Search", &["Researchers"]),
    ("Support", &["Support"]),
];
const GROUPS: [&str; 2] = ["Researchers", "Support"];

/// Which families of the API are open, each by one scope of a key.
#[derive(Debug, Clone, Copy)]
struct Open {
    management: bool,
    groups: bool,
    keys: bool,
    roles: bool,
}

impl Open {
    const ALL: Self = Self {
        management: true,
        groups: true,
        keys: true,
        roles: true,
    };

    /// Every combination that leaves something closed.
    fn in_part() -> impl Iterator<Item = Self> {
        (0..15).map(|bits| Self {
            management: bits & 1 != 0,
            groups: bits & 2 != 0,
            keys: bits & 4 != 0,
            roles: bits & 8 != 0,
        })
    }

    fn scopes(self) -> Vec<String> {
        let families = [
            (self.management, "api.management.read"),
            (self.groups, "api.groups.read"),
            (self.keys, "api.organization.projects.api_keys.read"),
            (self.roles, "api.roles.read"),
        ];
        let open = families.into_iter().filter(|(open, _)| *open);
        open.map(|(_, scope)| scope.to_owned()).collect()
    }

    /// The gaps of the small organization: surface, and the scope in words.
    fn gaps(self) -> BTreeSet<String> {
        let mut gaps = Vec::new();
        if !self.management {
            gaps.extend(MANAGEMENT_CLOSED.map(str::to_owned));
        }
        if !self.groups {
            gaps.extend(GROUPS_CLOSED.map(str::to_owned));
        }
        if !self.roles {
            gaps.extend(ROLES_CLOSED.map(str::to_owned));
        }
        if !self.roles && self.groups {
            gaps.extend(GROUPS.map(|group| format!("roles: grants org_role of group {group}")));
        }
        if self.management {
            let projects = PROJECTS.into_iter();
            gaps.extend(projects.flat_map(|(project, groups)| self.gaps_in(project, groups)));
        }
        gaps.into_iter().collect()
    }

    fn gaps_in(self, project: &str, groups: &[&str]) -> Vec<String> {
        let mut gaps = Vec::new();
        if !self.keys {
            gaps.push(format!("api-keys: resources api_key in {project}"));
        }
        if !self.groups {
            gaps.push(format!("project-groups: grants project {project} of group"));
        }
        if !self.roles {
            gaps.extend([
                format!("project-roles: everything project_role in {project}"),
                format!("project-roles: entitlements project {project}"),
                format!("project-roles: grants project {project} of user"),
                format!("project-roles: grants project {project} of service_account"),
            ]);
        }
        if !self.roles && self.groups {
            let of_group =
                |group| format!("project-roles: grants project {project} of group {group}");
            gaps.extend(groups.iter().map(of_group));
        }
        gaps
    }
}

const MANAGEMENT_CLOSED: [&str; 13] = [
    "admin-keys: resources admin_api_key",
    "invites: resources invitation",
    "invites: grants org_role of invitation",
    "invites: grants project of invitation",
    "projects: everything project",
    "projects: everything project_role",
    "projects: everything service_account",
    "projects: everything api_key",
    "users: resources user",
    "users: resources service_account",
    "users: grants org_role of user",
    "users: grants org_role of service_account",
    "users: grants organization",
];

const GROUPS_CLOSED: [&str; 2] = [
    "groups: everything group",
    "groups: grants org_role of group",
];

/// The organization's id is told by its roles alone.
const ROLES_CLOSED: [&str; 2] = [
    "roles: everything org_role",
    "roles: everything organization",
];

/// All that the small organization has, as a full key reads it.
struct Whole {
    facts: BTreeMap<String, Value>,
    names: BTreeMap<String, String>,
    types: BTreeMap<String, String>,
}

/// Read once for all tests: the seed makes the same ids each time.
static WHOLE: LazyLock<Whole> = LazyLock::new(|| {
    let organization = Organization::start(Options {
        seed: SEED,
        ..Options::default()
    });
    let bench = organization.bench();
    bench.succeed("sync");
    let rows = bench.succeed("list resources --json").rows();
    let of_each = |field| {
        let told = rows.iter().map(|row| (text(row, "id"), text(row, field)));
        told.map(|(id, told)| (id.to_owned(), told.to_owned()))
            .collect()
    };
    Whole {
        facts: facts(&bench),
        names: of_each("name"),
        types: of_each("type"),
    }
});

const SEED: u64 = 3;

/// The small organization, with a key that opens a part of it.
struct Small(Organization);

impl Small {
    fn with(scopes: Vec<String>, quirks: Quirks) -> Self {
        Self(Organization::start(Options {
            restricted_key: Some(RestrictedKey { key: None, scopes }),
            seed: SEED,
            quirks,
            ..Options::default()
        }))
    }

    /// Reads it with the restricted key, which leaves gaps.
    fn read_in_part(&self) -> Bench {
        let mut bench = self.0.bench();
        let key = self.0.simulator.restricted_key().unwrap();
        bench.set("OPENAI_ADMIN_KEY", key);
        let ran = bench.run("sync");
        assert_eq!(ran.code, 6, "{}", ran.stderr);
        bench
    }

    /// What a sync did not tell is covered, by a complete sync and by the
    /// simulator's own rules.
    fn assert_nothing_else_is_missing(&self, bench: &Bench) {
        assert_covered(&WHOLE.facts, bench);
        let part = facts(bench);
        let gaps = bench.succeed("list gaps --json").rows();
        let access = self.0.simulator.access();
        for fact in by_the_rules(&access, &WHOLE.types) {
            let told = part.values().any(|it| same_grant(it, &fact));
            let covered = gaps.iter().any(|gap| covers(&gap["scope"], &fact));
            assert!(
                told || covered,
                "by the rules, and neither told nor a gap: {fact}"
            );
        }
    }
}

/// Surface and scope of each gap, in words, with names in place of ids.
fn gaps(bench: &Bench, reason: &str) -> BTreeSet<String> {
    let rows = bench.succeed("list gaps --json").rows();
    for row in &rows {
        assert_eq!(text(row, "reason"), reason, "{row}");
    }
    let gaps: BTreeSet<_> = rows.iter().map(words).collect();
    assert_eq!(gaps.len(), rows.len(), "each gap once");
    gaps
}

fn words(gap: &Value) -> String {
    let scope = &gap["scope"];
    let subject = scope["subject"].as_str().unwrap_or("everything");
    let mut words = vec![format!("{}: {subject}", text(gap, "surface"))];
    let parts = [
        ("", &scope["resource_type"]),
        ("", &scope["resource_id"]),
        ("in ", &scope["parent"]["id"]),
        ("as ", &scope["slug"]),
        ("of ", &scope["principal_type"]),
        ("", &scope["principal_id"]),
    ];
    for (link, part) in parts {
        if let Some(part) = part.as_str() {
            let named = WHOLE.names.get(part);
            words.push(format!("{link}{}", named.map_or(part, |name| name)));
        }
    }
    words.join(" ")
}

/// A service account may be told of as a user.
fn same_grant(told: &Value, fact: &Value) -> bool {
    let parts = [
        "subject",
        "resource_type",
        "resource_id",
        "slug",
        "principal_id",
    ];
    parts.iter().all(|part| told[part] == fact[part])
}

/// The grants that the access of everybody comes from, each by itself.
fn by_the_rules(access: &Access, types: &BTreeMap<String, String>) -> Vec<Value> {
    let grant = |on: &str, id: &str, slug: &str, who: &str| {
        json!({
            "subject": "grants",
            "resource_type": on,
            "resource_id": id,
            "slug": slug,
            "principal_type": types[who],
            "principal_id": who,
        })
    };
    let mut facts = Vec::new();
    let mut held = |on: &str, id: &str, slug: &str, who: &str, role: &HeldRole| {
        for way in &role.ways {
            match way {
                Way::Direct => facts.push(grant(on, id, slug, who)),
                Way::Group(group) => facts.extend([
                    grant(on, id, slug, group),
                    grant("group", group, "member", who),
                ]),
                Way::OrganizationOwner => facts.push(grant(on, id, slug, OWNERS)),
            }
        }
    };
    for row in &access.organization {
        for role in &row.roles {
            held(
                "org_role",
                &org_role(&role.role),
                "assigned",
                &row.person,
                role,
            );
        }
    }
    for row in &access.projects {
        for role in &row.roles {
            held("project", &row.project, &role.role, &row.person, role);
        }
    }
    for row in &access.pending {
        let word = match row.organization_role {
            OrganizationRole::Owner => "owner",
            OrganizationRole::Reader => "reader",
        };
        facts.push(grant(
            "org_role",
            &org_role(word),
            "assigned",
            &row.invitation,
        ));
        let promised = row.projects.iter();
        facts.extend(promised.map(|it| grant("project", &it.project, &it.role, &row.invitation)));
    }
    facts
}

const OWNERS: &str = "role-api-organization-owner";

fn org_role(word: &str) -> String {
    match word {
        "owner" | "reader" => format!("role-api-organization-{word}"),
        id => id.to_owned(),
    }
}

#[test]
fn of_a_key_that_opens_a_part_in_every_combination() {
    for open in Open::in_part() {
        let small = Small::with(open.scopes(), Quirks::default());
        let bench = small.read_in_part();
        assert_eq!(gaps(&bench, "permission"), open.gaps(), "{open:?}");
        small.assert_nothing_else_is_missing(&bench);
    }
}

#[test]
fn of_a_key_whose_missing_scopes_are_told_with_401() {
    let quirks = Quirks {
        missing_scope: StatusCode::UNAUTHORIZED,
        ..Quirks::default()
    };
    let open = Open {
        groups: false,
        ..Open::ALL
    };
    let small = Small::with(open.scopes(), quirks);
    let bench = small.read_in_part();
    assert_eq!(gaps(&bench, "permission"), open.gaps());
}

/// An organization on a plan that has not these surfaces, and says so with this
/// status.
fn on_a_plan_without(surfaces: &[Surface], status: StatusCode) -> Small {
    let quirks = Quirks {
        not_in_plan: surfaces.iter().copied().collect(),
        not_in_plan_status: status,
        ..Quirks::default()
    };
    Small::with(Open::ALL.scopes(), quirks)
}

/// 403 without a word that a program could read is told as what it may be too.
const PLAN_STATUSES: [(StatusCode, &str); 3] = [
    (StatusCode::FORBIDDEN, "permission"),
    (StatusCode::PAYMENT_REQUIRED, "plan"),
    (StatusCode::NOT_FOUND, "plan"),
];

#[test]
fn of_the_free_plan() {
    let open = Open {
        groups: false,
        roles: false,
        ..Open::ALL
    };
    for (status, reason) in PLAN_STATUSES {
        let small = on_a_plan_without(&Quirks::FREE_PLAN, status);
        let bench = small.read_in_part();
        assert_eq!(gaps(&bench, reason), open.gaps(), "{status}");
        small.assert_nothing_else_is_missing(&bench);
    }
}

#[test]
fn of_a_plan_without_group_members() {
    for (status, reason) in PLAN_STATUSES {
        let small = on_a_plan_without(&[Surface::GroupUsers], status);
        let bench = small.read_in_part();
        let expected = GROUPS.map(|group| format!("group-members: grants group {group}"));
        assert_eq!(gaps(&bench, reason), expected.into(), "{status}");
        small.assert_nothing_else_is_missing(&bench);
    }
}

/// Role definitions can be read, but not who holds them: each principal's own
/// roles are unknown, and nobody else's.
#[test]
fn of_closed_role_assignments_alone() {
    let surfaces = [Surface::Assignments, Surface::ProjectAssignments];
    let small = on_a_plan_without(&surfaces, StatusCode::FORBIDDEN);
    let bench = small.read_in_part();
    for gap in bench.succeed("list gaps --json").rows() {
        let scope = &gap["scope"];
        assert_eq!(text(scope, "subject"), "grants");
        assert!(scope["principal_id"].is_string(), "{gap}");
        assert_eq!(text(&gap, "reason"), "permission");
    }
    small.assert_nothing_else_is_missing(&bench);
}

#[test]
fn of_random_organizations_under_a_restricted_key() {
    for (index, open) in Open::in_part().filter(|it| it.management).enumerate() {
        let options = |restricted_key| Options {
            organization: Template::Generated,
            users: 30,
            projects: 5,
            seed: seed() + index as u64,
            restricted_key,
            ..Options::default()
        };
        let undisturbed = Organization::start(options(None));
        let full = undisturbed.bench();
        full.run("sync");
        let whole = facts(&full);
        let scopes = open.scopes();
        let organization = Organization::start(options(Some(RestrictedKey { key: None, scopes })));
        let mut bench = organization.bench();
        let key = organization.simulator.restricted_key().unwrap();
        bench.set("OPENAI_ADMIN_KEY", key);
        assert_eq!(bench.run("sync").code, 6, "{open:?}");
        assert_covered(&whole, &bench);
    }
}

#[test]
fn a_key_that_is_no_longer_one_keeps_what_was_read_with_its_gaps() {
    let open = Open {
        roles: false,
        ..Open::ALL
    };
    let small = Small::with(open.scopes(), Quirks::default());
    let mut bench = small.read_in_part();
    let listed = |bench: &Bench| {
        ["resources", "entitlements", "grants", "gaps"]
            .map(|kind| bench.succeed(&format!("list {kind} --json")).stdout)
    };
    let before = listed(&bench);
    bench.set("OPENAI_ADMIN_KEY", "sk-admin-revoked");
    let ran = bench.run("sync");
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("invalid_api_key"), "{}", ran.stderr);
    assert_eq!(listed(&bench), before);
}
