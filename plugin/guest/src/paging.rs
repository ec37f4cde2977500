//! Where a list goes on.
//!
//! | family | envelope | goes on with |
//! |---|---|---|
//! | [`Family::LastId`] | `{data, first_id?, last_id?, has_more}` | `after=<last_id>`, or the last row's `id` |
//! | [`Family::LastRow`] | the same | `after=<id>` of the last row, whatever `last_id` says |
//! | [`Family::Next`] | `{data, next, has_more}` | `after=<next>` |
//!
//! | `has_more` | rows | cursor | the list |
//! |---|---|---|---|
//! | false | any | any | ends |
//! | absent | none | any | ends |
//! | absent | some | none | ends |
//! | true | none | any | breaks off: it contradicts itself |
//! | true | some | none | breaks off |
//! | true, absent | some | the one asked with, or no id | breaks off: it would not end |
//! | true, absent | some | new | goes on |
//!
//! A list that breaks off is not complete: its rows stand, and the rest is a
//! gap.

use serde_json::Value;

use crate::faults::unreadable;
use crate::reading::Reading;
use crate::text::is_id;
use crate::wit::faults::Error;

/// The most rows that an answer may hold. Pages are asked for with at most
/// 1,000; a page of the contract holds 10,000 items of one kind, and a row can
/// become two of one.
pub const ROWS_LIMIT: usize = 5_000;

/// How a list tells where it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// By the last row's id, told as `last_id`.
    LastId,
    /// By the last row's id.
    LastRow,
    /// By a cursor, told as `next`.
    Next,
}

/// What follows a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Following {
    /// Nothing: this was the last.
    End,
    /// The page that this cursor leads to.
    Page(String),
    /// Unknown, for this reason.
    Broken(&'static str),
}

/// A page of a list.
#[derive(Debug, PartialEq)]
pub struct Listing<'a> {
    /// Its rows.
    pub rows: &'a [Value],
    /// What follows.
    pub following: Following,
}

impl<'a> Listing<'a> {
    /// Reads an answer that was asked for with the cursor `asked`.
    ///
    /// # Errors
    /// `unreadable-response` if it is no list, or holds more than [`ROWS_LIMIT`].
    pub fn read(
        surface: &str,
        answer: &'a Value,
        family: Family,
        asked: Option<&str>,
    ) -> Result<Self, Error> {
        let rows = answer
            .list("data")
            .ok_or_else(|| unreadable(surface, "the answer has no list of data"))?;
        if rows.len() > ROWS_LIMIT {
            let message = format!("the answer has {} rows, which is too many", rows.len());
            return Err(unreadable(surface, &message));
        }
        let last = rows.last().and_then(|row| row.text("id"));
        let cursor = match family {
            Family::LastId => answer.text("last_id").or(last),
            Family::LastRow => last,
            Family::Next => answer.text("next"),
        };
        let following = following(answer.flag("has_more"), rows.is_empty(), cursor, asked);
        Ok(Self { rows, following })
    }

    /// Whether there are rows beyond these.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.following != Following::End
    }
}

fn following(
    has_more: Option<bool>,
    empty: bool,
    cursor: Option<&str>,
    asked: Option<&str>,
) -> Following {
    match (has_more, empty, cursor) {
        (Some(false), _, _) | (None, true, _) | (None, false, None) => Following::End,
        (Some(true), true, _) => {
            Following::Broken("the list says that it goes on, in an answer without rows")
        }
        (Some(true), false, None) => {
            Following::Broken("the list says that it goes on, but not where")
        }
        (_, false, Some(cursor)) if Some(cursor) == asked => {
            Following::Broken("the list goes on where it already was")
        }
        (_, false, Some(cursor)) if !is_id(cursor) => {
            Following::Broken("the list goes on at a cursor that is too long")
        }
        (_, false, Some(cursor)) => Following::Page(cursor.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::wit::faults::ErrorKind;

    fn page(cursor: &str) -> Following {
        Following::Page(cursor.to_owned())
    }

    fn read(family: Family, asked: Option<&str>, answer: &Value) -> Following {
        let listing = Listing::read("users", answer, family, asked);
        listing.expect("a list").following
    }

    #[test]
    fn a_list_by_last_id_goes_on_behind_it() {
        let broken = |following: &Following| matches!(following, Following::Broken(_));
        let row = json!({"id": "u2"});
        for (asked, answer, expected) in [
            (
                None,
                json!({"data": [row], "last_id": "u2", "has_more": true}),
                page("u2"),
            ),
            (
                None,
                json!({"data": [row], "last_id": "x", "has_more": true}),
                page("x"),
            ),
            (None, json!({"data": [row], "has_more": true}), page("u2")),
            (
                None,
                json!({"data": [row], "last_id": null, "has_more": true}),
                page("u2"),
            ),
            (
                None,
                json!({"data": [row], "last_id": "", "has_more": true}),
                page("u2"),
            ),
            (
                None,
                json!({"data": [row], "last_id": "u2", "has_more": false}),
                Following::End,
            ),
            (None, json!({"data": [], "has_more": false}), Following::End),
            (None, json!({"data": []}), Following::End),
            (None, json!({"data": [row], "last_id": "u2"}), page("u2")),
            (None, json!({"data": [1]}), Following::End),
            (
                Some("u1"),
                json!({"data": [row], "last_id": "u2", "has_more": true}),
                page("u2"),
            ),
        ] {
            assert_eq!(read(Family::LastId, asked, &answer), expected, "{answer}");
        }
        for (asked, answer) in [
            (None, json!({"data": [], "last_id": "u2", "has_more": true})),
            (None, json!({"data": [1], "has_more": true})),
            (
                Some("u2"),
                json!({"data": [row], "last_id": "u2", "has_more": true}),
            ),
            (Some("u2"), json!({"data": [row]})),
            (
                None,
                json!({"data": [1], "last_id": "x".repeat(1_025), "has_more": true}),
            ),
        ] {
            let following = read(Family::LastId, asked, &answer);
            assert!(broken(&following), "{answer}: {following:?}");
        }
    }

    #[test]
    fn a_list_by_its_last_row_goes_on_behind_it_whatever_else_is_told() {
        let row = json!({"id": "k2"});
        let more = json!({"data": [row], "last_id": "k9", "has_more": true});
        assert_eq!(read(Family::LastRow, None, &more), page("k2"));
        let end = json!({"data": [row], "last_id": "k9", "has_more": false});
        assert_eq!(read(Family::LastRow, None, &end), Following::End);
        let nameless = json!({"data": [{}], "last_id": "k9", "has_more": true});
        let following = read(Family::LastRow, None, &nameless);
        assert!(matches!(following, Following::Broken(_)));
    }

    #[test]
    fn a_list_by_next_goes_on_there() {
        let row = json!({"id": "r2"});
        for (asked, answer, expected) in [
            (
                None,
                json!({"data": [row], "next": "n2", "has_more": true}),
                page("n2"),
            ),
            (
                Some("n1"),
                json!({"data": [row], "next": "n2", "has_more": true}),
                page("n2"),
            ),
            (None, json!({"data": [row], "next": "n2"}), page("n2")),
            (None, json!({"data": [row], "next": null}), Following::End),
            (
                None,
                json!({"data": [row], "next": "n2", "has_more": false}),
                Following::End,
            ),
            (
                None,
                json!({"data": [row], "next": null, "has_more": false}),
                Following::End,
            ),
            (
                None,
                json!({"data": [], "next": null, "has_more": false}),
                Following::End,
            ),
        ] {
            assert_eq!(read(Family::Next, asked, &answer), expected, "{answer}");
        }
        for (asked, answer) in [
            (None, json!({"data": [row], "next": null, "has_more": true})),
            (
                None,
                json!({"data": [row], "last_id": "r2", "has_more": true}),
            ),
            (
                Some("n2"),
                json!({"data": [row], "next": "n2", "has_more": true}),
            ),
            (None, json!({"data": [], "next": "n2", "has_more": true})),
        ] {
            let following = read(Family::Next, asked, &answer);
            assert!(matches!(following, Following::Broken(_)), "{answer}");
        }
    }

    #[test]
    fn what_is_no_list_is_unreadable() {
        let monstrous = json!({"data": vec![0; 5_001]});
        for answer in [
            json!({}),
            json!({"data": null}),
            json!({"data": {}}),
            json!([]),
            json!("data"),
            json!(null),
            monstrous,
        ] {
            let error = Listing::read("users", &answer, Family::LastId, None);
            let error = error.expect_err("no list");
            assert_eq!(error.kind, ErrorKind::UnreadableResponse);
            assert_eq!(error.surface.as_deref(), Some("users"));
        }
    }

    proptest! {
        #[test]
        fn no_answer_makes_reading_a_list_panic_or_stand_still(
            answer in crate::testing::answers(&["data", "has_more", "last_id", "next", "id"]),
            asked in proptest::option::of("[a-c]")
        ) {
            for family in [Family::LastId, Family::LastRow, Family::Next] {
                if let Ok(listing) = Listing::read("users", &answer, family, asked.as_deref())
                    && let Following::Page(cursor) = listing.following
                {
                    prop_assert_ne!(Some(cursor), asked.clone());
                }
            }
        }
    }
}
