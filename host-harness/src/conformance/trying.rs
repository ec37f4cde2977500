//! Trying changes: one grant that the operator names is given, given again,
//! taken, and taken again, and all is put back as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use governance_contract::changes::{ChangeRequest, GrantChange, Outcome};
use governance_contract::ids;
use governance_contract::manifest::Effect;
use governance_contract::model::{EntitlementReference, Grant, Reference, ResourceId};
use governance_store::Asked;
use tokio::time::sleep;

use super::asking::Asker;
use super::finding::made_up;
use super::told::Told;
use super::walk::{Walk, walk};
use crate::clock::now;
use crate::connection::Made;
use crate::error::CallError;
use crate::provision::ProvisionError;
use crate::provision::operation::Provisioning;
use crate::provision::perform::Provisioner;
use crate::provision::settle::{self, Next};

/// After so many, a made-up id comes back to where it began.
const TRIES: usize = 10;

/// What may be changed to hold a connector to the rules of changes.
#[derive(Debug, Clone)]
pub struct Trial {
    asked: GrantChange,
    grant: ChangeRequest,
    revoke: ChangeRequest,
    provisioning: Provisioning,
    wait: Option<Duration>,
}

impl Trial {
    /// A grant to try on. `wait` is how long to wait before reading shows a
    /// change; none: as long as the connector declares.
    ///
    /// # Errors
    /// Giving or taking it is not enabled, it touches a protected principal, or
    /// it cannot be planned.
    pub async fn new(
        provisioner: &Provisioner,
        provisioning: Provisioning,
        wait: Option<Duration>,
        grant: GrantChange,
    ) -> Result<Self, ProvisionError> {
        let trial = Self {
            grant: ChangeRequest::Grant(grant.clone()),
            revoke: ChangeRequest::Revoke(grant.clone()),
            asked: grant,
            provisioning,
            wait,
        };
        for change in [&trial.grant, &trial.revoke] {
            provisioning.permit(change)?;
            provisioner.plan(change).await?;
        }
        Ok(trial)
    }
}

/// Which of the changes of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Grant,
    GrantAgain,
    Revoke,
    RevokeAgain,
}

impl Step {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Grant => "the grant",
            Self::GrantAgain => "the second grant",
            Self::Revoke => "the revocation",
            Self::RevokeAgain => "the second revocation",
        }
    }
}

/// One change that was planned and made.
#[derive(Debug)]
pub(super) struct Tried {
    pub(super) step: Step,
    pub(super) planned: Result<Made, CallError>,
    pub(super) made: Result<Outcome, CallError>,
    /// Changing requests that were sent, by route.
    pub(super) sent: BTreeMap<String, u64>,
    /// It was asked more than once, since the service was slow.
    pub(super) repeated: bool,
}

/// A change that makes no sense. It is only planned.
#[derive(Debug)]
pub(super) struct Senseless {
    pub(super) what: String,
    pub(super) planned: Result<Made, CallError>,
}

/// The grants that a reading told, by id, with what they are.
pub(super) type Held = BTreeMap<String, Grant>;

/// All that was tried.
#[derive(Debug, Default)]
pub(super) struct Tryout {
    /// Why nothing was changed.
    pub(super) untried: Option<String>,
    /// The id of the grant.
    pub(super) grant: String,
    pub(super) tried: Vec<Tried>,
    /// Who held what before, after the first plan, the grant and the revocation,
    /// and in the end. None: it could not be read.
    pub(super) before: Held,
    pub(super) planned: Option<Held>,
    pub(super) granted: Option<Held>,
    pub(super) revoked: Option<Held>,
    pub(super) restored: Option<Held>,
    pub(super) senseless: Vec<Senseless>,
}

impl Tryout {
    pub(super) fn of(&self, step: Step) -> Option<&Tried> {
        self.tried.iter().find(|it| it.step == step)
    }

    /// What is not as it was before, for people.
    pub(super) fn left(&self) -> Vec<String> {
        if self.tried.is_empty() {
            return Vec::new();
        }
        let Some(restored) = &self.restored else {
            return vec!["what is held now cannot be read".to_owned()];
        };
        let (added, lost) = differences(&self.before, restored);
        let added = added
            .iter()
            .map(|it| format!("{it} is held, and was not before"));
        let lost = lost
            .iter()
            .map(|it| format!("{it} was held before, and is not"));
        added.chain(lost).collect()
    }
}

/// Ids that only the later one has, and those that only the earlier one has.
pub(super) fn differences<'a>(
    before: &'a Held,
    after: &'a Held,
) -> (BTreeSet<&'a String>, BTreeSet<&'a String>) {
    let only = |one: &'a Held, other: &Held| {
        let keys = one.keys().filter(|it| !other.contains_key(*it));
        keys.collect()
    };
    (only(after, before), only(before, after))
}

/// What a reading told of who holds what, under the main names.
fn held(told: &Told<'_>) -> Held {
    let main = |id: &ResourceId| told.find(id).map_or_else(|| id.clone(), |it| it.id.clone());
    let named = told.grants.iter().map(|grant| {
        let id = ids::grant(&main(&grant.resource), &grant.slug, &main(&grant.principal));
        (id, (*grant).clone())
    });
    named.collect()
}

/// Tries the changes, and puts back what they changed. Nothing that fails on the
/// way keeps it from that.
pub(super) async fn try_out(asker: &mut Asker<'_>, trial: &Trial, before: &Told<'_>) -> Tryout {
    let mut trying = Trying {
        asker,
        trial,
        tryout: Tryout {
            before: held(before),
            ..Tryout::default()
        },
    };
    trying.all(before).await;
    trying.tryout
}

struct Trying<'a, 'b> {
    asker: &'a mut Asker<'b>,
    trial: &'a Trial,
    tryout: Tryout,
}

impl Trying<'_, '_> {
    async fn all(&mut self, told: &Told<'_>) {
        let grant = &self.trial.asked;
        let (of, to) = (&grant.entitlement.resource.id, &grant.principal.id);
        self.tryout.grant = ids::grant(of, &grant.entitlement.slug, to);
        self.senseless(grant, told).await;
        if self.tryout.before.contains_key(&self.tryout.grant) {
            let why = format!("{} is held already: name what is not", self.tryout.grant);
            self.tryout.untried = Some(why);
            return;
        }
        let (give, take) = (&self.trial.grant, &self.trial.revoke);
        let planned = self.plan(Step::Grant.name(), give).await;
        self.tryout.planned = self.read().await;
        self.make(Step::Grant, planned, give).await;
        self.tryout.granted = self.read_later().await;
        self.plan_and_make(Step::GrantAgain, give).await;
        self.plan_and_make(Step::Revoke, take).await;
        self.tryout.revoked = self.read_later().await;
        self.plan_and_make(Step::RevokeAgain, take).await;
        self.restore(told).await;
    }

    async fn plan_and_make(&mut self, step: Step, change: &ChangeRequest) {
        let planned = self.plan(step.name(), change).await;
        self.make(step, planned, change).await;
    }

    async fn plan(&mut self, what: &str, change: &ChangeRequest) -> Result<Made, CallError> {
        let mut attempt = 1;
        loop {
            let before = self.asker.sent();
            let planned = self.asker.connection.plan(now(), change).await;
            let error = planned.as_ref().err();
            let requests = self.asker.sent() - before;
            self.asker
                .note(&format!("the plan of {what}"), requests, error);
            match settle::after_change(&planned, attempt, &self.asker.patience) {
                Next::Again(wait) => sleep(wait).await,
                Next::End | Next::Look => return planned,
            }
            attempt += 1;
        }
    }

    /// Makes a change, and asks again where the service was slow.
    async fn make(&mut self, step: Step, planned: Result<Made, CallError>, change: &ChangeRequest) {
        let before = self.changing();
        let mut told: Option<Outcome> = None;
        let mut attempt = 1;
        let made = loop {
            let Ok(permit) = self.trial.provisioning.permit(change) else {
                return;
            };
            let sent = self.asker.sent();
            let made = self.asker.connection.change(now(), permit).await;
            let requests = self.asker.sent() - sent;
            self.asker.note(step.name(), requests, made.as_ref().err());
            let next = settle::after_change(&made, attempt, &self.asker.patience);
            let together = |made: Made| match told.take() {
                Some(told) => settle::merged(told, made.outcome),
                None => made.outcome,
            };
            let made = made.map(together);
            let Next::Again(wait) = next else {
                break made;
            };
            told = made.ok();
            sleep(wait).await;
            attempt += 1;
        };
        let mut sent = self.changing();
        sent.retain(|route, count| {
            *count -= before.get(route).copied().unwrap_or(0);
            *count > 0
        });
        self.tryout.tried.push(Tried {
            step,
            planned,
            made,
            sent,
            repeated: attempt > 1,
        });
    }

    /// Changing requests so far, by route.
    fn changing(&self) -> BTreeMap<String, u64> {
        let mut requests = self.asker.connection.requests();
        let routes = &self.asker.connection.description().routes;
        requests.retain(|id, _| {
            let mut routes = routes.iter();
            routes.any(|it| it.id == *id && it.effect == Effect::Change)
        });
        requests
    }

    async fn read_later(&mut self) -> Option<Held> {
        let declared = self.asker.connection.description().visibility_seconds;
        let declared = Duration::from_secs(declared.into());
        sleep(self.trial.wait.unwrap_or(declared)).await;
        self.read().await
    }

    async fn read(&mut self) -> Option<Held> {
        let walk: Walk = walk(self.asker, &Asked::default()).await.ok()?;
        let whole = walk.circles.is_empty() && walk.endless.is_empty();
        let told = Told::new(self.asker.connection.description(), &walk);
        let open = told.may_be_granted(&self.trial.asked);
        (whole && !open).then(|| held(&told))
    }

    /// Changes that no service can make.
    async fn senseless(&mut self, grant: &GrantChange, told: &Told<'_>) {
        let mut slug = grant.clone();
        slug.entitlement.slug = "no-such-entitlement".to_owned();
        let mut nobody = grant.clone();
        nobody.principal.id = unheard_of(told, &grant.principal.id);
        nobody.principal.hint = None;
        let mut nowhere = grant.clone();
        nowhere.entitlement.resource.id = unheard_of(told, &grant.entitlement.resource.id);
        nowhere.entitlement.resource.hint = None;
        for (what, change) in [
            ("an entitlement that there is not", slug),
            ("a principal that there is not", nobody),
            ("a resource that there is not", nowhere),
        ] {
            let what = format!("a grant of {what}");
            let planned = self.plan(&what, &ChangeRequest::Grant(change)).await;
            self.tryout.senseless.push(Senseless { what, planned });
        }
    }

    /// Puts back what the changes changed and did not put back themselves.
    async fn restore(&mut self, told: &Told<'_>) {
        let Some(now) = self.read_later().await else {
            return;
        };
        let changes = self.undoing(told, &now);
        let undone = !changes.is_empty();
        for change in changes {
            self.undo(change).await;
        }
        self.tryout.restored = match undone {
            true => self.read_later().await,
            false => Some(now),
        };
    }

    /// What it takes to have all as before: of what changed, that which the
    /// trial touched. What others did meanwhile is theirs.
    fn undoing(&self, told: &Told<'_>, now: &Held) -> Vec<ChangeRequest> {
        let ours = self.touched();
        let before = &self.tryout.before;
        let (added, lost) = differences(before, now);
        let of = |ids: BTreeSet<&String>, all: &Held| -> Vec<GrantChange> {
            let ids = ids.into_iter().filter(|it| ours.contains(*it));
            let grants = ids.filter_map(|it| all.get(it));
            grants.map(|it| asked(told, it)).collect()
        };
        let take = of(added, now).into_iter().map(ChangeRequest::Revoke);
        let give = of(lost, before).into_iter().map(ChangeRequest::Grant);
        take.chain(give).collect()
    }

    /// Grants that the changes say they touched, and the one that was asked for.
    fn touched(&self) -> BTreeSet<String> {
        let outcomes = self
            .tryout
            .tried
            .iter()
            .filter_map(|it| it.made.as_ref().ok());
        let grants = outcomes.flat_map(|it| it.held.iter().chain(&it.replaced));
        let mut touched: BTreeSet<_> = grants
            .map(|it| ids::grant(&it.resource, &it.slug, &it.principal))
            .collect();
        touched.insert(self.tryout.grant.clone());
        touched
    }

    async fn undo(&mut self, change: ChangeRequest) {
        let Ok(permit) = self.trial.provisioning.permit(&change) else {
            return;
        };
        let before = self.asker.sent();
        let made = self.asker.connection.change(now(), permit).await;
        let requests = self.asker.sent() - before;
        self.asker
            .note("putting back", requests, made.as_ref().err());
    }
}

/// An id in the manner of another one that nothing has.
fn unheard_of(told: &Told<'_>, like: &ResourceId) -> ResourceId {
    let mut id = like.clone();
    for _ in 0..TRIES {
        id.id = made_up(&id.id);
        if told.find(&id).is_none() {
            break;
        }
    }
    id
}

/// A grant as it is asked for.
fn asked(told: &Told<'_>, grant: &Grant) -> GrantChange {
    let reference = |id: &ResourceId| {
        let known = told.find(id);
        Reference {
            id: id.clone(),
            parent: known.and_then(|it| it.parent.clone()),
            hint: known.and_then(|it| it.hint.clone()),
        }
    };
    GrantChange {
        entitlement: EntitlementReference {
            resource: reference(&grant.resource),
            slug: grant.slug.clone(),
        },
        principal: reference(&grant.principal),
        expires_at: grant.expires_at,
        hint: grant.hint.clone(),
    }
}
