//! Origins: `scheme://host[:port]`, compared in one normal form.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::address::{Reach, reach};

/// Where requests can go: scheme, host and port, the host in the normal form of
/// the URL standard (lower case, punycode, numeric spellings of IPv4 resolved).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: String,
    host: Host,
    port: u16,
}

/// Why a text is no origin that can be allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It cannot be read as an absolute URL.
    #[error("`{0}` is not an absolute URL")]
    NotAUrl(String),
    /// It would carry a credential in the URL.
    #[error("`{0}` holds a user name or a password")]
    UserInfo(String),
    /// Neither https, nor http to this machine.
    #[error("`{0}` is not https (http is for loopback addresses alone)")]
    Insecure(String),
}

impl Origin {
    /// The origin of a URL. `http` is accepted only for a loopback address or
    /// `localhost`.
    pub fn of(url: &Url) -> Result<Self, OriginError> {
        let text = || url.to_string();
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OriginError::UserInfo(without_userinfo(url)));
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(OriginError::NotAUrl(text()));
        };
        let origin = Self {
            scheme: url.scheme().to_owned(),
            host: host.to_owned(),
            port,
        };
        match url.scheme() {
            "https" => Ok(origin),
            "http" if origin.is_loopback() => Ok(origin),
            _ => Err(OriginError::Insecure(text())),
        }
    }

    /// Reads an origin or a URL below it.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text).map_err(|_| OriginError::NotAUrl(text.to_owned()))?;
        Self::of(&url)
    }

    /// The host's address, where it is spelled as one.
    pub fn address(&self) -> Option<IpAddr> {
        match self.host {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        }
    }

    /// Names this machine.
    pub fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost",
            _ => self
                .address()
                .is_some_and(|it| reach(it) == Reach::Loopback),
        }
    }
}

fn without_userinfo(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("{}://…@{host}", url.scheme())
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}", self.scheme, self.host)?;
        match (self.scheme.as_str(), self.port) {
            ("https", 443) | ("http", 80) => Ok(()),
            (_, port) => write!(out, ":{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_origin_has_one_form() {
        let cases = [
            ("https://API.openai.com/v1", "https://api.openai.com"),
            ("https://api.openai.com:443", "https://api.openai.com"),
            ("https://example.com:8443/x", "https://example.com:8443"),
            ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080"),
            ("http://2130706433:8080", "http://127.0.0.1:8080"),
            ("http://0x7f.1", "http://127.0.0.1"),
            ("http://[::1]:9", "http://[::1]:9"),
            ("http://localhost:9", "http://localhost:9"),
        ];
        for (text, expected) in cases {
            assert_eq!(Origin::parse(text).unwrap().to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        let cases = [
            "api.openai.com",
            "",
            "http://example.com",
            "http://10.0.0.1",
            "ftp://example.com",
            "file:///etc/passwd",
            "https://user:secret@example.com",
            "https://api.openai.com@evil.example/",
        ];
        for text in cases {
            let error = Origin::parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
