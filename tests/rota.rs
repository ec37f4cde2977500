//! Rota, the service that `plugin/example` is for, with flaws on demand.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
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
    /// Nobody is added to a team, and it says so of none.
    Deaf,
    /// Nobody is removed from a team.
    Clingy,
    /// To add somebody takes somebody else out.
    Crowded,
}

const TOKEN: &str = "rota-secret";
const PAGE: usize = 2;

struct Service {
    flaw: Flaw,
    requests: AtomicU64,
    /// Requests that were not to read.
    changes: AtomicU64,
    /// Who is in which team, in order.
    members: Mutex<BTreeMap<String, Vec<String>>>,
}

/// A running service.
pub(crate) struct Rota {
    base_url: String,
    service: Arc<Service>,
    /// Answers as long as it lives.
    _runtime: Runtime,
}

impl Rota {
    pub(crate) fn start(flaw: Flaw) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
        let listener = listener.unwrap();
        let base_url = format!("http://{}/api", listener.local_addr().unwrap());
        let service = Arc::new(Service {
            flaw,
            requests: AtomicU64::new(0),
            changes: AtomicU64::new(0),
            members: Mutex::new(everybody(flaw)),
        });
        let router = router(service.clone());
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            base_url,
            service,
            _runtime: runtime,
        }
    }

    /// How often it was asked to change something.
    pub(crate) fn changes(&self) -> u64 {
        self.service.changes.load(Ordering::Relaxed)
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

fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/api/people", get(people))
        .route("/api/teams", get(teams))
        .route("/api/teams/{team}/members", get(members))
        .route(
            "/api/teams/{team}/members/{person}",
            post(add).delete(remove),
        )
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
    let changes = u64::from(request.method() != Method::GET);
    service.changes.fetch_add(changes, Ordering::Relaxed);
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

fn row(person: &String) -> Value {
    json!({ "person_id": person })
}

fn everybody(flaw: Flaw) -> BTreeMap<String, Vec<String>> {
    let teams: [(&str, &[&str]); 3] = [
        ("t1", &["p1", "p2", "p3", "p4", "p5"]),
        ("t2", &["p5"]),
        ("t3", &[]),
    ];
    let ghost = (flaw == Flaw::Ghost).then_some("ghost");
    let of = |(team, members): (&str, &[&str])| {
        let members = members.iter().copied().chain(ghost);
        (team.to_owned(), members.map(str::to_owned).collect())
    };
    teams.into_iter().map(of).collect()
}

async fn add(
    State(service): State<Arc<Service>>,
    Path((team, person)): Path<(String, String)>,
) -> Response {
    let mut teams = service.members.lock().unwrap();
    let Some(members) = teams.get_mut(&team) else {
        return failure(StatusCode::NOT_FOUND, "there is no such team");
    };
    if service.flaw == Flaw::Crowded && !members.is_empty() {
        members.remove(0);
    }
    if service.flaw != Flaw::Deaf && !members.contains(&person) {
        members.push(person);
    }
    Json(json!({})).into_response()
}

async fn remove(
    State(service): State<Arc<Service>>,
    Path((team, person)): Path<(String, String)>,
) -> Response {
    let mut teams = service.members.lock().unwrap();
    let found = teams.get_mut(&team).filter(|it| it.contains(&person));
    let Some(members) = found else {
        return failure(StatusCode::NOT_FOUND, "nobody like that is in the team");
    };
    if service.flaw != Flaw::Clingy {
        members.retain(|it| *it != person);
    }
    Json(json!({})).into_response()
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
    let Some(members) = service.members.lock().unwrap().get(&team).cloned() else {
        return failure(StatusCode::NOT_FOUND, "there is no such team");
    };
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
