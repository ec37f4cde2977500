//! Which requests of a component go out, and with which credential. Pure.
//!
//! Default deny, in two layers that must both allow: the connector declares
//! its routes, the operator allows origins and credentials.
//!
//! | a request goes out if | else |
//! |---|---|
//! | method, origin and path match a declared route | [`Refusal::NoRoute`] |
//! | the operator allows the origin | [`Refusal::Origin`] |
//! | the route only reads, or changes are enabled | [`Refusal::ReadOnly`] |
//! | the connector binds its credential to where it goes | [`Refusal::Unbound`], [`Refusal::Scheme`] |
//! | the operator allows the credential, and gives it | [`Refusal::Credential`], [`Refusal::NoCredential`] |
//! | the resolved address is public, or loopback that the operator named | [`Refusal::Address`] |

pub mod address;
mod compile;
pub mod origin;
mod refusal;
pub mod template;

use std::net::IpAddr;

use governance_contract::manifest::{CredentialScheme, Effect};
use url::Url;

use crate::provision::operation::ChangesEnabled;
use address::{Reach, reach};
pub use compile::{Operator, PolicyError};
use origin::Origin;
pub use refusal::Refusal;
use template::{Path, Template};

/// What a component may request, compiled from its description and from what
/// the operator allows. The default one allows nothing.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    routes: Vec<Route>,
    allowed_origins: Vec<Origin>,
    /// Origins that the operator spelled out as a setting of its own.
    operator_origins: Vec<Origin>,
}

/// A declared route, ready to be matched.
#[derive(Debug, Clone)]
pub struct Route {
    /// As declared.
    pub id: String,
    method: String,
    origin: Origin,
    template: Template,
    effect: Effect,
    credential: Option<CredentialUse>,
}

/// The credential that a route uses, and where it may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialUse {
    /// As declared.
    pub id: String,
    /// How to present it.
    pub scheme: CredentialScheme,
    allowed: bool,
    environment: Option<String>,
    /// The origins that it may go to, each with the path that it stays below.
    places: Vec<(Origin, String)>,
}

/// Which of the declared routes are open during a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Those that read.
    Read,
    /// All; what would change something is judged, and answered by the host.
    Plan,
    /// All.
    Change(ChangesEnabled),
}

impl Policy {
    /// Decides on one request. The answer is the route that it belongs to.
    pub fn decide(&self, access: Access, method: &str, url: &Url) -> Result<&Route, Refusal> {
        let no_route = || Refusal::NoRoute {
            method: method.to_owned(),
            url: shown(url),
        };
        let origin = Origin::of(url).map_err(|_| no_route())?;
        let path = Path::new(url.path()).ok_or_else(no_route)?;
        let matching = self.routes.iter().filter(|route| {
            route.method == method && route.template.matches(&path) && route.origin == origin
        });
        // The stricter one of two that cannot be told apart: no route can be
        // declared a second time as harmless.
        let route = matching
            .max_by_key(|route| (route.template.literals(), route.effect == Effect::Change))
            .ok_or_else(no_route)?;
        self.open(&origin)?;
        if access == Access::Read && route.effect == Effect::Change {
            return Err(Refusal::ReadOnly {
                route: route.id.clone(),
            });
        }
        match &route.credential {
            Some(credential) => credential.check(&origin, url.path()).map(|()| route),
            None => Ok(route),
        }
    }

    /// Whether the routes that read can be used at all: what would be refused is
    /// better said before any work than in the middle of it. `has` tells which
    /// credentials have a value.
    pub fn ready(&self, has: impl Fn(&str) -> bool) -> Result<(), Refusal> {
        let reading = |route: &&Route| route.effect == Effect::Read;
        for route in self.routes.iter().filter(reading) {
            self.open(&route.origin)?;
            let Some(credential) = &route.credential else {
                continue;
            };
            credential.allowed_for(&route.origin)?;
            if !has(&credential.id) {
                return Err(credential.missing());
            }
        }
        Ok(())
    }

    /// Whether an origin may be reached, as far as its name tells.
    fn open(&self, origin: &Origin) -> Result<(), Refusal> {
        if !self.allowed_origins.contains(origin) {
            return Err(Refusal::Origin {
                origin: origin.clone(),
            });
        }
        let address = origin.address();
        address.map_or(Ok(()), |address| self.judge(origin, address))
    }

    /// Decides whether a connection for an origin may go to an address.
    pub fn judge(&self, origin: &Origin, address: IpAddr) -> Result<(), Refusal> {
        let operator_named = self.operator_origins.contains(origin);
        match reach(address) {
            Reach::Public => Ok(()),
            Reach::Loopback if operator_named && origin.is_loopback() => Ok(()),
            Reach::Loopback | Reach::Internal => Err(Refusal::Address {
                origin: origin.clone(),
                address,
            }),
        }
    }
}

impl Route {
    /// What a request does.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// The credential to add, if any.
    pub fn credential(&self) -> Option<&CredentialUse> {
        self.credential.as_ref()
    }

    /// Where the route leads.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl CredentialUse {
    fn check(&self, origin: &Origin, path: &str) -> Result<(), Refusal> {
        self.allowed_for(origin)?;
        let mut places = self.places.iter();
        match places.any(|(place, base)| place == origin && is_below(path, base)) {
            true => Ok(()),
            false => Err(self.unbound(origin)),
        }
    }

    fn allowed_for(&self, origin: &Origin) -> Result<(), Refusal> {
        if let CredentialScheme::Other(scheme) = &self.scheme {
            return Err(Refusal::Scheme {
                credential: self.id.clone(),
                scheme: scheme.clone(),
            });
        }
        if !self.places.iter().any(|(place, _)| place == origin) {
            return Err(self.unbound(origin));
        }
        match self.allowed {
            true => Ok(()),
            false => Err(Refusal::Credential {
                credential: self.id.clone(),
            }),
        }
    }

    fn unbound(&self, origin: &Origin) -> Refusal {
        Refusal::Unbound {
            credential: self.id.clone(),
            origin: origin.clone(),
        }
    }

    /// The refusal of a request whose credential was not given.
    pub fn missing(&self) -> Refusal {
        Refusal::NoCredential {
            credential: self.id.clone(),
            environment: self.environment.clone(),
        }
    }
}

/// Whether a path is the base's or below it; `/v10` is not below `/v1`.
fn is_below(path: &str, base: &str) -> bool {
    let rest = path.strip_prefix(base.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A URL without its query, which may hold people's data.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
mod tests;
