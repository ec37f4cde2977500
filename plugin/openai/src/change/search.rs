//! Looking for a row in a list, page by page, before something is changed.
//!
//! What is not found has to be known to be absent: a list that breaks off is an
//! error here, and not a gap.

use governance_guest::client::Call;
use governance_guest::faults::unreadable;
use governance_guest::paging::Following;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use serde_json::Value;

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
    let broken = |reason: &str| Err(unreadable(list.endpoint.surface, reason));
    let mut after: Option<String> = None;
    for _ in 0..PAGES_LIMIT {
        let answer = steps.read(&narrowed(list.call(after.as_deref())))?;
        let listing = list.read(&answer, after.as_deref())?;
        if let Some(found) = listing.rows.iter().find_map(&mut found) {
            return Ok(Some(found));
        }
        match listing.following {
            Following::End => return Ok(None),
            Following::Page(next) => after = Some(next),
            Following::Broken(reason) => return broken(reason),
        }
    }
    broken("the list does not end")
}
