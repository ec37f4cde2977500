//! Rows that a change expects, and those that answer it.

use governance_guest::faults::unreadable;
use governance_guest::steps::Stop;
use governance_guest::wit::faults::Error;
use governance_guest::wit::model::Resource;
use serde_json::Value;

/// A row with the members of another one laid over its own.
#[must_use]
pub fn laid_over(row: &Value, members: &Value) -> Value {
    let mut told = row.clone();
    if let (Some(told), Some(members)) = (told.as_object_mut(), members.as_object()) {
        told.extend(members.clone());
    }
    told
}

/// What is to be changed, as a row tells it that was read.
///
/// # Errors
/// `unreadable-response` if the row tells nothing.
pub fn read(surface: &str, told: Option<Resource>) -> Result<Resource, Error> {
    told.ok_or_else(|| unreadable(surface, "the answer does not tell what is to be changed"))
}

/// What was changed, as the answer to a changing request tells it.
///
/// # Errors
/// That the change may have taken effect, if the answer tells nothing.
pub fn answered(surface: &str, told: Option<Resource>) -> Result<Resource, Stop> {
    let message = "the answer does not tell what was changed";
    told.ok_or_else(|| Stop::Unanswered(unreadable(surface, message)))
}

/// Says more of an error with one of these statuses: nothing was changed.
#[must_use]
pub fn refused_with(stop: Stop, statuses: &[u16], say: impl FnOnce(Error) -> Error) -> Stop {
    let (Stop::Refused(error) | Stop::Unanswered(error)) = &stop;
    match error.http_status.is_some_and(|it| statuses.contains(&it)) {
        true => Stop::Refused(say(error.clone())),
        false => stop,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_that_are_not_told_stay() {
        let row = json!({"id": "g", "name": "old", "group_type": "group"});
        assert_eq!(
            laid_over(&row, &json!({"name": "new", "is_scim_managed": false})),
            json!({"id": "g", "name": "new", "group_type": "group", "is_scim_managed": false})
        );
        assert_eq!(laid_over(&row, &json!(null)), row);
    }
}
