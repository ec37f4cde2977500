//! Roles that can be held, in the organization or in one project: the
//! predefined ones and custom ones.

use super::{Collection, Identified, Organization, OrganizationRole, Predefined, Reason, Refusal};

/// A role of the scope that `P` is predefined for. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Role<P> {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) permissions: Vec<String>,
    /// The classic role that a predefined role is.
    pub(crate) predefined: Option<P>,
    /// `None` for predefined roles, which nobody made.
    pub(crate) created_at: Option<u64>,
    pub(crate) updated_at: Option<u64>,
    /// The id of the user who made it.
    pub(crate) created_by: Option<String>,
}

/// What a custom role is made of.
#[derive(Clone, Debug)]
pub(crate) struct RoleRequest {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) permissions: Vec<String>,
}

impl<P> Identified for Role<P> {
    fn id(&self) -> &str {
        &self.id
    }
}

impl<P: Predefined> Role<P> {
    fn predefined(role: P, scope: &str) -> Self {
        let permissions = role.permissions().iter();
        Self {
            id: role.id_in(scope),
            name: role.title().to_owned(),
            description: Some(role.description().to_owned()),
            permissions: permissions.map(|&text| text.to_owned()).collect(),
            predefined: Some(role),
            created_at: None,
            updated_at: None,
            created_by: None,
        }
    }

    pub(super) fn custom(id: String, request: RoleRequest, created_at: u64) -> Self {
        Self {
            id,
            name: request.name,
            description: request.description,
            permissions: request.permissions,
            predefined: None,
            created_at: Some(created_at),
            updated_at: Some(created_at),
            created_by: None,
        }
    }
}

impl<P: Predefined> Collection<Role<P>> {
    /// The roles that everything of that scope has.
    pub(super) fn predefined(scope: &str) -> Self {
        let roles = P::EVERY.iter();
        roles.map(|&role| Role::predefined(role, scope)).collect()
    }

    /// The role of that id, or of that short alias.
    pub(crate) fn named(&self, id: &str, scope: &str) -> Result<&Role<P>, Refusal> {
        let mut every = P::EVERY.iter();
        let aliased = every.find(|role| role.alias() == id);
        let bound = aliased.map(|role| role.id_in(scope));
        self.get(bound.as_deref().unwrap_or(id))
            .ok_or_else(|| Reason::NoSuchRole(id.to_owned()).not_found())
    }
}

impl Organization {
    /// The organization role of that id, or of that short alias.
    pub(crate) fn role(&self, id: &str) -> Result<&Role<OrganizationRole>, Refusal> {
        self.roles.named(id, &self.id)
    }

    /// Adds a custom organization role, and answers its id.
    pub(crate) fn add_role(&mut self, request: RoleRequest, created_at: u64) -> String {
        let id = self.new_id("role_");
        self.roles
            .add(Role::custom(id.clone(), request, created_at));
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_found_by_its_id_and_by_its_alias() {
        let organization = Organization::new(1);
        for role in OrganizationRole::ALL {
            for id in [role.id_in(&organization.id), role.alias()] {
                let found = organization.role(&id).unwrap();
                assert_eq!(found.predefined, Some(role));
                assert_eq!(found.id, role.id_in(&organization.id));
            }
        }
    }

    #[test]
    fn a_role_of_another_organization_is_not_found() {
        let foreign = OrganizationRole::Owner.id_in("org-other");
        for id in [foreign.as_str(), "owner", "Owner", ""] {
            let refusal = Organization::new(1).role(id).unwrap_err();
            assert_eq!(refusal, Reason::NoSuchRole(id.to_owned()).not_found());
        }
    }
}
