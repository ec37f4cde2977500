//! A changing request leaves only for a change that the operator enabled.

use governance_host::clock::now;
use governance_host::contract::connector::ListingTarget;
use governance_host::contract::samples::changes;
use governance_host::policy::Refusal;
use governance_host::provision::ProvisionError;
use serde_json::json;

use super::host::{Changer, Log, status, types};
use super::script::{CHANGE, Script, failed, remove};
use crate::asking::{ASKING, Attempt};
use crate::component::Fixture;
use crate::host::{Host, list};

#[tokio::test(flavor = "multi_thread")]
async fn without_being_enabled_no_request_leaves_and_the_flag_is_named() {
    for change in changes::all() {
        let changer = Changer::with(
            super::host::roomy(),
            [status(200)],
            Script::taking,
            |options| options.provisioning = "".parse().unwrap(),
        )
        .await;
        let log = Log::default();
        let refused = changer.provisioner.perform(&change, None, &log).await;
        let error = refused.unwrap_err();
        assert!(matches!(error, ProvisionError::NotEnabled(_)), "{error}");
        let hint = error.hint().unwrap();
        let flag = hint.strip_prefix("to allow it, add `--provisioning=");
        assert!(flag.is_some(), "{hint}");
        assert_eq!(log.lines(), [format!("refused {}", change.name())]);
        assert!(changer.asked().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_that_reads_lets_a_change_out() {
    let host = Host::short();
    let authority = host.upstream.authority();
    for function in [ASKING, "list-grants", "list-entitlements", "get-resource"] {
        let attempt = Attempt {
            function,
            authority: &authority,
            ..remove("/v1/items/1")
        };
        let component = attempt.fixture().answers("describe", &types()).build();
        let connection = host.open(component).await.unwrap();
        let user = changes::reference(governance_host::contract::samples::id("user", "ada"));
        let of = ListingTarget::Resource(user.clone());
        let asked = match function {
            ASKING => list(&connection).await,
            "list-grants" => connection.list_grants(now(), &of, None).await,
            "list-entitlements" => connection.list_entitlements(now(), &of, None).await,
            _ => connection.get_resource(now(), &user).await,
        };
        let error = asked.unwrap_err();
        let refusal = error.refusal().unwrap();
        assert!(matches!(refusal, Refusal::ReadOnly { .. }), "{refusal}");
    }
    assert!(host.upstream.heads.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plan_asks_to_change_never_leaves() {
    let changer = Changer::new([status(200)], Script::taking).await;
    let plan = changer.provisioner.plan(&changes::revoke()).await.unwrap();
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(changer.asked(), ["GET /v1/items/1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_that_is_not_declared_is_refused_also_in_a_change() {
    let undeclared = |authority: &str| {
        let attempt = Attempt {
            method: "post",
            ..remove("/v1/items/1")
        };
        Script::new(authority)
            .sends(&attempt)
            .ends(&json!({"ok": {}}))
    };
    let changer = Changer::new([status(200)], undeclared).await;
    let Err(ProvisionError::Call(error)) = changer.make(&changes::revoke()).await else {
        panic!("it is refused")
    };
    assert!(matches!(error.refusal(), Some(Refusal::NoRoute { .. })));
    assert!(changer.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_put_on_record_is_not_made() {
    let changer = Changer::new([status(200)], Script::taking).await;
    let refused = changer
        .provisioner
        .perform(&changes::revoke(), None, &super::host::Unwritable)
        .await;
    assert!(matches!(refused, Err(ProvisionError::Journal(_))));
    assert_eq!(changer.changed(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_connector_refuses_sends_nothing_more() {
    let refusing = |_: &str| Fixture::new().answers(CHANGE, &failed("conflict"));
    let changer = Changer::new([status(200)], refusing).await;
    let error = changer.make(&changes::grant()).await.unwrap_err();
    assert!(matches!(error, ProvisionError::Call(_)), "{error}");
    assert!(changer.asked().is_empty());
}
