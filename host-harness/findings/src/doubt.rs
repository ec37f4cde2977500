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
use crate::sql::Builder;
use crate::words::{How, Trait};

/// A gap says something of what is held.
const OF_GRANTS: &str = "gaps.sync = :sync AND ifnull(gaps.subject, 'grants') <> 'events'";

/// That the entitlement in these columns is in the gap's scope.
fn in_scope([kind, id, slug]: [&str; 3]) -> String {
    format!(
        "{kind} = gaps.resource_type AND {id} = ifnull(gaps.resource_id, {id})
             AND {slug} = ifnull(gaps.slug, {slug})"
    )
}

impl Builder<'_> {
    /// The ids of the gaps that leave open who holds such entitlements.
    pub(crate) fn gaps_of(&mut self, pattern: &Pattern) -> String {
        let own = format!(
            "EXISTS (SELECT 1 FROM entitlements AS own WHERE own.sync = :sync AND {} AND {})",
            in_scope(["own.resource_type", "own.resource_id", "own.slug"]),
            self.matches(pattern, "own")
        );
        let mut any = vec!["gaps.resource_type IS NULL".to_owned(), own];
        if is_indirect(pattern) {
            any.push(format!(
                "EXISTS (SELECT 1 FROM expansions AS led WHERE led.sync = :sync AND {} AND {})",
                in_scope(["led.via_type", "led.via_id", "led.via_slug"]),
                self.matches(pattern, "led")
            ));
        }
        any.push(self.unread(pattern));
        format!(
            "SELECT gaps.id FROM gaps WHERE {OF_GRANTS} AND ({})",
            any.join(" OR ")
        )
    }

    /// Nothing in the gap's scope was read, and it may have such entitlements.
    fn unread(&mut self, pattern: &Pattern) -> String {
        let holding = self.types.with(&[Trait::User, Trait::Secret]);
        let holding = self.is_one_of("gaps.resource_type", &holding);
        let types = self.types_of(pattern);
        let types = types.map(|it| self.is_one_of("gaps.resource_type", &it));
        let of_type = self.matches(pattern, "own");
        format!(
            "NOT {holding} AND {types} AND NOT EXISTS (
                 SELECT 1 FROM resources AS thing WHERE thing.sync = :sync
                     AND thing.type = gaps.resource_type
                     AND thing.id = ifnull(gaps.resource_id, thing.id)
             ) AND (EXISTS (
                 SELECT 1 FROM entitlements AS own
                 WHERE own.sync = :sync AND own.resource_type = gaps.resource_type AND {of_type}
             ) OR NOT EXISTS (
                 SELECT 1 FROM entitlements AS own
                 WHERE own.sync = :sync AND own.resource_type = gaps.resource_type
             ))",
            types = types.as_deref().unwrap_or("true"),
        )
    }

    /// That it is open whether `r` holds more of such entitlements than it is
    /// known to.
    pub(crate) fn holding_is_open(&mut self, pattern: &Pattern) -> String {
        let gaps = self.gaps_of(pattern);
        let through = match is_indirect(pattern) {
            true => format!("OR {}", self.through_others()),
            false => String::new(),
        };
        format!(
            "(:narrow OR EXISTS (
                 SELECT 1 FROM gaps WHERE {OF_GRANTS} AND gaps.id IN ({gaps})
                     AND ({} {through})
             ))",
            names_r("gaps")
        )
    }

    /// That the gap is of a principal through which `r` holds something, or of one
    /// of which nobody knows whether `r` is in it.
    fn through_others(&mut self) -> String {
        let accounts = self.types.with(&[Trait::User]);
        let account = self.is_one_of("gaps.principal_type", &accounts);
        format!(
            "EXISTS (
                 SELECT 1 FROM current_effective AS reached
                 WHERE reached.sync = :sync AND reached.principal_type = r.type
                     AND reached.principal_id = r.id
                     AND reached.resource_type = ifnull(gaps.principal_type, reached.resource_type)
                     AND reached.resource_id = ifnull(gaps.principal_id, reached.resource_id)
             ) OR NOT {account} AND EXISTS (
                 SELECT 1 FROM gaps AS inside
                 WHERE inside.sync = :sync AND ifnull(inside.subject, 'grants') <> 'events'
                     AND ifnull(inside.resource_type, gaps.principal_type) = gaps.principal_type
                     AND (gaps.principal_id IS NULL
                         OR ifnull(inside.resource_id, gaps.principal_id) = gaps.principal_id)
                     AND {}
             )",
            names_r("inside")
        )
    }

    /// That it is open who holds such entitlements, whoever that may be.
    pub(crate) fn holders_are_open(&mut self, pattern: &Pattern) -> String {
        let gaps = self.gaps_of(pattern);
        format!("(:narrow OR EXISTS ({gaps}))")
    }

    /// That it is open who holds such entitlements of `r`.
    pub(crate) fn holders_of_r_are_open(&mut self, pattern: &Pattern) -> String {
        let of_r = "own.sync = :sync AND own.resource_type = r.type AND own.resource_id = r.id";
        let matches = self.matches(pattern, "own");
        let leading = in_scope(["led.via_type", "led.via_id", "led.via_slug"]);
        let within = "(gaps.parent_id IS NULL
            OR (r.parent_type, r.parent_id) = (gaps.parent_type, gaps.parent_id))";
        format!(
            "(:narrow OR EXISTS (
                 SELECT 1 FROM gaps WHERE {OF_GRANTS} AND (
                     ifnull(gaps.resource_type, r.type) = r.type
                     AND ifnull(gaps.resource_id, r.id) = r.id AND {within}
                     AND (gaps.slug IS NULL OR EXISTS (
                         SELECT 1 FROM entitlements AS own
                         WHERE {of_r} AND own.slug = gaps.slug AND {matches}
                     ))
                     OR EXISTS (
                         SELECT 1 FROM entitlements AS own CROSS JOIN expansions AS led
                             ON led.sync = :sync AND led.resource_type = r.type
                             AND led.resource_id = r.id AND led.slug = own.slug
                         WHERE {of_r} AND {matches} AND {leading}
                     )
                 )
             ))"
        )
    }
}

/// Whether groups and roles count as ways.
fn is_indirect(pattern: &Pattern) -> bool {
    matches!(pattern.how.unwrap_or_default(), How::Effective | How::Any)
}

/// That the gap of an alias says something of `r` as a principal.
fn names_r(gap: &str) -> String {
    format!(
        "(ifnull({gap}.principal_type, r.type) = r.type
            AND ifnull({gap}.principal_id, r.id) = r.id)"
    )
}

/// That it is open whether the account is there that the secret `r` acts as.
pub(crate) const OWNER_IS_OPEN: &str = "(:narrow OR EXISTS (
    SELECT 1 FROM gaps
    WHERE gaps.sync = :sync AND ifnull(gaps.subject, 'resources') = 'resources'
        AND ifnull(gaps.resource_type, r.secret_owner_type) = r.secret_owner_type
        AND ifnull(gaps.resource_id, r.secret_owner_id) = r.secret_owner_id
        AND gaps.slug IS NULL AND gaps.principal_type IS NULL AND gaps.principal_id IS NULL
))";

/// The ids of the gaps that leave open whether there are more resources of the
/// types that `of_types` tells of `gaps.resource_type`.
pub(crate) fn of_listing(of_types: &str) -> String {
    format!(
        "SELECT gaps.id FROM gaps
         WHERE gaps.sync = :sync AND ifnull(gaps.subject, 'resources') = 'resources'
             AND (gaps.resource_type IS NULL OR {of_types})
             AND gaps.slug IS NULL AND gaps.principal_type IS NULL AND gaps.principal_id IS NULL"
    )
}
