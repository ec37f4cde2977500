//! What one call of a component, and one component file, may cost.

use std::time::Duration;

use crate::policy::Access;

/// The limits of the sandbox. [`Limits::default`] is meant for connectors that
/// read a page of JSON per call.
///
/// | limit | unit | default |
/// |---|---|---|
/// | `memory` | bytes, all memories of an instance together | 64 MiB |
/// | `table_elements` | entries, all tables together | 100,000 |
/// | `stack` | bytes of WebAssembly stack | 512 KiB |
/// | `call_time` | wall time of one call, with its requests | 60 s |
/// | `host_call_bytes` | bytes passed to the host in one host call | 16 MiB |
/// | `handles` | open resource handles | 1,000 |
/// | `requests` | requests in one call | 16 |
/// | `change_time` | as `call_time`, of a call that plans or makes a change | 180 s |
/// | `change_requests` | as `requests`, of a call that plans or makes a change | 200 |
/// | `request_body` | bytes | 1 MiB |
/// | `request_headers` | bytes of all names and values, with some for each | 64 KiB |
/// | `response_body` | bytes | 16 MiB |
/// | `response_headers` | bytes of the header section | 64 KiB |
/// | `response_header_count` | headers | 100 |
/// | `connect_time` | until connected, with TLS | 10 s |
/// | `first_byte_time` | from sending to the response's headers | 30 s |
/// | `between_bytes_time` | between parts of a body | 15 s |
/// | `component_file` | bytes | 32 MiB |
/// | `compile_time` | wall time | 60 s |
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the table above documents the fields")]
pub struct Limits {
    pub memory: usize,
    pub table_elements: usize,
    pub stack: usize,
    pub call_time: Duration,
    pub host_call_bytes: usize,
    pub handles: usize,
    pub requests: u32,
    pub change_time: Duration,
    pub change_requests: u32,
    pub request_body: usize,
    pub request_headers: usize,
    pub response_body: u64,
    pub response_headers: usize,
    pub response_header_count: usize,
    pub connect_time: Duration,
    pub first_byte_time: Duration,
    pub between_bytes_time: Duration,
    pub component_file: u64,
    pub compile_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const KIB: usize = 1 << 10;
        const MIB: usize = 1 << 20;
        Self {
            memory: 64 * MIB,
            table_elements: 100_000,
            stack: 512 * KIB,
            call_time: Duration::from_secs(60),
            host_call_bytes: 16 * MIB,
            handles: 1_000,
            requests: 16,
            change_time: Duration::from_secs(180),
            change_requests: 200,
            request_body: MIB,
            request_headers: 64 * KIB,
            response_body: 16 * MIB as u64,
            response_headers: 64 * KIB,
            response_header_count: 100,
            connect_time: Duration::from_secs(10),
            first_byte_time: Duration::from_secs(30),
            between_bytes_time: Duration::from_secs(15),
            component_file: 32 * MIB as u64,
            compile_time: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// How long a call with this access may take.
    pub(crate) fn time_with(&self, access: Access) -> Duration {
        match access {
            Access::Read => self.call_time,
            Access::Plan | Access::Change(_) => self.change_time,
        }
    }

    /// How many requests a call with this access may make.
    pub(crate) fn requests_with(&self, access: Access) -> u32 {
        match access {
            Access::Read => self.requests,
            Access::Plan | Access::Change(_) => self.change_requests,
        }
    }
}
