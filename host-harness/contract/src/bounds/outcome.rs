//! What an outcome keeps. A service's error may be long: it is bounded too.

use super::{
    ATTRIBUTES_BYTES, Check, Checked, ID_BYTES, TEXT_BYTES, broken, each, id, optional, text,
};
use crate::changes::{Completion, Outcome};
use crate::faults::{Error, ErrorKind};
use crate::manifest::Description;

/// Checks how a change ended against the contract and the connector's own
/// description.
pub fn check_outcome(outcome: &Outcome, description: &Description) -> Checked {
    let check = Check { description };
    completion(&outcome.completion)?;
    if matches!(outcome.completion, Completion::NoOp(_)) && !outcome.effects.is_empty() {
        return broken("effects", "a change that is `no-op` has none");
    }
    each("effects", &outcome.effects, |effect| {
        text("summary", &effect.summary, TEXT_BYTES)?;
        check.resource_id("on", &effect.on)
    })?;
    each("resources", &outcome.resources, |it| check.resource(it))?;
    each("held", &outcome.held, |it| check.grant(it))?;
    each("replaced", &outcome.replaced, |it| check.grant(it))?;
    each("remaining", &outcome.remaining, |it| check.grant(it))?;
    each("secrets", &outcome.secrets, |secret| {
        check.resource_id("of", &secret.of)?;
        text("value", &secret.value, ATTRIBUTES_BYTES)
    })?;
    each("request-ids", &outcome.request_ids, |it| id("", it))?;
    let sentence = |it: &String| text("", it, TEXT_BYTES);
    each("consequences", &outcome.consequences, sentence)?;
    each("notes", &outcome.notes, sentence)
}

fn completion(completion: &Completion) -> Checked {
    match completion {
        Completion::Complete | Completion::Pending(_) => Ok(()),
        Completion::NoOp(reason) => text("completion", reason, TEXT_BYTES),
        Completion::Partial(failure) | Completion::Unknown(failure) => error(failure),
    }
}

fn error(error: &Error) -> Checked {
    let long = |place: &str, it: &str| text(place, it, TEXT_BYTES);
    let short = |place: &str, it: &str| text(place, it, ID_BYTES);
    long("completion.message", &error.message)?;
    optional("completion.hint", error.hint.as_deref(), long)?;
    optional("completion.surface", error.surface.as_deref(), short)?;
    optional("completion.code", error.code.as_deref(), short)?;
    optional("completion.request-id", error.request_id.as_deref(), short)?;
    match &error.kind {
        ErrorKind::PermissionDenied(missing) => {
            optional("completion.kind", missing.as_deref(), short)
        }
        ErrorKind::InvalidInput(field) => short("completion.kind", field),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::{Effect, SecretValue};
    use crate::samples::{changes, description, grant, id as named, resource, resource_type};

    /// An outcome that keeps all rules.
    fn outcome() -> Outcome {
        let ada = named("user", "ada");
        let held = grant(ada.clone(), "self", ada.clone());
        let value = "x".repeat(2_000);
        Outcome {
            effects: vec![Effect {
                summary: "made ada".into(),
                on: ada.clone(),
            }],
            resources: vec![resource("user", "ada")],
            held: vec![held.clone()],
            replaced: vec![held.clone()],
            remaining: vec![held],
            secrets: vec![SecretValue { of: ada, value }],
            request_ids: vec!["req-1".into()],
            ..changes::outcome(Completion::Complete)
        }
    }

    fn broken_at(change: impl Fn(&mut Outcome)) -> String {
        let mut outcome = outcome();
        change(&mut outcome);
        let description = description(vec![resource_type("user")]);
        check_outcome(&outcome, &description).unwrap_err().place
    }

    #[test]
    fn a_good_outcome_is_let_through() {
        let description = description(vec![resource_type("user")]);
        assert_eq!(check_outcome(&outcome(), &description), Ok(()));
    }

    #[test]
    fn what_breaks_a_rule_is_named_by_its_place() {
        let long = || "x".repeat(100_000);
        let other = || named("planet", "mars");
        let failed = |message: String| Error {
            message,
            ..changes::error(ErrorKind::Conflict)
        };
        let cases = [
            (broken_at(|it| it.effects[0].on = other()), "effects[0].on"),
            (
                broken_at(|it| it.effects[0].summary = long()),
                "effects[0].summary",
            ),
            (
                broken_at(|it| it.resources[0].id = other()),
                "resources[0].id",
            ),
            (
                broken_at(|it| it.held[0].principal = other()),
                "held[0].principal",
            ),
            (
                broken_at(|it| it.replaced[0].slug.clear()),
                "replaced[0].slug",
            ),
            (
                broken_at(|it| it.remaining[0].resource = other()),
                "remaining[0].resource",
            ),
            (broken_at(|it| it.secrets[0].of = other()), "secrets[0].of"),
            (
                broken_at(|it| it.secrets[0].value = long()),
                "secrets[0].value",
            ),
            (
                broken_at(|it| it.request_ids[0] = "a\nb".into()),
                "request-ids[0]",
            ),
            (
                broken_at(|it| it.consequences.push(long())),
                "consequences[0]",
            ),
            (broken_at(|it| it.notes.push(long())), "notes[0]"),
            (
                broken_at(|it| it.completion = Completion::NoOp("held".into())),
                "effects",
            ),
            (
                broken_at(|it| it.completion = Completion::Unknown(failed(long()))),
                "completion.message",
            ),
            (
                broken_at(|it| {
                    let kind = ErrorKind::InvalidInput(long());
                    it.completion = Completion::Partial(changes::error(kind));
                }),
                "completion.kind",
            ),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
    }
}
