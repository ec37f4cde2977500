//! Findings: what somebody should look at in what was synced.
//!
//! Rules are data. Those of the harness and an operator's own are written alike,
//! in TOML, and put into SQL over the views of `docs/schema.md`, which SQLite
//! asks of all resources at once. `docs/findings.md` tells what can be written.
//!
//! | a rule says of a resource | if |
//! |---|---|
//! | found | all its conditions hold |
//! | excepted | they hold, and somebody accepts it until a day |
//! | cannot be told | a gap, the narrowness of the sync, or what the service does not tell leaves them open |
//! | nothing | one of them does not hold, whatever is open |
//!
//! ```text
//! Rules::built_in, Rules::read → evaluate, each_finding → Findings, Summary
//! ```

mod condition;
mod doubt;
mod error;
mod evaluate;
mod exception;
mod finding;
mod pattern;
mod rule;
mod rules;
mod sought;
mod sql;
mod types;
mod words;

#[cfg(test)]
mod document;
#[cfg(test)]
mod fixtures;

pub use error::RulesError;
pub use evaluate::{each_finding, evaluate};
pub use exception::Exception;
pub use finding::{
    ENTITLEMENTS_TOLD, EXAMPLES_TOLD, Facts, Finding, Findings, RuleFindings, RuleSummary, Subject,
    Summary, Unknown,
};
pub use rule::{Attribute, Conditions, Count, Pattern, Rule, Scalar};
pub use rules::Rules;
pub use words::{How, Kind, Manager, Owner, Purpose, Severity, Status, Trait};
