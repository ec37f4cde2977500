//! Lists that a decision needs whole, and lists that are only counted.
//!
//! | what | read | where it breaks off |
//! |---|---|---|
//! | [`rows`] | to its end, at most [`PAGES`] pages | an error: what is missing might decide |
//! | [`all_rows`] | to its end, of what belongs to one thing | the same |
//! | [`count`] | its first page | at least so many |

use std::ops::ControlFlow;

use governance_guest::client::Call;
use governance_guest::faults::{precondition, unreadable};
use governance_guest::items::closed_part;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::{Error, ErrorKind};
use serde_json::Value;

use super::pages::{self, Read};
use crate::session::Collection;

/// The most pages that are read before a change.
pub const PAGES: usize = 100;
/// The same, of what belongs to one thing.
const PAGES_BELOW: usize = 10;

/// The rows of a list that `keep` wants. `page` makes the request for the page
/// behind a cursor.
///
/// # Errors
/// `unreadable-response` if the list breaks off, `precondition` if it is longer
/// than [`PAGES`]; and all that reading can bring.
pub fn rows<'a, T: Transport>(
    steps: &Steps<'_, T>,
    list: &Collection,
    page: impl Fn(Option<&str>) -> Call<'a>,
    keep: impl Fn(&Value) -> bool,
) -> Result<Vec<Value>, Error> {
    let mut rows = Vec::new();
    let read = pages::read(steps, list, PAGES, page, |page| {
        rows.extend(page.iter().filter(|row| keep(row)).cloned());
        ControlFlow::<()>::Continue(())
    });
    match read? {
        Read::NotToItsEnd => {
            let message =
                format!("the list is longer than {PAGES} pages, too long to be looked through");
            Err(precondition(&message, "name the thing by its id instead"))
        }
        Read::Whole | Read::Until(()) => Ok(rows),
    }
}

/// Every row of a list that takes these arguments in its path; none where there
/// is no such list.
///
/// # Errors
/// All that reading can bring, but for `not-found`. A list that breaks off decides
/// nothing: `unreadable-response`.
pub fn all_rows<T: Transport>(
    steps: &Steps<'_, T>,
    list: &Collection,
    arguments: &[&str],
) -> Result<Vec<Value>, Error> {
    let page = |after: Option<&str>| {
        let call = list.call(after);
        arguments.iter().fold(call, |call, it| call.argument(it))
    };
    let mut rows = Vec::new();
    let read = pages::read(steps, list, PAGES_BELOW, page, |page| {
        rows.extend_from_slice(page);
        ControlFlow::<()>::Continue(())
    });
    match read {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(rows),
        Err(error) => Err(error),
        Ok(Read::NotToItsEnd) => {
            let message = "the list has too many pages";
            Err(unreadable(list.endpoint.surface, message))
        }
        Ok(Read::Whole | Read::Until(())) => Ok(rows),
    }
}

/// How many there are, as far as one page tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(usize),
    /// So many, and perhaps more.
    AtLeast(usize),
    /// The credential may not read them, or the plan does not have them.
    Unknown,
}

impl Count {
    /// In words, such as `3 keys` for `key`.
    #[must_use]
    pub fn of(self, noun: &str) -> String {
        match self {
            Self::Exactly(0) => format!("no {noun}s"),
            Self::Exactly(1) => format!("1 {noun}"),
            Self::Exactly(count) => format!("{count} {noun}s"),
            Self::AtLeast(count) => format!("at least {count} {noun}s"),
            Self::Unknown => format!("an unknown number of {noun}s"),
        }
    }
}

/// Counts the rows of a list's first page that `keep` wants.
///
/// # Errors
/// All that reading can bring, except that the list is closed.
pub fn count<T: Transport>(
    steps: &Steps<'_, T>,
    list: &Collection,
    call: &Call,
    keep: impl Fn(&Value) -> bool,
) -> Result<Count, Error> {
    let answer = match steps.read(call) {
        Ok(answer) => answer,
        Err(error) if closed_part(&error).is_some() => return Ok(Count::Unknown),
        Err(error) => return Err(error),
    };
    let listing = list.read(&answer, None)?;
    let count = listing.rows.iter().filter(|row| keep(row)).count();
    Ok(match listing.has_more() {
        true => Count::AtLeast(count),
        false => Count::Exactly(count),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_says_how_sure_it_is() {
        for (count, expected) in [
            (Count::Exactly(0), "no keys"),
            (Count::Exactly(1), "1 key"),
            (Count::Exactly(3), "3 keys"),
            (Count::AtLeast(100), "at least 100 keys"),
            (Count::Unknown, "an unknown number of keys"),
        ] {
            assert_eq!(count.of("key"), expected);
        }
    }
}
