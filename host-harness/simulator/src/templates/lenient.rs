//! An organization whose answers hold as little as the real API's have been
//! seen to: third parties and official examples lack these fields.

use super::{invitation, person};
use crate::clock::days_before;
use crate::organization::OrganizationRole::{Owner, Reader};
use crate::organization::{KeyOwner, Organization, Predefined, ProjectRole, Refusal};
use crate::quirks::Omissions;

pub(super) fn omissions() -> Omissions {
    Omissions {
        optional_user_fields: true,
        invite_projects: true,
        invite_created_at: true,
        id_of: None,
    }
}

pub(super) fn fill(organization: &mut Organization, now: u64) -> Result<(), Refusal> {
    let (name, email) = ("Mae Jemison", "mae.jemison@example.com");
    person(organization, name, email, Owner, days_before(now, 500));
    let (name, email) = ("Rosalind Franklin", "rosalind.franklin@example.com");
    person(organization, name, email, Reader, days_before(now, 300));
    let (name, email) = ("Chien-Shiung Wu", "chien-shiung.wu@example.com");
    person(organization, name, email, Reader, days_before(now, 200)).role = None;
    organization.add_user(Reader, days_before(now, 100));

    projects(organization, now)?;
    let accepted = invitation("rosalind.franklin@example.com", Reader);
    let row = organization.add_invitation(accepted, days_before(now, 301));
    row.accepted_at = Some(days_before(now, 300));
    let pending = invitation("lise.meitner@example.com", Reader);
    organization.add_invitation(pending, days_before(now, 2));
    Ok(())
}

/// One of each whose rows are sparse: a group in a project, a custom role that
/// somebody holds, an admin key.
fn projects(organization: &mut Organization, now: u64) -> Result<(), Refusal> {
    let users: Vec<String> = organization.users.iter().map(|it| it.id.clone()).collect();
    let since = days_before(now, 90);
    let group = organization.add_group("Crystallographers", since);
    group.put(&users[1]);
    let group = group.id.clone();
    let id = organization.add_project("Diffraction", since);
    let owner = KeyOwner::from(organization.user(&users[0])?);
    organization.add_project_key(&id, owner.clone(), "camera", since)?;
    organization.add_admin_key(owner, "inventory", since);
    let project = organization.project_mut(&id)?;
    project.put_user(&users[1], Some(ProjectRole::Member), since);
    project.put_user(&users[2], Some(ProjectRole::Viewer), since);
    let member = ProjectRole::Member.id_in(&id);
    project.put_group_role(&group, &member, since);
    Ok(())
}
