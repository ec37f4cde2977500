//! The condition on how many accounts hold an entitlement of a resource.

use super::Terms;
use super::holding::ids;
use crate::rule::{Conditions, Count, Pattern};
use crate::sought::leading;
use crate::sql::{Builder, ENTITLEMENT, VIA, of};
use crate::words::How;

impl Terms {
    pub(super) fn of_holders(&mut self, builder: &mut Builder<'_>, when: &Conditions) {
        if let Some(count) = &when.held_by {
            self.held_by(builder, count);
        }
    }

    fn held_by(&mut self, builder: &mut Builder<'_>, count: &Count) {
        let pattern = count.pattern();
        let rows = holders(builder, count, &pattern);
        let open = builder.holders_of_r_are_open(&pattern);
        let told = builder.sought_and_told(&pattern);
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
                 SELECT 1 FROM {told} AS own WHERE {OF_R}
             ) THEN iif({open}, NULL, 0)
             {settled} WHEN {open} THEN NULL ELSE {enough} END",
            enough = enough.as_deref().unwrap_or("true"),
        ));
        let gaps = builder.gaps_of(&pattern);
        self.gaps.push(ids(&gaps));
        self.holders = Some(format!("(SELECT count(DISTINCT holder) FROM ({rows}))"));
    }
}

/// The accounts that hold such entitlements of `r`, by each way. What leads there
/// is looked at before who holds it: that may be very many.
fn holders(builder: &mut Builder<'_>, count: &Count, pattern: &Pattern) -> String {
    let how = pattern.how.unwrap_or_default();
    let is_revocable = count.revocable == Some(true);
    let revocable = match is_revocable {
        true => "held.immutable IS NULL",
        false => "true",
    };
    let told = builder.sought_and_told(pattern);
    let counted = builder.by_account(how);
    let holder = "SELECT held.principal_type || ':' || held.principal_id AS holder";
    let by_own = format!(
        "{holder} FROM {told} AS own CROSS JOIN grants AS held
             ON held.sync = :sync AND ({held}) = ({own})
         WHERE {OF_R} AND {revocable} AND {counted}",
        held = of("held", ENTITLEMENT),
        own = of("own", ENTITLEMENT),
    );
    if matches!(how, How::Direct | How::Pending) {
        return by_own;
    }
    let leading = leading(&builder.sought(pattern));
    let effective = match how {
        How::Effective => "led.effective",
        _ => "true",
    };
    let revocable = match is_revocable {
        true => not_from_above(&builder.granted_from_above(pattern)),
        false => "true".to_owned(),
    };
    format!(
        "{by_own} UNION ALL
         {holder} FROM {leading} CROSS JOIN grants AS held
             ON held.sync = :sync AND ({held}) = ({via})
         WHERE {OF_R} AND {effective} AND {revocable} AND {counted}",
        held = of("held", ENTITLEMENT),
        via = of("led", VIA),
    )
}

/// What leads there is not, and does not lead to, what a grant expands over that
/// cannot be revoked.
fn not_from_above(from_above: &str) -> String {
    let [above, led] = ["above", "led"].map(|row| of(row, ENTITLEMENT));
    let [above_via, via] = ["above", "led"].map(|row| of(row, VIA));
    format!(
        "NOT EXISTS (SELECT 1 FROM {from_above} AS above
             WHERE ({above}, {above_via}) = ({led}, {via}))"
    )
}

/// That the entitlement `own` is one of `r`.
const OF_R: &str = "own.resource_type = r.type AND own.resource_id = r.id";
