//! `harness conformance`

mod junit;

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use governance_host::clock::now;
use governance_host::conformance::{self, Options, Outcome, Report, Trial, Verdict};
use governance_host::connection::Connection;
use governance_host::contract::manifest::Description;
use governance_host::naming::Namer;
use governance_host::naming::live::Live;
use governance_host::provision::ProvisionError;
use governance_host::provision::operation::Provisioning;
use governance_host::provision::perform::{self, Provisioner};
use governance_host::provision::protect::Protected;
use governance_host::sync::retry::Patience;
use governance_host::trust::Trust;
use serde_json::json;

use crate::arguments::ConnectArguments;
use crate::connect;
use crate::exit::Exit;
use crate::table::table;
use crate::text::{json_line, safe_line};

/// Hold a connector to the rules of the contract
///
/// Reads everything twice, asks some things singly, makes calls that make no
/// sense, and judges the answers, rule by rule. It changes nothing: a service
/// with a read-only credential will do, or a simulated one.
///
/// With --change it also gives, and takes again, one entitlement that nobody
/// misses, of a test tenant, and says so if it cannot put all back. What harness.toml
/// protects is not touched. These changes are not in the journal.
///
/// The exit code is 0 if no rule is broken, 9 if one is. A warning breaks none.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ROTA_TOKEN=… harness conformance --component rota.wasm --set base_url=http://127.0.0.1:8080
  harness conformance --provisioning=create,remove --change project:Test:member eve@example.com")]
pub(crate) struct ConformanceArguments {
    #[command(flatten)]
    connect: ConnectArguments,

    /// How many resources of each type to look up and to read singly
    #[arg(
        long,
        value_name = "N",
        env = "GOVERNANCE_CONFORMANCE_SAMPLE",
        default_value_t = Options::default().sample
    )]
    sample: usize,

    /// A listing with more pages does not end
    #[arg(
        long,
        value_name = "PAGES",
        env = "GOVERNANCE_CONFORMANCE_LONGEST_LISTING",
        default_value_t = Patience::default().longest_listing
    )]
    longest_listing: usize,

    /// Also try changes: give this to this principal, and take it again
    ///
    /// Named as for `harness grant`. The principal must not hold it yet.
    #[arg(
        long,
        num_args = 2,
        value_names = ["ENTITLEMENT", "PRINCIPAL"],
        requires = "provisioning"
    )]
    change: Option<Vec<String>>,

    /// What may be changed for that: both, `create,remove`
    #[arg(long, value_name = "OPERATIONS", requires = "change")]
    provisioning: Option<Provisioning>,

    /// How many seconds to wait before reading what was changed
    /// [default: what the connector declares]
    #[arg(long, value_name = "SECONDS", env = "GOVERNANCE_SETTLE_WAIT")]
    settle_wait: Option<u64>,

    /// Print one JSON object for each rule
    #[arg(long)]
    json: bool,

    /// Also write the report as JUnit XML
    #[arg(long, value_name = "FILE", env = "GOVERNANCE_CONFORMANCE_JUNIT")]
    junit: Option<PathBuf>,
}

pub(crate) async fn run(
    arguments: ConformanceArguments,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    let connection = Arc::new(connect::open(&arguments.connect).await?);
    let options = Options {
        trial: trial(&arguments, &connection).await?,
        sample: arguments.sample,
        patience: Patience {
            longest_listing: arguments.longest_listing,
            ..Patience::default()
        },
    };
    let report = conformance::run(&connection, &options).await?;
    connection.replayed()?;
    let description = connection.description();
    if let Some(path) = &arguments.junit {
        let written = std::fs::write(path, junit::document(description, &report));
        written.with_context(|| format!("cannot write {}", path.display()))?;
    }
    match arguments.json {
        true => {
            for outcome in &report.outcomes {
                json_line(stdout, &as_json(outcome))?;
            }
        }
        false => stdout.write_all(as_text(description, &report).as_bytes())?,
    }
    for left in &report.left {
        eprintln!(
            "WARNING: the service is not as it was before: {}",
            safe_line(left)
        );
    }
    Ok(match report.conforms() {
        true => Exit::Done,
        false => Exit::Nonconforming,
    })
}

/// What may be changed. Nothing of it is guessed.
async fn trial(
    arguments: &ConformanceArguments,
    connection: &Arc<Connection>,
) -> anyhow::Result<Option<Trial>> {
    let (Some([entitlement, principal]), Some(provisioning)) =
        (arguments.change.as_deref(), arguments.provisioning)
    else {
        return Ok(None);
    };
    let directory = Live {
        connection,
        patience: Patience::default(),
    };
    let grant = Namer::new(directory).held(entitlement, principal).await?;
    let changing = Trust::read(&arguments.connect.config)?.provisioning;
    let wait = arguments.settle_wait.map(Duration::from_secs);
    let provisioner = Provisioner::new(
        connection.clone(),
        perform::Options {
            connection: "conformance".to_owned(),
            database: None,
            provisioning,
            protected: Protected::read(&changing.protect).map_err(ProvisionError::from)?,
            patience: Patience::default(),
            settle_wait: wait,
            clock: now,
        },
    );
    let trial = Trial::new(&provisioner, provisioning, wait, grant).await?;
    Ok(Some(trial))
}

fn as_json(outcome: &Outcome) -> serde_json::Value {
    let (findings, examples, reason) = match &outcome.verdict {
        Verdict::Passed => (0, &[][..], None),
        Verdict::Skipped(reason) => (0, &[][..], Some(reason)),
        Verdict::Warned(details) | Verdict::Failed(details) => {
            (details.count, &*details.examples, None)
        }
    };
    json!({
        "rule": outcome.rule.id,
        "sentence": outcome.rule.sentence,
        "verdict": outcome.verdict.name(),
        "findings": findings,
        "examples": examples,
        "reason": reason,
    })
}

fn as_text(description: &Description, report: &Report) -> String {
    let rows = report.outcomes.iter().map(|it| {
        let (name, rule) = (it.verdict.name(), it.rule);
        vec![name.into(), rule.id.into(), rule.sentence.into()]
    });
    let mut text = table(&["verdict", "rule", "what has to hold"], rows);
    for outcome in &report.outcomes {
        text.push_str(&explained(outcome));
    }
    let requests: u64 = report.requests.values().sum();
    let count = |verdict| report.count(verdict);
    let _ = writeln!(
        text,
        "\n{} {}: {} passed, {} warned, {} failed, {} skipped; {} calls, {requests} requests",
        safe_line(&description.name),
        safe_line(&description.version),
        count("passed"),
        count("warned"),
        count("failed"),
        count("skipped"),
        report.calls,
    );
    text
}

/// Why a rule did not simply pass.
fn explained(outcome: &Outcome) -> String {
    let details = match &outcome.verdict {
        Verdict::Passed => return String::new(),
        Verdict::Skipped(reason) => {
            return format!("\nskipped {}: {}\n", outcome.rule.id, safe_line(reason));
        }
        Verdict::Warned(details) | Verdict::Failed(details) => details,
    };
    let mut text = format!("\n{} {}:\n", outcome.verdict.name(), outcome.rule.id);
    for example in &details.examples {
        let _ = writeln!(text, "  {}", safe_line(example));
    }
    let more = details.count - details.examples.len();
    if more > 0 {
        let _ = writeln!(text, "  and {more} more");
    }
    text
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::{description, resource_type};
    use governance_host::conformance::{Details, Rule};

    use super::*;

    /// A report with a rule for each verdict.
    pub(super) fn report() -> Report {
        let details = |found: &str| Details {
            count: 12,
            examples: vec![found.to_owned()],
        };
        let verdicts = [
            ("a", Verdict::Passed),
            ("b", Verdict::Warned(details("warned <&>"))),
            (
                "c",
                Verdict::Failed(details("failed \u{1b}[31m]]> \u{fffe}")),
            ),
            ("d", Verdict::Skipped("there is no \"such\" thing".into())),
        ];
        let outcomes = verdicts.map(|(id, verdict)| Outcome {
            rule: Rule {
                id,
                sentence: "it's so",
            },
            verdict,
        });
        Report {
            outcomes: outcomes.to_vec(),
            calls: 3,
            requests: [("list".to_owned(), 2)].into(),
            left: Vec::new(),
        }
    }

    #[test]
    fn the_report_says_what_was_found_and_nothing_acts_on_the_terminal() {
        let text = as_text(&description(vec![resource_type("user")]), &report());
        assert!(!text.contains('\u{1b}'), "{text}");
        for words in [
            "passed   a     it's so",
            "failed c:\n  failed \\u{1b}[31m",
            "and 11 more",
            "skipped d: there is no \"such\" thing",
            "1 passed, 1 warned, 1 failed, 1 skipped; 3 calls, 2 requests",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }

    #[test]
    fn each_rule_is_one_object() {
        let objects: Vec<_> = report().outcomes.iter().map(as_json).collect();
        assert_eq!(objects[0]["verdict"], "passed");
        assert_eq!(objects[2]["findings"], 12);
        assert_eq!(objects[3]["reason"], "there is no \"such\" thing");
    }
}
