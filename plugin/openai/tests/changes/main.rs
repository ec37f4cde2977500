//! Changes, made natively on a simulated organization behind real HTTP: what the
//! connector says of them, and what then is so.

#![expect(
    clippy::expect_used,
    clippy::result_large_err,
    reason = "tests end where something unexpected comes, and make few errors"
)]

mod admin_api_keys;
mod api_keys;
mod groups;
mod making;
mod projects;
mod roles;
mod scripted;
mod service_accounts;
mod simulated;
mod unanswered;
