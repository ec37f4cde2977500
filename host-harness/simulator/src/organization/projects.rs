//! Projects, and who is in them: users, service accounts and groups, each with
//! the roles assigned to it there.

use super::{
    Collection, Identified, Organization, Predefined, ProjectKey, ProjectRole, Reason, Refusal,
    Role, RoleRequest,
};

/// A project. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_at: u64,
    /// Set for ever once it is archived: nothing unarchives or deletes it.
    pub(crate) archived_at: Option<u64>,
    pub(crate) external_key_id: Option<String>,
    pub(crate) residency: Option<String>,
    pub(crate) roles: Collection<Role<ProjectRole>>,
    /// People and service accounts who are in the project themselves.
    pub(crate) users: Collection<Participant>,
    pub(crate) groups: Collection<Participant>,
    pub(crate) keys: Collection<ProjectKey>,
}

/// A user or group in a project.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Participant {
    /// The id of the user or of the group.
    pub(crate) id: String,
    pub(crate) added_at: u64,
    /// Ids of the roles assigned, in their order. None is a state of its own: a
    /// service account made without access.
    pub(crate) roles: Vec<String>,
}

impl Identified for Project {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Identified for Participant {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Participant {
    /// The strongest predefined role that is assigned here.
    pub(crate) fn predefined(&self, project: &str) -> Option<ProjectRole> {
        let roles = self.roles.iter();
        roles.filter_map(|id| ProjectRole::of_id(id, project)).max()
    }
}

impl Project {
    pub(super) fn new(id: String, name: String, created_at: u64) -> Self {
        Self {
            roles: Collection::predefined(&id),
            id,
            name,
            created_at,
            archived_at: None,
            external_key_id: None,
            residency: None,
            users: Collection::default(),
            groups: Collection::default(),
            keys: Collection::default(),
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        self.archived_at.is_none()
    }

    /// The project role of that id, or of that short alias.
    pub(crate) fn role(&self, id: &str) -> Result<&Role<ProjectRole>, Refusal> {
        self.roles.named(id, &self.id)
    }

    /// Puts a user in, with a predefined role or with none, without asking the
    /// rules; adds the role when the user is in already.
    pub(crate) fn put_user(&mut self, user: &str, role: Option<ProjectRole>, now: u64) {
        let role = role.map(|role| role.id_in(&self.id));
        put(&mut self.users, user, role, now);
    }

    /// Gives a user one more role, by its id, without asking the rules.
    pub(crate) fn put_user_role(&mut self, user: &str, role: &str, now: u64) {
        put(&mut self.users, user, Some(role.to_owned()), now);
    }

    /// Gives a group one more role, by its id, without asking the rules.
    pub(crate) fn put_group_role(&mut self, group: &str, role: &str, now: u64) {
        put(&mut self.groups, group, Some(role.to_owned()), now);
    }
}

fn put(rows: &mut Collection<Participant>, id: &str, role: Option<String>, now: u64) {
    let row = match rows.get_mut(id) {
        Some(row) => row,
        None => rows.add(Participant {
            id: id.to_owned(),
            added_at: now,
            roles: Vec::new(),
        }),
    };
    if let Some(role) = role.filter(|role| !row.roles.contains(role)) {
        row.roles.push(role);
    }
}

impl Organization {
    /// Adds a project without asking the rules, and answers its id.
    pub(crate) fn add_project(&mut self, name: &str, created_at: u64) -> String {
        let id = self.new_id("proj_");
        let project = Project::new(id.clone(), name.to_owned(), created_at);
        self.projects.add(project);
        id
    }

    /// Adds a custom role to a project, and answers its id.
    pub(crate) fn add_project_role(
        &mut self,
        project: &str,
        request: RoleRequest,
        created_at: u64,
    ) -> Result<String, Refusal> {
        let id = self.new_id("role_");
        let role = Role::custom(id.clone(), request, created_at);
        self.project_mut(project)?.roles.add(role);
        Ok(id)
    }

    pub(crate) fn project(&self, id: &str) -> Result<&Project, Refusal> {
        let project = self.projects.get(id);
        project.ok_or_else(|| Reason::NoSuchProject(id.to_owned()).not_found())
    }

    pub(crate) fn project_mut(&mut self, id: &str) -> Result<&mut Project, Refusal> {
        let project = self.projects.get_mut(id);
        project.ok_or_else(|| Reason::NoSuchProject(id.to_owned()).not_found())
    }

    /// The project, unless it is archived: then 400, as the spec says for users
    /// and service accounts.
    pub(crate) fn live_project(&self, id: &str) -> Result<&Project, Refusal> {
        let project = self.project(id)?;
        if !project.is_live() {
            return Err(Reason::Archived(id.to_owned()).bad_request());
        }
        Ok(project)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_project_has_the_three_predefined_roles_under_ids_of_its_own() {
        let mut organization = Organization::new(1);
        let id = organization.add_project("Search", 5);
        let project = organization.project(&id).unwrap();
        for role in ["owner", "member", "viewer"] {
            let bound = format!("role-api-project-{role}__api-project__{id}");
            let alias = format!("role-api-project-{role}");
            assert_eq!(project.role(&alias).unwrap().id, bound);
            assert_eq!(project.role(&bound).unwrap().id, bound);
        }
        assert!(project.role("member").is_err());
    }

    #[test]
    fn a_participant_is_there_once_with_each_role_once() {
        let mut organization = Organization::new(1);
        let id = organization.add_project("Search", 5);
        let project = organization.project_mut(&id).unwrap();
        project.put_user("user-1", None, 6);
        assert_eq!(project.users.get("user-1").unwrap().predefined(&id), None);
        for role in [ProjectRole::Viewer, ProjectRole::Owner, ProjectRole::Owner] {
            project.put_user("user-1", Some(role), 7);
        }
        let row = project.users.get("user-1").unwrap();
        assert_eq!((row.added_at, row.roles.len()), (6, 2));
        assert_eq!(row.predefined(&id), Some(ProjectRole::Owner));
    }

    #[test]
    fn an_archived_project_is_found_but_not_live() {
        let mut organization = Organization::new(1);
        let id = organization.add_project("Search", 5);
        organization.project_mut(&id).unwrap().archived_at = Some(6);
        assert!(organization.project(&id).is_ok());
        let refusal = Reason::Archived(id.clone()).bad_request();
        assert_eq!(organization.live_project(&id), Err(refusal));
    }
}
