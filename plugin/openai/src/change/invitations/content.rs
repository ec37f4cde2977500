//! What an invitation carries: a role in the organization, and projects with a
//! role each.
//!
//! | entitlement | carried |
//! |---|---|
//! | `org_role:owner:assigned`, `org_role:reader:assigned` | yes; `reader` if none is asked for |
//! | `project:P:owner`, `project:P:member` | yes |
//! | `project:P:viewer`, custom roles, groups, all else | no: they are granted after acceptance |

use std::collections::BTreeMap;

use governance_guest::faults::invalid_input;
use governance_guest::gather::all_gathered;
use governance_guest::reading::Reading;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::EntitlementReference;
use serde_json::{Value, json};

use crate::predefined::Predefined;
use crate::project_predefined::ProjectPredefined;
use crate::{org_role, project};

/// What can be asked for.
const VALID: &str = "an invitation carries the organization role owner or reader, and projects \
    with the role owner or member; grant the rest after acceptance";

/// A role in the organization, and projects by their ids.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Content {
    /// The role, where one is told.
    pub role: Option<Predefined>,
    /// Each project's role.
    pub projects: BTreeMap<String, ProjectPredefined>,
}

impl Content {
    /// What an account is to hold from the start.
    ///
    /// # Errors
    /// `invalid-input` if an invitation cannot carry it.
    pub fn asked(entitlements: &[EntitlementReference]) -> Result<Self, Error> {
        let mut content = Self::default();
        for entitlement in entitlements {
            content.ask(entitlement)?;
        }
        Ok(content)
    }

    fn ask(&mut self, entitlement: &EntitlementReference) -> Result<(), Error> {
        let (of, slug) = (&entitlement.resource.id, entitlement.slug.as_str());
        let before = match (of.resource_type.as_str(), slug) {
            (org_role::TYPE, org_role::ASSIGNED) => {
                let (role, _) = Predefined::of_id(&of.id).ok_or_else(|| refused(entitlement))?;
                let before = self.role.replace(role);
                before.is_some_and(|before| before != role)
            }
            (project::TYPE, _) => {
                let role = invitable(slug).ok_or_else(|| refused(entitlement))?;
                let before = self.projects.insert(of.id.clone(), role);
                before.is_some_and(|before| before != role)
            }
            _ => return Err(refused(entitlement)),
        };
        match before {
            true => Err(twice(entitlement)),
            false => Ok(()),
        }
    }

    /// What the invitation of this row carries; None if that is more than an
    /// invitation is known to carry.
    #[must_use]
    pub fn carried(row: &Value) -> Option<Self> {
        let role = Predefined::of(row.text("role")?)?;
        let projects = row.list("projects").unwrap_or_default().iter();
        let carried = |it: &Value| {
            let role = ProjectPredefined::of_name(it.text("role")?)?;
            Some((it.text("id")?.to_owned(), role))
        };
        Some(Self {
            role: Some(role),
            projects: all_gathered(projects.map(carried))?,
        })
    }

    /// The role that somebody gets, whether or not one is asked for.
    #[must_use]
    pub fn role(&self) -> Predefined {
        self.role.unwrap_or(Predefined::Reader)
    }

    /// Whether an invitation with the one is as good as one with the other.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.role() == other.role() && self.projects == other.projects
    }

    /// The body of a request for such an invitation. Without `projects` the
    /// service would take its default project \[S].
    #[must_use]
    pub fn body(&self, email: &str) -> Value {
        let projects = self.projects.iter();
        let projects: Vec<Value> = projects
            .map(|(id, role)| json!({ "id": id, "role": role.name() }))
            .collect();
        json!({ "email": email, "role": self.role().name(), "projects": projects })
    }
}

/// The role of a project that an invitation can carry.
fn invitable(slug: &str) -> Option<ProjectPredefined> {
    [ProjectPredefined::Owner, ProjectPredefined::Member]
        .into_iter()
        .find(|role| role.name() == slug)
}

fn refused(entitlement: &EntitlementReference) -> Error {
    let message = format!("an invitation cannot carry {}", written(entitlement));
    Error {
        hint: Some(VALID.to_owned()),
        ..invalid_input("entitlements", &message)
    }
}

fn twice(entitlement: &EntitlementReference) -> Error {
    let message = format!(
        "another role than {} is asked for, too",
        written(entitlement)
    );
    Error {
        hint: Some("one has one role in the organization, and one in each project".to_owned()),
        ..invalid_input("entitlements", &message)
    }
}

fn written(entitlement: &EntitlementReference) -> String {
    let of = &entitlement.resource.id;
    format!("{}:{}:{}", of.resource_type, of.id, entitlement.slug)
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
