//! Changes as people write them: one to a line, with names for what they mean.
//!
//! | `change` | further keys |
//! |---|---|
//! | `grant` | `entitlement`, `principal` |
//! | `revoke` | `entitlement` and `principal`, or `grant` |
//! | `create-account` | `email`; may have `type`, `name`, `entitlements`, `attributes` |
//! | `set-account-status` | `of`, `status` (`active` or `disabled`) |
//! | `create-resource` | `type`, `name`; may have `parent`, `attributes` |
//! | `update-resource` | `of`; `name`, `attributes` or both |
//! | `delete-resource` | `of`; may have `attributes` |
//! | `resend-invitation` | `of` |
//!
//! In JSON Lines each line is one object of these keys. In CSV the keys are the
//! header; an empty cell counts as not given, `entitlements` are separated by
//! `;`, and `attributes` is a JSON object. Other keys are refused: what they
//! were meant to say would be lost silently.

use std::fmt;
use std::path::Path;

use governance_contract::manifest::ChangeKind;
use governance_contract::model::Status;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Values of the fields that a connector declares for a change.
pub type Attributes = Map<String, Value>;

/// One change as people write it. What it names is found by [`crate::naming`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the table above says what the keys mean")]
pub enum Desired {
    Grant {
        entitlement: String,
        principal: String,
    },
    Revoke(Revoked),
    CreateAccount {
        email: String,
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        resource_type: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        entitlements: Vec<String>,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        attributes: Attributes,
    },
    SetAccountStatus {
        of: String,
        status: AccountStatus,
    },
    CreateResource {
        #[serde(rename = "type")]
        resource_type: String,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<String>,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        attributes: Attributes,
    },
    UpdateResource {
        of: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        attributes: Attributes,
    },
    DeleteResource {
        of: String,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        attributes: Attributes,
    },
    ResendInvitation {
        of: String,
    },
}

/// What to take away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a revocation has either `grant`, or `entitlement` and `principal`"
)]
pub enum Revoked {
    /// A grant, by its id.
    Grant(ById),
    /// What a principal holds.
    Held(Held),
}

/// A grant by its id, as `harness list grants` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ById {
    /// The id.
    pub grant: String,
}

/// An entitlement, and who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// What is held.
    pub entitlement: String,
    /// Who holds it.
    pub principal: String,
}

/// The states that an account can be put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named as in the contract")]
pub enum AccountStatus {
    Active,
    Disabled,
}

impl From<AccountStatus> for Status {
    fn from(status: AccountStatus) -> Self {
        match status {
            AccountStatus::Active => Self::Active,
            AccountStatus::Disabled => Self::Disabled,
        }
    }
}

impl Desired {
    /// The contract's kind of change.
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::Grant { .. } => ChangeKind::Grant,
            Self::Revoke(_) => ChangeKind::Revoke,
            Self::CreateAccount { .. } => ChangeKind::CreateAccount,
            Self::SetAccountStatus { .. } => ChangeKind::SetAccountStatus,
            Self::CreateResource { .. } => ChangeKind::CreateResource,
            Self::UpdateResource { .. } => ChangeKind::UpdateResource,
            Self::DeleteResource { .. } => ChangeKind::DeleteResource,
            Self::ResendInvitation { .. } => ChangeKind::ResendInvitation,
        }
    }

    /// What is wrong with it in itself.
    fn problem(&self) -> Option<&'static str> {
        let nothing_to_change = matches!(
            self,
            Self::UpdateResource { name: None, attributes, .. } if attributes.is_empty()
        );
        nothing_to_change.then_some("an update has `name`, `attributes` or both")
    }
}

/// As a person would say it. Holds text from strangers.
impl fmt::Display for Desired {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grant {
                entitlement,
                principal,
            } => write!(out, "grant {entitlement} to {principal}"),
            Self::Revoke(Revoked::Grant(ById { grant })) => write!(out, "revoke {grant}"),
            Self::Revoke(Revoked::Held(held)) => {
                write!(out, "revoke {} from {}", held.entitlement, held.principal)
            }
            Self::CreateAccount { email, .. } => write!(out, "create account {email}"),
            Self::SetAccountStatus { of, status } => {
                write!(out, "set account {of} to {}", Status::from(*status).name())
            }
            Self::CreateResource {
                resource_type,
                name,
                parent,
                ..
            } => {
                write!(out, "create {resource_type} {name}")?;
                parent.iter().try_for_each(|it| write!(out, " in {it}"))
            }
            Self::UpdateResource { of, .. } => write!(out, "update {of}"),
            Self::DeleteResource { of, .. } => write!(out, "delete {of}"),
            Self::ResendInvitation { of } => write!(out, "resend invitation {of}"),
        }
    }
}

/// How a file of changes is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// A header, then one change a row.
    Csv,
}

impl Format {
    /// The format that a file's name ends in.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_lowercase();
        match extension.as_str() {
            "jsonl" | "ndjson" | "json" => Some(Self::JsonLines),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// A change, and the line that it begins on, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line.
    pub number: u64,
    /// The change.
    pub desired: Desired,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// The line, counted from 1.
    pub number: u64,
    /// What is wrong.
    pub problem: String,
}

/// A file with lines that are no changes: all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {} no change that can be made", .0.len(), if .0.len() == 1 { "line is" } else { "lines are" })]
pub struct Malformed(pub Vec<Bad>);

/// Reads a file's changes.
///
/// # Errors
/// Every line that is no change.
pub fn parse(bytes: &[u8], format: Format) -> Result<Vec<Line>, Malformed> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = match format {
        Format::JsonLines => json_lines(bytes),
        Format::Csv => rows(bytes),
    };
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (number, result) in lines {
        match result {
            Ok(desired) => good.push(Line { number, desired }),
            Err(problem) => bad.push(Bad { number, problem }),
        }
    }
    match bad.is_empty() {
        true => Ok(good),
        false => Err(Malformed(bad)),
    }
}

type Parsed = (u64, Result<Desired, String>);

fn json_lines(bytes: &[u8]) -> Vec<Parsed> {
    let lines = bytes.split(|byte| *byte == b'\n').zip(1..);
    lines
        .filter(|(line, _)| !line.trim_ascii().is_empty())
        .map(|(line, number)| {
            let desired = serde_json::from_slice(line).map_err(|error| without_place(&error));
            (number, desired.and_then(judged))
        })
        .collect()
}

fn rows(bytes: &[u8]) -> Vec<Parsed> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let header = match reader.headers().map_err(|error| row_problem(&error)) {
        Ok(header) => header.clone(),
        Err(problem) => return vec![(1, Err(problem))],
    };
    if header.is_empty() {
        return Vec::new();
    }
    if let Some(problem) = header_problem(&header) {
        return vec![(1, Err(problem))];
    }
    let mut parsed = Vec::new();
    loop {
        let mut record = csv::StringRecord::new();
        match reader.read_record(&mut record) {
            Ok(false) => return parsed,
            Ok(true) => parsed.push((line_of(&record), row(&header, &record))),
            Err(error) => {
                let number = error.position().map_or(0, csv::Position::line);
                parsed.push((number, Err(row_problem(&error))));
            }
        }
    }
}

fn line_of(record: &csv::StringRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

/// The columns that there are: the keys of all kinds of change.
const COLUMNS: [&str; 11] = [
    "change",
    "entitlement",
    "principal",
    "grant",
    "type",
    "email",
    "name",
    "entitlements",
    "parent",
    "of",
    "status",
];
const ATTRIBUTES: &str = "attributes";
const ENTITLEMENTS: &str = "entitlements";

fn header_problem(header: &csv::StringRecord) -> Option<String> {
    let known = |column: &str| COLUMNS.contains(&column) || column == ATTRIBUTES;
    if let Some(unknown) = header.iter().find(|column| !known(column)) {
        let columns = COLUMNS.join(", ");
        return Some(format!(
            "`{unknown}` is no column; there are: {columns}, {ATTRIBUTES}"
        ));
    }
    let twice = |column: &&str| header.iter().filter(|it| it == column).count() > 1;
    if let Some(column) = header.iter().find(twice) {
        return Some(format!("the column `{column}` is there twice"));
    }
    let missing = !header.iter().any(|column| column == "change");
    missing.then(|| "there is no column `change`".to_owned())
}

fn row(header: &csv::StringRecord, record: &csv::StringRecord) -> Result<Desired, String> {
    let mut object = Map::new();
    let given = header
        .iter()
        .zip(record)
        .filter(|(_, cell)| !cell.is_empty());
    for (column, cell) in given {
        let value = match column {
            ENTITLEMENTS => texts(cell),
            ATTRIBUTES => serde_json::from_str(cell)
                .map_err(|_| "`attributes` is no JSON object".to_owned())?,
            _ => Value::from(cell),
        };
        object.insert(column.to_owned(), value);
    }
    let desired = serde_json::from_value(Value::Object(object));
    desired
        .map_err(|error| without_place(&error))
        .and_then(judged)
}

fn texts(cell: &str) -> Value {
    let parts = cell.split(';').map(str::trim);
    parts.filter(|part| !part.is_empty()).collect()
}

fn judged(desired: Desired) -> Result<Desired, String> {
    match desired.problem() {
        Some(problem) => Err(problem.to_owned()),
        None => Ok(desired),
    }
}

fn row_problem(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("it has {len} cells, and the header has {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        _ => "it is no row of CSV".to_owned(),
    }
}

/// The message without serde's own line and column, which count within the line.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(place) => text[..place].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests;
