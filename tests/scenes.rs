//! A scene of its own for each row of a table: one person, group, project, robot
//! and custom role of each kind, so that all rows can be one batch.
//!
//! What is held in it is written as words:
//!
//! | word | |
//! |---|---|
//! | `owner` `member` `viewer` `tester` | held in the project; `tester` is custom |
//! | `org-owner` `org-reader` `auditor` | held in the organization; `auditor` is custom |
//! | `team` | is in the group `team`, which holds nothing |
//! | `^member`, … | the same roles, held through the group `crew` |
//! | `!owner` | owns the project as an owner of the organization |

use openai_simulator::Way;
use serde_json::{Value, json};

use crate::support::Organization;

/// Who gets and loses something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Who {
    /// A person: a reader.
    Person,
    /// The group `crew`, with the person in it.
    Crew,
    /// The service account of the project.
    Robot,
    /// A live invitation.
    Invited,
}

/// The ids of what matters to a row.
pub(crate) struct Scene {
    pub(crate) who: Who,
    pub(crate) number: usize,
    pub(crate) person: String,
    pub(crate) crew: String,
    pub(crate) team: String,
    pub(crate) project: String,
    pub(crate) robot: String,
    pub(crate) tester: String,
    pub(crate) auditor: String,
    invitation: String,
    organization: String,
}

const PREDEFINED: [&str; 3] = ["owner", "member", "viewer"];

impl Scene {
    /// Makes all of it by the service's own calls, and gives what `words` say.
    pub(crate) fn arrange(to: &Organization, number: usize, who: Who, words: &str) -> Self {
        let permissions = ["api.model.read"];
        let role = |name: &str| json!({ "role_name": name, "permissions": permissions, "description": "" });
        let called = |what: &str| json!({ "name": format!("{what} {number}") });
        let project = to.made("/organization/projects", &called("Project"));
        let accounts = format!("/organization/projects/{project}/service_accounts");
        let robot = json!({
            "name": format!("robot {number}"),
            "create_service_account_only": true,
        });
        let scene = Self {
            who,
            number,
            person: join(to, &format!("person-{number}@example.com")),
            crew: to.made("/organization/groups", &called("Crew")),
            team: to.made("/organization/groups", &called("Team")),
            robot: to.made(&accounts, &robot),
            tester: to.made(&format!("/projects/{project}/roles"), &role("Tester")),
            auditor: to.made("/organization/roles", &role(&format!("Auditor {number}"))),
            invitation: invite(to, &format!("invited-{number}@example.com")),
            organization: to.simulator.organization_id(),
            project,
        };
        if who == Who::Crew || words.contains('^') {
            let member = if who == Who::Robot {
                &scene.robot
            } else {
                &scene.person
            };
            scene.put_into(to, &scene.crew, member);
        }
        for word in words.split_whitespace() {
            scene.give(to, word);
        }
        scene
    }

    fn put_into(&self, to: &Organization, group: &str, member: &str) {
        let members = format!("/organization/groups/{group}/users");
        to.api("POST", &members, &json!({ "user_id": member }));
    }

    fn give(&self, to: &Organization, word: &str) {
        let through_crew = word.starts_with('^') || self.who == Who::Crew;
        let word = word.trim_start_matches('^');
        let role = json!({ "role_id": self.role(word) });
        let (project, crew, holder) = (&self.project, &self.crew, self.holder());
        match word {
            "team" => self.put_into(to, &self.team, holder),
            "org-owner" if !through_crew => {
                let path = format!("/organization/users/{holder}");
                to.api("POST", &path, &json!({ "role": "owner" }));
            }
            "org-owner" | "auditor" => {
                let of = if through_crew {
                    ("groups", crew.as_str())
                } else {
                    ("users", holder)
                };
                to.api(
                    "POST",
                    &format!("/organization/{}/{}/roles", of.0, of.1),
                    &role,
                );
            }
            _ if through_crew => {
                to.api(
                    "POST",
                    &format!("/projects/{project}/groups/{crew}/roles"),
                    &role,
                );
            }
            _ => self.give_in_project(to, word, &role),
        }
    }

    fn give_in_project(&self, to: &Organization, word: &str, role: &Value) {
        let (project, holder) = (&self.project, self.holder());
        let path = format!("/organization/projects/{project}");
        let named = json!({ "role": word, "user_id": holder });
        match (self.who, word) {
            (Who::Robot, _) => {
                to.api("POST", &format!("{path}/service_accounts/{holder}"), &named);
            }
            (_, "owner" | "member") => {
                to.api("POST", &format!("{path}/users"), &named);
            }
            _ => {
                to.api(
                    "POST",
                    &format!("/projects/{project}/users/{holder}/roles"),
                    role,
                );
            }
        }
    }

    fn role(&self, word: &str) -> String {
        match word {
            "tester" => self.tester.clone(),
            "auditor" => self.auditor.clone(),
            "org-owner" => "role-api-organization-owner".to_owned(),
            word => format!("role-api-project-{word}"),
        }
    }

    /// Whose access is looked at: the group's is that of the person in it.
    fn holder(&self) -> &str {
        match self.who {
            Who::Robot => &self.robot,
            Who::Invited => &self.invitation,
            Who::Person | Who::Crew => &self.person,
        }
    }

    /// The resource type and id of who gets and loses something.
    pub(crate) fn principal(&self) -> (&'static str, &str) {
        match self.who {
            Who::Person => ("user", &self.person),
            Who::Crew => ("group", &self.crew),
            Who::Robot => ("service_account", &self.robot),
            Who::Invited => ("invitation", &self.invitation),
        }
    }

    /// The principal as people name it.
    pub(crate) fn called(&self) -> String {
        let number = self.number;
        match self.who {
            Who::Person => format!("person-{number}@example.com"),
            Who::Crew => format!("group:Crew {number}"),
            Who::Robot => format!("service_account:Project {number}/robot {number}"),
            Who::Invited => format!("invited-{number}@example.com"),
        }
    }

    /// The entitlement that a word is, as people name it.
    pub(crate) fn entitlement(&self, word: &str) -> String {
        let number = self.number;
        match word {
            "org-owner" => "org_role:owner".to_owned(),
            "org-reader" => "org_role:reader".to_owned(),
            "auditor" => format!("org_role:Auditor {number}"),
            "team" => format!("group:Team {number}:member"),
            "of-organization" => format!("organization:{}:member", self.organization),
            word => format!("project:Project {number}:{word}"),
        }
    }

    /// The id of the grant that a word is.
    pub(crate) fn grant(&self, word: &str) -> String {
        let (kind, id) = self.principal();
        let entitlement = match word {
            "org-owner" | "org-reader" => {
                format!(
                    "org_role:{}:assigned",
                    word.replace("org-", "role-api-organization-")
                )
            }
            "auditor" => format!("org_role:{}:assigned", self.auditor),
            "team" => format!("group:{}:member", self.team),
            word => {
                let slug = if word == "tester" { &self.tester } else { word };
                format!("project:{}:{slug}", self.project)
            }
        };
        format!("{entitlement}:{kind}:{id}")
    }

    /// What is held in truth, sorted; of a group its own roles.
    pub(crate) fn truth(&self, at: &Organization) -> Vec<String> {
        let access = at.simulator.access();
        let holder = self.holder();
        let everywhere = access.organization.iter().find(|row| row.person == holder);
        let everywhere = everywhere.map_or(&[][..], |row| &row.roles).iter();
        let everywhere = everywhere.map(|held| (self.word(&held.role, "org-"), &held.ways));
        let here = access.roles_in(holder, &self.project).iter();
        let here = here.map(|held| (self.word(&held.role, ""), &held.ways));
        let mut truth = Vec::new();
        for (word, ways) in everywhere.chain(here) {
            // Everybody is a reader, at least.
            if word == "org-reader" {
                continue;
            }
            truth.extend(ways.iter().filter_map(|way| match (way, self.who) {
                (Way::OrganizationOwner, _) => Some(format!("!{word}")),
                (Way::Direct, Who::Crew) => None,
                (Way::Group(_), Who::Crew) | (Way::Direct, _) => Some(word.clone()),
                (Way::Group(_), _) => Some(format!("^{word}")),
            }));
        }
        let members = format!("/organization/groups/{}/users", self.team);
        let members = at.api("GET", &members, &Value::Null);
        if members["data"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["id"] == holder)
        {
            truth.push("team".to_owned());
        }
        truth.sort();
        truth
    }

    fn word(&self, role: &str, prefix: &str) -> String {
        match role {
            _ if role == self.tester => "tester".to_owned(),
            _ if role == self.auditor => "auditor".to_owned(),
            _ if PREDEFINED.contains(&role) || role == "reader" => format!("{prefix}{role}"),
            other => panic!("a role of another row: {other}"),
        }
    }
}

/// Words, sorted.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
    words.sort();
    words
}

/// A new reader of the organization, by the usual way.
pub(crate) fn join(to: &Organization, email: &str) -> String {
    to.accept(&invite(to, email))
}

/// A live invitation, that promises nothing but `reader`.
pub(crate) fn invite(to: &Organization, email: &str) -> String {
    let body = json!({ "email": email, "role": "reader", "projects": [] });
    to.made("/organization/invites", &body)
}
