//! Path templates of declared routes: `/organization/users/{user_id}`.

/// A path template, split at `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Segment>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Any,
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a path template: it starts with `/`, has no empty, `.` or `..` segment, no query, and braces only around whole segments"
)]
pub struct TemplateError(String);

impl Template {
    /// Reads a template; `base` is the path of the route's base URL, which goes
    /// before it.
    pub fn new(base: &str, template: &str) -> Result<Self, TemplateError> {
        let error = || TemplateError(template.to_owned());
        let rest = template.strip_prefix('/').ok_or_else(error)?;
        let base = base
            .trim_matches('/')
            .split('/')
            .filter(|it| !it.is_empty());
        let mut segments: Vec<_> = base.map(|it| Segment::Literal(it.to_owned())).collect();
        for segment in rest.split('/') {
            segments.push(match segment.strip_prefix('{') {
                Some(name) if is_name(name.strip_suffix('}').ok_or_else(error)?) => Segment::Any,
                None if is_plain(segment) && !segment.contains(['{', '}', '?', '#']) => {
                    Segment::Literal(segment.to_owned())
                }
                _ => return Err(error()),
            });
        }
        Ok(Self(segments))
    }

    /// How many segments are literal.
    pub fn literals(&self) -> usize {
        let literal = |it: &&Segment| matches!(it, Segment::Literal(_));
        self.0.iter().filter(literal).count()
    }

    /// Whether a request's path is of this form.
    pub fn matches(&self, path: &Path<'_>) -> bool {
        self.0.len() == path.0.len()
            && self.0.iter().zip(&path.0).all(|it| match it {
                (Segment::Literal(literal), found) => literal == found,
                (Segment::Any, _) => true,
            })
    }
}

/// A request's path, without query, split at `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path<'a>(Vec<&'a str>);

impl<'a> Path<'a> {
    /// Splits a path. One with a segment that a server could read as a way out of
    /// its place is none, and matches nothing.
    pub fn new(path: &'a str) -> Option<Self> {
        let segments: Vec<_> = path.strip_prefix('/')?.split('/').collect();
        segments
            .iter()
            .all(|it| is_plain(it))
            .then_some(Self(segments))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Not empty, no dot segment, and no slash, backslash, dot segment or control
/// character behind percent-encoding, in one layer or several.
fn is_plain(segment: &str) -> bool {
    if !segment.contains(['%', '\\']) {
        return !["", ".", ".."].contains(&segment);
    }
    let lower = segment.to_ascii_lowercase();
    let undotted = lower.replace("%2e", ".");
    undotted != "."
        && undotted != ".."
        && !segment.contains('\\')
        && !["%2f", "%5c", "%25", "%00", "%0a", "%0d"]
            .iter()
            .any(|encoded| lower.contains(encoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_in_braces_matches_one_plain_segment() {
        let template = Template::new("/v1/", "/organization/users/{user_id}/roles").unwrap();
        let cases = [
            ("/v1/organization/users/user-1/roles", true),
            ("/v1/organization/users/role_01~x%20y/roles", true),
            ("/organization/users/user-1/roles", false),
            ("/v1/organization/users/user-1/roles/", false),
            ("/v1/organization/users//roles", false),
            ("/v1/organization/users/a/b/roles", false),
            ("/v1/organization/users/../roles", false),
            ("/v1/organization/users/%2e%2E/roles", false),
            ("/v1/organization/users/.%2e/roles", false),
            ("/v1/organization/users/a%2Fb/roles", false),
            ("/v1/organization/users/a%5cb/roles", false),
            ("/v1/organization/users/a%252Fb/roles", false),
            ("/v1/organization/users/a\\b/roles", false),
            ("/v1/organization/users/%00/roles", false),
            ("v1/organization/users/user-1/roles", false),
            ("", false),
        ];
        for (path, expected) in cases {
            let matches = Path::new(path).is_some_and(|it| template.matches(&it));
            assert_eq!(matches, expected, "{path}");
        }
    }

    #[test]
    fn a_template_that_could_match_too_much_is_refused() {
        for template in [
            "",
            "users",
            "/a/../b",
            "/a//b",
            "/{}",
            "/a{b}",
            "/{a}b",
            "/{a",
            "/a?b",
            "/%2e%2e/x",
        ] {
            assert!(Template::new("/v1", template).is_err(), "{template}");
        }
    }
}
