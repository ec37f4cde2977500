//! Why a request was not let out, with the line that would allow it.

use std::net::IpAddr;

use super::origin::Origin;
use crate::error::Fault;
use crate::limits::Bound;

/// A request that the host did not send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The connector did not declare it.
    #[error("{method} {url} matches no route that the connector declares")]
    NoRoute {
        /// The HTTP method.
        method: String,
        /// The URL without its query.
        url: String,
    },
    /// The operator does not allow the origin.
    #[error("the origin {origin} is not allowed for this component")]
    Origin {
        /// The origin asked for.
        origin: Origin,
    },
    /// Changes are not enabled.
    #[error("the route `{route}` changes something, and changes are not enabled")]
    ReadOnly {
        /// The route's id.
        route: String,
    },
    /// The operator does not allow the credential.
    #[error("the credential `{credential}` is not allowed for this component")]
    Credential {
        /// The credential's id.
        credential: String,
    },
    /// The connector does not bind the credential to where the request goes.
    #[error("the connector does not declare that the credential `{credential}` goes to {origin}")]
    Unbound {
        /// The credential's id.
        credential: String,
        /// The origin asked for.
        origin: Origin,
    },
    /// The credential is to be presented in a way that the host does not know.
    #[error("the credential `{credential}` has the scheme `{scheme}`, which is not supported")]
    Scheme {
        /// The credential's id.
        credential: String,
        /// As the connector calls it.
        scheme: String,
    },
    /// The credential was not given.
    #[error("the credential `{credential}` is not set")]
    NoCredential {
        /// The credential's id.
        credential: String,
        /// The environment variable that it is usually given in.
        environment: Option<String>,
    },
    /// The host name leads into a network that is not public.
    #[error("{origin} leads to {address}, which is not a public address")]
    Address {
        /// The origin asked for.
        origin: Origin,
        /// The address that it resolved to.
        address: IpAddr,
    },
    /// The call made more requests than a call may.
    #[error("the call made too many requests ({bound})")]
    Requests {
        /// The limit `requests` or `change_requests`.
        bound: Bound,
    },
    /// A changing request of a plan, whose answer cannot be predicted: what
    /// follows depends on it.
    #[error("the answer to the route `{route}` cannot be predicted")]
    Unpredicted {
        /// The route's id.
        route: String,
    },
    /// A request body is larger than a request's may be.
    #[error("a request body is too large ({bound})")]
    RequestBody {
        /// The limit `request_body`.
        bound: Bound,
    },
    /// A replayed recording has no answer to it.
    #[error("the recording does not hold {request}: {why}")]
    NotRecorded {
        /// The method, the path with the query, and the body.
        request: String,
        /// Which recorded request is nearest, or how often it was recorded.
        why: String,
    },
}

impl Refusal {
    /// Who has to act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::NoCredential { .. } => Fault::Credential,
            Self::Unpredicted { .. } | Self::Requests { .. } | Self::RequestBody { .. } => {
                Fault::Service
            }
            _ => Fault::Configuration,
        }
    }

    /// What the operator can do, if the request is wanted.
    pub fn hint(&self) -> String {
        match self {
            Self::NoRoute { .. } => {
                "the connector has to declare the route; report this to its author".into()
            }
            Self::Unbound { .. } => {
                "the connector has to declare the base URL; report this to its author".into()
            }
            Self::Scheme { .. } => {
                "use a version of the harness that knows it, or ask the connector's author".into()
            }
            Self::Origin { origin } => format!(
                "to allow it, add to this component's entry in harness.toml: origins = [\"{origin}\"]"
            ),
            Self::ReadOnly { .. } => "this command only reads".into(),
            Self::Credential { credential } => format!(
                "to allow it, add to this component's entry in harness.toml: credentials = [\"{credential}\"]"
            ),
            Self::NoCredential {
                credential,
                environment: Some(variable),
            } => format!(
                "set the environment variable {variable}, or use {}",
                sources(credential)
            ),
            Self::NoCredential { credential, .. } => format!("use {}", sources(credential)),
            Self::Address { .. } => {
                "use a public host; a loopback address has to be given as the base URL itself"
                    .into()
            }
            Self::Unpredicted { .. } => "further steps depend on this one".into(),
            Self::NotRecorded { .. } => {
                "replay with the command, the options and the component that were recorded".into()
            }
            Self::Requests { bound } | Self::RequestBody { bound } => bound.hint(),
        }
    }
}

/// Where a credential can come from besides a variable.
fn sources(credential: &str) -> String {
    format!("--credential-file {credential}=FILE or --credential-command {credential}=COMMAND")
}
