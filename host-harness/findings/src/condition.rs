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
use crate::sql::{BY_R, Builder, counts, entitlement_id, held, is_active};
use crate::words::{How, Owner, Status, Trait};

const DAY: i64 = 24 * 60 * 60;

/// Of what is inactive only what is archived.
const ENDED: &str = "AND inactive.ended";

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
            let rows = own_grants(builder, pattern);
            self.holds(builder, pattern, &format!("EXISTS ({rows})"), rows);
        }
        if let Some(pattern) = &when.lacks {
            let rows = own_grants(builder, pattern);
            let holds = holds(builder, pattern, &format!("EXISTS ({rows})"));
            self.all.push(format!("NOT ({holds})"));
            self.gaps.push(builder.gaps_of(pattern));
        }
        if let Some(pattern) = &when.alone_holds {
            let rows = alone(builder, pattern);
            let others = builder.holders_are_open(pattern);
            let any = format!("EXISTS ({rows})");
            self.all
                .push(format!("iif({any} AND {others}, NULL, true)"));
            self.holds(builder, pattern, &any, rows);
        }
        if when.conflict == Some(true) {
            let exclusive = Pattern {
                exclusive: Some(true),
                how: Some(How::Direct),
                ..Pattern::default()
            };
            let any = format!("(r.type, r.id) IN ({CONFLICTING})");
            self.holds(builder, &exclusive, &any, conflicting());
        }
        if let Some(count) = &when.held_by {
            self.held_by(builder, count);
        }
    }

    /// That `r` holds `any` of the pattern's entitlements; the rows are their ids.
    fn holds(&mut self, builder: &mut Builder<'_>, pattern: &Pattern, any: &str, rows: String) {
        self.all.push(holds(builder, pattern, any));
        self.gaps.push(builder.gaps_of(pattern));
        self.entitlements = Some(rows);
    }

    fn held_by(&mut self, builder: &mut Builder<'_>, count: &Count) {
        let pattern = count.pattern();
        let rows = holders(builder, count, &pattern);
        let open = builder.holders_of_r_are_open(&pattern);
        let own = builder.matches(&pattern, "own");
        // No more are counted than it takes to decide.
        let more_than = |bound: i64| {
            format!(
                "(SELECT count(*) FROM (SELECT DISTINCT holder FROM ({rows}) LIMIT {enough}))
                     > {bound}",
                enough = bound + 1
            )
        };
        let too_many = count.at_most.map(|most| more_than(i64::from(most)));
        let enough = count.at_least.map(|least| more_than(i64::from(least) - 1));
        let settled = match (&too_many, &enough) {
            (None, Some(enough)) => format!("WHEN {enough} THEN 1"),
            (Some(too_many), _) => format!("WHEN {too_many} THEN 0"),
            (None, None) => String::new(),
        };
        self.all.push(format!(
            "CASE WHEN NOT EXISTS (
                 SELECT 1 FROM entitlements AS own WHERE own.sync = :sync
                     AND own.resource_type = r.type AND own.resource_id = r.id AND {own}
             ) THEN iif({open}, NULL, 0)
             {settled} WHEN {open} THEN NULL ELSE {enough} END",
            enough = enough.as_deref().unwrap_or("true"),
        ));
        self.gaps.push(builder.gaps_of(&pattern));
        self.holders = Some(format!("(SELECT count(DISTINCT holder) FROM ({rows}))"));
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
    let state = builder.is_one_of("iif(inactive.id IS NULL, 'active', 'disabled')", owners);
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

/// That a row of [`held`] counts: the view has only such that do.
fn grant_counts(pattern: &Pattern) -> &'static str {
    match pattern.how.unwrap_or_default() {
        How::Effective | How::Any => "true",
        how => counts(how),
    }
}

/// What `r` holds of such entitlements, by their ids.
fn holding(builder: &mut Builder<'_>, pattern: &Pattern) -> String {
    let rows = held(pattern.how.unwrap_or_default());
    let counts = grant_counts(pattern);
    let matches = builder.matches(pattern, "held");
    let id = entitlement_id("held");
    format!("SELECT {id} AS id FROM {rows} AND {counts} AND {BY_R} AND {matches}")
}

fn holds(builder: &mut Builder<'_>, pattern: &Pattern, any: &str) -> String {
    let open = builder.holding_is_open(pattern);
    format!("CASE WHEN {any} THEN 1 WHEN {open} THEN NULL ELSE 0 END")
}

/// What `r` has a grant of that is one of these or leads to one, by its id. What
/// leads there is found once, and not for each `r`: the view would follow every
/// way of every `r` to its end.
fn own_grants(builder: &mut Builder<'_>, pattern: &Pattern) -> String {
    let how = pattern.how.unwrap_or_default();
    let matches = builder.matches(pattern, "held");
    let [on_active, to_active, by_active] = match how {
        How::Effective => [
            is_active(["held.resource_type", "held.resource_id"], ENDED),
            format!(
                "led.effective AND {}",
                is_active(["led.resource_type", "led.resource_id"], ENDED)
            ),
            is_active(["r.type", "r.id"], ""),
        ],
        _ => ["true"; 3].map(str::to_owned),
    };
    let leads = match how {
        How::Effective | How::Any => {
            let there = builder.matches(pattern, "led");
            format!(
                "OR (held.resource_type, held.resource_id, held.slug) IN (
                     SELECT led.via_type, led.via_id, led.via_slug FROM expansions AS led
                     WHERE led.sync = :sync AND {to_active} AND {there}
                 )"
            )
        }
        How::Direct | How::Pending => String::new(),
    };
    format!(
        "SELECT {id} AS id FROM grants AS held WHERE held.sync = :sync AND {BY_R}
             AND ({on_active} AND {matches} {leads}) AND {counts} AND {by_active}",
        id = entitlement_id("held"),
        counts = counts(how),
    )
}

/// What `r` holds of such entitlements and no other account does. Those that
/// have one holder are found once, and not for each `r`.
fn alone(builder: &mut Builder<'_>, pattern: &Pattern) -> String {
    let rows = held(pattern.how.unwrap_or_default());
    let counts = grant_counts(pattern);
    let matches = builder.matches(pattern, "own");
    let accounts = builder.types.with(&[Trait::User]);
    let account = builder.is_one_of("held.principal_type", &accounts);
    let on_own = format!(
        "{rows} AND {counts} AND held.resource_type = own.resource_type
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

/// The exclusion groups of which `r` holds two entitlements directly.
const CONFLICTS: &str =
    "SELECT told.exclusion_group FROM grants AS two CROSS JOIN entitlements AS told
    ON told.sync = :sync AND told.resource_type = two.resource_type
        AND told.resource_id = two.resource_id AND told.slug = two.slug
WHERE two.sync = :sync AND two.principal_type = r.type AND two.principal_id = r.id
    AND two.pending = 0 AND two.directness = 'direct' AND told.exclusion_group IS NOT NULL
GROUP BY told.exclusion_group HAVING count(*) > 1";

/// Who holds two of a group, in one pass over all grants.
const CONFLICTING: &str = "SELECT two.principal_type, two.principal_id
FROM entitlements AS told CROSS JOIN grants AS two
    ON two.sync = :sync AND two.resource_type = told.resource_type
        AND two.resource_id = told.resource_id AND two.slug = told.slug
WHERE told.sync = :sync AND told.exclusion_group IS NOT NULL
    AND two.pending = 0 AND two.directness = 'direct'
GROUP BY two.principal_type, two.principal_id, told.exclusion_group HAVING count(*) > 1";

/// What `r` holds directly of such a group.
fn conflicting() -> String {
    format!(
        "SELECT {id} AS id FROM grants AS held CROSS JOIN entitlements AS own
             ON own.sync = :sync AND own.resource_type = held.resource_type
                 AND own.resource_id = held.resource_id AND own.slug = held.slug
         WHERE held.sync = :sync AND {BY_R} AND {direct}
             AND own.exclusion_group IN ({CONFLICTS})",
        id = entitlement_id("held"),
        direct = counts(How::Direct),
    )
}

/// The accounts that hold such entitlements of `r`, by each way. What leads there
/// is looked at before who holds it: that may be very many.
fn holders(builder: &mut Builder<'_>, count: &Count, pattern: &Pattern) -> String {
    let how = pattern.how.unwrap_or_default();
    let accounts = builder.types.with(&[Trait::User]);
    let account = builder.is_one_of("held.principal_type", &accounts);
    let active = match how {
        How::Effective => is_active(["held.principal_type", "held.principal_id"], ""),
        _ => "true".to_owned(),
    };
    let is_revocable = count.revocable == Some(true);
    let own = builder.matches(pattern, "own");
    let own_revocable = if is_revocable {
        "held.immutable IS NULL"
    } else {
        "true"
    };
    let holder = "SELECT held.principal_type || ':' || held.principal_id AS holder";
    let counted = format!("{} AND {account} AND {active}", counts(how));
    let by_own = format!(
        "{holder} FROM entitlements AS own CROSS JOIN grants AS held ON held.sync = :sync
             AND held.resource_type = r.type AND held.resource_id = r.id
             AND held.slug = own.slug
         WHERE own.sync = :sync AND own.resource_type = r.type AND own.resource_id = r.id
             AND {own} AND {own_revocable} AND {counted}"
    );
    if matches!(how, How::Direct | How::Pending) {
        return by_own;
    }
    let there = builder.matches(pattern, "led");
    let effective = if how == How::Effective {
        "led.effective"
    } else {
        "true"
    };
    let led_revocable = if is_revocable { NOT_FROM_ABOVE } else { "true" };
    format!(
        "{by_own} UNION ALL
         {holder} FROM expansions AS led CROSS JOIN grants AS held ON held.sync = :sync
             AND held.resource_type = led.via_type AND held.resource_id = led.via_id
             AND held.slug = led.via_slug
         WHERE led.sync = :sync AND led.resource_type = r.type AND led.resource_id = r.id
             AND {effective} AND {there} AND {led_revocable} AND {counted}"
    )
}

/// What leads there is not, and does not lead to, what a grant expands over that
/// cannot be revoked.
const NOT_FROM_ABOVE: &str = "NOT EXISTS (
    SELECT 1 FROM grants AS above, json_each(ifnull(above.expands_slugs, '[]')) AS over
    WHERE above.sync = :sync AND above.resource_type = led.resource_type
        AND above.resource_id = led.resource_id AND above.slug = led.slug
        AND above.immutable IS NOT NULL AND (
            (led.via_type, led.via_id, led.via_slug)
                = (above.principal_type, above.principal_id, over.value)
            OR EXISTS (
                SELECT 1 FROM expansions AS up WHERE up.sync = :sync
                    AND up.resource_type = above.principal_type
                    AND up.resource_id = above.principal_id AND up.slug = over.value
                    AND up.via_type = led.via_type AND up.via_id = led.via_id
                    AND up.via_slug = led.via_slug
            )
        )
)";

#[cfg(test)]
mod tests;
