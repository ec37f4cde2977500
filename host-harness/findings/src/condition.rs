//! What a rule's conditions are in SQL.
//!
//! | a condition gives | if |
//! |---|---|
//! | 1 | it holds |
//! | 0 | it does not |
//! | NULL | nobody can tell: a gap, a narrow sync, or a service that does not tell |
//!
//! SQL's own `AND` and `NOT` then do what is right: one condition that does not
//! hold settles that all do not, and else one that is open leaves all open.

use rusqlite::types::Value;

use crate::doubt::{OWNER_IS_OPEN, of_listing};
use crate::rule::{Attribute, Conditions, Count, Pattern, Scalar};
use crate::sql::{BY_R, Builder, ON_R, entitlement_id, held};
use crate::words::{How, Owner, Status, Trait};

const DAY: i64 = 24 * 60 * 60;

/// A rule's conditions on `r`, and what to tell of it.
#[derive(Default)]
pub(crate) struct Terms {
    /// All of them have to hold.
    pub(crate) all: Vec<String>,
    /// Queries for the ids of the gaps that can leave them open.
    pub(crate) gaps: Vec<String>,
    /// A query for the ids of the entitlements that the rule is about.
    pub(crate) entitlements: Option<String>,
    /// How many accounts hold it.
    pub(crate) holders: Option<String>,
}

impl Terms {
    /// Puts conditions into SQL. `at` is the time that days are counted from.
    pub(crate) fn of(builder: &mut Builder<'_>, when: &Conditions, at: i64) -> Self {
        let mut terms = Self::default();
        terms.of_state(builder, when);
        terms.of_names(builder, when);
        terms.of_times(builder, when, at);
        terms.of_entitlements(builder, when);
        terms
    }

    fn of_state(&mut self, builder: &mut Builder<'_>, when: &Conditions) {
        if let Some(status) = &when.status {
            let told = builder.is_one_of("r.status", status);
            self.all.push(unless_not_told("r.status", &told));
        }
        if !matches!(&when.status, Some(it) if it.contains(&Status::Archived)) {
            self.all.push(NOT_ENDED.to_owned());
        }
        if let Some(status) = &when.not_status {
            let told = builder.is_one_of("r.status", status);
            self.all.push(format!("NOT {told}"));
        }
        if let Some(kind) = &when.kind {
            let told = builder.is_one_of("r.account_kind", kind);
            self.all.push(unless_not_told("r.account_kind", &told));
        }
        if let Some(managers) = &when.managed_by {
            let told = builder.is_one_of("r.managed_by", managers);
            self.all.push(unless_not_told("r.managed_by", &told));
        }
        if let Some(owners) = &when.owner {
            self.all.push(owner(builder, owners));
            self.gaps
                .push(format!("SELECT gaps.id FROM gaps WHERE {GAP_OF_OWNERS}"));
        }
    }

    fn of_names(&mut self, builder: &mut Builder<'_>, when: &Conditions) {
        if let Some(patterns) = &when.name {
            self.all.push(builder.is_like("r.name", patterns));
        }
        if let Some(patterns) = &when.email {
            let matches = builder.is_like("address.folded", patterns);
            self.all.push(unless_without_address(&format!(
                "EXISTS ({ADDRESSES} AND {matches})"
            )));
        }
        if let Some(domains) = &when.email_outside {
            let within: Vec<_> = domains.iter().map(|it| format!("*@{it}")).collect();
            let within = builder.is_like("address.folded", &within);
            let outside = format!("EXISTS ({ADDRESSES} AND NOT {within})");
            self.all.push(unless_without_address(&outside));
        }
        if let Some(Attribute { path, equals }) = &when.attribute {
            let keys = path.split('.').map(|key| format!(".\"{key}\""));
            let path = builder.bind(format!("${}", keys.collect::<String>()));
            let equals = builder.bind(match equals {
                Scalar::Flag(flag) => Value::Integer(i64::from(*flag)),
                Scalar::Number(number) => Value::Integer(*number),
                Scalar::Text(text) => Value::Text(text.clone()),
            });
            self.all
                .push(format!("json_extract(r.attributes, {path}) IS {equals}"));
        }
    }

    fn of_times(&mut self, builder: &mut Builder<'_>, when: &Conditions, at: i64) {
        let day = |builder: &mut Builder<'_>, days| builder.bind(at.saturating_add(days * DAY));
        if let Some(days) = when.older_than_days {
            self.all
                .push(format!("r.created_at < {}", day(builder, -i64::from(days))));
        }
        if let Some(days) = when.unused_days {
            let since = day(builder, -i64::from(days));
            self.all.push(unused(builder, &since));
            self.gaps.push(gaps_of_secrets(builder));
        }
        if let Some(days) = when.expires_within_days {
            let last = day(builder, i64::from(days));
            self.all.push(format!(
                "ifnull(r.expires_at > :at AND r.expires_at <= {last}, 0)"
            ));
        }
        if let Some(expired) = when.expired {
            self.all.push(format!(
                "ifnull(r.expires_at <= :at, 0) = {}",
                i64::from(expired)
            ));
        }
        if let Some(expires) = when.expires {
            self.all.push(format!(
                "(r.expires_at IS NOT NULL) = {}",
                i64::from(expires)
            ));
        }
    }

    fn of_entitlements(&mut self, builder: &mut Builder<'_>, when: &Conditions) {
        if let Some(pattern) = &when.holds {
            let rows = holding(builder, pattern);
            self.holds(builder, pattern, rows);
        }
        if let Some(pattern) = &when.lacks {
            let rows = holding(builder, pattern);
            let holds = holds(builder, pattern, &rows);
            self.all.push(format!("NOT ({holds})"));
            self.gaps.push(builder.gaps_of(pattern));
        }
        if let Some(pattern) = &when.alone_holds {
            let rows = alone(builder, pattern);
            let others = builder.holders_are_open(pattern);
            self.all
                .push(format!("iif(EXISTS ({rows}) AND {others}, NULL, true)"));
            self.holds(builder, pattern, rows);
        }
        if when.conflict == Some(true) {
            let exclusive = Pattern {
                exclusive: Some(true),
                how: Some(How::Direct),
                ..Pattern::default()
            };
            self.holds(builder, &exclusive, conflicting());
        }
        if let Some(count) = &when.held_by {
            self.held_by(builder, count);
        }
    }

    /// That `r` holds one of the rows, which are of the pattern's entitlements.
    fn holds(&mut self, builder: &mut Builder<'_>, pattern: &Pattern, rows: String) {
        self.all.push(holds(builder, pattern, &rows));
        self.gaps.push(builder.gaps_of(pattern));
        self.entitlements = Some(rows);
    }

    fn held_by(&mut self, builder: &mut Builder<'_>, count: &Count) {
        let pattern = count.pattern();
        let holders = holders(builder, count, &pattern);
        let open = builder.holders_of_r_are_open(&pattern);
        let own = builder.matches(&pattern, "own");
        let most = count.at_most.map_or(i64::MAX, i64::from);
        let least = count.at_least.map_or(0, i64::from);
        let never_less = if count.at_most.is_none() {
            least
        } else {
            i64::MAX
        };
        self.all.push(format!(
            "CASE WHEN NOT EXISTS (
                 SELECT 1 FROM entitlements AS own WHERE own.sync = :sync
                     AND own.resource_type = r.type AND own.resource_id = r.id AND {own}
             ) THEN iif({open}, NULL, 0)
             WHEN {holders} > {most} THEN 0
             WHEN {holders} >= {never_less} THEN 1
             WHEN {open} THEN NULL
             ELSE {holders} >= {least} END"
        ));
        self.gaps.push(builder.gaps_of(&pattern));
        self.holders = Some(holders);
    }
}

/// Not archived, nor part of something that is: nobody reaches it.
const NOT_ENDED: &str = "NOT EXISTS (
    SELECT 1 FROM inactive
    WHERE inactive.sync = :sync AND inactive.type = r.type AND inactive.id = r.id AND inactive.ended
)";

const GAP_OF_OWNERS: &str = "gaps.sync = :sync AND ifnull(gaps.subject, 'resources') = 'resources'
    AND (gaps.resource_type IS NULL OR gaps.resource_type IN (
        SELECT secret_owner_type FROM resources WHERE resources.sync = :sync
    ))";

const ADDRESSES: &str = "SELECT 1 FROM emails AS address
    WHERE address.sync = :sync AND address.resource_type = r.type AND address.resource_id = r.id";

/// What the service does not tell is open, unless just that is asked for.
fn unless_not_told(column: &str, told: &str) -> String {
    format!("CASE WHEN {told} THEN 1 WHEN {column} = 'not-told' THEN NULL ELSE 0 END")
}

/// Service accounts need no address; of others it is only not told.
fn unless_without_address(condition: &str) -> String {
    format!(
        "CASE WHEN EXISTS ({ADDRESSES}) THEN {condition}
         WHEN r.account_kind = 'service' THEN 0 ELSE NULL END"
    )
}

/// What a secret does, its account does. Of a type of which no use is told at
/// all, nor of its secrets, nobody can tell.
fn unused(builder: &mut Builder<'_>, since: &str) -> String {
    let unread = gaps_of_secrets(builder);
    let by_secret = "FROM resources AS used WHERE used.sync = :sync AND used.is_secret";
    format!(
        "CASE WHEN r.last_use_at >= {since} OR r.created_at >= {since} THEN 0
         WHEN (r.type, r.id) IN (
             SELECT used.secret_owner_type, used.secret_owner_id {by_secret}
                 AND used.last_use_at >= {since}
         ) THEN 0
         WHEN r.last_use_at IS NOT NULL THEN 1
         WHEN r.type IN (
             SELECT used.type FROM resources AS used
             WHERE used.sync = :sync AND used.last_use_at IS NOT NULL
         ) THEN r.created_at < {since}
         WHEN NOT :narrow AND NOT EXISTS ({unread}) AND r.type IN (
             SELECT used.secret_owner_type {by_secret} AND used.last_use_at IS NOT NULL
         ) THEN r.created_at < {since} ELSE NULL END"
    )
}

/// The ids of the gaps that hide secrets.
fn gaps_of_secrets(builder: &mut Builder<'_>) -> String {
    let secrets = builder.types.with(&[Trait::Secret]);
    of_listing(&builder.is_one_of("gaps.resource_type", &secrets))
}

fn owner(builder: &mut Builder<'_>, owners: &[Owner]) -> String {
    let state = builder.is_one_of("iif(inactive.id IS NULL, 'active', 'disabled')", &owners);
    let is_gone = i64::from(owners.contains(&Owner::Gone));
    format!(
        "CASE WHEN NOT r.is_secret THEN 0 WHEN r.secret_owner_id IS NULL THEN NULL
         ELSE ifnull((
             SELECT {state} FROM resources AS owner LEFT JOIN inactive ON inactive.sync = :sync
                 AND inactive.type = owner.type AND inactive.id = owner.id
             WHERE owner.sync = :sync AND owner.type = r.secret_owner_type
                 AND owner.id = r.secret_owner_id
         ), iif({OWNER_IS_OPEN}, NULL, {is_gone})) END"
    )
}

/// What `r` holds of such entitlements, by their ids.
fn holding(builder: &mut Builder<'_>, pattern: &Pattern) -> String {
    let rows = held(pattern.how.unwrap_or_default());
    let matches = builder.matches(pattern, "held");
    let id = entitlement_id("held");
    format!("SELECT {id} AS id FROM {rows} AND {BY_R} AND {matches}")
}

fn holds(builder: &mut Builder<'_>, pattern: &Pattern, rows: &str) -> String {
    let open = builder.holding_is_open(pattern);
    format!("CASE WHEN EXISTS ({rows}) THEN 1 WHEN {open} THEN NULL ELSE 0 END")
}

/// What `r` holds of such entitlements and no other account does. Those that
/// have one holder are found once, and not for each `r`.
fn alone(builder: &mut Builder<'_>, pattern: &Pattern) -> String {
    let rows = held(pattern.how.unwrap_or_default());
    let matches = builder.matches(pattern, "own");
    let accounts = builder.types.with(&[Trait::User]);
    let account = builder.is_one_of("held.principal_type", &accounts);
    let on_own = format!(
        "{rows} AND held.resource_type = own.resource_type
             AND held.resource_id = own.resource_id AND held.slug = own.slug AND {account}"
    );
    let holder = "held.principal_type || ':' || held.principal_id";
    let holding = holding(builder, pattern);
    format!(
        "{holding} AND (held.resource_type, held.resource_id, held.slug) IN (
             SELECT own.resource_type, own.resource_id, own.slug FROM entitlements AS own
             WHERE own.sync = :sync AND {matches} AND NOT EXISTS (
                 SELECT 1 FROM {on_own} AND {holder} <> (SELECT {holder} FROM {on_own} LIMIT 1)
             )
         )"
    )
}

/// What `r` holds directly of an exclusion group of which it holds two.
fn conflicting() -> String {
    let rows = held(How::Direct);
    let group = |held: &str| {
        format!(
            "(SELECT told.exclusion_group FROM entitlements AS told WHERE told.sync = :sync
                 AND told.resource_type = {held}.resource_type
                 AND told.resource_id = {held}.resource_id AND told.slug = {held}.slug)"
        )
    };
    format!(
        "SELECT {id} AS id FROM {rows} AND {BY_R} AND {own} IN (
             SELECT other.exclusion_group FROM (
                 SELECT {group} AS exclusion_group FROM {rows} AND {BY_R}
             ) AS other
             WHERE other.exclusion_group IS NOT NULL
             GROUP BY other.exclusion_group HAVING count(*) > 1
         )",
        id = entitlement_id("held"),
        own = group("held"),
        group = group("held"),
    )
}

/// How many accounts hold such entitlements of `r`. What is counted stands
/// within the view's own rows, where indexes serve it.
fn holders(builder: &mut Builder<'_>, count: &Count, pattern: &Pattern) -> String {
    let rows = held(pattern.how.unwrap_or_default());
    let matches = builder.matches(pattern, "held");
    let accounts = builder.types.with(&[Trait::User]);
    let account = builder.is_one_of("held.principal_type", &accounts);
    let revocable = match count.revocable {
        Some(true) => NOT_FROM_ABOVE,
        _ => "true",
    };
    format!(
        "(SELECT count(DISTINCT holder) FROM (
             SELECT held.principal_type || ':' || held.principal_id AS holder
             FROM {rows} AND {ON_R} AND {account} AND {matches} AND {revocable}
         ))"
    )
}

/// The holder does not also hold it by a grant that cannot be revoked.
const NOT_FROM_ABOVE: &str = "NOT EXISTS (
    SELECT 1 FROM grants AS above, json_each(ifnull(above.expands_slugs, '[]')) AS over
    WHERE above.sync = :sync AND above.resource_type = held.resource_type
        AND above.resource_id = held.resource_id AND above.slug = held.slug
        AND above.immutable IS NOT NULL AND EXISTS (
            SELECT 1 FROM current_effective AS member
            WHERE member.sync = :sync AND member.principal_type = held.principal_type
                AND member.principal_id = held.principal_id
                AND member.resource_type = above.principal_type
                AND member.resource_id = above.principal_id AND member.slug = over.value
        )
)";

#[cfg(test)]
mod tests;
