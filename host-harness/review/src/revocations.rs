//! What follows from the decisions: which grants go, and which stay.

use std::collections::{BTreeMap, BTreeSet};

use governance_contract::changes::GrantChange;
use governance_contract::ids;
use governance_contract::model::{EntitlementReference, Reference, ResourceId};

use crate::columns::Decision;
use crate::decisions::{Choice, Review, Reviewed, Verdict};

/// A grant that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The line that says so.
    pub line: u64,
    /// In a few words, with the grant's id. Holds text from strangers.
    pub title: String,
    /// The grant's id.
    pub grant: String,
    /// The id of what is held.
    pub entitlement: String,
    /// Who holds it, as `type:id`.
    pub principal: String,
    /// Who decided, when and why.
    pub because: String,
    /// The change, from what the file alone knows.
    pub change: GrantChange,
}

impl Review {
    /// The grants that go, in the order of the file.
    pub fn revocations(&self) -> Vec<Revocation> {
        let decided = self
            .rows
            .iter()
            .filter_map(|row| Some((row, row.choice.as_ref()?)));
        let revoked = decided.filter(|(_, choice)| choice.verdict == Verdict::Revoke);
        revoked
            .map(|(row, choice)| revocation(row, choice))
            .collect()
    }

    /// The ids of all grants that are not to be revoked, with their lines.
    pub fn kept(&self) -> BTreeMap<String, u64> {
        let revoked: BTreeSet<_> = self.revocations().into_iter().map(|it| it.grant).collect();
        let rows = self.rows.iter().map(|it| (it.facts.grant(), it.line));
        rows.filter(|(grant, _)| !revoked.contains(grant)).collect()
    }
}

fn revocation(row: &Reviewed, choice: &Choice) -> Revocation {
    let (on, principal) = (row.facts.on(), row.facts.principal());
    let Decision {
        reviewer,
        reason,
        decided_at,
        ..
    } = &choice.words;
    let part = |link: &str, text: &str| match text {
        "" => String::new(),
        text => format!("{link}{text}"),
    };
    Revocation {
        line: row.line,
        title: format!("revoke {} ({})", row.facts.told(), row.facts.grant()),
        grant: row.facts.grant(),
        entitlement: ids::entitlement(&on, &row.facts.slug),
        principal: format!("{}:{}", principal.resource_type, principal.id),
        because: format!(
            "revoked by {reviewer}{}{}",
            part(" at ", decided_at),
            part(": ", reason)
        ),
        change: GrantChange {
            entitlement: EntitlementReference {
                resource: bare(on),
                slug: row.facts.slug.clone(),
            },
            principal: bare(principal),
            expires_at: None,
            hint: None,
        },
    }
}

fn bare(id: ResourceId) -> Reference {
    Reference {
        id,
        parent: None,
        hint: None,
    }
}
