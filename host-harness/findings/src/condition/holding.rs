//! Conditions on what a resource holds.

use super::Terms;
use crate::rule::{Conditions, Pattern};
use crate::sought::granted_to_r;
use crate::sql::{Builder, counts, entitlement_id, is_active};
use crate::words::How;

impl Terms {
    pub(super) fn of_holding(&mut self, builder: &mut Builder<'_>, when: &Conditions) {
        if let Some(pattern) = &when.holds {
            let granting = builder.granting(pattern);
            let rows = granted(&granting, pattern, &entitlement_id("held"));
            self.holds(builder, pattern, &format!("EXISTS ({rows})"), rows);
        }
        if let Some(pattern) = &when.lacks {
            let granting = builder.granting(pattern);
            let rows = granted(&granting, pattern, "1");
            let holds = holds(builder, pattern, &format!("EXISTS ({rows})"));
            self.all.push(format!("NOT ({holds})"));
            let gaps = builder.gaps_of(pattern);
            self.gaps.push(ids(&gaps));
        }
        if let Some(pattern) = &when.alone_holds {
            let granting = builder.granting_alone(pattern);
            let rows = granted(&granting, pattern, "it.id");
            let others = builder.holders_are_open(pattern);
            let any = format!("EXISTS ({rows})");
            self.all
                .push(format!("iif({others} AND {any}, NULL, true)"));
            self.holds(builder, pattern, &any, rows);
        }
        if when.conflict == Some(true) {
            self.conflict(builder);
        }
    }

    /// That `r` holds two of an exclusion group directly. Whether it holds two at
    /// all takes less to see.
    fn conflict(&mut self, builder: &mut Builder<'_>) {
        let exclusive = builder.exclusive();
        let of_group = "GROUP BY it.exclusion_group HAVING count(*) > 1";
        let direct = format!("{} AND {}", granted_to_r(&exclusive), counts(How::Direct));
        let conflicts = format!("SELECT it.exclusion_group FROM {direct} {of_group}");
        let any = format!(
            "EXISTS (
                 SELECT 1 FROM grants AS own CROSS JOIN {exclusive} AS it
                     ON it.resource_type = own.resource_type
                     AND it.resource_id = own.resource_id AND it.slug = own.slug
                 WHERE own.sync = :sync AND own.principal_type = r.type
                     AND own.principal_id = r.id
                 {of_group}
             ) AND EXISTS ({conflicts})"
        );
        let rows = format!(
            "SELECT {} AS id FROM {direct} AND it.exclusion_group IN ({conflicts})",
            entitlement_id("held")
        );
        let pattern = Pattern {
            exclusive: Some(true),
            how: Some(How::Direct),
            ..Pattern::default()
        };
        self.holds(builder, &pattern, &any, rows);
    }

    /// That `r` holds `any` of the pattern's entitlements; the rows are their ids.
    fn holds(&mut self, builder: &mut Builder<'_>, pattern: &Pattern, any: &str, rows: String) {
        self.all.push(holds(builder, pattern, any));
        let gaps = builder.gaps_of(pattern);
        self.gaps.push(ids(&gaps));
        self.entitlements = Some(rows);
    }
}

fn holds(builder: &mut Builder<'_>, pattern: &Pattern, any: &str) -> String {
    let open = builder.holding_is_open(pattern);
    format!("CASE WHEN {any} THEN 1 WHEN {open} THEN NULL ELSE 0 END")
}

/// What `r` has grants of that count, among the entitlements in a table.
fn granted(granting: &str, pattern: &Pattern, id: &str) -> String {
    let how = pattern.how.unwrap_or_default();
    let by_active = match how {
        How::Effective => is_active(["r.type", "r.id"], ""),
        _ => "true".to_owned(),
    };
    let (granted, counts) = (granted_to_r(granting), counts(how));
    format!("SELECT {id} AS id FROM {granted} AND {counts} AND {by_active}")
}

/// The gaps in a table.
pub(super) fn ids(gaps: &str) -> String {
    format!("SELECT id FROM {gaps}")
}
