//! Sends the requests of declared endpoints.
//!
//! An [`Endpoint`] is what a connector declares as a route *and* what its
//! requests are made from, so that none can be made that is not declared.

use serde_json::{Value, json};

use crate::address::Address;
use crate::faults::unreadable;
use crate::reading::parse;
use crate::refusal::{self, Dialect};
use crate::transport::{Method, Request, Response, Transport};
use crate::wit::faults::Error;
use crate::wit::manifest::{BaseUrl, Effect, Route};
use crate::wit::model::Timestamp;

/// One endpoint of a service.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// The service's own name for it, and the route's id.
    pub id: &'static str,
    /// The method.
    pub method: Method,
    /// What follows the base URL, such as `/organization/users/{user_id}`.
    pub path: &'static str,
    /// What a request to it does.
    pub effect: Effect,
    /// The surface that it is a part of.
    pub surface: &'static str,
}

impl Endpoint {
    /// The route that lets its requests out.
    #[must_use]
    pub fn route(&self, base: BaseUrl, credential: &str) -> Route {
        Route {
            id: self.id.to_owned(),
            method: self.method.as_str().to_owned(),
            base,
            path: self.path.to_owned(),
            effect: self.effect,
            credential: Some(credential.to_owned()),
            limits: Vec::new(),
        }
    }
}

/// One request to an endpoint.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    endpoint: &'a Endpoint,
    arguments: Vec<&'a str>,
    query: Vec<(&'a str, String)>,
    body: Option<Value>,
    predicted: Option<Value>,
}

impl<'a> Call<'a> {
    /// A request to this endpoint.
    #[must_use]
    pub fn new(endpoint: &'a Endpoint) -> Self {
        Self {
            endpoint,
            arguments: Vec::new(),
            query: Vec::new(),
            body: None,
            predicted: None,
        }
    }

    /// What takes the place of the path's next segment in braces.
    #[must_use]
    pub fn argument(mut self, value: &'a str) -> Self {
        self.arguments.push(value);
        self
    }

    /// A query parameter, where there is a value.
    #[must_use]
    pub fn query(mut self, key: &'a str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.query.push((key, value.to_string()));
        }
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The answer that a plan goes on with, since it does not send the request.
    #[must_use]
    pub fn predicting(mut self, answer: Value) -> Self {
        self.predicted = Some(answer);
        self
    }
}

/// A successful answer.
#[derive(Debug)]
pub struct Answered {
    /// Its JSON.
    pub body: Value,
    /// The service's id of the request, where it tells one.
    pub request_id: Option<String>,
}

/// A service, as one call of the connector reaches it.
#[derive(Debug)]
pub struct Client<'a, T> {
    /// What sends.
    pub transport: &'a T,
    /// Where the service is.
    pub address: Address,
    /// How to read its errors.
    pub dialect: &'a Dialect,
    /// The time that waits are relative to.
    pub now: Timestamp,
    /// Nothing is changed; changing requests carry the answer that is predicted.
    pub plan: bool,
}

/// In which a predicted answer goes to the host; see `mode` in `wit/`.
const PREDICTED_ANSWER: &str = "governance-predicted-answer";

impl<T: Transport> Client<'_, T> {
    /// Sends one request and reads the JSON of its answer.
    ///
    /// # Errors
    /// Whatever the way, the service or its JSON tell, with the surface.
    pub fn send(&self, call: &Call) -> Result<Value, Error> {
        self.exchange(call).map(|answered| answered.body)
    }

    /// The same, with the service's id of the request.
    ///
    /// # Errors
    /// See [`Client::send`].
    pub fn exchange(&self, call: &Call) -> Result<Answered, Error> {
        let surface = call.endpoint.surface;
        let request = self.request(call)?;
        let response = self
            .transport
            .send(&request)
            .map_err(|error| error.into_fault(surface))?;
        let body = self.read(surface, &response)?;
        Ok(Answered {
            body,
            request_id: refusal::request_id(&response),
        })
    }

    fn request(&self, call: &Call) -> Result<Request, Error> {
        let path = call.endpoint.path;
        let mut headers = vec![("accept", "application/json".to_owned())];
        if call.body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        if let Some(answer) = call.predicted.as_ref().filter(|_| self.plan) {
            let answer = json!({"status": 200, "body": answer}).to_string();
            headers.push((PREDICTED_ANSWER, answer));
        }
        Ok(Request {
            method: call.endpoint.method,
            url: self.address.below(path, &call.arguments, &call.query)?,
            headers,
            body: call.body.as_ref().map(|body| body.to_string().into_bytes()),
        })
    }

    fn read(&self, surface: &str, response: &Response) -> Result<Value, Error> {
        if !(200..300).contains(&response.status) {
            return Err(Error {
                surface: Some(surface.to_owned()),
                ..refusal::read(response, self.dialect, self.now)
            });
        }
        parse(&response.body).map_err(|error| Error {
            hint: Some(self.dialect.address_hint.to_owned()),
            http_status: Some(response.status),
            request_id: refusal::request_id(response),
            ..unreadable(surface, &format!("the answer cannot be read: {error}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Script;
    use crate::transport::{Problem, TransportError};
    use crate::wit::faults::{Delivery, ErrorKind};

    const DIALECT: Dialect = Dialect {
        unauthenticated_codes: &[],
        credential_hint: "credential",
        permission_hint: "permission",
        address_hint: "address",
    };

    const SET_ROLE: Endpoint = Endpoint {
        id: "set-role",
        method: Method::Post,
        path: "/users/{user_id}",
        effect: Effect::Change,
        surface: "users",
    };

    fn client(script: &Script) -> Client<'_, Script> {
        Client {
            transport: script,
            address: Address::parse("base_url", "https://api.example.com/v1").expect("a URL"),
            dialect: &DIALECT,
            now: 0,
            plan: false,
        }
    }

    #[test]
    fn a_request_has_what_it_needs_and_no_credential() {
        let script = Script::new().json(&json!({"ok": true}));
        let call = Call::new(&SET_ROLE)
            .argument("user/1")
            .query("after", Some("x"))
            .query("limit", None::<u32>)
            .body(json!({"role": "owner"}));
        let answer = client(&script).send(&call).expect("an answer");
        assert_eq!(answer, json!({"ok": true}));
        let request = script.requests().remove(0);
        assert_eq!(request.method, Method::Post);
        assert_eq!(
            request.url.as_str(),
            "https://api.example.com/v1/users/user%2F1?after=x"
        );
        let names: Vec<_> = request.headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["accept", "content-type"]);
        assert_eq!(request.body.as_deref(), Some(&br#"{"role":"owner"}"#[..]));
    }

    #[test]
    fn every_error_names_its_surface_and_how_far_the_request_got() {
        let broken = TransportError {
            problem: Problem::Interrupted,
            delivery: Delivery::MayHaveArrived,
            detail: None,
        };
        let bomb = "[".repeat(1_000_000);
        let readable = ErrorKind::UnreadableResponse;
        for (script, kind, delivery) in [
            (
                Script::new().answer(Err(broken)),
                ErrorKind::Unavailable,
                Delivery::MayHaveArrived,
            ),
            (
                Script::new().status(500, b""),
                ErrorKind::Unavailable,
                Delivery::Answered,
            ),
            (
                Script::new().status(200, b"<html>"),
                readable.clone(),
                Delivery::Answered,
            ),
            (
                Script::new().status(204, b""),
                readable.clone(),
                Delivery::Answered,
            ),
            (
                Script::new().status(200, bomb.as_bytes()),
                readable,
                Delivery::Answered,
            ),
        ] {
            let error = client(&script).send(&Call::new(&SET_ROLE).argument("u"));
            let error = error.expect_err("an error");
            assert_eq!((error.kind, error.delivery), (kind, delivery));
            assert_eq!(error.surface.as_deref(), Some("users"));
        }
    }

    #[test]
    fn a_prediction_goes_to_the_host_in_a_plan_and_nowhere_else() {
        let script = Script::new().json(&json!({})).json(&json!({}));
        let call = Call::new(&SET_ROLE)
            .argument("u")
            .predicting(json!({"name": "\u{e4}\n"}));
        let mut client = client(&script);
        client.send(&call).expect("an answer");
        client.plan = true;
        client.send(&call).expect("an answer");
        let header = |request: usize| {
            let headers = script.requests().swap_remove(request).headers;
            headers
                .into_iter()
                .find(|(name, _)| *name == PREDICTED_ANSWER)
        };
        assert_eq!(header(0), None);
        let told = header(1).expect("a prediction").1;
        assert!(!told.contains('\n'), "a header is one line");
        let told: Value = serde_json::from_str(&told).expect("JSON");
        assert_eq!(told, json!({"status": 200, "body": {"name": "\u{e4}\n"}}));
    }

    #[test]
    fn what_cannot_be_asked_is_not_sent() {
        let script = Script::new();
        let error = client(&script).send(&Call::new(&SET_ROLE).argument(".."));
        let error = error.expect_err("an error");
        assert_eq!(error.kind, ErrorKind::InvalidInput("user_id".to_owned()));
        assert_eq!(error.delivery, Delivery::NotSent);
        assert!(script.requests().is_empty());
    }
}
