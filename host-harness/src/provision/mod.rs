//! Changing access: what a change would do, whether it may be made, making it,
//! and finding out how it ended.
//!
//! | module | what it does |
//! |---|---|
//! | [`batch`] | several changes: their order, and running them |
//! | [`desired`] | changes as people write them |
//! | [`operation`] | what a change amounts to, and what of it is enabled; pure |
//! | [`protect`] | principals that no change may touch; pure |
//! | [`plan`] | what a change would do, with a digest |
//! | [`guards`] | changes that run one after the other |
//! | [`settle`] | what follows on how a change ended; pure |
//! | [`perform`] | all of these together |

pub mod batch;
pub mod desired;
pub mod guards;
pub mod operation;
pub mod perform;
pub mod plan;
pub mod protect;
pub mod settle;

mod error;

pub use error::ProvisionError;
