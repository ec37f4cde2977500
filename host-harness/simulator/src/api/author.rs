//! Who asks, to be named in the audit log. The check of the key hands it on
//! with the request.

use axum::extract::Extension;

use crate::organization::{Action, Grant, Organization, Predefined, Scope};

/// The author of a request, as an argument of an endpoint.
pub(super) type By = Extension<Author>;

/// The key that asks, and when.
#[derive(Clone, Debug)]
pub(super) struct Author {
    /// The id of the key.
    pub(super) key: String,
    /// Unix seconds, by the organization's clock.
    pub(super) now: u64,
}

/// A role that is assigned or taken: its id, and the kind and the id of who
/// holds it.
pub(super) struct Assignee<'a> {
    pub(super) role: &'a str,
    pub(super) kind: &'static str,
    pub(super) id: &'a str,
}

impl Author {
    /// Logs what was done in no project.
    pub(super) fn did(&self, organization: &mut Organization, target: &str, action: Action) {
        organization.log_of_key((&self.key, self.now), None, target, action);
    }

    /// Logs what was done in a project.
    pub(super) fn did_in(
        &self,
        organization: &mut Organization,
        project: &str,
        target: &str,
        action: Action,
    ) {
        organization.log_of_key((&self.key, self.now), Some(project), target, action);
    }

    /// Logs that a role was assigned or taken: in the project, or else in the
    /// organization.
    pub(super) fn granted<P: Predefined>(
        &self,
        organization: &mut Organization,
        project: Option<&str>,
        assignee: &Assignee<'_>,
        action: fn(Grant) -> Action,
    ) {
        // The form of the id is the documented one.
        let target = format!("role_assignment_{}_{}", assignee.role, assignee.id);
        let grant = Grant {
            principal: assignee.id.to_owned(),
            principal_type: assignee.kind,
            scope: Scope::of::<P>(project.unwrap_or(&organization.id)),
        };
        let by = (self.key.as_str(), self.now);
        organization.log_of_key(by, project, &target, action(grant));
    }
}

impl<'a> Assignee<'a> {
    pub(super) fn user(role: &'a str, id: &'a str) -> Self {
        let kind = "user";
        Self { role, kind, id }
    }

    pub(super) fn group(role: &'a str, id: &'a str) -> Self {
        let kind = "group";
        Self { role, kind, id }
    }
}
