//! Who may do what, said from the rules.
//!
//! It reads the truth and nothing that an endpoint renders, and it shares no
//! word with any connector: what a connector concludes from the API's answers
//! is held against this.
//!
//! | rule | source |
//! |---|---|
//! | access is the union of all roles held, directly and through groups | the service's guide |
//! | an organization owner is an owner of every live project | the service's help |
//! | nobody has access to an archived project | the spec: it cannot be used |
//! | an invitation gives nothing before it is accepted | the spec |
//! | who is banned keeps every role and can use none | the spec |

mod access;
mod answers;
mod people;

pub(crate) use access::access;
pub use answers::{
    Access, HeldRole, OrganizationAccess, PendingAccess, PendingProject, ProjectAccess, Reason, Way,
};
pub use people::Person;
pub(crate) use people::people;
