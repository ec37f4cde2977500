//! Whether it is open that a fact of one sync is in the other one, `:there`.
//!
//! A gap leaves open what matches its scope; one of resources also what is on
//! them or held by them, and one of entitlements also who holds them.
//!
//! | the sync was asked for | it knows |
//! |---|---|
//! | everything | all but its gaps |
//! | types | resources and entitlements of these types, and grants between them |
//! | what belongs to containers | nothing on or in other resources that contain such |
//!
//! A grant is told by the listing of what it is on or of who holds it, so that
//! both types have to be asked for.

use super::Kind;

/// A condition on the row `fact`.
pub(super) fn is_open(kind: Kind) -> String {
    let gaps = gaps(kind);
    let types = ends(kind)
        .map(|[end, _]| format!("{end} NOT IN (SELECT value FROM json_each(asked, '$.types'))"));
    let containers = containers(kind);
    format!(
        "(EXISTS (SELECT 1 FROM gaps WHERE gaps.sync = :there AND ({gaps}))
          OR EXISTS (
              SELECT 1 FROM syncs WHERE syncs.id = :there AND (
                  json_array_length(asked, '$.types') > 0 AND ({types})
                  OR json_array_length(asked, '$.within') > 0 AND ({containers})
              )
          ))",
        types = types.collect::<Vec<_>>().join(" OR "),
    )
}

/// The columns of the resources that a fact is about.
fn ends(kind: Kind) -> impl Iterator<Item = [&'static str; 2]> {
    const PRINCIPAL: [&str; 2] = ["fact.principal_type", "fact.principal_id"];
    let principal = (kind == Kind::Grant).then_some(PRINCIPAL);
    [resource(kind)].into_iter().chain(principal)
}

fn resource(kind: Kind) -> [&'static str; 2] {
    match kind {
        Kind::Resource => ["fact.type", "fact.id"],
        Kind::Entitlement | Kind::Grant => ["fact.resource_type", "fact.resource_id"],
    }
}

fn gaps(kind: Kind) -> String {
    let no_slug = "gaps.slug IS NULL";
    let no_principal = "gaps.principal_type IS NULL AND gaps.principal_id IS NULL";
    let on = matches(resource(kind));
    let slug = "ifnull(gaps.slug, fact.slug) = fact.slug";
    let subject = |subjects| format!("ifnull(gaps.subject, 'resources') IN ({subjects})");
    match kind {
        Kind::Resource => format!(
            "{} AND {on} AND {no_slug} AND {no_principal}",
            subject("'resources'")
        ),
        Kind::Entitlement => format!(
            "{} AND {on} AND {slug} AND {no_principal}",
            subject("'resources', 'entitlements'")
        ),
        Kind::Grant => format!(
            "{} AND {on} AND {slug}
                 AND ifnull(gaps.principal_type, fact.principal_type) = fact.principal_type
                 AND ifnull(gaps.principal_id, fact.principal_id) = fact.principal_id
             OR gaps.subject = 'resources' AND {principal} AND {no_slug} AND NOT EXISTS (
                 SELECT 1 FROM resources AS holder WHERE holder.sync = :there
                     AND holder.type = fact.principal_type AND holder.id = fact.principal_id
             )",
            subject("'resources', 'entitlements', 'grants'"),
            principal = matches(["fact.principal_type", "fact.principal_id"]),
        ),
    }
}

/// That a gap is of this resource, or of what belongs where this one belongs.
/// Nobody knows where one belongs that is not listed.
fn matches([kind, id]: [&str; 2]) -> String {
    format!(
        "ifnull(gaps.resource_type, {kind}) = {kind} AND ifnull(gaps.resource_id, {id}) = {id}
         AND (gaps.parent_id IS NULL OR NOT EXISTS (
             SELECT 1 FROM resources AS own
             WHERE own.sync = :here AND own.type = {kind} AND own.id = {id}
                 AND (own.parent_type IS NULL
                     OR (own.parent_type, own.parent_id) <> (gaps.parent_type, gaps.parent_id))
         ))"
    )
}

/// The fact is on or in a container that was not asked for.
fn containers(kind: Kind) -> String {
    let other = |kind: &str, id: &str| {
        format!(
            "{id} NOT IN (SELECT value FROM json_each(asked, '$.within')) AND EXISTS (
                 SELECT 1 FROM resource_types, json_each(resource_types.traits) AS one
                 WHERE resource_types.sync = :here AND resource_types.id = {kind}
                     AND one.value = 'scope'
             )"
        )
    };
    let parents = ends(kind).map(|[kind, id]| {
        format!(
            "EXISTS (
                 SELECT 1 FROM resources AS own
                 WHERE own.sync = :here AND own.type = {kind} AND own.id = {id} AND {}
             )",
            other("own.parent_type", "own.parent_id")
        )
    });
    let mut conditions: Vec<_> = parents.collect();
    if kind != Kind::Resource {
        conditions.extend(ends(kind).map(|[kind, id]| other(kind, id)));
    }
    conditions.join(" OR ")
}
