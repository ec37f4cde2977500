//! Changes: which module makes which one, by what is changed.
//!
//! | what | kind | who, or on what | module |
//! |---|---|---|---|
//! | `organization` `member` | grant, revoke | | [`organization_member`]: says what to do instead |
//! | `org_role` `assigned` | grant, revoke | people, groups, service accounts | [`organization_roles`] |
//! | `group` `member` | grant, revoke | people, service accounts | [`group_members`] |
//! | `project` roles | grant, revoke | people | [`people_in_projects`] |
//! | | | groups | [`groups_in_projects`] |
//! | | | service accounts | [`service_account_roles`] |
//! | `user` | delete | | [`people`] |
//! | `invitation` | create account, delete, resend | | [`invitations`] |
//! | `group` | create, update, delete | | [`groups`] |
//! | `project` | create, update, delete, which archives | | [`projects`] |
//! | `org_role`, `project_role` | create, update, delete | | [`roles`] |
//! | `service_account` | create, update, delete | | [`service_account_creation`], [`service_accounts`] |
//! | `api_key` | create for a service account, update, delete | | [`api_keys`], [`api_key_updates`] |
//! | `admin_api_key` | delete | | [`admin_api_keys`] |
//!
//! Each module declares its endpoints, what it offers, and which rule of the
//! service stands behind each refusal. Everything that decides is read first:
//! what [`subjects`] and [`holders`] tell, what [`search`] finds in the [`pages`] of
//! a list,
//! whether [`owners`] are left, and the state of what is changed. The three about
//! roles in projects share what is held there ([`participant`],
//! [`through_groups`]), the decision ([`project_ways`]), and its doing
//! ([`giving`], [`taking`]). Resources are found by [`namesakes`] in a
//! [`whole_list`], below their [`parents`]; [`row`] tells what becomes of them.

pub mod admin_api_keys;
pub mod api_key_updates;
pub mod api_keys;
pub mod giving;
pub mod group_members;
pub mod groups;
pub mod groups_in_projects;
pub mod holders;
pub mod in_projects;
pub mod invitations;
pub mod namesakes;
pub mod new_keys;
pub mod organization_member;
pub mod organization_roles;
pub mod owners;
pub mod pages;
pub mod parents;
pub mod participant;
pub mod people;
pub mod people_in_projects;
pub mod project_ways;
pub mod projects;
pub mod role_levels;
pub mod roles;
pub mod row;
pub mod search;
pub mod service_account_creation;
pub mod service_account_roles;
pub mod service_accounts;
pub mod subjects;
pub mod taking;
pub mod through_groups;
pub mod whole_list;

use governance_guest::client::Endpoint;
use governance_guest::faults::{invalid_input, precondition, unsupported, unsupported_but};
use governance_guest::given::Given;
use governance_guest::steps::{Steps, Stop, outcome};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::{
    AccountCreation, ChangeRequest, Completion, GrantChange, Outcome, ResourceCreation,
    ResourceDeletion, ResourceUpdate,
};
use governance_guest::wit::faults::Error;
use governance_guest::wit::manifest::{ChangeKind, Field, OfferedChange};

use crate::session::Session;
use crate::{
    admin_api_key, api_key, group, invitation, org_role, organization, project, project_role,
    service_account, user,
};

/// The guard of changes after which the organization might have no owner.
pub const OWNERS: &str = "owners";
/// The scope that all changes need \[D].
const WRITE: &str = "api.management.write";

/// Makes a change, or plans it.
///
/// # Errors
/// Whatever keeps it from beginning.
pub fn make<T: Transport>(
    session: &Session<'_, T>,
    change: &ChangeRequest,
) -> Result<Outcome, Error> {
    outcome(&session.client, |steps| match change {
        ChangeRequest::Grant(change) => grant(steps, change),
        ChangeRequest::Revoke(change) => revoke(steps, change),
        ChangeRequest::CreateAccount(account) => create_account(session, steps, account),
        ChangeRequest::CreateResource(creation) => create(session, steps, creation),
        ChangeRequest::UpdateResource(update) => self::update(session, steps, update),
        ChangeRequest::DeleteResource(deletion) => delete(session, steps, deletion),
        ChangeRequest::ResendInvitation(of) => match of.id.resource_type.as_str() {
            invitation::TYPE => invitations::resend(session, steps, of),
            _ => Err(invalid_input("of", "only an invitation can be sent again").into()),
        },
        ChangeRequest::SetAccountStatus(_) => Err(unsupported_but(
            "OpenAI has no call that disables or enables an account",
            "delete the account instead",
        )
        .into()),
    })
}

fn grant<T: Transport>(steps: &mut Steps<'_, T>, change: &GrantChange) -> Result<Completion, Stop> {
    judge(change)?;
    if change.expires_at.is_some() {
        let message = "OpenAI has no grants that end by themselves";
        return Err(unsupported_but(message, "leave the time out, and revoke it later").into());
    }
    let principal = change.principal.id.resource_type.as_str();
    match change.entitlement.resource.id.resource_type.as_str() {
        organization::TYPE => organization_member::grant(),
        org_role::TYPE => organization_roles::grant(steps, change),
        group::TYPE => group_members::grant(steps, change),
        project::TYPE => match principal {
            user::TYPE => people_in_projects::grant(steps, change),
            group::TYPE => groups_in_projects::grant(steps, change),
            service_account::TYPE => service_account_roles::grant(steps, change),
            _ => Err(no_principal(change)),
        },
        _ => Err(no_entitlement(change)),
    }
}

fn revoke<T: Transport>(
    steps: &mut Steps<'_, T>,
    change: &GrantChange,
) -> Result<Completion, Stop> {
    judge(change)?;
    let principal = change.principal.id.resource_type.as_str();
    match change.entitlement.resource.id.resource_type.as_str() {
        organization::TYPE => organization_member::revoke(),
        org_role::TYPE => organization_roles::revoke(steps, change),
        group::TYPE => group_members::revoke(steps, change),
        project::TYPE => match principal {
            user::TYPE => people_in_projects::revoke(steps, change),
            group::TYPE => groups_in_projects::revoke(steps, change),
            service_account::TYPE => service_account_roles::revoke(steps, change),
            _ => Err(no_principal(change)),
        },
        _ => Err(no_entitlement(change)),
    }
}

/// What no entitlement can be given to, or taken from.
fn judge(change: &GrantChange) -> Result<(), Stop> {
    if change.principal.id.resource_type == invitation::TYPE {
        return Err(precondition(
            "an invited person holds nothing yet",
            "do this after acceptance, or create the account again with the roles wanted",
        )
        .into());
    }
    Ok(())
}

fn no_principal(change: &GrantChange) -> Stop {
    let principal = &change.principal.id.resource_type;
    invalid_input("principal", &format!("a {principal} cannot hold this")).into()
}

fn no_entitlement(change: &GrantChange) -> Stop {
    let resource = &change.entitlement.resource.id.resource_type;
    invalid_input(
        "entitlement",
        &format!("nothing can be held on a {resource}"),
    )
    .into()
}

fn create_account<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    account: &AccountCreation,
) -> Result<Completion, Stop> {
    match account.resource_type.as_str() {
        // People come by invitation only; both words mean that.
        user::TYPE | invitation::TYPE => invitations::create_account(session, steps, account),
        service_account::TYPE => Err(unsupported_but(
            "a service account has no e-mail address",
            "create it as a resource of its project",
        )
        .into()),
        other => Err(none_made(other)),
    }
}

fn create<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    creation: &ResourceCreation,
) -> Result<Completion, Stop> {
    let of_type = creation.resource_type.as_str();
    let given = given(of_type, ChangeKind::CreateResource, &creation.attributes)?;
    match of_type {
        group::TYPE => groups::create(steps, creation),
        project::TYPE => projects::create(steps, creation, &given),
        org_role::TYPE | project_role::TYPE => roles::create(steps, creation, &given),
        service_account::TYPE => service_account_creation::create(session, steps, creation, &given),
        api_key::TYPE => api_keys::create(session, steps, creation, &given),
        admin_api_key::TYPE => Err(unsupported_but(
            "this connector makes no admin keys: whoever has one has everything",
            "an owner makes them at platform.openai.com/settings/organization/admin-keys",
        )
        .into()),
        user::TYPE | invitation::TYPE => {
            Err(unsupported_but("people are invited", "create an account instead").into())
        }
        other => Err(none_made(other)),
    }
}

fn update<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    update: &ResourceUpdate,
) -> Result<Completion, Stop> {
    let of_type = update.of.id.resource_type.as_str();
    let given = given(of_type, ChangeKind::UpdateResource, &update.attributes)?;
    match of_type {
        group::TYPE => groups::update(steps, update),
        project::TYPE => projects::update(steps, update, &given),
        org_role::TYPE | project_role::TYPE => roles::update(steps, update, &given),
        service_account::TYPE => service_accounts::update(steps, update),
        api_key::TYPE => api_key_updates::update(session, steps, update, &given),
        other => Err(unsupported(&format!("OpenAI has no call that changes a {other}")).into()),
    }
}

fn delete<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    deletion: &ResourceDeletion,
) -> Result<Completion, Stop> {
    let of_type = deletion.of.id.resource_type.as_str();
    let given = given(of_type, ChangeKind::DeleteResource, &deletion.attributes)?;
    match of_type {
        user::TYPE => people::delete(session, steps, &deletion.of, &given),
        invitation::TYPE => invitations::delete(session, steps, &deletion.of),
        group::TYPE => groups::delete(steps, &deletion.of),
        project::TYPE => projects::archive(steps, &deletion.of),
        org_role::TYPE | project_role::TYPE => roles::delete(steps, &deletion.of),
        service_account::TYPE => service_accounts::delete(session, steps, &deletion.of, &given),
        api_key::TYPE => api_keys::delete(steps, &deletion.of),
        admin_api_key::TYPE => admin_api_keys::delete(session, steps, &deletion.of, &given),
        other => Err(unsupported(&format!("OpenAI has no call that deletes a {other}")).into()),
    }
}

fn none_made(resource_type: &str) -> Stop {
    unsupported(&format!("OpenAI has no call that makes a {resource_type}")).into()
}

/// Reads the values that come with a change, by the fields that it offers.
fn given(resource_type: &str, kind: ChangeKind, attributes: &str) -> Result<Given, Error> {
    let offered = offered(resource_type)
        .into_iter()
        .find(|it| it.kind == kind);
    let fields = offered.map(|it| it.fields).unwrap_or_default();
    Given::read(attributes, &fields)
}

/// What `describe` offers for resources of a type.
#[must_use]
pub fn offered(resource_type: &str) -> Vec<OfferedChange> {
    match resource_type {
        org_role::TYPE => [organization_roles::offered(), roles::offered()].concat(),
        user::TYPE => people::offered(),
        invitation::TYPE => invitations::offered(),
        group::TYPE => [group_members::offered(), groups::offered()].concat(),
        project::TYPE => [people_in_projects::offered(), projects::offered()].concat(),
        project_role::TYPE => roles::offered(),
        service_account::TYPE => service_accounts::offered(),
        api_key::TYPE => api_keys::offered(),
        admin_api_key::TYPE => admin_api_keys::offered(),
        _ => Vec::new(),
    }
}

/// A change that is offered, with these values.
#[must_use]
pub fn offer(kind: ChangeKind, fields: Vec<Field>) -> OfferedChange {
    OfferedChange {
        kind,
        fields,
        guard: None,
        permissions: vec![WRITE.to_owned()],
    }
}

/// Every endpoint that changes something, and those that only changes read.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    [
        organization_roles::endpoints(),
        group_members::endpoints(),
        people_in_projects::endpoints(),
        groups_in_projects::endpoints(),
        service_account_roles::endpoints(),
        people::endpoints(),
        invitations::endpoints(),
        groups::endpoints(),
        projects::endpoints(),
        role_levels::endpoints(),
        service_account_creation::endpoints(),
        service_accounts::endpoints(),
        api_keys::endpoints(),
        api_key_updates::endpoints(),
        admin_api_keys::endpoints(),
    ]
    .concat()
}
