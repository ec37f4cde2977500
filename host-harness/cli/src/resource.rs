//! `harness resource`: groups, projects, roles, keys and all else that there is.

use std::io::Write;

use clap::{Args, Subcommand};
use governance_host::provision::desired::{Attributes, Desired};
use serde_json::Value;

use crate::change::{OneArguments, one};
use crate::exit::Exit;

/// Create, change and delete what access is about
#[derive(Debug, Args)]
pub(crate) struct ResourceArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Create a resource
    #[command(after_help = "\
Example:
  harness resource create service_account deployer --parent project:Alpha --provisioning=create")]
    Create {
        /// The type; `harness inspect` lists them
        #[arg(value_name = "TYPE")]
        resource_type: String,

        /// What people are to call it
        #[arg(value_name = "NAME")]
        name: String,

        /// What it is to belong to: an id or a name
        #[arg(long, value_name = "PARENT")]
        parent: Option<String>,

        #[command(flatten)]
        attributes: AttributeArguments,

        #[command(flatten)]
        one: OneArguments,
    },
    /// Change a resource's name or other values
    #[command(after_help = "\
Example:
  harness resource update group:Engineers --name Engineering --provisioning=create,remove")]
    Update {
        /// The resource: TYPE:ID, TYPE:NAME or TYPE:PARENT/NAME
        #[arg(value_name = "WHAT")]
        what: String,

        /// Its new name
        #[arg(long)]
        name: Option<String>,

        #[command(flatten)]
        attributes: AttributeArguments,

        #[command(flatten)]
        one: OneArguments,
    },
    /// Delete a resource, or archive it where the service only does that
    #[command(after_help = "\
Example:
  harness resource delete api_key:Alpha/deploy --plan")]
    Delete {
        /// The resource: TYPE:ID, TYPE:NAME or TYPE:PARENT/NAME
        #[arg(value_name = "WHAT")]
        what: String,

        /// Also where the connector cannot tell that it is safe
        #[arg(long)]
        force: bool,

        #[command(flatten)]
        one: OneArguments,
    },
}

#[derive(Debug, Args)]
struct AttributeArguments {
    /// A value that the connector takes with this change; the same key again
    /// makes a list, and a value that starts with `[` is JSON
    #[arg(
        long = "attribute",
        alias = "set-attribute",
        value_name = "KEY=VALUE",
        value_parser = attribute
    )]
    attributes: Vec<(String, Value)>,
}

fn attribute(text: &str) -> Result<(String, Value), String> {
    let (key, value) = match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => (key, value),
        _ => return Err("expected KEY=VALUE".to_owned()),
    };
    let value = match value.starts_with('[') {
        true => serde_json::from_str(value).map_err(|_| "the value is no JSON list".to_owned())?,
        false => Value::from(value),
    };
    Ok((key.to_owned(), value))
}

impl AttributeArguments {
    fn into_attributes(self) -> Attributes {
        let mut attributes = Attributes::new();
        for (key, value) in self.attributes {
            let value = match attributes.remove(&key) {
                None => value,
                Some(Value::Array(mut earlier)) => {
                    earlier.push(value);
                    earlier.into()
                }
                Some(earlier) => vec![earlier, value].into(),
            };
            attributes.insert(key, value);
        }
        attributes
    }
}

pub(crate) async fn run(
    arguments: ResourceArguments,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let (one, desired) = match arguments.what {
        What::Create {
            resource_type,
            name,
            parent,
            attributes,
            one,
        } => {
            let desired = Desired::CreateResource {
                resource_type,
                name,
                parent,
                attributes: attributes.into_attributes(),
            };
            (one, desired)
        }
        What::Update {
            what,
            name,
            attributes,
            one,
        } => {
            let desired = Desired::UpdateResource {
                of: what,
                name,
                attributes: attributes.into_attributes(),
            };
            (one, desired)
        }
        What::Delete { what, force, one } => {
            let mut attributes = Attributes::new();
            if force {
                attributes.insert("force".to_owned(), true.into());
            }
            let desired = Desired::DeleteResource {
                of: what,
                attributes,
            };
            (one, desired)
        }
    };
    one::run(&one, desired, stdout).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_are_texts_and_lists_of_them() {
        let given = ["a=1", "b=x=y", "c=1", "c=2", "c=3", "d=[]", "e="];
        let attributes = given.iter().map(|it| attribute(it).unwrap()).collect();
        let attributes = AttributeArguments { attributes }.into_attributes();
        let expected = json!({"a": "1", "b": "x=y", "c": ["1", "2", "3"], "d": [], "e": ""});
        assert_eq!(Value::Object(attributes), expected);
        for wrong in ["a", "=1", "a=[1"] {
            assert!(attribute(wrong).is_err(), "{wrong}");
        }
    }
}
