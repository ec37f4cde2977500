//! Reading all that a connector lists, one call after the other, by the same
//! rules as a sync.

use std::collections::{HashMap, HashSet, VecDeque};

use governance_contract::connector::{ListingTarget, Page};
use governance_contract::model::ResourceId;
use governance_store::Asked;

use super::asking::{Asker, name};
use crate::error::CallError;
use crate::sync::narrowing::Narrowing;
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

/// Reads what is asked for. A listing is left after `longest` pages in a row.
///
/// # Errors
/// The credential is of no use.
pub(super) async fn walk(
    asker: &mut Asker<'_>,
    asked: &Asked,
    longest: u32,
) -> Result<Walk, CallError> {
    let description = asker.connection.description();
    let mut walk = Walk::default();
    // Only types of the description are ever asked for.
    let Ok(narrowing) = Narrowing::new(description, asked) else {
        return Ok(walk);
    };
    let mut path = Path::new(longest);
    let mut queue: VecDeque<Task> = first(&narrowing).into();
    while let Some(task) = queue.pop_front() {
        if !path.is_new(&task, &mut walk) {
            continue;
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

/// Where a walk has been.
struct Path {
    longest: u32,
    begun: HashSet<Begun>,
    tokens: HashMap<Call, HashSet<String>>,
}

/// A listing's beginning. What a resource's hint is makes no other listing of it.
type Begun = (u8, String, Option<ResourceId>);

impl Path {
    fn new(longest: u32) -> Self {
        Self {
            longest,
            begun: HashSet::new(),
            tokens: HashMap::new(),
        }
    }

    /// Whether a task leads on. A resource that is told twice is asked once.
    fn is_new(&mut self, task: &Task, walk: &mut Walk) -> bool {
        let Some(token) = &task.token else {
            return self.begun.insert(begun(&task.call));
        };
        let seen = self.tokens.entry(task.call.clone()).or_default();
        if !seen.insert(token.clone()) {
            walk.circles.push(name(&task.call));
            return false;
        }
        if task.depth >= self.longest {
            walk.endless.push(name(&task.call));
            return false;
        }
        true
    }
}

fn begun(call: &Call) -> Begun {
    let of = |target: &ListingTarget| match target {
        ListingTarget::ResourceType(of) => (of.clone(), None),
        ListingTarget::Resource(of) => (String::new(), Some(of.id.clone())),
    };
    match call {
        Call::Resources {
            resource_type,
            parent,
        } => (
            0,
            resource_type.clone(),
            parent.as_ref().map(|it| it.id.clone()),
        ),
        Call::Entitlements(target) => {
            let (of_type, of) = of(target);
            (1, of_type, of)
        }
        Call::Grants(target) => {
            let (of_type, of) = of(target);
            (2, of_type, of)
        }
    }
}
