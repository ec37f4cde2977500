use super::*;
use crate::fixtures::{export, facts, file, head};
use crate::{Export, Format};

const FORMATS: [Format; 2] = [Format::Csv, Format::JsonLines];

/// The file of [`export`] with decisions on its rows: word, reviewer, reason.
fn decided(format: Format, decisions: &[[&str; 3]]) -> String {
    decided_of(&export(), format, decisions)
}

fn decided_of(export: &Export, format: Format, decisions: &[[&str; 3]]) -> String {
    let empty = match format {
        Format::Csv => r#""","","","""#,
        Format::JsonLines => r#""decision":"","reviewer":"","reason":"","decided_at":"""#,
    };
    let mut file = file(export, format);
    for [decision, reviewer, reason] in decisions {
        let filled = match format {
            Format::Csv => format!(r#""{decision}","{reviewer}","{reason}"," ""#),
            Format::JsonLines => format!(
                r#""decision":"{decision}","reviewer":"{reviewer}","reason":"{reason}","decided_at":" ""#
            ),
        };
        file = file.replacen(empty, &filled, 1);
    }
    file
}

fn problems(file: &str) -> Vec<(u64, String)> {
    match read(file.as_bytes()) {
        Err(ReviewError::Lines(problems)) => {
            problems.into_iter().map(|it| (it.line, it.what)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_written_is_read_with_what_was_decided() {
    for format in FORMATS {
        let file = decided(
            format,
            &[
                ["keep", "eve", ""],
                [" Revoke ", " eve ", "left"],
                ["", "", ""],
            ],
        );
        let review = read(file.as_bytes()).unwrap();
        assert_eq!(review.head, head(1));
        let rows: Vec<_> = review.rows.iter().map(|it| it.facts.clone()).collect();
        assert_eq!(rows, export().rows);
        assert_eq!(
            review.counts(),
            Counts {
                keep: 1,
                revoke: 1,
                undecided: 1
            }
        );
        assert_eq!(review.reviewers()["eve"].revoke, 1);
        let [revocation] = review.revocations().try_into().unwrap();
        assert_eq!(revocation.grant, "project:alpha:member:user:bob");
        assert_eq!(revocation.entitlement, "project:alpha:member");
        assert_eq!(revocation.principal, "user:bob");
        assert_eq!(revocation.because, "revoked by eve: left");
        assert_eq!(revocation.line, 3);
        let kept: Vec<_> = review.kept().into_iter().collect();
        let ada = ("project:alpha:member:user:ada".to_owned(), 2);
        let cy = ("project:beta:member:user:cy".to_owned(), 4);
        assert_eq!(kept, [ada, cy], "what nobody decided on stays too");
    }
}

#[test]
fn what_spreadsheets_and_people_do_to_a_table_is_tolerated() {
    let file = decided(Format::Csv, &[["revoke", "eve", ""]]);
    let of = |text: &str| read(text.as_bytes()).unwrap().revocations();
    let known = of(&file);
    let bare = file.trim_start_matches('\u{feff}').replace('"', "");
    let lines: Vec<_> = bare.lines().collect();
    let columns = |change: fn(&mut Vec<&str>)| {
        let changed = lines.iter().map(|line| {
            let mut cells: Vec<_> = line.split(',').collect();
            change(&mut cells);
            cells.join(",") + "\n"
        });
        changed.collect::<String>()
    };
    for (told, saved) in [
        ("as Excel saves it", format!("\u{feff}{bare}")),
        ("where commas are for decimals", bare.replace(',', ";")),
        ("with tabs", bare.replace(',', "\t")),
        ("with the line breaks of Unix", bare.replace("\r\n", "\n")),
        (
            "with empty rows",
            format!("{bare}{}\r\n\r\n", ",".repeat(30)),
        ),
        ("without apostrophes", bare.replace('\'', "")),
        ("columns in another order", columns(|it| it.reverse())),
        ("a column of notes", columns(|it| it.insert(3, "note"))),
    ] {
        let mut found = of(&saved);
        found[0].line = known[0].line;
        assert_eq!(found, known, "{told}");
    }
    let sorted = [lines[0], lines[3], lines[1], lines[2]].join("\n");
    assert_eq!(of(&sorted)[0].line, 3);
    let cut = read(lines[..2].join("\n").as_bytes()).unwrap();
    assert_eq!((cut.missing(), cut.counts().undecided), (2, 2));
}

#[test]
fn lines_of_json_may_be_in_another_order_and_carry_more() {
    let file = decided(Format::JsonLines, &[["revoke", "eve", ""]]);
    let mut lines: Vec<_> = file.lines().collect();
    lines.reverse();
    let more = lines
        .join("\n\n")
        .replace(r#""person":"#, r#""note":7,"person":"#);
    let empty = more.replace(r#""expires_at":"","#, r#""expires_at":null,"#);
    assert_eq!(read(empty.as_bytes()).unwrap().revocations().len(), 1);
}

#[test]
fn all_that_is_wrong_is_told_with_its_line() {
    for format in FORMATS {
        let file = decided(
            format,
            &[["remove", "eve", ""], ["keep", "", ""], ["keep", "eve", ""]],
        );
        let file = file.replace("CY", "CYRIL");
        assert_eq!(
            problems(&file),
            [
                (
                    2,
                    "`remove` is no decision; there are `keep` and `revoke`".to_owned()
                ),
                (
                    3,
                    "it is decided, and `reviewer` does not say by whom".to_owned()
                ),
                (4, EDITED.to_owned()),
            ]
        );
    }
}

#[test]
fn any_edited_fact_is_noticed() {
    let export = export();
    let whole = file_of(&export);
    for (fact, forged) in [
        ("'2026-01-02T03:04:05Z", "'2027-01-02T03:04:05Z"),
        ("ADA", "EVE"),
        ("ada@example.org", "eve@example.org"),
        ("\"alpha\"", "\"beta\""),
        ("direct", "not told"),
        ("00ff", "00fe"),
        ("org-1", "org-2"),
    ] {
        let edited = whole.replacen(fact, forged, 1);
        assert_ne!(edited, whole, "{fact}");
        assert!(read(edited.as_bytes()).is_err(), "{fact}");
        let everywhere = whole.replace(fact, forged);
        assert!(read(everywhere.as_bytes()).is_err(), "{fact}");
    }
}

fn file_of(export: &Export) -> String {
    file(export, Format::Csv)
}

#[test]
fn a_row_of_another_review_does_not_belong() {
    let other = Export {
        head: head(2),
        ..export()
    };
    let strange = file_of(&other);
    let strange = strange.lines().nth(1).unwrap();
    let [(line, what)] = problems(&(file_of(&export()) + strange))
        .try_into()
        .unwrap();
    assert_eq!(line, 5);
    assert_eq!(what, "it belongs to another review than the first row");
    let strange = file(&other, Format::JsonLines);
    let strange = strange.lines().nth(1).unwrap();
    let both = file(&export(), Format::JsonLines) + strange;
    assert_eq!(problems(&both), [(5, EDITED.to_owned())]);
}

#[test]
fn a_grant_is_decided_on_once() {
    let file = decided(Format::Csv, &[["keep", "eve", ""]]);
    let row = file.lines().nth(1).unwrap().to_owned();
    let twice = format!("{file}{row}\r\n");
    assert_eq!(
        problems(&twice),
        [(5, "line 2 decides on the same grant".to_owned())]
    );
    let open = file_of(&export());
    let open = open.lines().nth(1).unwrap();
    let counts = read(format!("{file}{open}\r\n").as_bytes())
        .unwrap()
        .counts();
    assert_eq!(
        counts,
        Counts {
            keep: 1,
            revoke: 0,
            undecided: 2
        }
    );
}

#[test]
fn what_cannot_be_revoked_can_only_be_kept() {
    let immutable = "the identity provider manages it";
    for (changed, why) in [
        (
            Facts {
                immutable: immutable.into(),
                ..facts("ada", "alpha")
            },
            "it cannot be revoked here: the identity provider manages it",
        ),
        (
            Facts {
                how: "through CREW (group:crew)".into(),
                ..facts("ada", "alpha")
            },
            "it is held through CREW (group:crew): decide on the grant that gives it",
        ),
    ] {
        let export = Export {
            rows: vec![changed],
            ..export()
        };
        let kept = decided_of(&export, Format::Csv, &[["keep", "eve", ""]]);
        assert_eq!(read(kept.as_bytes()).unwrap().counts().keep, 1);
        let revoked = decided_of(&export, Format::Csv, &[["revoke", "eve", ""]]);
        assert_eq!(problems(&revoked), [(2, why.to_owned())]);
    }
}

#[test]
fn hostile_text_comes_back_as_it_was_and_stays_on_its_line() {
    let names = [
        "=HYPERLINK(\"https://evil.example\",\"x\")",
        "+1",
        "'quoted'",
        "\u{1b}]0;owned\u{7}",
        "two\r\nlines, \"quoted\"; \ttabs",
        "\u{202e}gpj.exe",
        "a\\u{1b}",
        " led by a space",
        "revoke",
    ];
    let rows: Vec<_> = names
        .iter()
        .map(|name| Facts {
            person: (*name).into(),
            principal_id: (*name).into(),
            ..facts("ada", "alpha")
        })
        .collect();
    let export = Export { rows, ..export() };
    for format in FORMATS {
        let file = file(&export, format);
        assert_eq!(file.lines().count(), names.len() + 1);
        assert!(!file.contains(['\u{1b}', '\u{7}', '\u{202e}']));
        let review = read(file.as_bytes()).unwrap();
        for (row, name) in review.rows.iter().zip(names) {
            assert_eq!(row.facts.person, name);
            assert_eq!(
                row.facts.grant(),
                format!("project:alpha:member:user:{name}")
            );
        }
    }
}

#[test]
fn what_is_no_review_is_told_so() {
    let whole = file_of(&export());
    let header = whole.lines().next().unwrap();
    for (contents, why) in [
        ("".into(), "it has no column"),
        ("a,b\n1,2\n".into(), "it has no column `person`"),
        (header.to_owned(), "it has no rows"),
        (
            header.replace("\"slug\"", "\"slug\",\"slug\""),
            "`slug` several times",
        ),
        (
            whole.replace(r#""'1","default""#, r#""'2","default""#),
            "its form is `2`",
        ),
        (
            whole.replace(r#""org-1","'1""#, r#""org-1","one""#),
            "its `sync` cannot be read",
        ),
        ("{}".into(), "the key `review` it has 0"),
        ("{\"review\":\"1\"}".into(), "it has no rows"),
    ] {
        match read(contents.as_bytes()) {
            Err(error @ ReviewError::NoReview(_)) => {
                assert!(error.to_string().contains(why), "{error}: {why}");
            }
            other => panic!("{why}: {other:?}"),
        }
    }
    assert!(matches!(read(b"\xff\xfe"), Err(ReviewError::NoReview(_))));
}
