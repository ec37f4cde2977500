//! `/v1/organization/invites`: list, create, retrieve, delete.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::author::By;
use super::body::{Body, organization_role};
use super::failure::Failure;
use super::parameters::{Id, Parameters};
use super::{Answer, Routes, Shared, paging};
use crate::organization::{Action, Invitation, InvitationRequest, ProjectInvitation, Status};
use crate::quirks::Quirks;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v1/organization/invites", get(list).post(create))
        .route(
            "/v1/organization/invites/{invite_id}",
            get(retrieve).delete(delete),
        )
}

async fn list(State(world): Shared, parameters: Parameters) -> Answer {
    let now = world.clock.now();
    let show = |row: &Invitation| shown(row, now, &world.quirks);
    let organization = world.organization();
    let keep = |row: &Invitation| world.is_visible(row.created_at);
    paging::by_id(&organization.invitations, &parameters, keep, show)
}

async fn create(
    State(world): Shared,
    by: By,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Failure> {
    let request = InvitationRequest {
        email: email(&body)?,
        role: organization_role("role", body.text("role")?)?,
        projects: projects(&body)?,
    };
    let now = world.clock.now();
    let mut organization = world.organization();
    let invitation = organization.invite(request, now, &world.quirks)?;
    let answer = Json(shown(invitation, now, &world.quirks));
    let id = invitation.id.clone();
    let action = Action::InviteSent {
        email: invitation.email.clone(),
        role: invitation.role,
    };
    by.did(&mut organization, &id, action);
    Ok((world.quirks.created, answer))
}

async fn retrieve(State(world): Shared, Id(id): Id) -> Answer {
    let organization = world.organization();
    let invitation = organization.invitation(&id)?;
    Ok(Json(shown(invitation, world.clock.now(), &world.quirks)))
}

async fn delete(State(world): Shared, by: By, Id(id): Id) -> Answer {
    let mut organization = world.organization();
    organization.delete_invitation(&id, &world.quirks)?;
    by.did(&mut organization, &id, Action::InviteDeleted);
    Ok(Json(json!({
        "object": "organization.invite.deleted",
        "id": id,
        "deleted": true,
    })))
}

/// The least that makes an address: something on both sides of an `@`.
fn email(body: &Body) -> Result<String, Failure> {
    let text = body.text("email")?;
    let sides = text.rsplit_once('@').unwrap_or_default();
    if sides.0.is_empty() || sides.1.is_empty() {
        let message = format!("Invalid 'email': '{text}' is not an email address.");
        return Err(Failure::invalid("email", "invalid_value", message));
    }
    Ok(text.to_owned())
}

fn projects(body: &Body) -> Result<Option<Vec<ProjectInvitation>>, Failure> {
    let Some(objects) = body.optional_objects("projects")? else {
        return Ok(None);
    };
    let project = |object: &Body| {
        Ok(ProjectInvitation {
            id: object.text("id")?.to_owned(),
            role: object.word("role", &["member", "owner"])?.to_owned(),
        })
    };
    objects
        .iter()
        .map(project)
        .collect::<Result<_, _>>()
        .map(Some)
}

fn shown(invitation: &Invitation, now: u64, quirks: &Quirks) -> Value {
    let mut row = json!({
        "object": "organization.invite",
        "id": invitation.id,
        "email": invitation.email,
        "role": invitation.role,
        "status": status(invitation, now, quirks),
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "accepted_at": invitation.accepted_at,
        "projects": invitation.projects,
    });
    if let Some(fields) = row.as_object_mut() {
        if quirks.omissions.invite_projects {
            fields.remove("projects");
        }
        if quirks.omissions.invite_created_at {
            let time = fields.remove("created_at").unwrap_or_default();
            fields.insert("invited_at".to_owned(), time);
        }
    }
    row
}

fn status(invitation: &Invitation, now: u64, quirks: &Quirks) -> &'static str {
    match invitation.status(now) {
        Status::Accepted => "accepted",
        Status::Expired if !quirks.expired_invites_read_pending => "expired",
        Status::Expired | Status::Pending => "pending",
    }
}
