//! Planning and making changes of one connection.
//!
//! A change is always planned first, so that protection and the journal see all
//! that it touches; a plan that has nothing to do sends nothing. What a service
//! leaves open is settled before the outcome is told, see [`super::settle`].

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use governance_contract::changes::{ChangeRequest, Outcome};
use governance_contract::json;
use governance_contract::manifest::ResourceTrait;
use governance_contract::model::Timestamp;
use governance_store::StoreError;
use tokio::sync::OnceCell;
use tokio::time::sleep;

use super::ProvisionError;
use super::guards::{Guards, Held};
use super::operation::{Permit, Provisioning};
use super::plan::{Origin, Plan, SavedPlan};
use super::protect::{Protected, Touches};
use super::settle::{self, Next, Seen};
use crate::connection::{Connection, Made};
use crate::error::CallError;
use crate::sync::retry::Patience;

mod protection;

/// How changes of a connection are made.
#[derive(Debug, Clone)]
pub struct Options {
    /// The connection's name.
    pub connection: String,
    /// The database beside which guards are locked for other processes.
    pub database: Option<PathBuf>,
    /// What the operator enabled.
    pub provisioning: Provisioning,
    /// Whom no change may touch.
    pub protected: Protected,
    /// How often and how long to try.
    pub patience: Patience,
    /// How long to wait before a look; none: as long as the connector declares.
    pub settle_wait: Option<Duration>,
    /// The current time.
    pub clock: fn() -> Timestamp,
}

/// What happens to a change, to be put on record before it goes on.
#[derive(Clone, Copy)]
pub enum Event<'a> {
    /// It was planned.
    Planned(&'a Plan),
    /// The first changing request is about to be sent.
    Started(&'a Plan),
    /// It ended.
    Finished(&'a Plan, &'a Outcome),
    /// It was not made: nothing was changed.
    Refused(&'a ChangeRequest, &'a ProvisionError),
}

/// Without secrets, as all that is printed for developers.
impl fmt::Debug for Event<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Planned(plan) => out.debug_tuple("Planned").field(plan).finish(),
            Self::Started(plan) => out.debug_tuple("Started").field(plan).finish(),
            Self::Finished(plan, outcome) => out
                .debug_tuple("Finished")
                .field(plan)
                .field(&json::outcome(outcome))
                .finish(),
            Self::Refused(change, error) => out
                .debug_tuple("Refused")
                .field(change)
                .field(error)
                .finish(),
        }
    }
}

/// Keeps a record of changes.
pub trait Witness: Sync {
    /// Puts an event on record, durably. A change whose start cannot be put on
    /// record is not made.
    ///
    /// # Errors
    /// The record cannot be written.
    fn record(&self, event: Event<'_>) -> Result<(), StoreError>;
}

/// A change that was made, as far as its outcome says.
pub struct Performed {
    /// What it was expected to do.
    pub plan: Plan,
    /// What it did.
    pub outcome: Outcome,
    /// How often the connector was asked to make it; 0 where it was so already.
    pub attempts: u32,
    /// The end could not be put on record. The change was made all the same.
    pub unrecorded: Option<StoreError>,
}

/// Without secrets, as all that is printed for developers.
impl fmt::Debug for Performed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Performed")
            .field("plan", &self.plan)
            .field("outcome", &json::outcome(&self.outcome))
            .field("attempts", &self.attempts)
            .field("unrecorded", &self.unrecorded)
            .finish()
    }
}

/// Plans and makes changes, also side by side.
pub struct Provisioner {
    connection: Arc<Connection>,
    options: Options,
    guards: Guards,
    protected: OnceCell<Protected>,
}

impl Provisioner {
    /// For one connection.
    pub fn new(connection: Arc<Connection>, options: Options) -> Self {
        Self {
            guards: Guards::new(&options.connection, options.database.as_deref()),
            protected: OnceCell::new(),
            connection,
            options,
        }
    }

    /// Says what a change would do. Sends nothing that changes anything, and
    /// needs nothing to be enabled.
    ///
    /// # Errors
    /// The connector refuses the change, or it would touch a protected
    /// principal.
    pub async fn plan(&self, change: &ChangeRequest) -> Result<Plan, ProvisionError> {
        self.check_protection(&Touches::of_request(change)).await?;
        let made = self.ask_plan(change).await?;
        let plan = Plan::new(self.origin(), change, made);
        let touches = self.touches(&plan).await?;
        self.check_protection(&touches).await?;
        Ok(plan)
    }

    /// Makes a change. With a saved plan, only if it would still do what the
    /// plan says.
    ///
    /// # Errors
    /// Nothing was changed, for the reason given. Anything else, also what
    /// stays unknown, is an outcome.
    pub async fn perform(
        &self,
        change: &ChangeRequest,
        expected: Option<&SavedPlan>,
        witness: &dyn Witness,
    ) -> Result<Performed, ProvisionError> {
        let performed = self.attempt(change, expected, witness).await;
        if let Err(error) = &performed {
            let recorded = on_record(witness, Event::Refused(change, error));
            if let Err(failure) = recorded {
                tracing::warn!(%failure, "a refusal could not be put on record");
            }
        }
        performed
    }

    async fn attempt(
        &self,
        change: &ChangeRequest,
        expected: Option<&SavedPlan>,
        witness: &dyn Witness,
    ) -> Result<Performed, ProvisionError> {
        let permit = self.options.provisioning.permit(change)?;
        // Held until the end: what decides, such as who is the last owner, must
        // not change between reading and changing.
        let _guard = self.guard(change).await?;
        let plan = self.plan(change).await?;
        on_record(witness, Event::Planned(&plan))?;
        if let Some(expected) = expected {
            self.hold_to(expected, &plan)?;
        }
        let (outcome, attempts) = match plan.is_no_op() {
            true => (plan.outcome.clone(), 0),
            false => {
                on_record(witness, Event::Started(&plan))?;
                self.make(permit, &plan).await?
            }
        };
        let unrecorded = on_record(witness, Event::Finished(&plan, &outcome)).err();
        Ok(Performed {
            plan,
            outcome,
            attempts,
            unrecorded,
        })
    }

    fn hold_to(&self, expected: &SavedPlan, now: &Plan) -> Result<(), ProvisionError> {
        if expected.connection != self.options.connection {
            let other = format!("the connection `{}`", expected.connection);
            return Err(ProvisionError::OtherPlan(other));
        }
        if expected.change != now.change {
            return Err(ProvisionError::OtherPlan("another change".to_owned()));
        }
        match expected.digest == now.digest {
            true => Ok(()),
            false => Err(ProvisionError::MovedOn(expected.differences(now))),
        }
    }

    /// Asks for the change until it has ended.
    async fn make(
        &self,
        permit: Permit<'_>,
        plan: &Plan,
    ) -> Result<(Outcome, u32), ProvisionError> {
        let mut told: Option<Outcome> = None;
        let mut looked = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let now = (self.options.clock)();
            let ended = self.connection.change(now, permit).await;
            match settle::after_change(&ended, attempt, &self.options.patience) {
                Next::End => return ending(told, ended).map(|outcome| (outcome, attempt)),
                Next::Again(wait) => {
                    told = together(told, ended.ok());
                    sleep(wait).await;
                }
                Next::Look => {
                    let unknown = ending(told, ended)?;
                    match self.look(plan, unknown, looked).await {
                        Looked::Settled(outcome) => return Ok((*outcome, attempt)),
                        Looked::Missing(unknown) => told = Some(*unknown),
                    }
                    looked = true;
                }
            }
        }
    }

    /// Waits until reads show what was changed, and looks.
    async fn look(&self, plan: &Plan, unknown: Outcome, again: bool) -> Looked {
        let declared = self.connection.description().visibility_seconds;
        let declared = Duration::from_secs(declared.into());
        sleep(self.options.settle_wait.unwrap_or(declared)).await;
        let look = self.ask_plan(&plan.change).await;
        match (settle::after_look(plan, &look, again), look) {
            (Seen::Missing, _) => Looked::Missing(Box::new(unknown)),
            (Seen::InPlace, Ok(look)) => {
                let outcome = settle::in_place(plan, unknown, look.outcome);
                Looked::Settled(Box::new(outcome))
            }
            (seen, _) => Looked::Settled(Box::new(settle::unsettled(unknown, seen, plan))),
        }
    }

    /// Plans, and waits where the service asks for it.
    async fn ask_plan(&self, change: &ChangeRequest) -> Result<Made, CallError> {
        let mut attempt = 1;
        loop {
            let made = self.connection.plan((self.options.clock)(), change).await;
            match settle::after_change(&made, attempt, &self.options.patience) {
                Next::Again(wait) => sleep(wait).await,
                Next::End | Next::Look => return made,
            }
            attempt += 1;
        }
    }

    async fn guard(&self, change: &ChangeRequest) -> Result<Option<Held>, ProvisionError> {
        let offered = change.offered(self.connection.description());
        let Some(guard) = offered.and_then(|it| it.guard.as_deref()) else {
            return Ok(None);
        };
        let held = self.guards.hold(guard).await;
        held.map(Some).map_err(|source| ProvisionError::Guard {
            guard: guard.to_owned(),
            source,
        })
    }

    fn origin(&self) -> Origin {
        Origin {
            connection: self.options.connection.clone(),
            connector: self.connection.description().name.clone(),
            component_sha256: self.connection.component().sha256.clone(),
        }
    }

    /// Whether a resource type is of accounts, which may have several names, or
    /// of secrets, which are somebody's.
    fn is_somebodys(&self, resource_type: &str) -> bool {
        let mut kinds = self.connection.description().resource_types.iter();
        let traits = [ResourceTrait::User, ResourceTrait::Secret];
        let fits = |it: &ResourceTrait| traits.contains(it);
        kinds.any(|it| it.id == resource_type && it.traits.iter().any(fits))
    }
}

enum Looked {
    Settled(Box<Outcome>),
    Missing(Box<Outcome>),
}

/// What was told before, and what the last call told.
fn ending(
    told: Option<Outcome>,
    ended: Result<Made, CallError>,
) -> Result<Outcome, ProvisionError> {
    match (told, ended) {
        (None, ended) => Ok(ended?.outcome),
        (Some(told), Ok(made)) => Ok(settle::merged(told, made.outcome)),
        (Some(told), Err(error)) => Ok(settle::broken_off(told, &error)),
    }
}

fn together(told: Option<Outcome>, made: Option<Made>) -> Option<Outcome> {
    match (told, made) {
        (Some(told), Some(made)) => Some(settle::merged(told, made.outcome)),
        (told, made) => told.or(made.map(|it| it.outcome)),
    }
}

/// Writing blocks: other changes that are under way go on meanwhile.
fn on_record(witness: &dyn Witness, event: Event<'_>) -> Result<(), StoreError> {
    tokio::task::block_in_place(|| witness.record(event))
}
