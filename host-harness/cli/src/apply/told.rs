//! What came of a batch.

use std::io::Write;
use std::path::Path;

use governance_host::contract::changes::{Completion, Outcome};
use governance_host::contract::json as contract_json;
use governance_host::provision::ProvisionError;
use governance_host::provision::batch::digest;
use governance_host::provision::perform::Performed;
use governance_host::provision::plan::Plan;
use serde_json::{Value, json};

use super::input::Item;
use crate::change::shown::{self, PlannedChange};
use crate::exit::Exit;
use crate::files;
use crate::table::Table;
use crate::text::json_line;

/// How one change ended.
pub(super) enum Ended {
    /// The connector told an outcome.
    Outcome(Box<Outcome>),
    /// Nothing was changed.
    Refused(String),
    /// An earlier run may have made it.
    Unsettled(String),
}

impl From<Result<Performed, ProvisionError>> for Ended {
    fn from(result: Result<Performed, ProvisionError>) -> Self {
        match result {
            Ok(performed) => Self::Outcome(Box::new(performed.outcome)),
            Err(error) => Self::Refused(error.to_string()),
        }
    }
}

impl Ended {
    fn word(&self) -> &'static str {
        match self {
            Self::Outcome(outcome) => shown::ended(outcome),
            Self::Refused(_) => "FAILED",
            Self::Unsettled(_) => "UNKNOWN whether it happened",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Refused(error) | Self::Unsettled(error) => error.clone(),
            Self::Outcome(outcome) => match &outcome.completion {
                Completion::NoOp(reason) => reason.clone(),
                Completion::Partial(error) | Completion::Unknown(error) => error.message.clone(),
                Completion::Complete | Completion::Pending(_) => {
                    let effects = outcome.effects.iter().map(|it| it.summary.as_str());
                    effects.collect::<Vec<_>>().join("; ")
                }
            },
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Refused(_) => Exit::Failures,
            Self::Unsettled(_) => Exit::Unsettled,
            Self::Outcome(outcome) => shown::exit(outcome),
        }
    }
}

/// Shows the plans of all changes.
pub(super) fn plans(
    items: &[Item],
    plans: &[Result<Plan, ProvisionError>],
    as_json: bool,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let planned = plans.iter().flatten();
    let digest = digest(planned.map(|it| it.digest.as_str()));
    if as_json {
        json_line(stdout, &plan_file(items, plans))?;
    } else {
        for (item, plan) in items.iter().zip(plans) {
            let title = format!("line {}, {}", item.line, item.title);
            match plan {
                Ok(plan) => writeln!(stdout, "{}", shown::plan(&title, plan))?,
                Err(error) => writeln!(stdout, "{}", shown::no_plan(&title, error))?,
            }
        }
        let changes = match items.len() {
            1 => "1 change".to_owned(),
            several => format!("{several} changes"),
        };
        writeln!(stdout, "{changes}, digest {digest}; nothing was changed")?;
    }
    Ok(match plans.iter().all(Result::is_ok) {
        true => Exit::Done,
        false => Exit::Failures,
    })
}

/// Saves the plans of all changes in a new file, for `harness apply --plan`.
pub(super) fn save(
    items: &[Item],
    plans: &[Result<Plan, ProvisionError>],
    path: &Path,
) -> anyhow::Result<()> {
    let mut file = files::new(path)?;
    json_line(&mut file, &plan_file(items, plans))?;
    eprintln!("the plan is in {}", path.display());
    Ok(())
}

fn plan_file(items: &[Item], plans: &[Result<Plan, ProvisionError>]) -> Value {
    let each = items.iter().zip(plans).map(|(item, plan)| PlannedChange {
        line: item.line,
        title: &item.title,
        reason: item.reason.as_deref(),
        plan: plan.as_ref(),
    });
    shown::plan_file(&each.collect::<Vec<_>>())
}

/// Shows how all changes ended.
pub(super) fn outcomes(
    items: &[Item],
    outcomes: &[Ended],
    as_json: bool,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    match as_json {
        true => lines(items, outcomes, stdout)?,
        false => table(items, outcomes, stdout)?,
    }
    Ok(verdict(outcomes))
}

/// What nobody knows weighs more than what failed.
fn verdict(outcomes: &[Ended]) -> Exit {
    let exits: Vec<_> = outcomes.iter().map(Ended::exit).collect();
    [Exit::Unsettled, Exit::Failures]
        .into_iter()
        .find(|it| exits.contains(it))
        .unwrap_or(Exit::Done)
}

fn lines(items: &[Item], outcomes: &[Ended], stdout: &mut dyn Write) -> anyhow::Result<()> {
    for (item, ended) in items.iter().zip(outcomes) {
        let (outcome, error) = match ended {
            Ended::Outcome(outcome) => (contract_json::outcome_with_secrets(outcome), None),
            Ended::Refused(error) | Ended::Unsettled(error) => (Value::Null, Some(error)),
        };
        let line = json!({
            "line": item.line,
            "change": item.title,
            "request": contract_json::change(&item.request),
            "outcome": outcome,
            "error": error,
        });
        json_line(stdout, &line)?;
    }
    Ok(())
}

fn table(items: &[Item], outcomes: &[Ended], stdout: &mut dyn Write) -> anyhow::Result<()> {
    for (item, ended) in items.iter().zip(outcomes) {
        let Ended::Outcome(outcome) = ended else {
            continue;
        };
        if !outcome.secrets.is_empty() || !outcome.consequences.is_empty() {
            writeln!(stdout, "{}", shown::outcome(&item.title, outcome))?;
        }
    }
    if items.is_empty() {
        return Ok(());
    }
    let columns = [("line", 6), ("change", 56), ("outcome", 30), ("what", 80)];
    let mut table = Table::new(stdout, &columns);
    for (item, ended) in items.iter().zip(outcomes) {
        table.push(vec![
            item.line.to_string(),
            item.title.clone(),
            ended.word().to_owned(),
            ended.detail(),
        ])?;
    }
    table.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use governance_contract::changes::{Effect, SecretValue};
    use governance_contract::faults::ErrorKind;
    use governance_contract::samples::{changes, id};

    use super::*;

    fn ended(completion: Completion) -> Ended {
        Ended::Outcome(Box::new(changes::outcome(completion)))
    }

    fn failed() -> Ended {
        Ended::Refused("the project is archived".into())
    }

    #[test]
    fn what_nobody_knows_weighs_more_than_what_failed() {
        let unknown = || ended(Completion::Unknown(changes::error(ErrorKind::Unavailable)));
        let done = || ended(Completion::Complete);
        for (outcomes, exit) in [
            (vec![], Exit::Done),
            (vec![done(), ended(Completion::Pending(None))], Exit::Done),
            (vec![done(), failed()], Exit::Failures),
            (vec![failed(), unknown()], Exit::Unsettled),
        ] {
            assert_eq!(verdict(&outcomes), exit);
        }
    }

    #[test]
    fn a_table_of_outcomes_ends_a_batch() {
        let mut made = changes::outcome(Completion::Complete);
        made.effects.push(Effect {
            summary: "made the key \u{1b}[31mdeploy".into(),
            on: id("api_key", "key_1"),
        });
        made.secrets.push(SecretValue {
            of: id("api_key", "key_1"),
            value: "sk-secret".into(),
        });
        let item = |line, title: &str| Item {
            line,
            title: title.into(),
            request: changes::grant(),
            saved: None,
            position: 0,
            under_way: None,
            reason: None,
        };
        let items = [
            item(1, "grant project:Alpha:member to ada"),
            item(3, "create api_key deploy in Alpha"),
            item(4, "delete project:Old"),
        ];
        let outcomes = [
            ended(Completion::NoOp("ada is a member".into())),
            Ended::Outcome(Box::new(made)),
            failed(),
        ];
        let mut text = Vec::new();
        table(&items, &outcomes, &mut text).unwrap();
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
    }
}
