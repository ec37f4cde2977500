//! Reading a listing to its end, as far as it bears on names.

use governance_contract::connector::{Continuation, ListingTarget, Page};
use governance_contract::model::{Entitlement, Gap, Resource, ResourceId, Scope, Subject};

use super::directory::{Call, Directory};
use crate::error::CallError;

/// A listing with more pages is not read further, which counts as a gap.
const MOST_PAGES: usize = 2_000;

/// What a listing told.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) resources: Vec<Resource>,
    pub(super) entitlements: Vec<Entitlement>,
    gaps: Vec<Gap>,
    cut_off: bool,
}

impl Listed {
    /// Why not all resources of a type that belong to `parent` are known.
    pub(super) fn missing_resources(&self, kind: &str, parent: Option<&ResourceId>) -> Vec<String> {
        self.missing(|scope| {
            scope.is_about(Subject::Resources, kind)
                && scope.parent.as_ref().is_none_or(|it| Some(it) == parent)
        })
    }

    /// Why not all entitlements of a resource are known.
    pub(super) fn missing_entitlements(&self, of: &ResourceId) -> Vec<String> {
        self.missing(|scope| {
            scope.is_about(Subject::Entitlements, &of.resource_type)
                && scope.resource_id.as_ref().is_none_or(|id| *id == of.id)
        })
    }

    fn missing(&self, matters: impl Fn(&Scope) -> bool) -> Vec<String> {
        let gaps = self.gaps.iter().filter(|gap| matters(&gap.scope));
        let told = gaps.map(|gap| format!("{}: {}", gap.surface, gap.detail));
        let cut_off = self.cut_off.then(|| "there is too much to read".to_owned());
        told.chain(cut_off).collect()
    }
}

/// Reads a listing.
pub(super) async fn read(directory: &impl Directory, call: &Call) -> Result<Listed, CallError> {
    let mut listed = Listed::default();
    let mut open = vec![None];
    let mut pages = 0;
    while let Some(token) = open.pop() {
        if pages == MOST_PAGES {
            listed.cut_off = true;
            break;
        }
        pages += 1;
        let page = directory.list(call, token.as_deref()).await?;
        let names = |next: &Continuation| bears_on_names(next, call);
        let next = page.next.iter().filter(|next| names(next));
        open.extend(next.map(|next| Some(next.token.clone())));
        listed.take(page);
    }
    Ok(listed)
}

impl Listed {
    fn take(&mut self, page: Page) {
        self.resources.extend(page.resources);
        self.entitlements.extend(page.entitlements);
        self.gaps.extend(page.gaps);
    }
}

/// Whether a way leads to names: resources of the type that is listed, or
/// entitlements on them or on their parent. Who holds them matters not, and may
/// cost a request for each. A way of which nothing is said may lead anywhere.
fn bears_on_names(next: &Continuation, call: &Call) -> bool {
    let bears = |scope: &Scope| match call {
        Call::Entitlements(ListingTarget::ResourceType(kind)) => {
            scope.is_about(Subject::Entitlements, kind)
        }
        Call::Entitlements(ListingTarget::Resource(of)) => {
            scope.is_about(Subject::Entitlements, &of.id.resource_type)
        }
        Call::Resources {
            resource_type,
            parent,
            ..
        } => {
            let on_parent =
                |it: &ResourceId| scope.is_about(Subject::Entitlements, &it.resource_type);
            scope.is_about(Subject::Resources, resource_type)
                || scope.is_about(Subject::Entitlements, resource_type)
                || parent.as_ref().is_some_and(|it| on_parent(&it.id))
        }
    };
    next.covers.is_empty() || next.covers.iter().any(bears)
}
