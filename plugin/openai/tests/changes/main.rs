//! Changes, made natively on a simulated organization behind real HTTP: what the
//! connector says of them, and what then is so.

#![expect(
    clippy::expect_used,
    clippy::result_large_err,
    reason = "tests end where something unexpected comes, and make few errors"
)]

mod every_write;
mod group_members;
mod invitations;
mod made;
mod organization_roles;
mod people;
mod rare_answers;
mod sent_invitations;
mod simulated;
