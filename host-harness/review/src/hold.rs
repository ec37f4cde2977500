//! Holding a review against the database that it is to be applied with.
//!
//! | the database | the review |
//! |---|---|
//! | has another connection, connector or organization | is refused |
//! | has the sync, with other content | is refused |
//! | does not have the sync any more | needs leave |
//! | has a newer sync | goes on, and it is said |
//! | is of later than is allowed since the sync | needs leave |

use governance_contract::model::Timestamp;
use governance_store::{GrantFilter, GrantRow, Store, StoreError, SyncId};

use crate::{Review, ReviewError, Revocation};

const DAY: i64 = 24 * 60 * 60;

/// How old a review may be.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// The current time.
    pub now: Timestamp,
    /// In days since its sync began.
    pub max_age: u32,
    /// Older ones too.
    pub allow_old: bool,
}

/// How a review stands to its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The sync that it is of is the newest one.
    pub is_current: bool,
    /// What has to be said. Holds text from strangers.
    pub notes: Vec<String>,
}

/// Holds a review against a database and the connection that it is to be
/// applied to.
///
/// # Errors
/// It is of something else, or too old.
pub fn hold(
    review: &Review,
    store: &Store,
    connection: &str,
    terms: &Terms,
) -> Result<Standing, ReviewError> {
    let (head, sync) = (&review.head, review.numbers.sync);
    if head.connection != connection {
        return Err(ReviewError::OtherConnection {
            found: head.connection.clone(),
            wanted: connection.to_owned(),
        });
    }
    let current = store.current_sync(Some(connection))?;
    same("connector", &head.connector, &current.connector)?;
    // The first syncs of a connection may not have learnt it.
    if !head.tenant.is_empty() {
        same(
            "tenant",
            &head.tenant,
            current.tenant.as_deref().unwrap_or_default(),
        )?;
    }
    let mut notes = Vec::new();
    if !is_known(review, store)? {
        if !terms.allow_old {
            return Err(ReviewError::Forgotten(sync));
        }
        notes.push(format!("sync {sync} is not in the database any more"));
    }
    young(review, terms)?;
    let is_current = current.id.0 == sync;
    if !is_current {
        notes.push(format!(
            "there is a newer sync, {} of {}; the review is of sync {sync} of {}",
            current.id.0, current.started_at, head.synced_at
        ));
    }
    if !head.unknown.is_empty() {
        notes.push(format!(
            "more may be held than was reviewed: {}",
            head.unknown
        ));
    }
    Ok(Standing { is_current, notes })
}

/// Whether the database still has the sync, which is then the same.
fn is_known(review: &Review, store: &Store) -> Result<bool, ReviewError> {
    let sync = review.numbers.sync;
    match store.digest(SyncId(sync)) {
        Ok(digest) if digest == review.head.sync_digest => Ok(true),
        Ok(_) => Err(ReviewError::OtherContent(sync)),
        Err(StoreError::NoFinishedSync(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn young(review: &Review, terms: &Terms) -> Result<(), ReviewError> {
    let age = terms.now.saturating_sub(review.numbers.synced_at);
    if terms.allow_old || age <= i64::from(terms.max_age) * DAY {
        return Ok(());
    }
    Err(ReviewError::Old {
        days: age / DAY,
        allowed: terms.max_age,
    })
}

/// What the current sync tells of a grant that is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// It tells of the grant, be it held for itself or through something else.
    pub is_told: bool,
    /// It read everything, and the grant is not held for itself; in words for
    /// people. Any other sync may have missed it.
    pub gone: Option<String>,
}

/// Asks the current sync of a connection for a grant that is to go.
///
/// # Errors
/// The database cannot be asked.
pub fn known(store: &Store, connection: &str, goes: &Revocation) -> Result<Known, StoreError> {
    let change = &goes.change;
    let filter = GrantFilter {
        connection: Some(connection.to_owned()),
        resource_type: None,
        resource: Some(change.entitlement.resource.id.id.clone()),
        entitlement: Some(goes.entitlement.clone()),
        principal: Some(change.principal.id.id.clone()),
    };
    let mut told = None;
    store.grants(&filter, |grant| {
        if grant.id == goes.grant {
            told = Some(grant);
        }
        Ok::<_, StoreError>(())
    })?;
    let current = store.current_sync(Some(connection))?;
    let read_all = current.gaps == 0 && current.asked.is_everything();
    let gone = match &told {
        None => Some("the last sync does not tell of it any more".to_owned()),
        Some(grant) if grant.directness == "inherited" => Some(through(grant)),
        Some(_) => None,
    };
    Ok(Known {
        is_told: told.is_some(),
        gone: gone.filter(|_| read_all),
    })
}

fn through(grant: &GrantRow) -> String {
    let sources = grant.sources.iter();
    let sources: Vec<_> = sources
        .map(|it| format!("{}:{}", it.resource_type, it.id))
        .collect();
    format!(
        "by the last sync it is held only through {}",
        sources.join(", ")
    )
}

fn same(what: &'static str, found: &str, wanted: &str) -> Result<(), ReviewError> {
    match found == wanted {
        true => Ok(()),
        false => Err(ReviewError::Other {
            what,
            found: found.to_owned(),
            wanted: wanted.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
