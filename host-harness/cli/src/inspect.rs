//! `harness inspect`: what an operator reads before trusting a component.

use std::fmt::Write as _;
use std::io::Write;

use clap::Args;
use governance_host::connection::describe;
use governance_host::contract::manifest::{
    BaseUrl, Credential, CredentialScheme, Description, Field, ResourceType, Route,
};
use governance_host::engine::Loaded;
use governance_host::limits::{Limit, Unit};
use governance_host::settings::Settings;
use governance_host::trust::Trust;
use serde_json::{Map, Value, json};

use crate::arguments::ConnectArguments;
use crate::connect;
use crate::exit::{Exit, Refused};
use crate::table::table;
use crate::text::{json_line, safe_line};

/// Show what a component is and what it asks for
///
/// Runs the component without letting it reach anything, and needs no
/// credential.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  harness inspect --component connector.wasm")]
pub(crate) struct InspectArguments {
    #[command(flatten)]
    connect: ConnectArguments,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(
    arguments: InspectArguments,
    stdout: &mut dyn Write,
) -> anyhow::Result<Exit> {
    if arguments.connect.record.is_some() || arguments.connect.replay.is_some() {
        return Err(nothing_to_record().into());
    }
    let loaded = connect::load(&arguments.connect).await?;
    let description = describe(&loaded, &Settings::default()).await?;
    if arguments.json {
        json_line(stdout, &as_json(&loaded, &description))?;
        return Ok(Exit::Done);
    }
    stdout.write_all(as_text(&loaded, &description).as_bytes())?;
    if arguments.connect.component.is_some() {
        writeln!(stdout, "\nto trust it, add to harness.toml:\n")?;
        for line in entry(&loaded, &description).lines() {
            writeln!(stdout, "  {}", safe_line(line))?;
        }
    }
    Ok(Exit::Done)
}

fn nothing_to_record() -> Refused {
    Refused {
        exit: Exit::Usage,
        message: "a component that is inspected sends no request".into(),
        hint: "leave --record and --replay out".into(),
    }
}

/// The entry of harness.toml that allows what the component declares.
fn entry(loaded: &Loaded, description: &Description) -> String {
    let mut origins: Vec<String> = Vec::new();
    for route in &description.routes {
        if let BaseUrl::Fixed(url) = &route.base
            && !origins.contains(url)
        {
            origins.push(url.clone());
        }
    }
    let credentials: Vec<_> = description
        .credentials
        .iter()
        .map(|it| it.id.clone())
        .collect();
    Trust::entry_for(&loaded.sha256, &origins, &credentials)
}

fn as_text(loaded: &Loaded, description: &Description) -> String {
    let mut text = format!(
        "{} {}: a connector for {}\n{} bytes, sha256 {}\n",
        safe_line(&description.name),
        safe_line(&description.version),
        safe_line(&description.service),
        loaded.size,
        loaded.sha256,
    );
    section(&mut text, "imports", &loaded.imports.join("\n"));
    let types = description.resource_types.iter().map(resource_type);
    section(
        &mut text,
        "resource types",
        &table(&["type", "traits", "entitlements", "changes"], types),
    );
    let surfaces = description.surfaces.iter();
    let surfaces =
        surfaces.map(|it| vec![it.id.clone(), it.permissions.join(", "), it.name.clone()]);
    section(
        &mut text,
        "surfaces",
        &table(&["surface", "needs", "what"], surfaces),
    );
    let fields = description.fields.iter().map(field);
    section(
        &mut text,
        "settings",
        &table(&["setting", "variable", "default", "what"], fields),
    );
    let credentials = description.credentials.iter().map(credential);
    section(
        &mut text,
        "credentials",
        &table(
            &["credential", "variable", "sent as", "sent to"],
            credentials,
        ),
    );
    let routes = description.routes.iter().map(route);
    section(
        &mut text,
        "routes",
        &table(&["route", "effect", "request", "credential"], routes),
    );
    let limits = Limit::ALL
        .iter()
        .map(|limit| limit_in_force(loaded, *limit));
    section(
        &mut text,
        "limits",
        &table(&["limit", "in force", "of"], limits),
    );
    text
}

fn section(text: &mut String, title: &str, body: &str) {
    let _ = writeln!(text, "\n{title}");
    for line in body.lines() {
        let _ = writeln!(text, "  {}", line.trim_end());
    }
}

fn resource_type(kind: &ResourceType) -> Vec<String> {
    let traits: Vec<_> = kind.traits.iter().map(|it| it.name()).collect();
    let entitlements: Vec<_> = kind
        .static_entitlements
        .iter()
        .map(|it| it.slug.as_str())
        .collect();
    let changes: Vec<_> = kind.changes.iter().map(|it| it.kind.name()).collect();
    vec![
        kind.id.clone(),
        traits.join(", "),
        match entitlements.is_empty() {
            true => "as listed".to_owned(),
            false => entitlements.join(", "),
        },
        match changes.is_empty() {
            true => "none".to_owned(),
            false => changes.join(", "),
        },
    ]
}

fn field(field: &Field) -> Vec<String> {
    vec![
        field.key.clone(),
        field.environment.clone().unwrap_or_default(),
        field.default.clone().unwrap_or_default(),
        field.name.clone(),
    ]
}

fn credential(credential: &Credential) -> Vec<String> {
    let bases: Vec<_> = credential.bases.iter().map(base).collect();
    vec![
        credential.id.clone(),
        credential.environment.clone().unwrap_or_default(),
        scheme(&credential.scheme),
        bases.join(", "),
    ]
}

fn limit_in_force(loaded: &Loaded, limit: Limit) -> Vec<String> {
    vec![
        limit.name().to_owned(),
        loaded.limits().bound(limit).shown(),
        limit.what().to_owned(),
    ]
}

fn scheme(scheme: &CredentialScheme) -> String {
    match scheme {
        CredentialScheme::Bearer => "Authorization: Bearer".into(),
        CredentialScheme::Header(name) => name.clone(),
        CredentialScheme::Basic => "Authorization: Basic".into(),
        CredentialScheme::Other(name) => format!("{name} (not supported)"),
    }
}

fn route(route: &Route) -> Vec<String> {
    vec![
        route.id.clone(),
        route.effect.name().to_owned(),
        format!("{} {}{}", route.method, base(&route.base), route.path),
        route.credential.clone().unwrap_or_default(),
    ]
}

fn base(base: &BaseUrl) -> String {
    match base {
        BaseUrl::Fixed(url) => url.clone(),
        BaseUrl::FromField(field) => format!("{{{field}}}"),
    }
}

fn as_json(loaded: &Loaded, description: &Description) -> Value {
    json!({
        "name": description.name,
        "service": description.service,
        "version": description.version,
        "bytes": loaded.size,
        "sha256": loaded.sha256,
        "imports": loaded.imports,
        "exports": loaded.exports,
        "resource_types": list(&description.resource_types, |it| json!({
            "id": it.id,
            "name": it.name,
            "description": it.description,
            "traits": list(&it.traits, |it| it.name().into()),
            "children": it.children,
            "carried_by": it.carried_by,
            "static_entitlements": list(&it.static_entitlements, |it| it.slug.clone().into()),
            "entitlements": it.entitlements.name(),
            "grants": it.grants.name(),
            "lookups": it.lookups,
            "changes": list(&it.changes, |it| json!({
                "kind": it.kind.name(),
                "fields": list(&it.fields, field_json),
                "guard": it.guard,
                "permissions": it.permissions,
            })),
            "surface": it.surface,
        })),
        "surfaces": list(&description.surfaces, |it| json!({
            "id": it.id, "name": it.name, "permissions": it.permissions,
        })),
        "settings": list(&description.fields, field_json),
        "credentials": list(&description.credentials, |it| json!({
            "id": it.id,
            "name": it.name,
            "description": it.description,
            "scheme": it.scheme.name(),
            "bases": list(&it.bases, |it| base(it).into()),
            "environment": it.environment,
        })),
        "routes": list(&description.routes, |it| json!({
            "id": it.id,
            "method": it.method,
            "base": base(&it.base),
            "path": it.path,
            "effect": it.effect.name(),
            "credential": it.credential,
            "limits": it.limits,
        })),
        "limits": Value::Object(limits(loaded)),
        "visibility_seconds": description.visibility_seconds,
        "events": description.events,
    })
}

/// In bytes, seconds, or as a count; null where there is none.
fn limits(loaded: &Loaded) -> Map<String, Value> {
    let limits = Limit::ALL.iter().map(|limit| {
        let bound = loaded.limits().bound(*limit);
        let value = match limit.unit() {
            _ if bound.count() == 0 => Value::Null,
            Unit::Seconds => bound.time().as_secs_f64().into(),
            Unit::Bytes | Unit::Count => bound.count().into(),
        };
        (limit.name().to_owned(), value)
    });
    limits.collect()
}

fn list<T>(items: &[T], shown: impl Fn(&T) -> Value) -> Value {
    items.iter().map(shown).collect()
}

fn field_json(field: &Field) -> Value {
    json!({
        "key": field.key,
        "name": field.name,
        "description": field.description,
        "kind": field.kind.name(),
        "required": field.required,
        "default": field.default,
        "environment": field.environment,
        "secret": field.secret,
    })
}
