//! Answers as programs read them: JSON Lines, each with its `kind`.
//!
//! | kind | is |
//! |---|---|
//! | `held` | that somebody holds something, with the ways |
//! | `pending` | what would be held if somebody acted |
//! | `secret` | a credential that acts as the account |
//! | `principal`, `entitlement` | the last line of each answer: what it is about, and what is unknown |
//!
//! An answer without its last line was cut off.

use governance_host::store::access::{Access, Entitlement, Held, Holders, Unknown};
use governance_host::store::{GrantRow, Labels, NamedResource, ResourceRow, SyncRow};
use serde::Serialize;

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Line<'a> {
    Held(HeldLine<'a>),
    Pending(&'a GrantRow),
    Secret(SecretLine<'a>),
    Principal(PrincipalLine<'a>),
    Entitlement(EntitlementLine<'a>),
}

#[derive(Serialize)]
pub(super) struct HeldLine<'a> {
    connection: &'a str,
    #[serde(flatten)]
    held: &'a Held,
    entitlement_name: Option<String>,
    /// What the role allows that it gives, as far as that is told.
    permissions: Vec<String>,
    /// It is a role that holds in every scope.
    everywhere: bool,
}

impl<'a> HeldLine<'a> {
    pub(super) fn line(
        connection: &'a str,
        labels: &mut Labels<'_>,
        held: &'a Held,
    ) -> anyhow::Result<Line<'a>> {
        let everywhere = labels.is_role_everywhere(&held.entitlement.resource)?;
        let label = labels.entitlement(&held.entitlement)?;
        Ok(Line::Held(Self {
            connection,
            held,
            entitlement_name: label.map(|it| it.name.clone()),
            permissions: label.map(|it| it.permissions.clone()).unwrap_or_default(),
            everywhere,
        }))
    }
}

#[derive(Serialize)]
pub(super) struct SecretLine<'a> {
    #[serde(flatten)]
    pub(super) secret: &'a ResourceRow,
    /// What the credential holds itself.
    pub(super) held: &'a [Held],
}

#[derive(Serialize)]
pub(super) struct PrincipalLine<'a> {
    connection: &'a str,
    sync: &'a SyncRow,
    principal: &'a NamedResource,
    principal_name: Option<&'a str>,
    status: Option<&'a str>,
    is_known: bool,
    held: usize,
    pending: usize,
    secrets: usize,
    complete: bool,
    unknown: &'a Unknown,
}

impl<'a> PrincipalLine<'a> {
    pub(super) fn line(
        access: &'a Access,
        row: Option<&'a ResourceRow>,
        secrets: usize,
    ) -> Line<'a> {
        Line::Principal(Self {
            connection: &access.sync.connection,
            sync: &access.sync,
            principal: &access.principal,
            principal_name: row.map(|it| it.name.as_str()),
            status: row.map(|it| it.status.as_str()),
            is_known: access.is_known,
            held: access.held.len(),
            pending: access.pending.len(),
            secrets,
            complete: access.unknown.is_nothing(),
            unknown: &access.unknown,
        })
    }
}

#[derive(Serialize)]
pub(super) struct EntitlementLine<'a> {
    connection: &'a str,
    sync: &'a SyncRow,
    entitlement: &'a Entitlement,
    entitlement_name: Option<String>,
    resource_name: Option<&'a str>,
    is_known: bool,
    held: u64,
    pending: usize,
    complete: bool,
    unknown: &'a Unknown,
}

impl<'a> EntitlementLine<'a> {
    pub(super) fn line(
        labels: &mut Labels<'_>,
        holders: &'a Holders,
        row: Option<&'a ResourceRow>,
    ) -> anyhow::Result<Line<'a>> {
        let label = labels.entitlement(&holders.entitlement)?;
        Ok(Line::Entitlement(Self {
            connection: &holders.sync.connection,
            sync: &holders.sync,
            entitlement: &holders.entitlement,
            entitlement_name: label.map(|it| it.name.clone()),
            resource_name: row.map(|it| it.name.as_str()),
            is_known: holders.is_known,
            held: holders.count,
            pending: holders.pending.len(),
            complete: holders.unknown.is_nothing(),
            unknown: &holders.unknown,
        }))
    }
}
