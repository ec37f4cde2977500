//! Which differences are asked for.

use std::collections::BTreeSet;

use governance_host::store::diff::{Change, Difference, Fact};
use governance_host::store::{Among, NamedResource, Store, SyncId};

use super::chosen::Pair;
use crate::exit::{Exit, Refused};
use crate::meant::id;

/// What is not given narrows nothing.
pub(super) struct Wanted<'a> {
    resource_type: Option<&'a str>,
    /// What the user's name means before or after, by the sync after.
    users: Option<BTreeSet<(SyncId, NamedResource)>>,
}

impl<'a> Wanted<'a> {
    /// Finds whom a name means, before and after: somebody may be gone.
    pub(super) fn new(
        store: &Store,
        pairs: &[Pair],
        resource_type: Option<&'a str>,
        user: Option<&str>,
    ) -> anyhow::Result<Self> {
        let users = user.map(|it| users(store, pairs, it)).transpose()?;
        Ok(Self {
            resource_type,
            users,
        })
    }

    pub(super) fn is(&self, pair: &Pair, difference: &Difference) -> bool {
        let of_type = |kind| on(&difference.fact).resource_type == kind;
        let of_user = |users: &BTreeSet<(SyncId, NamedResource)>| {
            let mut about = about(difference).into_iter().flatten();
            about.any(|it| users.contains(&(pair.after.id, it.clone())))
        };
        self.resource_type.is_none_or(of_type) && self.users.as_ref().is_none_or(of_user)
    }
}

/// The resource that a fact is, or is on.
pub(super) fn on(fact: &Fact) -> &NamedResource {
    match fact {
        Fact::Resource(resource) => resource,
        Fact::Entitlement(entitlement) | Fact::Grant { entitlement, .. } => &entitlement.resource,
    }
}

/// Whom a difference is about.
fn about(difference: &Difference) -> [Option<&NamedResource>; 3] {
    let principal = match &difference.fact {
        Fact::Grant { principal, .. } => Some(principal),
        Fact::Resource(_) | Fact::Entitlement(_) => None,
    };
    let by = match &difference.change {
        Change::Accepted { by } => Some(by),
        _ => None,
    };
    [Some(on(&difference.fact)), principal, by]
}

fn users(
    store: &Store,
    pairs: &[Pair],
    text: &str,
) -> anyhow::Result<BTreeSet<(SyncId, NamedResource)>> {
    let mut users = BTreeSet::new();
    for pair in pairs {
        for sync in [&pair.before, &pair.after] {
            let matches = store.find(sync.id, text, Among::Principals)?;
            if matches.is_ambiguous() {
                return Err(ambiguous(text, &matches.found).into());
            }
            let found = matches.found.into_iter();
            users.extend(found.map(|it| (pair.after.id, it)));
        }
    }
    match users.is_empty() {
        true => Err(absent(text).into()),
        false => Ok(users),
    }
}

fn ambiguous(text: &str, found: &[NamedResource]) -> Refused {
    let ids: Vec<_> = found.iter().map(id).collect();
    Refused {
        exit: Exit::Usage,
        message: format!("`{text}` may mean {} things", found.len()),
        hint: format!(
            "name one of these by its id, with its type:\n{}",
            ids.join("\n")
        ),
    }
}

fn absent(text: &str) -> Refused {
    Refused {
        exit: Exit::Usage,
        message: format!("nothing that was read, before or after, is called `{text}`"),
        hint: "use an id, an e-mail address, or a name as `harness list` shows it".to_owned(),
    }
}
