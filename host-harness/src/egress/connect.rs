//! Connecting: names are resolved once, each address is judged, and only judged
//! ones are connected to, with TLS, under one deadline.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tower_service::Service;

use crate::limits::Limits;
use crate::policy::origin::Origin;
use crate::policy::{Policy, Refusal};

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Connects, TLS included, within a time.
#[derive(Clone)]
pub(super) struct Connector {
    policy: Arc<Policy>,
    limit: Duration,
    tls: Arc<OnceCell<ClientConfig>>,
}

/// The deadline of a connection passed.
#[derive(Debug, thiserror::Error)]
#[error("no connection within {} s", .0.as_secs())]
pub(super) struct TooSlow(Duration);

/// A name was not resolved.
#[derive(Debug, thiserror::Error)]
#[error("the name cannot be resolved")]
pub(super) struct Unresolved(#[source] std::io::Error);

/// A connection was refused by the policy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Prohibited(pub(super) Refusal);

type Connection = MaybeHttpsStream<TokioIo<TcpStream>>;

impl Connector {
    pub(super) fn new(policy: Arc<Policy>, limits: &Limits) -> Self {
        Self {
            policy,
            limit: limits.connect_time,
            tls: Arc::default(),
        }
    }

    /// The TLS configuration, with the platform's roots, which take time to
    /// read: once, and not for connections that do without.
    async fn tls(&self) -> Result<ClientConfig, BoxError> {
        let configure = async || {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let builder = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()?
                .with_platform_verifier()?;
            Ok::<_, rustls::Error>(builder.with_no_client_auth())
        };
        Ok(self.tls.get_or_try_init(configure).await?.clone())
    }

    /// Connects for one origin, so that its resolver can judge for it.
    async fn connect(&self, origin: Origin, uri: http::Uri) -> Result<Connection, BoxError> {
        let mut http = HttpConnector::new_with_resolver(Resolver {
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
    type Response = Connection;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: http::Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move {
            let origin = Origin::parse(&uri.to_string())?;
            // An address in the URL is not resolved, so it is judged here.
            if let Some(address) = origin.address() {
                let judged = connector.policy.judge(&origin, address);
                judged.map_err(Prohibited)?;
            }
            let connecting = connector.connect(origin, uri);
            match tokio::time::timeout(connector.limit, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(TooSlow(connector.limit).into()),
            }
        })
    }
}

/// Resolves names for one origin to judged addresses.
#[derive(Clone)]
pub(super) struct Resolver {
    policy: Arc<Policy>,
    origin: Origin,
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<_> = found.map_err(Unresolved)?.collect();
            // One address that is prohibited spoils all: an attacker who
            // answers with both would otherwise choose.
            for address in &found {
                let judged = resolver.policy.judge(&resolver.origin, address.ip());
                judged.map_err(Prohibited)?;
            }
            Ok(found.into_iter())
        })
    }
}
