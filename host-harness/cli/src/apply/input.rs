//! What is to be applied: a file of changes with names, or a plan.

use std::path::Path;

use anyhow::Context;
use futures::{StreamExt, stream};
use governance_host::contract::changes::ChangeRequest;
use governance_host::naming::error::NamingError;
use governance_host::provision::batch::fingerprint;
use governance_host::provision::desired::{Format, Line, Malformed, parse};
use governance_host::provision::plan::SavedPlan;
use serde::Deserialize;
use serde_json::Value;

use super::resume::{Batch, Earlier};
use crate::change::session::Session;
use crate::exit::{Exit, Refused};

/// A change of a batch.
pub(crate) struct Item {
    /// The line that it was written on.
    pub(crate) line: u64,
    /// As people wrote it.
    pub(crate) title: String,
    pub(crate) request: ChangeRequest,
    /// The plan that it has to keep to.
    pub(crate) saved: Option<SavedPlan>,
    /// Its place in the batch, from 0.
    pub(crate) position: u32,
    /// When it was sent by an earlier run that was interrupted.
    pub(crate) under_way: Option<i64>,
    /// Why, for the journal, if that is its own.
    pub(crate) reason: Option<String>,
}

/// What `--plan --json` writes.
#[derive(Deserialize)]
struct PlanFile {
    digest: String,
    plans: Vec<PlannedLine>,
}

#[derive(Deserialize)]
struct PlannedLine {
    line: u64,
    change: String,
    reason: Option<String>,
    plan: Option<Value>,
}

/// Reads a file's changes, and what tells it from other files.
pub(super) fn read(path: &Path, format: Option<Format>) -> anyhow::Result<(Vec<Line>, String)> {
    let format = format.or_else(|| Format::of(path)).ok_or_else(|| Refused {
        exit: Exit::Usage,
        message: format!("cannot tell how {} is written", path.display()),
        hint: "use --format json-lines or --format csv".to_owned(),
    })?;
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = parse(&bytes, format).map_err(|Malformed(bad)| {
        let lines = bad.iter().map(|it| (it.number, it.problem.clone()));
        refused_lines(path, lines.collect(), Exit::Usage)
    })?;
    Ok((lines, fingerprint(&bytes)))
}

fn refused_lines(what: &Path, lines: Vec<(u64, String)>, exit: Exit) -> Refused {
    let shown: Vec<_> = lines
        .iter()
        .map(|(number, problem)| format!("line {number}: {}", one_line(problem)))
        .collect();
    Refused {
        exit,
        message: format!(
            "nothing was changed, since {} of {} cannot be made out",
            match lines.len() {
                1 => "a line".to_owned(),
                several => format!("{several} lines"),
            },
            what.display()
        ),
        hint: shown.join("\n"),
    }
}

/// Names may hold line breaks, which would look like another line of the hint.
fn one_line(text: &str) -> String {
    crate::text::safe_line(text)
}

/// What a line names, if it names something.
pub(crate) struct Named<'a> {
    pub(crate) position: u32,
    pub(crate) line: &'a Line,
    /// The change, and when an earlier run sent it.
    pub(crate) found: Result<(ChangeRequest, Option<i64>), NamingError>,
}

/// Finds what all lines name, but for those that ended in an earlier run. What
/// was under way then is what it was: its names may mean nothing any more.
pub(crate) async fn name<'a>(
    session: &Session,
    lines: &'a [Line],
    earlier: Option<&Batch>,
    jobs: usize,
) -> Vec<Named<'a>> {
    let namer = session.namer();
    let before = |position: &u32| earlier.and_then(|it| it.changes.get(position));
    let naming = (0u32..)
        .zip(lines)
        .filter(|(position, _)| !matches!(before(position), Some(Earlier::Ended(_))))
        .map(async |(position, line)| {
            let found = match before(&position) {
                Some(Earlier::UnderWay { request, since }) => {
                    Ok(((**request).clone(), Some(*since)))
                }
                _ => session
                    .name(&namer, &line.desired)
                    .await
                    .map(|it| (it, None)),
            };
            Named {
                position,
                line,
                found,
            }
        });
    stream::iter(naming).buffered(jobs).collect().await
}

/// The changes of lines, if all of them name something.
pub(crate) fn items(path: &Path, named: Vec<Named<'_>>) -> anyhow::Result<Vec<Item>> {
    let (mut items, mut bad) = (Vec::new(), Vec::new());
    for Named {
        position,
        line,
        found,
    } in named
    {
        match found {
            Ok((request, under_way)) => items.push(Item {
                line: line.number,
                title: line.desired.to_string(),
                request,
                saved: None,
                position,
                under_way,
                reason: None,
            }),
            Err(error) => bad.push((line.number, error)),
        }
    }
    match bad.first() {
        None => Ok(items),
        Some((_, first)) => {
            let exit = first.fault().into();
            let lines = bad.iter().map(|(line, error)| (*line, told(error)));
            Err(refused_lines(path, lines.collect(), exit).into())
        }
    }
}

fn told(error: &NamingError) -> String {
    let candidates: Vec<_> = error
        .candidates()
        .iter()
        .map(|it| format!("{}:{} ({})", it.resource_type, it.id, it.name))
        .collect();
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    match candidates.is_empty() {
        true => format!("{error}{}", cause.unwrap_or_default()),
        false => format!("{error}: {}", candidates.join(", ")),
    }
}

/// Reads a plan of a batch.
pub(super) fn saved(path: &Path, connection: &str) -> anyhow::Result<Vec<Item>> {
    let shown = || format!("cannot use the plan {}", path.display());
    let bytes = std::fs::read(path).with_context(shown)?;
    let file: PlanFile = serde_json::from_slice(&bytes).with_context(shown)?;
    let mut items = Vec::new();
    for (position, planned) in (0u32..).zip(file.plans) {
        let Some(plan) = planned.plan else {
            return Err(Refused {
                exit: Exit::Usage,
                message: format!("line {} has no plan", planned.line),
                hint: "make a plan in which every change can be planned".to_owned(),
            }
            .into());
        };
        let saved = SavedPlan::read(plan).with_context(shown)?;
        items.push(Item {
            line: planned.line,
            title: planned.change,
            request: saved.change.clone(),
            saved: Some(saved),
            position,
            under_way: None,
            reason: planned.reason,
        });
    }
    let plans: Vec<_> = items.iter().filter_map(|it| it.saved.as_ref()).collect();
    let digest =
        governance_host::provision::batch::digest(plans.iter().map(|it| it.digest.as_str()));
    let elsewhere = plans.iter().find(|it| it.connection != connection);
    let problem = match elsewhere {
        Some(plan) => Some(format!("it is of the connection `{}`", plan.connection)),
        None if digest != file.digest => Some("it was edited".to_owned()),
        None => None,
    };
    match problem {
        None => Ok(items),
        Some(problem) => Err(Refused {
            exit: Exit::Usage,
            message: format!("{}: {problem}", shown()),
            hint: "make the plan again with `harness apply FILE --plan --json`".to_owned(),
        }
        .into()),
    }
}

/// Neither a file nor a plan, or both.
pub(super) fn file_or_plan() -> Refused {
    Refused {
        exit: Exit::Usage,
        message: "there is a plan to be made, and one to be applied".to_owned(),
        hint: "put FILE before --plan to see its plan; `--plan PLAN` alone applies a plan"
            .to_owned(),
    }
}
