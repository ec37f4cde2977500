//! `harness grant`

use std::io::Write;

use clap::Args;
use governance_host::provision::desired::Desired;

use crate::change::{OneArguments, one};
use crate::exit::Exit;

/// Give somebody an entitlement
///
/// An entitlement is `TYPE:THING:SLUG`, such as `project:Alpha:member`; the slug
/// may be left out where there is only one, as in `org_role:owner`. Things and
/// people are named by id, e-mail address or unique name, which are looked up in
/// the service; `type:parent/name` names what belongs to something.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  harness grant project:Alpha:member ada@example.com --plan
  harness grant org_role:owner ada@example.com --provisioning=create
  harness grant project:Alpha:member service_account:Alpha/deployer --provisioning=create")]
pub(crate) struct GrantArguments {
    /// What to give
    #[arg(value_name = "ENTITLEMENT")]
    entitlement: String,

    /// Who is to hold it: an id, an e-mail address or a name
    #[arg(value_name = "PRINCIPAL")]
    principal: String,

    #[command(flatten)]
    one: OneArguments,
}

pub(crate) async fn run(arguments: GrantArguments, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let desired = Desired::Grant {
        entitlement: arguments.entitlement,
        principal: arguments.principal,
    };
    one::run(&arguments.one, desired, stdout).await
}
