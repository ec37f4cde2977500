//! Service accounts, from
//! `GET /organization/projects/{project_id}/service_accounts`.
//!
//! One is one principal wherever it shows up: the lists of the organization's
//! users, of group members and of key owners have its id as a user's, which is
//! its alias.
//!
//! Its role in the project comes with its row: `owner`, `member`, or `none`.
//! Custom roles of it are asked for as those of a user, where the project has
//! any; that this answers for service accounts is \[D], and where it does not, a
//! gap says so.

use governance_guest::attributes::Attributes;
use governance_guest::client::{Call, Endpoint};
use governance_guest::faults::unreadable;
use governance_guest::items::{self, gap, grants_of, scope, token_of};
use governance_guest::narrow::Narrow;
use governance_guest::paging::Family;
use governance_guest::reading::Reading;
use governance_guest::text;
use governance_guest::token::Token;
use governance_guest::transport::{Method, Transport};
use governance_guest::wit::connector::Page;
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ResourceTrait, ResourceType, Surface};
use governance_guest::wit::model::{
    Account, AccountKind, GapReason, Management, Reference, Resource, ResourceId, Scope, Status,
    Subject,
};
use serde_json::Value;

use crate::custom_roles::CustomRoles;
use crate::list_page::ListPage;
use crate::project_predefined::ProjectPredefined;
use crate::session::{Collection, Session, changing, reading};
use crate::{manifest, project, project_role, project_user_roles, user};

/// The resource type.
pub const TYPE: &str = "service_account";
/// The surface.
pub const SURFACE: &str = "service-accounts";
/// The step of a listing that reads service accounts.
pub const STEP: &str = "service-accounts";
/// The role of one that has none.
pub const NO_ROLE: &str = "none";

/// All service accounts of a project.
pub const LIST: Collection = Collection {
    endpoint: reading(
        "list-project-service-accounts",
        "/organization/projects/{project_id}/service_accounts",
        SURFACE,
    ),
    limit: 100,
    family: Family::LastId,
};

/// One of them.
pub const RETRIEVE: Endpoint = reading(
    "retrieve-project-service-account",
    "/organization/projects/{project_id}/service_accounts/{service_account_id}",
    SURFACE,
);

/// Changes the name of one, or its role: to `member` or `owner`.
pub const UPDATE: Endpoint = changing(
    "update-project-service-account",
    Method::Post,
    "/organization/projects/{project_id}/service_accounts/{service_account_id}",
    SURFACE,
);

/// What `describe` says of the type.
#[must_use]
pub fn resource_type() -> ResourceType {
    let description = "An account of a project that programs use";
    ResourceType {
        traits: vec![ResourceTrait::User],
        carried_by: Some(project_role::TYPE.to_owned()),
        tells: vec![grants_of(TYPE, project::TYPE)],
        ..manifest::bare_type(TYPE, "Service account", description, SURFACE)
    }
}

/// What `describe` says of the surface.
#[must_use]
pub fn surface() -> Surface {
    manifest::management_surface(SURFACE, "Service accounts")
}

/// Adds the way to the service accounts of a project.
pub fn lead(page: &mut Page, project: &ResourceId, custom: CustomRoles) {
    let token = custom.put(Token::new(STEP));
    items::go_on(page, SURFACE, &token, scopes(project));
}

fn scopes(project: &ResourceId) -> Vec<Scope> {
    let accounts = scope(Subject::Resources, TYPE).below(project);
    vec![accounts, held_by_all(project)]
}

fn held_by_all(project: &ResourceId) -> Scope {
    scope(Subject::Grants, project::TYPE)
        .on(project)
        .by_any(TYPE)
}

/// Lists the service accounts of a project alone. Then none is asked for custom
/// roles, which a gap says.
///
/// # Errors
/// See [`step`].
pub fn list<T: Transport>(
    session: &Session<'_, T>,
    parent: Option<&Reference>,
    token: Option<&str>,
) -> Result<Page, Error> {
    let token = token_of(STEP, token)?;
    let Some(project) = project::of_listing(parent)? else {
        return Ok(items::page());
    };
    if let Some(token) = token {
        return step(session, &project, &token);
    }
    let token = CustomRoles::Unknown.put(Token::new(STEP));
    let mut page = step(session, &project, &token)?;
    let detail = "custom roles are asked for only with the project's roles";
    let untold = held_by_all(&project);
    if page.gaps.iter().all(|gap| gap.scope != untold) {
        page.gaps
            .push(gap(SURFACE, untold, GapReason::Assumption, detail));
    }
    Ok(page)
}

/// Reads one page.
///
/// # Errors
/// All that reading can bring, except that the surface is closed or the project
/// gone: that is a gap.
pub fn step<T: Transport>(
    session: &Session<'_, T>,
    project: &ResourceId,
    token: &Token,
) -> Result<Page, Error> {
    let page = ListPage {
        list: &LIST,
        call: LIST.call(token.get("after")).argument(&project.id),
        token,
        scopes: scopes(project),
        closed: project::closed_below,
    };
    let custom = CustomRoles::of(token);
    page.read(session, |page, row| {
        let id = tell(page, row, project)?;
        if custom == CustomRoles::Some {
            project_user_roles::ask_for(page, project, &id, None);
        }
        Some(())
    })
}

/// Reads one service account.
///
/// # Errors
/// `not-found`, and all that reading can bring.
pub fn get<T: Transport>(session: &Session<'_, T>, of: &Reference) -> Result<Page, Error> {
    let project = project::of_member(of)?;
    let call = Call::new(&RETRIEVE)
        .argument(&project.id)
        .argument(&of.id.id);
    let row = session.client.send(&call)?;
    let mut page = items::page();
    match tell(&mut page, &row, &project) {
        Some(_) => Ok(page),
        None => Err(unreadable(SURFACE, "the answer is no service account")),
    }
}

/// Adds a service account with its role; its id, if it has one.
fn tell(page: &mut Page, row: &Value, project: &ResourceId) -> Option<ResourceId> {
    let id = row.text("id").filter(|id| text::is_id(id))?;
    let id = items::id(TYPE, id);
    let role = row.text("role");
    match role.and_then(ProjectPredefined::of_name) {
        Some(role) => page.grants.push(project::grant(project, role, &id)),
        None if role == Some(NO_ROLE) => {}
        None => {
            let unknown = scope(Subject::Grants, project::TYPE).on(project).by(&id);
            let detail = "the service account's role is neither owner, member nor none";
            page.gaps
                .push(gap(SURFACE, unknown, GapReason::Failure, detail));
        }
    }
    page.resources.push(resource(id.clone(), row, project));
    Some(id)
}

/// A service account as the users list tells it. Its project tells it with its
/// parent, and so better; but an archived project is not read.
#[must_use]
pub fn listed_as_user(user: Resource) -> Resource {
    let mut aliases = vec![user.id.clone()];
    aliases.extend(user.aliases);
    Resource {
        id: items::id(TYPE, &user.id.id),
        aliases,
        hint: None,
        ..user
    }
}

pub(crate) fn resource(id: ResourceId, row: &Value, project: &ResourceId) -> Resource {
    let name = row.text("name").unwrap_or(&id.id).to_owned();
    Resource {
        parent: Some(project.clone()),
        aliases: vec![items::id(user::TYPE, &id.id)],
        status: Status::Active,
        managed_by: Management::Service,
        created_at: row.moment("created_at"),
        account: Some(Account {
            kind: AccountKind::Service,
            emails: Vec::new(),
            login: None,
        }),
        attributes: Attributes::of(row, &["role"]).into_text(),
        ..items::resource(id, &name)
    }
}
