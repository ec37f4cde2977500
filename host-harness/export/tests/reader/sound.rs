//! Every message of a file, decoded and held against baton's `.proto` files: the
//! fields that there may be, the ids, and that every reference leads somewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::values::is_direct;
use super::{C1z, Fields, Value, resource_id, sources, structure};

/// Each trait with its number, its message, the fields that we fill in, and the one
/// with the profile.
const TRAITS: [(u64, &str, &[u64], u64); 5] = [
    (1, "UserTrait", &[1, 2, 3, 5, 6, 8, 9], 3),
    (2, "GroupTrait", &[2], 2),
    (3, "RoleTrait", &[1], 1),
    (4, "AppTrait", &[4], 4),
    (5, "SecretTrait", &[1, 2, 3, 4, 6], 1),
];

/// What one exclusion group may have.
const LARGEST_GROUP: usize = 50;

impl C1z {
    pub(super) fn assert_messages(&self) {
        let types = self.assert_types();
        let resources = self.assert_resources(&types);
        let entitlements = self.assert_entitlements(&types, &resources);
        self.assert_grants(&resources, &entitlements);
        self.assert_expansions(&entitlements);
    }

    /// The types with the numbers of their traits.
    fn assert_types(&self) -> BTreeMap<String, Vec<u64>> {
        let types = self.messages("v1_resource_types");
        let types = types.into_iter().map(|(id, message)| {
            message.only(&[1, 2, 3, 5]);
            assert!(!id.is_empty() && id.len() <= 1024, "{id}");
            assert_eq!(message.text(1), id);
            assert!(message.text(2).len() <= 1024 && message.text(5).len() <= 2048);
            let traits = message.packed(3);
            let known: BTreeSet<_> = traits.iter().filter(|it| (1..=5).contains(*it)).collect();
            assert_eq!(known.len(), traits.len(), "each known and once: {traits:?}");
            (id, traits)
        });
        types.collect()
    }

    fn assert_resources(&self, types: &BTreeMap<String, Vec<u64>>) -> BTreeSet<String> {
        let rows = self.messages("v1_resources");
        let ids: BTreeSet<_> = rows.iter().map(|(id, _)| id.clone()).collect();
        for (id, message) in &rows {
            assert_resource(id, message);
            let traits = &types[&message.message(1).text(1)];
            for (number, name, fields, profile) in TRAITS {
                let told = message.annotation(name);
                assert_eq!(told.is_some(), traits.contains(&number), "{id} {name}");
                let Some(told) = told else { continue };
                told.only(fields);
                let both = [told.message(profile), message.message(9)].map(|it| structure(&it));
                assert_eq!(both[0], both[1], "{id} {name}");
            }
            if let Some(user) = message.annotation("UserTrait") {
                assert_user(id, &user);
            }
            if let Some(secret) = message.annotation("SecretTrait") {
                let made = |it: &Fields, field| it.optional(field).map(|it| it.number(1));
                assert_eq!(made(&secret, 2), made(message, 12), "{id}");
            }
            if let Some(parent) = message.optional(2) {
                assert!(ids.contains(&resource_id(&parent)), "{id}");
            }
        }
        let columns = "SELECT resource_type_id || '|' || external_id || '|' ||
            ifnull(parent_resource_type_id || ':' || parent_resource_id, '')
            FROM v1_resources ORDER BY id";
        for (line, (id, message)) in self.texts(columns).iter().zip(&rows) {
            let parent = message.optional(2).map(|it| resource_id(&it));
            let kind = message.message(1).text(1);
            assert_eq!(line, &format!("{kind}|{id}|{}", parent.unwrap_or_default()));
        }
        ids
    }

    fn assert_entitlements(
        &self,
        types: &BTreeMap<String, Vec<u64>>,
        resources: &BTreeSet<String>,
    ) -> BTreeSet<String> {
        let rows = self.messages("v1_entitlements");
        for (id, message) in &rows {
            message.only(&[1, 2, 3, 4, 5, 6, 7, 8]);
            let resource = message.message(1);
            let on = resource_id(&resource.message(1));
            assert_resource(&on, &resource);
            assert!(resources.contains(&on), "{id} is on {on}");
            assert_eq!(message.text(2), *id);
            assert_eq!(*id, format!("{on}:{}", message.text(8)));
            assert!(!message.text(3).is_empty() && message.number(7) <= 3);
            for kind in message.messages(5) {
                assert!(types.contains_key(&kind.text(1)), "{id}");
            }
            message.only_annotations(&["EntitlementExclusionGroup"]);
        }
        assert_exclusions(rows.iter().map(|(_, message)| message));
        rows.into_iter().map(|(id, _)| id).collect()
    }

    fn assert_grants(&self, resources: &BTreeSet<String>, entitlements: &BTreeSet<String>) {
        for (id, message) in self.messages("v1_grants") {
            message.only(&[1, 2, 3, 4, 5]);
            let (entitlement, principal) = (message.message(1), message.message(2));
            let (held, holder) = (entitlement.text(2), resource_id(&principal.message(1)));
            assert_eq!(message.text(3), id);
            assert_eq!(id, format!("{held}:{holder}"));
            assert!(entitlements.contains(&held), "{id}");
            assert!(resources.contains(&holder), "{id}");
            assert!(resources.contains(&resource_id(&entitlement.message(1).message(1))));
            // Baton keeps `GrantExpandable` in a column of its own.
            message.only_annotations(&["GrantImmutable", "GrantMetadata"]);
            for (name, fields) in [("GrantImmutable", [2]), ("GrantMetadata", [1])] {
                let told = message.annotation(name);
                told.inspect(|it| it.only(&fields));
            }
            for (source, direct) in sources(&message) {
                assert!(entitlements.contains(&source), "{id} by {source}");
                if direct {
                    let own = format!("{source}:{holder}");
                    assert_eq!(self.message("v1_grants", &own).text(3), own);
                }
            }
        }
        let columns =
            "SELECT resource_type_id || ':' || resource_id || '|' || entitlement_id || '|' ||
            principal_resource_type_id || ':' || principal_resource_id FROM v1_grants ORDER BY id";
        for (line, (_, message)) in self.texts(columns).iter().zip(self.messages("v1_grants")) {
            let entitlement = message.message(1);
            let (on, by) = (entitlement.message(1).message(1), message.message(2));
            let by = resource_id(&by.message(1));
            let expected = format!("{}|{}|{by}", resource_id(&on), entitlement.text(2));
            assert_eq!(*line, expected);
        }
    }

    /// A grant expands over entitlements of its principal, and what follows is
    /// there.
    fn assert_expansions(&self, entitlements: &BTreeSet<String>) {
        let sql = "SELECT principal_resource_type_id || ':' || principal_resource_id, expansion,
            entitlement_id FROM v1_grants WHERE expansion IS NOT NULL";
        let mut statement = self.database.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                row.get::<_, String>(2)?,
            ))
        });
        for row in rows.unwrap() {
            let (principal, expansion, held) = row.unwrap();
            let expansion = Fields::read(&expansion);
            expansion.only(&[1, 2]);
            let slugs: BTreeSet<_> = expansion.texts(1).into_iter().collect();
            assert!(!slugs.is_empty() && slugs.len() == expansion.texts(1).len());
            for over in expansion.texts(1) {
                assert!(over.starts_with(&format!("{principal}:")));
                if !entitlements.contains(&over) {
                    continue;
                }
                let holders = self.texts(&format!(
                    "SELECT principal_resource_type_id || ':' || principal_resource_id
                     FROM v1_grants WHERE entitlement_id = '{}'",
                    over.replace('\'', "''")
                ));
                for holder in holders {
                    let source = self.message("v1_grants", &format!("{over}:{holder}"));
                    if expansion.flag(2) && !is_direct(&source) {
                        continue;
                    }
                    let derived = self.message("v1_grants", &format!("{held}:{holder}"));
                    assert!(sources(&derived).contains_key(&over), "{held} of {holder}");
                }
            }
        }
    }
}

fn assert_resource(id: &str, message: &Fields) {
    message.only(&[1, 2, 3, 4, 5, 9, 11, 12]);
    assert_eq!(resource_id(&message.message(1)), id);
    assert!(message.text(3).len() <= 1024 && message.text(5).len() <= 2048);
    assert!(message.message(11).number(1) <= 2);
    let profile = structure(&message.message(9));
    assert!(profile.contains_key("status"), "{id}");
    let raw_id = message.annotation("RawId").unwrap();
    raw_id.only(&[1]);
    assert!(id.ends_with(&format!(":{}", raw_id.text(1))));
    let names = TRAITS.map(|it| it.1);
    message.only_annotations(&[&names[..], &["Aliases", "RawId"]].concat());
    for alias in message
        .annotation("Aliases")
        .iter()
        .flat_map(|it| it.messages(1))
    {
        alias.only(&[1]);
    }
}

/// A group has entitlements of one type, not too many of them, and one default.
fn assert_exclusions<'a>(entitlements: impl Iterator<Item = &'a Fields>) {
    let mut groups: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for entitlement in entitlements {
        let Some(told) = entitlement.annotation("EntitlementExclusionGroup") else {
            continue;
        };
        told.only(&[1, 3]);
        let on = entitlement.message(1).message(1).text(1);
        let group = groups.entry(told.text(1)).or_default();
        group.push((on, told.flag(3)));
    }
    for (name, members) in groups {
        assert!(!name.is_empty() && members.len() <= LARGEST_GROUP, "{name}");
        assert!(members.iter().all(|it| it.0 == members[0].0), "{name}");
        assert!(members.iter().filter(|it| it.1).count() <= 1, "{name}");
    }
}

/// What the released `baton export csv` reads of a user, which fails without a
/// profile.
fn assert_user(id: &str, user: &Fields) {
    let profile = structure(&user.message(3));
    for key in ["user_id", "first_name", "last_name"] {
        assert!(
            matches!(profile.get(key), Some(Value::Text(_))),
            "{id} {key}"
        );
    }
    assert!(user.message(2).number(1) <= 2 && user.number(5) <= 2);
    let primary = user.messages(1).iter().filter(|it| it.flag(2)).count();
    assert!(primary <= 1);
    for email in user.messages(1) {
        email.only(&[1, 2]);
    }
}
