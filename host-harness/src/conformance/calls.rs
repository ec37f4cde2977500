//! How calls end, and what they send: judged over every call that was made.

use std::collections::BTreeMap;

use governance_contract::faults::{self, Delivery, ErrorKind};
use governance_contract::manifest::{Description, Effect};

use super::asking::Made;
use super::rule::{Outcome, Rule, Verdict};
use crate::error::CallError;

const WITHIN_BOUNDS: Rule = Rule {
    id: "answers-within-bounds",
    sentence: "every answer keeps the contract's bounds, its ids are well-formed, its types are declared",
};
const END: Rule = Rule {
    id: "calls-end",
    sentence: "every call ends in an answer or a typed error, within the limits of the sandbox",
};
const ONE_REQUEST: Rule = Rule {
    id: "one-request",
    sentence: "a listing call makes at most one request",
};
const ROUTES: Rule = Rule {
    id: "declared-routes",
    sentence: "every request matches a declared route that only reads",
};
const ERRORS: Rule = Rule {
    id: "errors-well-formed",
    sentence: "an error has a message, names a declared surface, and says `not-sent` where no request went out",
};
const GAPS: Rule = Rule {
    id: "gaps-not-errors",
    sentence: "what a credential or a plan does not open is a gap in a page, not an error",
};

/// Judges all calls; `requests` is how many went out on each route.
pub(super) fn outcomes(
    description: &Description,
    made: &[Made],
    requests: &BTreeMap<String, u64>,
) -> Vec<Outcome> {
    vec![
        WITHIN_BOUNDS.kept(within_bounds(made)),
        END.kept(end(made)),
        ONE_REQUEST.kept(one_request(made)),
        ROUTES.kept(routes(description, made, requests)),
        ERRORS.kept(errors(description, made)),
        GAPS.kept(gaps(made)),
    ]
}

fn within_bounds(made: &[Made]) -> Verdict {
    Verdict::failed(made.iter().filter_map(|made| match &made.error {
        Some(CallError::Contract(violation)) => Some(format!("{}: {violation}", made.what)),
        _ => None,
    }))
}

fn end(made: &[Made]) -> Verdict {
    Verdict::failed(made.iter().filter_map(|made| match &made.error {
        Some(CallError::Breach(breach)) => Some(format!("{}: {breach}", made.what)),
        _ => None,
    }))
}

fn one_request(made: &[Made]) -> Verdict {
    let many = made.iter().filter(|made| made.lists && made.requests > 1);
    Verdict::failed(many.map(|made| format!("{}: {} requests", made.what, made.requests)))
}

fn routes(description: &Description, made: &[Made], requests: &BTreeMap<String, u64>) -> Verdict {
    let refused = made.iter().filter_map(|made| {
        let refusal = made.error.as_ref()?.refusal()?;
        Some(format!("{}: {refusal}", made.what))
    });
    let reads = |id: &String| {
        let mut routes = description.routes.iter();
        routes.any(|route| route.id == *id && route.effect == Effect::Read)
    };
    let others = requests.keys().filter(|id| !reads(id));
    let others = others.map(|id| format!("a request went out on {id}"));
    Verdict::failed(refused.chain(others))
}

fn errors(description: &Description, made: &[Made]) -> Verdict {
    let told = made.iter().filter_map(|made| match &made.error {
        Some(CallError::Connector { error, .. }) => Some((made, error)),
        _ => None,
    });
    Verdict::failed(told.filter_map(|(made, error)| {
        let complaint = complaint(description, made.requests, error)?;
        Some(format!("{}: {complaint}", made.what))
    }))
}

fn complaint(description: &Description, requests: u64, error: &faults::Error) -> Option<String> {
    let declared = |surface: &String| description.surfaces.iter().any(|it| it.id == *surface);
    if error.message.trim().is_empty() {
        return Some("the error has no message".to_owned());
    }
    if let Some(surface) = error.surface.as_ref().filter(|it| !declared(it)) {
        return Some(format!(
            "the error names the surface `{surface}`, which is not declared"
        ));
    }
    if requests == 0 && error.delivery != Delivery::NotSent {
        return Some("the error says that a request was sent, and none was".to_owned());
    }
    None
}

fn gaps(made: &[Made]) -> Verdict {
    let closed = |made: &&Made| {
        let kind = made.error.as_ref().and_then(CallError::kind);
        let closed = matches!(
            kind,
            Some(ErrorKind::PermissionDenied(_) | ErrorKind::NotInPlan)
        );
        made.lists && closed
    };
    let told = |made: &Made| match &made.error {
        Some(error) => format!("{}: {error}", made.what),
        None => made.what.clone(),
    };
    Verdict::warned(made.iter().filter(closed).map(told))
}

#[cfg(test)]
mod tests {
    use governance_contract::bounds::Violation;
    use governance_contract::samples::{description, resource_type, route};

    use super::super::fixtures::{error, failed, made, of};
    use super::*;
    use crate::egress::Trouble;
    use crate::instance::Breach;
    use crate::policy::Refusal;

    fn example() -> Description {
        Description {
            routes: vec![
                route("list", "GET", "/users", Effect::Read),
                route("delete", "DELETE", "/users", Effect::Change),
            ],
            ..description(vec![resource_type("user")])
        }
    }

    #[test]
    fn an_answer_beyond_the_contract_is_found() {
        let violation = CallError::Contract(Violation {
            place: "resources[0].id".into(),
            rule: "is empty".into(),
        });
        let fine = made(1, None);
        assert_eq!(within_bounds(std::slice::from_ref(&fine)), Verdict::Passed);
        let broken = within_bounds(&[fine, made(1, Some(violation))]);
        assert_eq!(broken.name(), "failed");
    }

    #[test]
    fn a_call_that_traps_is_found() {
        let trap = CallError::Breach(Breach::Trap("unreachable".into()));
        assert_eq!(
            end(&[made(1, Some(failed(ErrorKind::NotFound)))]),
            Verdict::Passed
        );
        assert_eq!(end(&[made(1, Some(trap))]).name(), "failed");
    }

    #[test]
    fn a_second_request_of_a_listing_is_found() {
        let probe = Made {
            lists: false,
            ..made(2, None)
        };
        assert_eq!(one_request(&[made(1, None), probe]), Verdict::Passed);
        assert_eq!(one_request(&[made(2, None)]).name(), "failed");
    }

    #[test]
    fn a_request_that_is_not_declared_or_changes_something_is_found() {
        let sent = |route: &str| BTreeMap::from([(route.to_owned(), 1)]);
        assert_eq!(routes(&example(), &[], &sent("list")), Verdict::Passed);
        assert_eq!(routes(&example(), &[], &sent("delete")).name(), "failed");
        let refused = CallError::Connector {
            error: Box::new(error(ErrorKind::RefusedByHost)),
            trouble: Some(Trouble::Refused(Refusal::NoRoute {
                method: "GET".into(),
                url: "https://api.example.com/other".into(),
            })),
        };
        let verdict = routes(&example(), &[made(0, Some(refused))], &sent("list"));
        assert_eq!(verdict.name(), "failed");
    }

    #[test]
    fn an_error_that_says_too_little_is_found() {
        let sound = error(ErrorKind::NotFound);
        let breaks: [fn(&mut faults::Error); 3] = [
            |it| it.message = " ".into(),
            |it| it.surface = Some("moon".into()),
            |it| it.delivery = Delivery::Answered,
        ];
        let judged = |error| errors(&example(), &[made(0, Some(of(error)))]);
        assert_eq!(judged(sound.clone()), Verdict::Passed);
        for broken in breaks {
            let mut error = sound.clone();
            broken(&mut error);
            assert_eq!(judged(error).name(), "failed");
        }
    }

    #[test]
    fn a_denied_listing_should_have_been_a_gap() {
        let denied = failed(ErrorKind::PermissionDenied(None));
        assert_eq!(
            gaps(&[made(1, Some(failed(ErrorKind::NotFound)))]),
            Verdict::Passed
        );
        assert_eq!(gaps(&[made(1, Some(denied))]).name(), "warned");
    }
}
