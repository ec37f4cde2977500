//! Plans and changes: that a plan sends nothing and says what comes, that what is
//! given is held and what is taken is not, and that asking twice does no harm.

use std::collections::{BTreeMap, BTreeSet};

use governance_contract::changes::{Completion, Outcome as Told};
use governance_contract::faults::ErrorKind;
use governance_contract::ids;
use governance_contract::model::{Directness, Grant};

use super::rule::{Outcome, Rule, Verdict};
use super::trying::{Held, Senseless, Step, Tried, Tryout, differences};

const PLAN_CHANGES_NOTHING: Rule = Rule {
    id: "plan-changes-nothing",
    sentence: "after a plan everybody holds what they held before",
};
const KEEPS_TO_PLAN: Rule = Rule {
    id: "change-keeps-to-plan",
    sentence: "a change sends the requests that its plan shows, and comes to what it says",
};
const GRANT_HELD: Rule = Rule {
    id: "grant-is-held",
    sentence: "a grant is complete or pending, `held` names it, and the next listing does",
};
const REVOKE_TAKES: Rule = Rule {
    id: "revoke-takes",
    sentence: "a revocation is complete, `replaced` names the grant, and the next listing does not",
};
const AGAIN: Rule = Rule {
    id: "change-again-is-no-op",
    sentence: "what is so already is `no-op`, and sends no changing request",
};
const EFFECTS: Rule = Rule {
    id: "effects-as-sent",
    sentence: "an outcome has effects if and only if a changing request was sent",
};
const REQUEST_IDS: Rule = Rule {
    id: "change-request-ids",
    sentence: "an outcome names the service's ids of its changing requests, each once",
};
const ALL_TOLD: Rule = Rule {
    id: "changes-are-told",
    sentence: "`held` and `replaced` name every direct grant that came or went with a change",
};
const REFUSED: Rule = Rule {
    id: "senseless-change-is-refused",
    sentence: "to grant what there is not, or to whom there is not, is `invalid-input` or `not-found`, already in a plan",
};
const PUT_BACK: Rule = Rule {
    id: "changes-put-back",
    sentence: "after the trial everybody holds what they held before",
};

const NO_TRIAL: &str = "no grant to try on was named, see --change";
const UNREADABLE: &str = "not all that decides could be read";

/// Judges a trial, if there was one.
pub(super) fn outcomes(tryout: Option<&Tryout>) -> Vec<Outcome> {
    type Judge = fn(&Tryout) -> Verdict;
    let rules: [(Rule, Judge); 9] = [
        (PLAN_CHANGES_NOTHING, plan_changes_nothing),
        (KEEPS_TO_PLAN, keeps_to_plan),
        (GRANT_HELD, grant_is_held),
        (REVOKE_TAKES, revoke_takes),
        (AGAIN, again_is_no_op),
        (EFFECTS, effects_as_sent),
        (REQUEST_IDS, request_ids),
        (ALL_TOLD, all_told),
        (PUT_BACK, put_back),
    ];
    let judged = rules.into_iter().map(|(rule, judge)| {
        let verdict = match tryout.map(|it| (it, &it.untried)) {
            None => Verdict::skipped(NO_TRIAL),
            Some((_, Some(why))) => Verdict::skipped(why),
            Some((tryout, None)) => judge(tryout),
        };
        rule.kept(verdict)
    });
    let refused = match tryout {
        None => Verdict::skipped(NO_TRIAL),
        Some(tryout) => refused(&tryout.senseless),
    };
    judged.chain([REFUSED.kept(refused)]).collect()
}

fn plan_changes_nothing(tryout: &Tryout) -> Verdict {
    let Some(after) = &tryout.planned else {
        return Verdict::skipped(UNREADABLE);
    };
    let (added, lost) = differences(&tryout.before, after);
    let added = added
        .iter()
        .map(|it| format!("{it} is held after the plan"));
    let lost = lost.iter().map(|it| format!("{it} is lost after the plan"));
    Verdict::failed(added.chain(lost))
}

fn keeps_to_plan(tryout: &Tryout) -> Verdict {
    Verdict::failed(tryout.tried.iter().filter_map(|it| {
        let problem = departure(it)?;
        Some(format!("{}: {problem}", it.step.name()))
    }))
}

/// How a change departs from its plan.
fn departure(tried: &Tried) -> Option<String> {
    let (planned, made) = match (&tried.planned, &tried.made) {
        (Ok(planned), Ok(made)) => (planned, made),
        (Err(_), Err(_)) => return None,
        (Ok(_), Err(error)) => return Some(format!("it was planned, and fails: {error}")),
        (Err(error), Ok(_)) => return Some(format!("its plan fails: {error}")),
    };
    let mut steps = BTreeMap::new();
    for step in &planned.steps {
        *steps.entry(step.route.clone()).or_insert(0) += 1;
    }
    // One that was slowed down, or whose answers cannot be told, sends more.
    let comparable = !planned.open_ended && !tried.repeated;
    if comparable && steps != tried.sent {
        return Some(format!(
            "the plan has {steps:?}, and {:?} was sent",
            tried.sent
        ));
    }
    let kind = |outcome: &Told| outcome.completion.name();
    if !planned.open_ended && kind(&planned.outcome) != kind(made) {
        let (plan, came) = (kind(&planned.outcome), kind(made));
        return Some(format!("the plan says {plan}, and it came to {came}"));
    }
    let differs = |one: &[Grant], other: &[Grant]| named(one) != named(other);
    let otherwise = differs(&planned.outcome.held, &made.held)
        || differs(&planned.outcome.replaced, &made.replaced);
    (!planned.open_ended && otherwise)
        .then(|| "what it gives or takes is not what the plan says".to_owned())
}

fn named(grants: &[Grant]) -> BTreeSet<String> {
    let ids = grants.iter();
    ids.map(|it| ids::grant(&it.resource, &it.slug, &it.principal))
        .collect()
}

fn grant_is_held(tryout: &Tryout) -> Verdict {
    let Some(tried) = tryout.of(Step::Grant) else {
        return Verdict::skipped(UNREADABLE);
    };
    let id = &tryout.grant;
    let made = match &tried.made {
        Ok(made) => made,
        Err(error) => return Verdict::failed([format!("{id}: {error}")]),
    };
    let ended = matches!(
        made.completion,
        Completion::Complete | Completion::Pending(_)
    );
    let pending = matches!(made.completion, Completion::Pending(_));
    let mut found = Vec::new();
    if !ended {
        found.push(format!("{id}: it came to {}", made.completion.name()));
    }
    if !named(&made.held).contains(id) {
        found.push(format!("{id} is not in `held`"));
    }
    match &tryout.granted {
        // What waits for somebody need not be listed yet.
        _ if pending => {}
        Some(held) if held.contains_key(id) => {}
        Some(_) => found.push(format!("{id} is not listed")),
        None if found.is_empty() => return Verdict::skipped(UNREADABLE),
        None => {}
    }
    Verdict::failed(found)
}

fn revoke_takes(tryout: &Tryout) -> Verdict {
    let Some(tried) = tryout.of(Step::Revoke) else {
        return Verdict::skipped(UNREADABLE);
    };
    let id = &tryout.grant;
    let made = match &tried.made {
        Ok(made) => made,
        Err(error) => return Verdict::failed([format!("{id}: {error}")]),
    };
    let mut found = Vec::new();
    if made.completion != Completion::Complete {
        found.push(format!("{id}: it came to {}", made.completion.name()));
    }
    if !named(&made.replaced).contains(id) {
        found.push(format!("{id} is not in `replaced`"));
    }
    match &tryout.revoked {
        Some(held) if !held.contains_key(id) => {}
        Some(_) => found.push(format!("{id} is still listed")),
        None if found.is_empty() => return Verdict::skipped(UNREADABLE),
        None => {}
    }
    Verdict::failed(found)
}

fn again_is_no_op(tryout: &Tryout) -> Verdict {
    let again = [Step::GrantAgain, Step::RevokeAgain];
    let again = again.into_iter().filter_map(|step| tryout.of(step));
    Verdict::failed(again.filter_map(|it| {
        let told = match &it.made {
            Ok(made) if matches!(made.completion, Completion::NoOp(_)) => match it.sent.len() {
                0 => return None,
                _ => format!("it is `no-op`, and {:?} was sent", it.sent),
            },
            Ok(made) => format!("it came to {}", made.completion.name()),
            Err(error) => error.to_string(),
        };
        Some(format!("{}: {told}", it.step.name()))
    }))
}

fn effects_as_sent(tryout: &Tryout) -> Verdict {
    Verdict::failed(tryout.tried.iter().filter_map(|it| {
        let made = it.made.as_ref().ok()?;
        let settled = !matches!(made.completion, Completion::Unknown(_));
        let differs = settled && it.sent.is_empty() != made.effects.is_empty();
        let (sent, effects) = (&it.sent, made.effects.len());
        differs.then(|| format!("{}: {sent:?} was sent, {effects} effects", it.step.name()))
    }))
}

fn request_ids(tryout: &Tryout) -> Verdict {
    let made = |it: &Tried| it.made.as_ref().ok().map(|made| made.request_ids.clone());
    let changing = tryout.tried.iter().filter(|it| !it.sent.is_empty());
    Verdict::warned(changing.filter_map(|it| {
        let told = made(it)?;
        let mut once = told.clone();
        once.sort_unstable();
        once.dedup();
        let problem = match (told.is_empty(), once.len() == told.len()) {
            (true, _) => "it names none, perhaps since the service tells none",
            (false, false) => "it names one twice",
            (false, true) => return None,
        };
        Some(format!("{}: {problem}", it.step.name()))
    }))
}

/// What came and went between two readings is what the change between them says.
fn all_told(tryout: &Tryout) -> Verdict {
    let mut found = Vec::new();
    let changes = [
        (
            Step::Grant,
            tryout.planned.as_ref(),
            tryout.granted.as_ref(),
        ),
        (
            Step::Revoke,
            tryout.granted.as_ref(),
            tryout.revoked.as_ref(),
        ),
    ];
    for (step, before, after) in changes {
        let (Some(before), Some(after)) = (before, after) else {
            continue;
        };
        if let Some(Ok(made)) = tryout.of(step).map(|it| &it.made) {
            let untold = untold(before, after, made);
            found.extend(untold.map(|it| format!("{}: {it}", step.name())));
        }
    }
    Verdict::failed(found)
}

fn untold<'a>(
    before: &'a Held,
    after: &'a Held,
    made: &Told,
) -> impl Iterator<Item = String> + use<'a> {
    let (added, lost) = differences(before, after);
    let (held, replaced) = (named(&made.held), named(&made.replaced));
    // What is inherited comes and goes with what is held directly.
    let is_direct = |all: &Held, id: &String| {
        let grant = all.get(id);
        grant.is_some_and(|it| it.directness == Directness::Direct)
    };
    let added = added
        .into_iter()
        .filter(move |it| is_direct(after, it) && !held.contains(*it));
    let lost = lost
        .into_iter()
        .filter(move |it| is_direct(before, it) && !replaced.contains(*it));
    let added = added.map(|it| format!("{it} is held now, which it does not tell"));
    added.chain(lost.map(|it| format!("{it} is lost, which it does not tell")))
}

fn refused(senseless: &[Senseless]) -> Verdict {
    Verdict::failed(senseless.iter().filter_map(|it| match &it.planned {
        Err(error) => match error.kind() {
            Some(ErrorKind::InvalidInput(_) | ErrorKind::NotFound) => None,
            _ => Some(format!("{}: {error}", it.what)),
        },
        Ok(made) => {
            let came = made.outcome.completion.name();
            Some(format!("{}: the plan says {came}", it.what))
        }
    }))
}

fn put_back(tryout: &Tryout) -> Verdict {
    Verdict::failed(tryout.left())
}

#[cfg(test)]
mod tests {
    use governance_contract::changes::Effect;
    use governance_contract::samples::{changes, grant, id};

    use super::super::fixtures::failed;
    use super::*;
    use crate::connection::Made;
    use crate::egress::Step as Request;
    use crate::error::CallError;

    const ROUTE: &str = "add-member";

    fn membership() -> Grant {
        grant(id("team", "t"), "member", id("user", "ada"))
    }

    fn held(grants: &[Grant]) -> Held {
        let named = grants.iter().map(|it| {
            let id = ids::grant(&it.resource, &it.slug, &it.principal);
            (id, it.clone())
        });
        named.collect()
    }

    fn told(completion: Completion, effects: bool) -> Told {
        let effect = Effect {
            summary: "did it".into(),
            on: id("team", "t"),
        };
        Told {
            effects: effects.then_some(effect).into_iter().collect(),
            request_ids: effects.then(|| "req-1".to_owned()).into_iter().collect(),
            ..changes::outcome(completion)
        }
    }

    fn tried(step: Step, outcome: Told) -> Tried {
        let sends = !outcome.effects.is_empty();
        let request = Request {
            route: ROUTE.into(),
            method: "POST".into(),
            path: "/".into(),
            body: None,
        };
        let planned = Made {
            outcome: outcome.clone(),
            steps: sends.then_some(request).into_iter().collect(),
            open_ended: false,
        };
        Tried {
            step,
            planned: Ok(planned),
            made: Ok(outcome),
            sent: sends.then(|| (ROUTE.to_owned(), 1)).into_iter().collect(),
            repeated: false,
        }
    }

    /// A trial in which all went well.
    fn sound() -> Tryout {
        let no_op = || told(Completion::NoOp("so already".into()), false);
        let given = Told {
            held: vec![membership()],
            ..told(Completion::Complete, true)
        };
        let taken = Told {
            replaced: vec![membership()],
            ..told(Completion::Complete, true)
        };
        Tryout {
            grant: held(&[membership()]).into_keys().next().unwrap(),
            tried: vec![
                tried(Step::Grant, given),
                tried(Step::GrantAgain, no_op()),
                tried(Step::Revoke, taken),
                tried(Step::RevokeAgain, no_op()),
            ],
            planned: Some(Held::new()),
            granted: Some(held(&[membership()])),
            revoked: Some(Held::new()),
            restored: Some(Held::new()),
            senseless: vec![senseless(Err(failed(ErrorKind::NotFound)))],
            ..Tryout::default()
        }
    }

    fn senseless(planned: Result<Made, CallError>) -> Senseless {
        Senseless {
            what: "a grant to nobody".into(),
            planned,
        }
    }

    fn broken(change: impl Fn(&mut Tryout)) -> Vec<&'static str> {
        let mut tryout = sound();
        change(&mut tryout);
        let judged = outcomes(Some(&tryout)).into_iter();
        let broken = judged.filter(|it| matches!(it.verdict, Verdict::Failed(_)));
        broken.map(|it| it.rule.id).collect()
    }

    fn made(tryout: &mut Tryout, step: usize) -> &mut Told {
        tryout.tried[step].made.as_mut().unwrap()
    }

    #[test]
    fn a_sound_trial_breaks_no_rule_and_each_flaw_its_own() {
        let someone = grant(id("team", "t"), "member", id("user", "bob"));
        type Flaw<'a> = Box<dyn Fn(&mut Tryout) + 'a>;
        let cases: Vec<(Flaw<'_>, &[&str])> = vec![
            (Box::new(|_| {}), &[]),
            (
                Box::new(|it| it.planned = Some(held(&[membership()]))),
                &["plan-changes-nothing"],
            ),
            (
                Box::new(|it| {
                    it.tried[0].sent.insert("other".into(), 1);
                }),
                &["change-keeps-to-plan"],
            ),
            (
                Box::new(|it| it.tried[0].planned = Err(failed(ErrorKind::Conflict))),
                &["change-keeps-to-plan"],
            ),
            (
                Box::new(|it| it.granted = Some(Held::new())),
                &["grant-is-held"],
            ),
            (
                Box::new(|it| it.revoked = Some(held(&[membership()]))),
                &["revoke-takes"],
            ),
            (
                Box::new(|it| made(it, 1).completion = Completion::Complete),
                &["change-keeps-to-plan", "change-again-is-no-op"],
            ),
            (
                Box::new(|it| made(it, 0).effects.clear()),
                &["effects-as-sent"],
            ),
            (
                Box::new(|it| it.granted = Some(held(&[membership(), someone.clone()]))),
                &["changes-are-told"],
            ),
            (
                Box::new(|it| it.restored = Some(held(&[membership()]))),
                &["changes-put-back"],
            ),
            (Box::new(|it| it.restored = None), &["changes-put-back"]),
            (
                Box::new(|it| it.senseless = vec![senseless(Err(failed(ErrorKind::Conflict)))]),
                &["senseless-change-is-refused"],
            ),
        ];
        for (flaw, expected) in &cases {
            assert_eq!(&broken(flaw), expected);
        }
    }

    #[test]
    fn without_a_trial_or_with_what_is_held_nothing_is_judged() {
        let untried = Tryout {
            untried: Some("it is held already".into()),
            ..Tryout::default()
        };
        for tryout in [None, Some(&untried)] {
            let judged = outcomes(tryout);
            let skipped = judged.iter().filter(|it| it.verdict.name() == "skipped");
            assert!(skipped.count() >= 9);
        }
        assert!(untried.left().is_empty());
    }
}
