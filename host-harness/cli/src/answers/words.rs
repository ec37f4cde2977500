//! Ways and what they lead to, in words: `Ada → group Crew → project Alpha member`.
//!
//! An entitlement is named where its resource has several. Names are bounded,
//! and none of them can pass for a step of its own.

use governance_host::store::access::{Entitlement, Held, Way};
use governance_host::store::{Labels, NamedResource, StoreError};

use crate::text::{fit, safe_line};

/// More columns than this has no name in a way.
const NAME: usize = 40;

pub(crate) const ARROW: &str = " → ";

/// A name as a part of a line.
pub(crate) fn called(name: &str) -> String {
    fit(name, NAME).replace('→', "\\u{2192}")
}

/// A resource by its type and its name, or its id if it has none.
pub(crate) fn resource(
    labels: &mut Labels<'_>,
    resource: &NamedResource,
) -> Result<String, StoreError> {
    let label = labels.resource(resource)?;
    let name = label.map_or(&*resource.id, |it| it.name.as_str());
    Ok(format!("{} {}", resource.resource_type, called(name)))
}

/// What people say for an entitlement: its slug, where the name says the same.
pub(crate) fn slug(
    labels: &mut Labels<'_>,
    entitlement: &Entitlement,
) -> Result<String, StoreError> {
    let name = labels.entitlement(entitlement)?.map(|it| &it.name);
    Ok(match name {
        Some(name) if name.to_lowercase() != entitlement.slug => called(name),
        _ => called(&entitlement.slug),
    })
}

/// The same with the slug, where the two differ.
pub(crate) fn entitlement(
    labels: &mut Labels<'_>,
    entitlement: &Entitlement,
) -> Result<String, StoreError> {
    let said = slug(labels, entitlement)?;
    let slug = &entitlement.slug;
    Ok(match said == *slug {
        true => said,
        false => format!("{said} ({})", safe_line(slug)),
    })
}

fn step(labels: &mut Labels<'_>, of: &Entitlement) -> Result<String, StoreError> {
    let on = resource(labels, &of.resource)?;
    let is_only = labels.entitlement(of)?.is_some_and(|it| it.is_only);
    Ok(match is_only {
        true => on,
        false => format!("{on} {}", slug(labels, of)?),
    })
}

/// The parts of a way, from who holds to what is held.
pub(crate) fn way(
    labels: &mut Labels<'_>,
    held: &Held,
    way: &Way,
) -> Result<Vec<String>, StoreError> {
    let holder = held.principal_name.as_deref();
    let mut parts = vec![called(holder.unwrap_or(&held.principal.id))];
    if let Some(sources) = sources(labels, way)? {
        parts.push(sources);
    }
    for through in &way.through {
        parts.push(step(labels, through)?);
    }
    if held.effective
        && !way.effective
        && let Some(last) = parts.last_mut()
    {
        last.push_str(" (without effect)");
    }
    Ok(parts)
}

/// What the service tells of a grant that is not direct.
fn sources(labels: &mut Labels<'_>, way: &Way) -> Result<Option<String>, StoreError> {
    let mut told = Vec::new();
    for source in &way.sources {
        told.push(resource(labels, source)?);
    }
    Ok(match (way.directness.as_str(), told.is_empty()) {
        ("direct", _) => None,
        ("inherited", true) => Some("something that the service does not tell".to_owned()),
        (_, true) => Some("itself or something else, which is not told".to_owned()),
        (_, false) => Some(told.join(" or ")),
    })
}
