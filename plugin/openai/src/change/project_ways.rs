//! By which way somebody comes to a role in a project, and loses it: decided from
//! what is held, apart from the requests.
//!
//! | wanted, of a person | held itself | way in |
//! |---|---|---|
//! | any | the same | held already |
//! | owner, member, viewer | the same and another one, as after half a change | unassign the other one |
//! | owner, member | nothing, not in the project | add |
//! | owner, member | the other one | set |
//! | owner, member | viewer, custom roles alone | assign, then unassign viewer |
//! | viewer | anything else | assign, then unassign owner or member |
//! | custom | nothing predefined, and nothing inherited | assign; if refused, add as member first |
//! | custom | anything else | assign |
//!
//! Whether adding and setting accept `viewer` is \[G], so it is assigned. The new
//! role comes before the old one goes: nobody is without access in between, and
//! custom roles stay.
//!
//! | ended, of a person | held itself besides | way out |
//! |---|---|---|
//! | owner, member | nothing predefined | leave, which takes custom roles along |
//! | owner, member | another predefined one | unassign |
//! | viewer, custom | anything | unassign |
//!
//! A group is added with any predefined role, is never set, and leaves only with
//! its last role: each of its roles is an assignment of its own.

use governance_guest::wit::model::ResourceId;

use crate::project_predefined::ProjectPredefined;

/// A role in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectRole {
    /// One that every project has.
    Predefined(ProjectPredefined),
    /// One of the project's own, by its id.
    Custom(String),
}

impl ProjectRole {
    /// The role that an entitlement's slug names.
    #[must_use]
    pub fn of_slug(slug: &str) -> Self {
        match ProjectPredefined::of(slug) {
            Some(role) => Self::Predefined(role),
            None => Self::Custom(slug.to_owned()),
        }
    }

    /// Its slug.
    #[must_use]
    pub fn slug(&self) -> &str {
        match self {
            Self::Predefined(role) => role.name(),
            Self::Custom(id) => id,
        }
    }

    /// The id that requests take.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Predefined(role) => role.id(),
            Self::Custom(id) => id,
        }
    }
}

/// What somebody holds in a project.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Held {
    /// Assigned to the principal itself.
    pub direct: Vec<ProjectRole>,
    /// Held through these; none are named where the service names none.
    pub inherited: Vec<(ProjectRole, Vec<ResourceId>)>,
    /// Whether it is in the project itself.
    pub present: bool,
    /// Whether the list of its roles names any predefined one. Where not, it may
    /// be that the service does not list those.
    pub tells_predefined: bool,
    /// Whether it owns the project through the organization.
    pub by_organization: bool,
    /// Whether its row alone tells that it is an owner: through the organization, it
    /// may be.
    pub owner_by_row: bool,
}

impl Held {
    /// Whether the role is assigned to the principal itself.
    #[must_use]
    pub fn has(&self, role: &ProjectRole) -> bool {
        self.direct.contains(role)
    }

    /// The predefined roles that are assigned to the principal itself.
    #[must_use]
    pub fn predefined(&self) -> Vec<ProjectPredefined> {
        let predefined = |role: &ProjectRole| match role {
            ProjectRole::Predefined(role) => Some(*role),
            ProjectRole::Custom(_) => None,
        };
        self.direct.iter().filter_map(predefined).collect()
    }

    /// Counts in that a role is held through this too.
    pub fn inherit(&mut self, role: ProjectRole, source: &ResourceId) {
        let mut inherited = self.inherited.iter_mut();
        match inherited.find(|(held, _)| *held == role) {
            Some((_, sources)) if sources.contains(source) => {}
            Some((_, sources)) => sources.push(source.clone()),
            None => self.inherited.push((role, vec![source.clone()])),
        }
    }

    /// What a role is held through, if it is inherited.
    #[must_use]
    pub fn sources(&self, role: &ProjectRole) -> Option<&[ResourceId]> {
        let mut inherited = self.inherited.iter();
        let (_, sources) = inherited.find(|(held, _)| held == role)?;
        Some(sources)
    }
}

/// How a role is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayIn {
    /// It is held.
    Held,
    /// It is held; take those that it excludes.
    Alone(Vec<ProjectPredefined>),
    /// Put the principal into the project with this role.
    Add(ProjectPredefined),
    /// Change the one predefined role, which is the second, to the first.
    Set(ProjectPredefined, ProjectPredefined),
    /// Assign it, and then take what it replaces.
    Assign(Vec<ProjectPredefined>),
    /// Assign it; if that is refused, add the principal as member and assign it
    /// again.
    AssignOrJoin,
}

/// How a role is taken.
#[derive(Debug, Clone, PartialEq)]
pub enum WayOut {
    /// It is not held.
    NotHeld,
    /// It is held only through these.
    Inherited(Vec<ResourceId>),
    /// Take the principal out of the project, with all that it holds itself.
    Leave,
    /// Take this role alone.
    Unassign,
}

/// How a person comes to a role.
#[must_use]
pub fn person_in(held: &Held, wanted: &ProjectRole) -> WayIn {
    use ProjectPredefined::{Member, Owner, Viewer};
    let predefined = held.predefined();
    match (wanted, predefined.as_slice()) {
        _ if held.has(wanted) => alone(predefined, wanted),
        (ProjectRole::Custom(_), []) if held.inherited.is_empty() => WayIn::AssignOrJoin,
        (ProjectRole::Custom(_), _) => WayIn::Assign(Vec::new()),
        (ProjectRole::Predefined(role @ (Owner | Member)), _) if !held.present => WayIn::Add(*role),
        (ProjectRole::Predefined(role @ (Owner | Member)), [old @ (Owner | Member)]) => {
            WayIn::Set(*role, *old)
        }
        (ProjectRole::Predefined(Owner | Member | Viewer), _) => WayIn::Assign(predefined),
    }
}

/// How a group comes to a role.
#[must_use]
pub fn group_in(held: &Held, wanted: &ProjectRole) -> WayIn {
    match wanted {
        _ if held.has(wanted) => alone(held.predefined(), wanted),
        ProjectRole::Custom(_) if !held.present => WayIn::AssignOrJoin,
        ProjectRole::Custom(_) => WayIn::Assign(Vec::new()),
        ProjectRole::Predefined(role) if !held.present => WayIn::Add(*role),
        ProjectRole::Predefined(_) => WayIn::Assign(held.predefined()),
    }
}

/// How a role that is held becomes the only predefined one.
fn alone(mut predefined: Vec<ProjectPredefined>, wanted: &ProjectRole) -> WayIn {
    predefined.retain(|role| *wanted != ProjectRole::Predefined(*role));
    match wanted {
        ProjectRole::Predefined(_) if !predefined.is_empty() => WayIn::Alone(predefined),
        _ => WayIn::Held,
    }
}

/// How a person loses a role.
#[must_use]
pub fn person_out(held: &Held, wanted: &ProjectRole) -> WayOut {
    use ProjectPredefined::{Member, Owner, Viewer};
    let viewer = *wanted == ProjectRole::Predefined(Viewer);
    let alone = held.predefined().len() == 1;
    match (wanted, held.sources(wanted)) {
        (ProjectRole::Predefined(Owner | Member), _) if held.has(wanted) && alone => WayOut::Leave,
        _ if held.has(wanted) => WayOut::Unassign,
        (_, Some(sources)) => WayOut::Inherited(sources.to_vec()),
        // The list of people may show a viewer as a member.
        _ if viewer && held.present && !held.tells_predefined => WayOut::Unassign,
        _ => WayOut::NotHeld,
    }
}

/// How a group loses a role.
#[must_use]
pub fn group_out(held: &Held, wanted: &ProjectRole) -> WayOut {
    let predefined = matches!(wanted, ProjectRole::Predefined(_));
    let last = held.direct.len() == 1;
    match held.sources(wanted) {
        // A last role that is custom may be the last only of those that show.
        _ if held.has(wanted) && predefined && last && held.present => WayOut::Leave,
        _ if held.has(wanted) => WayOut::Unassign,
        Some(sources) => WayOut::Inherited(sources.to_vec()),
        // It has a role that does not show: which, only trying tells.
        None if predefined && held.present && !held.tells_predefined => WayOut::Unassign,
        None => WayOut::NotHeld,
    }
}

#[cfg(test)]
#[path = "project_ways_tests.rs"]
mod tests;
