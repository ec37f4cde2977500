//! Names to addresses that may be connected to.
//!
//! A name is asked for once. Each address of the answer is judged, and those
//! very addresses are connected to: what the name says a moment later is never
//! asked for.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::Name;
use tower_service::Service;

use super::connect::{BoxError, Prohibited};
use crate::policy::Policy;
use crate::policy::origin::Origin;

/// Finds the addresses of a name. The system does; tests have one that lies.
pub(super) trait Resolve: Send + Sync {
    /// All addresses of a name.
    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver.
pub(super) struct System;

impl Resolve for System {
    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|it| it.ip()).collect())
        })
    }
}

/// A name was not resolved.
#[derive(Debug, thiserror::Error)]
#[error("the name cannot be resolved")]
pub(super) struct Unresolved(#[source] io::Error);

/// Resolves names for one origin to judged addresses.
#[derive(Clone)]
pub(super) struct Judged {
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) policy: Arc<Policy>,
    pub(super) origin: Origin,
}

impl Judged {
    async fn addresses(self, name: Name) -> Result<Vec<SocketAddr>, BoxError> {
        let found = self.resolver.resolve(name.as_str()).await;
        let found = found.map_err(Unresolved)?;
        // One address that is prohibited spoils all: an attacker who answers
        // with both would otherwise choose.
        for address in &found {
            let judged = self.policy.judge(&self.origin, *address);
            judged.map_err(Prohibited)?;
        }
        Ok(found.into_iter().map(|it| SocketAddr::new(it, 0)).collect())
    }
}

impl Service<Name> for Judged {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let judged = self.clone();
        Box::pin(async move { Ok(judged.addresses(name).await?.into_iter()) })
    }
}
