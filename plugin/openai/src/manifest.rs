//! What the connector says of itself. The parts are declared where they are
//! used: each resource type in its own module, with its endpoints.

use governance_guest::client::Endpoint;
use governance_guest::wit::manifest::{
    BaseUrl, Credential, CredentialScheme, Description, EntitlementListing, Field, FieldKind,
    GrantListing, ResourceType, Surface,
};

use crate::{invitation, org_role, organization, user};

/// The configuration field of the API's base URL.
pub const BASE_URL: &str = "base_url";
/// The configuration field of the organization's id.
pub const ORGANIZATION_ID: &str = "organization_id";
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
        resource_types: vec![
            organization::resource_type(),
            org_role::resource_type(),
            user::resource_type(),
            invitation::resource_type(),
        ],
        surfaces: vec![org_role::surface(), user::surface(), invitation::surface()],
        fields: fields(),
        routes: endpoints()
            .iter()
            .map(|endpoint| endpoint.route(base(), CREDENTIAL))
            .collect(),
        credentials: vec![credential()],
        visibility_seconds: VISIBILITY_SECONDS,
        events: false,
    }
}

/// Every endpoint that requests are sent to.
#[must_use]
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        org_role::LIST.endpoint,
        user::LIST.endpoint,
        user::RETRIEVE,
        invitation::LIST.endpoint,
        invitation::RETRIEVE,
    ]
}

/// The configuration.
#[must_use]
pub fn fields() -> Vec<Field> {
    let optional = Field {
        key: BASE_URL.to_owned(),
        name: "Base URL".to_owned(),
        description: "Where the API is; regional and simulated ones differ".to_owned(),
        kind: FieldKind::Url,
        required: false,
        default: Some("https://api.openai.com/v1".to_owned()),
        environment: Some("OPENAI_BASE_URL".to_owned()),
        secret: false,
    };
    let organization = Field {
        key: ORGANIZATION_ID.to_owned(),
        name: "Organization id".to_owned(),
        description: "Such as org-abc123; needed only where the roles do not tell it. \
            A credential of another organization is then refused"
            .to_owned(),
        kind: FieldKind::Text,
        default: None,
        environment: Some("OPENAI_ORGANIZATION_ID".to_owned()),
        ..optional.clone()
    };
    vec![optional, organization]
}

fn base() -> BaseUrl {
    BaseUrl::FromField(BASE_URL.to_owned())
}

fn credential() -> Credential {
    Credential {
        id: CREDENTIAL.to_owned(),
        name: "Admin API key".to_owned(),
        description: "An organization's admin key (sk-admin-…), which an owner makes at \
            platform.openai.com/settings/organization/admin-keys. Read only is enough to sync"
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
    Surface {
        id: id.to_owned(),
        name: name.to_owned(),
        permissions: vec!["api.management.read".to_owned()],
    }
}
