//! Connecting: names are resolved once, each address is judged, and only judged
//! ones are connected to, with TLS, under one deadline, as often as slots allow.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};
use tower_service::Service;

use super::resolve::{Judged, Resolve, System};
use super::slots::{Held, Slots};
use crate::authorities::Authorities;
use crate::limits::{Bound, Limit, Limits};
use crate::policy::origin::Origin;
use crate::policy::{Policy, Refusal};

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What connections are made with.
#[derive(Clone)]
pub(crate) struct Network {
    pub(super) authorities: Authorities,
    pub(super) resolver: Arc<dyn Resolve>,
}

impl Network {
    /// The system's, trusting these authorities besides the platform's.
    pub(crate) fn trusting(authorities: Authorities) -> Self {
        Self {
            authorities,
            resolver: Arc::new(System),
        }
    }
}

/// Connects, TLS included, within a time.
#[derive(Clone)]
pub(super) struct Connector {
    policy: Arc<Policy>,
    network: Network,
    limits: Limits,
    slots: Arc<Slots>,
    tls: Arc<OnceCell<ClientConfig>>,
}

/// The deadline of a connection passed.
#[derive(Debug, thiserror::Error)]
#[error("no connection in time")]
pub(super) struct TooSlow(pub(super) Bound);

/// All slots of the origin stayed taken.
#[derive(Debug, thiserror::Error)]
#[error("all connections are in use")]
pub(super) struct Busy(pub(super) Bound);

/// A connection was refused by the policy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Prohibited(pub(super) Refusal);

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

impl Connector {
    pub(super) fn new(policy: Arc<Policy>, network: Network, limits: &Limits) -> Self {
        Self {
            policy,
            network,
            limits: *limits,
            slots: Arc::new(Slots::new(limits.connections)),
            tls: Arc::default(),
        }
    }

    /// The TLS configuration: once, since the platform's roots take time to
    /// read, and not for connections that do without.
    async fn tls(&self) -> Result<ClientConfig, BoxError> {
        let configure = async || self.network.authorities.configure();
        Ok(self.tls.get_or_try_init(configure).await?.clone())
    }

    /// Waits for a slot, and connects.
    async fn connect(&self, uri: http::Uri) -> Result<Held<Stream>, BoxError> {
        let origin = Origin::parse(&uri.to_string())?;
        // An address in the URL is not resolved, so it is judged here.
        if let Some(address) = origin.address() {
            let judged = self.policy.judge(&origin, address);
            judged.map_err(Prohibited)?;
        }
        let deadline = Instant::now() + self.limits.connect_time;
        let slot = timeout_at(deadline, self.slots.of(&origin).acquire_owned()).await;
        let slot = slot.map_err(|_| Busy(self.limits.bound(Limit::Connections)))??;
        let stream = timeout_at(deadline, self.open(origin, uri)).await;
        let inner = stream.map_err(|_| TooSlow(self.limits.bound(Limit::ConnectTime)))??;
        Ok(Held { inner, _slot: slot })
    }

    /// Connects for one origin, so that its resolver can judge for it.
    async fn open(&self, origin: Origin, uri: http::Uri) -> Result<Stream, BoxError> {
        let mut http = HttpConnector::new_with_resolver(Judged {
            resolver: self.network.resolver.clone(),
            policy: self.policy.clone(),
            origin,
        });
        http.enforce_http(false);
        http.set_nodelay(true);
        if uri.scheme() == Some(&http::uri::Scheme::HTTP) {
            return Ok(MaybeHttpsStream::Http(http.call(uri).await?));
        }
        let builder = HttpsConnectorBuilder::new().with_tls_config(self.tls().await?);
        let builder = builder.https_only().enable_http1().enable_http2();
        builder.wrap_connector(http).call(uri).await
    }
}

impl Service<http::Uri> for Connector {
    type Response = Held<Stream>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: http::Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(uri).await })
    }
}
