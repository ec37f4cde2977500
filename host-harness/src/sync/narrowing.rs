//! Which types a sync lists when it is asked for a part only. Pure.
//!
//! | asked for | listed |
//! |---|---|
//! | everything | every type, those that another listing carries with that one |
//! | types | they, and what leads to them: their parents |
//! | containers, by id | every type, but below other containers nothing |

use std::collections::BTreeSet;

use governance_contract::manifest::{Description, ResourceTrait, ResourceType};
use governance_contract::model::ResourceId;
use governance_store::Asked;

/// What a sync lists.
#[derive(Debug, Clone)]
pub struct Narrowing<'a> {
    types: &'a [ResourceType],
    wanted: BTreeSet<&'a str>,
    walked: BTreeSet<&'a str>,
    within: &'a [String],
}

/// A part is asked for that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{unknown} is no resource type of this connector, which has: {known}")]
pub struct UnknownType {
    /// What was asked for.
    pub unknown: String,
    /// What there is.
    pub known: String,
}

impl<'a> Narrowing<'a> {
    /// Works out what has to be listed for what is asked.
    ///
    /// # Errors
    /// A type that the connector does not have.
    pub fn new(description: &'a Description, asked: &'a Asked) -> Result<Self, UnknownType> {
        let types = &description.resource_types;
        let all = || types.iter().map(|it| it.id.as_str());
        if let Some(unknown) = asked.types.iter().find(|it| !all().any(|id| id == *it)) {
            return Err(UnknownType {
                unknown: unknown.clone(),
                known: all().collect::<Vec<_>>().join(", "),
            });
        }
        let wanted: BTreeSet<_> = match asked.types.is_empty() {
            true => all().collect(),
            false => asked.types.iter().map(String::as_str).collect(),
        };
        let mut walked = wanted.clone();
        let mut open: Vec<_> = wanted.iter().copied().collect();
        while let Some(child) = open.pop() {
            let parents = types
                .iter()
                .filter(|it| it.children.iter().any(|id| id == child));
            for parent in parents.filter(|it| walked.insert(&it.id)) {
                open.push(&parent.id);
            }
        }
        Ok(Self {
            types,
            wanted,
            walked,
            within: &asked.within,
        })
    }

    /// Every declared type.
    pub fn types(&self) -> &'a [ResourceType] {
        self.types
    }

    /// Whether the type is asked for, and not only on the way.
    pub fn wants(&self, kind: &ResourceType) -> bool {
        self.wanted.contains(kind.id.as_str())
    }

    /// Whether the type is listed by itself: it has to be, and no other listing
    /// that is made carries it.
    pub fn lists(&self, kind: &ResourceType) -> bool {
        let carrier = kind.carried_by.as_deref();
        let carried = carrier.is_some_and(|carrier| self.walked.contains(carrier));
        self.walked.contains(kind.id.as_str()) && !carried
    }

    /// Whether what belongs to a resource is asked for.
    pub fn enters(&self, kind: &ResourceType, resource: &ResourceId) -> bool {
        !kind.traits.contains(&ResourceTrait::Scope)
            || self.within.is_empty()
            || self.within.contains(&resource.id)
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::{description, id, resource_type};

    use super::*;

    fn example() -> Description {
        description(vec![
            resource_type("tenant"),
            ResourceType {
                carried_by: Some("tenant".into()),
                ..resource_type("user")
            },
            ResourceType {
                traits: vec![ResourceTrait::Scope],
                children: vec!["role".into(), "robot".into(), "key".into()],
                ..resource_type("project")
            },
            resource_type("role"),
            ResourceType {
                carried_by: Some("role".into()),
                ..resource_type("robot")
            },
            resource_type("key"),
        ])
    }

    #[test]
    fn what_is_listed_follows_from_what_is_asked() {
        let cases: [(&[&str], &str); 6] = [
            (&[], "tenant project role key"),
            (&["user"], "user"),
            (&["tenant", "user"], "tenant"),
            (&["key"], "project key"),
            (&["robot"], "project robot"),
            (&["role", "robot"], "project role"),
        ];
        let description = example();
        for (types, expected) in cases {
            let asked = Asked {
                types: types.iter().map(|it| (*it).into()).collect(),
                within: Vec::new(),
            };
            let narrowing = Narrowing::new(&description, &asked).unwrap();
            let listed = description
                .resource_types
                .iter()
                .filter(|it| narrowing.lists(it));
            let listed: Vec<_> = listed.map(|it| it.id.as_str()).collect();
            assert_eq!(listed.join(" "), expected, "{types:?}");
        }
    }

    #[test]
    fn below_a_container_that_is_not_asked_for_nothing_is_listed() {
        let (description, asked) = (
            example(),
            Asked {
                types: Vec::new(),
                within: vec!["p1".into()],
            },
        );
        let narrowing = Narrowing::new(&description, &asked).unwrap();
        let project = &description.resource_types[2];
        assert!(narrowing.enters(project, &id("project", "p1")));
        assert!(!narrowing.enters(project, &id("project", "p2")));
        assert!(narrowing.enters(&description.resource_types[0], &id("tenant", "t")));
    }

    #[test]
    fn a_type_that_there_is_not_is_named_with_those_that_there_are() {
        let asked = Asked {
            types: vec!["pirate".into()],
            within: Vec::new(),
        };
        let error = Narrowing::new(&example(), &asked).unwrap_err();
        assert!(error.to_string().contains("pirate") && error.to_string().contains("robot"));
    }
}
