//! Where names are looked up: the calls that it takes.

use governance_contract::connector::{ListingTarget, Lookup, Page};
use governance_contract::manifest::Description;
use governance_contract::model::Reference;

use crate::error::CallError;

/// A listing that can hold a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Call {
    /// Resources of a type.
    Resources {
        /// The type.
        resource_type: String,
        /// The resource that they belong to.
        parent: Option<Reference>,
        /// Only the one with this natural key.
        lookup: Option<Lookup>,
    },
    /// Entitlements that are told by a listing of their own.
    Entitlements(ListingTarget),
}

/// What names are looked up in.
pub trait Directory {
    /// What the connector says of itself.
    fn description(&self) -> &Description;

    /// Reads one resource.
    fn get(&self, of: &Reference) -> impl Future<Output = Result<Page, CallError>>;

    /// Reads one page of a listing.
    fn list(
        &self,
        call: &Call,
        token: Option<&str>,
    ) -> impl Future<Output = Result<Page, CallError>>;
}
