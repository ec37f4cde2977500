//! Plans and outcomes as people and programs see them.

use std::fmt::Write as _;

use governance_host::Step;
use governance_host::contract::changes::{Completion, Outcome};
use governance_host::contract::model::{Directness, Grant, ResourceId};
use governance_host::contract::{ids, moments};
use governance_host::provision::ProvisionError;
use governance_host::provision::batch::digest;
use governance_host::provision::plan::Plan;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::text::safe_line;

/// Whether something is going to be or has been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tense {
    Future,
    Past,
}

/// A plan for people.
pub(crate) fn plan(title: &str, plan: &Plan) -> String {
    let mut text = format!("plan: {}\n", safe_line(title));
    section(&mut text, "requests that would be sent", &requests(plan));
    text.push_str(&body(&plan.outcome, Tense::Future));
    if plan.makes_secret {
        text.push_str("  a secret would be shown, once\n");
    }
    let _ = writeln!(text, "  digest {}", plan.digest);
    text
}

/// A change of a batch, and what would come of it.
pub(crate) struct PlannedChange<'a> {
    /// The line that it was written on.
    pub(crate) line: u64,
    /// As people wrote it.
    pub(crate) title: &'a str,
    /// Why, for the journal, if that is its own.
    pub(crate) reason: Option<&'a str>,
    pub(crate) plan: Result<&'a Plan, &'a ProvisionError>,
}

/// Plans as a file that `harness apply --plan` takes.
pub(crate) fn plan_file(plans: &[PlannedChange<'_>]) -> Value {
    let planned = plans.iter().filter_map(|it| it.plan.ok());
    let each = plans.iter().map(|it| {
        json!({
            "line": it.line,
            "change": it.title,
            "reason": it.reason,
            "plan": it.plan.ok().map(Plan::to_json),
            "error": it.plan.err().map(ToString::to_string),
        })
    });
    json!({
        "digest": digest(planned.map(|plan| plan.digest.as_str())),
        "plans": each.collect::<Vec<_>>(),
    })
}

/// An outcome for people. Secrets are in it, once.
pub(crate) fn outcome(title: &str, outcome: &Outcome) -> String {
    let mut text = format!("{}: {}\n", ended(outcome), safe_line(title));
    text.push_str(&body(outcome, Tense::Past));
    for secret in &outcome.secrets {
        let _ = writeln!(
            text,
            "\nSECRET of {}, shown only now: {}",
            id(&secret.of),
            safe_line(&secret.value)
        );
    }
    text
}

/// That there is no plan, and why.
pub(crate) fn no_plan(title: &str, error: &dyn std::error::Error) -> String {
    let error = safe_line(&error.to_string());
    format!("NO PLAN: {}\n  {error}\n", safe_line(title))
}

/// The exit code for how a change ended.
pub(crate) fn exit(outcome: &Outcome) -> Exit {
    match outcome.completion {
        Completion::Complete | Completion::NoOp(_) | Completion::Pending(_) => Exit::Done,
        Completion::Partial(_) | Completion::Unknown(_) => Exit::Unsettled,
    }
}

/// How a change ended, in a word or two.
pub(crate) fn ended(outcome: &Outcome) -> &'static str {
    match outcome.completion {
        Completion::Complete => "done",
        Completion::NoOp(_) => "nothing to do",
        Completion::Pending(_) => "pending",
        Completion::Partial(_) => "done in part",
        Completion::Unknown(_) => "UNKNOWN whether it happened",
    }
}

fn body(outcome: &Outcome, tense: Tense) -> String {
    let mut text = String::new();
    let [effects, held, lost] = match tense {
        Tense::Future => ["what would be done", "would be held then", "would be lost"],
        Tense::Past => ["what was done", "held now", "not held any more"],
    };
    for line in completion(&outcome.completion) {
        let _ = writeln!(text, "  {line}");
    }
    let done: Vec<_> = outcome
        .effects
        .iter()
        .map(|it| safe_line(&it.summary))
        .collect();
    section(&mut text, effects, &done);
    section(&mut text, held, &grants(&outcome.held));
    section(&mut text, lost, &grants(&outcome.replaced));
    section(&mut text, "still held", &grants(&outcome.remaining));
    let follows: Vec<_> = outcome
        .consequences
        .iter()
        .map(|it| safe_line(it))
        .collect();
    section(&mut text, "to be considered", &follows);
    text
}

fn completion(completion: &Completion) -> Vec<String> {
    match completion {
        Completion::Complete | Completion::Pending(None) => Vec::new(),
        Completion::NoOp(reason) => vec![safe_line(reason)],
        Completion::Pending(Some(until)) => vec![format!("until {}", moments::show(*until))],
        Completion::Partial(error) | Completion::Unknown(error) => {
            let hint = error
                .hint
                .iter()
                .map(|hint| format!("hint: {}", safe_line(hint)));
            [safe_line(&error.message)]
                .into_iter()
                .chain(hint)
                .collect()
        }
    }
}

fn requests(plan: &Plan) -> Vec<String> {
    let mut lines: Vec<_> = plan.steps.iter().zip(1..).map(request).collect();
    if plan.open_ended {
        lines.push(format!("further steps depend on step {}", plan.steps.len()));
    }
    if lines.is_empty() {
        lines.push("none".to_owned());
    }
    lines
}

fn request((step, number): (&Step, usize)) -> String {
    let body = step.body.as_ref().map(|it| format!("  {it}"));
    let line = format!(
        "{number}. {} {}{}",
        step.method,
        step.path,
        body.unwrap_or_default()
    );
    safe_line(&line)
}

fn grants(grants: &[Grant]) -> Vec<String> {
    grants.iter().map(grant).collect()
}

fn grant(grant: &Grant) -> String {
    let through = match &grant.directness {
        Directness::Inherited(sources) => {
            let sources: Vec<_> = sources.iter().map(id).collect();
            format!(", through {}", sources.join(", "))
        }
        Directness::Direct | Directness::NotTold => String::new(),
    };
    let pending = if grant.pending { ", pending" } else { "" };
    let entitlement = ids::entitlement(&grant.resource, &grant.slug);
    let line = format!(
        "{entitlement} by {}{through}{pending}",
        id(&grant.principal)
    );
    safe_line(&line)
}

fn id(id: &ResourceId) -> String {
    safe_line(&format!("{}:{}", id.resource_type, id.id))
}

/// Lines below a title; nothing where there are none.
fn section(text: &mut String, title: &str, lines: &[String]) {
    if !lines.is_empty() {
        let _ = writeln!(text, "  {title}:");
    }
    for line in lines {
        let _ = writeln!(text, "    {line}");
    }
}

#[cfg(test)]
mod tests;
