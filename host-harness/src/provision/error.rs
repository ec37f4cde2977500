//! Why a change was not made, and whose turn it is then. Nothing was changed.

use std::io;

use governance_contract::faults::ErrorKind;
use governance_store::StoreError;

use super::operation::NotEnabled;
use super::plan::PlanError;
use super::protect::{Touched, WrongEntry};
use crate::error::{CallError, Fault, store_fault};

/// A change that was not made.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// A call failed before anything was changed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The operator did not enable it.
    #[error(transparent)]
    NotEnabled(#[from] NotEnabled),
    /// It would touch a protected principal.
    #[error(transparent)]
    Protected(#[from] Touched),
    /// The operator's `protect` cannot be read.
    #[error(transparent)]
    Protect(#[from] WrongEntry),
    /// Whose a protected address is cannot be found out.
    #[error("whose protected address `{email}` is cannot be found out: {detail}")]
    Unfindable {
        /// The address.
        email: String,
        /// What keeps it from being read.
        detail: String,
    },
    /// A saved plan cannot be used.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A saved plan is of something else.
    #[error("the plan is of {0}")]
    OtherPlan(String),
    /// A saved plan does not say any more what would be done.
    #[error("the state has moved on since the plan was made: {}", .0.join("; "))]
    MovedOn(Vec<String>),
    /// The lock of a guard failed.
    #[error("the guard `{guard}` cannot be locked")]
    Guard {
        /// Its name, as the connector declares it.
        guard: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What is to be done cannot be put on record.
    #[error("the journal cannot be written, and nothing is changed without it")]
    Journal(#[from] StoreError),
}

impl ProvisionError {
    /// Who has to act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Call(error) => match error.kind() {
                Some(ErrorKind::Precondition | ErrorKind::Conflict) => Fault::State,
                Some(ErrorKind::InvalidInput(_) | ErrorKind::NotFound) => Fault::Usage,
                _ => error.fault(),
            },
            Self::Journal(error) => store_fault(error),
            Self::Plan(_) | Self::OtherPlan(_) => Fault::Usage,
            Self::MovedOn(_) => Fault::State,
            Self::NotEnabled(_) | Self::Protected(_) | Self::Protect(_) | Self::Guard { .. } => {
                Fault::Configuration
            }
            Self::Unfindable { .. } => Fault::Credential,
        }
    }

    /// What the operator can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Call(error) => return error.hint(),
            Self::Journal(error) => return error.hint().map(Into::into),
            Self::NotEnabled(error) => error.hint(),
            Self::Protected(_) => {
                "`protect` in the configuration names who is not to be touched".into()
            }
            Self::Protect(_) => {
                "write an address such as ada@example.org, or an id as `harness list` shows it"
                    .into()
            }
            Self::Unfindable { .. } => {
                "use a credential that may read accounts, or protect it by its id".into()
            }
            Self::Plan(_) | Self::OtherPlan(_) | Self::MovedOn(_) => {
                "make a new plan with --plan, and read it before you apply it".into()
            }
            Self::Guard { .. } => "check the permissions beside the database".into(),
        })
    }
}
