//! The surfaces of the API: families of routes that one scope opens, and that
//! a plan has or has not.
//!
//! | surface | scope to read | scope to change | what is known |
//! |---|---|---|---|
//! | users, invites, projects, project users, service accounts, admin keys | `api.management.read` | `api.management.write` | documented |
//! | groups, their users, groups of projects | `api.groups.read` | `api.groups.write` | documented as permissions of roles |
//! | project keys | `api.organization.projects.api_keys.read` | `….write` | documented as permissions of roles |
//! | roles, assignments | `api.roles.read` | `api.roles.write` | the names are not documented |
//! | audit logs | `api.audit_logs.read` | | documented |

use axum::http::Method;

/// A family of routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Surface {
    /// Users of the organization.
    Users,
    /// Invitations.
    Invites,
    /// Projects themselves.
    Projects,
    /// Users of projects.
    ProjectUsers,
    /// Service accounts of projects, and making keys of theirs.
    ServiceAccounts,
    /// API keys of projects.
    ProjectKeys,
    /// Groups in projects.
    ProjectGroups,
    /// Groups themselves.
    Groups,
    /// Users of groups.
    GroupUsers,
    /// Role definitions of the organization.
    Roles,
    /// Role definitions of projects.
    ProjectRoles,
    /// Role assignments of users and groups in the organization.
    Assignments,
    /// Role assignments of users and groups in projects.
    ProjectAssignments,
    /// Admin keys.
    AdminKeys,
    /// The audit log.
    AuditLogs,
}

impl Surface {
    /// The surface of a path template; `None` for a path that no route has.
    pub(crate) fn of(template: &str) -> Option<Self> {
        let rest = template.strip_prefix("/v1/")?;
        let mut parts = rest.split('/').filter(|part| !part.starts_with('{'));
        let words = [parts.next(), parts.next(), parts.next()];
        Some(match words.map(Option::unwrap_or_default) {
            ["organization", "users", ""] => Self::Users,
            ["organization", "users" | "groups", "roles"] => Self::Assignments,
            ["organization", "invites", ""] => Self::Invites,
            ["organization", "roles", ""] => Self::Roles,
            ["organization", "groups", ""] => Self::Groups,
            ["organization", "groups", "users"] => Self::GroupUsers,
            ["organization", "admin_api_keys", ""] => Self::AdminKeys,
            ["organization", "audit_logs", ""] => Self::AuditLogs,
            ["organization", "projects", "" | "archive"] => Self::Projects,
            ["organization", "projects", "users"] => Self::ProjectUsers,
            ["organization", "projects", "service_accounts"] => Self::ServiceAccounts,
            ["organization", "projects", "api_keys"] => Self::ProjectKeys,
            ["organization", "projects", "groups"] => Self::ProjectGroups,
            ["projects", "roles", ""] => Self::ProjectRoles,
            ["projects", "users" | "groups", "roles"] => Self::ProjectAssignments,
            _ => return None,
        })
    }

    /// The scope that a request on this surface needs.
    pub(crate) fn scope(self, method: &Method) -> String {
        let family = match self {
            Self::Users
            | Self::Invites
            | Self::Projects
            | Self::ProjectUsers
            | Self::ServiceAccounts
            | Self::AdminKeys => "api.management",
            Self::Groups | Self::GroupUsers | Self::ProjectGroups => "api.groups",
            Self::ProjectKeys => "api.organization.projects.api_keys",
            Self::Roles | Self::ProjectRoles | Self::Assignments | Self::ProjectAssignments => {
                "api.roles"
            }
            Self::AuditLogs => "api.audit_logs",
        };
        let effect = match *method {
            Method::GET | Method::HEAD => "read",
            _ => "write",
        };
        format!("{family}.{effect}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_on_the_surface_that_its_scope_opens() {
        let cases = [
            ("/v1/organization/users/{user_id}", "api.management.read"),
            (
                "/v1/organization/users/{user_id}/roles/{role_id}",
                "api.roles.read",
            ),
            (
                "/v1/organization/projects/{project_id}/archive",
                "api.management.read",
            ),
            (
                "/v1/organization/projects/{project_id}/groups",
                "api.groups.read",
            ),
            (
                "/v1/organization/projects/{project_id}/api_keys/{api_key_id}",
                "api.organization.projects.api_keys.read",
            ),
            ("/v1/organization/audit_logs", "api.audit_logs.read"),
            (
                "/v1/projects/{project_id}/roles/{role_id}",
                "api.roles.read",
            ),
            (
                "/v1/projects/{project_id}/groups/{group_id}/roles",
                "api.roles.read",
            ),
        ];
        for (template, scope) in cases {
            let surface = Surface::of(template).unwrap();
            assert_eq!(surface.scope(&Method::GET), scope, "{template}");
        }
        assert_eq!(Surface::of("/v1/organization"), None);
        assert_eq!(
            Surface::Users.scope(&Method::DELETE),
            "api.management.write"
        );
    }
}
