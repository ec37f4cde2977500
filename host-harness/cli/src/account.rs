//! `harness account`: people, by e-mail address.

use std::io::Write;

use anyhow::Context;
use clap::{Args, Subcommand};
use governance_host::connection::describe;
use governance_host::contract::manifest::{Description, ResourceTrait, ResourceType};
use governance_host::provision::desired::{Attributes, Desired};
use governance_host::settings::Settings;

use crate::change::{OneArguments, one};
use crate::connect;
use crate::exit::{Exit, Refused};

/// Invite people, and end their accounts
#[derive(Debug, Args)]
pub(crate) struct AccountArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Create an account, or invite somebody where the service asks people first
    #[command(after_help = "\
Example:
  harness account create ada@example.com --role reader --project Alpha=member --provisioning=create")]
    Create {
        /// The e-mail address
        #[arg(value_name = "EMAIL")]
        email: String,

        /// What people call the account
        #[arg(long)]
        name: Option<String>,

        /// Something to hold from the start, as in `harness grant`; may be repeated
        #[arg(long = "entitlement", value_name = "ENTITLEMENT")]
        entitlements: Vec<String>,

        /// A role to hold: short for an entitlement of the one type of roles
        /// that belong to nothing else; may be repeated
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,

        /// A place to be in: short for an entitlement of the one type of
        /// containers, such as projects; may be repeated
        #[arg(long = "project", value_name = "NAME=SLUG", value_parser = place)]
        places: Vec<(String, String)>,

        /// The type of account, where there are several
        #[arg(long = "type", value_name = "TYPE")]
        resource_type: Option<String>,

        #[command(flatten)]
        one: OneArguments,
    },
    /// End an account, or take an invitation back
    #[command(after_help = "\
Example:
  harness account delete ada@example.com --plan")]
    Delete {
        /// An e-mail address, an id or a name
        #[arg(value_name = "WHO")]
        who: String,

        #[command(flatten)]
        one: OneArguments,
    },
    /// Send an invitation again
    #[command(after_help = "\
Example:
  harness account resend ada@example.com --provisioning=create")]
    Resend {
        /// The e-mail address, or the invitation's id
        #[arg(value_name = "WHO")]
        who: String,

        #[command(flatten)]
        one: OneArguments,
    },
}

fn place(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((place, slug)) if !place.is_empty() && !slug.is_empty() => {
            Ok((place.to_owned(), slug.to_owned()))
        }
        _ => Err("expected NAME=SLUG, such as Alpha=member".to_owned()),
    }
}

pub(crate) async fn run(
    arguments: AccountArguments,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    match arguments.what {
        What::Create {
            email,
            name,
            mut entitlements,
            roles,
            places,
            resource_type,
            one,
        } => {
            if !roles.is_empty() || !places.is_empty() {
                let loaded = connect::load(&one.change.connect).await?;
                let description = describe(&loaded, &Settings::default()).await?;
                entitlements.extend(short_forms(&description, &roles, &places)?);
            }
            let desired = Desired::CreateAccount {
                email,
                resource_type,
                name,
                entitlements,
                attributes: Attributes::new(),
            };
            one::run(&one, desired, stdout).await
        }
        What::Delete { who, one } => {
            let attributes = Attributes::new();
            let desired = Desired::DeleteResource {
                of: who,
                attributes,
            };
            one::run(&one, desired, stdout).await
        }
        What::Resend { who, one } => {
            one::run(&one, Desired::ResendInvitation { of: who }, stdout).await
        }
    }
}

/// What `--role` and `--project` are short for.
fn short_forms(
    description: &Description,
    roles: &[String],
    places: &[(String, String)],
) -> anyhow::Result<Vec<String>> {
    let mut forms = Vec::new();
    if !roles.is_empty() {
        let kind = only_type(description, ResourceTrait::Role).context("cannot use --role")?;
        forms.extend(roles.iter().map(|role| format!("{kind}:{role}")));
    }
    if !places.is_empty() {
        let kind = only_type(description, ResourceTrait::Scope).context("cannot use --project")?;
        let named = places.iter();
        forms.extend(named.map(|(place, slug)| format!("{kind}:{place}:{slug}")));
    }
    Ok(forms)
}

/// The one type with this trait whose resources belong to no other.
fn only_type(description: &Description, wanted: ResourceTrait) -> Result<&str, Refused> {
    let types = &description.resource_types;
    let is_child = |id: &String| types.iter().any(|it| it.children.contains(id));
    let fits = |it: &&ResourceType| it.traits.contains(&wanted) && !is_child(&it.id);
    let fitting: Vec<_> = types.iter().filter(fits).map(|it| it.id.as_str()).collect();
    match fitting.as_slice() {
        [only] => Ok(only),
        several => Err(Refused {
            exit: Exit::Usage,
            message: match several.is_empty() {
                true => format!("this connector has no {}", wanted.name()),
                false => format!("it may mean any of: {}", several.join(", ")),
            },
            hint: "use --entitlement TYPE:THING:SLUG".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::{description, resource_type};

    use super::*;

    fn with(id: &str, is: ResourceTrait, children: &[&str]) -> ResourceType {
        ResourceType {
            traits: vec![is],
            children: children.iter().map(|it| (*it).to_owned()).collect(),
            ..resource_type(id)
        }
    }

    #[test]
    fn short_forms_follow_from_what_the_connector_declares() {
        let description = description(vec![
            with("org_role", ResourceTrait::Role, &[]),
            with("place", ResourceTrait::Scope, &["place_role"]),
            with("place_role", ResourceTrait::Role, &[]),
        ]);
        let roles = ["owner".to_owned()];
        let places = [("A=b".to_owned(), "member".to_owned())];
        let forms = short_forms(&description, &roles, &places).unwrap();
        assert_eq!(forms, ["org_role:owner", "place:A=b:member"]);
    }

    #[test]
    fn what_could_mean_several_types_is_refused() {
        let types = ["role", "duty"].map(|id| with(id, ResourceTrait::Role, &[]));
        let error = only_type(&description(types.to_vec()), ResourceTrait::Role).unwrap_err();
        assert_eq!(error.message, "it may mean any of: role, duty");
        let error = only_type(&description(Vec::new()), ResourceTrait::Scope).unwrap_err();
        assert_eq!(error.message, "this connector has no scope");
    }

    #[test]
    fn a_place_is_split_at_its_last_sign() {
        assert_eq!(place("A=b=member"), Ok(("A=b".into(), "member".into())));
        assert!(place("Alpha").is_err());
        assert!(place("=member").is_err());
    }
}
