//! Asking rules of a sync. What comes is a function of the database, the rules
//! and the time that days are counted from, which is the sync's end unless
//! another one is given.

mod questions;
mod rows;

use governance_store::{Aside, Asked, GapRow, Moment, Store, StoreError, SyncRow};

use self::questions::{JUDGED, found, gaps, judged, open};
use crate::condition::Terms;
use crate::exception::{Exception, covering};
use crate::finding::{
    EXAMPLES_TOLD, Finding, Findings, RuleFindings, RuleSummary, Summary, Unknown,
};
use crate::rule::Rule;
use crate::rules::Rules;
use crate::sql::{Builder, Table};
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
        let sync = store.current_sync(Some(connection))?;
        let at = at.unwrap_or(sync.finished_at.unwrap_or(sync.started_at).0);
        let types = Types::of(store, sync.id)?;
        let mut asking = Asking {
            store,
            sync: &sync,
            at,
            types: &types,
            builder: Builder::new(&types, sync.id.0, at, !sync.asked.is_everything()),
            aside: store.aside(),
            filled: 0,
            exceptions: &rules.exceptions,
            expired: Vec::new(),
        };
        let mut summaries = Vec::new();
        for rule in rules.rules.iter().filter(|rule| rule.enabled) {
            let place = summaries.len();
            let told = asking.ask(rule, |finding| each(place, rule, finding))?;
            summaries.push(told);
        }
        let expired = std::mem::take(&mut asking.expired);
        drop(asking);
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
    builder: Builder<'a>,
    /// The builder's tables, of which so many are filled.
    aside: Aside<'a>,
    filled: usize,
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
        let mut summary = self.begun(rule);
        let when = &rule.when;
        let types = self
            .types
            .among(when.types.as_deref(), when.traits.as_deref(), None);
        if types.is_empty() {
            return Ok(summary);
        }
        let terms = Terms::of(&mut self.builder, when, self.at);
        let judged = judged(&mut self.builder, &terms, &types);
        self.fill()?;
        let mut aside = self.store.aside();
        let parameters = self.builder.parameters(&judged);
        aside.keep(JUDGED, "verdict", &judged, &parameters)?;
        self.tell_found(rule, &terms, &mut summary, &mut each)?;
        self.tell_unknown(&terms, &types, &mut summary.unknown)?;
        Ok(summary)
    }

    /// Fills the tables that no rule has needed before.
    fn fill(&mut self) -> Result<(), StoreError> {
        let tables = self.builder.tables();
        for Table { name, index, sql } in &tables[self.filled..] {
            let parameters = self.builder.parameters(sql);
            self.aside.keep(name, index, sql, &parameters)?;
        }
        self.filled = tables.len();
        Ok(())
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

    fn tell_found<E: From<StoreError>>(
        &mut self,
        rule: &Rule,
        terms: &Terms,
        summary: &mut RuleSummary,
        each: &mut impl FnMut(Finding) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = found(terms);
        self.store.ask(&sql, &self.builder.parameters(&sql), |row| {
            let mut finding = rows::finding(row).map_err(StoreError::from)?;
            finding.exception =
                exception(self.exceptions, rule, &finding, self.at, &mut self.expired);
            match finding.exception {
                Some(_) => summary.excepted += 1,
                None => summary.found += 1,
            }
            each(finding)
        })
    }

    /// The subjects that are open, the gaps that hide subjects, and those that
    /// leave some open.
    fn tell_unknown(
        &mut self,
        terms: &Terms,
        types: &[String],
        unknown: &mut Unknown,
    ) -> Result<(), StoreError> {
        let sql = open();
        self.store
            .ask::<StoreError>(&sql, &self.builder.parameters(&sql), |row| {
                unknown.subjects = row.get("subjects")?;
                unknown.examples.push(rows::subject(row)?);
                Ok(())
            })?;
        let asked = &self.sync.asked;
        let narrow = !asked.is_everything();
        let outside = |kind: &String| !asked.types.contains(kind);
        let is_read = !narrow || asked.within.is_empty() && !types.iter().any(outside);
        if !is_read || narrow && unknown.subjects > 0 {
            unknown.asked = Some(Asked::clone(asked));
        }
        let sql = gaps(&mut self.builder, terms, types, unknown.subjects > 0);
        self.store.ask(&sql, &self.builder.parameters(&sql), |row| {
            unknown.gap_count += 1;
            if unknown.gaps.len() < EXAMPLES_TOLD {
                unknown.gaps.push(GapRow::of_row(row)?);
            }
            Ok(())
        })
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

#[cfg(test)]
mod growth;
#[cfg(test)]
mod tests;
