//! Which rules are asked: those of the harness, changed and added to by a file.
//!
//! | in the file | does |
//! |---|---|
//! | `[rule.ID]` of a rule of the harness | changes what it names: `enabled`, `severity`, a condition under `when` |
//! | `[rule.ID]` of another id | adds a rule; it needs `severity`, `title`, `explanation`, and `when` with a type or trait |
//! | `[[exception]]` | takes findings out of the count until a day |

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::error::RulesError;
use crate::exception::{Exception, ExceptionEntry};
use crate::rule::{Conditions, Rule};
use crate::words::Severity;

const BUILT_IN: &str = include_str!("built_in.toml");

/// Rules and exceptions.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// The gravest first; of one severity those of the harness first.
    pub rules: Vec<Rule>,
    /// In the file's order.
    pub exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: BTreeMap<Spanned<String>, Entry>,
    #[serde(default)]
    exception: Vec<Spanned<ExceptionEntry>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    enabled: Option<bool>,
    severity: Option<Severity>,
    title: Option<String>,
    explanation: Option<String>,
    #[serde(default)]
    when: Conditions,
}

/// What is wrong, and where in the text, in bytes.
type Wrong = (usize, String);

impl Rules {
    /// Those of the harness, without exceptions.
    ///
    /// # Errors
    /// None, unless the harness was built wrongly.
    pub fn built_in() -> Result<Self, RulesError> {
        Self {
            rules: Vec::new(),
            exceptions: Vec::new(),
        }
        .with(Path::new("built_in.toml"), BUILT_IN, true)
    }

    /// Those of the harness, and what a file says.
    ///
    /// # Errors
    /// The file cannot be read, or says what cannot be meant.
    pub fn read(path: &Path) -> Result<Self, RulesError> {
        let text = std::fs::read_to_string(path).map_err(|source| RulesError::File {
            path: path.to_owned(),
            source,
        })?;
        Self::built_in()?.with(path, &text, false)
    }

    /// Keeps only the rules of which this holds.
    pub fn keep(&mut self, mut wanted: impl FnMut(&Rule) -> bool) {
        self.rules.retain(|rule| wanted(rule));
    }

    fn with(mut self, path: &Path, text: &str, built_in: bool) -> Result<Self, RulesError> {
        let file: File = toml::from_str(text).map_err(|source| RulesError::Format {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        let told = |(at, message): Wrong| RulesError::Meaning {
            path: path.to_owned(),
            line: text[..at].matches('\n').count() + 1,
            message,
        };
        for (id, entry) in file.rule {
            self.lay(&id, entry, built_in)
                .map_err(|message| told((id.span().start, message)))?;
        }
        for entry in file.exception {
            let at = entry.span().start;
            let exception = entry.into_inner().read(&self.rules);
            self.exceptions
                .push(exception.map_err(|message| told((at, message)))?);
        }
        self.rules.sort_by_key(|rule| {
            let own = !rule.built_in;
            (std::cmp::Reverse(rule.severity), own)
        });
        Ok(self)
    }

    /// Changes the rule with this id, or adds it.
    fn lay(&mut self, id: &Spanned<String>, entry: Entry, built_in: bool) -> Result<(), String> {
        let id = id.get_ref();
        let under = self.rules.iter().position(|rule| rule.id == *id);
        let under = under.map(|place| self.rules.remove(place));
        let rule = match under {
            Some(under) => entry.over(under),
            None => entry.alone(id, built_in).map_err(|missing| match near(id, &self.rules) {
                Some(meant) => format!("rule `{id}` {missing}; if the harness's rule `{meant}` is meant, write that"),
                None => format!("rule `{id}` {missing}"),
            })?,
        };
        check(&rule)?;
        self.rules.push(rule);
        Ok(())
    }
}

impl Entry {
    fn over(self, under: Rule) -> Rule {
        Rule {
            severity: self.severity.unwrap_or(under.severity),
            title: self.title.unwrap_or(under.title),
            explanation: self.explanation.unwrap_or(under.explanation),
            enabled: self.enabled.unwrap_or(under.enabled),
            when: self.when.over(under.when),
            ..under
        }
    }

    /// A rule by itself, or what it has not.
    fn alone(self, id: &str, built_in: bool) -> Result<Rule, &'static str> {
        Ok(Rule {
            id: id.to_owned(),
            severity: self
                .severity
                .ok_or("has no `severity`: high, medium or low")?,
            title: self.title.ok_or("has no `title`")?,
            explanation: self.explanation.ok_or("has no `explanation`")?,
            enabled: self.enabled.unwrap_or(true),
            built_in,
            when: self.when,
        })
    }
}

/// What no single value shows to be wrong.
fn check(rule: &Rule) -> Result<(), String> {
    let Rule { id, when, .. } = rule;
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    let wrong = if id.is_empty() || id.len() > 64 || !id.chars().all(is_plain) {
        "has an id that is not of a-z, 0-9 and -, at most 64 of them"
    } else if rule.title.trim().is_empty() || rule.explanation.trim().is_empty() {
        "has an empty `title` or `explanation`"
    } else if when.types.is_none() && when.traits.is_none() {
        "has neither `when.type` nor `when.trait`, so that it looks at nothing in particular"
    } else if when.conflict == Some(false) {
        "has `when.conflict = false`; only `true` can be asked for"
    } else if matches!(&when.held_by, Some(it) if it.at_least.is_none() && it.at_most.is_none()) {
        "has `when.held-by` without `at-least` or `at-most`"
    } else {
        return Ok(());
    };
    Err(format!("rule `{id}` {wrong}"))
}

/// The rule whose id looks like this one.
pub(crate) fn near<'a>(id: &str, rules: &'a [Rule]) -> Option<&'a str> {
    let alike = rules
        .iter()
        .map(|rule| (strsim::normalized_levenshtein(id, &rule.id), &*rule.id));
    let best = alike.max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(alike, _)| *alike > 0.6).map(|(_, id)| id)
}

#[cfg(test)]
mod tests;
