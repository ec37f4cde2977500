//! `/v1/organization/audit_logs`: list, newest first.
//!
//! | parameter | keeps events |
//! |---|---|
//! | `effective_at[gt]`, `[gte]`, `[lt]`, `[lte]` | of that time, in Unix seconds |
//! | `project_ids[]` | of one of these projects |
//! | `event_types[]` | of one of these types; a word that is none is a 400 |
//! | `actor_ids[]` | by one of these users or keys; a key's owner counts |
//! | `actor_emails[]` | by the users with one of these e-mails, in any case |
//! | `resource_ids[]` | whose details have one of these as `id` |
//! | `tenant_only` | of the tenant, of which there are none here |
//!
//! The array names carry their brackets: without them they are unknown
//! parameters. `after` continues to older events and `before` to newer ones;
//! the two together are a 400, since the spec does not say what they mean.

use axum::extract::State;
use axum::routing::get;

use super::audit_event_types::{is_known, is_of_tenant};
use super::failure::Failure;
use super::parameters::Parameters;
use super::{Answer, Routes, Shared, audit_details, paging};
use crate::organization::{AuditEvent, same_email};

pub(super) fn routes() -> Routes {
    Routes::new().route("/v1/organization/audit_logs", get(list))
}

async fn list(State(world): Shared, parameters: Parameters) -> Answer {
    let filter = Filter::read(&parameters)?;
    let organization = world.organization();
    let events = &organization.audit_log.events;
    let keep = |event: &AuditEvent| filter.keeps(event);
    paging::newest_first(events, &parameters, keep, audit_details::shown)
}

/// Which events are asked for; an empty list asks for all.
struct Filter<'a> {
    times: Times,
    projects: Vec<&'a str>,
    types: Vec<&'a str>,
    actors: Vec<&'a str>,
    emails: Vec<&'a str>,
    resources: Vec<&'a str>,
    tenant_only: bool,
}

/// The bounds of `effective_at`, in Unix seconds.
struct Times {
    above: Option<i64>,
    from: Option<i64>,
    below: Option<i64>,
    to: Option<i64>,
}

impl<'a> Filter<'a> {
    fn read(parameters: &'a Parameters) -> Result<Self, Failure> {
        let tenant_only = parameters.flag("tenant_only")?;
        let types = parameters.every("event_types[]");
        if let Some(kind) = types.iter().find(|kind| !is_known(kind)) {
            let message = format!("Invalid value: '{kind}' is no event type.");
            return Err(Failure::invalid("event_types[]", "invalid_value", message));
        }
        let is_foreign = |kind: &&&str| tenant_only && !is_of_tenant(kind);
        if let Some(kind) = types.iter().find(is_foreign) {
            let message = format!("Invalid value: '{kind}' is no event type of the tenant.");
            return Err(Failure::invalid("event_types[]", "invalid_value", message));
        }
        Ok(Self {
            times: Times::read(parameters)?,
            projects: parameters.every("project_ids[]"),
            types,
            actors: parameters.every("actor_ids[]"),
            emails: parameters.every("actor_emails[]"),
            resources: parameters.every("resource_ids[]"),
            tenant_only,
        })
    }

    fn keeps(&self, event: &AuditEvent) -> bool {
        let user = event.actor.user.as_ref();
        let user_id = user.map(|user| user.id.as_str());
        let email = user.and_then(|user| user.email.as_deref());
        let project = event.project.as_ref().map(|(id, _)| id.as_str());
        !self.tenant_only
            && self.times.contain(event.effective_at)
            && any(&self.projects, |id| project == Some(id))
            && any(&self.types, |kind| event.action.name() == kind)
            && any(&self.actors, |id| {
                user_id == Some(id) || event.actor.key.as_deref() == Some(id)
            })
            && any(&self.emails, |asked| {
                email.is_some_and(|email| same_email(email, asked))
            })
            && any(&self.resources, |id| event.target == id)
    }
}

/// Whether one of them fits, or there are none.
fn any(asked: &[&str], fits: impl Fn(&str) -> bool) -> bool {
    asked.is_empty() || asked.iter().any(|one| fits(one))
}

impl Times {
    fn read(parameters: &Parameters) -> Result<Self, Failure> {
        Ok(Self {
            above: parameters.integer("effective_at[gt]")?,
            from: parameters.integer("effective_at[gte]")?,
            below: parameters.integer("effective_at[lt]")?,
            to: parameters.integer("effective_at[lte]")?,
        })
    }

    fn contain(&self, time: u64) -> bool {
        let time = i64::try_from(time).unwrap_or(i64::MAX);
        self.above.is_none_or(|bound| time > bound)
            && self.from.is_none_or(|bound| time >= bound)
            && self.below.is_none_or(|bound| time < bound)
            && self.to.is_none_or(|bound| time <= bound)
    }
}
