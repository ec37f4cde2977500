//! What a rule's conditions are in SQL.
//!
//! | a condition gives | if |
//! |---|---|
//! | 1 | it holds |
//! | 0 | it does not |
//! | NULL | nobody can tell: a gap, a narrow sync, or a service that does not tell |
//!
//! SQL's own `AND` and `NOT` then do what is right: one condition that does not
//! hold settles that all do not, and else one that is open leaves all open.

mod holders;
mod holding;
mod itself;
mod owner;
mod times;

use crate::rule::Conditions;
use crate::sql::Builder;

/// A rule's conditions on `r`, and what to tell of it.
#[derive(Default)]
pub(crate) struct Terms {
    /// All of them have to hold.
    pub(crate) all: Vec<String>,
    /// Queries for the ids of the gaps that can leave them open.
    pub(crate) gaps: Vec<String>,
    /// A query for the ids of the entitlements that the rule is about.
    pub(crate) entitlements: Option<String>,
    /// How many accounts hold it.
    pub(crate) holders: Option<String>,
}

impl Terms {
    /// Puts conditions into SQL. `at` is the time that days are counted from.
    pub(crate) fn of(builder: &mut Builder<'_>, when: &Conditions, at: i64) -> Self {
        let mut terms = Self::default();
        terms.of_state(builder, when);
        terms.of_names(builder, when);
        terms.of_owner(builder, when);
        terms.of_times(builder, when, at);
        terms.of_holding(builder, when);
        terms.of_holders(builder, when);
        terms
    }
}

/// What the service does not tell is open, unless just that is asked for.
fn unless_not_told(column: &str, told: &str) -> String {
    format!("CASE WHEN {told} THEN 1 WHEN {column} = 'not-told' THEN NULL ELSE 0 END")
}

#[cfg(test)]
mod tests;
