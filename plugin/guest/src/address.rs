//! Base URLs, and what is put behind them.
//!
//! | base URL | |
//! |---|---|
//! | `https://api.example.com/v1`, with or without a slash at the end | accepted |
//! | `http://127.0.0.1:8080/v1`, `http://localhost`, `http://[::1]` | accepted: loopback |
//! | `http://api.example.com` | refused: not encrypted |
//! | `https://user:password@…`, `…?a=b`, `…#part` | refused |
//!
//! What goes into a path is one segment, percent-encoded; an id that is empty,
//! `.` or `..` would lead elsewhere and is refused.

use url::{Host, Url};

use crate::faults::invalid_input;
use crate::text::is_id;
use crate::wit::faults::Error;

/// A checked base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Checks the value of the configuration field `key`.
    ///
    /// # Errors
    /// `invalid-input`, naming the field and what is wrong.
    pub fn parse(key: &str, value: &str) -> Result<Self, Error> {
        let url = Url::parse(value.trim().trim_end_matches('/'))
            .map_err(|error| invalid_input(key, &format!("{key} is not a URL: {error}")))?;
        match complaint(&url) {
            Some(complaint) => Err(invalid_input(key, &format!("{key} {complaint}"))),
            None => Ok(Self(url)),
        }
    }

    /// The URL of a path below the base, with a query.
    ///
    /// `template` starts with `/`; a segment in braces takes the next of
    /// `arguments`.
    ///
    /// # Errors
    /// `invalid-input`, naming the segment whose argument is absent or cannot be
    /// one segment of a path.
    pub fn below(
        &self,
        template: &str,
        arguments: &[&str],
        query: &[(&str, String)],
    ) -> Result<Url, Error> {
        let mut url = self.0.clone();
        let segments = fill(template, arguments)?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }
}

fn complaint(url: &Url) -> Option<&'static str> {
    let encrypted = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
    if !encrypted {
        Some("has to start with https:// (http:// only for this machine)")
    } else if !url.username().is_empty() || url.password().is_some() {
        Some("holds a user name or password, which it must not")
    } else if url.query().is_some() || url.fragment().is_some() {
        Some("holds a query or a fragment, which it must not")
    } else {
        None
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn fill<'a>(template: &'a str, arguments: &[&'a str]) -> Result<Vec<&'a str>, Error> {
    let mut arguments = arguments.iter().copied();
    let segments = template.split('/').skip(1);
    segments
        .map(|segment| match placeholder(segment) {
            Some(name) => as_segment(name, arguments.next().unwrap_or_default()),
            None => Ok(segment),
        })
        .collect()
}

fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn as_segment<'a>(name: &str, argument: &'a str) -> Result<&'a str, Error> {
    if is_id(argument) && argument != "." && argument != ".." {
        Ok(argument)
    } else {
        Err(invalid_input(name, &format!("{name} is not an id")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wit::faults::ErrorKind;

    #[test]
    fn a_base_url_is_encrypted_or_of_this_machine_and_holds_no_more() {
        for (value, accepted) in [
            ("https://api.example.com/v1", true),
            (" https://api.example.com/v1/ ", true),
            ("HTTPS://API.EXAMPLE.COM", true),
            ("http://127.0.0.1:8080/v1", true),
            ("http://127.9.9.9", true),
            ("http://localhost:1/v1", true),
            ("http://[::1]:8080", true),
            ("http://api.example.com/v1", false),
            ("http://localhost.example.com", false),
            ("http://10.0.0.1", false),
            ("ftp://localhost", false),
            ("file:///etc/passwd", false),
            ("mailto:ada@example.com", false),
            ("https://ada:secret@api.example.com", false),
            ("https://ada@api.example.com", false),
            ("https://api.example.com/v1?key=1", false),
            ("https://api.example.com/v1#part", false),
            ("api.example.com/v1", false),
            ("", false),
        ] {
            let parsed = Address::parse("base_url", value);
            assert_eq!(parsed.is_ok(), accepted, "{value}");
            if let Err(error) = parsed {
                assert_eq!(error.kind, ErrorKind::InvalidInput("base_url".to_owned()));
            }
        }
    }

    #[test]
    fn ids_are_one_segment_and_a_slash_at_the_end_makes_no_difference() {
        for base in [
            "https://api.example.com/v1",
            "https://api.example.com/v1/",
            "https://api.example.com/v1//",
        ] {
            let base = Address::parse("base_url", base).expect("a base URL");
            for (id, path) in [
                ("user-1", "user-1"),
                ("a/b", "a%2Fb"),
                ("a?b#c", "a%3Fb%23c"),
                ("../x", "..%2Fx"),
                ("%2e%2e", "%252e%252e"),
                ("role~1", "role~1"),
                ("ü", "%C3%BC"),
            ] {
                let url = base.below("/users/{user_id}/roles", &[id], &[]);
                let url = url.expect("an id").to_string();
                let expected = format!("/users/{path}/roles");
                assert!(url.ends_with(&expected), "{url}");
            }
        }
    }

    #[test]
    fn an_id_that_leads_elsewhere_is_refused() {
        let base = Address::parse("base_url", "https://api.example.com/v1").expect("a base URL");
        let overlong = "x".repeat(1_025);
        for id in ["", " ", ".", "..", &overlong] {
            let error = base.below("/users/{user_id}", &[id], &[]).expect_err(id);
            assert_eq!(error.kind, ErrorKind::InvalidInput("user_id".to_owned()));
        }
        assert!(base.below("/users/{user_id}", &[], &[]).is_err());
    }

    #[test]
    fn a_query_is_escaped() {
        let base = Address::parse("base_url", "https://api.example.com/v1").expect("a base URL");
        let query = [
            ("limit", "5".to_owned()),
            ("emails[]", "a+b@c.d".to_owned()),
        ];
        let url = base.below("/users", &[], &query).expect("a URL");
        assert_eq!(url.query(), Some("limit=5&emails%5B%5D=a%2Bb%40c.d"));
    }

    proptest! {
        #[test]
        fn no_id_leaves_its_segment(id in "\\PC{1,40}") {
            let base = Address::parse("base_url", "https://api.example.com/v1").expect("a base URL");
            if let Ok(url) = base.below("/users/{user_id}", &[&id], &[]) {
                prop_assert_eq!(url.host_str(), Some("api.example.com"));
                let segments: Vec<_> = url.path_segments().expect("a path").collect();
                prop_assert_eq!(segments.len(), 3);
                prop_assert_eq!(&segments[..2], ["v1", "users"]);
                prop_assert_eq!(url.query(), None);
            }
        }

        #[test]
        fn no_text_makes_checking_a_base_url_panic(text in "\\PC{0,60}") {
            let _ = Address::parse("base_url", &text);
        }
    }
}
