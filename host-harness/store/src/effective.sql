-- Effective access. These are worked out at the end of a sync from what it read.

-- Where access ends: what is disabled cannot use what it holds.
CREATE TABLE inactive (
    sync  INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    type  TEXT NOT NULL,
    id    TEXT NOT NULL,
    -- 1: archived, or part of something that is. Nobody reaches it either.
    ended INTEGER NOT NULL,
    PRIMARY KEY (sync, type, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX resources_by_parent ON resources (sync, parent_id, parent_type)
WHERE parent_id IS NOT NULL;

-- Who holds a grant of the `via` entitlement also holds this entitlement.
CREATE TABLE expansions (
    sync          INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    resource_type TEXT NOT NULL,
    resource_id   TEXT NOT NULL,
    slug          TEXT NOT NULL,
    via_type      TEXT NOT NULL,
    via_id        TEXT NOT NULL,
    via_slug      TEXT NOT NULL,
    -- 0: every way there leads through something inactive.
    effective     INTEGER NOT NULL,
    -- Of one grant's own expansion whether it is deep; NULL where only several
    -- expansions together lead there.
    deep          INTEGER,
    PRIMARY KEY (sync, resource_type, resource_id, slug, via_type, via_id, via_slug)
) STRICT, WITHOUT ROWID;

CREATE INDEX expansions_by_via ON expansions (sync, via_id, via_type, via_slug);

-- Grants that are not direct and that expansions explain: no way of their own.
CREATE TABLE explained_grants (
    sync           INTEGER NOT NULL REFERENCES syncs (id) ON DELETE CASCADE,
    resource_type  TEXT NOT NULL,
    resource_id    TEXT NOT NULL,
    slug           TEXT NOT NULL,
    principal_type TEXT NOT NULL,
    principal_id   TEXT NOT NULL,
    PRIMARY KEY (sync, resource_type, resource_id, slug, principal_type, principal_id)
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('inactive', 'inactive', '10000 1000 500 1'),
    ('resources', 'resources_by_parent', '500000 50000 20 20'),
    ('expansions', 'expansions', '1000000 100000 50000 50 10 10 10 1'),
    ('expansions', 'expansions_by_via', '1000000 100000 50 50 50'),
    ('explained_grants', 'explained_grants', '100000 10000 5000 50 10 10 1');
ANALYZE sqlite_schema;

-- Every way by which a principal holds an entitlement: a grant of its own, or
-- its grant of another entitlement, `via`, that leads there.
CREATE VIEW current_effective AS
SELECT current_syncs.connection, grants.sync,
    grants.resource_type, grants.resource_id, grants.slug,
    grants.principal_type, grants.principal_id, 'own' AS way, grants.directness, grants.sources,
    grants.resource_type AS via_type, grants.resource_id AS via_id, grants.slug AS via_slug,
    NOT EXISTS (
        SELECT 1 FROM inactive
        WHERE inactive.sync = grants.sync AND inactive.type = grants.principal_type
            AND inactive.id = grants.principal_id
    ) AND NOT EXISTS (
        SELECT 1 FROM inactive
        WHERE inactive.sync = grants.sync AND inactive.type = grants.resource_type
            AND inactive.id = grants.resource_id AND inactive.ended
    ) AS effective
FROM current_syncs JOIN grants ON grants.sync = current_syncs.id
WHERE grants.pending = 0 AND (grants.directness = 'direct' OR NOT EXISTS (
    SELECT 1 FROM explained_grants AS explained
    WHERE explained.sync = grants.sync AND explained.resource_type = grants.resource_type
        AND explained.resource_id = grants.resource_id AND explained.slug = grants.slug
        AND explained.principal_type = grants.principal_type
        AND explained.principal_id = grants.principal_id
))
UNION ALL
SELECT current_syncs.connection, grants.sync,
    expansions.resource_type, expansions.resource_id, expansions.slug,
    grants.principal_type, grants.principal_id, 'expanded', grants.directness, grants.sources,
    grants.resource_type, grants.resource_id, grants.slug,
    expansions.effective AND NOT EXISTS (
        SELECT 1 FROM inactive
        WHERE inactive.sync = grants.sync AND inactive.type = grants.principal_type
            AND inactive.id = grants.principal_id
    ) AND NOT EXISTS (
        SELECT 1 FROM inactive
        WHERE inactive.sync = grants.sync AND inactive.type = expansions.resource_type
            AND inactive.id = expansions.resource_id AND inactive.ended
    )
FROM current_syncs JOIN expansions ON expansions.sync = current_syncs.id
    JOIN grants ON grants.sync = expansions.sync AND grants.resource_type = expansions.via_type
        AND grants.resource_id = expansions.via_id AND grants.slug = expansions.via_slug
WHERE grants.pending = 0 AND (grants.directness = 'direct' OR NOT EXISTS (
    SELECT 1 FROM explained_grants AS explained
    WHERE explained.sync = grants.sync AND explained.resource_type = grants.resource_type
        AND explained.resource_id = grants.resource_id AND explained.slug = grants.slug
        AND explained.principal_type = grants.principal_type
        AND explained.principal_id = grants.principal_id
));
