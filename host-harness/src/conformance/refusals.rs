//! Calls that make no sense are refused, and cost the service nothing.

use governance_contract::faults::ErrorKind;

use super::rule::{Outcome, Rule, Verdict};
use crate::error::CallError;

const UNKNOWN: Rule = Rule {
    id: "unknown-is-refused",
    sentence: "an unknown type, surface or lookup, or a child without its parent, is `invalid-input`",
};
const GARBAGE: Rule = Rule {
    id: "garbage-token-is-refused",
    sentence: "a page token that the connector did not make is `token-expired` or `invalid-input`",
};
const NOTHING_SENT: Rule = Rule {
    id: "refused-before-sending",
    sentence: "a call that is refused for its arguments sends no request",
};

/// What is wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// An argument names what is not declared, or is missing.
    Argument,
    /// The token is not one of the connector's.
    Token,
}

/// A call that makes no sense, and how it ended.
#[derive(Debug)]
pub(super) struct Nonsense {
    pub(super) what: String,
    pub(super) wrong: Wrong,
    pub(super) requests: u64,
    /// None: it was answered as if it made sense.
    pub(super) error: Option<CallError>,
}

/// Judges such calls.
pub(super) fn outcomes(calls: &[Nonsense]) -> Vec<Outcome> {
    let of = |wrong| calls.iter().filter(move |it| it.wrong == wrong);
    let tokens = of(Wrong::Token).count();
    vec![
        UNKNOWN.kept(refused(of(Wrong::Argument))),
        GARBAGE.kept(refused(of(Wrong::Token)).unless_empty(tokens, "no listing can be begun")),
        NOTHING_SENT.kept(nothing_sent(calls)),
    ]
}

fn refused<'a>(calls: impl Iterator<Item = &'a Nonsense>) -> Verdict {
    Verdict::failed(calls.filter_map(|call| {
        let Some(error) = &call.error else {
            return Some(format!("{}: it is answered", call.what));
        };
        let fits = match error.kind() {
            Some(ErrorKind::InvalidInput(_)) => true,
            Some(ErrorKind::TokenExpired) => call.wrong == Wrong::Token,
            _ => false,
        };
        let kind = error.kind().map_or("no typed error", ErrorKind::name);
        (!fits).then(|| format!("{}: {kind}: {error}", call.what))
    }))
}

fn nothing_sent(calls: &[Nonsense]) -> Verdict {
    let sent = calls.iter().filter(|call| call.requests > 0);
    Verdict::failed(sent.map(|call| format!("{}: {} requests", call.what, call.requests)))
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::failed;
    use super::*;

    #[test]
    fn nonsense_is_refused_by_its_kind() {
        let input = || Some(ErrorKind::InvalidInput("token".into()));
        for (kind, argument, token) in [
            (input(), "passed", "passed"),
            (Some(ErrorKind::TokenExpired), "failed", "passed"),
            (Some(ErrorKind::NotFound), "failed", "failed"),
            (None, "failed", "failed"),
        ] {
            let judged = |wrong| {
                let call = Nonsense {
                    what: "a call".into(),
                    wrong,
                    requests: 0,
                    error: kind.clone().map(failed),
                };
                refused([&call].into_iter()).name()
            };
            assert_eq!(judged(Wrong::Argument), argument, "{kind:?}");
            assert_eq!(judged(Wrong::Token), token, "{kind:?}");
        }
    }

    #[test]
    fn nonsense_that_costs_a_request_is_found() {
        for (requests, expected) in [(0, "passed"), (1, "failed")] {
            let call = Nonsense {
                what: "a call".into(),
                wrong: Wrong::Argument,
                requests,
                error: None,
            };
            assert_eq!(nothing_sent(&[call]).name(), expected);
        }
    }
}
