//! Which tasks lead on: each listing is begun once, and none goes on for ever.
//! Pure.
//!
//! | the task | leads |
//! |---|---|
//! | begins a listing that was not begun | on |
//! | begins one again, since its resource was told twice | nowhere: it is known |
//! | the same, but now the resource's parent is told, too | on |
//! | goes on at a token that this listing led to before | back |
//! | goes on in a listing that had too many pages | too far |

use std::collections::{HashMap, HashSet};

use governance_contract::connector::ListingTarget;
use governance_contract::model::Reference;
use sha2::{Digest, Sha256};

use super::task::{Call, Task};

/// Where the listings have led to so far.
#[derive(Debug)]
pub struct Path {
    longest: usize,
    /// Listings that were begun, and whether the parent was told then.
    begun: HashMap<Call, bool>,
    /// By the tokens' hashes, which are shorter than tokens may be.
    tokens: HashMap<Call, HashSet<[u8; 32]>>,
}

/// Where a task leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// To what was not read yet.
    On,
    /// To a listing that was begun already.
    Nowhere,
    /// To a page that was read already: the listing does not end.
    Back,
    /// Past the bound on the pages of a listing.
    TooFar,
}

impl Path {
    /// A path on which no listing has more than `longest` pages behind its
    /// first one.
    pub fn new(longest: usize) -> Self {
        Self {
            longest,
            begun: HashMap::new(),
            tokens: HashMap::new(),
        }
    }

    /// Where a task leads. Asked once for each task that is found.
    pub fn leads(&mut self, task: &Task) -> Leads {
        let Some(token) = &task.token else {
            return self.begin(&task.call);
        };
        let seen = self.tokens.entry(task.call.clone()).or_default();
        let hash = Sha256::digest(token).into();
        if seen.contains(&hash) {
            return Leads::Back;
        }
        // Counted over all its branches: one that forks at every page would
        // otherwise never come to an end.
        if seen.len() >= self.longest {
            return Leads::TooFar;
        }
        seen.insert(hash);
        Leads::On
    }

    /// Lets a listing be read again from its beginning.
    pub fn forget(&mut self, call: &Call) {
        self.tokens.remove(call);
    }

    fn begin(&mut self, call: &Call) -> Leads {
        let has_parent = of(call).is_some_and(|it| it.parent.is_some());
        match self.begun.get_mut(&plain(call)) {
            Some(had_parent) if *had_parent || !has_parent => Leads::Nowhere,
            Some(had_parent) => {
                *had_parent = true;
                Leads::On
            }
            None => {
                self.begun.insert(plain(call), has_parent);
                Leads::On
            }
        }
    }
}

/// The resource that a listing is of.
fn of(call: &Call) -> Option<&Reference> {
    match call {
        Call::Resources { parent, .. } => parent.as_ref(),
        Call::Entitlements(target) | Call::Grants(target) => match target {
            ListingTarget::ResourceType(_) => None,
            ListingTarget::Resource(of) => Some(of),
        },
    }
}

/// The same listing, however its resource was told: by the id alone.
fn plain(call: &Call) -> Call {
    let plain = |of: &Reference| Reference {
        parent: None,
        hint: None,
        ..of.clone()
    };
    let target = |target: &ListingTarget| match target {
        ListingTarget::ResourceType(_) => target.clone(),
        ListingTarget::Resource(of) => ListingTarget::Resource(plain(of)),
    };
    match call {
        Call::Resources {
            resource_type,
            parent,
        } => Call::Resources {
            resource_type: resource_type.clone(),
            parent: parent.as_ref().map(plain),
        },
        Call::Entitlements(of) => Call::Entitlements(target(of)),
        Call::Grants(of) => Call::Grants(target(of)),
    }
}

#[cfg(test)]
mod tests {
    use governance_contract::samples::id;

    use super::*;

    fn task(call: Call, token: Option<&str>) -> Task {
        Task {
            call,
            token: token.map(str::to_owned),
            covers: Vec::new(),
            surface: "all".into(),
        }
    }

    fn members(hint: Option<&str>, parent: Option<&str>) -> ListingTarget {
        ListingTarget::Resource(Reference {
            id: id("team", "t"),
            parent: parent.map(|it| id("place", it)),
            hint: hint.map(str::to_owned),
        })
    }

    #[test]
    fn a_listing_is_begun_once_however_its_resource_is_told() {
        let mut path = Path::new(10);
        let grants = |hint, parent| task(Call::Grants(members(hint, parent)), None);
        for (task, leads) in [
            (grants(None, None), Leads::On),
            (grants(None, None), Leads::Nowhere),
            (grants(Some("h"), None), Leads::Nowhere),
            // What belongs to something may not be found without it.
            (grants(None, Some("p")), Leads::On),
            (grants(Some("h"), Some("p")), Leads::Nowhere),
            (grants(None, None), Leads::Nowhere),
            (
                task(Call::Entitlements(members(None, None)), None),
                Leads::On,
            ),
        ] {
            assert_eq!(path.leads(&task), leads, "{task:?}");
        }
    }

    #[test]
    fn a_listing_ends_where_it_leads_back_or_too_far() {
        let mut path = Path::new(2);
        let at = |token| task(Call::Grants(members(None, None)), Some(token));
        for (token, leads) in [
            ("a", Leads::On),
            ("a", Leads::Back),
            ("b", Leads::On),
            ("c", Leads::TooFar),
            ("b", Leads::Back),
        ] {
            assert_eq!(path.leads(&at(token)), leads, "{token}");
        }
        path.forget(&at("a").call);
        assert_eq!(path.leads(&at("a")), Leads::On);
    }
}
