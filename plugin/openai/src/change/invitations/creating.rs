//! Creating an account, by inviting its person.

use std::collections::BTreeMap;

use governance_guest::faults::{invalid_input, precondition};
use governance_guest::items;
use governance_guest::reading::Reading;
use governance_guest::steps::{Steps, Stop, no_op};
use governance_guest::transport::Transport;
use governance_guest::wit::changes::{AccountCreation, Completion};
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::manifest::ChangeKind;
use serde_json::Value;

use super::content::Content;
use super::lookup::{self, Open};
use super::sending;
use crate::change::{given, subjects};
use crate::predefined::Predefined;
use crate::session::Session;
use crate::{invitation, project, user_row};

/// The account that is asked for.
struct Asked<'a, 's, T> {
    session: &'a Session<'s, T>,
    email: &'a str,
    content: Content,
}

/// Invites a person.
///
/// # Errors
/// `invalid-input` if an invitation cannot carry what is asked for;
/// `precondition` without a live project or a payment method; and what the
/// service answers.
pub fn create_account<T: Transport>(
    session: &Session<'_, T>,
    steps: &mut Steps<'_, T>,
    account: &AccountCreation,
) -> Result<Completion, Stop> {
    given(
        invitation::TYPE,
        ChangeKind::CreateAccount,
        &account.attributes,
    )?;
    let asked = Asked {
        session,
        email: address(&account.email)?,
        content: Content::asked(&account.entitlements)?,
    };
    if let Some(row) = lookup::member(steps, asked.email)? {
        return Ok(asked.is_member(steps, &row));
    }
    let projects = projects(steps, &asked.content)?;
    let open = lookup::open(steps, asked.email, session.now())?;
    let completion = match open.iter().find(|it| it.offers(&asked.content)) {
        Some(same) => asked.keep(steps, same, &open),
        None => asked.invite(steps, &open, &projects),
    }?;
    if account.name.is_some() && matches!(completion, Completion::Pending(_)) {
        steps.consequence("the name is not sent: the person gives it upon acceptance");
    }
    Ok(completion)
}

/// The address, if it can be one.
fn address(email: &str) -> Result<&str, Error> {
    let email = email.trim();
    let parts = email.rsplit_once('@').unwrap_or_default();
    let blank = email.contains(|c: char| c.is_whitespace() || c.is_control());
    match parts.0.is_empty() || parts.1.is_empty() || blank {
        true => Err(invalid_input("email", "this is no e-mail address")),
        false => Ok(email),
    }
}

/// The names of the projects, which have to be live.
fn projects<T: Transport>(
    steps: &Steps<'_, T>,
    content: &Content,
) -> Result<BTreeMap<String, String>, Error> {
    let named = |id: &String| {
        let of = items::id(project::TYPE, id);
        match subjects::live_project(steps, &of) {
            Ok(project) => Ok((id.clone(), project.called())),
            Err(error) if error.kind == ErrorKind::NotFound => Err(precondition(
                &format!("the organization has no project {id}"),
                "name one that is there",
            )),
            Err(error) => Err(error),
        }
    };
    let mut projects = BTreeMap::new();
    for id in content.projects.keys() {
        projects.extend([named(id)?]);
    }
    Ok(projects)
}

impl<T: Transport> Asked<'_, '_, T> {
    /// Tells the member, and what is asked for but has to be granted.
    fn is_member(&self, steps: &mut Steps<'_, T>, row: &Value) -> Completion {
        let organization = self.session.organization.as_deref();
        if let Some(id) = user_row::id(row) {
            steps.resource(user_row::resource(id, row, organization));
        }
        let held = row.text("role").and_then(Predefined::of);
        if held == Some(Predefined::Owner) && self.content.role != held {
            steps.consequence(&format!("{} is an owner of the organization", self.email));
        }
        if let Some(wanted) = self.beyond(held) {
            let email = self.email;
            steps.consequence(&format!(
                "nothing is granted to {email} by this: grant {wanted}"
            ));
        }
        no_op(&format!("{} is in the organization already", self.email))
    }

    /// What is asked for beside this role, in words.
    fn beyond(&self, held: Option<Predefined>) -> Option<String> {
        let role = self.content.role.filter(|role| Some(*role) != held);
        let role = role.map(|role| format!("the organization role {}", role.name()));
        let projects = self.content.projects.iter();
        let projects = projects.map(|(id, role)| format!("{} of project {id}", role.name()));
        let wanted: Vec<String> = role.into_iter().chain(projects).collect();
        (!wanted.is_empty()).then(|| wanted.join(", "))
    }

    /// Keeps the live invitation that is like this, and no other live one.
    fn keep(
        &self,
        steps: &mut Steps<'_, T>,
        same: &Open,
        open: &[Open],
    ) -> Result<Completion, Stop> {
        let others = open
            .iter()
            .filter(|it| it.live && !it.offers(&self.content));
        let mut withdrawn = false;
        for other in others {
            match sending::withdraw(steps, other) {
                Ok(gone) => withdrawn |= gone,
                Err(stop) => return self.joined_or(steps, withdrawn, stop),
            }
        }
        let mut page = items::page();
        invitation::tell(&mut page, &same.row);
        let kept = page.resources.into_iter();
        kept.for_each(|resource| steps.resource(resource));
        Ok(match withdrawn {
            true => Completion::Pending(same.expires_at()),
            false => no_op(&format!(
                "{} has been invited to just this already",
                self.email
            )),
        })
    }

    /// Invites, in the place of other invitations.
    fn invite(
        &self,
        steps: &mut Steps<'_, T>,
        open: &[Open],
        projects: &BTreeMap<String, String>,
    ) -> Result<Completion, Stop> {
        let mut withdrawn = Vec::new();
        match self.replace(steps, open, projects, &mut withdrawn) {
            Ok(completion) => Ok(completion),
            Err(stop) => match self.joined_or(steps, !withdrawn.is_empty(), stop) {
                Err(Stop::Refused(error)) => Err(self.restore(steps, &withdrawn, error)),
                joined => joined,
            },
        }
    }

    fn replace<'o>(
        &self,
        steps: &mut Steps<'_, T>,
        open: &'o [Open],
        projects: &BTreeMap<String, String>,
        withdrawn: &mut Vec<&'o Open>,
    ) -> Result<Completion, Stop> {
        for old in open {
            if sending::withdraw(steps, old)? {
                withdrawn.push(old);
            }
        }
        let body = self.content.body(self.email);
        let done = self.sentence(projects);
        let expires_at = sending::send(steps, &body, self.session.now(), &done)?;
        Ok(Completion::Pending(expires_at))
    }

    /// A refusal may come from the invitation having been accepted meanwhile:
    /// then all is well.
    fn joined_or(
        &self,
        steps: &mut Steps<'_, T>,
        changed: bool,
        stop: Stop,
    ) -> Result<Completion, Stop> {
        let may_be = matches!(&stop, Stop::Refused(error) if is_about_state(&error.kind));
        let found = match may_be {
            true => lookup::member(steps, self.email).ok().flatten(),
            false => None,
        };
        let Some(row) = found else {
            return Err(stop);
        };
        let completion = self.is_member(steps, &row);
        Ok(match changed {
            true => Completion::Complete,
            false => completion,
        })
    }

    /// Makes the live ones of the withdrawn invitations again.
    fn restore(&self, steps: &mut Steps<'_, T>, withdrawn: &[&Open], error: Error) -> Stop {
        for old in withdrawn.iter().filter(|it| it.live) {
            let done = format!("made the invitation of {} again", old.email());
            let body = sending::like(&old.row);
            match sending::send(steps, &body, self.session.now(), &done) {
                Ok(_) => {}
                Err(Stop::Unanswered(error)) => return Stop::Unanswered(error),
                Err(Stop::Refused(_)) => {
                    let email = self.email;
                    steps.consequence(&format!(
                        "the earlier invitation of {email} is withdrawn and could not be made again"
                    ));
                }
            }
        }
        Stop::Refused(error)
    }

    fn sentence(&self, projects: &BTreeMap<String, String>) -> String {
        let joined = self.content.projects.iter().map(|(id, role)| {
            let name = projects.get(id).unwrap_or(id);
            format!(", and as {} to the project {name}", role.name())
        });
        let (email, role) = (self.email, self.content.role().name());
        format!("invited {email} as {role}{}", joined.collect::<String>())
    }
}

/// Whether an error can mean that things are not as they were read.
fn is_about_state(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Precondition | ErrorKind::Conflict | ErrorKind::InvalidInput(_)
    )
}
