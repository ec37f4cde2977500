//! What a name means, in what one sync read.
//!
//! | the text | means |
//! |---|---|
//! | `TYPE:ID`, an id alone, or an alias | that resource, also if only grants tell of it |
//! | an e-mail address, whatever its case | every account that has it |
//! | a name, `TYPE:NAME`, `PARENT/NAME` | what bears it; first as it is written, then in other case |
//!
//! The first row with an answer decides. Among those that bear a name, what is
//! archived comes last. Who is called like somebody's address is not who has it.

use std::collections::BTreeMap;

use rusqlite::named_params;

use crate::{NamedResource, Store, StoreError, SyncId};

/// What is looked for by its name. An id finds anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Accounts and groups.
    Principals,
    /// What something can be held on.
    Held,
}

/// How a text led to what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By an id or an alias.
    Id,
    /// By an e-mail address: all that was found is one person's.
    Email,
    /// By a name.
    Name,
}

/// What a text means; two that are not one person's are one too many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches {
    /// How it was found.
    pub by: By,
    /// By type and id; empty if nothing is called so.
    pub found: Vec<NamedResource>,
}

impl Matches {
    /// Nobody knows which one is meant.
    pub fn is_ambiguous(&self) -> bool {
        self.by != By::Email && self.found.len() > 1
    }
}

const BY_ID: &str = "
WITH kinds AS (
    SELECT id FROM resource_types WHERE sync = :sync AND ifnull(id = :type, true)
)
SELECT type, id FROM resources WHERE sync = :sync AND type IN kinds AND id = :text
UNION
SELECT resource_type, resource_id FROM aliases
WHERE sync = :sync AND alias_type IN kinds AND alias_id = :text
UNION
SELECT principal_type, principal_id FROM grants
WHERE sync = :sync AND principal_id = :text AND principal_type IN kinds
UNION
SELECT resource_type, resource_id FROM grants
WHERE sync = :sync AND resource_type IN kinds AND resource_id = :text
ORDER BY 1, 2";

const BY_EMAIL: &str = "
SELECT DISTINCT resource_type, resource_id FROM emails
WHERE sync = :sync AND folded = :text AND ifnull(resource_type = :type, true)
ORDER BY 1, 2";

/// The rows among which a name is looked for.
const NAMED: &str = "
SELECT own.type, own.id, own.name, own.status = 'archived' AS archived,
    own.parent_id, parent.name AS parent_name
FROM resources AS own LEFT JOIN resources AS parent ON :within AND parent.sync = :sync
    AND parent.type = own.parent_type AND parent.id = own.parent_id
WHERE own.sync = :sync AND own.type IN (
    SELECT id FROM resource_types WHERE sync = :sync AND iif(:type IS NULL, KINDS, id = :type)
)
ORDER BY own.type, own.id";

const PRINCIPALS: &str = "EXISTS (
    SELECT 1 FROM json_each(traits) WHERE value = 'group' OR value = 'user' AND NOT :is_email
)";

const HELD: &str = "EXISTS (
    SELECT 1 FROM entitlements
    WHERE entitlements.sync = :sync AND resource_type = resource_types.id
) AND NOT (:is_email AND EXISTS (SELECT 1 FROM json_each(traits) WHERE value = 'user'))";

impl Store {
    /// Finds what a text names in a sync that was read to its end.
    ///
    /// # Errors
    /// SQLite failed.
    pub fn find(&self, sync: SyncId, text: &str, among: Among) -> Result<Matches, StoreError> {
        let readings = self.readings(sync, text)?;
        for (kind, rest) in &readings {
            let found = self.found(BY_ID, sync, kind.as_deref(), rest)?;
            if !found.is_empty() {
                return Ok(Matches { by: By::Id, found });
            }
        }
        for (kind, rest) in readings.iter().filter(|(_, rest)| is_email(rest)) {
            let found = self.found(BY_EMAIL, sync, kind.as_deref(), &rest.to_lowercase())?;
            if !found.is_empty() {
                let by = By::Email;
                return Ok(Matches { by, found });
            }
        }
        let mut found = Vec::new();
        for (kind, rest) in &readings {
            if found.is_empty() {
                found = self.bearers(sync, kind.as_deref(), rest, among)?;
            }
        }
        let by = By::Name;
        Ok(Matches { by, found })
    }

    /// The text with its type taken off, if it begins with one; then all of it.
    fn readings<'t>(
        &self,
        sync: SyncId,
        text: &'t str,
    ) -> Result<Vec<(Option<String>, &'t str)>, StoreError> {
        let mut readings = vec![(None, text)];
        if let Some((kind, rest)) = text.split_once(':') {
            let known = "SELECT EXISTS (SELECT 1 FROM resource_types WHERE sync = ? AND id = ?)";
            let mut statement = self.connection.prepare_cached(known)?;
            if statement.query_row((sync.0, kind), |row| row.get(0))? {
                readings.insert(0, (Some(kind.to_owned()), rest));
            }
        }
        Ok(readings)
    }

    fn found(
        &self,
        sql: &str,
        sync: SyncId,
        kind: Option<&str>,
        text: &str,
    ) -> Result<Vec<NamedResource>, StoreError> {
        let parameters = named_params! { ":sync": sync.0, ":type": kind, ":text": text };
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(parameters, |row| {
            Ok(NamedResource {
                resource_type: row.get(0)?,
                id: row.get(1)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What fits a name best.
    fn bearers(
        &self,
        sync: SyncId,
        kind: Option<&str>,
        text: &str,
        among: Among,
    ) -> Result<Vec<NamedResource>, StoreError> {
        let kinds = match among {
            Among::Principals => PRINCIPALS,
            Among::Held => HELD,
        };
        let mut statement = self
            .connection
            .prepare_cached(&NAMED.replace("KINDS", kinds))?;
        let mut rows = statement.query(named_params! {
            ":sync": sync.0,
            ":type": kind,
            ":within": text.contains('/'),
            ":is_email": is_email(text),
        })?;
        let mut by_fit: BTreeMap<_, Vec<_>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let parent: [Option<String>; 2] = [row.get("parent_name")?, row.get("parent_id")?];
            let name: String = row.get("name")?;
            if let Some(fit) = fit(&name, &parent, text) {
                let archived: bool = row.get("archived")?;
                let (resource_type, id) = (row.get("type")?, row.get("id")?);
                let bearers = by_fit.entry((fit, archived)).or_default();
                bearers.push(NamedResource { resource_type, id });
            }
        }
        Ok(by_fit.into_values().next().unwrap_or_default())
    }
}

/// How a text fits a name; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Written,
    Folded,
}

/// How a text fits a name, alone or after one of its parent's names and a slash.
fn fit(name: &str, parent: &[Option<String>; 2], text: &str) -> Option<Fit> {
    let within = parent.iter().flatten();
    let mut names = vec![name.to_owned()];
    if text.contains('/') {
        names.extend(within.map(|parent| format!("{parent}/{name}")));
    }
    if names.iter().any(|it| it == text) {
        return Some(Fit::Written);
    }
    let folded = text.to_lowercase();
    let is_folded = names.iter().any(|it| it.to_lowercase() == folded);
    is_folded.then_some(Fit::Folded)
}

fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(who, place)| !who.is_empty() && !place.is_empty())
        && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests;
