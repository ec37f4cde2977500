//! The page as a whole, of syncs of our own.

use std::collections::BTreeMap;

use governance_contract::manifest::{ResourceTrait, ResourceType};
use governance_contract::model::{
    Entitlement, Expansion, Gap, Grant, Purpose, Resource, ResourceId, Scope, Status, Subject,
};
use governance_contract::samples::{entitlement, gap, grant, id, resource, resource_type, user};
use governance_store::{Asked, Batch, Ending, Finish, NewSync, Store};
use serde_json::Value;

use super::*;
use crate::{Finding, Severity, Shown};

const SHOWN: Shown = |text| text.escape_debug().to_string();

/// What a sync reads.
#[derive(Default)]
struct World {
    resources: Vec<Resource>,
    entitlements: Vec<Entitlement>,
    grants: Vec<Grant>,
    gaps: Vec<Gap>,
    asked: Asked,
}

impl World {
    /// Ada owns Alpha; Grace is a member by her group; Edsger is disabled; Barbara
    /// is invited.
    fn small() -> Self {
        let project = id("project", "alpha");
        let crew = id("group", "crew");
        let disabled = Resource {
            status: Status::Disabled,
            ..user("edsger", &[])
        };
        let invited = Resource {
            status: Status::Pending,
            ..user("barbara", &["barbara@example.com"])
        };
        let people = [
            user("ada", &["ada@example.com"]),
            user("grace", &[]),
            disabled,
            invited,
        ];
        let through_crew = Grant {
            expands: Some(Expansion {
                slugs: vec!["member".into()],
                deep: false,
            }),
            ..grant(project.clone(), "member", crew.clone())
        };
        let pending = Grant {
            pending: true,
            ..grant(project.clone(), "member", id("user", "barbara"))
        };
        let owner = Entitlement {
            purpose: Purpose::Ownership,
            ..entitlement(project.clone(), "owner")
        };
        Self {
            resources: people
                .into_iter()
                .chain([resource("group", "crew"), resource("project", "alpha")])
                .collect(),
            entitlements: vec![
                owner,
                entitlement(project.clone(), "member"),
                entitlement(crew.clone(), "member"),
            ],
            grants: vec![
                grant(project.clone(), "owner", id("user", "ada")),
                grant(project.clone(), "member", id("user", "edsger")),
                grant(crew, "member", id("user", "grace")),
                through_crew,
                pending,
            ],
            ..Self::default()
        }
    }

    /// Runs a sync of it.
    fn sync_into(&self, store: &mut Store) {
        let types = [
            ("user", ResourceTrait::User),
            ("group", ResourceTrait::Group),
            ("project", ResourceTrait::Scope),
        ];
        let types = types.map(|(id, one)| ResourceType {
            traits: vec![one],
            ..resource_type(id)
        });
        let new = NewSync {
            connection: "default",
            connector: "example",
            version: "1.0.0",
            component_sha256: "00ff",
            started_at: 1_767_323_045,
            resource_types: &types,
            asked: &self.asked,
        };
        let sync = store.begin_sync(&new).unwrap();
        let batch = Batch {
            resources: &self.resources,
            entitlements: &self.entitlements,
            grants: &self.grants,
            gaps: &self.gaps,
        };
        store.write(sync, &[batch]).unwrap();
        let finish = Finish {
            ending: Ending::Read,
            finished_at: 1_767_323_145,
            requests: &BTreeMap::new(),
        };
        store.finish_sync(sync, &finish).unwrap();
    }

    fn report(&self) -> Report {
        report_of(&[self], None)
    }
}

/// The report of the last of these syncs.
fn report_of(worlds: &[&World], findings: Option<Vec<Finding>>) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("governance.db");
    let mut store = Store::open_to_write(&path).unwrap();
    for world in worlds {
        world.sync_into(&mut store);
    }
    drop(store);
    let store = Store::open_to_read(&path).unwrap();
    Report::read(&store, "default", findings, SHOWN).unwrap()
}

fn data(page: &str) -> Value {
    let begin = "<script type=\"application/json\" id=\"data\">";
    let (_, rest) = page.split_once(begin).unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(data).unwrap()
}

fn grants_on(resource: Option<ResourceId>) -> Scope {
    Scope {
        subject: Some(Subject::Grants),
        resource_type: resource.as_ref().map(|it| it.resource_type.clone()),
        resource_id: resource.map(|it| it.id),
        ..Scope::default()
    }
}

#[test]
fn the_figures_are_those_of_the_sync() {
    let figures = World::small().report().figures;
    assert_eq!(figures.account_count(), 4);
    assert_eq!(figures.owners, 1);
    assert_eq!(figures.grants.direct, 5);
    assert_eq!(figures.grants.pending, 1);
    let on_projects = figures
        .access
        .iter()
        .find(|it| it.resource_type == "project");
    let on_projects = on_projects.unwrap();
    let told = (
        on_projects.direct,
        on_projects.indirect,
        on_projects.not_effective,
    );
    assert_eq!(told, (1, 1, 1));
    assert!(figures.is_complete && figures.told.is_all());
    assert_eq!(figures.changes, None);
}

#[test]
fn each_access_is_told_with_how_it_is_held() {
    let page = World::small().report().page().unwrap();
    for line in [
        "<th scope=\"row\">ADA</th><td>active</td><td>project ALPHA</td><td>OWNER</td><td>direct</td><td></td>",
        "<th scope=\"row\">GRACE</th><td>active</td><td>project ALPHA</td><td>MEMBER</td><td>inherited</td>\
         <td>group CREW (MEMBER) → project ALPHA (MEMBER)</td>",
        "<th scope=\"row\">EDSGER</th><td>disabled</td><td>project ALPHA</td><td>MEMBER</td>\
         <td>direct, without effect</td>",
        "<th scope=\"row\">BARBARA</th><td>pending</td><td>project ALPHA</td><td>MEMBER</td><td>pending</td>",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
}

#[test]
fn the_same_sync_gives_the_same_page() {
    let world = World::small();
    assert_eq!(
        world.report().page().unwrap(),
        world.report().page().unwrap()
    );
}

#[test]
fn nothing_but_the_pages_own_script_and_style_is_allowed() {
    let page = World::small().report().page().unwrap();
    let inside = |begin: &str, end: &str| {
        let (_, rest) = page.split_once(begin).unwrap();
        STANDARD.encode(Sha256::digest(rest.split_once(end).unwrap().0))
    };
    let script = inside("<script>", "</script>");
    let style = inside("<style>", "</style>");
    let policy = page
        .split("Content-Security-Policy\" content=\"")
        .nth(1)
        .unwrap();
    let policy = policy.split('"').next().unwrap().replace("&#39;", "'");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    assert!(
        policy.contains(&format!("script-src 'sha256-{script}'")),
        "{policy}"
    );
    assert!(
        policy.contains(&format!("style-src 'sha256-{style}'")),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn the_page_loads_nothing_and_writes_no_markup_from_its_script() {
    let page = World::small().report().page().unwrap();
    for other in [
        "http:",
        "https:",
        "url(h",
        "@import",
        "src=",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        " style=\"",
        " onclick=",
    ] {
        assert!(!page.contains(other), "{other}");
    }
}

#[test]
fn every_place_of_the_templates_is_filled() {
    let page = World::small().report().page().unwrap();
    assert!(!page.contains("{{") && !page.contains("}}"), "{page}");
}

#[test]
fn no_name_can_be_markup_or_script() {
    let hostile =
        "</script><script>alert(1)</script><!--\u{2028}<img src=x onerror=alert(1)>{{data}}";
    let mut world = World::small();
    for resource in &mut world.resources {
        resource.name = hostile.to_owned();
    }
    for entitlement in &mut world.entitlements {
        entitlement.name = hostile.to_owned();
    }
    let page = world.report().page().unwrap();
    assert!(!page.contains("<script>alert") && !page.contains("<img") && !page.contains("<!--"));
    assert_eq!(page.matches("</script>").count(), 2);
    let data = data(&page);
    let name = data["accounts"][0]["name"].as_str().unwrap();
    assert!(
        name.starts_with("</script><script>alert(1)</script><!--\\u{2028}<img"),
        "{name}"
    );
}

#[test]
fn a_gap_is_told_first_and_where_it_is_in_the_matrix() {
    let mut world = World::small();
    world.gaps = vec![gap(grants_on(Some(id("project", "alpha"))))];
    let page = world.report().page().unwrap();
    let [gaps, figures] = ["id=\"gaps\"", "id=\"figures\""].map(|it| page.find(it).unwrap());
    assert!(gaps < figures);
    assert!(page.contains("unknown, not absent"));
    assert!(page.contains("grants on project:alpha"));
    let data = data(&page);
    let areas = data["unknown"].as_array().unwrap();
    let place = areas[0]["resources"][0].as_u64().unwrap() as usize;
    assert_eq!((areas.len(), &areas[0]["accounts"]), (1, &Value::Null));
    assert_eq!(data["resources"][place]["id"], "alpha");
}

/// The resources' ids and the accounts' names of the only area.
fn area(scope: Scope) -> (Option<Vec<String>>, Option<Vec<String>>) {
    let mut world = World::small();
    world.gaps = vec![gap(scope)];
    let data = data(&world.report().page().unwrap());
    let [area] = data["unknown"].as_array().unwrap().as_slice() else {
        return (Some(vec![]), Some(vec![]));
    };
    let texts = |places: &Value, table: &str, key: &str| {
        let places = places.as_array()?.iter();
        let text = |it: &Value| data[table][it.as_u64().unwrap() as usize][key].as_str();
        let mut texts: Vec<_> = places.map(|it| text(it).unwrap().to_owned()).collect();
        texts.sort();
        Some(texts)
    };
    let resources = texts(&area["resources"], "resources", "id");
    (resources, texts(&area["accounts"], "accounts", "name"))
}

#[test]
fn a_gap_leaves_open_all_that_follows_from_it() {
    let ids = |ids: &[&str]| Some(ids.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
    let of_group = Scope {
        principal_type: Some("group".into()),
        ..grants_on(None)
    };
    let of_ada = Scope {
        principal_id: Some("ada".into()),
        ..grants_on(Some(id("project", "alpha")))
    };
    let events = Scope {
        subject: Some(Subject::Events),
        ..Scope::default()
    };
    for (scope, resources, accounts) in [
        (grants_on(None), None, None),
        (
            grants_on(Some(id("project", "alpha"))),
            ids(&["alpha"]),
            None,
        ),
        (
            grants_on(Some(id("group", "crew"))),
            ids(&["alpha", "crew"]),
            None,
        ),
        (of_group, None, ids(&["GRACE"])),
        (of_ada, ids(&["alpha"]), ids(&["ADA"])),
        (events, ids(&[]), ids(&[])),
    ] {
        assert_eq!(area(scope.clone()), (resources, accounts), "{scope:?}");
    }
}

#[test]
fn gaps_of_the_same_cells_are_one_area() {
    let of = |principal: &str| Scope {
        principal_id: Some(principal.into()),
        ..grants_on(Some(id("project", "alpha")))
    };
    let mut world = World::small();
    world.gaps = vec![gap(of("ada")), gap(of("edsger")), gap(of("nobody"))];
    let data = data(&world.report().page().unwrap());
    let areas = data["unknown"].as_array().unwrap();
    assert_eq!(areas.len(), 1, "{areas:?}");
    assert_eq!(areas[0]["accounts"].as_array().unwrap().len(), 2);
}

#[test]
fn what_a_narrow_sync_did_not_ask_for_is_unknown_everywhere() {
    let mut world = World::small();
    world.asked.types = vec!["project".into()];
    let report = world.report();
    assert!(!report.figures.is_complete);
    let page = report.page().unwrap();
    assert!(page.contains("asked only for <strong>project</strong>"));
    let open = serde_json::json!([{ "resources": null, "accounts": null }]);
    assert_eq!(data(&page)["unknown"], open);
}

/// How many grants differ in a way.
fn changed(report: &Report, way: &str) -> u64 {
    let changes = report.figures.changes.iter().flatten();
    changes
        .filter(|it| it.change == way)
        .map(|it| it.grants)
        .sum()
}

#[test]
fn a_gap_never_becomes_a_removal() {
    let before = World::small();
    let mut after = World::small();
    after.grants.retain(|it| it.principal.id != "ada");
    let removed = report_of(&[&before, &after], None);
    assert_eq!(changed(&removed, "removed"), 1);
    assert!(
        removed
            .page()
            .unwrap()
            .contains("user ADA: OWNER on project ALPHA")
    );
    after.gaps = vec![gap(grants_on(Some(id("project", "alpha"))))];
    let unknown = report_of(&[&before, &after], None);
    assert_eq!(changed(&unknown, "removed"), 0);
    assert_eq!(changed(&unknown, "unknown-after"), 1);
}

#[test]
fn findings_are_told_with_what_cannot_be_told() {
    let finding = |title: &str, severity, subjects: &[&str], unknown: Option<&str>| Finding {
        rule: "a-rule".into(),
        severity,
        title: title.into(),
        explanation: "why".into(),
        subjects: subjects.iter().map(|it| (*it).to_owned()).collect(),
        unknown: unknown.map(str::to_owned),
    };
    let findings = vec![
        finding("quiet", Severity::High, &[], None),
        finding("tidy", Severity::Low, &["<b>bob</b>"], None),
        finding("open", Severity::Medium, &[], Some("a gap")),
    ];
    let report = report_of(&[&World::small()], Some(findings));
    let counts = [
        (Severity::High, 0),
        (Severity::Medium, 0),
        (Severity::Low, 1),
    ];
    assert_eq!(report.figures.findings, counts);
    let page = report.page().unwrap();
    assert!(!page.contains("quiet"));
    assert!(page.contains("<li>&lt;b&gt;bob&lt;/b&gt;</li>"));
    assert!(page.contains("<strong>Cannot be told:</strong> a gap"));
    assert!(page.find("open").unwrap() < page.find("tidy").unwrap());
}

#[test]
fn without_findings_the_page_says_that_nobody_looked() {
    let page = World::small().report().page().unwrap();
    assert!(page.contains("Nobody looked for findings"));
}
