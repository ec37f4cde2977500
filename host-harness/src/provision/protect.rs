//! Principals that no change may touch, such as break-glass accounts. Pure.
//!
//! An entry is an e-mail address, or an id such as `user:user-abc`: a resource
//! type, a colon, the id within the type. E-mail addresses are compared without
//! case; which accounts have them is asked of the service before the first
//! change ([`Protected::add`]).
//!
//! | a change touches | found in |
//! |---|---|
//! | what it is done to, and the principal that gets or loses something | the request |
//! | the address of an account to be made | the request |
//! | whoever gets or loses a grant with it | `held` and `replaced` of the plan |
//! | what its steps are done to | `effects` of the plan |
//! | accounts that it changes, under all their names | `resources` of the plan |
//! | an account under its other names, the owner of a secret | the account or secret, read before the change |

use std::collections::BTreeSet;

use governance_contract::changes::{ChangeRequest, Outcome};
use governance_contract::model::{Resource, ResourceId};

/// An entry of `protect` that is neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` in `protect` is neither an e-mail address nor an id such as `user:user-abc`")]
pub struct WrongEntry(String);

/// A change that touches what is protected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is protected, and the change would touch it")]
pub struct Touched(pub String);

/// Who is protected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Protected {
    /// Ids as `type:id`: those given, and those of the accounts with the
    /// addresses given.
    ids: BTreeSet<String>,
    /// Addresses in lower case.
    emails: BTreeSet<String>,
}

/// What a change touches: ids as `type:id`, addresses in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touches {
    ids: BTreeSet<String>,
    emails: BTreeSet<String>,
}

impl Protected {
    /// Reads entries.
    ///
    /// # Errors
    /// One is neither an id nor an address.
    pub fn read(entries: &[String]) -> Result<Self, WrongEntry> {
        let mut protected = Self::default();
        for entry in entries.iter().map(|it| it.trim()) {
            if is_id(entry) {
                protected.ids.insert(entry.to_owned());
            } else if is_email(entry) {
                protected.emails.insert(entry.to_lowercase());
            } else {
                return Err(WrongEntry(entry.to_owned()));
            }
        }
        Ok(protected)
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.emails.is_empty()
    }

    /// The addresses whose accounts are to be found.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        self.emails.iter().map(String::as_str)
    }

    /// Protects an account, under all its names, if it has one of the addresses
    /// or ids.
    pub fn add(&mut self, account: &Resource) {
        let mut named = Touches::default();
        named.resource(account);
        if self.check(&named).is_err() {
            self.ids.extend(named.ids);
        }
    }

    /// Whether a change may be made.
    ///
    /// # Errors
    /// It touches a protected one, which is named.
    pub fn check(&self, touches: &Touches) -> Result<(), Touched> {
        let id = self.ids.intersection(&touches.ids).next();
        let email = || self.emails.intersection(&touches.emails).next();
        match id.or_else(email) {
            Some(name) => Err(Touched(name.clone())),
            None => Ok(()),
        }
    }
}

impl Touches {
    /// What the request itself names.
    pub fn of_request(change: &ChangeRequest) -> Self {
        let mut touches = Self::default();
        if let Some(target) = change.target() {
            touches.id(&target.id);
        }
        match change {
            ChangeRequest::Grant(it) | ChangeRequest::Revoke(it) => touches.id(&it.principal.id),
            ChangeRequest::CreateAccount(it) => {
                touches.emails.insert(it.email.trim().to_lowercase());
                for entitlement in &it.entitlements {
                    touches.id(&entitlement.resource.id);
                }
            }
            _ => {}
        }
        touches
    }

    /// Adds what a plan says that the change would do.
    pub fn outcome(&mut self, outcome: &Outcome) {
        for effect in &outcome.effects {
            self.id(&effect.on);
        }
        for grant in outcome.held.iter().chain(&outcome.replaced) {
            self.id(&grant.principal);
        }
        for resource in &outcome.resources {
            self.resource(resource);
        }
    }

    /// Adds a resource under all its names, and the owner of a secret.
    pub fn resource(&mut self, resource: &Resource) {
        self.id(&resource.id);
        for alias in &resource.aliases {
            self.id(alias);
        }
        if let Some(owner) = resource.secret.as_ref().and_then(|it| it.owner.as_ref()) {
            self.id(owner);
        }
        let emails = resource.account.iter().flat_map(|it| &it.emails);
        self.emails
            .extend(emails.map(|it| it.address.trim().to_lowercase()));
    }

    fn id(&mut self, id: &ResourceId) {
        self.ids.insert(format!("{}:{}", id.resource_type, id.id));
    }
}

fn is_id(entry: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    entry
        .split_once(':')
        .is_some_and(|(kind, id)| !kind.is_empty() && kind.chars().all(plain) && !id.is_empty())
}

fn is_email(entry: &str) -> bool {
    let parts = entry.split_once('@');
    parts.is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !entry.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use governance_contract::changes::{Completion, Effect};
    use governance_contract::model::Secret;
    use governance_contract::samples::{changes, grant, id, resource, user};

    use super::*;

    fn protected(entries: &[&str]) -> Protected {
        let entries: Vec<_> = entries.iter().map(|it| (*it).to_owned()).collect();
        Protected::read(&entries).unwrap()
    }

    fn with(change: impl Fn(&mut Outcome)) -> Touches {
        let mut outcome = changes::outcome(Completion::Complete);
        change(&mut outcome);
        let mut touches = Touches::default();
        touches.outcome(&outcome);
        touches
    }

    #[test]
    fn whatever_a_change_touches_is_found() {
        let of = Touches::of_request;
        let glass = || id("user", "glass");
        let mine = || grant(id("project", "p"), "member", glass());
        let key = Resource {
            secret: Some(Secret {
                owner: Some(glass()),
                redacted_value: None,
            }),
            ..resource("api_key", "key-1")
        };
        let aliased = Resource {
            aliases: vec![glass()],
            ..resource("member", "m-1")
        };
        let cases = [
            (of(&changes::grant()), "user:ada"),
            (of(&changes::revoke()), "user:ada"),
            (of(&changes::grant()), "project:alpha"),
            (of(&changes::create_account()), "Ada@Example.org"),
            (of(&changes::create_account()), "project:alpha"),
            (of(&changes::set_account_status()), "user:ada"),
            (of(&changes::update_resource()), "project:alpha"),
            (of(&changes::delete_resource()), "project:alpha"),
            (of(&changes::resend_invitation()), "invitation:invite-1"),
            (with(|it| it.held.push(mine())), "user:glass"),
            (with(|it| it.replaced.push(mine())), "user:glass"),
            (
                with(|it| {
                    it.effects.push(Effect {
                        summary: String::new(),
                        on: glass(),
                    });
                }),
                "user:glass",
            ),
            (with(|it| it.resources.push(key.clone())), "user:glass"),
            (with(|it| it.resources.push(aliased.clone())), "user:glass"),
            (
                with(|it| it.resources.push(user("u", &["Glass@example.org"]))),
                "glass@EXAMPLE.org",
            ),
        ];
        for (touches, entry) in cases {
            assert!(protected(&[entry]).check(&touches).is_err(), "{entry}");
            assert_eq!(protected(&["user:other", "x@y"]).check(&touches), Ok(()));
        }
    }

    #[test]
    fn an_address_protects_its_account_under_all_its_names() {
        let mut glass = user("glass", &["Glass@Example.org"]);
        glass.aliases.push(id("member", "m-1"));
        let mut protected = protected(&["glass@example.ORG"]);
        protected.add(&user("somebody-else", &["glass@elsewhere.example"]));
        protected.add(&glass);
        for (touched, refused) in [
            (id("user", "glass"), true),
            (id("member", "m-1"), true),
            (id("user", "somebody-else"), false),
        ] {
            let touches = with(|it| {
                let mine = grant(id("project", "p"), "member", touched.clone());
                it.held.push(mine);
            });
            assert_eq!(protected.check(&touches).is_err(), refused, "{touched:?}");
        }
    }

    #[test]
    fn an_entry_is_an_id_or_an_address() {
        for entry in ["ada", "", ":x", "user:", "@x", "x@", "a b@c", "User:x"] {
            let error = Protected::read(&[entry.to_owned()]).unwrap_err();
            assert_eq!(error, WrongEntry(entry.to_owned()));
        }
        // An id may hold an at sign; it is no address then.
        let read = protected(&["user:ada@example.org"]);
        assert_eq!(read.emails().count(), 0);
    }
}
