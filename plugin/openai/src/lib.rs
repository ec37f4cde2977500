//! Governance connector for OpenAI's API platform.
//!
//! It reads an organization through the Administration API with an admin key
//! that the host holds. Facts about that API are marked in the code by where
//! they come from: \[S] official specification, SDK or documentation, \[L] seen by
//! a third party at the live API, \[D] documentation of a third party's product.
//! What is not \[S] is tolerated either way.
//!
//! | module | resource type | read from |
//! |---|---|---|
//! | [`organization`] | `organization` | the roles' composed ids, or the configuration; carries the two below |
//! | [`org_role`] | `org_role` | `GET /organization/roles`; who holds custom ones: [`user_roles`], [`group_grants`] |
//! | [`user`] | `user` | `GET /organization/users` |
//! | [`invitation`] | `invitation` | `GET /organization/invites` |
//! | [`group`] | `group` | `GET /organization/groups`, with [`group_grants`] |
//! | [`project`] | `project` | `GET /organization/projects` |
//! | [`project_role`] | `project_role` | `GET /projects/{project_id}/roles`; carries who holds them: [`project_users`], [`project_user_roles`], [`project_groups`] |
//! | [`service_account`] | `service_account` | `GET /organization/projects/{project_id}/service_accounts`, carried too |
//! | [`api_key`] | `api_key` | `GET /organization/projects/{project_id}/api_keys` |
//! | [`admin_api_key`] | `admin_api_key` | `GET /organization/admin_api_keys` |
//!
//! # Requests of a full sync
//!
//! Lists are asked for with their largest pages: 1,000 rows of roles, groups,
//! group members and role assignments, 100 of all else.
//!
//! | of | requests |
//! |---|---|
//! | the organization | a page of roles, people, invitations, groups, projects, admin keys |
//! | each person | custom roles, only where the organization has any |
//! | each group | members, roles |
//! | each live project | roles, people, groups, service accounts, keys |
//! | each person in a project | roles, as `role_detail` says |
//! | each group in a project | roles |
//! | each service account | roles, only where the project has custom ones |
//! | each archived project | none |
//!
//! [`change`] makes changes, with a table of its own.
//!
//! [`connector`] hands the contract's functions to these modules, [`manifest`]
//! declares them, [`check`] probes them, [`session`] is what one call works with,
//! [`list_page`] reads a page of a list,
//! [`role_row`] reads the rows of roles and assignments, [`predefined`] and
//! [`project_predefined`] know the roles that the service defines.
#![cfg_attr(
    not(test),
    warn(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]
#![allow(
    clippy::result_large_err,
    reason = "the contract's error is a record, made at most once for each request"
)]

pub mod admin_api_key;
pub mod api_key;
pub mod change;
pub mod check;
pub mod connector;
pub mod custom_roles;
pub mod dialect;
pub mod group;
pub mod group_grants;
pub mod invitation;
pub mod list_page;
pub mod manifest;
pub mod org_role;
pub mod organization;
pub mod predefined;
pub mod project;
pub mod project_groups;
pub mod project_predefined;
pub mod project_role;
pub mod project_user_roles;
pub mod project_users;
pub mod role_row;
pub mod roles_step;
pub mod service_account;
pub mod session;
pub mod user;
pub mod user_roles;
mod user_row;

#[cfg(target_arch = "wasm32")]
mod component;
