//! What every answer has around it: the headers of the real service, the count
//! of the request, the latency and the faults that were asked for.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::http::header::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::Shared;
use super::failure::Failure;
use super::gate;
use super::short;
use super::spoil;

const VERSION: HeaderName = HeaderName::from_static("openai-version");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PROCESSING_TIME: HeaderName = HeaderName::from_static("openai-processing-ms");

pub(super) async fn wrap(
    State(world): Shared,
    template: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let template = template.as_ref().map(MatchedPath::as_str);
    world.requests.record(request.method().as_str(), template);
    if !world.latency.is_zero() {
        tokio::time::sleep(world.latency).await;
    }
    let route = format!("{} {}", request.method(), template.unwrap_or_default());
    let number = world.next_request();
    let fault = world.fault(number, request.method() != Method::GET);
    let mut response = match fault.filter(|fault| !fault.is_carried_out()) {
        Some(fault) => spoil::instead(fault),
        None => next.run(request).await,
    };
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        response = failure.respond(world.quirks.forbidden);
    }
    if let Some(rows) = world.rows_told_by(&route) {
        response = short::shorten(response, rows).await;
    }
    gate::advertise(&world, &route, response.headers_mut());
    dress(&mut response, world.request_id(number), start.elapsed());
    match fault.filter(|fault| fault.is_carried_out()) {
        Some(fault) => spoil::spoil(fault, response).await,
        None => response,
    }
}

fn dress(response: &mut Response, id: String, took: Duration) {
    let headers = response.headers_mut();
    headers.insert(VERSION, HeaderValue::from_static("2020-10-01"));
    headers.insert(PROCESSING_TIME, (took.as_millis() as u64).into());
    // Letters and digits are always a valid header value.
    if let Ok(id) = HeaderValue::try_from(id) {
        headers.insert(REQUEST_ID, id);
    }
}
