//! Judging a request of a component by the policy, and making of it what goes out.

use bytes::Bytes;
use governance_contract::manifest::Effect;
use http::header::{ACCEPT_ENCODING, HOST, HeaderValue, USER_AGENT};
use http_body_util::Full;
use url::Url;

use super::plan::{PREDICTED_ANSWER, Predicted};
use super::{CallLog, Egress, Step};
use crate::limits::{Limit, Limits};
use crate::policy::{Access, Refusal, Route};

/// How the harness names itself to services.
const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("governance-harness/", env!("CARGO_PKG_VERSION")));

/// A request as a component asks for it.
pub(super) struct Incoming {
    pub(super) head: http::request::Parts,
    /// None of it where it is too large.
    pub(super) body: Result<Bytes, ()>,
}

/// A request that was judged.
pub(super) enum Ready<'a> {
    /// It may go out.
    Send(Box<Outgoing<'a>>),
    /// It was planned, with this answer.
    Answer(Predicted),
}

/// A request that may go out.
pub(super) struct Outgoing<'a> {
    pub(super) request: http::Request<Full<Bytes>>,
    url: Url,
    body: Bytes,
    pub(super) route: &'a Route,
}

impl Outgoing<'_> {
    /// What is recorded of it.
    pub(super) fn step(&self) -> Step {
        let method = self.request.method().as_str();
        Step::new(&self.route.id, method, &self.url, &self.body)
    }
}

impl Egress {
    /// Refuses or prepares a request.
    pub(super) fn prepare(
        &self,
        access: Access,
        request: Incoming,
        log: &CallLog,
    ) -> Result<Ready<'_>, Refusal> {
        log.count(self.limits.bound(Limits::requests_with(access)))?;
        let body = request.body.map_err(|()| Refusal::RequestBody {
            bound: self.limits.bound(Limit::RequestBody),
        })?;
        let method = request.head.method.as_str();
        let uri = request.head.uri.to_string();
        let url = Url::parse(&uri).map_err(|_| Refusal::NoRoute {
            method: method.to_owned(),
            url: uri,
        })?;
        let route = self.policy.decide(access, method, &url)?;
        let mut headers = request.head.headers;
        let predicted = headers.remove(PREDICTED_ANSWER);
        self.dress(&mut headers, route)?;
        if access == Access::Plan && route.effect() == Effect::Change {
            let predicted = predicted.as_ref().and_then(Predicted::read);
            let step = Step::new(&route.id, method, &url, &body);
            log.planned(step, predicted.is_some())?;
            // The log refuses what is not predicted.
            let unpredicted = || Refusal::Unpredicted {
                route: route.id.clone(),
            };
            return predicted.map(Ready::Answer).ok_or_else(unpredicted);
        }
        let mut outgoing = http::Request::new(body.clone().into());
        *outgoing.method_mut() = request.head.method.clone();
        *outgoing.headers_mut() = headers;
        // The judged form of the URL is the one that is sent.
        *outgoing.uri_mut() = http::Uri::try_from(url.as_str()).map_err(|_| Refusal::NoRoute {
            method: method.to_owned(),
            url: url.origin().ascii_serialization(),
        })?;
        Ok(Ready::Send(Box::new(Outgoing {
            request: outgoing,
            url,
            body,
            route,
        })))
    }

    /// Adds what the host says, and the credential.
    fn dress(&self, headers: &mut http::HeaderMap, route: &Route) -> Result<(), Refusal> {
        // The client sets it from the judged URL.
        headers.remove(HOST);
        headers.insert(USER_AGENT, AGENT);
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(credential) = route.credential()
            && self.replayed().is_none()
        {
            let header = self.credentials.header(&credential.id, &credential.scheme);
            let (name, value) = header.ok_or_else(|| credential.missing())?;
            headers.insert(name, value);
        }
        Ok(())
    }
}
