//! Asking rules of a sync. What comes is a function of the database, the rules
//! and the time that days are counted from, which is the sync's end unless
//! another one is given.

use governance_store::{
    Asked, GapRow, LastUseRow, Moment, NamedResource, Store, StoreError, SyncRow,
};
use rusqlite::Row;

use crate::condition::Terms;
use crate::doubt::of_listing;
use crate::exception::{Exception, covering};
use crate::finding::{
    ENTITLEMENTS_TOLD, EXAMPLES_TOLD, Facts, Finding, Findings, RuleFindings, RuleSummary, Subject,
    Summary, Unknown,
};
use crate::rule::Rule;
use crate::rules::Rules;
use crate::sql::Builder;
use crate::types::Types;

/// All findings of a connection's current sync.
///
/// # Errors
/// An unknown connection, one without a finished sync, and SQLite's failures.
pub fn evaluate(
    store: &Store,
    connection: &str,
    rules: &Rules,
    at: Option<i64>,
) -> Result<Findings, StoreError> {
    let mut found: Vec<Vec<Finding>> = Vec::new();
    let summary = each_finding(store, connection, rules, at, |place, _, finding| {
        found.resize_with(found.len().max(place + 1), Vec::new);
        found[place].push(finding);
        Ok::<_, StoreError>(())
    })?;
    found.resize_with(summary.rules.len(), Vec::new);
    let rules = summary.rules.into_iter().zip(found);
    Ok(Findings {
        sync: summary.sync,
        at: summary.at,
        rules: rules
            .map(|(summary, findings)| RuleFindings { summary, findings })
            .collect(),
        expired: summary.expired,
    })
}

/// Gives each finding of a connection's current sync to a callback, rule by
/// rule, excepted ones too: the place of its rule in the summary, the rule, and
/// the finding.
///
/// # Errors
/// As [`evaluate`], and what the callback gives.
pub fn each_finding<E: From<StoreError>>(
    store: &Store,
    connection: &str,
    rules: &Rules,
    at: Option<i64>,
    mut each: impl FnMut(usize, &Rule, Finding) -> Result<(), E>,
) -> Result<Summary, E> {
    store.at_one_moment(|| {
        let mut syncs = store.current_syncs(Some(connection))?;
        let nothing = StoreError::NothingFinished { failure: None };
        let sync = syncs.pop().ok_or(nothing)?;
        let at = at.unwrap_or(sync.finished_at.unwrap_or(sync.started_at).0);
        let types = Types::of(store, sync.id)?;
        let mut asking = Asking {
            store,
            sync: &sync,
            at,
            types: &types,
            exceptions: &rules.exceptions,
            expired: Vec::new(),
        };
        let mut summaries = Vec::new();
        for rule in rules.rules.iter().filter(|rule| rule.enabled) {
            let place = summaries.len();
            let told = asking.ask(rule, |finding| each(place, rule, finding))?;
            summaries.push(told);
        }
        let expired = asking.expired;
        Ok(Summary {
            at: Moment(at),
            rules: summaries,
            expired,
            sync,
        })
    })
}

/// What all rules are asked with.
struct Asking<'a> {
    store: &'a Store,
    sync: &'a SyncRow,
    at: i64,
    types: &'a Types,
    exceptions: &'a [Exception],
    /// Those that took a finding if they had not expired.
    expired: Vec<Exception>,
}

impl Asking<'_> {
    fn ask<E: From<StoreError>>(
        &mut self,
        rule: &Rule,
        mut each: impl FnMut(Finding) -> Result<(), E>,
    ) -> Result<RuleSummary, E> {
        let when = &rule.when;
        let types = self
            .types
            .among(when.types.as_deref(), when.traits.as_deref(), None);
        let narrow = !self.sync.asked.is_everything();
        let mut builder = Builder::new(self.types, self.sync.id.0, self.at, narrow);
        let terms = Terms::of(&mut builder, when, self.at);
        let sql = query(&mut builder, &terms, &types);
        let mut summary = self.begun(rule);
        let parameters = builder.parameters(&sql);
        self.store.ask(&sql, &parameters, |row| {
            let verdict: Option<bool> = row.get("verdict").map_err(StoreError::from)?;
            if verdict.is_none() {
                summary.unknown.subjects += 1;
                if summary.unknown.examples.len() < EXAMPLES_TOLD {
                    let example = subject(row).map_err(StoreError::from)?;
                    summary.unknown.examples.push(example);
                }
                return Ok(());
            }
            let mut finding = finding(row).map_err(StoreError::from)?;
            finding.exception =
                exception(self.exceptions, rule, &finding, self.at, &mut self.expired);
            match finding.exception {
                Some(_) => summary.excepted += 1,
                None => summary.found += 1,
            }
            each(finding)
        })?;
        let outside = |kind: &String| !self.sync.asked.types.contains(kind);
        let is_read = !narrow || self.sync.asked.within.is_empty() && !types.iter().any(outside);
        let unknown = &mut summary.unknown;
        if !types.is_empty() && (!is_read || narrow && unknown.subjects > 0) {
            unknown.asked = Some(Asked::clone(&self.sync.asked));
        }
        if !types.is_empty() {
            tell_gaps(self.store, builder, &terms, &types, unknown)?;
        }
        Ok(summary)
    }

    fn begun(&self, rule: &Rule) -> RuleSummary {
        let named = rule.when.types.iter().flatten();
        RuleSummary {
            rule: rule.id.clone(),
            severity: rule.severity,
            title: rule.title.clone(),
            explanation: rule.explanation.clone(),
            found: 0,
            excepted: 0,
            unknown: Unknown::default(),
            unknown_types: named.filter(|it| !self.types.has(it)).cloned().collect(),
        }
    }
}

/// The exception by which a finding does not count now. One that has expired is
/// kept apart.
fn exception(
    exceptions: &[Exception],
    rule: &Rule,
    finding: &Finding,
    at: i64,
    expired: &mut Vec<Exception>,
) -> Option<Exception> {
    let about = exceptions
        .iter()
        .filter(|it| it.is_about(&rule.id, finding));
    let (over, live): (Vec<_>, Vec<_>) = about.partition(|it| it.is_expired(Moment(at)));
    let live = covering(&live, finding).cloned();
    if live.is_none() {
        let new = over.into_iter().filter(|it| !expired.contains(it));
        let new: Vec<_> = new.cloned().collect();
        expired.extend(new);
    }
    live
}

/// The resources of which all terms hold or are open, in the order of the index.
fn query(builder: &mut Builder<'_>, terms: &Terms, types: &[String]) -> String {
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
        "SELECT r.*, {verdict} AS verdict,
             CASE WHEN {verdict} THEN {listed} END AS entitlements,
             CASE WHEN {verdict} THEN {count} END AS entitlement_count,
             CASE WHEN {verdict} THEN {holders} END AS holders, {EMAILS}, {OWNER_NAME}
         FROM resources AS r WHERE r.sync = :sync AND {of_types}{possible}
         ORDER BY r.type, r.id"
    )
}

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

/// The gaps that hide subjects, and those that leave some open.
fn tell_gaps(
    store: &Store,
    mut builder: Builder<'_>,
    terms: &Terms,
    types: &[String],
    unknown: &mut Unknown,
) -> Result<(), StoreError> {
    let of_types = builder.is_one_of("gaps.resource_type", types);
    let mut any = vec![of_listing(&of_types)];
    if unknown.subjects > 0 {
        any.extend(terms.gaps.iter().cloned());
    }
    let ids = any.join(" UNION ");
    let sql = format!(
        "SELECT * FROM current_gaps AS told WHERE told.sync = :sync AND told.id IN ({ids})
         ORDER BY told.id"
    );
    store.ask(&sql, &builder.parameters(&sql), |row| {
        unknown.gap_count += 1;
        if unknown.gaps.len() < EXAMPLES_TOLD {
            unknown.gaps.push(GapRow::of_row(row)?);
        }
        Ok(())
    })
}

fn finding(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let (last, using): (Option<Moment>, Option<String>) =
        (row.get("last_use_at")?, row.get("last_use_using")?);
    let count: Option<i64> = row.get("entitlement_count")?;
    let holders: Option<i64> = row.get("holders")?;
    let facts = Facts {
        status: row.get("status")?,
        created_at: row.get("created_at")?,
        last_use: last.zip(using).map(|(at, using)| LastUseRow { at, using }),
        expires_at: row.get("expires_at")?,
        owner: named(row, "secret_owner_type", "secret_owner_id")?,
        owner_name: row.get("owner_name")?,
        entitlements: texts(row, "entitlements")?,
        entitlement_count: count.and_then(|it| it.try_into().ok()),
        holders: holders.and_then(|it| it.try_into().ok()),
    };
    Ok(Finding {
        subject: subject(row)?,
        facts,
        exception: None,
    })
}

fn subject(row: &Row<'_>) -> rusqlite::Result<Subject> {
    Ok(Subject {
        resource_type: row.get("type")?,
        id: row.get("id")?,
        name: row.get("name")?,
        emails: texts(row, "emails")?,
        parent: named(row, "parent_type", "parent_id")?,
    })
}

fn named(row: &Row<'_>, kind: &str, id: &str) -> rusqlite::Result<Option<NamedResource>> {
    let (kind, id): (Option<String>, Option<String>) = (row.get(kind)?, row.get(id)?);
    let both = kind.zip(id);
    Ok(both.map(|(resource_type, id)| NamedResource { resource_type, id }))
}

/// A JSON array that the query made itself.
fn texts(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<String>> {
    let text: Option<String> = row.get(column)?;
    Ok(text
        .and_then(|it| serde_json::from_str(&it).ok())
        .unwrap_or_default())
}

#[cfg(test)]
mod tests;
