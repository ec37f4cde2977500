//! Every request against the official OpenAPI document, where it is at hand.
//!
//! The document is no part of this repository: without it the test says that it
//! is skipped. `GOVERNANCE_OPENAI_SPEC` says where it is.

use std::path::PathBuf;

use governance_guest::wit::manifest::Effect;
use openai_connector::manifest::description;
use serde_json::Value;

use crate::manifest::all_requests;
use crate::service::*;

const DOCUMENT: &str = "../../../shared/reference/openai-admin-openapi.yaml";

/// Newer than the document of August 2026: the SDK of November has them.
const NEWER: [&str; 1] = ["update-project-api-key"];

fn document() -> Option<Value> {
    let here = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let path = std::env::var_os("GOVERNANCE_OPENAI_SPEC").map_or_else(here, PathBuf::from);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("skipped: {} is not there", path.display());
    }
    Some(serde_norway::from_str(&text?).expect("YAML"))
}

#[test]
fn every_request_is_one_that_the_document_has() {
    let Some(document) = document() else { return };
    let service = Service::of(&[]);
    all_requests(&service);
    for request in service.sent() {
        let route = route_of(&request).expect("a declared route");
        let operation = &document["paths"][&route.path]["get"];
        assert_eq!(
            operation["operationId"],
            Value::from(route.id),
            "{request:?}"
        );
        for (key, value) in request.url.query_pairs() {
            let parameters = operation["parameters"].as_array().expect("parameters");
            let parameter = parameters.iter().find(|it| it["name"] == *key);
            let parameter = parameter.expect("a parameter of the document");
            let most = parameter["schema"]["maximum"].as_u64();
            if let (Some(most), "limit") = (most, &*key) {
                assert_eq!(value.parse(), Ok(most), "{request:?}");
            }
        }
    }
}

#[test]
fn every_changing_route_is_one_that_the_document_has() {
    let Some(document) = document() else { return };
    let routes = description().routes.into_iter();
    for route in routes.filter(|route| route.effect == Effect::Change) {
        let method = route.method.to_lowercase();
        let operation = &document["paths"][&route.path][&method];
        let told = operation["operationId"].as_str();
        let expected = (!NEWER.contains(&route.id.as_str())).then_some(route.id.as_str());
        assert_eq!(told, expected, "{method} {}", route.path);
    }
}
