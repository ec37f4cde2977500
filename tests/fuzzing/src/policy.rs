//! What the policy is made from.

use governance_host::policy::origin::Origin;
use governance_host::policy::template::{Path, Template};
use url::Url;

/// Reads an origin. One that is accepted has one spelling, hides nobody's name,
/// and is https or this machine.
pub fn origin(text: &str) {
    let Ok(origin) = Origin::parse(text) else {
        return;
    };
    let shown = origin.to_string();
    assert_eq!(Origin::parse(&shown).as_ref(), Ok(&origin), "{text:?}");
    assert!(!shown.contains('@'), "{text:?} is shown as {shown}");
    let secure = shown.starts_with("https://");
    assert!(secure || origin.is_loopback(), "{text:?}");
}

/// Reads a template and matches a path with it. A path that matches stays where
/// it is, even for a server that resolves dots or decodes it once more.
pub fn template(base: &str, template: &str, path: &str) {
    let Ok(template) = Template::new(base, template) else {
        return;
    };
    if !Path::new(path).is_some_and(|it| template.matches(&it)) {
        return;
    }
    let url = Url::parse("https://example.com").and_then(|it| it.join(path));
    // A path is what a URL makes of it before it is judged.
    let Ok(url) = url.map(|it| it.path().to_owned()) else {
        return;
    };
    let segments = |path: &str| path.split('/').count();
    assert_eq!(segments(&url), segments(path), "{path:?} leads to {url}");
    let decoded = url.to_ascii_lowercase().replace("%2e", ".");
    let leads_out = decoded.split('/').any(|it| it == "." || it == "..");
    assert!(!leads_out && !decoded.contains("%2f"), "{path:?}");
}
