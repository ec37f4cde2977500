//! Values for tests: the plainest that keep the contract. A test completes one
//! with what it is about, so that nothing else stands in it:
//!
//! ```
//! use governance_contract::model::{Resource, Status};
//! use governance_contract::samples::{id, resource};
//!
//! let archived = Resource {
//!     status: Status::Archived,
//!     ..resource("project", "p")
//! };
//! assert_eq!(archived.id, id("project", "p"));
//! ```
//!
//! Names are ids in capitals, so that a test sees one taken for the other.
//!
//! Only with the cargo feature `samples`, which is for dev-dependencies.

pub mod changes;

use crate::manifest::{
    BaseUrl, Credential, CredentialScheme, Description, Effect, EntitlementListing, Field,
    FieldKind, GrantListing, ResourceType, Route, Surface,
};
use crate::model::{
    Account, AccountKind, Directness, EmailAddress, Entitlement, Gap, GapReason, Grant, Management,
    Purpose, Resource, ResourceId, Scope, Status,
};

/// The only surface: [`resource_type`] and [`gap`] name it, [`description`]
/// declares it.
pub const SURFACE: &str = "all";

/// The key of the [`field`] whose URL [`route`] and [`credential`] are of.
pub const BASE_URL: &str = "base_url";

/// The id of [`credential`], which [`route`] names.
pub const CREDENTIAL: &str = "token";

/// Names a resource.
pub fn id(resource_type: &str, id: &str) -> ResourceId {
    ResourceId {
        resource_type: resource_type.into(),
        id: id.into(),
    }
}

/// An active resource that nothing more is told of.
pub fn resource(resource_type: &str, name: &str) -> Resource {
    Resource {
        id: id(resource_type, name),
        parent: None,
        aliases: Vec::new(),
        hint: None,
        name: name.to_uppercase(),
        description: None,
        status: Status::Active,
        managed_by: Management::NotTold,
        created_at: None,
        expires_at: None,
        last_use: None,
        account: None,
        secret: None,
        permissions: Vec::new(),
        attributes: "{}".into(),
    }
}

/// A person's account, of the type `user`. The first address is the primary one.
pub fn user(name: &str, addresses: &[&str]) -> Resource {
    let emails = addresses.iter().enumerate();
    let emails = emails.map(|(place, address)| EmailAddress {
        address: (*address).into(),
        primary: place == 0,
    });
    let account = Account {
        kind: AccountKind::Human,
        emails: emails.collect(),
        login: None,
    };
    Resource {
        account: Some(account),
        ..resource("user", name)
    }
}

/// An assignment that users can hold.
pub fn entitlement(on: ResourceId, slug: &str) -> Entitlement {
    Entitlement {
        resource: on,
        slug: slug.into(),
        name: slug.to_uppercase(),
        description: None,
        purpose: Purpose::Assignment,
        grantable_to: vec!["user".into()],
        exclusion: None,
    }
}

/// A direct grant that holds now and for good.
pub fn grant(on: ResourceId, slug: &str, to: ResourceId) -> Grant {
    Grant {
        resource: on,
        slug: slug.into(),
        principal: to,
        directness: Directness::Direct,
        pending: false,
        immutable: None,
        expands: None,
        expires_at: None,
        hint: None,
    }
}

/// What the credential may not read.
pub fn gap(scope: Scope) -> Gap {
    Gap {
        surface: SURFACE.into(),
        scope,
        reason: GapReason::Permission,
        detail: "may not".into(),
    }
}

/// A connector of these types, without configuration and without requests.
pub fn description(resource_types: Vec<ResourceType>) -> Description {
    let surface = Surface {
        id: SURFACE.into(),
        name: SURFACE.to_uppercase(),
        permissions: Vec::new(),
    };
    Description {
        name: "example".into(),
        service: "Example".into(),
        version: "1.0.0".into(),
        resource_types,
        surfaces: vec![surface],
        fields: Vec::new(),
        routes: Vec::new(),
        credentials: Vec::new(),
        visibility_seconds: 0,
        events: false,
    }
}

/// A type of its own, all of which comes with its resources.
pub fn resource_type(id: &str) -> ResourceType {
    ResourceType {
        id: id.into(),
        name: id.to_uppercase(),
        description: String::new(),
        traits: Vec::new(),
        children: Vec::new(),
        carried_by: None,
        tells: Vec::new(),
        static_entitlements: Vec::new(),
        entitlements: EntitlementListing::WithResources,
        grants: GrantListing::WithResources,
        lookups: Vec::new(),
        changes: Vec::new(),
        surface: SURFACE.into(),
    }
}

/// A setting that may be left out.
pub fn field(key: &str, kind: FieldKind) -> Field {
    Field {
        key: key.into(),
        name: key.to_uppercase(),
        description: String::new(),
        kind,
        required: false,
        default: None,
        environment: None,
        secret: false,
    }
}

/// A request below the configured URL, with the credential.
pub fn route(id: &str, method: &str, path: &str, effect: Effect) -> Route {
    Route {
        id: id.into(),
        method: method.into(),
        base: BaseUrl::FromField(BASE_URL.into()),
        path: path.into(),
        effect,
        credential: Some(CREDENTIAL.into()),
        limits: Vec::new(),
    }
}

/// A bearer token for the configured URL.
pub fn credential() -> Credential {
    Credential {
        id: CREDENTIAL.into(),
        name: CREDENTIAL.to_uppercase(),
        description: String::new(),
        scheme: CredentialScheme::Bearer,
        bases: vec![BaseUrl::FromField(BASE_URL.into())],
        environment: None,
    }
}
