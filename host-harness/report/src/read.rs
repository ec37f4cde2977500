//! Reading a report from the database.

use governance_store::{GapFilter, GapRow, Store, StoreError, SyncRow};

use crate::accounts::{Account, Accounts};
use crate::changes::Changes;
use crate::holdings::{Gathering, Holdings};
use crate::inventory::Inventory;
use crate::label::label;
use crate::page::GAPS_TOLD;
use crate::{Counted, Figures, Finding, Severity, Shown};

/// How many of the accounts that hold most are told.
const LARGEST: usize = 10;

/// What the current sync of a connection holds, ready to be shown.
#[derive(Debug)]
pub struct Report {
    /// What it comes to in numbers.
    pub figures: Figures,
    /// The first gaps, as they are.
    pub(crate) gaps: Vec<GapRow>,
    pub(crate) findings: Option<Vec<Finding>>,
    pub(crate) changes: Option<Changes>,
    pub(crate) holdings: Holdings,
    pub(crate) largest: Vec<Account>,
    pub(crate) shown: Shown,
}

impl Report {
    /// Reads the current sync of a connection. Findings are those of the caller;
    /// none: nobody looked for any, which the page says.
    ///
    /// # Errors
    /// An unknown connection, one without a finished sync, and SQLite's failures.
    pub fn read(
        store: &Store,
        connection: &str,
        findings: Option<Vec<Finding>>,
        shown: Shown,
    ) -> Result<Self, StoreError> {
        store.at_one_moment(|| {
            let sync = store.current_sync(Some(connection))?;
            Self::of(store, &sync, findings.as_deref(), shown)
        })
    }

    fn of(
        store: &Store,
        sync: &SyncRow,
        findings: Option<&[Finding]>,
        shown: Shown,
    ) -> Result<Self, StoreError> {
        let inventory = Inventory::read(store, sync, shown)?;
        let accounts = Accounts::read(store, sync, &inventory)?;
        let told = accounts.told();
        let changes = Changes::read(store, sync, &inventory)?;
        let findings = findings.map(|all| all.iter().map(|it| visible(it, shown)).collect());
        Ok(Self {
            figures: Figures {
                digest: store.digest(sync.id)?,
                is_complete: sync.gaps == 0 && sync.asked.is_everything(),
                accounts: accounts.by_kind(),
                resources: counted(&inventory),
                entitlements: inventory.entitlement_count(),
                grants: inventory.grants,
                access: accounts.access(),
                owners: accounts.owners(),
                secrets: inventory.secrets,
                findings: by_severity(findings.as_deref()),
                changes: changes.as_ref().map(|it| it.figures.clone()),
                told: accounts.share(&told),
                sync: sync.clone(),
            },
            gaps: first_gaps(store, sync)?,
            holdings: Gathering::new(&inventory).read(store, sync, &told)?,
            largest: accounts.largest(LARGEST),
            findings,
            changes,
            shown,
        })
    }
}

fn counted(inventory: &Inventory) -> Vec<Counted> {
    let counts = inventory.counts().into_iter();
    let counts = counts.map(|(name, count)| Counted {
        name: name.to_owned(),
        count,
    });
    counts.collect()
}

fn by_severity(findings: Option<&[Finding]>) -> Vec<(Severity, u64)> {
    let Some(findings) = findings else {
        return Vec::new();
    };
    let count = |severity| {
        let found = findings
            .iter()
            .filter(|it| it.severity == severity && !it.subjects.is_empty());
        found.count() as u64
    };
    Severity::ALL.map(|it| (it, count(it))).to_vec()
}

fn first_gaps(store: &Store, sync: &SyncRow) -> Result<Vec<GapRow>, StoreError> {
    let mut gaps = Vec::new();
    let filter = GapFilter {
        connection: Some(sync.connection.clone()),
        resource_type: None,
    };
    store.gaps(&filter, |gap| {
        if gaps.len() < GAPS_TOLD {
            gaps.push(gap);
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(gaps)
}

fn visible(finding: &Finding, shown: Shown) -> Finding {
    Finding {
        subjects: finding.subjects.iter().map(|it| label(shown, it)).collect(),
        unknown: finding.unknown.as_ref().map(|it| label(shown, it)),
        rule: label(shown, &finding.rule),
        title: label(shown, &finding.title),
        explanation: shown(&finding.explanation),
        severity: finding.severity,
    }
}
