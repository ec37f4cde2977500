//! An organization without an owner could not be administered by anybody.
//! Whether the service keeps the last one is not known, so this is looked at
//! before an owner is made less or deleted.
//!
//! | counts as another owner | why |
//! |---|---|
//! | a person whose own role is owner | |
//! | not who is disabled or banned | cannot act |
//! | not a service account | nobody can log in as one |
//! | not who is owner through a group alone | the list does not tell it |

use governance_guest::faults::precondition;
use governance_guest::reading::Reading;
use governance_guest::steps::Steps;
use governance_guest::transport::Transport;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::Status;
use serde_json::Value;

use super::search;
use crate::predefined::Predefined;
use crate::{user, user_row};

/// Makes sure that somebody else than the holder of this id, who is `called` so,
/// is an owner.
///
/// # Errors
/// `precondition` if nobody is; and all that reading can bring.
pub fn keep_another<T: Transport>(
    steps: &Steps<'_, T>,
    holder: &str,
    called: &str,
) -> Result<(), Error> {
    let another = |row: &Value| is_another(row, holder).then_some(());
    match search::first(steps, &user::LIST, |call| call, another)? {
        Some(()) => Ok(()),
        None => Err(precondition(
            &format!("the organization has no other owner than {called}"),
            "make another person an owner first",
        )),
    }
}

fn is_another(row: &Value, holder: &str) -> bool {
    let id = user_row::id(row).filter(|id| id.id != holder);
    id.is_some()
        && row.text("role").and_then(Predefined::of) == Some(Predefined::Owner)
        && !user_row::is_service_account(row)
        && user_row::status(row) == Status::Active
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_owner_is_a_person_who_can_act() {
        for (row, expected) in [
            (json!({"id": "bob", "role": "owner"}), true),
            (
                json!({"id": "bob", "role": "Owner", "user": {"enabled": true}}),
                true,
            ),
            (json!({"user": {"id": "bob"}, "role": "owner"}), true),
            (json!({"id": "ada", "role": "owner"}), false),
            (json!({"role": "owner"}), false),
            (json!({"id": "bob", "role": "reader"}), false),
            (json!({"id": "bob", "role": null}), false),
            (
                json!({"id": "bob", "role": "owner", "user": {"banned": true}}),
                false,
            ),
            (
                json!({"id": "bob", "role": "owner", "user": {"enabled": false}}),
                false,
            ),
            (
                json!({"id": "bob", "role": "owner", "is_service_account": true}),
                false,
            ),
        ] {
            assert_eq!(is_another(&row, "ada"), expected, "{row}");
        }
    }
}
