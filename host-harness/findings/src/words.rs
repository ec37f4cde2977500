//! The words that rules are written with, spelled as in `wit/` and in the
//! database.

use serde::{Deserialize, Serialize};

/// How much a finding matters, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Tidy up when there is time.
    Low,
    /// Look at it in the next review.
    Medium,
    /// Look at it now.
    High,
}

impl Severity {
    /// All, the gravest first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What kind of thing a resource type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "wit/manifest.wit says what they are")]
pub enum Trait {
    User,
    Group,
    Role,
    App,
    Scope,
    Secret,
}

/// The state that a resource is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "wit/model.wit says what they are")]
pub enum Status {
    Active,
    Disabled,
    Pending,
    Archived,
    NotTold,
}

/// What stands behind an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "wit/model.wit says what they are")]
pub enum Kind {
    Human,
    Service,
    NotTold,
}

/// Who may change a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "wit/model.wit says what they are")]
pub enum Manager {
    Service,
    IdentityProvider,
    NotTold,
}

/// What holding an entitlement amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "wit/model.wit says what they are")]
pub enum Purpose {
    Assignment,
    Permission,
    Ownership,
}

/// What is known of the account that a secret acts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// It was read in full, and the account is not there.
    Gone,
    /// It is there and cannot act.
    Disabled,
    /// It is there and can act.
    Active,
}

/// Which way of holding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// In any way that gives access now, groups and roles included.
    #[default]
    Effective,
    /// In any way, also without effect, such as by a disabled account.
    Any,
    /// By a direct grant of one's own.
    Direct,
    /// By a grant that takes effect when somebody acts.
    Pending,
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use governance_contract::{manifest, model};

    use super::*;

    fn spelled<T: Serialize + Debug>(word: T) -> String {
        serde_json::to_value(word)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn words_are_those_of_the_contract() {
        use manifest::ResourceTrait as T;
        use model::{AccountKind as K, Management as M, Purpose as P, Status as S};
        let pairs = [
            (spelled(Trait::User), T::User.name()),
            (spelled(Trait::Group), T::Group.name()),
            (spelled(Trait::Role), T::Role.name()),
            (spelled(Trait::App), T::App.name()),
            (spelled(Trait::Scope), T::Scope.name()),
            (spelled(Trait::Secret), T::Secret.name()),
            (spelled(Status::Active), S::Active.name()),
            (spelled(Status::Disabled), S::Disabled.name()),
            (spelled(Status::Pending), S::Pending.name()),
            (spelled(Status::Archived), S::Archived.name()),
            (spelled(Status::NotTold), S::NotTold.name()),
            (spelled(Kind::Human), K::Human.name()),
            (spelled(Kind::Service), K::Service.name()),
            (spelled(Kind::NotTold), K::NotTold.name()),
            (spelled(Manager::Service), M::Service.name()),
            (
                spelled(Manager::IdentityProvider),
                M::IdentityProvider.name(),
            ),
            (spelled(Manager::NotTold), M::NotTold.name()),
            (spelled(Purpose::Assignment), P::Assignment.name()),
            (spelled(Purpose::Permission), P::Permission.name()),
            (spelled(Purpose::Ownership), P::Ownership.name()),
        ];
        for (ours, theirs) in pairs {
            assert_eq!(ours, theirs);
        }
        for severity in Severity::ALL {
            assert_eq!(spelled(severity), severity.name());
        }
    }
}
