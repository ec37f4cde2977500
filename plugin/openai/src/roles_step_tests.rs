use serde_json::json;

use super::*;

fn bound(role: &str, organization: &str) -> Value {
    json!({"id": format!("role-api-organization-{role}__api-organization__{organization}")})
}

#[test]
fn the_organization_is_what_the_composed_ids_agree_on() {
    let unreadable = Err(ErrorKind::UnreadableResponse);
    for (rows, expected, told) in [
        (vec![], None, Ok(None)),
        (vec![], Some("org-1"), Ok(None)),
        (vec![json!({"id": "role_01J"}), json!(7)], None, Ok(None)),
        (
            vec![json!({"id": "role-api-organization-owner"})],
            None,
            Ok(None),
        ),
        (vec![bound("owner", "org-1")], None, Ok(Some("org-1"))),
        (
            vec![bound("owner", "org-1"), bound("reader", "org-1")],
            Some("org-1"),
            Ok(Some("org-1")),
        ),
        (
            vec![bound("owner", "org-1"), bound("reader", "org-2")],
            None,
            unreadable,
        ),
        (
            vec![bound("owner", "org-1")],
            Some("org-2"),
            Err(ErrorKind::Precondition),
        ),
    ] {
        let answer = organization_of(&rows, expected).map_err(|error| error.kind);
        assert_eq!(answer, told.map(|id| id.map(str::to_owned)), "{rows:?}");
    }
}

#[test]
fn what_is_known_comes_back_from_a_token() {
    let progress = Progress {
        after: Some("r9".to_owned()),
        organization: Some("org-1".to_owned()),
        custom: true,
        seen: BTreeSet::from([Predefined::Reader]),
    };
    assert_eq!(Progress::of(&progress.token()), progress);
    let nothing = Progress::default();
    assert_eq!(Progress::of(&nothing.token()), nothing);
}
