//! Organization roles. Two are predefined: `owner` and `reader`.

use serde::{Deserialize, Serialize};

use super::{Identified, Organization, Reason, Refusal};

/// The role that the classic `role` fields of users and invitations know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrganizationRole {
    /// May read; the floor that every member has.
    Reader,
    /// May do everything, in every project too.
    Owner,
}

impl OrganizationRole {
    pub(crate) const ALL: [Self; 2] = [Self::Owner, Self::Reader];

    /// The word in `role` fields.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Reader => "reader",
        }
    }

    /// The short id, accepted wherever a role id is.
    fn alias(self) -> &'static str {
        match self {
            Self::Owner => "role-api-organization-owner",
            Self::Reader => "role-api-organization-reader",
        }
    }

    /// The id in answers, composed of the alias and the organization.
    pub(crate) fn id_in(self, organization: &str) -> String {
        format!("{}__api-organization__{organization}", self.alias())
    }
}

/// A role that can be held in the organization.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) permissions: Vec<String>,
    /// The classic role that a predefined role is.
    pub(crate) predefined: Option<OrganizationRole>,
}

impl Identified for Role {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Role {
    /// One of the two that every organization has. Its name is a display text,
    /// so that nobody comes to rely on it. Which permissions the service lists
    /// for them is not documented; these two are the ones that its messages name.
    pub(crate) fn predefined(role: OrganizationRole, organization: &str) -> Self {
        let (name, description, permissions) = match role {
            OrganizationRole::Owner => (
                "Owner",
                "Can modify billing information and manage organization members",
                &["api.management.read", "api.management.write"][..],
            ),
            OrganizationRole::Reader => (
                "Reader",
                "Can make standard API requests and read basic organizational data",
                &["api.management.read"][..],
            ),
        };
        Self {
            id: role.id_in(organization),
            name: name.to_owned(),
            description: Some(description.to_owned()),
            permissions: permissions.iter().map(|&text| text.to_owned()).collect(),
            predefined: Some(role),
        }
    }
}

impl Organization {
    /// The role of that id, or of that short alias.
    pub(crate) fn role(&self, id: &str) -> Result<&Role, Refusal> {
        let aliased = OrganizationRole::ALL
            .into_iter()
            .find(|role| role.alias() == id);
        let bound = aliased.map(|role| role.id_in(&self.id));
        self.roles
            .get(bound.as_deref().unwrap_or(id))
            .ok_or_else(|| Reason::NoSuchRole(id.to_owned()).not_found())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_found_by_its_id_and_by_its_alias() {
        let organization = Organization::new(1);
        for role in OrganizationRole::ALL {
            for id in [role.id_in(&organization.id), role.alias().to_owned()] {
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
