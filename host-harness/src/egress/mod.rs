//! The one way out of the sandbox.
//!
//! Every request of a component comes through [`Hooks::send_request`]; since
//! `wasmtime-wasi-http` is built without a transport of its own, no other way
//! exists. Here it is judged by the policy, gets its credential, and is sent by
//! a client that the instances of one connection share, as soon as its route is
//! free ([`crate::pace`]). A credential that comes
//! back in the answer is redacted. A recording is made here, and replayed here
//! in place of the client.

mod admission;
mod body;
mod client;
mod connect;
mod log;
mod plan;
mod prepare;
mod redact;
mod resolve;
mod slots;
mod tape;

use std::sync::Arc;

use governance_contract::connector::RedactedCredential;
use governance_contract::manifest::Effect;
use governance_contract::model::Timestamp;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, COOKIE, HeaderName, SET_COOKIE};
use http::uri::Authority;
use http_body_util::{BodyExt, Limited};
use secrecy::SecretString;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

use crate::credential::Credentials;
use crate::limits::Limits;
use crate::pace::Pace;
use crate::policy::{Access, Policy, Refusal};
use crate::recording::recorder::{Heard, Recorder};
use client::{Client, Failure};
pub(crate) use connect::Network;
pub use log::Trouble;
pub(crate) use log::{CallLog, Notes};
pub use plan::Step;
use prepare::{Incoming, Ready};
use redact::Redactor;
pub(crate) use tape::Player;

/// The way out for all instances of one connection. Connections share nothing:
/// neither sockets nor credentials.
pub(crate) struct Egress {
    policy: Arc<Policy>,
    credentials: Credentials,
    way: Way,
    redactor: Redactor,
    recorder: Option<Recorder>,
    pace: Arc<Pace>,
    limits: Limits,
}

/// Who answers requests.
enum Way {
    /// The services that they are for.
    Network(Client),
    /// A recording, and nothing else.
    Replay(Box<Player>),
}

impl Egress {
    pub(crate) fn new(
        policy: Policy,
        credentials: Credentials,
        network: Network,
        limits: Limits,
    ) -> Self {
        let policy = Arc::new(policy);
        Self {
            way: Way::Network(Client::new(policy.clone(), network, &limits)),
            policy,
            redactor: Redactor::new(credentials.presented()),
            recorder: None,
            pace: Arc::default(),
            credentials,
            limits,
        }
    }

    /// A way out that leads nowhere: a recording answers.
    pub(crate) fn replaying(policy: Policy, player: Player, limits: Limits) -> Self {
        Self {
            way: Way::Replay(Box::new(player)),
            policy: Arc::new(policy),
            redactor: Redactor::new(std::iter::empty()),
            recorder: None,
            pace: Arc::default(),
            credentials: Credentials::default(),
            limits,
        }
    }

    /// Has everything recorded that goes out and comes back.
    pub(crate) fn recorded(mut self, recorder: Recorder) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// The time that calls are given, if it is not the current one.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        let recorded = self.recorder.as_ref().map(Recorder::at);
        recorded.or_else(|| self.replayed().map(|it| it.head().at))
    }

    /// The first request that a replayed recording did not hold.
    pub(crate) fn missed(&self) -> Option<Refusal> {
        self.replayed().and_then(Player::missed)
    }

    /// Every value of a credential, in each form that it is sent in.
    pub(crate) fn presented(&self) -> impl Iterator<Item = SecretString> {
        self.credentials.presented()
    }

    /// Records what a call asked and got, and which secrets it made.
    pub(crate) fn record<'a>(
        &self,
        function: &str,
        heard: Vec<Heard>,
        made: impl Iterator<Item = &'a str>,
    ) {
        if let Some(recorder) = &self.recorder {
            recorder.append(function, heard, made);
        }
    }

    fn replayed(&self) -> Option<&Player> {
        match &self.way {
            Way::Network(_) => None,
            Way::Replay(player) => Some(player),
        }
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn has_credential(&self, id: &str) -> bool {
        self.replayed().is_some() || self.credentials.has(id)
    }

    pub(crate) fn redacted_credentials(&self) -> Vec<RedactedCredential> {
        match self.replayed() {
            Some(player) => player.credentials(),
            None => self.credentials.redacted(),
        }
    }

    async fn send(
        &self,
        access: Access,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        log: &CallLog,
    ) -> Result<http::Response<WasiBody>, Error> {
        let (head, body) = request.into_parts();
        // Taken in whole before any refusal: a component that still writes
        // would see a broken stream and not the refusal.
        let body = Limited::new(body, self.limits.request_body).collect().await;
        let body = body.map(|it| it.to_bytes()).map_err(|_| ());
        let outgoing = match self.prepare(access, Incoming { head, body }, log) {
            Ok(Ready::Send(outgoing)) => outgoing,
            Ok(Ready::Answer(predicted)) => return Ok(predicted.into_response()),
            Err(refusal) => return Err(log.refuse(refusal)),
        };
        let pass = self.admit(access, outgoing.route, log).await?;
        log.sent(outgoing.route);
        let limits = cap(options, &self.limits);
        let (route, effect) = (outgoing.route, outgoing.route.effect());
        let recorded = self.recorder.as_ref().map(|_| outgoing.step());
        let response = match &self.way {
            Way::Network(client) => client.send(outgoing.request, limits).await,
            Way::Replay(player) => player.answer(&outgoing.step(), effect),
        };
        if let (Some(pass), Ok(response)) = (pass, &response) {
            pass.answered(response.status(), response.headers());
        }
        if effect == Effect::Change && came_to_nothing(&response) {
            log.declined();
        }
        let mut response = response.map(|it| self.redactor.clean(it));
        if let Some(asked) = recorded {
            let (whole, got) = tape::heard(response).await;
            log.heard(Heard { asked, effect, got });
            response = whole;
        }
        let response = response.map_err(|failure| log.fail(failure, route.origin()))?;
        let encoding = response.headers().get(CONTENT_ENCODING);
        if encoding.is_some_and(|it| it != "identity") {
            let encoding = encoding.and_then(|it| it.to_str().ok()).map(str::to_owned);
            return Err(Error::HttpResponseContentCoding(encoding));
        }
        Ok(response)
    }
}

/// Whether a request certainly had no effect: it did not leave, or the service
/// says that it refused it.
fn came_to_nothing(response: &Result<http::Response<WasiBody>, Failure>) -> bool {
    match response {
        Ok(response) => response.status().is_client_error(),
        Err(Failure::Network { sent, .. }) => !sent,
        Err(Failure::Refused(_)) => true,
    }
}

/// A component may ask for shorter times than the limits, not for longer ones.
fn cap(options: Option<RequestOptions>, limits: &Limits) -> Limits {
    let options = options.unwrap_or_default();
    let shorter = |asked: Option<std::time::Duration>, limit: std::time::Duration| {
        asked.map_or(limit, |asked| asked.min(limit))
    };
    Limits {
        first_byte_time: shorter(options.first_byte_timeout, limits.first_byte_time),
        between_bytes_time: shorter(options.between_bytes_timeout, limits.between_bytes_time),
        ..*limits
    }
}

/// Whether a component can neither set nor read a header.
fn is_forbidden(name: &HeaderName) -> bool {
    [AUTHORIZATION, COOKIE, SET_COOKIE].contains(name) || DEFAULT_FORBIDDEN_HEADERS.contains(name)
}

/// The hooks of one call.
pub(crate) struct Hooks {
    pub(crate) egress: Arc<Egress>,
    pub(crate) access: Access,
    pub(crate) log: Arc<CallLog>,
}

type Sent = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

impl WasiHttpHooks for Hooks {
    /// Besides what wasi:http forbids, a component can neither set nor read
    /// what identifies somebody.
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(is_forbidden)
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Sent, Error>> + Send> {
        let (egress, log, access) = (self.egress.clone(), self.log.clone(), self.access);
        let limits = egress.limits;
        Box::new(async move {
            let asked = request.uri().authority().cloned();
            let response = egress.send(access, request, options, &log).await?;
            let response = response.map(|body| {
                let noted = body.map_err(move |error| {
                    let service = asked.as_ref().map_or("", Authority::as_str);
                    log.broke_off(&error, service, &limits);
                    error
                });
                noted.boxed_unsync()
            });
            let done: Box<dyn Future<Output = _> + Send> = Box::new(async { Ok(()) });
            Ok((response, done))
        })
    }
}

#[cfg(test)]
mod tests;
