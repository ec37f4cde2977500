-- The tables of a c1z file of version 1, with the names and columns that baton-sdk
-- gives them. `data` is the message that the table is named for.

CREATE TABLE v1_resource_types (
    id            integer PRIMARY KEY,
    external_id   text NOT NULL,
    data          blob NOT NULL,
    sync_id       text NOT NULL,
    discovered_at datetime NOT NULL
);

CREATE UNIQUE INDEX idx_resource_types_external_sync_v1 ON v1_resource_types (external_id, sync_id);

CREATE TABLE v1_resources (
    id                      integer PRIMARY KEY,
    resource_type_id        text NOT NULL,
    -- <type>:<id>
    external_id             text NOT NULL,
    parent_resource_type_id text,
    parent_resource_id      text,
    data                    blob NOT NULL,
    sync_id                 text NOT NULL,
    discovered_at           datetime NOT NULL
);

-- In baton-sdk, too, the names of this index and of the one of the parents are
-- each other's.
CREATE UNIQUE INDEX idx_resources_parent_resource_id_v1 ON v1_resources (external_id, sync_id);

CREATE TABLE v1_entitlements (
    id               integer PRIMARY KEY,
    resource_type_id text NOT NULL,
    resource_id      text NOT NULL,
    external_id      text NOT NULL,
    data             blob NOT NULL,
    sync_id          text NOT NULL,
    discovered_at    datetime NOT NULL
);

CREATE UNIQUE INDEX idx_entitlements_external_sync_v1 ON v1_entitlements (external_id, sync_id);

CREATE TABLE v1_grants (
    id                         integer PRIMARY KEY,
    resource_type_id           text NOT NULL,
    resource_id                text NOT NULL,
    entitlement_id             text NOT NULL,
    principal_resource_type_id text NOT NULL,
    principal_resource_id      text NOT NULL,
    external_id                text NOT NULL,
    -- GrantExpandable, which is not among the annotations in `data`.
    expansion                  blob,
    -- 1 until what follows from it is in the file.
    needs_expansion            integer NOT NULL DEFAULT 0,
    data                       blob NOT NULL,
    sync_id                    text NOT NULL,
    discovered_at              datetime NOT NULL
);

CREATE UNIQUE INDEX idx_grants_external_sync_v1 ON v1_grants (external_id, sync_id);

CREATE TABLE v1_sync_runs (
    id                          integer PRIMARY KEY,
    sync_id                     text NOT NULL,
    started_at                  datetime NOT NULL,
    ended_at                    datetime,
    sync_token                  text NOT NULL,
    sync_type                   text NOT NULL DEFAULT 'full',
    parent_sync_id              text NOT NULL DEFAULT '',
    linked_sync_id              text NOT NULL DEFAULT '',
    supports_diff               integer NOT NULL DEFAULT 0,
    grants_backfilled           integer NOT NULL DEFAULT 0,
    stats                       text,
    ingest_invariant_generation text NOT NULL DEFAULT '',
    ingest_invariant_coverage   text NOT NULL DEFAULT '',
    ingest_invariant_mode       text NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX idx_sync_runs_sync_id_v1 ON v1_sync_runs (sync_id);

CREATE TABLE v1_assets (
    id            integer PRIMARY KEY,
    external_id   text NOT NULL,
    content_type  text NOT NULL,
    data          blob NOT NULL,
    sync_id       text NOT NULL,
    discovered_at datetime NOT NULL
);

CREATE UNIQUE INDEX idx_assets_external_sync_v1 ON v1_assets (external_id, sync_id);

CREATE TABLE v1_connector_sessions (
    id      integer PRIMARY KEY,
    sync_id text NOT NULL,
    key     text NOT NULL,
    value   blob NOT NULL
);

CREATE UNIQUE INDEX idx_session_store_sync_key_v1 ON v1_connector_sessions (sync_id, key);
