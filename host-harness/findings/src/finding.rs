//! What is found, and what cannot be told.

use governance_store::{Asked, GapRow, LastUseRow, Moment, NamedResource, SyncRow};
use serde::Serialize;

use crate::exception::Exception;
use crate::words::Severity;

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Its id within the type.
    pub id: String,
    /// What people call it: text from strangers.
    pub name: String,
    /// Its addresses, the primary one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    /// The resource that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<NamedResource>,
}

/// What is known of the subject, and of what the rule looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Its state.
    pub status: String,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// The last sign of use. None: none is told.
    pub last_use: Option<LastUseRow>,
    /// When it ends. None: no end is told.
    pub expires_at: Option<Moment>,
    /// The account that a secret acts as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<NamedResource>,
    /// What people call that account, if it is there: text from strangers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    /// The ids of the entitlements of which it has grants, and that the rule asks
    /// for or that lead to such; at most [`ENTITLEMENTS_TOLD`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entitlements: Vec<String>,
    /// How many there are of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entitlement_count: Option<u64>,
    /// How many accounts hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holders: Option<u64>,
}

/// How many entitlements are told of one finding.
pub const ENTITLEMENTS_TOLD: usize = 20;

/// How many subjects and gaps are told of what cannot be told.
pub const EXAMPLES_TOLD: usize = 10;

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub subject: Subject,
    /// What is known.
    pub facts: Facts,
    /// By which exception it does not count.
    pub exception: Option<Exception>,
}

/// What of a rule cannot be told. While there is any, that nothing is found does
/// not mean that all is well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// How many subjects are there of which nobody can tell.
    pub subjects: u64,
    /// The first of them; at most [`EXAMPLES_TOLD`].
    pub examples: Vec<Subject>,
    /// How many gaps leave open whether there are more, or what these hold.
    pub gap_count: u64,
    /// The first of them; at most [`EXAMPLES_TOLD`].
    pub gaps: Vec<GapRow>,
    /// What the sync was asked for, if that was not everything.
    pub asked: Option<Asked>,
}

impl Unknown {
    /// All can be told.
    pub fn is_nothing(&self) -> bool {
        self.subjects == 0 && self.gap_count == 0 && self.asked.is_none()
    }
}

/// What a rule came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleSummary {
    /// The rule's id.
    pub rule: String,
    /// How much its findings matter.
    pub severity: Severity,
    /// What its findings are.
    pub title: String,
    /// Why it matters, and what to do.
    pub explanation: String,
    /// How many findings count.
    pub found: u64,
    /// How many do not, by an exception.
    pub excepted: u64,
    /// What cannot be told.
    pub unknown: Unknown,
    /// The types that the rule names and the connector does not have.
    pub unknown_types: Vec<String>,
}

/// What all rules came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The sync that says so.
    pub sync: SyncRow,
    /// The time that days are counted from.
    pub at: Moment,
    /// The rules that were asked, in their order.
    pub rules: Vec<RuleSummary>,
    /// The exceptions that have expired and would take a finding else.
    pub expired: Vec<Exception>,
}

/// A rule with its findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleFindings {
    /// What the rule came to.
    #[serde(flatten)]
    pub summary: RuleSummary,
    /// By the subject's type and id, excepted ones too.
    pub findings: Vec<Finding>,
}

/// All findings of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// The sync that says so.
    pub sync: SyncRow,
    /// The time that days are counted from.
    pub at: Moment,
    /// The rules that were asked, in their order.
    pub rules: Vec<RuleFindings>,
    /// The exceptions that have expired and would take a finding else.
    pub expired: Vec<Exception>,
}
