use super::*;
use crate::organization::{InvitationRequest, ProjectRole, RoleRequest};

const NOW: u64 = 1_700_000_000;

/// Three people, a group of the last two, and a project.
struct Case {
    organization: Organization,
    boss: String,
    alan: String,
    annie: String,
    group: String,
    project: String,
}

fn case() -> Case {
    let mut organization = Organization::new(1);
    let mut user = |role| organization.add_user(role, NOW).id.clone();
    let boss = user(OrganizationRole::Owner);
    let [alan, annie] = [OrganizationRole::Reader; 2].map(user);
    let group = organization.add_group("Crew", NOW);
    group.put(&alan);
    group.put(&annie);
    let group = group.id.clone();
    let project = organization.add_project("Search", NOW);
    Case {
        organization,
        boss,
        alan,
        annie,
        group,
        project,
    }
}

impl Case {
    fn project(&mut self) -> &mut Project {
        self.organization.project_mut(&self.project).unwrap()
    }

    /// The roles with their ways.
    fn roles(&self, person: &str) -> Vec<(String, Vec<Way>)> {
        let access = access(&self.organization, NOW);
        let roles = access.roles_in(person, &self.project).iter();
        roles
            .map(|held| (held.role.clone(), held.ways.iter().cloned().collect()))
            .collect()
    }

    fn custom_role(&mut self, permission: &str) -> String {
        let request = RoleRequest {
            name: "Custom".to_owned(),
            description: None,
            permissions: vec![permission.to_owned()],
        };
        let role = self
            .organization
            .add_project_role(&self.project, request, NOW);
        role.unwrap()
    }
}

#[test]
fn an_organization_owner_owns_every_live_project() {
    let mut case = case();
    let boss = case.boss.clone();
    let way = vec![Way::OrganizationOwner];
    assert_eq!(case.roles(&boss), [("owner".to_owned(), way)]);
    case.project()
        .put_user(&boss, Some(ProjectRole::Owner), NOW);
    let ways = vec![Way::Direct, Way::OrganizationOwner];
    assert_eq!(case.roles(&boss), [("owner".to_owned(), ways)]);
    case.project().archived_at = Some(NOW);
    assert_eq!(case.roles(&boss), []);
}

#[test]
fn who_is_an_owner_through_a_group_owns_every_live_project_too() {
    use crate::organization::Predefined;
    let mut case = case();
    let owner = OrganizationRole::Owner.id_in(&case.organization.id);
    let group = case.organization.group_mut(&case.group).unwrap();
    group.roles.push(owner);
    let way = vec![Way::OrganizationOwner];
    assert_eq!(case.roles(&case.annie), [("owner".to_owned(), way)]);
    let access = access(&case.organization, NOW);
    let mut rows = access.organization.iter();
    let annie = rows.find(|row| row.person == case.annie).unwrap();
    let words: Vec<_> = annie.roles.iter().map(|held| held.role.as_str()).collect();
    assert_eq!(words, ["owner", "reader"]);
}

#[test]
fn access_is_the_union_of_what_is_direct_and_what_groups_have() {
    let mut case = case();
    let custom = case.custom_role("api.model.read");
    let (alan, annie, group) = (case.alan.clone(), case.annie.clone(), case.group.clone());
    let project = case.project();
    let viewer = project.role("role-api-project-viewer").unwrap().id.clone();
    project.put_user(&alan, Some(ProjectRole::Viewer), NOW);
    project.put_user_role(&alan, &custom, NOW);
    project.put_group_role(&group, &viewer, NOW);
    let through = Way::Group(group);
    assert_eq!(
        case.roles(&annie),
        [("viewer".to_owned(), vec![through.clone()])]
    );
    let mut expected = [
        (custom, vec![Way::Direct]),
        ("viewer".to_owned(), vec![Way::Direct, through]),
    ];
    expected.sort();
    assert_eq!(case.roles(&alan), expected);
}

#[test]
fn an_action_is_allowed_by_a_role_that_names_it_or_by_ownership() {
    let mut case = case();
    let custom = case.custom_role("api.model.request");
    let (alan, annie, boss) = (case.alan.clone(), case.annie.clone(), case.boss.clone());
    let project = case.project.clone();
    case.project()
        .put_user(&annie, Some(ProjectRole::Viewer), NOW);
    case.project().put_user_role(&alan, &custom, NOW);
    let request = "api.model.request";
    let answers = |case: &Case| {
        let access = access(&case.organization, NOW);
        [&boss, &alan, &annie].map(|person| !access.may(person, request, &project).is_empty())
    };
    assert_eq!(answers(&case), [true, true, false]);
    let access = access(&case.organization, NOW);
    let why = &access.may(&alan, request, &project)[0];
    assert_eq!(
        (why.role.as_str(), why.of_organization),
        (custom.as_str(), false)
    );
    assert_eq!(access.may(&boss, request, "proj_unknown"), []);
    let user = case.organization.users.get_mut(&alan).unwrap();
    user.banned_at = Some(NOW);
    assert_eq!(answers(&case), [true, false, false]);
}

#[test]
fn an_invitation_promises_live_projects_apart_from_what_is_held() {
    let mut case = case();
    let archived = case.organization.add_project("Old", NOW);
    let project = case.organization.project_mut(&archived).unwrap();
    project.archived_at = Some(NOW);
    let projects = [&case.project, &archived].map(|id| ProjectInvitation {
        id: id.clone(),
        role: "owner".to_owned(),
    });
    let request = InvitationRequest {
        email: "ada@example.com".to_owned(),
        role: OrganizationRole::Reader,
        projects: Some(projects.to_vec()),
    };
    case.organization.add_invitation(request, NOW);
    let before = access(&case.organization, NOW);
    let [pending] = &before.pending[..] else {
        panic!("one invitation");
    };
    let promised: Vec<_> = pending.projects.iter().map(|it| &it.project).collect();
    assert_eq!(promised, [&case.project]);
    assert!(access(&case.organization, pending.until).pending.is_empty());
    case.organization
        .accept("ada@example.com", None, NOW, &crate::Quirks::default())
        .unwrap();
    let after = access(&case.organization, NOW);
    assert!(after.pending.is_empty());
    assert_eq!(after.organization.len(), before.organization.len() + 1);
    assert_eq!(after.projects.len(), before.projects.len() + 1);
}

/// The lists are made by other code than the authorizer.
#[test]
fn what_the_lists_tell_adds_up_to_what_the_authorizer_says() {
    use crate::organization::Predefined;
    use crate::templates::{Size, Template};
    for seed in 0..4 {
        let size = Size {
            users: 150,
            projects: 15,
            grants: 0,
        };
        let organization = Template::Generated.build(size, seed, NOW).unwrap();
        let truth = access(&organization, NOW);
        let truth = truth.by_person_and_project();
        for project in organization.projects.iter() {
            for user in organization.users.iter() {
                let mut listed: BTreeSet<String> = BTreeSet::new();
                let owns = organization.is_owner(&user.id);
                listed.extend(owns.then(|| "owner".to_owned()));
                for held in organization.project_roles_of(project, &user.id) {
                    let predefined = ProjectRole::of_id(&held.role, &project.id);
                    let word = predefined.map(|role| role.name().to_owned());
                    listed.insert(word.unwrap_or(held.role));
                }
                if !project.is_live() {
                    listed.clear();
                }
                let told = truth.get(&(&*user.id, &*project.id));
                let told = told.copied().unwrap_or_default().iter();
                let told: BTreeSet<String> = told.map(|held| held.role.clone()).collect();
                assert_eq!(listed, told, "{} in {}", user.id, project.id);
            }
        }
    }
}
