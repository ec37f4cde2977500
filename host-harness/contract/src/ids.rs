//! The ids of entitlements and grants, built by the convention of baton-sdk
//! (`NewEntitlementID`, `NewGrantID`).
//!
//! They are never parsed: a resource id may itself hold colons.

use crate::model::{Grant, ResourceId};

/// `<resource type>:<resource id>:<slug>`
pub fn entitlement(resource: &ResourceId, slug: &str) -> String {
    format!("{}:{}:{slug}", resource.resource_type, resource.id)
}

/// `<entitlement id>:<principal type>:<principal id>`
pub fn grant(resource: &ResourceId, slug: &str, principal: &ResourceId) -> String {
    format!(
        "{}:{}:{}",
        entitlement(resource, slug),
        principal.resource_type,
        principal.id
    )
}

/// The ids of the entitlements whose holders hold this grant too.
pub fn expansion(grant: &Grant) -> Vec<String> {
    let slugs = grant.expands.iter().flat_map(|expansion| &expansion.slugs);
    slugs
        .map(|slug| entitlement(&grant.principal, slug))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::id;

    #[test]
    fn ids_are_those_that_baton_builds() {
        let role = id("org_role", "role-api-organization-owner");
        let ada = id("user", "user-1");
        assert_eq!(
            entitlement(&role, "assigned"),
            "org_role:role-api-organization-owner:assigned"
        );
        assert_eq!(
            grant(&role, "assigned", &ada),
            "org_role:role-api-organization-owner:assigned:user:user-1"
        );
    }
}
