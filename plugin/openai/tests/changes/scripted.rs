//! Changes over a script, for answers that no simulated organization gives.

use governance_guest::testing::Script;
use governance_guest::transport::Request;
use governance_guest::wit::changes::{ChangeRequest, Outcome};
use governance_guest::wit::connector::{Context, Mode, Setting};
use governance_guest::wit::faults::Error;
use openai_connector::connector::Connector;

/// The time of every call: 2026-01-02T03:04:05Z.
pub(crate) const NOW: i64 = 1_767_323_045;

/// Makes a change against a script.
pub(crate) fn change(
    script: Script,
    change: &ChangeRequest,
) -> (Result<Outcome, Error>, Vec<Request>) {
    let connector = Connector(script);
    let context = Context {
        settings: vec![Setting {
            key: "base_url".to_owned(),
            value: "https://api.example.com/v1".to_owned(),
        }],
        now: NOW,
        mode: Mode::Change,
        credentials: Vec::new(),
    };
    let outcome = connector.change(&context, change);
    let requests = connector.0.requests();
    (outcome, requests)
}
