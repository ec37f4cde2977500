use serde_json::json;

use super::*;

fn json(text: &str) -> Result<Vec<Line>, Malformed> {
    parse(text.as_bytes(), Format::JsonLines)
}

fn csv(text: &str) -> Result<Vec<Line>, Malformed> {
    parse(text.as_bytes(), Format::Csv)
}

fn object(value: Value) -> Attributes {
    value.as_object().cloned().unwrap_or_default()
}

fn grant() -> Desired {
    Desired::Grant {
        entitlement: "project:Alpha:member".into(),
        principal: "ada@example.com".into(),
    }
}

fn every_kind() -> Vec<(&'static str, &'static str, Desired)> {
    let revoked = Revoked::Held(Held {
        entitlement: "group:Engineers".into(),
        principal: "ada".into(),
    });
    let by_id = Revoked::Grant(ById {
        grant: "group:g:member:user:u".into(),
    });
    vec![
        (
            r#"{"change":"grant","entitlement":"project:Alpha:member","principal":"ada@example.com"}"#,
            "change,entitlement,principal\ngrant,project:Alpha:member,ada@example.com",
            grant(),
        ),
        (
            r#"{"change":"revoke","entitlement":"group:Engineers","principal":"ada"}"#,
            "change,entitlement,principal,grant\nrevoke,group:Engineers,ada,",
            Desired::Revoke(revoked),
        ),
        (
            r#"{"change":"revoke","grant":"group:g:member:user:u"}"#,
            "change,grant,of\nrevoke,group:g:member:user:u,",
            Desired::Revoke(by_id),
        ),
        (
            r#"{"change":"create-account","email":"b@c.d","name":"Bo","entitlements":["org_role:owner","project:Alpha:member"]}"#,
            "change,email,name,entitlements\ncreate-account,b@c.d,Bo,org_role:owner; project:Alpha:member;",
            Desired::CreateAccount {
                email: "b@c.d".into(),
                resource_type: None,
                name: Some("Bo".into()),
                entitlements: vec!["org_role:owner".into(), "project:Alpha:member".into()],
                attributes: Attributes::new(),
            },
        ),
        (
            r#"{"change":"create-resource","type":"group","name":"Ops","attributes":{"days":3}}"#,
            "change,type,name,attributes\ncreate-resource,group,Ops,\"{\"\"days\"\":3}\"",
            Desired::CreateResource {
                resource_type: "group".into(),
                name: "Ops".into(),
                parent: None,
                attributes: object(json!({"days": 3})),
            },
        ),
        (
            r#"{"change":"update-resource","of":"group:Ops","name":"Operations"}"#,
            "change,of,name\nupdate-resource,group:Ops,Operations",
            Desired::UpdateResource {
                of: "group:Ops".into(),
                name: Some("Operations".into()),
                attributes: Attributes::new(),
            },
        ),
        (
            r#"{"change":"delete-resource","of":"group:Ops","attributes":{"force":true}}"#,
            "change,of,attributes\ndelete-resource,group:Ops,\"{\"\"force\"\":true}\"",
            Desired::DeleteResource {
                of: "group:Ops".into(),
                attributes: object(json!({"force": true})),
            },
        ),
        (
            r#"{"change":"resend-invitation","of":"b@c.d"}"#,
            "change,of\nresend-invitation,b@c.d",
            Desired::ResendInvitation { of: "b@c.d".into() },
        ),
        (
            r#"{"change":"set-account-status","of":"b@c.d","status":"disabled"}"#,
            "change,of,status\nset-account-status,b@c.d,disabled",
            Desired::SetAccountStatus {
                of: "b@c.d".into(),
                status: AccountStatus::Disabled,
            },
        ),
    ]
}

#[test]
fn each_kind_of_change_reads_the_same_from_either_format() {
    for (as_json, as_csv, expected) in every_kind() {
        let read = |lines: Vec<Line>| lines.into_iter().map(|it| it.desired).collect::<Vec<_>>();
        assert_eq!(json(as_json).map(read), Ok(vec![expected.clone()]));
        assert_eq!(csv(as_csv).map(read), Ok(vec![expected]));
    }
}

#[test]
fn what_is_written_is_read_again() {
    for (_, _, desired) in every_kind() {
        let text = serde_json::to_string(&desired).unwrap();
        assert_eq!(json(&text).unwrap()[0].desired, desired, "{text}");
    }
}

#[test]
fn every_bad_line_is_named() {
    let text = "\n{\"change\":\"grant\",\"entitlement\":\"e\"}\n\n\
        {\"change\":\"grant\",\"entitlement\":\"project:Alpha:member\",\"principal\":\"ada@example.com\"}\r\n\
        not json\n\
        {\"change\":\"grnat\"}\n\
        {\"change\":\"resend-invitation\",\"of\":\"a\",\"role\":\"b\"}\n\
        {\"change\":\"revoke\",\"grant\":\"a\",\"principal\":\"b\"}\n\
        {\"change\":\"update-resource\",\"of\":\"a\"}\n\
        {\"change\":\"resend-invitation\",\"of\":\"a\",\"of\":\"b\"}\n";
    let Malformed(bad) = json(text).unwrap_err();
    let told: Vec<_> = bad
        .iter()
        .map(|it| format!("{}: {}", it.number, it.problem))
        .collect();
    for (told, expected) in told.iter().zip([
        "2: missing field `principal`",
        "5: expected ident",
        "6: unknown variant `grnat`",
        "7: unknown field `role`",
        "8: a revocation has either",
        "9: an update has",
        "10: duplicate field `of`",
    ]) {
        assert!(told.starts_with(expected), "{told} is not {expected}");
    }
    assert_eq!(bad.len(), 7);
}

#[test]
fn rows_are_counted_by_their_lines_and_all_bad_ones_are_named() {
    let text = "change,of,name\n\
        update-resource,\"a\nb\",c\n\
        update-resource,a\n\
        resend-invitation,a,b\n\
        resend-invitation,a,\n";
    let Malformed(bad) = csv(text).unwrap_err();
    let expected = [
        (4, "it has 2 cells, and the header has 3"),
        (5, "unknown field `name`, expected `of`"),
    ];
    let told: Vec<_> = bad
        .iter()
        .map(|it| (it.number, it.problem.as_str()))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn a_header_has_known_columns_each_once_and_the_kind_of_change() {
    for (header, problem) in [
        ("change,role", "`role` is no column"),
        ("change,of,of", "the column `of` is there twice"),
        ("of,name", "there is no column `change`"),
    ] {
        let Malformed(bad) = csv(&format!("{header}\n")).unwrap_err();
        assert_eq!(bad.len(), 1);
        assert!(bad[0].problem.starts_with(problem), "{}", bad[0].problem);
    }
}

#[test]
fn a_byte_order_mark_and_an_empty_file_do_no_harm() {
    let marked = "\u{feff}change,of\nresend-invitation,a";
    assert_eq!(csv(marked).unwrap().len(), 1);
    for format in [Format::JsonLines, Format::Csv] {
        assert_eq!(parse(b"", format), Ok(Vec::new()));
    }
}

#[test]
fn the_format_follows_from_the_name() {
    for (name, expected) in [
        ("a.jsonl", Some(Format::JsonLines)),
        ("a.CSV", Some(Format::Csv)),
        ("a.ndjson", Some(Format::JsonLines)),
        ("a.txt", None),
        ("csv", None),
    ] {
        assert_eq!(Format::of(Path::new(name)), expected, "{name}");
    }
}
