//! What `baton`'s commands look up: read from `cmd/baton` and `pkg/dotc1z` of
//! baton-sdk, and from ConductorOne/baton, whose commands are older.
//!
//! | command | looks up | without it |
//! |---|---|---|
//! | all | the newest finished sync, a full one if there is any; if not, all rows | |
//! | `stats` | `stats` of the sync, which is taken for true where it tells of types | counted anew |
//! | `resources`, `principals` | of each its type, and its parent if it names one | an error, and nothing is shown |
//! | `entitlements` | of each the type of its resource, and the resource | the same |
//! | `grants`, `access` | of each the entitlement, the principal, the resource and its type | the same |
//! | `export csv` | of each type of accounts a resource | an empty file |
//! | `export csv`, `export xlsx` | the profile in each `UserTrait` | it crashes |

use serde_json::{Map, Value, json};

use super::C1z;

/// What commands look up: of which rows, and by which of their columns.
const LOOKED_UP: [(&str, &str, Lookup); 7] = [
    ("type of a resource", "v1_resources", TYPE),
    (
        "parent of a resource",
        "v1_resources",
        Lookup::Resource("parent_resource_type_id", "parent_resource_id"),
    ),
    ("type of an entitlement's resource", "v1_entitlements", TYPE),
    ("resource of an entitlement", "v1_entitlements", RESOURCE),
    ("entitlement of a grant", "v1_grants", Lookup::Entitlement),
    (
        "principal of a grant",
        "v1_grants",
        Lookup::Resource("principal_resource_type_id", "principal_resource_id"),
    ),
    ("resource of a grant", "v1_grants", RESOURCE),
];

const TYPE: Lookup = Lookup::Type;
const RESOURCE: Lookup = Lookup::Resource("resource_type_id", "resource_id");

/// Looks something up as baton does, within the sync of the row.
#[derive(Clone, Copy)]
enum Lookup {
    /// By the column `resource_type_id`.
    Type,
    /// By the columns of a resource's type and id, if there is one.
    Resource(&'static str, &'static str),
    /// By the column `entitlement_id`.
    Entitlement,
}

impl Lookup {
    /// The rows of a table for which nothing is found.
    fn in_vain(self, table: &str) -> String {
        let (found, by, only) = match self {
            Self::Type => (
                "v1_resource_types",
                "found.external_id = it.resource_type_id".to_owned(),
                "true".to_owned(),
            ),
            Self::Entitlement => (
                "v1_entitlements",
                "found.external_id = it.entitlement_id".to_owned(),
                "true".to_owned(),
            ),
            Self::Resource(kind, id) => (
                "v1_resources",
                format!(
                    "found.resource_type_id = it.{kind}
                     AND found.external_id = it.{kind} || ':' || it.{id}"
                ),
                format!("it.{id} IS NOT NULL"),
            ),
        };
        format!(
            "SELECT external_id FROM {table} AS it WHERE {only} AND NOT EXISTS (
                 SELECT 1 FROM {found} AS found WHERE {by} AND found.sync_id = it.sync_id
             )"
        )
    }
}

/// Syncs that rows are of and that have not come to their end.
const OTHER_SYNCS: &str = "
SELECT sync_id FROM (
    SELECT sync_id FROM v1_resource_types UNION SELECT sync_id FROM v1_resources
    UNION SELECT sync_id FROM v1_entitlements UNION SELECT sync_id FROM v1_grants
    UNION SELECT sync_id FROM v1_assets
)
EXCEPT SELECT sync_id FROM v1_sync_runs WHERE ended_at IS NOT NULL";

/// The one sync as it is told: all but its id, its times and its figures.
const RUN: &str = "
SELECT json_array(sync_token, parent_sync_id, linked_sync_id, supports_diff, grants_backfilled,
    ingest_invariant_generation, ingest_invariant_coverage, ingest_invariant_mode)
FROM v1_sync_runs WHERE sync_type IN ('full', 'partial')";

impl C1z {
    pub(super) fn assert_commands_find_what_they_look_up(&self) {
        self.assert_one_sync();
        let others = self.texts(OTHER_SYNCS);
        assert!(others.is_empty(), "{others:?}");
        for (what, table, lookup) in LOOKED_UP {
            let lost = self.texts(&lookup.in_vain(table));
            assert!(lost.is_empty(), "the {what} is not there: {lost:?}");
        }
        self.assert_accounts();
        self.assert_stats();
    }

    fn assert_one_sync(&self) {
        assert_eq!(self.count("v1_sync_runs"), 1);
        let sync: String = self.one("SELECT sync_id FROM v1_sync_runs");
        assert!(sync.len() == 27 && sync.bytes().all(|it| it.is_ascii_alphanumeric()));
        let run: Value = serde_json::from_str(&self.one::<String>(RUN)).unwrap();
        assert_eq!(run, json!(["", "", "", 0, 1, "", "", ""]));
        // `2006-01-02 15:04:05`, which sorts by time.
        let time = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]";
        let times = format!(
            "SELECT started_at GLOB '{time}' AND ended_at GLOB '{time}' AND started_at <= ended_at
             FROM v1_sync_runs"
        );
        assert!(self.one::<bool>(&times));
        for table in [
            "resource_types",
            "resources",
            "entitlements",
            "grants",
            "assets",
        ] {
            let sql = format!(
                "SELECT count(*) FROM v1_{table} WHERE discovered_at NOT GLOB '{time}'
                     OR discovered_at <> (SELECT ended_at FROM v1_sync_runs)"
            );
            assert_eq!(self.one::<i64>(&sql), 0, "{table}");
        }
        assert_eq!(self.count("v1_connector_sessions"), 0);
        let expanding = "SELECT count(*) FROM v1_grants WHERE needs_expansion <> 0";
        assert_eq!(self.one::<i64>(expanding), 0);
    }

    /// What `export csv` and `export xlsx` read of accounts.
    fn assert_accounts(&self) {
        for (id, kind) in self.messages("v1_resource_types") {
            let sql = format!("SELECT count(*) FROM v1_resources WHERE resource_type_id = '{id}'");
            let is_of_accounts = kind.packed(3).contains(&1);
            assert!(!is_of_accounts || self.one::<i64>(&sql) > 0, "{id}");
        }
        for (id, resource) in self.messages("v1_resources") {
            let user = resource.annotation("UserTrait");
            assert!(user.is_none_or(|it| it.optional(3).is_some()), "{id}");
        }
    }

    /// The figures are those that baton itself would count.
    fn assert_stats(&self) {
        let mut counted = Map::new();
        let kinds = [
            "resource_types",
            "resources",
            "entitlements",
            "grants",
            "assets",
        ];
        for kind in kinds
            .iter()
            .filter(|it| self.count(&format!("v1_{it}")) > 0)
        {
            counted.insert((*kind).to_owned(), json!(self.count(&format!("v1_{kind}"))));
        }
        for kind in ["resources", "entitlements", "grants"] {
            let types = match kind {
                "resources" => "SELECT external_id FROM v1_resource_types",
                "entitlements" => "SELECT DISTINCT resource_type_id FROM v1_entitlements",
                _ => "SELECT DISTINCT resource_type_id FROM v1_grants",
            };
            let by_type = self.texts(types).into_iter().map(|id| {
                let sql = format!("SELECT count(*) FROM v1_{kind} WHERE resource_type_id = '{id}'");
                (id, json!(self.one::<i64>(&sql)))
            });
            let by_type: Map<_, _> = by_type.collect();
            if !by_type.is_empty() {
                counted.insert(format!("{kind}_by_resource_type"), by_type.into());
            }
        }
        let told: String = self.one("SELECT stats FROM v1_sync_runs");
        let told: Map<String, Value> = serde_json::from_str(&told).unwrap();
        let is_told = |value: &Value| *value != json!(0) && *value != json!({});
        let told: Map<_, _> = told.into_iter().filter(|it| is_told(&it.1)).collect();
        assert_eq!(told, counted);
    }
}
