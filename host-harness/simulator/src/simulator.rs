//! A running simulator: a listener on loopback, and a handle to the truth.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::world::World;
use crate::{Access, Error, Fault, Options, Person, api, authorizer, control};

/// A simulated organization that answers on 127.0.0.1 until this is dropped.
/// What is being answered then is still answered.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    world: Arc<World>,
    server: JoinHandle<()>,
    /// Dropping it ends the server.
    ending: oneshot::Sender<()>,
}

impl Simulator {
    /// Builds the organization and listens. Must run within a Tokio runtime.
    ///
    /// # Errors
    /// When the port cannot be had, or the options ask for the impossible.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let port = options.port;
        let world = Arc::new(World::new(options)?);
        let listen = |source| Error::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let (ending, ended) = oneshot::channel();
        Ok(Self {
            address,
            server: tokio::spawn(serve(listener, router(world.clone()), ended)),
            world,
            ending,
        })
    }

    /// `http://127.0.0.1:PORT/v1`: what stands for `https://api.openai.com/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// `http://127.0.0.1:PORT/control`: accepting invitations, the clock, the
    /// truth. See the crate's documentation.
    pub fn control_url(&self) -> String {
        format!("http://{}/control", self.address)
    }

    /// The key that opens `/v1`.
    pub fn admin_key(&self) -> &str {
        &self.world.keys.admin
    }

    /// The id by which the audit log names the admin key, and any key that is
    /// accepted as it. It is not among the listed admin keys.
    pub fn admin_key_id(&self) -> &str {
        &self.world.keys.admin_id
    }

    /// The key that opens a part of `/v1`, when there is one.
    pub fn restricted_key(&self) -> Option<&str> {
        self.world.keys.restricted.as_deref()
    }

    /// `org-…`.
    pub fn organization_id(&self) -> String {
        self.world.organization().id.clone()
    }

    /// What the rules say about everybody, by the organization's clock now.
    pub fn people(&self) -> Vec<Person> {
        authorizer::people(&self.world.organization(), self.world.clock.now())
    }

    /// Who may do what in which live project, and by which way, by the
    /// organization's clock now.
    pub fn access(&self) -> Access {
        authorizer::access(&self.world.organization(), self.world.clock.now())
    }

    /// How often each route under `/v1` was asked, by `METHOD path-template`,
    /// such as `GET /v1/organization/users/{user_id}`; refused requests too.
    pub fn requests(&self) -> BTreeMap<String, u64> {
        self.world.requests.snapshot()
    }

    /// The route of each request under `/v1` so far, the first one first, named
    /// as [`Simulator::requests`] does; refused requests too.
    pub fn requests_in_order(&self) -> Vec<String> {
        self.world.requests.in_order()
    }

    /// Says what happens to the next requests that are no `GET`, the first one
    /// first; none stands for nothing. Later ones go by [`crate::Faults`] again.
    pub fn spoil_changes(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        self.world.spoil_changes(faults);
    }

    /// Says how many rows the next answers of a list tell at most, the first answer
    /// first: they end there, and do not say that there is more. The route is named
    /// as [`Simulator::requests`] does.
    pub fn shorten(&self, route: &str, rows: impl IntoIterator<Item = usize>) {
        self.world.shorten(route, rows);
    }

    /// Moves the organization's clock forward, by whole seconds.
    pub fn advance_clock(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// Serves until `end` is ready, such as an interrupt from the keyboard, or
    /// the server has ended.
    pub async fn serve_until(mut self, end: impl Future<Output = ()>) {
        tokio::select! {
            () = end => self.stop().await,
            _ = &mut self.server => {}
        }
    }

    /// Ends the server, and waits until it has answered what it was asked.
    pub async fn stop(self) {
        drop(self.ending);
        // It fails only when the task was aborted, and then it has ended too.
        let _ = self.server.await;
    }
}

async fn serve(listener: TcpListener, router: Router, ended: oneshot::Receiver<()>) {
    let until = async {
        // The sender never sends: it is dropped.
        let _ = ended.await;
    };
    let server = axum::serve(listener, router).with_graceful_shutdown(until);
    // The documentation of `axum::serve` says that it never fails.
    let _ = server.await;
}

/// The control API, and the Administration API for every other path.
pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .nest("/control", control::router(world.clone()))
        .fallback_service(api::router(world))
}
