//! A project `Alpha` in a simulated organization, with just the roles that a case
//! asks for, written as words:
//!
//! | word | |
//! |---|---|
//! | `member`, `tester`, … | held by the principal itself; `tester` and `writer` are custom |
//! | `^member` | held by the group `Crew`, which the principal is in |

use governance_guest::wit::changes::{ChangeRequest, Outcome};
use governance_guest::wit::faults::{Error, ErrorKind};
use governance_guest::wit::model::{Directness, Grant, Reference};
use openai_simulator::{Options, Quirks, Reading, Way, Writing};
use serde_json::{Value, json};

use crate::simulated::*;

/// Who gets and loses roles.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Who {
    /// Alan Turing, a reader.
    Alan,
    /// A group, with Alan in it unless the robot is.
    Crew,
    /// A service account of Alpha.
    Robot,
}

/// The organization, and the ids of what matters in it.
pub(crate) struct Arranged {
    pub(crate) simulated: Simulated,
    pub(crate) who: Who,
    pub(crate) alpha: String,
    pub(crate) alan: String,
    pub(crate) crew: String,
    pub(crate) robot: String,
    custom: Vec<(&'static str, String)>,
}

/// A change on the way: what it is, and of which role.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Change {
    Grant,
    Revoke,
}
pub(crate) use Change::{Grant as GRANT, Revoke as REVOKE};

/// One row of a table: a change to a role, what was held before, how it ends, what
/// the outcome tells, and what is held after.
///
/// It is told as `+` held, `-` replaced, `=` remaining, sorted.
pub(crate) type Row = (
    Change,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// Checks rows under these quirks: the outcome and the truth; that a plan says the
/// same, with the same requests, and sends nothing; that a second time is a no-op,
/// or says through what the role is still held.
pub(crate) fn check(who: Who, quirks: &Quirks, rows: &[Row]) {
    for row in rows {
        let (change, slug, before, ended_so, tells, after) = *row;
        let case = Arranged::new(who, quirks.clone());
        case.arrange(before);
        let request = case.request(change, slug);
        let (planned, requests) = case.simulated.plan(&request);
        assert_eq!(
            case.truth(),
            words(before),
            "{row:?}: before, and after a plan"
        );
        let made = case.simulated.change(&request);
        assert_eq!(ended(&made), ended_so, "{row:?}: {made:?}");
        assert_eq!(case.told(&made), words(tells), "{row:?}");
        assert_eq!(case.truth(), words(after), "{row:?}");
        assert_eq!(case.told(&planned), words(tells), "{row:?}: the plan");
        assert_eq!(sentences(&planned), sentences(&made), "{row:?}");
        let sent = case.simulated.changing_requests().split_off(requests.len());
        assert_eq!(sent, requests, "{row:?}");
        if ended_so == "complete" {
            let again = case.simulated.change(&request);
            let inherited = change == REVOKE && case.truth().contains(&format!("^{slug}"));
            let expected = match inherited {
                true => "Precondition",
                false => "no-op",
            };
            assert_eq!(ended(&again), expected, "{row:?}: {again:?}");
        }
    }
}

pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    words.sort();
    words
}

/// What an outcome says that it did.
pub(crate) fn sentences(result: &Result<Outcome, Error>) -> Vec<&str> {
    let effects = result.iter().flat_map(|outcome| &outcome.effects);
    effects.map(|effect| effect.summary.as_str()).collect()
}

impl Arranged {
    pub(crate) fn new(who: Who, quirks: Quirks) -> Self {
        let simulated = Simulated::start(Options {
            quirks,
            ..Options::default()
        });
        let id = |row: &Value| row["id"].as_str().expect("an id").to_owned();
        let make = |path: &str, body: &Value| id(&simulated.api("POST", path, &body.to_string()));
        let people = simulated.api("GET", "/organization/users?limit=100", "");
        let people = people["data"].as_array().expect("people");
        let alan = people.iter().find(|row| row["name"] == "Alan Turing");
        let alan = id(alan.expect("Alan"));
        let alpha = make("/organization/projects", &json!({"name": "Alpha"}));
        let crew = make("/organization/groups", &json!({"name": "Crew"}));
        let members = format!("/organization/groups/{crew}/users");
        let accounts = format!("/organization/projects/{alpha}/service_accounts");
        let robot = json!({"name": "robot", "create_service_account_only": true});
        let robot = make(&accounts, &robot);
        let member = if who == Who::Robot { &robot } else { &alan };
        simulated.api("POST", &members, &json!({"user_id": member}).to_string());
        let roles = format!("/projects/{alpha}/roles");
        let custom = ["tester", "writer"].map(|name| {
            let role = json!({"role_name": name, "permissions": ["api.model.read"]});
            (name, make(&roles, &role))
        });
        Self {
            simulated,
            who,
            alpha,
            alan,
            crew,
            robot,
            custom: custom.to_vec(),
        }
    }

    /// Gives these roles, by the service itself.
    pub(crate) fn arrange(&self, words: &str) {
        for word in words.split_whitespace() {
            match word.strip_prefix('^') {
                Some(word) => self.give_crew(word),
                None => match self.who {
                    Who::Alan => self.give_alan(word),
                    Who::Crew => self.give_crew(word),
                    Who::Robot => self.give_robot(word),
                },
            }
        }
        // A custom role may need a predefined one to come, but not to stay.
        let predefined = ["owner", "member", "viewer"];
        let alone = !words.is_empty() && words.split(' ').all(|it| !predefined.contains(&it));
        if self.who == Who::Alan && alone && !words.contains('^') {
            let path = format!("/projects/{}/users/{}/roles", self.alpha, self.alan);
            let path = format!("{path}/role-api-project-member");
            self.simulated.api("DELETE", &path, "");
        }
    }

    fn give_alan(&self, word: &str) {
        let role = match word {
            "owner" | "member" => word,
            _ => "member",
        };
        let users = format!("/organization/projects/{}/users", self.alpha);
        let roles = format!("/projects/{}/users/{}/roles", self.alpha, self.alan);
        let member = json!({"user_id": self.alan, "role": role}).to_string();
        let assigned = json!({"role_id": self.role_id(word)}).to_string();
        match word {
            "owner" | "member" => self.simulated.api("POST", &users, &member),
            "viewer" => self.simulated.api("POST", &roles, &assigned),
            _ => {
                self.simulated.api("POST", &users, &member);
                self.simulated.api("POST", &roles, &assigned)
            }
        };
    }

    fn give_crew(&self, word: &str) {
        let path = format!("/projects/{}/groups/{}/roles", self.alpha, self.crew);
        let body = json!({"role_id": self.role_id(word)}).to_string();
        self.simulated.api("POST", &path, &body);
    }

    fn give_robot(&self, word: &str) {
        let (alpha, robot) = (&self.alpha, &self.robot);
        let path = match word {
            "owner" | "member" => {
                format!("/organization/projects/{alpha}/service_accounts/{robot}")
            }
            _ => format!("/projects/{alpha}/users/{robot}/roles"),
        };
        let body = json!({"role": word, "role_id": self.role_id(word)});
        self.simulated.api("POST", &path, &body.to_string());
    }

    fn role_id(&self, word: &str) -> String {
        let mut custom = self.custom.iter();
        let found = custom.find(|(name, _)| *name == word);
        found.map_or_else(|| format!("role-api-project-{word}"), |(_, id)| id.clone())
    }

    fn slug(&self, word: &str) -> String {
        let mut custom = self.custom.iter();
        let found = custom.find(|(name, _)| *name == word);
        found.map_or_else(|| word.to_owned(), |(_, id)| id.clone())
    }

    fn word(&self, slug: &str) -> String {
        let mut custom = self.custom.iter();
        let found = custom.find(|(_, id)| id == slug);
        found.map_or_else(|| slug.to_owned(), |(name, _)| (*name).to_owned())
    }

    pub(crate) fn principal(&self) -> Reference {
        match self.who {
            Who::Alan => reference("user", &self.alan),
            Who::Crew => reference("group", &self.crew),
            Who::Robot => in_project(&self.alpha, "service_account", &self.robot),
        }
    }

    /// The change that is asked for.
    pub(crate) fn request(&self, change: Change, word: &str) -> ChangeRequest {
        self.request_of(change, word, &self.principal())
    }

    pub(crate) fn request_of(&self, change: Change, word: &str, of: &Reference) -> ChangeRequest {
        let alpha = reference("project", &self.alpha);
        let holding = holding(&alpha, &self.slug(word), of);
        match change {
            Change::Grant => ChangeRequest::Grant(holding),
            Change::Revoke => ChangeRequest::Revoke(holding),
        }
    }

    /// What is held in truth. Of a group its own roles, as its member has them.
    pub(crate) fn truth(&self) -> Vec<String> {
        let access = self.simulated.simulator.access();
        let person = match self.who {
            Who::Alan | Who::Crew => &self.alan,
            Who::Robot => &self.robot,
        };
        let mut truth = Vec::new();
        for held in access.roles_in(person, &self.alpha) {
            let word = self.word(&held.role);
            truth.extend(held.ways.iter().map(|way| match way {
                Way::Group(_) if self.who != Who::Crew => format!("^{word}"),
                Way::Direct | Way::Group(_) => word.clone(),
                Way::OrganizationOwner => format!("!{word}"),
            }));
        }
        truth.sort();
        truth
    }

    /// What an outcome tells of grants; see [`Row`].
    pub(crate) fn told(&self, result: &Result<Outcome, Error>) -> Vec<String> {
        let Ok(outcome) = result else {
            return Vec::new();
        };
        let mut told = Vec::new();
        for (sign, grants) in [
            ('+', &outcome.held),
            ('-', &outcome.replaced),
            ('=', &outcome.remaining),
        ] {
            for grant in grants {
                self.belongs(grant);
                let inherited = match grant.directness {
                    Directness::Direct => "",
                    _ => "^",
                };
                told.push(format!("{sign}{inherited}{}", self.word(&grant.slug)));
            }
        }
        told.sort();
        told
    }

    fn belongs(&self, grant: &Grant) {
        assert_eq!(grant.resource, reference("project", &self.alpha).id);
        assert_eq!(grant.principal, self.principal().id);
        assert_eq!(grant.expands.is_some(), self.who == Who::Crew);
    }
}

/// That a change ends with a precondition that tells this, and this hint.
pub(crate) fn is_refused(result: &Result<Outcome, Error>, message: &str, hint: &str) {
    let error = result.as_ref().expect_err("an error");
    assert_eq!(error.kind, ErrorKind::Precondition, "{error:?}");
    assert!(error.message.contains(message), "{error:?}");
    assert!(
        error.hint.as_deref().is_some_and(|it| it.contains(hint)),
        "{error:?}"
    );
}

/// The usual quirks, but for these of changing.
pub(crate) fn writing(change: impl FnOnce(&mut Writing)) -> Quirks {
    let mut quirks = Quirks::default();
    change(&mut quirks.writing);
    quirks
}

/// The usual quirks, but for these of reading.
pub(crate) fn reading(change: impl FnOnce(&mut Reading)) -> Quirks {
    let mut quirks = Quirks::default();
    change(&mut quirks.reading);
    quirks
}
