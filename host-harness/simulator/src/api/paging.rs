//! The two families of lists.
//!
//! | family | answer | continue with | `after` of no row |
//! |---|---|---|---|
//! | A | `first_id`, `last_id` (null on an empty page), `has_more` | `after=<last_id>` | 400 |
//! | N | `has_more`, `next` (null at the end) | `after=<next>` | 400 |
//!
//! The service does not say in which order family A runs: here it is that of
//! creation. A page of no rows, which family N allows, has no `next`.

use axum::response::Json;
use serde_json::{Value, json};

use super::Answer;
use super::failure::Failure;
use super::parameters::{LimitRange, Parameters};
use crate::organization::{Collection, Identified, Order};

/// The `limit` of family A.
pub(super) const BY_ID: LimitRange = LimitRange {
    minimum: 1,
    maximum: 100,
    default: 20,
};

/// The `limit` and the default order of a list of family N.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    limit: LimitRange,
    order: Order,
}

const fn cursor(maximum: usize, default: usize, order: Order) -> Cursor {
    let limit = LimitRange {
        minimum: 0,
        maximum,
        default,
    };
    Cursor { limit, order }
}

/// The largest default of the whole API: one request is usually enough.
pub(super) const ROLES: Cursor = cursor(1000, 1000, Order::Ascending);
pub(super) const GROUPS: Cursor = cursor(1000, 100, Order::Ascending);
pub(super) const GROUP_USERS: Cursor = cursor(1000, 100, Order::Descending);
pub(super) const PROJECT_GROUPS: Cursor = cursor(100, 20, Order::Ascending);
/// The spec states neither default.
pub(super) const ASSIGNMENTS: Cursor = cursor(1000, 20, Order::Ascending);

/// Before the id in a cursor of family N: a cursor is no id, so that a client
/// which sends the last row's id instead is found out.
const CURSOR: &str = "next:";

/// A page of family A, of the rows that `keep` keeps.
pub(super) fn by_id<T: Identified>(
    rows: &Collection<T>,
    parameters: &Parameters,
    keep: impl Fn(&T) -> bool,
    show: impl Fn(&T) -> Value,
) -> Answer {
    by_id_in_order(rows, Order::Ascending, parameters, keep, show)
}

/// A page of family A, in the order that the endpoint has.
pub(super) fn by_id_in_order<T: Identified>(
    rows: &Collection<T>,
    order: Order,
    parameters: &Parameters,
    keep: impl Fn(&T) -> bool,
    show: impl Fn(&T) -> Value,
) -> Answer {
    let limit = parameters.limit(BY_ID)?;
    let after = parameters.text("after");
    let following = rows.following(after, order);
    let following = following.ok_or_else(|| unknown_cursor("after", after))?;
    let (page, has_more) = first(following.filter(|row| keep(row)), limit);
    Ok(page_of(&page, has_more, show))
}

/// A page of family A that has `before` too: the rows next to `after` or
/// `before`, newest first either way. `has_more` tells of the direction that was
/// asked for.
pub(super) fn newest_first<T: Identified>(
    rows: &Collection<T>,
    parameters: &Parameters,
    keep: impl Fn(&T) -> bool,
    show: impl Fn(&T) -> Value,
) -> Answer {
    let Some(before) = parameters.text("before") else {
        return by_id_in_order(rows, Order::Descending, parameters, keep, show);
    };
    let limit = parameters.limit(BY_ID)?;
    if parameters.text("after").is_some() {
        let message = "'after' and 'before' cannot be used together.";
        return Err(Failure::invalid("before", "invalid_value", message));
    }
    let newer = rows.following(Some(before), Order::Ascending);
    let newer = newer.ok_or_else(|| unknown_cursor("before", Some(before)))?;
    let (mut page, has_more) = first(newer.filter(|row| keep(row)), limit);
    page.reverse();
    Ok(page_of(&page, has_more, show))
}

fn page_of<T: Identified>(page: &[&T], has_more: bool, show: impl Fn(&T) -> Value) -> Json<Value> {
    Json(json!({
        "object": "list",
        "data": page.iter().map(|row| show(row)).collect::<Vec<_>>(),
        "first_id": page.first().map(|row| row.id()),
        "last_id": page.last().map(|row| row.id()),
        "has_more": has_more,
    }))
}

/// A page of family N.
pub(super) fn by_cursor<T: Identified>(
    rows: &Collection<T>,
    parameters: &Parameters,
    by: Cursor,
    show: impl Fn(&T) -> Value,
) -> Answer {
    let limit = parameters.limit(by.limit)?;
    let order = parameters.order(by.order)?;
    let after = parameters.text("after");
    let unknown = || unknown_cursor("after", after);
    let id = match after {
        Some(cursor) => Some(cursor.strip_prefix(CURSOR).ok_or_else(unknown)?),
        None => None,
    };
    let following = rows.following(id, order).ok_or_else(unknown)?;
    let (page, has_more) = first(following, limit);
    let last = page.last().filter(|_| has_more);
    Ok(Json(json!({
        "object": "list",
        "data": page.iter().map(|row| show(row)).collect::<Vec<_>>(),
        "has_more": has_more,
        "next": last.map(|row| format!("{CURSOR}{}", row.id())),
    })))
}

/// The first rows, and whether there are more.
fn first<T>(mut rows: impl Iterator<Item = T>, limit: usize) -> (Vec<T>, bool) {
    let page = rows.by_ref().take(limit).collect();
    (page, rows.next().is_some())
}

fn unknown_cursor(param: &str, id: Option<&str>) -> Failure {
    let id = id.unwrap_or_default();
    let message = format!("Invalid '{param}': no object '{id}'.");
    Failure::invalid(param, "invalid_value", message)
}
