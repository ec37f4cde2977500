//! What the connector says of itself. The parts are declared where they are
//! used: each resource type in its own module, with its endpoints.

use governance_guest::client::Endpoint;
use governance_guest::settings::{Declared, Kind};
use governance_guest::wit::manifest::{
    BaseUrl, Credential, CredentialScheme, Description, EntitlementListing, GrantListing,
    ResourceType, Surface,
};

use crate::session::RoleDetail;
use crate::{
    admin_api_key, api_key, change, group, group_grants, invitation, org_role, organization,
    project, project_groups, project_role, project_user_roles, project_users, service_account,
    user, user_roles,
};

/// The configuration field of the API's base URL.
pub const BASE_URL: &str = "base_url";
/// The configuration field of the organization's id.
pub const ORGANIZATION_ID: &str = "organization_id";
/// The configuration field of [`RoleDetail`].
pub const ROLE_DETAIL: &str = "role_detail";
/// The credential's id.
pub const CREDENTIAL: &str = "openai-admin";

/// How long a change may take until reads show it, in seconds. A new project
/// was seen to be missing from the list for up to a minute \[L]. Role changes may
/// take up to 30 minutes until they are *enforced* \[S], but reads show them
/// sooner, and reads are what a host looks into.
const VISIBILITY_SECONDS: u32 = 60;

/// Everything that the connector says of itself.
#[must_use]
pub fn description() -> Description {
    Description {
        name: "openai".to_owned(),
        service: "OpenAI API platform".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        resource_types: [
            organization::resource_type(),
            org_role::resource_type(),
            user::resource_type(),
            invitation::resource_type(),
            group::resource_type(),
            project::resource_type(),
            project_role::resource_type(),
            service_account::resource_type(),
            api_key::resource_type(),
            admin_api_key::resource_type(),
        ]
        .map(|it| ResourceType {
            changes: change::offered(&it.id),
            ..it
        })
        .to_vec(),
        surfaces: surfaces(),
        fields: FIELDS.iter().map(Declared::field).collect(),
        routes: endpoints()
            .iter()
            .map(|endpoint| endpoint.route(base(), CREDENTIAL))
            .collect(),
        credentials: vec![credential()],
        visibility_seconds: VISIBILITY_SECONDS,
        events: false,
    }
}

fn surfaces() -> Vec<Surface> {
    vec![
        org_role::surface(),
        user::surface(),
        invitation::surface(),
        group::surface(),
        group_grants::surface(),
        project::surface(),
        project_users::surface(),
        project_role::surface(),
        project_groups::surface(),
        service_account::surface(),
        api_key::surface(),
        admin_api_key::surface(),
    ]
}

/// Every endpoint that requests are sent to.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    let reading = [
        org_role::LIST.endpoint,
        org_role::RETRIEVE,
        user::LIST.endpoint,
        user::RETRIEVE,
        user_roles::LIST.endpoint,
        invitation::LIST.endpoint,
        invitation::RETRIEVE,
        group::LIST.endpoint,
        group::RETRIEVE,
        group_grants::MEMBERS.endpoint,
        group_grants::ROLES.endpoint,
        project::LIST.endpoint,
        project::RETRIEVE,
        project_role::LIST.endpoint,
        project_role::RETRIEVE,
        project_users::LIST.endpoint,
        project_user_roles::LIST.endpoint,
        project_groups::LIST.endpoint,
        project_groups::ROLES.endpoint,
        service_account::LIST.endpoint,
        service_account::RETRIEVE,
        api_key::LIST.endpoint,
        api_key::RETRIEVE,
        admin_api_key::LIST.endpoint,
        admin_api_key::RETRIEVE,
    ];
    [reading.to_vec(), change::endpoints()].concat()
}

/// The settings.
pub const FIELDS: [Declared; 3] = [
    Declared {
        key: BASE_URL,
        name: "Base URL",
        description: "Where the API is; regional and simulated ones differ",
        kind: Kind::Url,
        required: false,
        default: Some("https://api.openai.com/v1"),
        environment: Some("OPENAI_BASE_URL"),
    },
    Declared {
        key: ORGANIZATION_ID,
        name: "Organization id",
        description: "Such as org-abc123; needed only where the roles do not tell it. \
            A credential of another organization is then refused",
        kind: Kind::Text,
        required: false,
        default: None,
        environment: Some("OPENAI_ORGANIZATION_ID"),
    },
    Declared {
        key: ROLE_DETAIL,
        name: "Role detail",
        description: "always asks for the roles of each person in each project; auto only where \
            the list or custom roles demand it, and leaves a gap for viewers",
        kind: Kind::Choice(&[RoleDetail::Always.name(), RoleDetail::Auto.name()]),
        required: false,
        default: Some(RoleDetail::Always.name()),
        environment: Some("OPENAI_ROLE_DETAIL"),
    },
];

fn base() -> BaseUrl {
    BaseUrl::FromField(BASE_URL.to_owned())
}

fn credential() -> Credential {
    Credential {
        id: CREDENTIAL.to_owned(),
        name: "Admin API key".to_owned(),
        description: "An organization's admin key (sk-admin-…), which an owner makes at \
            platform.openai.com/settings/organization/admin-keys. Read only is enough to sync; changes need All"
            .to_owned(),
        scheme: CredentialScheme::Bearer,
        bases: vec![base()],
        environment: Some("OPENAI_ADMIN_KEY".to_owned()),
    }
}

/// A resource type without traits, children, entitlements, lookups or changes,
/// whose entitlements and grants come with listings of resources.
#[must_use]
pub fn bare_type(id: &str, name: &str, description: &str, surface: &str) -> ResourceType {
    ResourceType {
        id: id.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        traits: Vec::new(),
        children: Vec::new(),
        carried_by: None,
        tells: Vec::new(),
        static_entitlements: Vec::new(),
        entitlements: EntitlementListing::WithResources,
        grants: GrantListing::WithResources,
        lookups: Vec::new(),
        changes: Vec::new(),
        surface: surface.to_owned(),
    }
}

/// A surface that needs the permission to read the organization's management.
/// That scope is named in refusals of users, invites and roles alike \[L].
#[must_use]
pub fn management_surface(id: &str, name: &str) -> Surface {
    surface(id, name, "api.management.read")
}

/// A surface that needs the permission to read groups \[S, of roles].
#[must_use]
pub fn groups_surface(id: &str, name: &str) -> Surface {
    surface(id, name, "api.groups.read")
}

fn surface(id: &str, name: &str, permission: &str) -> Surface {
    Surface {
        id: id.to_owned(),
        name: name.to_owned(),
        permissions: vec![permission.to_owned()],
    }
}
