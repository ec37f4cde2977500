//! Scopes, narrowed step by step: `scope(Subject::Grants, "project").on(&alpha)
//! .by_any("user")` are the grants on one project that people hold.

use crate::wit::model::{ResourceId, Scope};

/// Narrows a scope.
pub trait Narrow: Sized {
    /// To one resource and what is on it.
    #[must_use]
    fn on(self, resource: &ResourceId) -> Self;
    /// To what belongs to one resource.
    #[must_use]
    fn below(self, parent: &ResourceId) -> Self;
    /// To one slug.
    #[must_use]
    fn slug(self, slug: &str) -> Self;
    /// To grants that one principal holds.
    #[must_use]
    fn by(self, principal: &ResourceId) -> Self;
    /// To grants that principals of a type hold.
    #[must_use]
    fn by_any(self, principal_type: &str) -> Self;
}

impl Narrow for Scope {
    fn on(mut self, resource: &ResourceId) -> Self {
        self.resource_type = Some(resource.resource_type.clone());
        self.resource_id = Some(resource.id.clone());
        self
    }

    fn below(mut self, parent: &ResourceId) -> Self {
        self.parent = Some(parent.clone());
        self
    }

    fn slug(mut self, slug: &str) -> Self {
        self.slug = Some(slug.to_owned());
        self
    }

    fn by(mut self, principal: &ResourceId) -> Self {
        self.principal_id = Some(principal.id.clone());
        self.by_any(&principal.resource_type)
    }

    fn by_any(mut self, principal_type: &str) -> Self {
        self.principal_type = Some(principal_type.to_owned());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::{id, scope};
    use crate::wit::model::Subject;

    #[test]
    fn each_step_narrows_and_keeps_the_rest() {
        let (alpha, ada) = (id("project", "alpha"), id("user", "ada"));
        let narrowed = scope(Subject::Grants, "project").on(&alpha).by(&ada);
        let narrowed = narrowed.slug("viewer").below(&id("organization", "o"));
        assert_eq!(
            narrowed,
            Scope {
                subject: Some(Subject::Grants),
                resource_type: Some("project".to_owned()),
                resource_id: Some("alpha".to_owned()),
                parent: Some(id("organization", "o")),
                slug: Some("viewer".to_owned()),
                principal_type: Some("user".to_owned()),
                principal_id: Some("ada".to_owned()),
            }
        );
    }
}
