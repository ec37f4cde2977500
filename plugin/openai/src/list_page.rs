//! Reading one page of a list of the service into a page of the contract.
//!
//! | the answer | the page |
//! |---|---|
//! | rows | what each tells; a row that cannot be told leaves gaps |
//! | more to come | the way to it |
//! | a list that breaks off | gaps |
//! | closed, by the judgement of `closed` | gaps, with the reason |
//! | another error | an error |
//!
//! These gaps, and what the way on covers, have the scopes of the whole list:
//! which of its things are missing is not known.

use governance_guest::client::Call;
use governance_guest::items::{self, gaps};
use governance_guest::token::Token;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::{GapReason, Scope};
use serde_json::Value;

use crate::session::{Answer, Collection, Session};

/// A page of a list, to be read.
#[derive(Debug)]
pub struct ListPage<'a> {
    /// The list.
    pub list: &'a Collection,
    /// The request for the page.
    pub call: Call<'a>,
    /// Where it stands, with the cursor as `after`.
    pub token: &'a Token,
    /// What stays unknown without the list.
    pub scopes: Vec<Scope>,
    /// Which errors say that the list stays closed.
    pub closed: fn(&Error) -> Option<GapReason>,
}

impl ListPage<'_> {
    /// Sends the request, and lets `tell` add what each row tells; it answers
    /// nothing where the row names nothing.
    ///
    /// # Errors
    /// See the module's table.
    pub fn read<T: Transport>(
        self,
        session: &Session<'_, T>,
        mut tell: impl FnMut(&mut Page, &Value) -> Option<()>,
    ) -> Result<Page, Error> {
        let mut page = items::page();
        let answer = match session.ask(&self.call, self.closed)? {
            Answer::Told(answer) => answer,
            Answer::Closed(closed) => {
                page.gaps = closed.gaps(self.scopes);
                return Ok(page);
            }
        };
        let surface = self.list.endpoint.surface;
        let listing = self.list.read(&answer, self.token.get("after"))?;
        for row in listing.rows {
            if tell(&mut page, row).is_none() {
                let detail = "a row of the answer has no id that can be used";
                let unknown = self.scopes.clone();
                items::leave(
                    &mut page,
                    gaps(surface, unknown, GapReason::Failure, detail),
                );
            }
        }
        let token = |after: &str| self.token.clone().with("after", Some(after));
        items::follow(&mut page, surface, listing.following, token, self.scopes)?;
        Ok(page)
    }
}
