//! The commands, and the options that several of them share.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::access::AccessArguments;
use crate::account::AccountArguments;
use crate::apply::ApplyArguments;
use crate::check::CheckArguments;
use crate::conformance::ConformanceArguments;
use crate::diff::DiffArguments;
use crate::export::ExportArguments;
use crate::findings::FindingsArguments;
use crate::grant::GrantArguments;
use crate::inspect::InspectArguments;
use crate::journal::JournalArguments;
use crate::list::ListArguments;
use crate::report::ReportArguments;
use crate::resource::ResourceArguments;
use crate::review::ReviewArguments;
use crate::revoke::RevokeArguments;
use crate::simulate::SimulateArguments;
use crate::sync::SyncArguments;

/// Run governance connectors in a sandbox: see and change who has access to what
#[derive(Debug, Parser)]
#[command(name = "harness", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  differences, or findings, where --exit-code asks for it
  2  wrong usage
  3  wrong configuration
  4  credential or permission
  5  service or network
  6  done with gaps
  7  a change is done in part, or nobody knows whether it is done
  8  a change was refused as things stand, or some of a batch failed
  9  the connector breaks a rule of the contract
  10 interrupted by Ctrl-C or a request to terminate; what was read is kept

Examples:
  harness simulate --port 8080
  OPENAI_ADMIN_KEY=… harness sync
  harness list accounts --json
  harness grant project:Alpha:member ada@example.com --plan";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what a component is and what it asks for
    Inspect(InspectArguments),
    /// Test the connection: one line for each part of the service's API
    Check(CheckArguments),
    /// Hold a connector to the rules of the contract
    Conformance(ConformanceArguments),
    /// Read who has access to what into the database
    Sync(SyncArguments),
    /// List what the last sync read
    List(ListArguments),
    /// Show what somebody can reach, or who can reach something
    Access(AccessArguments),
    /// Show what changed between two syncs
    Diff(DiffArguments),
    /// Show what somebody should look at
    Findings(FindingsArguments),
    /// Write what the last sync read into files for other programs
    Export(ExportArguments),
    /// Write an access review as one page that any browser opens
    Report(ReportArguments),
    /// Give somebody an entitlement
    Grant(GrantArguments),
    /// Take an entitlement from somebody
    Revoke(RevokeArguments),
    /// Invite people, and end their accounts
    Account(AccountArguments),
    /// Create, change and delete what access is about
    Resource(ResourceArguments),
    /// Make all changes of a file
    Apply(ApplyArguments),
    /// Show what was changed, by whom, and what became of it
    Journal(JournalArguments),
    /// Review access in a file: export it, decide, apply the decisions
    Review(ReviewArguments),
    /// Serve a simulated OpenAI organization
    Simulate(SimulateArguments),
}

/// The database that a command asks.
#[derive(Debug, Clone, Args)]
pub(crate) struct Database {
    /// The database
    #[arg(
        long,
        alias = "database",
        value_name = "FILE",
        env = "GOVERNANCE_DB",
        default_value = crate::connect::DATABASE
    )]
    pub(crate) db: PathBuf,
}

/// Which database to ask, about what, and how to print.
#[derive(Debug, Clone, Args)]
pub(crate) struct DatabaseArguments {
    #[command(flatten)]
    pub(crate) file: Database,

    /// Only this connection [default: all]
    #[arg(long, value_name = "NAME", env = "GOVERNANCE_CONNECTION")]
    pub(crate) connection: Option<String>,

    /// Print JSON Lines: one object for each row
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which component to run, and with what.
#[derive(Debug, Clone, Args)]
pub(crate) struct ConnectArguments {
    /// A component file to run in place of the built-in connector
    ///
    /// It gets no credential and reaches nothing unless harness.toml allows it;
    /// `harness inspect --component FILE` prints the entry to add.
    #[arg(long, value_name = "FILE", env = "GOVERNANCE_COMPONENT")]
    pub(crate) component: Option<PathBuf>,

    /// The built-in connector to run
    #[arg(
        long,
        value_name = "NAME",
        env = "GOVERNANCE_CONNECTOR",
        default_value = builtin_connectors::DEFAULT
    )]
    pub(crate) connector: String,

    /// A setting of the connector; `harness inspect` lists them with their
    /// environment variables
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,

    /// A file that holds the credential; with several credentials ID=FILE
    ///
    /// Without it the environment variable that the connector names is read.
    #[arg(
        long = "credential-file",
        value_name = "[ID=]FILE",
        env = "GOVERNANCE_CREDENTIAL_FILE"
    )]
    pub(crate) credential_files: Vec<String>,

    /// A command that prints the credential; with several credentials ID=COMMAND
    ///
    /// Run without a shell: its words are separated by spaces, and no quotes are
    /// read. For others use credential-command in harness.toml.
    #[arg(
        long = "credential-command",
        value_name = "[ID=]COMMAND",
        env = "GOVERNANCE_CREDENTIAL_COMMAND"
    )]
    pub(crate) credential_commands: Vec<String>,

    /// Certificate authorities, in PEM form, to trust besides the platform's
    /// [default: ca-file of harness.toml]
    #[arg(long, value_name = "FILE", env = "GOVERNANCE_CA_FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// What the operator allows components
    #[arg(
        long,
        value_name = "FILE",
        env = "GOVERNANCE_CONFIG",
        default_value = "harness.toml"
    )]
    pub(crate) config: PathBuf,

    /// Where compiled components are kept; must be writable by you alone
    /// [default: governance-harness in the user's cache directory]
    #[arg(long, value_name = "DIRECTORY", env = "GOVERNANCE_CACHE")]
    pub(crate) cache: Option<PathBuf>,

    /// Write what the component asks and gets into a new file
    ///
    /// It holds neither credentials nor secrets that a change makes, but the
    /// service's data about people: see --anonymize.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,

    /// Replace e-mail addresses, names and ids of people in the recording
    #[arg(long, requires = "record")]
    pub(crate) anonymize: bool,

    /// Answer from a recording in place of the service, with no network
    ///
    /// The settings are the recorded ones; no credential is needed. What is kept
    /// needs a database of its own, named with --db. A request that was not
    /// recorded ends the command with exit code 3.
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}
