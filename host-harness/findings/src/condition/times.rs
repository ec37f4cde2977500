//! Conditions on when a resource was made, was used, and ends.

use super::Terms;
use crate::doubt::of_listing;
use crate::rule::Conditions;
use crate::sql::Builder;
use crate::words::Trait;

const DAY: i64 = 24 * 60 * 60;

impl Terms {
    pub(super) fn of_times(&mut self, builder: &mut Builder<'_>, when: &Conditions, at: i64) {
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
}

/// What a secret does, its account does. Of a type of which no use is told at
/// all, nor of its secrets, nobody can tell.
fn unused(builder: &mut Builder<'_>, since: &str) -> String {
    let unread = gaps_of_secrets(builder);
    let by_secret = "FROM resources AS used WHERE used.sync = :sync AND used.is_secret";
    let lately = builder.once(
        "id, type",
        format!(
            "SELECT DISTINCT used.secret_owner_type AS type, used.secret_owner_id AS id {by_secret}
                 AND used.last_use_at >= {since}"
        ),
    );
    let told = builder.once(
        "type",
        "SELECT DISTINCT used.type FROM resources AS used
         WHERE used.sync = :sync AND used.last_use_at IS NOT NULL"
            .to_owned(),
    );
    let told_by_secret = builder.once(
        "type",
        format!(
            "SELECT DISTINCT used.secret_owner_type AS type {by_secret}
                 AND used.last_use_at IS NOT NULL"
        ),
    );
    format!(
        "CASE WHEN r.last_use_at >= {since} OR r.created_at >= {since} THEN 0
         WHEN EXISTS (
             SELECT 1 FROM {lately} AS used WHERE used.id = r.id AND used.type = r.type
         ) THEN 0
         WHEN r.last_use_at IS NOT NULL THEN 1
         WHEN r.type IN (SELECT type FROM {told}) THEN r.created_at < {since}
         WHEN NOT :narrow AND NOT EXISTS ({unread})
             AND r.type IN (SELECT type FROM {told_by_secret}) THEN r.created_at < {since}
         ELSE NULL END"
    )
}

/// The ids of the gaps that hide secrets.
fn gaps_of_secrets(builder: &mut Builder<'_>) -> String {
    let secrets = builder.types.with(&[Trait::Secret]);
    of_listing(&builder.is_one_of("gaps.resource_type", &secrets))
}
