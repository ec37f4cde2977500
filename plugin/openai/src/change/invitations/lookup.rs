//! Who has an e-mail address: a member of the organization, somebody invited, or
//! nobody. Addresses are compared without case.

use governance_guest::client::Call;
use governance_guest::reading::Reading;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::{ResourceId, Timestamp};
use serde_json::Value;

use super::content::Content;
use crate::change::search;
use crate::invitation::{self, Standing};
use crate::{user, user_row};

/// An invitation that has not been accepted.
#[derive(Debug, Clone)]
pub struct Open {
    /// The invitation.
    pub id: ResourceId,
    /// The row that tells it.
    pub row: Value,
    /// Whether it can be accepted, and has not expired.
    pub live: bool,
}

impl Open {
    /// The invitation of a row, if it is one that is not accepted.
    #[must_use]
    pub fn of(row: &Value, now: Timestamp) -> Option<Self> {
        let live = match invitation::standing(row, now) {
            Standing::Live => true,
            Standing::Expired => false,
            Standing::Accepted | Standing::Unknown => return None,
        };
        Some(Self {
            id: invitation::id(row)?,
            row: row.clone(),
            live,
        })
    }

    /// Whether it can be accepted, and carries just that.
    #[must_use]
    pub fn offers(&self, content: &Content) -> bool {
        let carried = Content::carried(&self.row);
        self.live && carried.is_some_and(|carried| carried.is_same(content))
    }

    /// Whom it invites.
    #[must_use]
    pub fn email(&self) -> &str {
        self.row.text("email").unwrap_or(&self.id.id)
    }

    /// Until when it can be accepted.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.row.moment("expires_at")
    }
}

/// The row of the member with this address. The service is asked for it, and the
/// rows are compared, so that one that ignores the question is paged through. It is
/// asked for the address as it was given and in lower case, as most are stored.
///
/// # Errors
/// All that reading can bring.
pub fn member<T: Transport>(steps: &Steps<'_, T>, email: &str) -> Result<Option<Value>, Error> {
    let has_it = |row: &Value| {
        let emails = user_row::emails(row);
        let mut addresses = emails.iter().map(|it| &it.address);
        let is_it = addresses.any(|address| user_row::same(address, email));
        is_it.then(|| row.clone())
    };
    let lower = Some(email.to_lowercase()).filter(|lower| lower != email);
    let narrowed = |call: Call<'static>| {
        let call = call.query("emails[]", Some(email));
        call.query("emails[]", lower.as_deref())
    };
    search::first(steps, &user::LIST, narrowed, has_it)
}

/// The invitations of this address that are not accepted.
///
/// # Errors
/// All that reading can bring.
pub fn open<T: Transport>(
    steps: &Steps<'_, T>,
    email: &str,
    now: Timestamp,
) -> Result<Vec<Open>, Error> {
    let mut open = Vec::new();
    let gather = |row: &Value| -> Option<()> {
        let of_them = user_row::same(row.text("email")?, email);
        open.extend(Open::of(row, now).filter(|_| of_them));
        None
    };
    search::first(steps, &invitation::LIST, |call| call, gather)?;
    Ok(open)
}
