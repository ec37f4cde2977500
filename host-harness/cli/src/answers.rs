//! What the answers for people have in common.

pub(crate) mod page;
pub(crate) mod words;
