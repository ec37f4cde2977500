//! Changes with the same guard run one after the other, others side by side.

use std::sync::{Arc, Barrier};

use governance_host::contract::samples::changes;

use super::host::{Changer, Log, status};
use super::script::Script;
use crate::upstream::Answer;

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_one_guard_run_one_after_the_other() {
    let changer = Changer::new([status(200)], Script::taking).await;
    let log = Log::default();
    let (grant, revoke) = (changes::grant(), changes::revoke());
    let (first, second) = tokio::join!(
        changer.provisioner.perform(&grant, None, &log),
        changer.provisioner.perform(&revoke, None, &log),
    );
    first.unwrap();
    second.unwrap();
    let whole = |name: &str| ["planned", "started", "finished"].map(|it| format!("{it} {name}"));
    let one_by_one = [whole("grant"), whole("revoke")].concat();
    assert_eq!(log.lines(), one_by_one);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_other_guards_run_side_by_side() {
    // The service answers neither before both have asked.
    let Answer::Whole(answer) = status(200) else {
        unreachable!("an answer is whole")
    };
    let together = Answer::Together(Arc::new(Barrier::new(2)), answer);
    let changer = Changer::new([together.clone(), together, status(200)], Script::taking).await;
    let (grant, delete) = (changes::grant(), changes::delete_resource());
    let log = Log::default();
    let (first, second) = tokio::join!(
        changer.provisioner.perform(&grant, None, &log),
        changer.provisioner.perform(&delete, None, &log),
    );
    first.unwrap();
    second.unwrap();
    assert_eq!(changer.changed(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_is_free_again_after_a_failure() {
    let refused_first = [503, 503, 503, 503, 503, 200].map(status);
    let changer = Changer::new(refused_first, Script::taking).await;
    changer.make(&changes::grant()).await.unwrap_err();
    changer.make(&changes::revoke()).await.unwrap();
}
