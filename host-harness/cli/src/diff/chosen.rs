//! Which syncs are compared. Pure.
//!
//! | a name | is, of the finished syncs of a connection |
//! |---|---|
//! | `current` | the newest |
//! | `previous` | the one before it |
//! | a number | the one with this id: then only its connection is compared |
//! | a day, or RFC 3339 | the one that was current then |

use governance_host::store::SyncRow;

use crate::exit::{Exit, Refused};
use crate::journal::time;

/// How a sync is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Current,
    Previous,
    Id(i64),
    /// Seconds since 1970-01-01T00:00:00Z.
    At(i64),
}

impl std::str::FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "current" => Ok(Self::Current),
            "previous" => Ok(Self::Previous),
            _ => match text.parse() {
                Ok(id) => Ok(Self::Id(id)),
                Err(_) => time(text).map(Self::At).map_err(|_| {
                    "expected the id of a sync, `previous`, `current`, a day such as 2026-11-01, \
                     or RFC 3339"
                        .to_owned()
                }),
            },
        }
    }
}

/// The syncs of one connection that are compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) before: SyncRow,
    pub(super) after: SyncRow,
}

/// What is compared, and where nothing is.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) pairs: Vec<Pair>,
    /// Connections that have not both syncs.
    pub(super) without: Vec<String>,
}

/// Chooses among finished syncs, which are ordered by connection and id.
pub(super) fn choose(finished: &[SyncRow], before: Name, after: Name) -> Result<Chosen, Refused> {
    let mut wanted = Vec::new();
    for name in [before, after] {
        if let Name::Id(id) = name {
            let found = finished.iter().find(|it| it.id.0 == id);
            wanted.push(found.ok_or_else(|| absent(id))?.connection.as_str());
        }
    }
    if let [one, other] = wanted[..]
        && one != other
    {
        return Err(of_two(one, other));
    }
    let mut chosen = Chosen::default();
    for syncs in finished.chunk_by(|a, b| a.connection == b.connection) {
        let connection = &syncs[0].connection;
        if wanted.iter().any(|it| it != connection) {
            continue;
        }
        match (named(syncs, before), named(syncs, after)) {
            (Some(before), Some(after)) => chosen.pairs.push(Pair {
                before: before.clone(),
                after: after.clone(),
            }),
            _ => chosen.without.push(connection.clone()),
        }
    }
    match chosen.pairs.is_empty() {
        true => Err(nothing(&chosen.without)),
        false => Ok(chosen),
    }
}

/// The sync of a connection that a name names.
fn named(syncs: &[SyncRow], name: Name) -> Option<&SyncRow> {
    let mut newest_first = syncs.iter().rev();
    match name {
        Name::Current => newest_first.next(),
        Name::Previous => newest_first.nth(1),
        Name::Id(id) => newest_first.find(|it| it.id.0 == id),
        Name::At(at) => newest_first.find(|it| it.finished_at.is_some_and(|end| end.0 <= at)),
    }
}

const LIST: &str = "`harness list syncs` shows the syncs that are kept, with their ids and times";

fn absent(id: i64) -> Refused {
    Refused {
        exit: Exit::Usage,
        message: format!("no sync {id} was read to its end, or it is kept no more"),
        hint: LIST.to_owned(),
    }
}

fn of_two(one: &str, other: &str) -> Refused {
    Refused {
        exit: Exit::Usage,
        message: format!("the syncs are of two connections, `{one}` and `{other}`"),
        hint: LIST.to_owned(),
    }
}

fn nothing(without: &[String]) -> Refused {
    let whose = match without {
        [] => String::new(),
        names => format!(" in `{}`", names.join("`, `")),
    };
    Refused {
        exit: Exit::Usage,
        message: format!("there are no two such syncs to compare{whose}"),
        hint: LIST.to_owned(),
    }
}

#[cfg(test)]
mod tests;
