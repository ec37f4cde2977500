//! Several changes: which may run side by side, and running them.
//!
//! Changes that name the same thing run in the order in which they are written;
//! all others side by side, up to a bound. One that fails stops no other.

use std::collections::HashMap;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use governance_contract::changes::ChangeRequest;
use governance_contract::model::{EntitlementReference, Reference};
use sha2::{Digest, Sha256};

use crate::engine::hexadecimal;

/// What each change of a batch waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    waits_for: Vec<Vec<usize>>,
}

impl Order {
    /// The order of these changes.
    pub fn of<'a>(changes: impl IntoIterator<Item = &'a ChangeRequest>) -> Self {
        let mut last: HashMap<String, usize> = HashMap::new();
        let mut waits_for = Vec::new();
        for (index, change) in changes.into_iter().enumerate() {
            let names = names(change);
            let mut before: Vec<usize> = names
                .into_iter()
                .filter_map(|name| last.insert(name, index))
                .filter(|before| *before != index)
                .collect();
            before.sort_unstable();
            before.dedup();
            waits_for.push(before);
        }
        Self { waits_for }
    }

    /// Makes every change, at most `jobs` at a time, and gives what each came to,
    /// in the order of the changes. `each` hears of them as they end.
    pub async fn run<T>(
        &self,
        jobs: usize,
        make: impl AsyncFn(usize) -> T,
        mut each: impl FnMut(usize, &T),
    ) -> Vec<T> {
        let mut ended: Vec<Option<T>> = self.waits_for.iter().map(|_| None).collect();
        let mut waiting: Vec<usize> = (0..ended.len()).collect();
        let make = &make;
        let mut running = FuturesUnordered::new();
        loop {
            waiting.retain(|&index| {
                let waits_for = self.waits_for.get(index);
                let is_next = waits_for.is_none_or(|before| {
                    before
                        .iter()
                        .all(|it| ended.get(*it).is_some_and(Option::is_some))
                });
                let starts = is_next && running.len() < jobs.max(1);
                if starts {
                    running.push(async move { (index, make(index).await) });
                }
                !starts
            });
            let Some((index, outcome)) = running.next().await else {
                break;
            };
            each(index, &outcome);
            if let Some(place) = ended.get_mut(index) {
                *place = Some(outcome);
            }
        }
        ended.into_iter().flatten().collect()
    }
}

/// All that a change names, so that two that name the same know of each other.
/// What is yet to be made is named by what it will be called.
fn names(change: &ChangeRequest) -> Vec<String> {
    let existing = |it: &Reference| format!("{}:{}", it.id.resource_type, it.id.id);
    let on = |it: &EntitlementReference| existing(&it.resource);
    match change {
        ChangeRequest::Grant(it) | ChangeRequest::Revoke(it) => {
            vec![on(&it.entitlement), existing(&it.principal)]
        }
        ChangeRequest::CreateAccount(it) => {
            let address = format!("@{}", it.email.to_lowercase());
            let held = it.entitlements.iter().map(on);
            held.chain([address]).collect()
        }
        ChangeRequest::CreateResource(it) => {
            let name = format!("={}:{}", it.resource_type, it.name);
            it.parent.iter().map(existing).chain([name]).collect()
        }
        ChangeRequest::SetAccountStatus(_)
        | ChangeRequest::UpdateResource(_)
        | ChangeRequest::DeleteResource(_)
        | ChangeRequest::ResendInvitation(_) => change.target().map(existing).into_iter().collect(),
    }
}

/// One digest for the plans of a whole batch, of their own ones in order.
pub fn digest<'a>(digests: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for digest in digests {
        hash.update(digest);
        hash.update("\n");
    }
    hexadecimal(&hash.finalize())
}

/// What tells one file from another: the SHA-256 of its contents.
pub fn fingerprint(file: &[u8]) -> String {
    hexadecimal(&Sha256::digest(file))
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use governance_contract::changes::{GrantChange, ResourceCreation, ResourceDeletion};
    use governance_contract::samples::id;

    use super::*;

    fn reference(kind: &str, own: &str) -> Reference {
        Reference {
            id: id(kind, own),
            parent: None,
            hint: None,
        }
    }

    fn grant(on: &str, to: &str) -> ChangeRequest {
        ChangeRequest::Grant(GrantChange {
            entitlement: EntitlementReference {
                resource: reference("project", on),
                slug: "member".into(),
            },
            principal: reference("user", to),
            expires_at: None,
            hint: None,
        })
    }

    fn delete(own: &str) -> ChangeRequest {
        ChangeRequest::DeleteResource(ResourceDeletion {
            of: reference("project", own),
            attributes: "{}".into(),
        })
    }

    fn create_in(parent: &str, name: &str) -> ChangeRequest {
        ChangeRequest::CreateResource(ResourceCreation {
            resource_type: "robot".into(),
            parent: Some(reference("project", parent)),
            name: name.into(),
            attributes: "{}".into(),
        })
    }

    #[test]
    fn what_names_the_same_thing_waits_for_the_last_one_that_did() {
        let changes = [
            grant("p", "ada"),
            grant("q", "bob"),
            grant("q", "ada"),
            create_in("p", "r"),
            delete("p"),
            create_in("x", "r"),
        ];
        let order = Order::of(&changes);
        let expected: [&[usize]; 6] = [&[], &[], &[0, 1], &[0], &[3], &[3]];
        assert_eq!(order.waits_for, expected);
    }

    #[tokio::test]
    async fn they_run_side_by_side_up_to_the_bound_and_in_their_order() {
        let changes: Vec<_> = (0..12)
            .map(|it| grant(&format!("p{}", it % 6), &format!("u{it}")))
            .collect();
        let (running, most) = (Cell::new(0), Cell::new(0));
        let ended = RefCell::new(Vec::new());
        let make = async |index: usize| {
            assert!(index < 6 || ended.borrow().contains(&(index - 6)));
            running.set(running.get() + 1);
            most.set(most.get().max(running.get()));
            tokio::task::yield_now().await;
            running.set(running.get() - 1);
            index * 10
        };
        let order = Order::of(&changes);
        let outcomes = order.run(4, make, |index, _| ended.borrow_mut().push(index));
        let outcomes = outcomes.await;
        assert_eq!(outcomes, (0..12).map(|it| it * 10).collect::<Vec<_>>());
        assert_eq!(most.get(), 4);
    }

    #[test]
    fn a_digest_is_of_every_plan_and_of_their_order() {
        let of = |digests: &[&str]| digest(digests.iter().copied());
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["ab"]), of(&["a", "b"]));
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_eq!(fingerprint(b"").len(), 64);
    }
}
