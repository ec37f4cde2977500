//! Which findings an exception takes, and how long.

use governance_contract::samples::resource;

use crate::fixtures::{DAY, NOW, Told, all_held, can_be_held, robot, shown};
use crate::{Exception, Findings, Rules};
use governance_store::Moment;

/// A service account that owns two projects, which is the only rule's finding.
fn findings(exceptions: Vec<Exception>) -> Findings {
    let mut rules = Rules::built_in().unwrap();
    rules.keep(|it| it.id == "service-account-owner");
    rules.exceptions = exceptions;
    let mut machine = robot("machine");
    if let Some(account) = &mut machine.account {
        account.emails = governance_contract::samples::user("machine", &["Bot@Example.org"])
            .account
            .unwrap()
            .emails;
    }
    let told = Told {
        resources: vec![machine, resource("project", "p"), resource("project", "q")],
        entitlements: ["project:p:owner", "project:q:owner"]
            .map(can_be_held)
            .into(),
        grants: all_held(&["machine project:p:owner", "machine project:q:owner"]),
        ..Told::default()
    };
    told.findings(&rules)
}

fn exception(subject: &str, entitlement: Option<&str>, days: i64) -> Exception {
    Exception {
        rule: "service-account-owner".into(),
        subject: subject.into(),
        entitlement: entitlement.map(Into::into),
        reason: "agreed".into(),
        until: Moment(NOW + days * DAY),
    }
}

#[test]
fn an_exception_takes_what_it_names() {
    let all = |subject| vec![exception(subject, None, 1)];
    let of = |entitlement| exception("user:machine", Some(entitlement), 1);
    let cases = [
        (all("user:machine"), true),
        (all("bot@example.org"), true),
        (all("user:machin"), false),
        (all("robot:machine"), false),
        (vec![of("project:p:owner")], false),
        (vec![of("project:p:owner"), of("project:q:owner")], true),
        (
            vec![Exception {
                rule: "owner-unused".into(),
                ..exception("user:machine", None, 1)
            }],
            false,
        ),
    ];
    for (exceptions, taken) in cases {
        let told = format!("{exceptions:?}");
        let findings = findings(exceptions);
        let summary = &findings.rules[0].summary;
        assert_eq!(
            (summary.found, summary.excepted),
            if taken { (0, 1) } else { (1, 0) },
            "{told}"
        );
        assert_eq!(shown(&findings).is_empty(), taken);
        assert_eq!(
            findings.rules[0].findings.len(),
            1,
            "it is told all the same"
        );
    }
}

#[test]
fn an_exception_that_has_expired_is_told_and_counts_no_more() {
    let over = exception("user:machine", None, 0);
    let findings_of = findings(vec![over.clone()]);
    assert_eq!(findings_of.rules[0].summary.found, 1);
    assert_eq!(findings_of.expired, std::slice::from_ref(&over));
    let elsewhere = exception("user:other", None, 0);
    assert!(
        findings(vec![elsewhere]).expired.is_empty(),
        "it would take nothing"
    );
    let live = exception("user:machine", None, 1);
    assert!(
        findings(vec![over, live]).expired.is_empty(),
        "another one takes it"
    );
}
