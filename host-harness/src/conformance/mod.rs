//! Holds a connector to the rules of the contract that its types cannot express.
//!
//! It reads everything twice, by the same calls as a sync, asks some things
//! singly, makes calls that make no sense, and judges the answers. It changes
//! nothing but what a [`Trial`] names, which it puts back. What calls (`asking`,
//! `walk`, `probing`, `trying`) is apart from what judges:
//!
//! | module | judges |
//! |---|---|
//! | `description` | what the connector says of itself |
//! | `calls` | how calls end, and what they send |
//! | `paging` | that listings end, and tell the same each time |
//! | `references` | that what is named exists |
//! | `exclusion` | exclusion groups |
//! | `structure` | that listings tell what the description says |
//! | `finding` | lookups, and single resources |
//! | `refusals` | calls that make no sense |
//! | `surfaces` | testing the connection |
//! | `changing` | plans and changes, where there is a trial |

mod asking;
mod calls;
mod changing;
mod description;
mod exclusion;
mod finding;
#[cfg(test)]
mod fixtures;
mod paging;
mod probing;
mod references;
mod refusals;
mod rule;
mod structure;
mod surfaces;
mod told;
mod trying;
mod walk;

use std::collections::BTreeMap;

use governance_store::Asked;

pub use rule::{Details, Outcome, Rule, Verdict};
pub use trying::Trial;

use crate::connection::Connection;
use crate::error::CallError;
use crate::sync::retry::Patience;
use asking::Asker;
use told::Told;
use walk::walk;

/// How to hold a connector to the rules.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many resources of each type are asked for singly.
    pub sample: usize,
    /// How often and how long to try.
    pub patience: Patience,
    /// What may be changed. None: nothing is, and the rules of changes are not
    /// judged.
    pub trial: Option<Trial>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sample: 5,
            patience: Patience::default(),
            trial: None,
        }
    }
}

/// How a connector kept the rules.
#[derive(Debug)]
pub struct Report {
    /// Every rule, in an order that stays.
    pub outcomes: Vec<Outcome>,
    /// Calls made.
    pub calls: usize,
    /// Requests sent, by route.
    pub requests: BTreeMap<String, u64>,
    /// What a trial changed and could not put back.
    pub left: Vec<String>,
}

impl Report {
    /// How many rules ended so: `passed`, `warned`, `failed` or `skipped`.
    pub fn count(&self, verdict: &str) -> usize {
        let outcomes = self.outcomes.iter();
        outcomes.filter(|it| it.verdict.name() == verdict).count()
    }

    /// Whether no rule was broken.
    pub fn conforms(&self) -> bool {
        self.count("failed") == 0
    }
}

/// Holds the connector of a connection to the rules.
///
/// # Errors
/// Nothing could be read, or the credential is of no use.
pub async fn run(connection: &Connection, options: &Options) -> Result<Report, CallError> {
    let mut asker = Asker::new(connection, options.patience);
    let asker = &mut asker;
    let description = connection.description();
    let again = connection.describe().await?;

    let everything = Asked::default();
    let first = walk(asker, &everything).await?;
    let first = first.with_pages()?;
    let second = walk(asker, &everything).await?;
    let told = Told::new(description, &first);
    let alone = probing::list_alone(asker, &told, options.sample).await?;

    let sample = probing::sample(&told, options.sample);
    let looked_up = probing::look_up(asker, &told, &sample).await?;
    let got = probing::get(asker, &sample).await?;
    let made_up = probing::get_made_up(asker, &told, &sample).await?;
    let nonsense = probing::nonsense(asker, &sample).await?;
    let checked = probing::check(asker).await?;

    let reading = connection.requests();
    let tryout = match &options.trial {
        Some(trial) => Some(trying::try_out(asker, trial, &told).await),
        None => None,
    };

    let outcomes = [
        description::outcomes(description, &again),
        calls::outcomes(description, &asker.made, &reading),
        paging::outcomes(&told, &first, &second),
        references::outcomes(&told),
        exclusion::outcomes(&told),
        structure::outcomes(&told, &first, &alone),
        finding::outcomes(&looked_up, &got, &made_up),
        refusals::outcomes(&nonsense),
        surfaces::outcomes(&checked),
        changing::outcomes(tryout.as_ref()),
    ];
    Ok(Report {
        outcomes: outcomes.concat(),
        calls: asker.made.len(),
        requests: connection.requests(),
        left: tryout.map(|it| it.left()).unwrap_or_default(),
    })
}
