//! Names that name nothing, or too much.

use governance_contract::model::{Resource, ResourceId};

use crate::error::{CallError, Fault};

/// A thing that a name may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its type.
    pub resource_type: String,
    /// Its id.
    pub id: String,
    /// What people call it: text from strangers.
    pub name: String,
    /// What it belongs to.
    pub parent: Option<ResourceId>,
}

impl From<&Resource> for Candidate {
    fn from(resource: &Resource) -> Self {
        Self {
            resource_type: resource.id.resource_type.clone(),
            id: resource.id.id.clone(),
            name: resource.name.clone(),
            parent: resource.parent.clone(),
        }
    }
}

/// A name that does not lead to one thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamingError {
    /// It has none of the forms that names have.
    #[error("`{wanted}` names nothing: {problem}")]
    Form {
        /// The name.
        wanted: String,
        /// What is wrong with it.
        problem: String,
        /// What can be done.
        hint: String,
    },
    /// All was read, and there is no such thing.
    #[error("there is no `{wanted}` among {}", .searched.join(", "))]
    NotFound {
        /// The name.
        wanted: String,
        /// Where it was looked for.
        searched: Vec<String>,
        /// What is called nearly so.
        near: Vec<Candidate>,
    },
    /// Several things bear the name.
    #[error("`{wanted}` may mean {} things", .candidates.len())]
    Ambiguous {
        /// The name.
        wanted: String,
        /// All of them.
        candidates: Vec<Candidate>,
    },
    /// Not all could be read, so that nobody knows what else bears the name.
    #[error("it is not known what `{wanted}` means, since not all could be read: {}", .missing.join("; "))]
    Incomplete {
        /// The name.
        wanted: String,
        /// What could not be read, and why.
        missing: Vec<String>,
        /// What was found all the same.
        candidates: Vec<Candidate>,
    },
    /// The call that looks it up failed.
    #[error("cannot look up `{wanted}`")]
    Call {
        /// The name.
        wanted: String,
        /// Why.
        #[source]
        error: Box<CallError>,
    },
}

impl NamingError {
    /// Who has to act.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Form { .. } | Self::NotFound { .. } | Self::Ambiguous { .. } => Fault::Usage,
            Self::Incomplete { .. } => Fault::Credential,
            Self::Call { error, .. } => error.fault(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Form { hint, .. } => Some(hint.clone()),
            Self::NotFound { near, .. } if near.is_empty() => Some(
                "what belongs to something else is named with it, as in `api_key:Alpha/deploy`; \
                 `harness inspect` lists the types"
                    .to_owned(),
            ),
            Self::NotFound { .. } => Some("nearly so are called:".to_owned()),
            Self::Ambiguous { .. } => {
                Some("name one of these by its id, with its type:".to_owned())
            }
            Self::Incomplete { .. } => Some(
                "name it by its id, with its type in front, or give the credential what it lacks"
                    .to_owned(),
            ),
            Self::Call { error, .. } => error.hint(),
        }
    }

    /// What it may mean, or nearly does.
    pub fn candidates(&self) -> &[Candidate] {
        match self {
            Self::NotFound {
                near: candidates, ..
            }
            | Self::Ambiguous { candidates, .. }
            | Self::Incomplete { candidates, .. } => candidates,
            Self::Form { .. } | Self::Call { .. } => &[],
        }
    }

    /// A failed call on the way to a name.
    pub(super) fn call(wanted: &str, error: CallError) -> Self {
        Self::Call {
            wanted: wanted.to_owned(),
            error: Box::new(error),
        }
    }
}
