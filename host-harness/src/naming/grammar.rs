//! How a name can be read. Pure.
//!
//! Ids and names may hold any of the signs that separate parts, so a text often
//! has several readings. All of them are given; the service says which one is
//! meant.

use governance_contract::manifest::ResourceType;

/// More readings than anyone means: the rest is not tried.
const READINGS: usize = 16;

/// A thing's type, if the text names one, and what is left of the text.
pub(super) fn typed<'a, 't>(
    text: &'t str,
    types: &'a [ResourceType],
) -> (Option<&'a ResourceType>, &'t str) {
    let split = text.split_once(':').and_then(|(name, rest)| {
        let kind = types.iter().find(|it| it.id == name)?;
        (!rest.is_empty()).then_some((kind, rest))
    });
    match split {
        Some((kind, rest)) => (Some(kind), rest),
        None => (None, text),
    }
}

/// The readings of a text as a parent and a thing in it.
pub(super) fn in_parent(text: &str) -> Vec<(&str, &str)> {
    splits(text, "/").take(READINGS).collect()
}

/// A reading of a text as an entitlement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EntitlementReading<'a, 't> {
    pub(super) kind: &'a ResourceType,
    pub(super) thing: &'t str,
    pub(super) slug: Option<&'t str>,
}

/// The readings of a text as an entitlement; the one without a slug comes last.
pub(super) fn entitlement<'a, 't>(
    text: &'t str,
    types: &'a [ResourceType],
) -> Vec<EntitlementReading<'a, 't>> {
    let (Some(kind), rest) = typed(text, types) else {
        return Vec::new();
    };
    let with_slug = splits(rest, ":").map(|(thing, slug)| (thing, Some(slug)));
    let readings = with_slug.take(READINGS).chain([(rest, None)]);
    readings
        .map(|(thing, slug)| EntitlementReading { kind, thing, slug })
        .collect()
}

/// A reading of a text as a grant's id.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GrantReading<'a, 't> {
    pub(super) kind: &'a ResourceType,
    pub(super) id: &'t str,
    pub(super) slug: &'t str,
    pub(super) principal_kind: &'a ResourceType,
    pub(super) principal_id: &'t str,
}

/// The readings of a text as a grant's id.
pub(super) fn grant<'a, 't>(text: &'t str, types: &'a [ResourceType]) -> Vec<GrantReading<'a, 't>> {
    let principals = splits(text, ":").filter_map(|(entitlement, principal)| {
        let (kind, id) = typed(principal, types);
        Some((entitlement, kind?, id))
    });
    let readings = principals.flat_map(|(entitlement, principal_kind, principal_id)| {
        let (kind, rest) = typed(entitlement, types);
        let on = kind.into_iter().flat_map(move |kind| {
            splits(rest, ":").map(move |(id, slug)| GrantReading {
                kind,
                id,
                slug,
                principal_kind,
                principal_id,
            })
        });
        on.collect::<Vec<_>>()
    });
    readings.take(READINGS).collect()
}

/// Whether the text looks like an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    let whole = !text.chars().any(|it| it.is_whitespace() || it.is_control());
    whole
        && text
            .rsplit_once('@')
            .is_some_and(|(who, place)| !who.is_empty() && !place.is_empty())
}

/// Every split at a separator with something on both sides, the last one first.
fn splits<'t>(text: &'t str, separator: &'static str) -> impl Iterator<Item = (&'t str, &'t str)> {
    text.rmatch_indices(separator)
        .map(|(place, found)| (&text[..place], &text[place + found.len()..]))
        .filter(|(before, after)| !before.is_empty() && !after.is_empty())
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::resource_type;

    use super::*;

    fn types() -> Vec<ResourceType> {
        ["project", "group", "user"].map(resource_type).to_vec()
    }

    #[test]
    fn a_type_is_read_only_where_there_is_one() {
        let types = types();
        for (text, kind, rest) in [
            ("group:Ops", Some("group"), "Ops"),
            ("group:a:b", Some("group"), "a:b"),
            ("pirate:Ops", None, "pirate:Ops"),
            ("Group:Ops", None, "Group:Ops"),
            ("group:", None, "group:"),
            ("group", None, "group"),
        ] {
            let (found, left) = typed(text, &types);
            assert_eq!((found.map(|it| it.id.as_str()), left), (kind, rest));
        }
    }

    #[test]
    fn an_entitlement_is_read_in_every_way() {
        let types = types();
        type Readings<'a> = &'a [(&'a str, Option<&'a str>)];
        let cases: [(&str, Readings<'_>); 5] = [
            (
                "project:Alpha:member",
                &[("Alpha", Some("member")), ("Alpha:member", None)],
            ),
            ("group:Ops", &[("Ops", None)]),
            (
                "project:a:b:c",
                &[("a:b", Some("c")), ("a", Some("b:c")), ("a:b:c", None)],
            ),
            ("project:Alpha:", &[("Alpha:", None)]),
            ("pirate:a:b", &[]),
        ];
        for (text, expected) in cases {
            let readings = entitlement(text, &types);
            let readings: Vec<_> = readings.iter().map(|it| (it.thing, it.slug)).collect();
            assert_eq!(readings, expected, "{text}");
        }
    }

    #[test]
    fn a_grants_id_is_read_in_every_way() {
        let types = types();
        let cases: [(&str, &[[&str; 4]]); 4] = [
            ("project:p:member:user:u", &[["p", "member", "user", "u"]]),
            (
                "project:p:member:user:user:u",
                &[
                    ["p:member", "user", "user", "u"],
                    ["p", "member:user", "user", "u"],
                    ["p", "member", "user", "user:u"],
                ],
            ),
            ("project:p:member", &[]),
            ("project:p:user:u", &[]),
        ];
        for (text, expected) in cases {
            let readings = grant(text, &types);
            let readings: Vec<_> = readings
                .iter()
                .map(|it| [it.id, it.slug, &it.principal_kind.id, it.principal_id])
                .collect();
            assert_eq!(readings, expected, "{text}");
        }
    }

    #[test]
    fn a_text_of_nothing_but_separators_has_few_readings() {
        let types = types();
        let text = format!("project{}", ":user".repeat(1_000));
        assert!(grant(&text, &types).len() <= READINGS);
        assert!(entitlement(&text, &types).len() <= READINGS + 1);
        assert!(in_parent(&"a/".repeat(1_000)).len() <= READINGS);
    }

    #[test]
    fn an_email_has_something_on_both_sides_and_no_spaces() {
        for (text, expected) in [
            ("ada@example.com", true),
            ("\"a@b\"@c", true),
            ("Ada <ada@example.com>", false),
            ("@example.com", false),
            ("ada@", false),
            ("ada", false),
        ] {
            assert_eq!(is_email(text), expected, "{text}");
        }
    }
}
