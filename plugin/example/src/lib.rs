//! A connector to begin with: for Rota, a service that does not exist.
//!
//! | request | answer |
//! |---|---|
//! | `GET /people` | `{"data": [{"id", "name", "email", "active"}]}` |
//! | `GET /teams` | `{"data": [{"id", "name"}]}` |
//! | `GET /teams/{team_id}/members?cursor=` | `{"data": [{"person_id"}], "next", "has_more"}` |
//! | `POST`, `DELETE /teams/{team_id}/members/{person_id}` | `{}` |
//!
//! | module | what it does |
//! |---|---|
//! | [`manifest`] | says what the connector is, and what it may request |
//! | [`read`] | lists people, teams and members |
//! | [`change`] | puts people into teams, and takes them out |
//! | `component` | hands the contract's functions to these; only in the sandbox |
//!
//! `docs/writing-a-connector.md` starts from a copy of it.
#![allow(
    clippy::result_large_err,
    reason = "the contract's error is a record, made at most once for each request"
)]

pub mod change;
pub mod manifest;
pub mod read;

#[cfg(target_arch = "wasm32")]
mod component;

use governance_guest::client::Client;
use governance_guest::refusal::Dialect;
use governance_guest::settings::Settings;
use governance_guest::transport::Transport;
use governance_guest::wit::connector::{Context, Mode};
use governance_guest::wit::faults::Error;

/// What errors of the service need said.
const DIALECT: Dialect = Dialect {
    unauthenticated_codes: &[],
    credential_hint: "check the token; Rota makes one under Settings → API",
    permission_hint: "the token needs the permission rota.read, for changes rota.write",
    address_hint: "check base_url",
};

/// The way to the service, for one call.
///
/// # Errors
/// `invalid-input`, naming the setting that is missing or wrong.
pub fn client<'a, T: Transport>(
    transport: &'a T,
    context: &Context,
) -> Result<Client<'a, T>, Error> {
    Ok(Client {
        transport,
        address: Settings::new(&context.settings, &manifest::FIELDS).address(manifest::BASE_URL)?,
        dialect: &DIALECT,
        now: context.now,
        plan: context.mode == Mode::Plan,
    })
}
