//! The governance host: runs connectors in a sandbox, keeps what they read,
//! decides what they may reach.
//!
//! | module | what it does |
//! |---|---|
//! | [`engine`], [`instance`], [`limits`] | load components and run one call in one fresh, bounded instance |
//! | [`policy`] | decides which requests go out; pure |
//! | `egress` | sends them, with the credential that the component never sees |
//! | [`pace`] | limits how often each route is asked |
//! | [`settings`], [`credential`], [`authorities`], [`trust`] | what the operator gives and allows |
//! | [`connection`] | all of these together: one named use of a connector |
//! | [`conformance`] | holds a connector to the rules of the contract |
//! | [`naming`] | finds what people's names mean |
//! | [`provision`] | plans and makes changes, and settles how they ended |
//! | [`recording`] | records what components ask and get, and replays it |
//! | [`clock`] | the time that calls are given |
//! | [`error`] | how a call ends badly, and whose turn it is then |
//! | [`sync`] | reads everything a connection can list into a store |
//!
//! The host knows the contract of `wit/` and no connector's insides.

pub mod authorities;
mod caller;
pub mod clock;
pub mod conformance;
pub mod connection;
pub mod credential;
mod egress;
pub mod engine;
pub mod error;
mod function;
pub mod instance;
pub mod limits;
pub mod naming;
pub mod pace;
pub mod policy;
pub mod provision;
pub mod recording;
pub mod settings;
pub mod sync;
pub mod trust;

pub use egress::{Step, Trouble};
pub use governance_contract as contract;
pub use governance_store as store;
