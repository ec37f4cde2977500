//! What bears a name already: the service lets names repeat, a repeated creation
//! must not.
//!
//! | bearers | creation |
//! |---|---|
//! | none | goes on |
//! | one | is none: that is it, if its content is what was asked for |
//! | more | `conflict`, with their ids |

use governance_guest::client::Call;
use governance_guest::faults::fault;
use governance_guest::reading::Reading;
use governance_guest::steps::Steps;
use governance_guest::text;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::{Error, ErrorKind, Party};
use serde_json::Value;

use super::whole_list;
use crate::session::Collection;

/// How many ids are told.
const CANDIDATES: usize = 10;

/// The only row of a list that bears this name, of those that `counts` wants;
/// none if no row does. `page` makes the request for the page behind a cursor.
///
/// # Errors
/// `conflict` if several bear it; and see [`whole_list::rows`].
pub fn only<'a, T: Transport>(
    steps: &Steps<'_, T>,
    list: &Collection,
    name: &str,
    page: impl Fn(Option<&str>) -> Call<'a>,
    counts: impl Fn(&Value) -> bool,
) -> Result<Option<Value>, Error> {
    let bears = |row: &Value| row.text("name") == Some(name) && counts(row);
    let mut bearers = whole_list::rows(steps, list, page, bears)?;
    match bearers.len() {
        0 | 1 => Ok(bearers.pop()),
        count => {
            let message = format!("{count} of them are called {name}: {}", ids(&bearers));
            let hint = "choose another name, or name the one that is meant by its id";
            Err(conflict(&message, hint))
        }
    }
}

/// The service's state contradicts the change; `hint` says how to go on.
#[must_use]
pub fn conflict(message: &str, hint: &str) -> Error {
    Error {
        hint: Some(text::one_line(hint, text::DESCRIPTION_LIMIT)),
        ..fault(Party::Caller, ErrorKind::Conflict, message)
    }
}

fn ids(rows: &[Value]) -> String {
    let ids = rows.iter().filter_map(|row| row.text("id"));
    let told: Vec<&str> = ids.take(CANDIDATES).collect();
    let told = told.join(", ");
    match rows.len().saturating_sub(CANDIDATES) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn candidates_are_told_up_to_a_bound() {
        let rows = |count: usize| -> Vec<Value> {
            (0..count)
                .map(|number| json!({"id": format!("g{number}")}))
                .collect()
        };
        assert_eq!(ids(&rows(2)), "g0, g1");
        assert!(ids(&rows(10)).ends_with(", g9"));
        assert!(ids(&rows(12)).ends_with(", g9 and 2 more"));
    }
}
