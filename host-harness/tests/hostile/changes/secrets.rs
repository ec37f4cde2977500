//! A value that is shown once is in the outcome, and nowhere else.

use std::sync::Mutex;

use governance_host::contract::samples::changes;
use governance_host::provision::perform::{Event, Witness};
use governance_host::store::{Journal, JournalEvent, NewEntry, StoreError};
use serde_json::json;

use super::host::{Changer, status};
use super::script::{Script, complete, remove, user};
use crate::component::Fixture;

const SECRET: &str = "sk-made-0123456789";

/// Makes a key.
fn making(authority: &str) -> Fixture {
    let mut answer = complete(&["made a key"]);
    answer["ok"]["secrets"] = json!([{"of": user("ada"), "value": SECRET}]);
    Script::reading(authority)
        .sends(&remove("/v1/items/1"))
        .ends(&answer)
}

/// Writes everything into a journal, and keeps what it would print.
struct Writing {
    journal: Mutex<Journal>,
    printed: Mutex<String>,
}

impl Witness for Writing {
    fn record(&self, event: Event<'_>) -> Result<(), StoreError> {
        self.printed.lock().unwrap().push_str(&format!("{event:?}"));
        let (plan, outcome) = match event {
            Event::Planned(plan) | Event::Started(plan) => (plan, None),
            Event::Finished(plan, outcome) => (plan, Some(outcome)),
            Event::Refused(_, error) => panic!("{error}"),
        };
        let document = plan.to_json();
        let entry = NewEntry {
            connection: "default",
            at: 0,
            batch: None,
            position: None,
            event: JournalEvent::Finished,
            summary: "make a key",
            change: &plan.change,
            plan: Some(&document),
            plan_digest: Some(&plan.digest),
            outcome,
            reason: None,
            ticket: None,
            component_sha256: "00ff",
            operator: None,
        };
        self.journal.lock().unwrap().append(&entry).map(drop)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_in_no_plan_no_journal_and_nothing_that_is_printed() {
    let changer = Changer::new([status(200)], making).await;
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("governance.db");
    let witness = Writing {
        journal: Mutex::new(Journal::open_to_write(&database).unwrap()),
        printed: Mutex::default(),
    };
    let change = changes::create_resource();
    let made = changer.provisioner.perform(&change, None, &witness);
    let made = made.await.unwrap();
    assert_eq!(made.outcome.secrets[0].value, SECRET);
    assert!(made.plan.makes_secret);

    let places = [
        ("plan", made.plan.to_json().to_string()),
        ("plan", format!("{:?}", made.plan)),
        ("outcome", format!("{made:?}")),
        ("events", witness.printed.into_inner().unwrap()),
    ];
    for (place, text) in places {
        assert!(text.contains("made a key"), "{place}: {text}");
        assert!(!text.contains(SECRET), "{place}");
    }
    let files = std::fs::read_dir(folder.path()).unwrap();
    for file in files.map(|it| it.unwrap().path()) {
        let bytes = std::fs::read(&file).unwrap();
        let mut windows = bytes.windows(SECRET.len());
        assert!(!windows.any(|it| it == SECRET.as_bytes()), "{file:?}");
    }
}
