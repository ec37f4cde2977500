//! The questions that a rule is: which resources all its terms hold of or are open
//! of, what is told of those that they hold of, and what leaves others open.

use crate::condition::Terms;
use crate::doubt::of_listing;
use crate::finding::{ENTITLEMENTS_TOLD, EXAMPLES_TOLD};
use crate::sql::Builder;

/// The table in which the resources are kept that a rule says something of.
pub(super) const JUDGED: &str = "judged";

/// Those resources, in the order of the index: 1 if all terms hold, NULL if some
/// are open.
pub(super) fn judged(builder: &mut Builder<'_>, terms: &Terms, types: &[String]) -> String {
    let of_types = builder.is_one_of("r.type", types);
    let verdict = match terms.all.is_empty() {
        true => "true".to_owned(),
        false => format!("({})", terms.all.join(") AND (")),
    };
    let possible: String = terms
        .all
        .iter()
        .map(|term| format!(" AND ({term}) IS NOT 0"))
        .collect();
    format!(
        "SELECT r.type, r.id, {verdict} AS verdict FROM resources AS r
         WHERE r.sync = :sync AND {of_types}{possible} ORDER BY r.type, r.id"
    )
}

/// What is found, with its facts.
pub(super) fn found(terms: &Terms) -> String {
    let nothing = || "NULL".to_owned();
    let entitlements = terms.entitlements.as_deref();
    let listed = entitlements.map_or_else(nothing, |rows| {
        format!(
            "(SELECT json_group_array(id) FROM (
                 SELECT DISTINCT id FROM ({rows}) ORDER BY id LIMIT {ENTITLEMENTS_TOLD}
             ))"
        )
    });
    let count = entitlements.map_or_else(nothing, |rows| {
        format!("(SELECT count(DISTINCT id) FROM ({rows}))")
    });
    let holders = terms.holders.clone().unwrap_or_else(nothing);
    format!(
        "SELECT r.*, {listed} AS entitlements, {count} AS entitlement_count,
             {holders} AS holders, {EMAILS}, {OWNER_NAME}
         FROM {JUDGED_RESOURCES} WHERE judged.verdict = 1 ORDER BY judged.rowid"
    )
}

/// The first of those that are open, and how many there are.
pub(super) fn open() -> String {
    format!(
        "SELECT r.*, {EMAILS},
             (SELECT count(*) FROM {JUDGED} WHERE verdict IS NULL) AS subjects
         FROM {JUDGED_RESOURCES} WHERE judged.verdict IS NULL
         ORDER BY judged.rowid LIMIT {EXAMPLES_TOLD}"
    )
}

const JUDGED_RESOURCES: &str = "judged CROSS JOIN resources AS r
    ON r.sync = :sync AND r.type = judged.type AND r.id = judged.id";

const EMAILS: &str = "(
    SELECT json_group_array(address) FROM (
        SELECT address FROM emails
        WHERE emails.sync = :sync AND emails.resource_type = r.type AND emails.resource_id = r.id
        ORDER BY is_primary DESC, position
    )
) AS emails";

const OWNER_NAME: &str = "(
    SELECT name FROM resources AS owner WHERE owner.sync = :sync
        AND owner.type = r.secret_owner_type AND owner.id = r.secret_owner_id
) AS owner_name";

/// The gaps that hide subjects, and those that leave some open if there are such.
pub(super) fn gaps(
    builder: &mut Builder<'_>,
    terms: &Terms,
    types: &[String],
    some_are_open: bool,
) -> String {
    let of_types = builder.is_one_of("gaps.resource_type", types);
    let mut any = vec![of_listing(&of_types)];
    if some_are_open {
        any.extend(terms.gaps.iter().cloned());
    }
    format!(
        "SELECT * FROM current_gaps AS told WHERE told.sync = :sync AND told.id IN ({})
         ORDER BY told.id",
        any.join(" UNION ")
    )
}
