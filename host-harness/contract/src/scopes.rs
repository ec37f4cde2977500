//! What a scope is about.

use crate::model::{Scope, Subject};

impl Scope {
    /// Whether it may hold facts of this kind on resources of this type.
    pub fn is_about(&self, subject: Subject, resource_type: &str) -> bool {
        self.subject.is_none_or(|it| it == subject)
            && self
                .resource_type
                .as_ref()
                .is_none_or(|it| it == resource_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_scope_does_not_narrow_it_is_about() {
        let scope = |subject, resource_type: Option<&str>| Scope {
            subject,
            resource_type: resource_type.map(str::to_owned),
            ..Scope::default()
        };
        let grants = Some(Subject::Grants);
        for (scope, expected) in [
            (scope(None, None), true),
            (scope(grants, None), true),
            (scope(None, Some("user")), true),
            (scope(grants, Some("user")), true),
            (scope(Some(Subject::Resources), Some("user")), false),
            (scope(grants, Some("group")), false),
        ] {
            assert_eq!(scope.is_about(Subject::Grants, "user"), expected);
        }
    }
}
