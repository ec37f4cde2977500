//! Parts of a rule's query. What the operator wrote is bound as a parameter, so
//! that nothing in it is SQL.
//!
//! The aliases that the parts share: `r` is the resource that is judged, `held`
//! a row of what is held, `gaps` a gap.

use rusqlite::ToSql;
use rusqlite::types::Value;
use serde::Serialize;

use crate::rule::Pattern;
use crate::types::Types;
use crate::words::How;

/// A query while it is put together: what its parameters stand for.
pub(crate) struct Builder<'a> {
    pub(crate) types: &'a Types,
    parameters: Vec<(String, Value)>,
}

impl<'a> Builder<'a> {
    /// For a sync, with the parameters that every part may use: `:sync`, `:at`,
    /// and `:narrow`, whether the sync was asked for a part only.
    pub(crate) fn new(types: &'a Types, sync: i64, at: i64, narrow: bool) -> Self {
        let shared = [(":sync", sync), (":at", at), (":narrow", i64::from(narrow))];
        let parameters = shared.map(|(name, value)| (name.to_owned(), Value::Integer(value)));
        Self {
            types,
            parameters: parameters.to_vec(),
        }
    }

    /// The name of a new parameter with this value.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> String {
        let name = format!(":p{}", self.parameters.len());
        self.parameters.push((name.clone(), value.into()));
        name
    }

    /// The parameters that this query mentions; SQLite refuses others.
    pub(crate) fn parameters(&self, sql: &str) -> Vec<(&str, &dyn ToSql)> {
        let mentioned = |name: &str| {
            let after = |at: usize| sql[at + name.len()..].chars().next();
            sql.match_indices(name)
                .any(|(at, _)| !after(at).is_some_and(|it| it.is_ascii_alphanumeric()))
        };
        self.parameters
            .iter()
            .filter(|(name, _)| mentioned(name))
            .map(|(name, value)| (name.as_str(), value as &dyn ToSql))
            .collect()
    }

    /// That a column is one of some words. Each is a parameter of its own: a list
    /// in one of them would be read again for every row.
    pub(crate) fn is_one_of<T: Serialize>(&mut self, column: &str, words: &[T]) -> String {
        let values = words.iter().map(|word| serde_json::to_value(word).ok());
        let texts: Vec<_> = values
            .map(|it| {
                it.as_ref()
                    .and_then(|it| it.as_str())
                    .unwrap_or_default()
                    .to_owned()
            })
            .map(|text| self.bind(text))
            .collect();
        format!("{column} IN ({})", texts.join(", "))
    }

    /// That a column matches one of some patterns, of which `*` stands for any
    /// text and `?` for one character. Letters of ASCII match in either case.
    pub(crate) fn is_like(&mut self, column: &str, patterns: &[String]) -> String {
        let each = patterns.iter().map(|pattern| {
            let pattern = self.bind(glob(pattern));
            format!("lower({column}) GLOB {pattern}")
        });
        format!("({})", each.collect::<Vec<_>>().join(" OR "))
    }

    /// That the entitlement in the columns `resource_type`, `resource_id` and
    /// `slug` is one of these.
    pub(crate) fn matches(&mut self, pattern: &Pattern, row: &str) -> String {
        let itself = self.matches_itself(pattern, row);
        if pattern.or_leads_there != Some(true) {
            return itself;
        }
        let there = self.matches_itself(pattern, "leads");
        format!(
            "({itself} OR EXISTS (
                 SELECT 1 FROM expansions AS leads
                 WHERE leads.sync = :sync AND leads.via_type = {row}.resource_type
                     AND leads.via_id = {row}.resource_id AND leads.via_slug = {row}.slug
                     AND leads.effective AND {there}
             ))"
        )
    }

    fn matches_itself(&mut self, pattern: &Pattern, row: &str) -> String {
        let mut all = Vec::new();
        if let Some(types) = self.types_of(pattern) {
            all.push(self.is_one_of(&format!("{row}.resource_type"), &types));
        }
        for (column, patterns) in [("resource_id", &pattern.resource), ("slug", &pattern.slug)] {
            if let Some(patterns) = patterns {
                all.push(self.is_like(&format!("{row}.{column}"), patterns));
            }
        }
        if let Some(patterns) = &pattern.resource_name {
            let named = self.is_like("thing.name", patterns);
            all.push(format!(
                "EXISTS (SELECT 1 FROM resources AS thing WHERE thing.sync = :sync
                     AND thing.type = {row}.resource_type AND thing.id = {row}.resource_id
                     AND {named})"
            ));
        }
        if let Some(purposes) = &pattern.purpose {
            let purpose = self.is_one_of("told.purpose", purposes);
            all.push(format!("EXISTS ({} AND {purpose})", told(row)));
        }
        let flags = [
            (pattern.floor, "told.exclusion_default"),
            (pattern.exclusive, "told.exclusion_group IS NOT NULL"),
        ];
        for (wanted, condition) in flags {
            if let Some(wanted) = wanted {
                let not = if wanted { "" } else { "NOT " };
                all.push(format!("{not}EXISTS ({} AND {condition})", told(row)));
            }
        }
        match all.is_empty() {
            true => "true".to_owned(),
            false => all.join(" AND "),
        }
    }

    /// The types on whose resources the entitlements are, if that is said.
    pub(crate) fn types_of(&self, pattern: &Pattern) -> Option<Vec<String>> {
        let Pattern {
            types,
            traits,
            not_trait,
            ..
        } = pattern;
        let is_said = types.is_some() || traits.is_some() || not_trait.is_some();
        is_said.then(|| {
            self.types
                .among(types.as_deref(), traits.as_deref(), not_trait.as_deref())
        })
    }
}

/// What is told of the entitlement of a row.
fn told(row: &str) -> String {
    format!(
        "SELECT 1 FROM entitlements AS told WHERE told.sync = :sync
             AND told.resource_type = {row}.resource_type
             AND told.resource_id = {row}.resource_id AND told.slug = {row}.slug"
    )
}

/// SQLite's pattern: brackets would mean sets of characters to it.
fn glob(pattern: &str) -> String {
    pattern.to_ascii_lowercase().replace('[', "[[]")
}

/// What is held in this way, as `held`; further conditions can follow.
pub(crate) fn held(how: How) -> &'static str {
    match how {
        How::Effective => "current_effective AS held WHERE held.sync = :sync AND held.effective",
        How::Any => "current_effective AS held WHERE held.sync = :sync",
        How::Direct | How::Pending => "grants AS held WHERE held.sync = :sync",
    }
}

/// That a grant counts by itself in this way.
pub(crate) fn counts(how: How) -> &'static str {
    match how {
        How::Effective | How::Any => UNEXPLAINED,
        How::Direct => "held.pending = 0 AND held.directness = 'direct'",
        How::Pending => "held.pending = 1",
    }
}

/// As the view `current_effective` has it.
const UNEXPLAINED: &str = "held.pending = 0 AND (held.directness = 'direct' OR NOT EXISTS (
    SELECT 1 FROM explained_grants AS explained
    WHERE explained.sync = :sync AND explained.resource_type = held.resource_type
        AND explained.resource_id = held.resource_id AND explained.slug = held.slug
        AND explained.principal_type = held.principal_type
        AND explained.principal_id = held.principal_id
))";

/// That a resource is neither disabled nor archived; or only not archived.
pub(crate) fn is_active([kind, id]: [&str; 2], ended: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM inactive WHERE inactive.sync = :sync
             AND inactive.type = {kind} AND inactive.id = {id} {ended})"
    )
}

/// That `held` is held by `r`.
pub(crate) const BY_R: &str = "held.principal_type = r.type AND held.principal_id = r.id";

/// The id of the entitlement of a row.
pub(crate) fn entitlement_id(row: &str) -> String {
    format!("{row}.resource_type || ':' || {row}.resource_id || ':' || {row}.slug")
}
