//! The columns of the CSV files. They are stable: new ones come after the last.
//!
//! Lists and what has no columns of its own are JSON in one cell.

use governance_store::access::EffectiveRow;
use governance_store::{
    EntitlementRow, GapRow, GrantRow, Moment, NamedResource, ResourceRow, SyncRow,
};

use crate::cells::{json, optional, text};

/// How rows of a kind become lines of CSV.
pub(crate) struct Layout<R: 'static> {
    /// The first line.
    pub(crate) columns: &'static [&'static str],
    /// A cell for each column.
    pub(crate) cells: fn(&R) -> Vec<String>,
}

pub(crate) const SYNC: Layout<SyncRow> = Layout {
    columns: &[
        "connection",
        "connector",
        "connector_version",
        "component_sha256",
        "tenant",
        "sync",
        "started_at",
        "finished_at",
        "state",
        "asked_types",
        "asked_within",
        "gaps",
    ],
    cells: |row| {
        vec![
            text(&row.connection),
            text(&row.connector),
            text(&row.connector_version),
            text(&row.component_sha256),
            optional(row.tenant.as_ref()),
            row.id.0.to_string(),
            row.started_at.to_string(),
            time(row.finished_at),
            row.state.name().to_owned(),
            json(&row.asked.types),
            json(&row.asked.within),
            row.gaps.to_string(),
        ]
    },
};

pub(crate) const RESOURCES: Layout<ResourceRow> = Layout {
    columns: &[
        "connection",
        "type",
        "id",
        "name",
        "email",
        "status",
        "account_kind",
        "login",
        "parent_type",
        "parent_id",
        "managed_by",
        "created_at",
        "expires_at",
        "last_use_at",
        "last_use_using",
        "secret_owner_type",
        "secret_owner_id",
        "secret_redacted_value",
        "description",
        "traits",
        "emails",
        "aliases",
        "permissions",
        "attributes",
    ],
    cells: resource,
};

fn resource(row: &ResourceRow) -> Vec<String> {
    let [parent_type, parent_id] = named(row.parent.as_ref());
    let secret = row.secret.as_ref();
    let [owner_type, owner_id] = named(secret.and_then(|it| it.owner.as_ref()));
    let last_use = row.last_use.as_ref();
    vec![
        text(&row.connection),
        text(&row.resource_type),
        text(&row.id),
        text(&row.name),
        optional(primary_email(row)),
        text(&row.status),
        optional(row.account_kind.as_ref()),
        optional(row.login.as_ref()),
        parent_type,
        parent_id,
        text(&row.managed_by),
        time(row.created_at),
        time(row.expires_at),
        time(last_use.map(|it| it.at)),
        optional(last_use.map(|it| &it.using)),
        owner_type,
        owner_id,
        optional(secret.and_then(|it| it.redacted_value.as_ref())),
        optional(row.description.as_ref()),
        json(&row.traits),
        json(&row.emails),
        json(&row.aliases),
        json(&row.permissions),
        json(&row.attributes),
    ]
}

pub(crate) const ENTITLEMENTS: Layout<EntitlementRow> = Layout {
    columns: &[
        "connection",
        "id",
        "resource_type",
        "resource_id",
        "slug",
        "name",
        "purpose",
        "grantable_to",
        "exclusion_group",
        "exclusion_default",
        "description",
    ],
    cells: |row| {
        vec![
            text(&row.connection),
            text(&row.id),
            text(&row.resource_type),
            text(&row.resource_id),
            text(&row.slug),
            text(&row.name),
            text(&row.purpose),
            json(&row.grantable_to),
            optional(row.exclusion_group.as_ref()),
            optional(row.exclusion_default.map(flag)),
            optional(row.description.as_ref()),
        ]
    },
};

pub(crate) const GRANTS: Layout<GrantRow> = Layout {
    columns: &[
        "connection",
        "id",
        "entitlement_id",
        "resource_type",
        "resource_id",
        "slug",
        "principal_type",
        "principal_id",
        "principal_name",
        "directness",
        "pending",
        "immutable",
        "expires_at",
        "expands",
        "expands_deep",
        "sources",
    ],
    cells: |row| {
        vec![
            text(&row.connection),
            text(&row.id),
            text(&row.entitlement_id),
            text(&row.resource_type),
            text(&row.resource_id),
            text(&row.slug),
            text(&row.principal_type),
            text(&row.principal_id),
            optional(row.principal_name.as_ref()),
            text(&row.directness),
            flag(row.pending).to_owned(),
            optional(row.immutable.as_ref()),
            time(row.expires_at),
            json(&row.expands),
            optional(row.expands_deep.map(flag)),
            json(&row.sources),
        ]
    },
};

pub(crate) const EFFECTIVE: Layout<EffectiveRow> = Layout {
    columns: &[
        "connection",
        "entitlement_id",
        "resource_type",
        "resource_id",
        "slug",
        "principal_type",
        "principal_id",
        "effective",
        "direct",
        "grants",
    ],
    cells: |row| {
        vec![
            text(&row.connection),
            text(&row.entitlement_id),
            text(&row.resource_type),
            text(&row.resource_id),
            text(&row.slug),
            text(&row.principal_type),
            text(&row.principal_id),
            flag(row.effective).to_owned(),
            flag(row.direct).to_owned(),
            row.grants.to_string(),
        ]
    },
};

pub(crate) const GAPS: Layout<GapRow> = Layout {
    columns: &[
        "connection",
        "surface",
        "reason",
        "subject",
        "resource_type",
        "resource_id",
        "parent_type",
        "parent_id",
        "slug",
        "principal_type",
        "principal_id",
        "detail",
    ],
    cells: |row| {
        let scope = &row.scope;
        let [parent_type, parent_id] = named(scope.parent.as_ref());
        vec![
            text(&row.connection),
            text(&row.surface),
            text(&row.reason),
            optional(scope.subject.as_ref()),
            optional(scope.resource_type.as_ref()),
            optional(scope.resource_id.as_ref()),
            parent_type,
            parent_id,
            optional(scope.slug.as_ref()),
            optional(scope.principal_type.as_ref()),
            optional(scope.principal_id.as_ref()),
            text(&row.detail),
        ]
    },
};

/// The primary address, or the first one.
fn primary_email(row: &ResourceRow) -> Option<&str> {
    let email = row.emails.iter().find(|it| it.primary);
    email.or(row.emails.first()).map(|it| it.address.as_str())
}

fn named(resource: Option<&NamedResource>) -> [String; 2] {
    [
        optional(resource.map(|it| &it.resource_type)),
        optional(resource.map(|it| &it.id)),
    ]
}

fn time(moment: Option<Moment>) -> String {
    moment.map(|it| it.to_string()).unwrap_or_default()
}

fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
