//! Text from strangers as the page shows it: visible, on one line, and of a
//! bounded length.

use governance_store::access::Entitlement;
use governance_store::{Moment, NamedResource};

use crate::Shown;

/// Characters of a name that are told. The full text is in the database.
pub(crate) const LENGTH: usize = 120;

/// A text, made visible and shortened.
pub(crate) fn label(shown: Shown, text: &str) -> String {
    // What is made visible is never shorter than it was.
    let beginning: String = text.chars().take(LENGTH + 1).collect();
    let visible = shown(&beginning);
    match visible.chars().nth(LENGTH) {
        None => visible,
        Some(_) => visible.chars().take(LENGTH - 1).chain(['…']).collect(),
    }
}

/// A resource by its type and id.
pub(crate) fn reference(resource: &NamedResource) -> String {
    format!("{}:{}", resource.resource_type, resource.id)
}

/// An entitlement by its id.
pub(crate) fn entitlement_id(entitlement: &Entitlement) -> String {
    format!("{}:{}", reference(&entitlement.resource), entitlement.slug)
}

/// A type, a status or another word of the contract, for people.
pub(crate) fn word(word: &str) -> String {
    word.replace(['_', '-'], " ")
}

/// `2026-11-22 09:30 UTC`.
pub(crate) fn minute(moment: Moment) -> String {
    let text = moment.to_string();
    match text.get(..16) {
        Some(minute) => format!("{} UTC", minute.replace('T', " ")),
        None => text,
    }
}

/// `2026-11-22`.
pub(crate) fn day(moment: Moment) -> String {
    moment.to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_bounded_and_says_so() {
        let shown: Shown = |text| text.replace('\n', "\\n");
        for (text, expected) in [
            ("Ada".to_owned(), "Ada".to_owned()),
            ("a\nb".to_owned(), "a\\nb".to_owned()),
            ("x".repeat(LENGTH), "x".repeat(LENGTH)),
            ("x".repeat(LENGTH + 1), "x".repeat(LENGTH - 1) + "…"),
            ("\n".repeat(20_000), "\\n".repeat(LENGTH / 2 - 1) + "\\…"),
        ] {
            assert_eq!(label(shown, &text), expected);
        }
    }

    #[test]
    fn times_are_told_in_utc() {
        assert_eq!(minute(Moment(1_767_323_145)), "2026-01-02 03:05 UTC");
        assert_eq!(day(Moment(1_767_323_145)), "2026-01-02");
    }
}
