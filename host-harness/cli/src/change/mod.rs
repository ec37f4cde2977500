//! What the commands that change something have in common: their options, and
//! the way from what people write to what comes of it.

pub(crate) mod one;
pub(crate) mod record;
pub(crate) mod session;
pub(crate) mod shown;

use std::path::PathBuf;

use clap::Args;
use governance_host::provision::operation::Provisioning;

use crate::arguments::ConnectArguments;

/// Options of every command that changes something.
#[derive(Debug, Clone, Args)]
pub(crate) struct ChangeArguments {
    #[command(flatten)]
    pub(crate) connect: ConnectArguments,

    /// The name of this use of the connector; each has its own organization
    #[arg(
        long,
        value_name = "NAME",
        env = "GOVERNANCE_CONNECTION",
        default_value = "default"
    )]
    pub(crate) connection: String,

    /// The database with the journal of changes; made if it is not there
    #[arg(
        long,
        alias = "database",
        value_name = "FILE",
        env = "GOVERNANCE_DB",
        default_value = crate::connect::DATABASE
    )]
    pub(crate) db: PathBuf,

    /// What may be changed: `create`, `remove`, or both separated by a comma
    /// [default: what harness.toml enables, else nothing]
    #[arg(long, value_name = "OPERATIONS", env = "GOVERNANCE_PROVISIONING")]
    pub(crate) provisioning: Option<Provisioning>,

    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    /// The ticket that asks for it, for the journal
    #[arg(long, value_name = "ID")]
    pub(crate) ticket: Option<String>,

    /// How many seconds to wait before looking whether an unanswered change
    /// arrived [default: what the connector declares]
    #[arg(long, value_name = "SECONDS", env = "GOVERNANCE_SETTLE_WAIT")]
    pub(crate) settle_wait: Option<u64>,

    /// Print JSON: one object for each change
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of a command that makes one change.
#[derive(Debug, Clone, Args)]
pub(crate) struct OneArguments {
    #[command(flatten)]
    pub(crate) change: ChangeArguments,

    /// Show what would be sent and what would come of it; change nothing
    #[arg(long)]
    pub(crate) plan: bool,
}
