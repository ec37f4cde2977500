//! What a file of rules may say, and what is said of one that is wrong.

use super::*;
use crate::rule::Scalar;

fn read(text: &str) -> Result<Rules, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("findings.toml");
    std::fs::write(&path, text).unwrap();
    Rules::read(&path).map_err(|error| {
        let source = std::error::Error::source(&error);
        let told = format!(
            "{error} {}",
            source.map(ToString::to_string).unwrap_or_default()
        );
        told.replace(&path.display().to_string(), "FILE")
    })
}

fn rule<'a>(rules: &'a Rules, id: &str) -> &'a Rule {
    rules.rules.iter().find(|it| it.id == id).unwrap()
}

#[test]
fn the_rules_of_the_harness_can_be_read_and_are_all_its_own() {
    let rules = Rules::built_in().unwrap();
    assert!(rules.rules.len() >= 18);
    for rule in &rules.rules {
        assert!(rule.built_in);
        assert!(rule.when.types.is_none(), "{}: knows a connector", rule.id);
        assert!(
            rule.when.attribute.is_none(),
            "{}: looks into attributes",
            rule.id
        );
        assert!(rule.explanation.ends_with('.') && !rule.title.ends_with('.'));
    }
    assert!(
        rules
            .rules
            .is_sorted_by_key(|it| std::cmp::Reverse(it.severity))
    );
}

#[test]
fn a_file_changes_only_what_it_names() {
    let rules = read(
        "[rule.owner-unused]\nseverity = \"high\"\nwhen.unused-days = 30\n\
         [rule.secret-expired]\nenabled = false\n",
    );
    let (rules, before) = (rules.unwrap(), Rules::built_in().unwrap());
    let (now, was) = (rule(&rules, "owner-unused"), rule(&before, "owner-unused"));
    assert_eq!(
        (now.severity, now.when.unused_days),
        (Severity::High, Some(30))
    );
    assert_eq!((&now.title, &now.when.holds), (&was.title, &was.when.holds));
    assert!(now.built_in);
    assert!(!rule(&rules, "secret-expired").enabled);
    assert_eq!(rules.rules.len(), before.rules.len());
}

#[test]
fn a_file_adds_rules_and_exceptions() {
    let rules = read(
        "[rule.contractor]\nseverity = \"low\"\ntitle = \"t\"\nexplanation = \"e\"\n\
         when = { trait = [\"user\"], email-outside = [\"example.com\"], attribute = { path = \"a.b\", equals = 3 } }\n\
         [[exception]]\nrule = \"contractor\"\nsubject = \"user:u\"\nreason = \"r\"\nuntil = 1970-01-02\n",
    )
    .unwrap();
    let own = rule(&rules, "contractor");
    assert!(!own.built_in && own.enabled);
    assert_eq!(
        own.when.attribute.as_ref().unwrap().equals,
        Scalar::Number(3)
    );
    // The day itself still counts.
    assert_eq!(rules.exceptions[0].until.0, 2 * 86_400);
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_what_is_allowed() {
    let own = "severity = \"low\"\ntitle = \"t\"\nexplanation = \"e\"\n";
    let exception = |lines: &str| format!("\n[[exception]]\n{lines}");
    let cases = [
        (
            "[rule.owner-unused]\nwhen.unused = 3".to_owned(),
            &["line 2", "unknown field `unused`", "`unused-days`"][..],
        ),
        (
            "[rule.owner-unused]\nseverity = \"grave\"".to_owned(),
            &["line 2", "`grave`", "`low`, `medium`, `high`"],
        ),
        (
            "[rule.owner-unused]\nwhen.unused-days = -1".to_owned(),
            &["line 2", "-1"],
        ),
        (
            "[rule.owner-unused]\nwhen.status = []".to_owned(),
            &["line 2", "at least one"],
        ),
        (
            "[rule.owner-unused]\nwhen.kind = [\"robot\"]".to_owned(),
            &["line 2", "`robot`", "`human`, `service`, `not-told`"],
        ),
        ("[rules]\n".to_owned(), &["line 1", "unknown field `rules`"]),
        (
            "\n[rule.owner-unusd]\nenabled = false".to_owned(),
            &[
                "FILE, line 2",
                "`owner-unusd` has no `severity`",
                "`owner-unused`",
            ],
        ),
        (
            format!("[rule.Own]\n{own}when.type = [\"user\"]"),
            &["line 1", "a-z, 0-9 and -"],
        ),
        (
            format!("[rule.own]\n{own}"),
            &["line 1", "neither `when.type` nor `when.trait`"],
        ),
        (
            format!(
                "[rule.own]\n{own}when = {{ type = [\"p\"], held-by = {{ slug = [\"owner\"] }} }}"
            ),
            &["line 1", "`at-least` or `at-most`"],
        ),
        (
            format!(
                "[rule.own]\n{own}when = {{ type = [\"p\"], attribute = {{ path = \"a..b\", equals = 1 }} }}"
            ),
            &["line 5", "billing.plan"],
        ),
        (
            format!(
                "[rule.own]\n{own}when = {{ type = [\"p\"], attribute = {{ path = \"a\", equals = 1.5 }} }}"
            ),
            &["line 5", "a text, an integer or a boolean"],
        ),
        (
            exception(
                "rule = \"owner-unusd\"\nsubject = \"user:u\"\nreason = \"r\"\nuntil = 2027-01-31",
            ),
            &[
                "line 2",
                "no rule has the id `owner-unusd`",
                "`owner-unused`",
            ],
        ),
        (
            exception(
                "rule = \"owner-unused\"\nsubject = \"ada\"\nreason = \"r\"\nuntil = 2027-01-31",
            ),
            &["line 2", "`type:id`"],
        ),
        (
            exception(
                "rule = \"owner-unused\"\nsubject = \"user:u\"\nreason = \" \"\nuntil = 2027-01-31",
            ),
            &["line 2", "`reason` is empty"],
        ),
        (
            exception(
                "rule = \"owner-unused\"\nsubject = \"user:u\"\nreason = \"r\"\nuntil = 10:00:00",
            ),
            &["line 2", "a day, such as 2027-01-31"],
        ),
        (
            exception("rule = \"owner-unused\"\nsubject = \"user:u\"\nreason = \"r\""),
            &["line 2", "missing field `until`"],
        ),
    ];
    for (text, expected) in cases {
        let error = read(&text).expect_err(&text);
        for part in expected {
            assert!(error.contains(part), "{part} is not in {error}\n{text}");
        }
    }
}
