//! What a change amounts to, and what of it the operator enabled. Pure.
//!
//! | change | needs |
//! |---|---|
//! | `grant`, `create-account`, `create-resource`, `resend-invitation` | `create` |
//! | `revoke`, `delete-resource` | `remove` |
//! | `set-account-status` | `create` where it becomes active, else `remove` |
//! | `update-resource` | both: it can widen and take |
//!
//! A request that changes something leaves the host only with a [`Permit`], and
//! there is no other way to one than [`Provisioning::permit`].

use std::fmt;
use std::str::FromStr;

use governance_contract::changes::ChangeRequest;
use governance_contract::model::Status;

/// What a change can do to access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Give it, or make what can hold it.
    Create,
    /// Take it, or end what holds it.
    Remove,
}

impl Operation {
    /// The word for it in flags and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Remove => "remove",
        }
    }
}

/// What has to be enabled for a change.
pub fn needed(change: &ChangeRequest) -> &'static [Operation] {
    use Operation::{Create, Remove};
    match change {
        ChangeRequest::Grant(_)
        | ChangeRequest::CreateAccount(_)
        | ChangeRequest::CreateResource(_)
        | ChangeRequest::ResendInvitation(_) => &[Create],
        ChangeRequest::Revoke(_) | ChangeRequest::DeleteResource(_) => &[Remove],
        ChangeRequest::SetAccountStatus(it) => match it.status {
            Status::Active => &[Create],
            _ => &[Remove],
        },
        ChangeRequest::UpdateResource(_) => &[Create, Remove],
    }
}

/// Which operations the operator enabled. By default none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Provisioning {
    /// [`Operation::Create`] is enabled.
    pub create: bool,
    /// [`Operation::Remove`] is enabled.
    pub remove: bool,
}

/// A word that is no operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no operation; there are `create` and `remove`")]
pub struct UnknownOperation(String);

/// A change that the operator did not enable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{change}` needs `{missing}`, which is not enabled")]
pub struct NotEnabled {
    /// The WIT's name of the change.
    pub change: &'static str,
    /// The operations that are not enabled.
    pub missing: Provisioning,
    /// What there would have to be enabled in all.
    pub wanted: Provisioning,
}

impl NotEnabled {
    /// The flag that enables it.
    pub fn hint(&self) -> String {
        format!("to allow it, add `--provisioning={}`", self.wanted)
    }
}

/// That one change may really be made. Only [`Provisioning::permit`] gives it.
#[derive(Debug, Clone, Copy)]
pub struct Permit<'a> {
    change: &'a ChangeRequest,
    enabled: ChangesEnabled,
}

/// What opens routes that change something. Nobody else can make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangesEnabled(());

impl<'a> Permit<'a> {
    /// The change that it is for.
    pub fn change(&self) -> &'a ChangeRequest {
        self.change
    }

    pub(crate) fn enabled(&self) -> ChangesEnabled {
        self.enabled
    }
}

impl Provisioning {
    /// Whether an operation is enabled.
    pub fn allows(&self, operation: Operation) -> bool {
        match operation {
            Operation::Create => self.create,
            Operation::Remove => self.remove,
        }
    }

    /// Permits a change.
    ///
    /// # Errors
    /// It needs an operation that is not enabled.
    pub fn permit<'a>(&self, change: &'a ChangeRequest) -> Result<Permit<'a>, NotEnabled> {
        let operations = needed(change);
        let missing = operations.iter().filter(|it| !self.allows(**it));
        let missing = missing.fold(Self::default(), |all, it| all.with(*it));
        if missing != Self::default() {
            return Err(NotEnabled {
                change: change.name(),
                missing,
                wanted: operations.iter().fold(*self, |all, it| all.with(*it)),
            });
        }
        Ok(Permit {
            change,
            enabled: ChangesEnabled(()),
        })
    }

    fn with(self, operation: Operation) -> Self {
        Self {
            create: self.create || operation == Operation::Create,
            remove: self.remove || operation == Operation::Remove,
        }
    }
}

/// Separated by commas, as in the flag.
impl fmt::Display for Provisioning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [Operation::Create, Operation::Remove].into_iter();
        let names: Vec<_> = all
            .filter(|it| self.allows(*it))
            .map(Operation::name)
            .collect();
        out.write_str(&names.join(","))
    }
}

impl FromStr for Provisioning {
    type Err = UnknownOperation;

    fn from_str(text: &str) -> Result<Self, UnknownOperation> {
        let mut words = text.split(',').map(str::trim).filter(|it| !it.is_empty());
        words.try_fold(Self::default(), |all, word| match word {
            "create" => Ok(all.with(Operation::Create)),
            "remove" => Ok(all.with(Operation::Remove)),
            _ => Err(UnknownOperation(word.to_owned())),
        })
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::changes::StatusChange;
    use governance_contract::samples::changes;

    use super::*;

    fn status(status: Status) -> ChangeRequest {
        let ChangeRequest::SetAccountStatus(change) = changes::set_account_status() else {
            panic!("a change of status")
        };
        ChangeRequest::SetAccountStatus(StatusChange { status, ..change })
    }

    #[test]
    fn a_change_is_permitted_by_what_it_does_and_nothing_else() {
        let cases = [
            (changes::grant(), "create"),
            (changes::create_account(), "create"),
            (changes::create_resource(), "create"),
            (changes::resend_invitation(), "create"),
            (changes::revoke(), "remove"),
            (changes::delete_resource(), "remove"),
            (status(Status::Active), "create"),
            (status(Status::Disabled), "remove"),
            (status(Status::Archived), "remove"),
            (status(Status::NotTold), "remove"),
            (changes::update_resource(), "create,remove"),
        ];
        for (change, wanted) in cases {
            for enabled in ["", "create", "remove", "create,remove"] {
                let provisioning: Provisioning = enabled.parse().unwrap();
                let permitted = provisioning.permit(&change);
                let expected = wanted.split(',').all(|it| enabled.contains(it));
                assert_eq!(permitted.is_ok(), expected, "{change:?} with `{enabled}`");
                if let Ok(permit) = permitted {
                    assert_eq!(permit.change(), &change);
                }
            }
        }
    }

    #[test]
    fn a_refusal_names_the_flag_that_keeps_what_is_enabled() {
        let refused = |enabled: &str, change: &ChangeRequest| {
            let provisioning: Provisioning = enabled.parse().unwrap();
            provisioning.permit(change).unwrap_err()
        };
        let error = refused("", &changes::revoke());
        assert_eq!(
            error.to_string(),
            "`revoke` needs `remove`, which is not enabled"
        );
        assert_eq!(error.hint(), "to allow it, add `--provisioning=remove`");
        let error = refused("create", &changes::revoke());
        assert_eq!(
            error.hint(),
            "to allow it, add `--provisioning=create,remove`"
        );
        let error = refused("create", &changes::update_resource());
        assert_eq!(
            error.to_string(),
            "`update-resource` needs `remove`, which is not enabled"
        );
    }

    #[test]
    fn operations_are_read_as_they_are_shown() {
        for (text, shown) in [
            ("", ""),
            ("remove", "remove"),
            ("remove, create", "create,remove"),
            ("create,create", "create"),
        ] {
            let read: Provisioning = text.parse().unwrap();
            assert_eq!(read.to_string(), shown);
        }
        let error = "create,delete".parse::<Provisioning>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`delete` is no operation; there are `create` and `remove`"
        );
    }
}
