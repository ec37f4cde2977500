//! Reading the rows of the views.

use governance_contract::ids;
use governance_contract::model::ResourceId;
use rusqlite::Row;
use rusqlite::types::Type;
use serde::de::DeserializeOwned;

use crate::{
    EntitlementRow, GapRow, GrantRow, LastUseRow, Moment, NamedResource, ResourceRow, ScopeRow,
    SecretRow,
};

/// A kind of row with the view that holds it.
pub(crate) trait Listed: Sized {
    /// The view of `schema.sql`.
    const VIEW: &'static str;
    /// An order that an index gives, so that nothing is gathered to be sorted.
    const ORDER: &'static str;
    /// Reads one.
    fn read(row: &Row<'_>) -> rusqlite::Result<Self>;
}

impl Listed for ResourceRow {
    const VIEW: &'static str = "current_resources";
    const ORDER: &'static str = "type, id";

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            connection: row.get("connection")?,
            resource_type: row.get("type")?,
            id: row.get("id")?,
            name: row.get("name")?,
            parent: named(row, "parent_type", "parent_id")?,
            traits: json(row, "traits")?,
            created_at: row.get("created_at")?,
            attributes: json(row, "attributes")?,
            description: row.get("description")?,
            status: row.get("status")?,
            managed_by: row.get("managed_by")?,
            expires_at: row.get("expires_at")?,
            last_use: last_use(row)?,
            account_kind: row.get("account_kind")?,
            login: row.get("login")?,
            emails: json(row, "emails")?,
            aliases: json(row, "aliases")?,
            permissions: json(row, "permissions")?,
            secret: secret(row)?,
        })
    }
}

impl Listed for EntitlementRow {
    const VIEW: &'static str = "current_entitlements";
    const ORDER: &'static str = "resource_type, resource_id, slug";

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            connection: row.get("connection")?,
            id: row.get("id")?,
            resource_type: row.get("resource_type")?,
            resource_id: row.get("resource_id")?,
            slug: row.get("slug")?,
            name: row.get("name")?,
            purpose: row.get("purpose")?,
            grantable_to: json(row, "grantable_to")?,
            exclusion_group: row.get("exclusion_group")?,
            description: row.get("description")?,
            exclusion_default: row.get("exclusion_default")?,
        })
    }
}

impl Listed for GrantRow {
    const VIEW: &'static str = "current_grants";
    const ORDER: &'static str = "resource_type, resource_id, slug, principal_type, principal_id";

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let principal = ResourceId {
            resource_type: row.get("principal_type")?,
            id: row.get("principal_id")?,
        };
        Ok(Self {
            connection: row.get("connection")?,
            id: row.get("id")?,
            entitlement_id: row.get("entitlement_id")?,
            expands: expands(row, &principal)?,
            principal_type: principal.resource_type,
            principal_id: principal.id,
            directness: row.get("directness")?,
            immutable: row.get("immutable")?,
            expands_deep: row.get("expands_deep")?,
            principal_name: row.get("principal_name")?,
            resource_type: row.get("resource_type")?,
            resource_id: row.get("resource_id")?,
            slug: row.get("slug")?,
            pending: row.get("pending")?,
            sources: json(row, "sources")?,
            expires_at: row.get("expires_at")?,
        })
    }
}

impl Listed for GapRow {
    const VIEW: &'static str = "current_gaps";
    const ORDER: &'static str = "surface, resource_type, resource_id, id";

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            connection: row.get("connection")?,
            surface: row.get("surface")?,
            scope: ScopeRow {
                subject: row.get("subject")?,
                resource_type: row.get("resource_type")?,
                resource_id: row.get("resource_id")?,
                parent: named(row, "parent_type", "parent_id")?,
                slug: row.get("slug")?,
                principal_type: row.get("principal_type")?,
                principal_id: row.get("principal_id")?,
            },
            reason: row.get("reason")?,
            detail: row.get("detail")?,
        })
    }
}

pub(crate) fn named(
    row: &Row<'_>,
    kind: &str,
    id: &str,
) -> rusqlite::Result<Option<NamedResource>> {
    let (kind, id): (Option<String>, Option<String>) = (row.get(kind)?, row.get(id)?);
    Ok(kind
        .zip(id)
        .map(|(resource_type, id)| NamedResource { resource_type, id }))
}

fn last_use(row: &Row<'_>) -> rusqlite::Result<Option<LastUseRow>> {
    let (at, using): (Option<Moment>, Option<String>) =
        (row.get("last_use_at")?, row.get("last_use_using")?);
    Ok(at.zip(using).map(|(at, using)| LastUseRow { at, using }))
}

fn secret(row: &Row<'_>) -> rusqlite::Result<Option<SecretRow>> {
    if !row.get::<_, bool>("is_secret")? {
        return Ok(None);
    }
    let owner = named(row, "secret_owner_type", "secret_owner_id")?;
    Ok(Some(SecretRow {
        owner,
        redacted_value: row.get("secret_redacted_value")?,
    }))
}

fn expands(row: &Row<'_>, principal: &ResourceId) -> rusqlite::Result<Vec<String>> {
    let slugs: Option<String> = row.get("expands_slugs")?;
    if slugs.is_none() {
        return Ok(Vec::new());
    }
    let slugs: Vec<String> = json(row, "expands_slugs")?;
    Ok(slugs
        .iter()
        .map(|slug| ids::entitlement(principal, slug))
        .collect())
}

/// Reads a column that holds JSON.
pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into()))
}
