//! The tables that baton makes in a file of version 1 and finds made when it opens
//! one: what it lacks, it adds. Read from `pkg/dotc1z` of baton-sdk.

use super::C1z;

/// Each table with its columns, as `PRAGMA table_info` tells them: the name, the type,
/// `!` where it is never null, and the default.
const TABLES: [(&str, &str); 7] = [
    (
        "v1_resource_types",
        "id integer, external_id text!, data blob!, sync_id text!, discovered_at datetime!",
    ),
    (
        "v1_resources",
        "id integer, resource_type_id text!, external_id text!, parent_resource_type_id text, \
         parent_resource_id text, data blob!, sync_id text!, discovered_at datetime!",
    ),
    (
        "v1_entitlements",
        "id integer, resource_type_id text!, resource_id text!, external_id text!, data blob!, \
         sync_id text!, discovered_at datetime!",
    ),
    (
        "v1_grants",
        "id integer, resource_type_id text!, resource_id text!, entitlement_id text!, \
         principal_resource_type_id text!, principal_resource_id text!, external_id text!, \
         expansion blob, needs_expansion integer! 0, data blob!, sync_id text!, \
         discovered_at datetime!",
    ),
    (
        "v1_sync_runs",
        "id integer, sync_id text!, started_at datetime!, ended_at datetime, sync_token text!, \
         sync_type text! 'full', parent_sync_id text! '', linked_sync_id text! '', \
         supports_diff integer! 0, grants_backfilled integer! 0, stats text, \
         ingest_invariant_generation text! '', ingest_invariant_coverage text! '', \
         ingest_invariant_mode text! ''",
    ),
    (
        "v1_assets",
        "id integer, external_id text!, content_type text!, data blob!, sync_id text!, \
         discovered_at datetime!",
    ),
    (
        "v1_connector_sessions",
        "id integer, sync_id text!, key text!, value blob!",
    ),
];

/// Each index: its table, whether it is unique, its columns, and what it is limited to.
const INDEXES: [(&str, &str); 15] = [
    (
        "idx_assets_external_sync_v1",
        "v1_assets unique (external_id, sync_id)",
    ),
    (
        "idx_entitlements_external_sync_v1",
        "v1_entitlements unique (external_id, sync_id)",
    ),
    (
        "idx_entitlements_resource_id_v1",
        "v1_entitlements (resource_type_id, resource_id)",
    ),
    (
        "idx_grants_entitlement_id_principal_id_v1",
        "v1_grants (entitlement_id, principal_resource_type_id, principal_resource_id)",
    ),
    (
        "idx_grants_external_sync_v1",
        "v1_grants unique (external_id, sync_id)",
    ),
    (
        "idx_grants_principal_id_v1",
        "v1_grants (principal_resource_type_id, principal_resource_id)",
    ),
    (
        "idx_grants_resource_type_id_resource_id_v1",
        "v1_grants (resource_type_id, resource_id)",
    ),
    (
        "idx_grants_sync_expansion_v1",
        "v1_grants (sync_id) where expansion is not null",
    ),
    (
        "idx_grants_sync_needs_expansion_v1",
        "v1_grants (sync_id) where needs_expansion = 1",
    ),
    (
        "idx_resource_types_external_sync_v1",
        "v1_resource_types unique (external_id, sync_id)",
    ),
    // The names of these two are each other's, there too.
    (
        "idx_resources_external_sync_v1",
        "v1_resources (parent_resource_type_id, parent_resource_id)",
    ),
    (
        "idx_resources_parent_resource_id_v1",
        "v1_resources unique (external_id, sync_id)",
    ),
    (
        "idx_resources_resource_type_id_v1",
        "v1_resources (resource_type_id)",
    ),
    (
        "idx_session_store_sync_key_v1",
        "v1_connector_sessions unique (sync_id, key)",
    ),
    ("idx_sync_runs_sync_id_v1", "v1_sync_runs unique (sync_id)"),
];

const COLUMNS: &str = "
SELECT group_concat(
    name || ' ' || lower(type) || iif(\"notnull\", '!', '') || ifnull(' ' || dflt_value, ''), ', '
)
FROM (SELECT * FROM pragma_table_info(?) ORDER BY cid)";

const INDEX: &str = "
SELECT made.name, made.tbl_name || iif(list.\"unique\", ' unique', '') || ' (' || (
        SELECT group_concat(name, ', ')
        FROM (SELECT name FROM pragma_index_info(made.name) ORDER BY seqno)
    ) || ')' || iif(
        list.partial, ' where ' || lower(substr(made.sql, instr(made.sql, ' WHERE ') + 7)), ''
    )
FROM sqlite_schema AS made
    JOIN pragma_index_list(made.tbl_name) AS list ON list.name = made.name
WHERE made.type = 'index' ORDER BY made.name";

impl C1z {
    pub(super) fn assert_schema(&self) {
        let tables = self.texts("SELECT name FROM sqlite_schema WHERE type = 'table'");
        assert_eq!(tables.len(), TABLES.len(), "{tables:?}");
        for (table, columns) in TABLES {
            let mut told = self.database.prepare(COLUMNS).unwrap();
            let told: String = told.query_row([table], |row| row.get(0)).unwrap();
            assert_eq!(told, columns, "{table}");
        }
        let mut indexes = self.database.prepare(INDEX).unwrap();
        let indexes = indexes.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        let indexes: Vec<(String, String)> = indexes.unwrap().map(Result::unwrap).collect();
        let expected = INDEXES.map(|(name, of)| (name.to_owned(), of.to_owned()));
        assert_eq!(indexes, expected);
        // A database that is written ahead has a second file, which is not here.
        assert_eq!(self.one::<String>("PRAGMA journal_mode"), "delete");
        assert_eq!(self.one::<String>("PRAGMA encoding"), "UTF-8");
    }
}
