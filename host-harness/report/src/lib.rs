//! The access review page: what the current sync of a connection holds, as one
//! HTML file that needs nothing else.
//!
//! | part of the page | from |
//! |---|---|
//! | title, completeness, digest | the sync |
//! | what is unknown | its gaps, and what it was not asked for |
//! | figures | all of it, however large it is |
//! | findings | the caller |
//! | changes | the sync before |
//! | who has what | the accounts with most access, as far as [`ACCESS_TOLD`] goes |
//!
//! Everything is a function of the database: the same sync gives the same page,
//! byte by byte. Text from the service is made visible by a function of the
//! caller's, shortened, and written into the page by `markup` or as JSON, so
//! that nothing in it can be markup or script. The page's own policy allows its
//! own script and nothing else.
//!
//! ```text
//! Report::read → figures, page
//! ```

mod accounts;
mod areas;
mod changes;
mod figures;
mod finding;
mod holdings;
mod inventory;
mod label;
mod markup;
mod page;
mod read;

pub use accounts::{ACCESS_TOLD, ACCOUNTS_TOLD};
pub use changes::CHANGES_TOLD;
pub use figures::{
    AccessFigure, AccountFigure, ChangeFigure, Counted, Figures, GrantFigures, SecretFigures, Told,
};
pub use finding::{Finding, Severity};
pub use page::{GAPS_TOLD, LINES_TOLD};
pub use read::Report;

/// Makes text from strangers visible on one line: what would reorder, hide or
/// break a line is shown as an escape.
pub type Shown = fn(&str) -> String;
