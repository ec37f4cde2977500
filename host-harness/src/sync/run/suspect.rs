//! What a sync read far less of than the last one: a service that answers well and
//! leaves most out. It is read once more, and then kept as a gap, so that no diff
//! takes it for removed. If the next sync finds no more either, it is true.

use std::collections::HashSet;

use governance_contract::manifest::ResourceType;
use governance_contract::model::{Gap, GapReason, Scope, Subject};
use governance_store::Shrunk;

use super::super::SyncError;
use super::super::step::Step;
use super::{Run, blocking};

impl Run<'_> {
    /// Queues the listings of what shrank again. Whether there are any.
    pub(super) fn doubt(&mut self) -> Result<bool, SyncError> {
        let shrunk = blocking(|| self.keep.shrunk())?;
        if shrunk.is_empty() {
            return Ok(false);
        }
        let connection = self.connection;
        let types = &connection.description().resource_types;
        let listings = listings(&shrunk, types);
        let mut again = Vec::new();
        self.keep.tasks(|attempt, _| {
            if attempt.task.token.is_none() && listings.contains(&attempt.task.call.lists()) {
                again.push(attempt.task);
            }
            Ok(())
        })?;
        for it in &shrunk {
            tracing::info!(type = it.resource_type, before = it.before, now = it.now, "reading again");
        }
        for task in again {
            self.begin_again(task)?;
        }
        Ok(true)
    }

    /// Keeps as gaps what shrank and was read again.
    pub(super) fn settle_doubts(&mut self) -> Result<(), SyncError> {
        let shrunk = blocking(|| self.keep.shrunk())?;
        let types = &self.connection.description().resource_types;
        let gaps: Vec<_> = shrunk.iter().map(|it| suspect(it, types)).collect();
        self.progress.gaps += gaps.len() as u64;
        self.keep(Step {
            gaps,
            ..Step::default()
        })
    }
}

/// The listings that tell what shrank: those of the types, or of what carries
/// them, and those that tell of grants on them.
fn listings<'a>(shrunk: &'a [Shrunk], types: &'a [ResourceType]) -> HashSet<(Subject, &'a str)> {
    let mut listings = HashSet::new();
    for it in shrunk {
        let kind = types.iter().find(|kind| kind.id == it.resource_type);
        let carrier = kind.and_then(|kind| kind.carried_by.as_deref());
        listings.insert((Subject::Resources, carrier.unwrap_or(&it.resource_type)));
        if it.subject != Subject::Grants {
            continue;
        }
        listings.insert((Subject::Grants, &it.resource_type));
        let tells = |kind: &&ResourceType| {
            let mut tells = kind.tells.iter();
            tells.any(|scope| scope.resource_type.as_ref() == Some(&it.resource_type))
        };
        for kind in types.iter().filter(tells) {
            listings.insert((
                Subject::Resources,
                kind.carried_by.as_deref().unwrap_or(&kind.id),
            ));
            listings.insert((Subject::Grants, &kind.id));
        }
    }
    listings
}

fn suspect(shrunk: &Shrunk, types: &[ResourceType]) -> Gap {
    let Shrunk {
        subject,
        resource_type,
        before,
        now,
    } = shrunk;
    let kind = types.iter().find(|kind| kind.id == *resource_type);
    Gap {
        surface: kind.map(|kind| kind.surface.clone()).unwrap_or_default(),
        scope: Scope {
            subject: Some(*subject),
            resource_type: Some(resource_type.clone()),
            ..Scope::default()
        },
        reason: GapReason::Failure,
        detail: format!(
            "suspect: only {now} were told where the last sync had {before}, though they were \
             read twice; if the next sync finds no more, that is taken for true"
        ),
    }
}
