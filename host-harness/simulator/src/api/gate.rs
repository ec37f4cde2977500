//! What stands between a good key and a route: the plan, the key's scopes, the
//! rate limits.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::authentication::Scopes;
use super::failure::Failure;
use crate::limits::{Wait, WaitHint};
use crate::surface::Surface;
use crate::world::World;

pub(super) async fn pass(
    State(world): Shared,
    template: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let template = template.as_ref().map(MatchedPath::as_str);
    let scopes = request.extensions().get::<Scopes>();
    match check(&world, request.method(), template, scopes) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

/// Tells of the limit on a route as the inference API does, if it is to.
pub(super) fn advertise(world: &World, route: &str, headers: &mut HeaderMap) {
    let now = world.clock.milliseconds();
    let Some(allowance) = world.limiter.allowance(route, now) else {
        return;
    };
    let milliseconds = allowance.reset.as_millis();
    let reset = match milliseconds % 1_000 {
        0 => format!("{}s", milliseconds / 1_000),
        _ => format!("{milliseconds}ms"),
    };
    let reset = HeaderValue::from_str(&reset);
    let numbers = [
        ("x-ratelimit-limit-requests", Ok(allowance.limit.into())),
        (
            "x-ratelimit-remaining-requests",
            Ok(allowance.remaining.into()),
        ),
        ("x-ratelimit-reset-requests", reset),
    ];
    for (name, value) in numbers {
        if let Ok(value) = value {
            headers.insert(name, value);
        }
    }
}

fn check(
    world: &World,
    method: &Method,
    template: Option<&str>,
    scopes: Option<&Scopes>,
) -> Result<(), Failure> {
    let Some(template) = template else {
        return Ok(());
    };
    let route = format!("{method} {template}");
    let admitted = world.limiter.admit(&route, world.clock.milliseconds());
    admitted.map_err(too_many)?;
    let Some(surface) = Surface::of(template) else {
        return Ok(());
    };
    let scope = surface.scope(method);
    if scopes.is_some_and(|scopes| !scopes.have(&scope)) {
        return Err(missing_scope(world.quirks.missing_scope, &scope));
    }
    if world.quirks.not_in_plan.contains(&surface) {
        let message = "This feature is not available on your organization's current plan.";
        return Err(Failure::new(world.quirks.not_in_plan_status, message));
    }
    Ok(())
}

/// The words of the service, as they were seen.
fn missing_scope(status: StatusCode, scope: &str) -> Failure {
    let message = format!(
        "You have insufficient permissions for this operation. Missing scopes: {scope}. Check \
         that you have the correct role in your organization (Reader, Writer, Owner) and project \
         (Viewer, Member, Owner), and if you're using a restricted API key, that it has the \
         necessary scopes."
    );
    Failure::new(status, message).forbidden()
}

fn too_many(wait: Wait) -> Failure {
    let plain = "You're making too many requests, please slow down.";
    let message = match wait.hint {
        WaitHint::Message => format!(
            "You've exceeded the rate limit, please slow down and try again after {:.3} seconds.",
            wait.time.as_secs_f64()
        ),
        _ => plain.to_owned(),
    };
    let failure = Failure::new(StatusCode::TOO_MANY_REQUESTS, message).code("rate_limit_exceeded");
    match wait.hint {
        WaitHint::Header => failure.retry_after(wait.time),
        WaitHint::Saying(value) => failure.retry_at(value),
        WaitHint::RateHeaders | WaitHint::Message | WaitHint::Nothing => failure,
    }
}
