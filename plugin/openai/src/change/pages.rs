//! A list read page by page before something is changed.
//!
//! What is not found has to be known to be absent: a list that breaks off is an
//! error here, and not a gap.

use std::ops::ControlFlow;

use governance_guest::client::Call;
use governance_guest::faults::unreadable;
use governance_guest::paging::Following;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use serde_json::Value;

use crate::session::Collection;

/// How far a list was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read<Found> {
    /// To its end.
    Whole,
    /// Until this was found.
    Until(Found),
    /// As far as it may be read; there are more pages.
    NotToItsEnd,
}

/// Gives the rows of each page to `each`, until that breaks, the list ends, or
/// `most` pages are read. `page` makes the request for the page behind a cursor.
///
/// # Errors
/// `unreadable-response` if the list breaks off; and all that reading can bring.
pub fn read<'a, T: Transport, Found>(
    steps: &Steps<'_, T>,
    list: &Collection,
    most: usize,
    page: impl Fn(Option<&str>) -> Call<'a>,
    mut each: impl FnMut(&[Value]) -> ControlFlow<Found>,
) -> Result<Read<Found>, Error> {
    let mut after: Option<String> = None;
    for _ in 0..most {
        let answer = steps.read(&page(after.as_deref()))?;
        let listing = list.read(&answer, after.as_deref())?;
        if let ControlFlow::Break(found) = each(listing.rows) {
            return Ok(Read::Until(found));
        }
        match listing.following {
            Following::End => return Ok(Read::Whole),
            Following::Page(next) => after = Some(next),
            Following::Broken(reason) => return Err(unreadable(list.endpoint.surface, reason)),
        }
    }
    Ok(Read::NotToItsEnd)
}
