//! The contract's types as the connector has them, as those that the host has.
//! Both are generated from one WIT, each for its side of the sandbox; across it
//! they are copied in and out of its memory, and here they are moved.

use governance_guest::wit::{connector as of, manifest as declared, model as from};
use governance_host::contract::connector::{Continuation, Page};
use governance_host::contract::manifest::{
    Description, EntitlementListing, GrantListing, ResourceTrait, ResourceType, StaticEntitlement,
    StaticExclusion, Surface,
};
use governance_host::contract::model::{
    Account, AccountKind, Directness, EmailAddress, Entitlement, Exclusion, Expansion, Gap,
    GapReason, Grant, LastUse, Management, Purpose, Reference, Resource, ResourceId, Scope, Secret,
    Status, Subject,
};

/// A case of one side's enumeration as the same of the other.
macro_rules! case {
    ($value:expr, $from:path => $to:ident: $($case:ident),+) => {{
        use $from as Given;
        match $value { $(Given::$case => $to::$case),+ }
    }};
}

fn all<T, U>(of: Vec<T>, convert: impl Fn(T) -> U) -> Vec<U> {
    of.into_iter().map(convert).collect()
}

/// A page.
pub(crate) fn page(page: of::Page) -> Page {
    Page {
        resources: all(page.resources, resource),
        entitlements: all(page.entitlements, entitlement),
        grants: all(page.grants, grant),
        gaps: all(page.gaps, gap),
        next: all(page.next, |next| Continuation {
            token: next.token,
            covers: all(next.covers, scope),
        }),
        tenant: page.tenant,
        notes: page.notes,
    }
}

/// What the connector says of itself, as far as a sync needs it.
pub(super) fn description(of: declared::Description) -> Description {
    Description {
        name: of.name,
        service: of.service,
        version: of.version,
        resource_types: all(of.resource_types, resource_type),
        surfaces: all(of.surfaces, |it| Surface {
            id: it.id,
            name: it.name,
            permissions: it.permissions,
        }),
        fields: Vec::new(),
        routes: Vec::new(),
        credentials: Vec::new(),
        visibility_seconds: of.visibility_seconds,
        events: of.events,
    }
}

/// The other way: what the host asks for.
pub(super) fn reference(of: &Reference) -> from::Reference {
    let id = |of: &ResourceId| from::ResourceId {
        resource_type: of.resource_type.clone(),
        id: of.id.clone(),
    };
    from::Reference {
        id: id(&of.id),
        parent: of.parent.as_ref().map(id),
        hint: of.hint.clone(),
    }
}

fn resource_type(of: declared::ResourceType) -> ResourceType {
    ResourceType {
        id: of.id,
        name: of.name,
        description: of.description,
        traits: all(
            of.traits,
            |it| case!(it, declared::ResourceTrait => ResourceTrait: User, Group, Role, App, Scope, Secret),
        ),
        children: of.children,
        carried_by: of.carried_by,
        tells: all(of.tells, scope),
        static_entitlements: all(of.static_entitlements, static_entitlement),
        entitlements: case!(of.entitlements, declared::EntitlementListing => EntitlementListing:
            WithResources, PerResource, PerType),
        grants: case!(of.grants, declared::GrantListing => GrantListing:
            WithResources, PerResource, PerType),
        lookups: of.lookups,
        changes: Vec::new(),
        surface: of.surface,
    }
}

fn static_entitlement(of: declared::StaticEntitlement) -> StaticEntitlement {
    StaticEntitlement {
        slug: of.slug,
        name: of.name,
        description: of.description,
        purpose: purpose(of.purpose),
        grantable_to: of.grantable_to,
        exclusion: of.exclusion.map(|it| StaticExclusion {
            group: it.group,
            per_resource: it.per_resource,
            is_default: it.is_default,
        }),
    }
}

fn id(of: from::ResourceId) -> ResourceId {
    ResourceId {
        resource_type: of.resource_type,
        id: of.id,
    }
}

fn resource(of: from::Resource) -> Resource {
    Resource {
        id: id(of.id),
        parent: of.parent.map(id),
        aliases: all(of.aliases, id),
        hint: of.hint,
        name: of.name,
        description: of.description,
        status: case!(of.status, from::Status => Status:
            Active, Disabled, Pending, Archived, NotTold),
        managed_by: case!(of.managed_by, from::Management => Management:
            Service, IdentityProvider, NotTold),
        created_at: of.created_at,
        expires_at: of.expires_at,
        last_use: of.last_use.map(|it| LastUse {
            at: it.at,
            using: it.using,
        }),
        account: of.account.map(account),
        secret: of.secret.map(|it| Secret {
            owner: it.owner.map(id),
            redacted_value: it.redacted_value,
        }),
        permissions: of.permissions,
        attributes: of.attributes,
    }
}

fn account(of: from::Account) -> Account {
    Account {
        kind: case!(of.kind, from::AccountKind => AccountKind: Human, Service, NotTold),
        emails: all(of.emails, |it| EmailAddress {
            address: it.address,
            primary: it.primary,
        }),
        login: of.login,
    }
}

fn entitlement(of: from::Entitlement) -> Entitlement {
    Entitlement {
        resource: id(of.resource),
        slug: of.slug,
        name: of.name,
        description: of.description,
        purpose: purpose(of.purpose),
        grantable_to: of.grantable_to,
        exclusion: of.exclusion.map(|it| Exclusion {
            group: it.group,
            is_default: it.is_default,
        }),
    }
}

fn purpose(of: from::Purpose) -> Purpose {
    case!(of, from::Purpose => Purpose: Assignment, Permission, Ownership)
}

fn grant(of: from::Grant) -> Grant {
    Grant {
        resource: id(of.resource),
        slug: of.slug,
        principal: id(of.principal),
        directness: match of.directness {
            from::Directness::Direct => Directness::Direct,
            from::Directness::Inherited(through) => Directness::Inherited(all(through, id)),
            from::Directness::NotTold => Directness::NotTold,
        },
        pending: of.pending,
        immutable: of.immutable,
        expands: of.expands.map(|it| Expansion {
            slugs: it.slugs,
            deep: it.deep,
        }),
        expires_at: of.expires_at,
        hint: of.hint,
    }
}

fn gap(of: from::Gap) -> Gap {
    Gap {
        surface: of.surface,
        scope: scope(of.scope),
        reason: case!(of.reason, from::GapReason => GapReason:
            Permission, Plan, Failure, Assumption),
        detail: of.detail,
    }
}

fn scope(of: from::Scope) -> Scope {
    let subject = |it| case!(it, from::Subject => Subject: Resources, Entitlements, Grants, Events);
    Scope {
        subject: of.subject.map(subject),
        resource_type: of.resource_type,
        resource_id: of.resource_id,
        parent: of.parent.map(id),
        slug: of.slug,
        principal_type: of.principal_type,
        principal_id: of.principal_id,
    }
}
