//! Readings for the tests of the rules.

use governance_contract::connector::Page;
use governance_contract::faults::{Delivery, Error, ErrorKind, Party};
use governance_contract::model::{Grant, Resource, ResourceId};

use super::asking::Made;
use super::walk::{Visit, Walk};
use crate::error::CallError;
use crate::sync::task::{Call, Task};

/// A page of these resources.
pub(super) fn page(resources: Vec<Resource>) -> Page {
    Page {
        resources,
        ..Page::default()
    }
}

/// The same, with these grants.
pub(super) fn granting(resources: Vec<Resource>, grants: Vec<Grant>) -> Page {
    Page {
        grants,
        ..page(resources)
    }
}

/// The listing of a type.
pub(super) fn listing(resource_type: &str, parent: Option<ResourceId>) -> Call {
    let reference = |id| governance_contract::model::Reference {
        id,
        parent: None,
        hint: None,
    };
    Call::Resources {
        resource_type: resource_type.into(),
        parent: parent.map(reference),
    }
}

/// A reading of these pages, of these listings.
pub(super) fn walk_of(pages: Vec<(Call, Page)>) -> Walk {
    let visits = pages.into_iter().map(|(call, page)| visit(call, Ok(page)));
    Walk {
        visits: visits.collect(),
        ..Walk::default()
    }
}

/// A reading of these pages, of the list of `user`.
pub(super) fn walk(pages: Vec<Page>) -> Walk {
    let of_users = |page| (listing("user", None), page);
    walk_of(pages.into_iter().map(of_users).collect())
}

/// One call.
pub(super) fn visit(call: Call, result: Result<Page, CallError>) -> Visit {
    let task = Task {
        call,
        token: None,
        covers: Vec::new(),
        surface: "all".into(),
    };
    Visit { task, result }
}

/// An error that a connector made before any request.
pub(super) fn error(kind: ErrorKind) -> Error {
    Error {
        party: Party::Caller,
        kind,
        message: "it does not go".into(),
        hint: None,
        surface: None,
        http_status: None,
        code: None,
        request_id: None,
        delivery: Delivery::NotSent,
    }
}

/// The same, as the host has it.
pub(super) fn failed(kind: ErrorKind) -> CallError {
    of(error(kind))
}

/// An error, as the host has it.
pub(super) fn of(error: Error) -> CallError {
    CallError::Connector {
        error: Box::new(error),
        trouble: None,
    }
}

/// A call of a listing that sent so many requests and failed so.
pub(super) fn made(requests: u64, error: Option<CallError>) -> Made {
    Made {
        what: "the list of user".into(),
        requests,
        error,
        lists: true,
    }
}
