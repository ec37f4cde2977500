-- Checkpoints: what a sync needs to be gone on with after it was interrupted.
-- They go with the end of the sync.

CREATE TABLE checkpoints (
    sync       INTEGER PRIMARY KEY NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    -- JSON object of "needed" and "credentials": what has to be the same for going
    -- on, by its name. Settings are here as hashes, credentials by their last
    -- characters at most.
    conditions TEXT NOT NULL,
    -- JSON array: what the connector noted so far.
    notes      TEXT NOT NULL DEFAULT '[]',
    -- The task that told whose the credential is, if one did.
    teller     INTEGER
) STRICT;

-- The calls that a sync consists of, as far as they are known.
CREATE TABLE tasks (
    sync    INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    -- In the order in which they were found.
    id      INTEGER NOT NULL,
    -- JSON: a listing function with its arguments.
    call    TEXT NOT NULL,
    -- Where to go on; NULL at the beginning of a listing.
    token   TEXT,
    -- JSON array of scopes: what stays unknown if the call cannot be made. Empty
    -- once it is done.
    covers  TEXT NOT NULL,
    -- The surface that a gap is put down to.
    surface TEXT NOT NULL,
    -- How often it was tried when it was found, this time included.
    attempt INTEGER NOT NULL,
    -- done: what it told, or its gap, is in the other tables.
    state   TEXT NOT NULL CHECK (state IN ('open', 'done')),
    PRIMARY KEY (sync, id)
) STRICT, WITHOUT ROWID;

-- Grants of a running sync that are not among the others yet; arriving.rs says why.
-- The columns are those of `grants`.
CREATE TABLE arriving_grants (
    -- In the order in which they arrived.
    id             INTEGER PRIMARY KEY NOT NULL,
    sync           INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    resource_type  TEXT NOT NULL,
    resource_id    TEXT NOT NULL,
    slug           TEXT NOT NULL,
    principal_type TEXT NOT NULL,
    principal_id   TEXT NOT NULL,
    directness     TEXT NOT NULL,
    sources        TEXT NOT NULL,
    pending        INTEGER NOT NULL,
    immutable      TEXT,
    expands_slugs  TEXT,
    expands_deep   INTEGER,
    expires_at     INTEGER,
    hint           TEXT
) STRICT;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('tasks', 'tasks', '20000 10000 1');
ANALYZE sqlite_schema;
