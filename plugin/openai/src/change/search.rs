//! Looking for a row in a list before something is changed.

use std::ops::ControlFlow;

use governance_guest::client::Call;
use governance_guest::faults::unreadable;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use serde_json::Value;

use super::pages::{self, Read};
use crate::session::Collection;

/// The most pages that are read: a million rows of a list with the smallest
/// pages.
const PAGES_LIMIT: usize = 10_000;

/// The first that `found` makes of a row. `narrowed` adds to the request of
/// each page what asks for fewer rows.
///
/// # Errors
/// `unreadable-response` if the list breaks off before; and all that reading can
/// bring.
pub fn first<'a, T: Transport, F>(
    steps: &Steps<'_, T>,
    list: &'a Collection,
    narrowed: impl Fn(Call<'a>) -> Call<'a>,
    mut found: impl FnMut(&Value) -> Option<F>,
) -> Result<Option<F>, Error> {
    let page = |after: Option<&str>| narrowed(list.call(after));
    let read = pages::read(steps, list, PAGES_LIMIT, page, |rows| {
        match rows.iter().find_map(&mut found) {
            Some(found) => ControlFlow::Break(found),
            None => ControlFlow::Continue(()),
        }
    });
    match read? {
        Read::Whole => Ok(None),
        Read::Until(found) => Ok(Some(found)),
        Read::NotToItsEnd => {
            let message = "the list does not end";
            Err(unreadable(list.endpoint.surface, message))
        }
    }
}
