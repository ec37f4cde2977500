-- The journal: what was planned, started, ended and refused, by the harness
-- alone. Rows are added and never changed. Each carries the hash of the one
-- before it, so that a row that was altered or taken out by other means shows.
CREATE TABLE journal (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The connection's name. It may never have been synced.
    connection       TEXT NOT NULL,
    at               INTEGER NOT NULL,
    -- The batch that it is a part of, and its place there, from 0.
    batch            TEXT,
    position         INTEGER,
    event            TEXT NOT NULL
        CHECK (event IN ('planned', 'started', 'finished', 'refused')),
    -- The change's name in wit/, such as 'grant'.
    kind             TEXT NOT NULL,
    -- For people.
    summary          TEXT NOT NULL,
    -- JSON object: what was asked for.
    change           TEXT NOT NULL,
    -- JSON object: what was planned.
    plan             TEXT,
    plan_digest      TEXT,
    -- JSON object: how it ended. Never the value of a secret.
    outcome          TEXT,
    -- Its name in wit/, such as 'no-op'.
    completion       TEXT,
    -- JSON array: the service's ids of the requests made.
    request_ids      TEXT NOT NULL,
    -- Given by whoever asked for it.
    reason           TEXT,
    ticket           TEXT,
    component_sha256 TEXT NOT NULL,
    -- The user's name in the operating system, where it tells one.
    operator         TEXT,
    -- Of the row before; of the first one 64 zeros. Both in hexadecimal.
    previous_hash    TEXT NOT NULL,
    hash             TEXT NOT NULL
) STRICT;

CREATE INDEX journal_by_batch ON journal (batch, position);

CREATE TRIGGER journal_keeps_rows BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER journal_keeps_facts BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- INSERT OR REPLACE would take a row out without asking the trigger for that.
CREATE TRIGGER journal_replaces_nothing BEFORE INSERT ON journal
WHEN EXISTS (SELECT 1 FROM journal WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
