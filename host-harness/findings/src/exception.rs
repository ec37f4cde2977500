//! Findings that somebody has looked at and accepts, until a day.
//!
//! An exception names the rule and the subject; with an entitlement it takes
//! only that one: a finding is excepted when all its entitlements are. The day
//! is the last one on which it counts, in UTC. After it the finding is back, and
//! the exception is told as expired.

use governance_contract::moments;
use governance_store::Moment;
use serde::{Deserialize, Serialize};
use toml::value::Datetime;

use crate::finding::Finding;
use crate::rule::Rule;
use crate::rules::near;

/// The last second of a day, from its beginning.
const DAY: i64 = 24 * 60 * 60;

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// The rule's id.
    pub rule: String,
    /// `type:id`, or an e-mail address of it.
    pub subject: String,
    /// Only this entitlement, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entitlement: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// From when on it does not count any more.
    pub until: Moment,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExceptionEntry {
    rule: String,
    subject: String,
    entitlement: Option<String>,
    reason: String,
    until: Datetime,
}

impl ExceptionEntry {
    /// The exception, or what is wrong with it.
    pub(crate) fn read(self, rules: &[Rule]) -> Result<Exception, String> {
        if !rules.iter().any(|rule| rule.id == self.rule) {
            let meant = near(&self.rule, rules).map(|it| format!("; is `{it}` meant?"));
            let meant = meant.unwrap_or_default();
            return Err(format!("no rule has the id `{}`{meant}", self.rule));
        }
        if !self.subject.contains([':', '@']) {
            let message =
                "`subject` has to be `type:id`, such as `user:user-abc`, or an e-mail address";
            return Err(message.to_owned());
        }
        if self.reason.trim().is_empty() {
            return Err("`reason` is empty".to_owned());
        }
        let day = match (self.until.date, self.until.time) {
            (Some(date), None) => moments::read(&format!("{date}T00:00:00Z")),
            _ => None,
        };
        let day = day.ok_or("`until` has to be a day, such as 2027-01-31")?;
        Ok(Exception {
            rule: self.rule,
            subject: self.subject,
            entitlement: self.entitlement,
            reason: self.reason,
            until: Moment(day + DAY),
        })
    }
}

impl Exception {
    /// It does not count any more.
    pub fn is_expired(&self, at: Moment) -> bool {
        self.until <= at
    }

    /// It is about this subject of the rule.
    pub(crate) fn is_about(&self, rule: &str, finding: &Finding) -> bool {
        let subject = &finding.subject;
        let named = || self.subject == format!("{}:{}", subject.resource_type, subject.id);
        let address = self.subject.to_lowercase();
        let addressed = || subject.emails.iter().any(|it| it.to_lowercase() == address);
        self.rule == rule && (named() || addressed())
    }
}

/// The exception by which a finding does not count, if there is one: one of the
/// subject, or the last one of those that take all its entitlements.
pub(crate) fn covering<'a>(about: &[&'a Exception], finding: &Finding) -> Option<&'a Exception> {
    let whole = about.iter().find(|it| it.entitlement.is_none());
    let takes = |entitlement: &String| {
        let of = |it: &&&Exception| it.entitlement.as_ref() == Some(entitlement);
        about.iter().find(of)
    };
    let facts = &finding.facts;
    let all_told = facts.entitlement_count == Some(facts.entitlements.len() as u64);
    let each = || {
        let takers: Option<Vec<_>> = facts.entitlements.iter().map(takes).collect();
        takers?.pop().filter(|_| all_told)
    };
    whole.or_else(each).copied()
}

#[cfg(test)]
mod tests;
