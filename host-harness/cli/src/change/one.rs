//! One change: from what people write to what came of it.

use std::io::Write;

use governance_host::contract::json as contract_json;
use governance_host::provision::desired::Desired;
use serde_json::{Value, json};

use super::record::Record;
use super::session::Session;
use super::shown::PlannedChange;
use super::{OneArguments, shown};
use crate::exit::Exit;
use crate::text::{json_line, safe_line};

pub(crate) async fn run(
    arguments: &OneArguments,
    desired: Desired,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let session = Session::open(&arguments.change).await?;
    let request = session.name(&session.namer(), &desired).await?;
    let title = desired.to_string();
    if arguments.plan {
        let plan = session.plan(&request).await?;
        match arguments.change.json {
            true => {
                let planned = PlannedChange {
                    line: 1,
                    title: &title,
                    reason: None,
                    plan: Ok(&plan),
                };
                json_line(stdout, &shown::plan_file(&[planned]))?;
            }
            false => stdout.write_all(shown::plan(&title, &plan).as_bytes())?,
        }
        eprintln!("this is a plan: nothing was changed");
        return Ok(Exit::Done);
    }
    session.permitted(&request)?;
    let record = Record::open(&arguments.change, &session, None)?;
    let entry = record.of(&title, None);
    let performed = session.make(&request, None, &entry).await?;
    let outcome = &performed.outcome;
    if arguments.change.json {
        let line: Value = json!({
            "change": title,
            "request": contract_json::change(&request),
            "outcome": contract_json::outcome_with_secrets(outcome),
        });
        json_line(stdout, &line)?;
    } else {
        stdout.write_all(shown::outcome(&title, outcome).as_bytes())?;
    }
    for note in &outcome.notes {
        eprintln!("note: {}", safe_line(note));
    }
    if let Some(error) = &performed.unrecorded {
        let error = safe_line(&error.to_string());
        eprintln!("WARNING: it could not be written into the journal: {error}");
    }
    session.replayed()?;
    Ok(shown::exit(outcome))
}
