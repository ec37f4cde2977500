//! What a connector says of itself: the same each time, and fitting together.

use std::collections::BTreeSet;

use governance_contract::manifest::{BaseUrl, Description, Effect, FieldKind, ResourceType};

use super::rule::{Outcome, Rule, Verdict};

const STABLE: Rule = Rule {
    id: "description-stable",
    sentence: "`describe` tells the same each time",
};
const CONSISTENT: Rule = Rule {
    id: "description-consistent",
    sentence: "what the description names, it declares, and no id twice",
};
const CHANGES: Rule = Rule {
    id: "changes-have-routes",
    sentence: "a connector that offers changes declares a route that changes something, and one that offers none declares none",
};

/// Judges two descriptions, told one after the other.
pub(super) fn outcomes(first: &Description, again: &Description) -> Vec<Outcome> {
    vec![
        STABLE.kept(stable(first, again)),
        CONSISTENT.kept(consistent(first)),
        CHANGES.kept(changes(first)),
    ]
}

fn stable(first: &Description, again: &Description) -> Verdict {
    let differ = (first != again).then(|| "the second description differs from the first".into());
    Verdict::failed(differ)
}

fn consistent(description: &Description) -> Verdict {
    let mut findings = Vec::new();
    let types: BTreeSet<_> = description
        .resource_types
        .iter()
        .map(|it| &*it.id)
        .collect();
    let surfaces: BTreeSet<_> = description.surfaces.iter().map(|it| &*it.id).collect();
    let credentials: BTreeSet<_> = description.credentials.iter().map(|it| &*it.id).collect();
    if surfaces.len() < description.surfaces.len() {
        findings.push("a surface is declared twice".to_owned());
    }
    for kind in &description.resource_types {
        if !surfaces.contains(&*kind.surface) {
            findings.push(format!(
                "{} is read from the surface `{}`",
                kind.id, kind.surface
            ));
        }
        findings.extend(entitlements(kind, &types));
        if kind.carried_by.as_ref() == Some(&kind.id) || kind.children.contains(&kind.id) {
            findings.push(format!(
                "{} is carried by itself, or its own child",
                kind.id
            ));
        }
    }
    for route in &description.routes {
        let known = |it: &String| credentials.contains(it.as_str());
        if !route.credential.as_ref().is_none_or(known) {
            findings.push(format!("the route {} uses an unknown credential", route.id));
        }
        findings.extend(base(description, &route.base, &route.id));
    }
    for credential in &description.credentials {
        for sent_to in &credential.bases {
            findings.extend(base(description, sent_to, &credential.id));
        }
    }
    Verdict::failed(findings)
}

fn entitlements(kind: &ResourceType, types: &BTreeSet<&str>) -> Vec<String> {
    let mut findings = Vec::new();
    let mut slugs = BTreeSet::new();
    for entitlement in &kind.static_entitlements {
        let name = format!("{}:{}", kind.id, entitlement.slug);
        if !slugs.insert(&entitlement.slug) {
            findings.push(format!("the entitlement {name} is declared twice"));
        }
        let unknown = entitlement
            .grantable_to
            .iter()
            .filter(|it| !types.contains(it.as_str()));
        findings.extend(unknown.map(|it| format!("{name} can be held by the unknown type `{it}`")));
    }
    findings
}

fn base(description: &Description, base: &BaseUrl, of: &str) -> Option<String> {
    let BaseUrl::FromField(key) = base else {
        return None;
    };
    let field = description.fields.iter().find(|field| field.key == *key);
    match field.map(|field| &field.kind) {
        Some(FieldKind::Url) => None,
        Some(_) => Some(format!("{of} starts at the field `{key}`, which is no url")),
        None => Some(format!("{of} starts at the unknown field `{key}`")),
    }
}

fn changes(description: &Description) -> Verdict {
    let offered = description
        .resource_types
        .iter()
        .any(|it| !it.changes.is_empty());
    let routes = description
        .routes
        .iter()
        .any(|it| it.effect == Effect::Change);
    match (offered, routes) {
        (true, false) => Verdict::failed(["changes are offered, but all routes only read".into()]),
        (false, true) => {
            Verdict::warned(["routes change something, but no change is offered".into()])
        }
        _ => Verdict::Passed,
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::manifest::{ChangeKind, OfferedChange, StaticEntitlement};
    use governance_contract::model::Purpose;
    use governance_contract::samples::{
        BASE_URL, credential, description, field, resource_type, route,
    };

    use super::*;

    fn sound() -> Description {
        Description {
            routes: vec![route("list", "GET", "/users", Effect::Read)],
            credentials: vec![credential()],
            fields: vec![field(BASE_URL, FieldKind::Url)],
            ..description(vec![resource_type("user")])
        }
    }

    fn entitlement(holder: &str) -> StaticEntitlement {
        StaticEntitlement {
            slug: "member".into(),
            name: "Member".into(),
            description: None,
            purpose: Purpose::Assignment,
            grantable_to: vec![holder.into()],
            exclusion: None,
        }
    }

    #[test]
    fn a_description_that_changes_is_not_stable() {
        let other = Description {
            version: "2".into(),
            ..sound()
        };
        assert_eq!(stable(&sound(), &sound()), Verdict::Passed);
        assert_eq!(stable(&sound(), &other).name(), "failed");
    }

    #[test]
    fn a_description_names_only_what_it_declares() {
        assert_eq!(consistent(&sound()), Verdict::Passed);
        let breaks: [fn(&mut Description); 9] = [
            |it| it.surfaces.clear(),
            |it| it.surfaces.push(it.surfaces[0].clone()),
            |it| it.credentials.clear(),
            |it| it.fields.clear(),
            |it| it.fields[0].kind = FieldKind::Text,
            |it| it.resource_types[0].carried_by = Some("user".into()),
            |it| it.resource_types[0].children = vec!["user".into()],
            |it| it.resource_types[0].static_entitlements = vec![entitlement("robot")],
            |it| it.resource_types[0].static_entitlements = vec![entitlement("user"); 2],
        ];
        for (number, broken) in breaks.into_iter().enumerate() {
            let mut description = sound();
            broken(&mut description);
            assert_eq!(consistent(&description).name(), "failed", "{number}");
        }
    }

    #[test]
    fn changes_and_the_routes_for_them_go_together() {
        let offered = OfferedChange {
            kind: ChangeKind::Grant,
            fields: Vec::new(),
            guard: None,
            permissions: Vec::new(),
        };
        let mut description = sound();
        assert_eq!(changes(&description), Verdict::Passed);
        description.resource_types[0].changes = vec![offered];
        assert_eq!(changes(&description).name(), "failed");
        description.routes[0].effect = Effect::Change;
        assert_eq!(changes(&description), Verdict::Passed);
        description.resource_types[0].changes.clear();
        assert_eq!(changes(&description).name(), "warned");
    }
}
