//! What a name means, offline: in what the last sync of each connection read.
//!
//! | the name | leads to |
//! |---|---|
//! | an e-mail address | every account that has it, in every connection |
//! | an id, or a name that one thing bears in a connection | that, and in other connections the accounts with an address of it |
//! | a name of several | an error with all of them |
//! | a name of two accounts in two connections that share no address | the same: they may be two people |

use std::collections::BTreeSet;

use governance_host::store::{
    Among, By, Matches, NamedResource, ResourceFilter, ResourceRow, Store, SyncRow,
};

use crate::exit::{Exit, Refused};
use crate::table::table;

/// What a name means in one connection.
#[derive(Debug)]
pub(crate) struct Meant {
    pub(crate) sync: SyncRow,
    pub(crate) resource: NamedResource,
    /// What the sync tells of it; none if only grants tell of it.
    pub(crate) row: Option<ResourceRow>,
}

/// What a name means.
#[derive(Debug)]
pub(crate) struct Meaning {
    /// By connection, type and id.
    pub(crate) meant: Vec<Meant>,
    /// The syncs that know nothing of the name.
    pub(crate) without: Vec<SyncRow>,
}

/// Finds what a name means in one connection or in all.
pub(crate) fn meaning(
    store: &Store,
    connection: Option<&str>,
    text: &str,
    among: Among,
) -> anyhow::Result<Meaning> {
    let mut meant = Vec::new();
    let mut without = Vec::new();
    let mut ways = BTreeSet::new();
    for sync in store.current_syncs(connection)? {
        let matches = store.find(sync.id, text, among)?;
        if matches.found.is_empty() {
            without.push(sync);
            continue;
        }
        let is_ambiguous = matches.is_ambiguous();
        ways.insert(matches.by == By::Name);
        let these = known(store, &sync, matches)?;
        if is_ambiguous {
            return Err(ambiguous(text, &these).into());
        }
        meant.extend(these);
    }
    if meant.is_empty() {
        return Err(absent(text, &without).into());
    }
    if ways.contains(&true) && are_strangers(&meant) {
        return Err(ambiguous(text, &meant).into());
    }
    let mut left = Vec::new();
    for sync in without {
        match same_person(store, &sync, &meant)? {
            found if found.is_empty() => left.push(sync),
            found => meant.extend(found),
        }
    }
    meant.sort_by(|a, b| (&a.sync.connection, &a.resource).cmp(&(&b.sync.connection, &b.resource)));
    Ok(Meaning {
        meant,
        without: left,
    })
}

fn known(store: &Store, sync: &SyncRow, matches: Matches) -> anyhow::Result<Vec<Meant>> {
    let found = matches.found.into_iter();
    let meant = found.map(|resource| {
        Ok(Meant {
            sync: sync.clone(),
            row: row_of(store, sync, &resource)?,
            resource,
        })
    });
    meant.collect()
}

/// What a current sync tells of a resource, if it lists it.
fn row_of(
    store: &Store,
    sync: &SyncRow,
    resource: &NamedResource,
) -> anyhow::Result<Option<ResourceRow>> {
    let filter = ResourceFilter {
        connection: Some(sync.connection.clone()),
        resource_type: Some(resource.resource_type.clone()),
        named: Some(resource.id.clone()),
        ..ResourceFilter::default()
    };
    let mut found = None;
    store.resources(&filter, |row| {
        if row.id == resource.id {
            found = Some(row);
        }
        Ok::<_, anyhow::Error>(())
    })?;
    Ok(found)
}

/// The accounts of another connection that have an address of one that was found.
fn same_person(store: &Store, sync: &SyncRow, meant: &[Meant]) -> anyhow::Result<Vec<Meant>> {
    let addresses: BTreeSet<_> = meant.iter().flat_map(addresses).collect();
    let mut resources = BTreeSet::new();
    for address in addresses {
        let matches = store.find(sync.id, &address, Among::Principals)?;
        if matches.by == By::Email {
            resources.extend(matches.found);
        }
    }
    let found = resources.into_iter().collect();
    let by = By::Email;
    known(store, sync, Matches { by, found })
}

fn addresses(meant: &Meant) -> Vec<String> {
    let rows = meant.row.iter().flat_map(|it| &it.emails);
    rows.map(|it| it.address.to_lowercase()).collect()
}

/// Two of them have addresses and share none.
fn are_strangers(meant: &[Meant]) -> bool {
    let all = meant.iter().map(addresses).filter(|it| !it.is_empty());
    let all: Vec<_> = all.collect();
    all.iter().any(|one| {
        let shares = |other: &Vec<String>| other.iter().any(|it| one.contains(it));
        !all.iter().all(shares)
    })
}

fn ambiguous(text: &str, meant: &[Meant]) -> Refused {
    let titles = ["connection", "id", "name", "belongs to", "status"];
    let rows = meant.iter().map(|it| {
        let row = it.row.as_ref();
        let of = |field: fn(&ResourceRow) -> &String| row.map(field).cloned().unwrap_or_default();
        let parent = row.and_then(|row| row.parent.as_ref());
        vec![
            it.sync.connection.clone(),
            id(&it.resource),
            of(|row| &row.name),
            parent.map(id).unwrap_or_default(),
            of(|row| &row.status),
        ]
    });
    Refused {
        exit: Exit::Usage,
        message: format!("`{text}` may mean {} things", meant.len()),
        hint: format!(
            "name one of these by its id, with its type, and `--connection` where the ids are the \
             same:\n{}",
            table(&titles, rows)
        ),
    }
}

/// A resource as people name it: by its type and id.
pub(crate) fn id(resource: &NamedResource) -> String {
    format!("{}:{}", resource.resource_type, resource.id)
}

fn absent(text: &str, syncs: &[SyncRow]) -> Refused {
    let partial = syncs
        .iter()
        .filter(|it| it.gaps > 0 || !it.asked.is_everything());
    let partial: Vec<_> = partial.map(|it| it.connection.as_str()).collect();
    let hint = match partial.is_empty() {
        true => "use an id, with its type where several have it, an e-mail address, or a name as \
                 `harness list` shows it"
            .to_owned(),
        false => format!(
            "the last sync of {} did not read everything, so that there may be one all the same; \
             see `harness list gaps` and `harness list syncs`",
            partial.join(", ")
        ),
    };
    Refused {
        exit: Exit::Usage,
        message: format!("nothing that was read is called `{text}`"),
        hint,
    }
}
