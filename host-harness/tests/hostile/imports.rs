//! A component that wants more than the contract grants is not loaded.

use governance_host::engine::LoadError;

use crate::host::Host;
use crate::world::component;

/// A component that imports one function of one interface.
fn wanting(package: &str, interface: &str, version: &str) -> Vec<u8> {
    component(&format!(
        "package {package}@{version};
         interface {interface} {{ ask: func() -> string; }}
         world w {{ import {interface}; }}"
    ))
}

#[tokio::test]
async fn what_is_not_granted_is_named_and_refused() {
    let host = Host::short();
    let wanted = [
        ("wasi:filesystem", "preopens"),
        ("wasi:filesystem", "types"),
        ("wasi:sockets", "tcp"),
        ("wasi:sockets", "udp"),
        ("wasi:sockets", "ip-name-lookup"),
        ("wasi:cli", "environment"),
        ("wasi:cli", "stdin"),
        ("wasi:cli", "stdout"),
        ("wasi:cli", "run"),
        ("wasi:random", "random"),
        ("wasi:random", "insecure-seed"),
        ("wasi:clocks", "wall-clock"),
        ("wasi:http", "incoming-handler"),
        ("wasi:keyvalue", "store"),
        ("governance:host", "secrets"),
    ];
    for (package, interface) in wanted {
        for version in ["0.2.0", "0.2.12", "0.3.0"] {
            let name = format!("{package}/{interface}@{version}");
            match host.engine.load(wanting(package, interface, version)).await {
                Err(LoadError::Import(text)) => assert!(text.contains(&name), "{text}"),
                Err(other) => panic!("{name}: {other}"),
                Ok(_) => panic!("{name} is granted"),
            }
        }
    }
    host.others_work().await;
}

#[tokio::test]
async fn of_a_granted_interface_only_what_is_known_is_linked() {
    let host = Host::short();
    for (package, interface, version) in [
        // Only its type is granted: a component has no clock.
        ("wasi:clocks", "monotonic-clock", "0.2.12"),
        ("wasi:io", "streams", "0.2.12"),
        ("wasi:http", "outgoing-handler", "0.2.12"),
        ("wasi:http", "types", "0.3.0"),
    ] {
        let loaded = host.engine.load(wanting(package, interface, version)).await;
        assert!(
            matches!(loaded, Err(LoadError::Import(_))),
            "{interface}@{version}"
        );
    }
}
