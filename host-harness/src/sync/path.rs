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
    /// Listings that were begun again: the id of their first task since, and how
    /// often.
    restarted: HashMap<Call, (i64, u32)>,
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
            restarted: HashMap::new(),
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

    /// Lets a listing be read again from its beginning, for the `times`-th time,
    /// which is the task with this id.
    pub fn restart(&mut self, call: &Call, id: i64, times: u32) {
        self.tokens.remove(call);
        self.restarted.insert(call.clone(), (id, times));
    }

    /// How often a listing was begun again.
    pub fn restarts(&self, call: &Call) -> u32 {
        self.restarted.get(call).map_or(0, |(_, times)| *times)
    }

    /// Whether a task is of a listing that was begun again after it was found. All
    /// that it would tell is told again.
    pub fn is_past(&self, call: &Call, id: i64) -> bool {
        self.restarted
            .get(call)
            .is_some_and(|(first, _)| id < *first)
    }

    fn begin(&mut self, call: &Call) -> Leads {
        let has_parent = call.of().is_some_and(|it| it.parent.is_some());
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
        let call = at("a").call;
        assert_eq!((path.restarts(&call), path.is_past(&call, 1)), (0, false));
        path.restart(&call, 7, 1);
        assert_eq!(path.leads(&at("a")), Leads::On);
        assert_eq!(path.restarts(&call), 1);
        assert!(path.is_past(&call, 6) && !path.is_past(&call, 7));
    }
}
