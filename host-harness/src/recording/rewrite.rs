//! Changing every text of an exchange, wherever it stands.
//!
//! | text | is the value of |
//! |---|---|
//! | a segment of a path, percent-decoded | nothing |
//! | a query parameter, percent-decoded | the parameter, without a last `[]` |
//! | a string of JSON, however deep in lists | the member |
//! | a name of a member or a parameter | nothing |
//! | a header's value | the header |
//! | a body that is not JSON, a failure's text | nothing |

use serde_json::{Map, Value};

use super::exchange::{Answer, Body, Got};
use crate::egress::Step;

/// Gives a text's replacement, from what it is the value of and the text.
pub(crate) type Change<'a> = dyn FnMut(Option<&str>, &str) -> String + 'a;

/// Changes what was asked.
pub(crate) fn asked(step: &mut Step, change: &mut Change<'_>) {
    step.path = path(&step.path, change);
    if let Some(body) = &mut step.body {
        value(None, body, change);
    }
}

/// Changes what came of it.
pub(crate) fn got(got: &mut Got, change: &mut Change<'_>) {
    match got {
        Got::Answer(answer) => self::answer(answer, change),
        Got::Failure(failed) => failed.text = change(None, &failed.text),
    }
}

fn answer(answer: &mut Answer, change: &mut Change<'_>) {
    for (name, text) in &mut answer.headers {
        *text = change(Some(name), text);
    }
    match &mut answer.body {
        Body::Json(json) => value(None, json, change),
        Body::Text(text) => *text = change(None, text),
        Body::Base64(_) => {}
    }
}

/// Changes every string of a JSON value, which is a member's.
pub(crate) fn value(member: Option<&str>, json: &mut Value, change: &mut Change<'_>) {
    match json {
        Value::String(text) => *text = change(member, text),
        Value::Array(items) => {
            for item in items {
                value(member, item, change);
            }
        }
        Value::Object(members) => {
            let mut changed = Map::new();
            for (name, mut inner) in std::mem::take(members) {
                value(Some(&name), &mut inner, change);
                changed.insert(change(None, &name), inner);
            }
            *members = changed;
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Changes a path with its query. What is not changed stays as it is written.
pub(crate) fn path(path: &str, change: &mut Change<'_>) -> String {
    rebuilt(path, &mut |member, raw| {
        let text = decoded(raw);
        let changed = change(member, &text);
        match changed == text {
            true => raw.to_owned(),
            false => encoded(&changed),
        }
    })
}

/// A path with its query in the one form that requests are compared in.
pub(crate) fn normal(path: &str) -> String {
    rebuilt(path, &mut |_, raw| encoded(&decoded(raw)))
}

/// Puts a path together again from its pieces, each of which is as it is sent.
fn rebuilt(path: &str, piece: &mut Change<'_>) -> String {
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path, None),
    };
    let segments: Vec<_> = path.split('/').map(|it| piece(None, it)).collect();
    let mut text = segments.join("/");
    if let Some(query) = query {
        let pairs: Vec<_> = query.split('&').map(|it| pair(it, piece)).collect();
        text.push('?');
        text.push_str(&pairs.join("&"));
    }
    text
}

fn pair(pair: &str, piece: &mut Change<'_>) -> String {
    let Some((name, value)) = pair.split_once('=') else {
        return piece(None, pair);
    };
    let parameter = decoded(name);
    let parameter = parameter.strip_suffix("[]").unwrap_or(&parameter);
    let value = piece(Some(parameter), &value.replace('+', "%20"));
    format!("{}={value}", piece(None, name))
}

/// Without percent-encoding; what is no text stays encoded.
fn decoded(raw: &str) -> String {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut left = raw.as_bytes();
    while let [first, after @ ..] = left {
        let (byte, rest) = match (first, after) {
            (b'%', [high, low, rest @ ..]) => match hexadecimal(*high, *low) {
                Some(byte) => (byte, rest),
                None => (b'%', after),
            },
            (byte, rest) => (*byte, rest),
        };
        bytes.push(byte);
        left = rest;
    }
    String::from_utf8(bytes).unwrap_or_else(|_| raw.to_owned())
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// With everything encoded that could mean something in a path or query.
fn encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            (byte as char).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Shows what each text is the value of.
    fn shown(member: Option<&str>, text: &str) -> String {
        match member {
            Some(member) => format!("{member}({text})"),
            None => text.to_owned(),
        }
    }

    #[test]
    fn each_piece_of_a_path_is_changed_by_itself() {
        for (written, changed) in [
            ("/v1/users", "/v1/users"),
            ("/v1/a%40b", "/v1/a%40b"),
            ("/v1?limit=2", "/v1?limit=limit%282%29"),
            ("/v1?emails[]=a%40b&x", "/v1?emails[]=emails%28a%40b%29&x"),
            ("/v1?q=a+b", "/v1?q=q%28a%20b%29"),
            ("/v1?q=%ff", "/v1?q=q%28%25ff%29"),
        ] {
            assert_eq!(path(written, &mut shown), changed, "{written}");
        }
    }

    #[test]
    fn a_request_has_one_form_however_it_is_written() {
        for (one, other, same) in [
            ("/a?x=1%402", "/a?x=1@2", true),
            ("/a?x[]=1", "/a?x%5B%5D=1", true),
            ("/a?x=b+c", "/a?x=b%20c", true),
            ("/a+b", "/a%20b", false),
            ("/a%2Fb", "/a/b", false),
            ("/a?x=1%26y=2", "/a?x=1&y=2", false),
            ("/a?x=1&y=2", "/a?y=2&x=1", false),
            ("/a", "/a?", false),
        ] {
            assert_eq!(normal(one) == normal(other), same, "{one} and {other}");
        }
    }

    #[test]
    fn each_string_of_json_is_changed_as_its_members_value() {
        let mut json = json!({"a": "1", "b": [{"c": "2"}, "3", 4, null], "d": true});
        value(None, &mut json, &mut shown);
        let expected = json!({"a": "a(1)", "b": [{"c": "c(2)"}, "b(3)", 4, null], "d": true});
        assert_eq!(json, expected);
    }
}
