//! `harness revoke`

use std::io::Write;

use clap::Args;
use governance_host::provision::desired::{ById, Desired, Held, Revoked};

use crate::change::{OneArguments, one};
use crate::exit::Exit;

/// Take an entitlement from somebody
///
/// Named either by the grant's id, as `harness list grants --json` shows it, or
/// by the entitlement and who holds it, as in `harness grant`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness revoke project:Alpha:member ada@example.com --plan
  harness revoke group:group_1:member:user:user_1 --provisioning=remove")]
pub(crate) struct RevokeArguments {
    /// The grant; or what to take, if somebody is named too
    #[arg(value_name = "GRANT|ENTITLEMENT")]
    what: String,

    /// Who holds it: an id, an e-mail address or a name
    #[arg(value_name = "PRINCIPAL")]
    principal: Option<String>,

    #[command(flatten)]
    one: OneArguments,
}

pub(crate) async fn run(
    arguments: RevokeArguments,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let revoked = match arguments.principal {
        Some(principal) => Revoked::Held(Held {
            entitlement: arguments.what,
            principal,
        }),
        None => Revoked::Grant(ById {
            grant: arguments.what,
        }),
    };
    one::run(&arguments.one, Desired::Revoke(revoked), stdout).await
}
