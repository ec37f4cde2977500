//! The connector's way to the service: the client library that the host sends
//! with, and nothing between.

use anyhow::Context as _;
use bytes::Bytes;
use governance_guest::transport::{
    Problem, Request, Response, Transport, TransportError, answer_headers,
};
use governance_guest::wit::faults::Delivery;
use http::HeaderValue;
use http::header::AUTHORIZATION;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::runtime::Handle;

/// Sends over connections that it keeps open. Blocks, so it is for threads that
/// may.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
    authorization: HeaderValue,
}

impl Http {
    /// # Errors
    /// The key cannot be sent as a header.
    pub(crate) fn new(runtime: Handle, key: &str) -> anyhow::Result<Self> {
        let authorization = HeaderValue::from_str(&format!("Bearer {key}"));
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            runtime,
            authorization: authorization.context("the key is no header")?,
        })
    }

    async fn exchange(&self, request: &Request) -> anyhow::Result<Response> {
        let mut outgoing = http::Request::builder()
            .method(request.method.as_str())
            .uri(request.url.as_str())
            .header(AUTHORIZATION, &self.authorization);
        for (name, value) in &request.headers {
            outgoing = outgoing.header(*name, value);
        }
        let body = request.body.clone().unwrap_or_default();
        let answer = self
            .client
            .request(outgoing.body(Full::from(body))?)
            .await?;
        let (head, body) = answer.into_parts();
        let status = head.status.as_u16();
        let headers = answer_headers(status).iter().filter_map(|name| {
            let value = head.headers.get(*name)?.to_str().ok()?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        Ok(Response {
            status,
            headers: headers.collect(),
            body: body.collect().await?.to_bytes().into(),
        })
    }
}

impl Transport for Http {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let answer = self.runtime.block_on(self.exchange(request));
        answer.map_err(|error| TransportError {
            problem: Problem::Interrupted,
            delivery: Delivery::MayHaveArrived,
            detail: Some(format!("{error:#}")),
        })
    }
}
