//! Rota, the service that `plugin/example` is for, with flaws on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::Bench;

/// What the service does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    /// The second page of members leads back to the first.
    Circle,
    /// Each page of members leads to one more.
    Endless,
    /// A team has a member whom nobody knows.
    Ghost,
    /// A person is called otherwise with each request.
    Moody,
    /// A person is listed twice, under two names.
    Twins,
    /// People cannot be read.
    Denied,
}

const TOKEN: &str = "rota-secret";
const PAGE: usize = 2;

struct Service {
    flaw: Flaw,
    requests: AtomicU64,
}

/// A running service.
pub(crate) struct Rota {
    base_url: String,
    /// Answers as long as it lives.
    _runtime: Runtime,
}

impl Rota {
    pub(crate) fn start(flaw: Flaw) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
        let listener = listener.unwrap();
        let base_url = format!("http://{}/api", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, router(flaw)).await });
        Self {
            base_url,
            _runtime: runtime,
        }
    }

    /// Where the example connector is allowed to read this service.
    pub(crate) fn bench(&self) -> Bench {
        let mut bench = Bench::alone();
        bench.set("ROTA_BASE_URL", &self.base_url);
        bench.set("ROTA_TOKEN", TOKEN);
        bench.write("example.wasm", test_components::EXAMPLE);
        let inspected = bench.succeed("inspect --component example.wasm").stdout;
        let (_, entry) = inspected.split_once("add to harness.toml:\n").unwrap();
        bench.write("harness.toml", entry);
        bench
    }
}

fn router(flaw: Flaw) -> Router {
    let service = Arc::new(Service {
        flaw,
        requests: AtomicU64::new(0),
    });
    Router::new()
        .route("/api/people", get(people))
        .route("/api/teams", get(teams))
        .route("/api/teams/{team}/members", get(members))
        .layer(from_fn_with_state(service.clone(), gate))
        .with_state(service)
}

/// Counts, and lets in who has the token.
async fn gate(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    service.requests.fetch_add(1, Ordering::Relaxed);
    let expected = format!("Bearer {TOKEN}");
    match headers
        .get("authorization")
        .is_some_and(|it| *it == *expected)
    {
        true => next.run(request).await,
        false => failure(StatusCode::UNAUTHORIZED, "no such token"),
    }
}

fn failure(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

async fn people(State(service): State<Arc<Service>>) -> Response {
    let person = |id: &str, name: &str| {
        let email = format!("{id}@example.com");
        json!({"id": id, "name": name, "email": email, "active": id != "p4"})
    };
    let mut people: Vec<Value> = ["p1", "p2", "p3", "p4", "p5"]
        .iter()
        .map(|id| person(id, &id.to_uppercase()))
        .collect();
    match service.flaw {
        Flaw::Denied => return failure(StatusCode::FORBIDDEN, "needs rota.read"),
        Flaw::Twins => people.push(person("p1", "another")),
        Flaw::Moody => {
            let requests = service.requests.load(Ordering::Relaxed);
            people[0] = person("p1", &requests.to_string());
        }
        _ => {}
    }
    Json(json!({ "data": people })).into_response()
}

async fn teams() -> Json<Value> {
    let teams = [("t1", "Night shift"), ("t2", "Day shift"), ("t3", "Nobody")];
    let teams = teams.map(|(id, name)| json!({"id": id, "name": name}));
    Json(json!({ "data": teams }))
}

fn row(person: &&str) -> Value {
    json!({ "person_id": person })
}

#[derive(serde::Deserialize)]
struct Position {
    cursor: Option<usize>,
}

async fn members(
    State(service): State<Arc<Service>>,
    Path(team): Path<String>,
    Query(position): Query<Position>,
) -> Response {
    let mut members = match &*team {
        "t1" => vec!["p1", "p2", "p3", "p4", "p5"],
        "t2" => vec!["p5"],
        "t3" => Vec::new(),
        _ => return failure(StatusCode::NOT_FOUND, "there is no such team"),
    };
    if service.flaw == Flaw::Ghost {
        members.push("ghost");
    }
    let at = position.cursor.unwrap_or(0);
    let next = match service.flaw {
        Flaw::Circle if team == "t1" => Some(if at == PAGE { 0 } else { PAGE }),
        Flaw::Endless if team == "t1" => Some(at + 1),
        _ => Some(at + PAGE).filter(|next| *next < members.len()),
    };
    // A page that leads on has rows, as the connector expects.
    let endless = members.iter().cycle().skip(at).take(PAGE);
    let rows: Vec<Value> = match next {
        Some(_) => endless.map(row).collect(),
        None => members.iter().skip(at).map(row).collect(),
    };
    let more = next.is_some();
    let next = next.map(|next| next.to_string());
    Json(json!({"data": rows, "next": next, "has_more": more})).into_response()
}
