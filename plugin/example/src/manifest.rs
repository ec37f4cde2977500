//! What the connector says of itself. An operator reads it before trusting the
//! component, and the host holds the component to it.

use governance_guest::client::Endpoint;
use governance_guest::settings::{Declared, Kind};
use governance_guest::transport::Method;
use governance_guest::wit::manifest::{
    BaseUrl, ChangeKind, Credential, CredentialScheme, Description, Effect, EntitlementListing,
    GrantListing, OfferedChange, ResourceTrait, ResourceType, StaticEntitlement, Surface,
};
use governance_guest::wit::model::Purpose;

/// The resource type of people.
pub const PERSON: &str = "person";
/// The resource type of teams.
pub const TEAM: &str = "team";
/// The entitlement of being in a team.
pub const MEMBER: &str = "member";
/// The key that a person is looked up by.
pub const EMAIL: &str = "email";
/// The setting that says where the service is.
pub const BASE_URL: &str = "base_url";

const CREDENTIAL: &str = "rota-token";
/// The surface of people.
pub const PEOPLE_SURFACE: &str = "people";
/// The surface of teams and who is in them.
pub const TEAMS_SURFACE: &str = "teams";

/// All people, in one answer.
pub const PEOPLE: Endpoint = reading("list-people", "/people", PEOPLE_SURFACE);
/// All teams, in one answer.
pub const TEAMS: Endpoint = reading("list-teams", "/teams", TEAMS_SURFACE);
/// The members of a team, page by page.
pub const MEMBERS: Endpoint = reading("list-members", "/teams/{team_id}/members", TEAMS_SURFACE);
/// Puts a person into a team.
pub const ADD: Endpoint = changing("add-member", Method::Post);
/// Takes a person out of a team.
pub const REMOVE: Endpoint = changing("remove-member", Method::Delete);

const fn reading(id: &'static str, path: &'static str, surface: &'static str) -> Endpoint {
    Endpoint {
        id,
        method: Method::Get,
        path,
        effect: Effect::Read,
        surface,
    }
}

const fn changing(id: &'static str, method: Method) -> Endpoint {
    Endpoint {
        id,
        method,
        path: "/teams/{team_id}/members/{person_id}",
        effect: Effect::Change,
        surface: TEAMS_SURFACE,
    }
}

/// Everything that the connector says of itself.
#[must_use]
pub fn description() -> Description {
    let base = || BaseUrl::FromField(BASE_URL.to_owned());
    let route = |endpoint: &Endpoint| endpoint.route(base(), CREDENTIAL);
    Description {
        name: "example".to_owned(),
        service: "Rota".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        resource_types: vec![person(), team()],
        surfaces: vec![
            surface(PEOPLE_SURFACE, "People"),
            surface(TEAMS_SURFACE, "Teams and their members"),
        ],
        fields: FIELDS.iter().map(Declared::field).collect(),
        routes: [PEOPLE, TEAMS, MEMBERS, ADD, REMOVE]
            .iter()
            .map(route)
            .collect(),
        credentials: vec![Credential {
            id: CREDENTIAL.to_owned(),
            name: "API token".to_owned(),
            description: "A token that Rota makes under Settings → API".to_owned(),
            scheme: CredentialScheme::Bearer,
            bases: vec![base()],
            environment: Some("ROTA_TOKEN".to_owned()),
        }],
        visibility_seconds: 0,
        events: false,
    }
}

/// The settings.
pub const FIELDS: [Declared; 1] = [Declared {
    key: BASE_URL,
    name: "Base URL",
    description: "Where Rota is, such as https://rota.example.com/api",
    kind: Kind::Url,
    required: true,
    default: None,
    environment: Some("ROTA_BASE_URL"),
}];

fn person() -> ResourceType {
    ResourceType {
        traits: vec![ResourceTrait::User],
        lookups: vec![EMAIL.to_owned()],
        ..resource_type(
            PERSON,
            "Person",
            "Somebody who can be on call",
            PEOPLE_SURFACE,
        )
    }
}

fn team() -> ResourceType {
    ResourceType {
        traits: vec![ResourceTrait::Group],
        static_entitlements: vec![StaticEntitlement {
            slug: MEMBER.to_owned(),
            name: "Member".to_owned(),
            description: Some("is in the team".to_owned()),
            purpose: Purpose::Assignment,
            grantable_to: vec![PERSON.to_owned()],
            exclusion: None,
        }],
        grants: GrantListing::PerResource,
        changes: vec![offered(ChangeKind::Grant), offered(ChangeKind::Revoke)],
        ..resource_type(TEAM, "Team", "People who share a rota", TEAMS_SURFACE)
    }
}

fn offered(kind: ChangeKind) -> OfferedChange {
    OfferedChange {
        kind,
        fields: Vec::new(),
        guard: None,
        permissions: vec!["rota.write".to_owned()],
    }
}

fn resource_type(id: &str, name: &str, description: &str, surface: &str) -> ResourceType {
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

fn surface(id: &str, name: &str) -> Surface {
    Surface {
        id: id.to_owned(),
        name: name.to_owned(),
        permissions: vec!["rota.read".to_owned()],
    }
}
