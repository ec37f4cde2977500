//! c1z files of what no simulated service has: every fact that a row can hold,
//! ids that collide, names that are an attack.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "all of this is tests; clippy excuses only the test functions"
)]

mod reader;

use std::collections::BTreeMap;

use governance_contract::manifest::{ResourceTrait, ResourceType};
use governance_contract::model::{
    AccountKind, Directness, EmailAddress, Entitlement, Exclusion, Expansion, Grant, LastUse,
    Purpose, Resource, Secret, Status,
};
use governance_contract::samples::{entitlement, grant, id, resource, resource_type, user};
use governance_export::c1z;
use governance_store::{Asked, Batch, Ending, Finish, NewSync, Store};
use reader::{C1z, Value, structure};
use tempfile::TempDir;

/// A store with one sync of a batch, exported.
struct Exported {
    summary: c1z::Summary,
    c1z: C1z,
    _folder: TempDir,
}

impl Exported {
    fn of(batch: Batch<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("governance.db");
        let mut store = Store::open_to_write(&path).unwrap();
        let types = types();
        let new = NewSync {
            connection: "default",
            connector: "example",
            version: "1",
            component_sha256: "00",
            started_at: 1_767_323_045,
            resource_types: &types,
            asked: &Asked::default(),
        };
        let sync = store.begin_sync(&new).unwrap();
        store.write(sync, &[batch]).unwrap();
        let finish = Finish {
            ending: Ending::Read,
            finished_at: 1_767_323_145,
            requests: &BTreeMap::new(),
        };
        store.finish_sync(sync, &finish).unwrap();
        let sync = store.current_syncs(None).unwrap().remove(0);
        let mut bytes = Vec::new();
        let summary = c1z::write(&store, &sync, &mut bytes, folder.path()).unwrap();
        let c1z = C1z::unpack(&bytes);
        c1z.assert_sound();
        Self {
            summary,
            c1z,
            _folder: folder,
        }
    }

    fn resource(&self, id: &str) -> reader::Fields {
        self.c1z.message("v1_resources", id)
    }

    fn grant(&self, id: &str) -> reader::Fields {
        self.c1z.message("v1_grants", id)
    }
}

fn types() -> Vec<ResourceType> {
    [
        ("user", ResourceTrait::User),
        ("robot", ResourceTrait::User),
        ("group", ResourceTrait::Group),
        ("project", ResourceTrait::Scope),
        ("key", ResourceTrait::Secret),
    ]
    .map(|(id, one)| ResourceType {
        traits: vec![one],
        ..resource_type(id)
    })
    .into()
}

fn with_account(mut resource: Resource, change: impl FnOnce(&mut Resource)) -> Resource {
    change(&mut resource);
    resource
}

fn expanding(grant: Grant, deep: bool) -> Grant {
    let slugs = vec!["member".into()];
    Grant {
        expands: Some(Expansion { slugs, deep }),
        ..grant
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

#[test]
fn every_fact_of_an_account_is_told() {
    let ada = with_account(user("ada", &["ada@example.org", "a@example.org"]), |it| {
        it.name = "Ada King Lovelace".into();
        it.status = Status::Disabled;
        it.created_at = Some(1_000);
        it.last_use = Some(LastUse {
            at: 2_000,
            using: "login".into(),
        });
        it.attributes = r#"{"seat":3,"tags":["a",null],"on":true}"#.into();
        it.aliases = vec![id("robot", "r2")];
    });
    let exported = Exported::of(Batch {
        resources: &[ada],
        ..Batch::default()
    });
    let resource = exported.resource("user:ada");
    let trait_of = resource.annotation("UserTrait").unwrap();
    assert_eq!(trait_of.messages(1)[1].text(1), "a@example.org");
    assert_eq!(trait_of.message(2).number(1), 2);
    assert_eq!(trait_of.message(8).number(1), 1_000);
    assert_eq!(trait_of.message(9).number(1), 2_000);
    assert_eq!(resource.message(12).number(1), 1_000);
    let aliases = resource.annotation("Aliases").unwrap();
    assert_eq!(aliases.message(1).text(1), "r2");
    let profile = structure(&resource.message(9));
    assert_eq!(profile, structure(&trait_of.message(3)));
    assert_eq!(profile["first_name"], text("Ada"));
    assert_eq!(profile["last_name"], text("King Lovelace"));
    let Value::Fields(attributes) = &profile["attributes"] else {
        panic!("{profile:?}")
    };
    assert_eq!(attributes["seat"], Value::Number(3.0));
    assert_eq!(attributes["on"], Value::Flag(true));
    let tags = Value::List(vec![text("a"), Value::Null]);
    assert_eq!(attributes["tags"], tags);
}

#[test]
fn a_secret_tells_whose_it_is_and_never_its_value() {
    let key = with_account(resource("key", "k"), |it| {
        it.parent = Some(id("project", "p"));
        it.expires_at = Some(3_000);
        it.last_use = Some(LastUse {
            at: 2_000,
            using: "api-key".into(),
        });
        it.secret = Some(Secret {
            owner: Some(id("robot", "ci")),
            redacted_value: Some("sk-…abcd".into()),
        });
    });
    let resources = [key, resource("project", "p"), user("eve", &[])];
    let exported = Exported::of(Batch {
        resources: &resources,
        ..Batch::default()
    });
    let key = exported.resource("key:k");
    assert_eq!(reader::resource_id(&key.message(2)), "project:p");
    let secret = key.annotation("SecretTrait").unwrap();
    assert_eq!(secret.message(3).number(1), 3_000);
    assert_eq!(secret.message(4).number(1), 2_000);
    assert_eq!(reader::resource_id(&secret.message(6)), "robot:ci");
    let profile = structure(&key.message(9));
    assert_eq!(profile["redacted_value"], text("sk-…abcd"));
}

#[test]
fn states_are_those_that_baton_has_a_word_for() {
    for (status, number, details) in [
        (Status::Active, 1, ""),
        (Status::Disabled, 2, ""),
        (Status::Archived, 2, "archived"),
        (Status::Pending, 0, "pending"),
        (Status::NotTold, 0, ""),
    ] {
        let one = with_account(resource("project", "p"), |it| it.status = status);
        let exported = Exported::of(Batch {
            resources: &[one],
            ..Batch::default()
        });
        let told = exported.resource("project:p").message(11);
        assert_eq!((told.number(1), told.text(2).as_str()), (number, details));
    }
}

#[test]
fn a_grant_tells_how_it_is_held() {
    let resources = [
        user("ada", &[]),
        user("bob", &[]),
        user("eve", &[]),
        resource("group", "g"),
        resource("project", "p"),
    ];
    let entitlements = [
        entitlement(id("group", "g"), "member"),
        Entitlement {
            purpose: Purpose::Ownership,
            exclusion: Some(Exclusion {
                group: "project-role".into(),
                is_default: true,
            }),
            grantable_to: vec!["user".into(), "robot".into()],
            ..entitlement(id("project", "p"), "owner")
        },
    ];
    let (group, project) = (id("group", "g"), id("project", "p"));
    let grants = [
        grant(group.clone(), "member", id("user", "ada")),
        Grant {
            pending: true,
            ..grant(group.clone(), "member", id("user", "eve"))
        },
        expanding(grant(project.clone(), "owner", group.clone()), false),
        Grant {
            immutable: Some("the last owner".into()),
            expires_at: Some(0),
            ..grant(project.clone(), "owner", id("user", "ada"))
        },
        Grant {
            directness: Directness::Inherited(vec![id("group", "other")]),
            ..grant(project, "owner", id("user", "bob"))
        },
    ];
    let exported = Exported::of(Batch {
        resources: &resources,
        entitlements: &entitlements,
        grants: &grants,
        ..Batch::default()
    });
    assert_eq!(exported.summary.pending, 1);
    assert_eq!(
        (exported.summary.left_out, exported.summary.partial),
        (0, false)
    );
    assert_eq!(exported.c1z.count("v1_grants"), 4);
    let both = exported.grant("project:p:owner:user:ada");
    let sources = [("group:g:member", true), ("project:p:owner", true)];
    let sources = sources.map(|(id, direct)| (id.to_owned(), direct)).into();
    assert_eq!(reader::sources(&both), sources);
    let immutable = both.annotation("GrantImmutable").unwrap();
    let why = structure(&immutable.message(2));
    assert_eq!(why["reason"], text("the last owner"));
    let metadata = structure(&both.annotation("GrantMetadata").unwrap().message(1));
    assert_eq!(metadata["expires_at"], text("1970-01-01T00:00:00Z"));
    let inherited = exported.grant("project:p:owner:user:bob");
    assert!(inherited.annotation("GrantImmutable").is_some());
    let owner = exported.c1z.message("v1_entitlements", "project:p:owner");
    assert_eq!(owner.number(7), 3);
    let exclusion = owner.annotation("EntitlementExclusionGroup").unwrap();
    assert_eq!(
        (exclusion.text(1).as_str(), exclusion.flag(3)),
        ("project-role", true)
    );
    // There is no robot, and so no type of robots.
    assert_eq!(owner.messages(5).len(), 1);
}

#[test]
fn purposes_and_kinds_of_accounts_have_the_numbers_of_baton() {
    for (purpose, number) in [
        (Purpose::Assignment, 1),
        (Purpose::Permission, 2),
        (Purpose::Ownership, 3),
    ] {
        let exported = Exported::of(Batch {
            resources: &[resource("project", "p")],
            entitlements: &[Entitlement {
                purpose,
                ..entitlement(id("project", "p"), "it")
            }],
            ..Batch::default()
        });
        let told = exported.c1z.message("v1_entitlements", "project:p:it");
        assert_eq!(told.number(7), number);
        assert_eq!(told.text(8), "it");
    }
    for (kind, number) in [(AccountKind::Human, 1), (AccountKind::Service, 2)] {
        let one = with_account(user("ada", &[]), |it| {
            let account = it.account.as_mut().unwrap();
            (account.kind, account.login) = (kind, Some("ada.l".into()));
        });
        let exported = Exported::of(Batch {
            resources: &[one],
            ..Batch::default()
        });
        let told = exported.resource("user:ada").annotation("UserTrait");
        let told = told.unwrap();
        assert_eq!((told.number(5), told.text(6).as_str()), (number, "ada.l"));
    }
}

#[test]
fn what_leads_nowhere_is_left_out_and_counted() {
    let resources = [user("ada", &[]), resource("project", "p")];
    let entitlements = [
        entitlement(id("project", "p"), "owner"),
        entitlement(id("project", "gone"), "owner"),
    ];
    let grants = [
        grant(id("project", "p"), "owner", id("user", "ada")),
        grant(id("project", "p"), "owner", id("user", "gone")),
        grant(id("project", "gone"), "owner", id("user", "ada")),
        grant(id("project", "p"), "gone", id("user", "ada")),
    ];
    let exported = Exported::of(Batch {
        resources: &resources,
        entitlements: &entitlements,
        grants: &grants,
        ..Batch::default()
    });
    assert_eq!(exported.summary.left_out, 4);
    assert!(exported.summary.partial);
    assert_eq!(exported.c1z.sync_type(), "partial");
    assert_eq!(exported.c1z.count("v1_grants"), 1);
}

#[test]
fn a_parent_that_is_not_known_is_told_in_the_profile_alone() {
    let in_project = |id_of: &str| {
        with_account(resource("key", id_of), |it| {
            it.parent = Some(id("project", "unread"));
        })
    };
    let resources = [in_project("k1"), in_project("k2"), user("ada", &[])];
    let exported = Exported::of(Batch {
        resources: &resources,
        ..Batch::default()
    });
    let summary = &exported.summary;
    assert_eq!((summary.without_parent, summary.left_out), (2, 0));
    assert!(summary.partial);
    assert_eq!(exported.c1z.sync_type(), "partial");
    let key = exported.resource("key:k1");
    assert!(key.optional(2).is_none());
    assert_eq!(structure(&key.message(9))["parent"], text("project:unread"));
    assert!(!structure(&exported.resource("user:ada").message(9)).contains_key("parent"));
}

#[test]
fn a_resource_of_no_known_type_is_left_out() {
    let resources = [resource("spaceship", "s"), user("ada", &[])];
    let exported = Exported::of(Batch {
        resources: &resources,
        ..Batch::default()
    });
    assert_eq!(exported.summary.left_out, 1);
    assert!(exported.summary.partial);
    assert_eq!(exported.c1z.count("v1_resources"), 1);
}

#[test]
fn ids_that_collide_never_join_two_things() {
    let resources = [
        user("ada", &[]),
        resource("project", "a"),
        resource("project", "a:b"),
    ];
    // Both have the id `project:a:b:c`.
    let entitlements = [
        entitlement(id("project", "a"), "b:c"),
        entitlement(id("project", "a:b"), "c"),
    ];
    let grants = [grant(id("project", "a:b"), "c", id("user", "ada"))];
    let exported = Exported::of(Batch {
        resources: &resources,
        entitlements: &entitlements,
        grants: &grants,
        ..Batch::default()
    });
    assert_eq!(exported.summary.left_out, 2);
    assert!(exported.summary.partial);
    assert_eq!(exported.c1z.count("v1_entitlements"), 1);
    assert_eq!(exported.c1z.count("v1_grants"), 0);
}

/// What the tests of exports rest on would be worth nothing if it took everything.
#[test]
fn a_file_that_is_off_anywhere_is_not_taken_for_sound() {
    let resources = [
        user("ada", &["ada@example.org"]),
        resource("group", "g"),
        resource("project", "p"),
        with_account(resource("key", "k"), |it| {
            it.parent = Some(id("project", "p"))
        }),
    ];
    let entitlements = [
        entitlement(id("group", "g"), "member"),
        entitlement(id("project", "p"), "owner"),
    ];
    let grants = [
        grant(id("group", "g"), "member", id("user", "ada")),
        expanding(grant(id("project", "p"), "owner", id("group", "g")), false),
    ];
    for alteration in [
        "DROP INDEX idx_grants_principal_id_v1",
        "ALTER TABLE v1_grants ADD COLUMN more text",
        "ALTER TABLE v1_assets RENAME TO v2_assets",
        "PRAGMA journal_mode = WAL",
        "DELETE FROM v1_resource_types WHERE external_id = 'user'",
        "DELETE FROM v1_resources WHERE external_id = 'project:p'",
        "DELETE FROM v1_resources WHERE external_id = 'key:k'",
        "DELETE FROM v1_entitlements WHERE external_id = 'group:g:member'",
        "DELETE FROM v1_grants WHERE external_id = 'project:p:owner:user:ada'",
        "UPDATE v1_grants SET principal_resource_id = 'eve' WHERE id = 1",
        "UPDATE v1_grants SET entitlement_id = 'group:g:member'",
        "UPDATE v1_grants SET external_id = external_id || 's'",
        "UPDATE v1_grants SET needs_expansion = 1 WHERE expansion IS NOT NULL",
        "UPDATE v1_grants SET expansion = x'0a0178' WHERE expansion IS NOT NULL",
        "UPDATE v1_grants SET data = (SELECT data FROM v1_resources LIMIT 1)",
        "UPDATE v1_resources SET data = substr(data, 1, length(data) - 1)",
        "UPDATE v1_resources SET data = data || x'08' || x'01'",
        "UPDATE v1_resources SET parent_resource_id = 'q' WHERE external_id = 'key:k'",
        "UPDATE v1_resources SET resource_type_id = 'robot' WHERE id = 1",
        "UPDATE v1_resources SET sync_id = 'another'",
        "UPDATE v1_resources SET discovered_at = '2026-01-02T03:04:05Z'",
        "UPDATE v1_sync_runs SET ended_at = NULL",
        "UPDATE v1_sync_runs SET started_at = '2027-01-01 00:00:00'",
        "UPDATE v1_sync_runs SET sync_id = 'short'",
        "UPDATE v1_sync_runs SET sync_type = 'whole'",
        "UPDATE v1_sync_runs SET parent_sync_id = sync_id",
        "UPDATE v1_sync_runs SET stats = json_set(stats, '$.grants', 9)",
        "UPDATE v1_sync_runs SET stats = json_remove(stats, '$.resources_by_resource_type.key')",
        "INSERT INTO v1_sync_runs SELECT 2, 'x', started_at, ended_at, '', 'full', '', '', 0, 1, \
         stats, '', '', '' FROM v1_sync_runs",
    ] {
        let exported = Exported::of(Batch {
            resources: &resources,
            entitlements: &entitlements,
            grants: &grants,
            ..Batch::default()
        });
        let c1z = &exported.c1z;
        c1z.database.execute_batch(alteration).unwrap();
        let judged = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| c1z.assert_sound()));
        assert!(judged.is_err(), "{alteration}");
    }
}

#[test]
fn hostile_text_is_data() {
    let names = [
        "a\0b",
        "\u{1b}]0;title\u{7}",
        "=cmd()|' /C calc'!A0",
        "'; DROP TABLE v1_grants; --",
        "\u{202e}gpj.exe",
        &"\u{1b}".repeat(1_024),
        "",
    ];
    for name in names {
        let one = with_account(user("ada", &[]), |it| {
            it.name = name.into();
            it.attributes = serde_json::json!({ name: name }).to_string();
            if let Some(account) = &mut it.account {
                account.emails = vec![EmailAddress {
                    address: name.into(),
                    primary: true,
                }];
            }
        });
        let exported = Exported::of(Batch {
            resources: &[one],
            ..Batch::default()
        });
        let shown = exported.resource("user:ada").text(3);
        assert!(shown.len() <= 1_024, "{shown:?}");
        let tame = |it: char| !it.is_control() && it != '\u{202e}';
        assert!(shown.chars().all(tame), "{shown:?}");
    }
}
