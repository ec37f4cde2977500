//! How a call ends badly, and whose turn it is then.

use std::fmt;
use std::time::Instant;

use governance_contract::bounds::Violation;
use governance_contract::faults::{self, Delivery, ErrorKind, Party};
use governance_store::StoreError;

use crate::egress::Trouble;
use crate::instance::Breach;
use crate::pace::HeldBack;
use crate::policy::Refusal;

/// Who has to act on an error. Exit codes go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// What was asked for does not exist.
    Usage,
    /// Settings, files, or what the operator allows.
    Configuration,
    /// The credential, or what it may do.
    Credential,
    /// The service, the network, or the component.
    Service,
    /// What is so in the service stands against what was asked for.
    State,
}

/// Who has to act on an error of the store.
pub(crate) fn store_fault(error: &StoreError) -> Fault {
    match error.fault() {
        governance_store::Fault::Caller => Fault::Usage,
        governance_store::Fault::Credential => Fault::Credential,
        governance_store::Fault::File => Fault::Configuration,
    }
}

/// A call of a component that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The connector says so.
    Connector {
        /// What it says.
        error: Box<faults::Error>,
        /// What the host knows of it besides.
        trouble: Option<Trouble>,
    },
    /// A request was not sent, since its route is not free, and the call was
    /// ended.
    HeldBack(HeldBack),
    /// The component broke a limit, or broke.
    Breach(Breach),
    /// Its answer breaks the contract.
    Contract(Violation),
}

impl CallError {
    /// The connector's kind of error, if the connector told one.
    pub fn kind(&self) -> Option<&ErrorKind> {
        match self {
            Self::Connector { error, .. } => Some(&error.kind),
            _ => None,
        }
    }

    /// The refusal that led to it, if the host refused a request.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Connector {
                trouble: Some(Trouble::Refused(refusal)),
                ..
            } => Some(refusal),
            _ => None,
        }
    }

    /// As an outcome tells it.
    pub(crate) fn to_contract(&self) -> faults::Error {
        match self {
            Self::Connector { error, .. } => faults::Error {
                message: self.to_string(),
                hint: self.hint(),
                ..(**error).clone()
            },
            Self::HeldBack(held) => {
                let wait = held.wait(Instant::now()).as_millis();
                let wait = u64::try_from(wait).unwrap_or(u64::MAX);
                self.told(ErrorKind::RateLimited(Some(wait)), Delivery::NotSent)
            }
            Self::Breach(_) | Self::Contract(_) => {
                self.told(ErrorKind::UnreadableResponse, Delivery::Answered)
            }
        }
    }

    /// What the host itself tells.
    fn told(&self, kind: ErrorKind, delivery: Delivery) -> faults::Error {
        faults::Error {
            party: Party::Service,
            kind,
            message: self.to_string(),
            hint: self.hint(),
            surface: None,
            http_status: None,
            code: None,
            request_id: None,
            delivery,
        }
    }

    /// Who has to act.
    pub fn fault(&self) -> Fault {
        let Self::Connector { error, .. } = self else {
            return Fault::Service;
        };
        if let Some(refusal) = self.refusal() {
            return refusal.fault();
        }
        match &error.kind {
            ErrorKind::Unauthenticated | ErrorKind::PermissionDenied(_) | ErrorKind::NotInPlan => {
                Fault::Credential
            }
            ErrorKind::InvalidInput(_) => Fault::Configuration,
            ErrorKind::Unsupported => Fault::Usage,
            _ => match error.party {
                Party::Caller => Fault::Configuration,
                Party::Credential => Fault::Credential,
                Party::Service | Party::Network => Fault::Service,
            },
        }
    }

    /// What the operator can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connector { error, trouble } => match trouble {
                Some(trouble) => trouble.hint().or_else(|| error.hint.clone()),
                None => error.hint.clone(),
            },
            Self::HeldBack(_) => Some("try again when the route is free".into()),
            Self::Breach(breach) => Some(breach.hint()),
            Self::Contract(_) => Some("report this to the connector's author".into()),
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeldBack(held) => held.fmt(out),
            Self::Breach(breach) => breach.fmt(out),
            Self::Contract(violation) => {
                write!(
                    out,
                    "the component's answer breaks the contract: {violation}"
                )
            }
            Self::Connector {
                trouble: Some(Trouble::Refused(refusal)),
                ..
            } => refusal.fmt(out),
            Self::Connector { error, trouble } => {
                write!(out, "{}", error.message)?;
                if let Some(Trouble::Failed { text, .. }) = trouble {
                    write!(out, ": {text}")?;
                }
                details(error, out)
            }
        }
    }
}

/// What a service's support asks for.
fn details(error: &faults::Error, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let details = [
        error.http_status.map(|status| format!("HTTP {status}")),
        error.code.as_ref().map(|code| format!("code {code}")),
        error.request_id.as_ref().map(|id| format!("request {id}")),
    ];
    let details: Vec<_> = details.into_iter().flatten().collect();
    match details.is_empty() {
        true => Ok(()),
        false => write!(out, " ({})", details.join(", ")),
    }
}

impl std::error::Error for CallError {}
