//! The columns of a review: what is known of a grant, what somebody decides on
//! it, and what binds the file to its sync. All of it is text.

use std::collections::BTreeMap;

use governance_contract::model::Timestamp;
use governance_contract::{ids, model::ResourceId, moments};
use sha2::{Digest, Sha256};

/// The texts of a row, by their columns.
pub(crate) type Texts = BTreeMap<String, String>;

/// The version of the file's form.
pub(crate) const VERSION: &str = "1";

/// The digest of a row's facts and of the head.
pub(crate) const ROW_DIGEST: &str = "row_digest";

/// So many of the facts are for people; the others name the grant.
const FOR_PEOPLE: usize = 13;

/// Columns as the fields of a struct.
macro_rules! columns {
    ($(#[$about:meta])* $name:ident { $($(#[$says:meta])* $column:ident,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name { $($(#[$says])* pub $column: String,)* }

        impl $name {
            /// The columns in order.
            pub(crate) const COLUMNS: &[&str] = &[$(stringify!($column)),*];

            /// The texts in the order of the columns.
            pub(crate) fn texts(&self) -> Vec<&str> {
                vec![$(&self.$column),*]
            }

            /// Takes its columns out of the texts of a row.
            pub(crate) fn take(texts: &mut Texts) -> Self {
                Self {
                    $($column: texts.remove(stringify!($column)).unwrap_or_default(),)*
                }
            }
        }
    };
}

columns! {
    /// What is known of a grant.
    Facts {
        /// What people call who holds it.
        person,
        /// The main address of who holds it.
        email,
        /// The type of who holds it.
        principal_type,
        /// The state of who holds it, such as `active`.
        status,
        /// The last sign of life: its kind and when.
        last_activity,
        /// The type of what it is held on.
        resource_type,
        /// What people call what it is held on.
        resource,
        /// What people call what is held.
        entitlement,
        /// `direct`, `not told`, or `through …`.
        how,
        /// `yes` if it gives no access yet, else `no`.
        pending,
        /// When it ends by itself.
        expires_at,
        /// Why it cannot be revoked.
        immutable,
        /// What follows from it, and would go with it.
        consequences,
        /// The id of what it is held on.
        resource_id,
        /// The entitlement's slug.
        slug,
        /// The id of who holds it.
        principal_id,
    }
}

columns! {
    /// What somebody decided on a grant.
    Decision {
        /// `keep`, `revoke`, or nothing yet.
        decision,
        /// Who decided.
        reviewer,
        /// Why.
        reason,
        /// When, as the reviewer writes it.
        decided_at,
    }
}

columns! {
    /// What a review is of.
    Head {
        /// The version of the form.
        review,
        /// The connection's name.
        connection,
        /// The connector's name.
        connector,
        /// The service's id of the organization, if it is known.
        tenant,
        /// The sync's number in the database.
        sync,
        /// When the sync began: what happened later is in no row.
        synced_at,
        /// Which grants were asked for: `everything`, or a part.
        scope,
        /// What may be held besides; empty if all was read.
        unknown,
        /// How many rows there are.
        rows,
        /// What the sync holds, as a digest.
        sync_digest,
    }
}

/// The columns that there are, in the order in which they are written.
pub(crate) fn all() -> Vec<&'static str> {
    let mut columns = of_row();
    columns.extend(Head::COLUMNS);
    columns
}

/// The same without those of the head.
pub(crate) fn of_row() -> Vec<&'static str> {
    arranged(Facts::COLUMNS, Decision::COLUMNS, ROW_DIGEST)
}

/// What belongs to facts, decision and digest in the order of the file: the
/// decision beside what is for people.
pub(crate) fn arranged<'a>(
    facts: &[&'a str],
    decision: &[&'a str],
    digest: &'a str,
) -> Vec<&'a str> {
    let (for_people, naming) = facts.split_at(FOR_PEOPLE);
    [for_people, decision, naming, &[digest]].concat()
}

impl Facts {
    /// What the grant is held on.
    pub fn on(&self) -> ResourceId {
        ResourceId {
            resource_type: self.resource_type.clone(),
            id: self.resource_id.clone(),
        }
    }

    /// Who holds it.
    pub fn principal(&self) -> ResourceId {
        ResourceId {
            resource_type: self.principal_type.clone(),
            id: self.principal_id.clone(),
        }
    }

    /// The grant's id.
    pub fn grant(&self) -> String {
        ids::grant(&self.on(), &self.slug, &self.principal())
    }

    /// In a few words. Holds text from strangers.
    pub fn told(&self) -> String {
        let who = if self.person.is_empty() {
            &self.principal_id
        } else {
            &self.person
        };
        let on = if self.resource.is_empty() {
            &self.resource_id
        } else {
            &self.resource
        };
        format!("{} on {on}, held by {who}", self.entitlement)
    }

    /// The digest that binds the facts to a review, in lower-case hexadecimal.
    pub(crate) fn digest(&self, head: &Head) -> String {
        let mut hash = Sha256::new();
        let columns = Head::COLUMNS.iter().chain(Self::COLUMNS);
        for (column, text) in columns.zip(head.texts().into_iter().chain(self.texts())) {
            // With its length, so that no two rows read the same.
            hash.update(format!("{column} {}:{text}", text.len()));
        }
        let digest = hash.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The numbers in a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) sync: i64,
    pub(crate) synced_at: Timestamp,
    pub(crate) rows: usize,
}

impl Head {
    /// The numbers in it, or the column that holds none.
    pub(crate) fn numbers(&self) -> Result<Numbers, &'static str> {
        Ok(Numbers {
            sync: self.sync.parse().map_err(|_| "sync")?,
            synced_at: moments::read(&self.synced_at).ok_or("synced_at")?,
            rows: self.rows.parse().map_err(|_| "rows")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{facts, head};

    #[test]
    fn every_column_is_written_once() {
        let mut columns = all();
        assert_eq!(columns.len(), 31);
        columns.sort_unstable();
        columns.dedup();
        assert_eq!(columns.len(), 31);
        assert_eq!(of_row()[FOR_PEOPLE], "decision");
        assert_eq!(Facts::COLUMNS[FOR_PEOPLE], "resource_id");
    }

    #[test]
    fn any_other_text_has_another_digest() {
        let known = facts("ada", "alpha").digest(&head(1));
        assert_eq!(known.len(), 64);
        let mut digests = vec![known.clone()];
        for place in 0..Facts::COLUMNS.len() {
            let mut texts: Texts = texts_of(&facts("ada", "alpha"));
            texts.insert(Facts::COLUMNS[place].to_owned(), "edited".to_owned());
            digests.push(Facts::take(&mut texts).digest(&head(1)));
        }
        digests.push(facts("ada", "alpha").digest(&head(2)));
        let shifted = Facts {
            person: "Adax".into(),
            email: String::new(),
            ..facts("ada", "alpha")
        };
        digests.push(shifted.digest(&head(1)));
        let all = digests.len();
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), all);
    }

    fn texts_of(facts: &Facts) -> Texts {
        let texts = facts.texts().into_iter().map(str::to_owned);
        let columns = Facts::COLUMNS.iter().map(|it| (*it).to_owned());
        columns.zip(texts).collect()
    }
}
