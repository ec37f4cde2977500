//! Changes that go wrong: what may have happened is never told as success or as
//! failure, and what must not happen never leaves the host.

mod endings;
mod guards;
mod host;
mod plans;
mod protection;
mod refusals;
mod script;
mod secrets;
