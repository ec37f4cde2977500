//! Lists that end early and do not say so, as when an index is being rebuilt.

use axum::body::{Body, to_bytes};
use axum::response::Response;
use serde_json::{Value, json};

/// The answer with its first rows alone, as if there were no more.
pub(super) async fn shorten(response: Response, rows: usize) -> Response {
    let (mut parts, body) = response.into_parts();
    // The body is in memory already, so that reading it cannot fail.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut answer) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    end_after(&mut answer, rows);
    parts.headers.remove("content-length");
    Response::from_parts(parts, Body::from(answer.to_string()))
}

fn end_after(answer: &mut Value, rows: usize) {
    let Some(Value::Array(data)) = answer.get_mut("data") else {
        return;
    };
    data.truncate(rows);
    let last = data.last().map_or(Value::Null, |row| row["id"].clone());
    answer["has_more"] = json!(false);
    for (field, value) in [("last_id", last), ("next", Value::Null)] {
        if answer.get(field).is_some() {
            answer[field] = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_either_family_ends_and_says_that_it_is_all() {
        let rows = json!([{ "id": "a" }, { "id": "b" }]);
        for (answer, rows, expected) in [
            (
                json!({ "data": rows, "first_id": "a", "last_id": "b", "has_more": true }),
                1,
                json!({ "data": [{ "id": "a" }], "first_id": "a", "last_id": "a",
                    "has_more": false }),
            ),
            (
                json!({ "data": rows, "next": "next:b", "has_more": true }),
                0,
                json!({ "data": [], "next": null, "has_more": false }),
            ),
            (
                json!({ "data": rows, "next": null, "has_more": false }),
                9,
                json!({ "data": rows, "next": null, "has_more": false }),
            ),
            (json!({ "error": "text" }), 1, json!({ "error": "text" })),
        ] {
            let mut short = answer.clone();
            end_after(&mut short, rows);
            assert_eq!(short, expected);
        }
    }
}
