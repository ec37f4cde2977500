//! Values that say nothing yet, to be completed with `..`.

use crate::changes::{Completion, Outcome};
use crate::connector::Page;
use crate::model::Scope;

/// The scope that nothing narrows: all facts.
impl Default for Scope {
    fn default() -> Self {
        Self {
            subject: None,
            resource_type: None,
            resource_id: None,
            parent: None,
            slug: None,
            principal_type: None,
            principal_id: None,
        }
    }
}

/// The page that tells nothing, and ends its listing.
impl Default for Page {
    fn default() -> Self {
        Self {
            resources: Vec::new(),
            entitlements: Vec::new(),
            grants: Vec::new(),
            gaps: Vec::new(),
            next: Vec::new(),
            tenant: None,
            notes: Vec::new(),
        }
    }
}

impl Outcome {
    /// The outcome that tells nothing more than how the change ended.
    pub fn of(completion: Completion) -> Self {
        Self {
            completion,
            effects: Vec::new(),
            resources: Vec::new(),
            held: Vec::new(),
            replaced: Vec::new(),
            remaining: Vec::new(),
            consequences: Vec::new(),
            secrets: Vec::new(),
            request_ids: Vec::new(),
            notes: Vec::new(),
        }
    }
}
