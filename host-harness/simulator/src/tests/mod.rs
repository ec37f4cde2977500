//! The API as a client sees it: the router is asked as HTTP would ask it.

mod audit_events;
mod audit_logs;
mod authentication;
mod changes;
mod control;
mod errors;
mod examples;
mod invitations;
mod leniency;
mod official_spec;
mod paging;
mod projects;
mod switches;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use crate::world::World;
use crate::{Options, Template};

/// The time at which the clocks of all tests stand at first.
const NOW: u64 = 1_780_000_000;
const KEY: &str = "sk-admin-0123456789abcdef";

/// A client with a good key of an organization of its own.
struct Client {
    router: Router,
    world: Arc<World>,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

fn options(organization: Template) -> Options {
    Options {
        organization,
        admin_key: Some(KEY.to_owned()),
        clock_stands_at: Some(NOW),
        ..Options::default()
    }
}

impl Client {
    fn of(organization: Template) -> Self {
        Self::with(options(organization))
    }

    fn with(options: Options) -> Self {
        let world = Arc::new(World::new(options).unwrap());
        let router = crate::simulator::router(world.clone());
        Self { router, world }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {KEY}"))
            .header("content-type", "application/json");
        let body = match body {
            Value::Null => Body::empty(),
            body => Body::from(body.to_string()),
        };
        self.send(request.body(body).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, body).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, Value::Null).await
    }

    /// The path of the user whose e-mail starts like that.
    fn user(&self, start: &str) -> String {
        let organization = self.world.organization();
        let mut users = organization.users.iter();
        let is_meant = |email: &str| email.to_lowercase().starts_with(start);
        let user = users.find(|user| user.email.as_deref().is_some_and(is_meant));
        format!("/v1/organization/users/{}", user.unwrap().id)
    }

    /// The path of the invitation whose e-mail starts like that.
    fn invitation(&self, start: &str) -> String {
        let organization = self.world.organization();
        let mut rows = organization.invitations.iter();
        let row = rows.find(|row| row.email.to_lowercase().starts_with(start));
        format!("/v1/organization/invites/{}", row.unwrap().id)
    }
}

impl Answer {
    /// The body of a success.
    fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        self.body
    }

    /// The error of a failure with that status, in the documented shape.
    fn error(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        let error = self.body["error"].as_object().expect("an error object");
        let fields: Vec<_> = error.keys().map(String::as_str).collect();
        assert_eq!(fields.len(), 4, "{error:?}");
        for field in ["message", "type", "param", "code"] {
            assert!(fields.contains(&field), "{error:?} lacks {field}");
        }
        assert!(error["message"].is_string() && error["type"].is_string());
        self.body["error"].clone()
    }
}

/// The values of one field in all rows of a list.
fn column<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let rows = list["data"].as_array().expect("a list");
    rows.iter()
        .map(|row| row[field].as_str().unwrap())
        .collect()
}
