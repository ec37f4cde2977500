//! The figures of a report: what it comes to in numbers, whatever its size.
//! `harness report --json` prints them.

use governance_store::SyncRow;
use serde::Serialize;

use crate::Severity;

/// All figures.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// The sync that says so.
    pub sync: SyncRow,
    /// What it holds, as one short text; see the store's `digest`.
    pub digest: String,
    /// Nothing was left out. Otherwise what is not here may be all the same.
    pub is_complete: bool,
    /// Accounts by kind and status.
    pub accounts: Vec<AccountFigure>,
    /// Resources by type, accounts too.
    pub resources: Vec<Counted>,
    /// How many entitlements there are.
    pub entitlements: u64,
    /// Grants, as the service told them.
    pub grants: GrantFigures,
    /// What accounts hold, by the type of what it is held on.
    pub access: Vec<AccessFigure>,
    /// Accounts that own something: that hold an entitlement with which one may
    /// give access to others.
    pub owners: u64,
    /// Credentials that the service issued.
    pub secrets: SecretFigures,
    /// Rules with findings, by severity.
    pub findings: Vec<(Severity, u64)>,
    /// What changed since the sync before. None: there is none.
    pub changes: Option<Vec<ChangeFigure>>,
    /// How much of it the page tells one by one.
    pub told: Told,
}

/// Accounts of one kind and status.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AccountFigure {
    /// `human`, `service` or `not-told`.
    pub kind: String,
    /// `active`, `disabled`, `pending`, `archived` or `not-told`.
    pub status: String,
    /// How many there are.
    pub count: u64,
}

/// How many there are of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// What.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// Grants by how the service tells them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct GrantFigures {
    /// Given to the principal itself.
    pub direct: u64,
    /// Held through something else.
    pub inherited: u64,
    /// The service does not tell.
    pub not_told: u64,
    /// Of all these, those that give no access yet.
    pub pending: u64,
}

/// What accounts hold on resources of one type: pairs of account and entitlement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AccessFigure {
    /// The resources' type.
    pub resource_type: String,
    /// Held by a direct grant, and effective.
    pub direct: u64,
    /// Held through something else only, or in a way that the service does not
    /// tell, and effective.
    pub indirect: u64,
    /// Held without effect: the account is disabled, or what it is held on ended.
    pub not_effective: u64,
    /// Of all these, ownership.
    pub ownership: u64,
}

/// Credentials that the service issued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SecretFigures {
    /// All.
    pub count: u64,
    /// Past their end when the sync was read.
    pub expired: u64,
    /// Without an end.
    pub without_end: u64,
    /// Of which no use is told.
    pub no_use_told: u64,
}

/// Differences of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeFigure {
    /// `added`, `removed`, `ended`, `accepted`, `archived`, `changed`,
    /// `unknown-before` or `unknown-after`.
    pub change: &'static str,
    /// Resources that differ in this way.
    pub resources: u64,
    /// Entitlements.
    pub entitlements: u64,
    /// Grants.
    pub grants: u64,
}

/// How much the page tells one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Accounts in the matrix.
    pub accounts: u64,
    /// Accounts that there are.
    pub of_accounts: u64,
    /// What these accounts hold.
    pub access: u64,
    /// What all accounts hold.
    pub of_access: u64,
}

impl Told {
    /// Whether nothing was left out.
    pub fn is_all(&self) -> bool {
        self.accounts == self.of_accounts && self.access == self.of_access
    }
}

impl Figures {
    /// Accounts that there are.
    pub fn account_count(&self) -> u64 {
        self.accounts.iter().map(|it| it.count).sum()
    }
}
