//! A plan says what would be sent, and a change keeps to it.

use governance_host::contract::changes::Completion;
use governance_host::contract::samples::changes;
use governance_host::provision::ProvisionError;
use governance_host::provision::plan::SavedPlan;
use serde_json::json;

use super::host::{Changer, Log, lost, status};
use super::script::{Script, complete, remove, unpredicted};
use crate::asking::{Attempt, Sent};
use crate::component::Fixture;

/// Removes two things, with a body each.
fn two_steps(authority: &str) -> Fixture {
    let with = |path, body| Attempt {
        body: Sent::Text(body),
        ..remove(path)
    };
    Script::reading(authority)
        .sends(&with("/v1/items/1", r#"{"because": "left"}"#))
        .sends(&with("/v1/items/2?force=true", "a=b"))
        .ends(&complete(&["removed 1", "removed 2"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_are_told_in_order_with_their_bodies() {
    let changer = Changer::new([status(200)], two_steps).await;
    let plan = changer.provisioner.plan(&changes::revoke()).await.unwrap();
    let told: Vec<_> = plan
        .steps
        .iter()
        .map(|it| (&*it.route, &*it.method, &*it.path, it.body.clone()))
        .collect();
    let left = Some(json!({"because": "left"}));
    let expected = [
        ("delete-item", "DELETE", "/v1/items/1", left),
        (
            "delete-item",
            "DELETE",
            "/v1/items/2?force=true",
            Some(json!("a=b")),
        ),
    ];
    assert_eq!(told, expected);
    assert!(!plan.open_ended);
    assert_eq!(plan.outcome.completion, Completion::Complete);
    assert_eq!(changer.asked(), ["GET /v1/items/1"]);
    // What is then sent is what was planned.
    let made = changer.make(&changes::revoke()).await.unwrap();
    assert_eq!((&made.plan, made.attempts), (&plan, 1));
    let sent: Vec<_> = changer.asked().split_off(2);
    assert_eq!(
        sent,
        ["DELETE /v1/items/1", "DELETE /v1/items/2?force=true"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_predict_leaves_the_plan_open() {
    let open = |authority: &str| {
        Script::reading(authority)
            .sends(&remove("/v1/items/1"))
            .sends(&unpredicted("/v1/items/2"))
            .sends(&remove("/v1/items/3"))
            .ends(&complete(&["removed all"]))
    };
    let changer = Changer::new([status(200)], open).await;
    let plan = changer.provisioner.plan(&changes::revoke()).await.unwrap();
    assert!(plan.open_ended);
    let paths: Vec<_> = plan.steps.iter().map(|it| &*it.path).collect();
    assert_eq!(paths, ["/v1/items/1", "/v1/items/2"]);
    assert!(!plan.is_no_op());
    // The change itself goes on with what the service answers.
    assert_eq!(changer.changed(), 0);
    let made = changer.make(&changes::revoke()).await.unwrap();
    assert_eq!(made.outcome.completion, Completion::Complete);
    assert_eq!(changer.changed(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_state_has_moved_on_is_refused() {
    let changer = Changer::new([status(200), status(404)], two_steps).await;
    let plan = changer.provisioner.plan(&changes::revoke()).await.unwrap();
    let saved = SavedPlan::read(plan.to_json()).unwrap();
    let log = Log::default();
    match changer.apply(&changes::revoke(), &saved, &log).await {
        Err(ProvisionError::MovedOn(differences)) => assert!(
            differences[0].contains(r#"was "complete", is "no-op""#),
            "{differences:?}"
        ),
        other => panic!("{other:?}"),
    }
    assert_eq!(log.lines(), ["planned revoke", "refused revoke"]);
    assert_eq!(changer.changed(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_good_for_its_own_change_and_connection_alone() {
    let changer = Changer::new([status(200)], two_steps).await;
    let plan = changer.provisioner.plan(&changes::revoke()).await.unwrap();
    let saved = SavedPlan::from(&plan);
    let mut elsewhere = saved.clone();
    elsewhere.connection = "staging".into();
    let (revoke, grant) = (changes::revoke(), changes::grant());
    for (change, plan) in [(&grant, &saved), (&revoke, &elsewhere)] {
        let refused = changer.apply(change, plan, &Log::default()).await;
        assert!(matches!(refused, Err(ProvisionError::OtherPlan(_))));
        assert_eq!(changer.changed(), 0);
    }
    let made = changer.apply(&revoke, &saved, &Log::default()).await;
    assert_eq!(made.unwrap().attempts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_already_sends_nothing() {
    let changer = Changer::new([status(404), lost()], Script::taking).await;
    let log = Log::default();
    let revoke = changes::revoke();
    let made = changer.provisioner.perform(&revoke, None, &log).await;
    let made = made.unwrap();
    assert_eq!(made.attempts, 0);
    assert_eq!(
        made.outcome.completion,
        Completion::NoOp("it is gone".into())
    );
    assert_eq!(log.lines(), ["planned revoke", "finished revoke"]);
    assert_eq!(changer.asked(), ["GET /v1/items/1"]);
}
