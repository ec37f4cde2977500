//! Parts of the questions that a rule is put into. What the operator wrote is
//! bound as a parameter, so that nothing in it is SQL.
//!
//! The aliases that the parts share: `r` is the resource that is judged, `held`
//! a grant, `gaps` a gap or its scope.
//!
//! What is the same for all resources is found once and kept aside in a table of
//! its own, for all rules. What is asked of each resource then only looks there,
//! so that its cost does not grow with the organization:
//!
//! | table | holds |
//! |---|---|
//! | [`Builder::sought`] and others | which entitlements a rule is about, and what leads to them |
//! | [`Builder::gaps_of`] and others | which gaps leave that open, and of whom |

use rusqlite::ToSql;
use rusqlite::types::Value;
use serde::Serialize;

use crate::types::Types;
use crate::words::How;

/// Questions while they are put together: what their parameters stand for, and
/// the tables that they look into.
pub(crate) struct Builder<'a> {
    pub(crate) types: &'a Types,
    parameters: Vec<(String, Value)>,
    tables: Vec<Table>,
}

/// What is found once.
pub(crate) struct Table {
    pub(crate) name: String,
    /// The columns that it is looked into by.
    pub(crate) index: &'static str,
    pub(crate) sql: String,
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
            tables: Vec::new(),
        }
    }

    /// The name of the parameter with this value. One value has one, so that
    /// parts that mean the same are the same text.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> String {
        let value = value.into();
        if let Some((name, _)) = self.parameters.iter().find(|(_, it)| *it == value) {
            return name.clone();
        }
        let name = format!(":p{}", self.parameters.len());
        self.parameters.push((name.clone(), value));
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

    /// The name of the table that holds the rows of this query, which may look
    /// into earlier ones.
    pub(crate) fn once(&mut self, index: &'static str, sql: String) -> String {
        if let Some(same) = self.tables.iter().find(|it| it.sql == sql) {
            return same.name.clone();
        }
        let name = format!("once_{}", self.tables.len());
        self.tables.push(Table {
            name: name.clone(),
            index,
            sql,
        });
        name
    }

    /// All tables, in an order in which they can be filled.
    pub(crate) fn tables(&self) -> &[Table] {
        &self.tables
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
}

/// SQLite's pattern: brackets would mean sets of characters to it.
fn glob(pattern: &str) -> String {
    pattern.to_ascii_lowercase().replace('[', "[[]")
}

/// What names an entitlement.
pub(crate) const ENTITLEMENT: &str = "resource_type, resource_id, slug";

/// What a row of an expansion leads from.
pub(crate) const VIA: &str = "via_type, via_id, via_slug";

/// The columns of a list, of one row: as a value that can be compared.
pub(crate) fn of(row: &str, columns: &str) -> String {
    let columns = columns.split(", ").map(|it| format!("{row}.{it}"));
    columns.collect::<Vec<_>>().join(", ")
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

/// Of what is inactive only what is archived.
pub(crate) const ENDED: &str = "AND inactive.ended";

/// That a resource is neither disabled nor archived; or only not archived.
pub(crate) fn is_active([kind, id]: [&str; 2], ended: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM inactive WHERE inactive.sync = :sync
             AND inactive.type = {kind} AND inactive.id = {id} {ended})"
    )
}

/// The id of the entitlement of a row.
pub(crate) fn entitlement_id(row: &str) -> String {
    format!("{row}.resource_type || ':' || {row}.resource_id || ':' || {row}.slug")
}
