//! Reading all that a connector lists, one call after the other, by the same
//! rules as a sync.

use std::collections::VecDeque;

use governance_contract::connector::Page;
use governance_store::Asked;

use super::asking::{Asker, name};
use crate::error::CallError;
use crate::sync::narrowing::Narrowing;
use crate::sync::path::{Leads, Path};
use crate::sync::task::{Call, Task, first, following};

/// A full reading, or one of a part.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Every call, in order.
    pub(super) visits: Vec<Visit>,
    /// Listings that led back to a page that they had led to before.
    pub(super) circles: Vec<String>,
    /// Listings that did not end within the bound.
    pub(super) endless: Vec<String>,
}

/// One call of a walk.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) task: Task,
    pub(super) result: Result<Page, CallError>,
}

impl Walk {
    /// The pages that were read, each with the listing that it is of.
    pub(super) fn pages(&self) -> impl Iterator<Item = (&Call, &Page)> {
        let visits = self.visits.iter();
        visits.filter_map(|visit| Some((&visit.task.call, visit.result.as_ref().ok()?)))
    }

    /// The walk, if it read anything.
    ///
    /// # Errors
    /// That of the first call, if all failed.
    pub(super) fn with_pages(self) -> Result<Self, CallError> {
        let nothing = self.pages().next().is_none();
        let first = self.visits.iter().find_map(|it| it.result.as_ref().err());
        match first.filter(|_| nothing).cloned() {
            Some(error) => Err(error),
            None => Ok(self),
        }
    }
}

/// Reads what is asked for.
///
/// # Errors
/// The credential is of no use.
pub(super) async fn walk(asker: &mut Asker<'_>, asked: &Asked) -> Result<Walk, CallError> {
    let description = asker.connection.description();
    let mut walk = Walk::default();
    // Only types of the description are ever asked for.
    let Ok(narrowing) = Narrowing::new(description, asked) else {
        return Ok(walk);
    };
    let mut path = Path::new(asker.patience.longest_listing);
    let mut queue: VecDeque<Task> = first(&narrowing).into();
    while let Some(task) = queue.pop_front() {
        match path.leads(&task) {
            Leads::On => {}
            Leads::Nowhere => continue,
            Leads::Back => {
                walk.circles.push(name(&task.call));
                continue;
            }
            Leads::TooFar => {
                walk.endless.push(name(&task.call));
                continue;
            }
        }
        let answer = asker.list(&task.call, task.token.as_deref()).await?;
        if let Ok(page) = &answer.result {
            queue.extend(following(&task, page, &narrowing));
        }
        walk.visits.push(Visit {
            task,
            result: answer.result,
        });
    }
    Ok(walk)
}
