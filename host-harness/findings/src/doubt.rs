//! Where gaps and the narrowness of a sync leave open what a condition needs.
//!
//! Of what is held, a gap matters to an entitlement that is sought
//!
//! | if its scope | because |
//! |---|---|
//! | names no type | it may mean anything |
//! | includes the entitlement | who holds it is open |
//! | includes what leads to it, such as a group's membership | the same |
//! | includes nothing that was read, of a type that has such entitlements or of which none was read | there may be more of them |
//!
//! and it matters to a principal if it names none, or this one, or one through
//! which it holds something, or one of which nobody knows who is in it. Accounts
//! and secrets of which no entitlement is known are not held by anybody.
//!
//! A sync that was asked for a part knows nothing to be absent.

use crate::rule::Pattern;
use crate::sought::{granted_to_r, leading};
use crate::sql::{Builder, ENTITLEMENT, VIA, counts, of};
use crate::words::{How, Trait};

/// A gap says something of what is held.
const OF_GRANTS: &str = "gaps.sync = :sync AND ifnull(gaps.subject, 'grants') <> 'events'";

/// A gap says something of which resources there are, and not of what is held.
const OF_RESOURCES: &str = "gaps.sync = :sync AND ifnull(gaps.subject, 'resources') = 'resources'
    AND gaps.slug IS NULL AND gaps.principal_type IS NULL AND gaps.principal_id IS NULL";

/// Whose the scopes in a table are: `type` and `id`, of which NULL means any.
const WHOSE: &str = "id, type";

impl Builder<'_> {
    /// The ids of the gaps that leave open who holds such entitlements.
    pub(crate) fn gaps_of(&mut self, pattern: &Pattern) -> String {
        let (scopes, hidden) = (self.scopes(), self.hidden(pattern));
        let unread = self.unread(pattern);
        let covered = any_in_scope(
            &format!(
                "SELECT 1 FROM {hidden} AS own WHERE own.resource_type = gaps.resource_type
                     AND own.slug = ifnull(gaps.slug, own.slug)"
            ),
            "own.resource_id",
        );
        let mattering = self.once(
            ENTITLEMENT,
            format!(
                "SELECT gaps.* FROM {scopes} AS gaps
                 WHERE gaps.resource_type IS NULL OR {covered} OR {unread}"
            ),
        );
        self.once(
            "id",
            format!(
                "SELECT gaps.id FROM gaps CROSS JOIN {mattering} AS scope
                     ON scope.resource_type IS gaps.resource_type
                     AND scope.resource_id IS gaps.resource_id AND scope.slug IS gaps.slug
                 WHERE {OF_GRANTS}"
            ),
        )
    }

    /// The scopes of all gaps, whomever they name: few, where there is a gap for
    /// each account.
    fn scopes(&mut self) -> String {
        let scopes = of("gaps", ENTITLEMENT);
        let distinct = format!("SELECT DISTINCT {scopes} FROM gaps WHERE {OF_GRANTS}");
        self.once("resource_id, resource_type, slug", distinct)
    }

    /// The entitlements of which a gap hides holders of such that are meant.
    fn hidden(&mut self, pattern: &Pattern) -> String {
        let told = self.sought_and_told(pattern);
        if !is_indirect(pattern) {
            return told;
        }
        let leading = leading(&self.sought(pattern));
        let via = of("led", VIA);
        let hidden = format!("SELECT {ENTITLEMENT} FROM {told} UNION SELECT {via} FROM {leading}");
        self.once(ENTITLEMENT, hidden)
    }

    /// Nothing in the gap's scope was read, and it may have such entitlements.
    fn unread(&mut self, pattern: &Pattern) -> String {
        let holding = self.types.with(&[Trait::User, Trait::Secret]);
        let holding = self.is_one_of("gaps.resource_type", &holding);
        let types = self.types_of(pattern);
        let types = types.map(|it| self.is_one_of("gaps.resource_type", &it));
        let told = self.sought_and_told(pattern);
        let things = "SELECT 1 FROM resources AS thing
            WHERE thing.sync = :sync AND thing.type = gaps.resource_type";
        format!(
            "NOT {holding} AND {types} AND NOT {was_read} AND (EXISTS (
                 SELECT 1 FROM {told} AS own WHERE own.resource_type = gaps.resource_type
             ) OR NOT EXISTS (
                 SELECT 1 FROM entitlements AS own
                 WHERE own.sync = :sync AND own.resource_type = gaps.resource_type
             ))",
            types = types.as_deref().unwrap_or("true"),
            was_read = any_in_scope(things, "thing.id"),
        )
    }

    /// That it is open whether `r` holds more of such entitlements than it is
    /// known to.
    pub(crate) fn holding_is_open(&mut self, pattern: &Pattern) -> String {
        let gaps = self.gaps_of(pattern);
        let named = self.once(
            WHOSE,
            format!(
                "SELECT DISTINCT gaps.principal_type AS type, gaps.principal_id AS id
                 FROM {gaps} AS told CROSS JOIN gaps ON gaps.id = told.id"
            ),
        );
        if !is_indirect(pattern) {
            return format!("(:narrow OR {})", includes(&named, "r.type", "r.id"));
        }
        let inside = self.named_or_inside(&named);
        let through = self.through(&named);
        format!(
            "(:narrow OR {named} OR EXISTS (SELECT 1 FROM {through}) AND EXISTS (
                 SELECT 1 FROM {reached} AND {counts}
             ))",
            named = includes(&inside, "r.type", "r.id"),
            reached = granted_to_r(&through),
            counts = counts(How::Any),
        )
    }

    /// Whom gaps name, and who may be in one that they name.
    fn named_or_inside(&mut self, named: &str) -> String {
        let accounts = self.types.with(&[Trait::User]);
        let account = self.is_one_of("type", &accounts);
        let outer = self.once(
            WHOSE,
            format!("SELECT type, id FROM {named} WHERE type IS NOT NULL AND NOT {account}"),
        );
        let one = includes(&outer, "gaps.resource_type", "gaps.resource_id");
        self.once(
            WHOSE,
            format!(
                "SELECT type, id FROM {named}
                 UNION SELECT gaps.principal_type, gaps.principal_id FROM gaps
                 WHERE {OF_GRANTS} AND EXISTS (SELECT 1 FROM {outer})
                     AND CASE WHEN gaps.resource_id IS NULL
                         THEN ifnull(gaps.resource_type IN (SELECT type FROM {outer}), true)
                         ELSE {one} END"
            ),
        )
    }

    /// The entitlements by which somebody reaches what gaps name.
    fn through(&mut self, named: &str) -> String {
        let known = self.known();
        let is_any = format!("EXISTS (SELECT 1 FROM {named})");
        let itself = includes(named, "own.resource_type", "own.resource_id");
        let there = includes(named, "led.resource_type", "led.resource_id");
        let (own, via) = (of("own", ENTITLEMENT), of("led", VIA));
        self.once(
            ENTITLEMENT,
            format!(
                "SELECT {own} FROM {known} AS own WHERE {is_any} AND {itself}
                 UNION SELECT {via} FROM expansions AS led
                 WHERE led.sync = :sync AND {is_any} AND {there}"
            ),
        )
    }

    /// That it is open who holds such entitlements, whoever that may be.
    pub(crate) fn holders_are_open(&mut self, pattern: &Pattern) -> String {
        let gaps = self.gaps_of(pattern);
        format!("(:narrow OR EXISTS (SELECT 1 FROM {gaps}))")
    }

    /// That it is open who holds such entitlements of `r`.
    pub(crate) fn holders_of_r_are_open(&mut self, pattern: &Pattern) -> String {
        let (told, leading) = (self.sought_and_told(pattern), self.leading_is_open(pattern));
        let places = self.once(
            "resource_id, parent_id",
            format!(
                "SELECT DISTINCT gaps.resource_type, gaps.resource_id, gaps.slug,
                     gaps.parent_type, gaps.parent_id FROM gaps WHERE {OF_GRANTS}"
            ),
        );
        let of_r = "own.resource_type = r.type AND own.resource_id = r.id";
        format!(
            "(:narrow OR EXISTS (
                 SELECT 1 FROM {places} AS gaps
                 WHERE (gaps.resource_id = r.id AND gaps.parent_id IS NULL
                         OR gaps.resource_id = r.id AND gaps.parent_id = r.parent_id
                         OR gaps.resource_id IS NULL AND gaps.parent_id IS NULL
                         OR gaps.resource_id IS NULL AND gaps.parent_id = r.parent_id)
                     AND (gaps.parent_id IS NULL OR gaps.parent_type = r.parent_type)
                     AND ifnull(gaps.resource_type, r.type) = r.type
                     AND (gaps.slug IS NULL OR EXISTS (
                         SELECT 1 FROM {told} AS own WHERE {of_r} AND own.slug = gaps.slug
                     ))
             ) OR EXISTS (SELECT 1 FROM {leading} AS own WHERE {of_r}))"
        )
    }

    /// Such entitlements of which a gap covers what leads there.
    fn leading_is_open(&mut self, pattern: &Pattern) -> String {
        let (told, scopes) = (self.sought_and_told(pattern), self.scopes());
        let (own, leading) = (of("own", ENTITLEMENT), leading(&told));
        self.once(
            ENTITLEMENT,
            format!(
                "SELECT DISTINCT {own} FROM {leading} WHERE EXISTS (
                     SELECT 1 FROM {scopes} AS gaps
                     WHERE (gaps.resource_id = led.via_id OR gaps.resource_id IS NULL)
                         AND gaps.resource_type = led.via_type
                         AND ifnull(gaps.slug, led.via_slug) = led.via_slug
                 )"
            ),
        )
    }

    /// That it is open whether the account is there that the secret `r` acts as.
    pub(crate) fn owner_is_open(&mut self) -> String {
        let unlisted = self.once(
            WHOSE,
            format!(
                "SELECT DISTINCT gaps.resource_type AS type, gaps.resource_id AS id FROM gaps
                 WHERE {OF_RESOURCES}"
            ),
        );
        let one = includes(&unlisted, "r.secret_owner_type", "r.secret_owner_id");
        format!("(:narrow OR {one})")
    }
}

/// Whether groups and roles count as ways.
fn is_indirect(pattern: &Pattern) -> bool {
    matches!(pattern.how.unwrap_or_default(), How::Effective | How::Any)
}

/// That one of some rows is of what the gap names, or of any. Told apart, so that
/// an index leads to it.
fn any_in_scope(rows: &str, id: &str) -> String {
    format!(
        "CASE WHEN gaps.resource_id IS NULL THEN EXISTS ({rows})
         ELSE EXISTS ({rows} AND {id} = gaps.resource_id) END"
    )
}

/// That one of the scopes in a table includes the resource in these columns.
fn includes(scopes: &str, kind: &str, id: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM {scopes} AS scope WHERE (scope.id = {id} OR scope.id IS NULL)
             AND ifnull(scope.type = {kind}, true))"
    )
}

/// The ids of the gaps that leave open whether there are more resources of the
/// types that `of_types` tells of `gaps.resource_type`.
pub(crate) fn of_listing(of_types: &str) -> String {
    format!(
        "SELECT gaps.id FROM gaps
         WHERE {OF_RESOURCES} AND (gaps.resource_type IS NULL OR {of_types})"
    )
}
