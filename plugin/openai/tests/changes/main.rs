//! Changes, made natively on a simulated organization behind real HTTP: what the
//! connector says of them, and what then is so.

#![expect(
    clippy::expect_used,
    clippy::result_large_err,
    reason = "tests end where something unexpected comes, and make few errors"
)]

mod admin_api_keys;
mod api_keys;
mod arranged;
mod every_write;
mod group_members;
mod groups;
mod groups_in_projects;
mod invitations;
mod made;
mod making;
mod organization_roles;
mod people;
mod people_in_projects;
mod people_refused_in_projects;
mod projects;
mod rare_answers;
mod rare_answers_in_projects;
mod roles;
mod scripted;
mod sent_invitations;
mod service_account_roles;
mod service_accounts;
mod simulated;
mod unanswered;
