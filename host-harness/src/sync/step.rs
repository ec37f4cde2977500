//! What a sync keeps in one transaction: what came of a call, together with what
//! that means for the calls that are left.

use governance_contract::connector::Page;
use governance_contract::model::{Entitlement, Gap};
use governance_store::{Batch, TaskChange};

use super::run::Attempt;

/// What is kept together: what came of a call, and what that means for others.
#[derive(Default)]
pub(super) struct Step {
    pub(super) told: Option<Told>,
    /// That the host found itself.
    pub(super) gaps: Vec<Gap>,
    pub(super) tasks: Vec<TaskChange>,
}

/// A page, together with the static entitlements of its resources.
pub(super) struct Told {
    pub(super) page: Page,
    pub(super) fixed: Vec<Entitlement>,
}

impl Step {
    /// What comes of a call that will not be made again.
    pub(super) fn of(attempt: &Attempt) -> Self {
        Self {
            tasks: vec![TaskChange::Done(attempt.id)],
            ..Self::default()
        }
    }

    pub(super) fn batches(&self) -> impl Iterator<Item = Batch<'_>> {
        let found = Batch {
            gaps: &self.gaps,
            ..Batch::default()
        };
        let told = self.told.iter().flat_map(Told::batches);
        told.chain([found])
    }

    /// The tenant that the page told.
    pub(super) fn tenant(&self) -> Option<&str> {
        self.told.as_ref()?.page.tenant.as_deref()
    }

    /// The task that told it.
    pub(super) fn teller(&self) -> Option<i64> {
        let mut tasks = self.tasks.iter();
        self.tenant()?;
        tasks.find_map(|it| match it {
            TaskChange::Done(id) => Some(*id),
            _ => None,
        })
    }
}

impl Told {
    fn batches(&self) -> [Batch<'_>; 2] {
        let told = Batch {
            resources: &self.page.resources,
            entitlements: &self.page.entitlements,
            grants: &self.page.grants,
            gaps: &self.page.gaps,
        };
        let fixed = Batch {
            entitlements: &self.fixed,
            ..Batch::default()
        };
        [told, fixed]
    }
}
