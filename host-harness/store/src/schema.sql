-- Version 1 of the store; what came later is in files of its own, see file.rs.
-- docs/schema.md says what people may rely on.
--
-- Every row of a listing belongs to a sync, every sync to a connection, so that
-- two organizations never mix and deleting a sync deletes all of it. Times are
-- seconds since 1970-01-01T00:00:00Z. Columns that hold JSON say so. Words such
-- as statuses are spelled as in wit/. Only what SQLite 3.38 knows is used here,
-- since people open this file with the SQLite that they have.

-- A named use of a connector: one service, one organization.
CREATE TABLE connections (
    name      TEXT PRIMARY KEY NOT NULL,
    connector TEXT NOT NULL,
    -- The service's own id of the organization, once an answer told it.
    tenant    TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE syncs (
    -- Never used twice, so that what refers to a deleted sync finds none.
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    connection        TEXT NOT NULL REFERENCES connections (name) ON DELETE CASCADE,
    connector_version TEXT NOT NULL,
    -- Of the component's file, in lower-case hexadecimal.
    component_sha256  TEXT NOT NULL,
    started_at        INTEGER NOT NULL,
    finished_at       INTEGER,
    -- JSON object of "types" and "within": what was asked for, where an empty
    -- array stands for everything. The rest is unknown.
    asked             TEXT NOT NULL,
    state             TEXT NOT NULL
        CHECK (state IN ('running', 'complete', 'with-gaps', 'failed')),
    -- Why it failed, or was interrupted.
    detail            TEXT,
    -- JSON object: how many requests were sent, by the id of the route.
    requests          TEXT NOT NULL DEFAULT '{}',
    -- JSON array of {"rule", "count", "examples"}: what does not fit together.
    integrity         TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE INDEX syncs_by_connection ON syncs (connection, state);

-- What the connector declared when the sync began.
CREATE TABLE resource_types (
    sync        INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    id          TEXT NOT NULL,
    -- The place in the connector's own order.
    position    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    -- JSON array of user, group, role, app, scope, secret.
    traits      TEXT NOT NULL,
    PRIMARY KEY (sync, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE resources (
    sync                  INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    type                  TEXT NOT NULL,
    id                    TEXT NOT NULL,
    parent_type           TEXT,
    parent_id             TEXT,
    name                  TEXT NOT NULL,
    description           TEXT,
    status                TEXT NOT NULL,
    managed_by            TEXT NOT NULL,
    created_at            INTEGER,
    expires_at            INTEGER,
    last_use_at           INTEGER,
    last_use_using        TEXT,
    -- Given for accounts only; their addresses are in `emails`.
    account_kind          TEXT,
    login                 TEXT,
    -- 1 for credentials that the service issued. Never their value.
    is_secret             INTEGER NOT NULL,
    secret_owner_type     TEXT,
    secret_owner_id       TEXT,
    secret_redacted_value TEXT,
    -- JSON array of what a role allows, in the service's words.
    permissions           TEXT NOT NULL,
    -- JSON object, minified: all else that the service tells.
    attributes            TEXT NOT NULL,
    -- The connector's own note, handed back to it.
    hint                  TEXT,
    PRIMARY KEY (sync, type, id)
) STRICT;

CREATE TABLE emails (
    sync          INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    resource_type TEXT NOT NULL,
    resource_id   TEXT NOT NULL,
    position      INTEGER NOT NULL,
    address       TEXT NOT NULL,
    -- The address in lower case, to compare by.
    folded        TEXT NOT NULL,
    is_primary    INTEGER NOT NULL,
    PRIMARY KEY (sync, resource_type, resource_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX emails_by_address ON emails (sync, folded);

-- Other names under which the service shows a resource. Once a sync is finished,
-- no other table names anything by an alias.
CREATE TABLE aliases (
    sync          INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    alias_type    TEXT NOT NULL,
    alias_id      TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id   TEXT NOT NULL,
    PRIMARY KEY (sync, alias_type, alias_id, resource_type, resource_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX aliases_by_resource ON aliases (sync, resource_type, resource_id);

CREATE TABLE entitlements (
    sync              INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    resource_type     TEXT NOT NULL,
    resource_id       TEXT NOT NULL,
    slug              TEXT NOT NULL,
    name              TEXT NOT NULL,
    description       TEXT,
    purpose           TEXT NOT NULL,
    -- JSON array of resource types.
    grantable_to      TEXT NOT NULL,
    exclusion_group   TEXT,
    -- 1 for the group's floor; NULL without a group.
    exclusion_default INTEGER,
    PRIMARY KEY (sync, resource_type, resource_id, slug)
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    sync           INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    resource_type  TEXT NOT NULL,
    resource_id    TEXT NOT NULL,
    slug           TEXT NOT NULL,
    principal_type TEXT NOT NULL,
    principal_id   TEXT NOT NULL,
    directness     TEXT NOT NULL,
    -- JSON array of {"type", "id"}: what it is (also) held through.
    sources        TEXT NOT NULL,
    -- 1: gives no access yet.
    pending        INTEGER NOT NULL,
    -- Why it cannot be revoked.
    immutable      TEXT,
    -- JSON array of slugs of the principal, whose holders hold this too.
    expands_slugs  TEXT,
    expands_deep   INTEGER,
    expires_at     INTEGER,
    hint           TEXT,
    PRIMARY KEY (sync, resource_type, resource_id, slug, principal_type, principal_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_by_principal ON grants (sync, principal_id, principal_type);

-- What could not be read. A scope's column that is NULL means any.
CREATE TABLE gaps (
    id             INTEGER PRIMARY KEY,
    sync           INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    surface        TEXT NOT NULL,
    subject        TEXT,
    resource_type  TEXT,
    resource_id    TEXT,
    parent_type    TEXT,
    parent_id      TEXT,
    slug           TEXT,
    principal_type TEXT,
    principal_id   TEXT,
    reason         TEXT NOT NULL,
    detail         TEXT NOT NULL
) STRICT;

-- A gap that is told again is still one gap.
CREATE UNIQUE INDEX gaps_once ON gaps (
    sync, surface, reason, ifnull(subject, ''), ifnull(resource_type, ''),
    ifnull(resource_id, ''), ifnull(parent_type, ''), ifnull(parent_id, ''),
    ifnull(slug, ''), ifnull(principal_type, ''), ifnull(principal_id, '')
);

-- How large a store is, for SQLite's planner: rows, and rows that equal each
-- other in the first one, two, … columns of the index. Without figures it takes
-- a sync for a few rows, and reads all of it where an index would lead to the
-- right ones. Fixed ones give the same plans from the first sync on.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('connections', 'connections', '3 1'),
    ('syncs', 'syncs_by_connection', '30 10 10'),
    ('resource_types', 'resource_types', '300 10 1'),
    ('resources', 'sqlite_autoindex_resources_1', '1000000 100000 10000 1'),
    ('emails', 'emails', '1000000 100000 50000 1 1'),
    ('emails', 'emails_by_address', '1000000 100000 1'),
    ('aliases', 'aliases', '10000 1000 500 1 1 1'),
    ('aliases', 'aliases_by_resource', '10000 1000 500 1'),
    ('entitlements', 'entitlements', '100000 10000 5000 5 1'),
    ('grants', 'grants', '10000000 1000000 500000 1000 200 200 1'),
    ('grants', 'grants_by_principal', '10000000 1000000 100 100'),
    ('gaps', 'gaps_once', '1000 100 50 50 50 50 50 50 50 50 50 1');
ANALYZE sqlite_schema;

-- The newest sync of each connection that was read to its end. One that failed
-- or still runs hides nothing.
CREATE VIEW current_syncs AS
SELECT connections.connector, connections.tenant, syncs.*
FROM syncs JOIN connections ON connections.name = syncs.connection
WHERE syncs.id IN (
    SELECT max(id) FROM syncs WHERE state IN ('complete', 'with-gaps') GROUP BY connection
);

CREATE VIEW current_resources AS
SELECT current_syncs.connection, resources.*,
    ifnull((
        SELECT traits FROM resource_types
        WHERE resource_types.sync = resources.sync AND resource_types.id = resources.type
    ), '[]') AS traits,
    (
        SELECT json_group_array(json_object(
            'address', address, 'primary', json(iif(is_primary, 'true', 'false'))
        ))
        FROM (
            SELECT address, is_primary FROM emails
            WHERE emails.sync = resources.sync AND emails.resource_type = resources.type
                AND emails.resource_id = resources.id
            ORDER BY position
        )
    ) AS emails,
    (
        SELECT json_group_array(json_object('type', alias_type, 'id', alias_id))
        FROM (
            SELECT alias_type, alias_id FROM aliases
            WHERE aliases.sync = resources.sync AND aliases.resource_type = resources.type
                AND aliases.resource_id = resources.id
            ORDER BY alias_type, alias_id
        )
    ) AS aliases
FROM current_syncs JOIN resources ON resources.sync = current_syncs.id;

CREATE VIEW current_entitlements AS
SELECT current_syncs.connection, entitlements.*,
    resource_type || ':' || resource_id || ':' || slug AS id
FROM current_syncs JOIN entitlements ON entitlements.sync = current_syncs.id;

CREATE VIEW current_grants AS
SELECT current_syncs.connection, grants.*,
    resource_type || ':' || resource_id || ':' || slug AS entitlement_id,
    resource_type || ':' || resource_id || ':' || slug
        || ':' || principal_type || ':' || principal_id AS id,
    (
        SELECT name FROM resources
        WHERE resources.sync = grants.sync AND resources.type = grants.principal_type
            AND resources.id = grants.principal_id
    ) AS principal_name
FROM current_syncs JOIN grants ON grants.sync = current_syncs.id;

CREATE VIEW current_gaps AS
SELECT current_syncs.connection, gaps.*
FROM current_syncs JOIN gaps ON gaps.sync = current_syncs.id;
