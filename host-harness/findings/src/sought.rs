//! Which entitlements a rule is about, and what leads to them: found once, for
//! all resources.

use crate::pattern::told;
use crate::rule::Pattern;
use crate::sql::{Builder, ENDED, ENTITLEMENT, VIA, counts, entitlement_id, is_active, of};
use crate::words::{How, Trait};

impl Builder<'_> {
    /// The entitlements that are told or held by somebody.
    pub(crate) fn known(&mut self) -> String {
        let all = format!(
            "SELECT {ENTITLEMENT} FROM entitlements WHERE sync = :sync
             UNION SELECT DISTINCT {ENTITLEMENT} FROM grants WHERE sync = :sync"
        );
        self.once(ENTITLEMENT, all)
    }

    /// Those of them that are meant.
    pub(crate) fn sought(&mut self, pattern: &Pattern) -> String {
        let known = self.known();
        let matches = self.matches(pattern);
        let own = of("own", ENTITLEMENT);
        self.once(
            ENTITLEMENT,
            format!("SELECT {own} FROM {known} AS own WHERE {matches}"),
        )
    }

    /// Those of them that the service told.
    pub(crate) fn sought_and_told(&mut self, pattern: &Pattern) -> String {
        let sought = self.sought(pattern);
        let (own, told) = (of("own", ENTITLEMENT), told("own"));
        self.once(
            ENTITLEMENT,
            format!("SELECT {own} FROM {sought} AS own WHERE EXISTS ({told})"),
        )
    }

    /// Those that are meant, each with all of which a grant comes to that: itself,
    /// and what leads there.
    pub(crate) fn ways(&mut self, pattern: &Pattern) -> String {
        let how = pattern.how.unwrap_or_default();
        let sought = self.sought(pattern);
        let (is_there, is_open) = match how {
            How::Effective => (
                is_active(["own.resource_type", "own.resource_id"], ENDED),
                "led.effective",
            ),
            _ => ("true".to_owned(), "true"),
        };
        let [own, via] = [of("own", ENTITLEMENT), of("led", VIA)];
        let mut ways = format!(
            "SELECT {own}, own.resource_type AS via_type, own.resource_id AS via_id,
                 own.slug AS via_slug
             FROM {sought} AS own WHERE {is_there}"
        );
        if matches!(how, How::Effective | How::Any) {
            let led = leading(&sought);
            let led =
                format!(" UNION SELECT {own}, {via} FROM {led} WHERE {is_there} AND {is_open}");
            ways.push_str(&led);
        }
        self.once(
            "resource_type, resource_id, slug, via_type, via_id, via_slug",
            ways,
        )
    }

    /// What a grant has to be of to be, or to come to, one that is meant.
    pub(crate) fn granting(&mut self, pattern: &Pattern) -> String {
        let ways = self.ways(pattern);
        let distinct = format!(
            "SELECT DISTINCT via_type AS resource_type, via_id AS resource_id, via_slug AS slug
             FROM {ways}"
        );
        self.once(ENTITLEMENT, distinct)
    }

    /// As [`granting`](Self::granting) for those that at most one account holds,
    /// each way with the `id` of that one.
    pub(crate) fn granting_alone(&mut self, pattern: &Pattern) -> String {
        let (told, ways) = (self.sought_and_told(pattern), self.ways(pattern));
        let how = pattern.how.unwrap_or_default();
        let counted = self.by_account(how);
        let holder = "held.principal_type || ':' || held.principal_id";
        let holders = format!(
            "{ways} AS way CROSS JOIN grants AS held ON held.sync = :sync AND {GRANTED_VIA}
             WHERE ({way}) = ({own}) AND {counted}",
            way = of("way", ENTITLEMENT),
            own = of("own", ENTITLEMENT),
        );
        // The first holder is looked up once, and another one ends the search.
        let alone = format!(
            "WITH owned AS MATERIALIZED (
                 SELECT own.*, (SELECT {holder} FROM {holders} LIMIT 1) AS holder FROM {told} AS own
             )
             SELECT DISTINCT path.via_type AS resource_type, path.via_id AS resource_id,
                 path.via_slug AS slug, {id} AS id
             FROM owned AS own CROSS JOIN {ways} AS path ON ({path}) = ({own})
             WHERE NOT EXISTS (SELECT 1 FROM {holders} AND {holder} <> own.holder)",
            id = entitlement_id("own"),
            path = of("path", ENTITLEMENT),
            own = of("own", ENTITLEMENT),
        );
        self.once(ENTITLEMENT, alone)
    }

    /// That the grant `held` counts in this way, and is an account's.
    pub(crate) fn by_account(&mut self, how: How) -> String {
        let accounts = self.types.with(&[Trait::User]);
        let account = self.is_one_of("held.principal_type", &accounts);
        let active = match how {
            How::Effective => is_active(["held.principal_type", "held.principal_id"], ""),
            _ => "true".to_owned(),
        };
        format!("{} AND {account} AND {active}", counts(how))
    }

    /// The entitlements that exclude others, with their group.
    pub(crate) fn exclusive(&mut self) -> String {
        let exclusive = format!(
            "SELECT {ENTITLEMENT}, exclusion_group FROM entitlements
             WHERE sync = :sync AND exclusion_group IS NOT NULL"
        );
        self.once(ENTITLEMENT, exclusive)
    }

    /// Those that are meant, each with what leads there by a grant that cannot be
    /// revoked and expands.
    pub(crate) fn granted_from_above(&mut self, pattern: &Pattern) -> String {
        let sought = self.sought(pattern);
        let [own, above] = [of("own", ENTITLEMENT), of("above", ENTITLEMENT)];
        let from_above = format!(
            "WITH above AS MATERIALIZED (
                 SELECT {own}, held.principal_type, held.principal_id, each.value AS over
                 FROM {sought} AS own CROSS JOIN grants AS held
                     ON held.sync = :sync AND ({held}) = ({own})
                     CROSS JOIN json_each(held.expands_slugs) AS each
                 WHERE held.immutable IS NOT NULL AND held.expands_slugs IS NOT NULL
             )
             SELECT {above}, principal_type AS via_type, principal_id AS via_id, over AS via_slug
             FROM above
             UNION SELECT {above}, {via} FROM above CROSS JOIN expansions AS led
                 ON led.sync = :sync
                 AND ({led}) = (above.principal_type, above.principal_id, above.over)",
            held = of("held", ENTITLEMENT),
            via = of("led", VIA),
            led = of("led", ENTITLEMENT),
        );
        self.once(
            "resource_type, resource_id, slug, via_type, via_id, via_slug",
            from_above,
        )
    }
}

/// The expansions onto the entitlements of a table, as `led` beside `own`.
pub(crate) fn leading(sought: &str) -> String {
    format!(
        "{sought} AS own CROSS JOIN expansions AS led ON led.sync = :sync
             AND led.resource_type = own.resource_type AND led.resource_id = own.resource_id
             AND led.slug = own.slug"
    )
}

/// The grants `held` of `r` that are of an entitlement in a table, `it`. All that
/// it takes to see whether one is there is in the index by principal: the grant
/// itself is somewhere else in the file, and looked up only if there is one.
pub(crate) fn granted_to_r(table: &str) -> String {
    let [own, it, held] = ["own", "it", "held"].map(|row| of(row, ENTITLEMENT));
    format!(
        "grants AS own CROSS JOIN {table} AS it ON ({it}) = ({own})
         CROSS JOIN grants AS held ON held.sync = :sync AND ({held}) = ({own})
             AND held.principal_type = own.principal_type
             AND held.principal_id = own.principal_id
         WHERE own.sync = :sync AND own.principal_type = r.type AND own.principal_id = r.id"
    )
}

/// That the grant `held` is one of the entitlement that `way` begins with.
const GRANTED_VIA: &str = "held.resource_type = way.via_type AND held.resource_id = way.via_id
    AND held.slug = way.via_slug";
