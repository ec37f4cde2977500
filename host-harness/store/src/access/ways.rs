//! The ways that lead from what a principal holds itself to what it holds in
//! the end, over the grants that expand.
//!
//! A way passes no entitlement twice, so that a circle adds none. There can be
//! very many; the shortest are told.

use std::collections::{BTreeMap, VecDeque};

use rusqlite::Row;
use serde::Serialize;

use super::{Entitlement, OF_PRINCIPAL, Parameters, WayRow, entitlement};
use crate::{NamedResource, Store, StoreError};

/// How many ways are told of one that is held.
pub const WAYS_TOLD: usize = 16;

/// A way by which an entitlement is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
    /// The entitlements in order: first what the principal holds itself, last
    /// what it holds by that. Only one, if it holds that one itself.
    pub through: Vec<Entitlement>,
    /// Of the principal's own grant: `direct`, `inherited` or `not-told`.
    pub directness: String,
    /// What the principal's own grant is held through, as the service tells.
    pub sources: Vec<NamedResource>,
    /// Gives access now.
    pub effective: bool,
}

/// Single expansions, by what they lead to.
#[derive(Default)]
pub(super) struct Steps(BTreeMap<Entitlement, Vec<Step>>);

struct Step {
    via: Entitlement,
    deep: bool,
    effective: bool,
}

/// The expansions of what a principal holds, in any way.
const FROM_HELD: &str = "
CROSS JOIN expansions ON expansions.sync = :sync AND expansions.via_type = held.resource_type
    AND expansions.via_id = held.resource_id AND expansions.via_slug = held.slug
WHERE expansions.deep IS NOT NULL";

/// What leads to an entitlement, itself included.
pub(super) const BEHIND: &str = "
WITH behind AS (
    SELECT :type AS type, :id AS id, :slug AS slug
    UNION
    SELECT via_type, via_id, via_slug FROM expansions
    WHERE sync = :sync AND resource_type = :type AND resource_id = :id AND slug = :slug
)";

const TO_BEHIND: &str = "
SELECT expansions.* FROM behind CROSS JOIN expansions ON expansions.sync = :sync
    AND expansions.resource_type = behind.type AND expansions.resource_id = behind.id
    AND expansions.slug = behind.slug
WHERE expansions.deep IS NOT NULL";

impl Steps {
    /// Those over what a principal holds.
    pub(super) fn from_held(store: &Store, parameters: Parameters<'_>) -> Result<Self, StoreError> {
        let sql = format!(
            "SELECT expansions.* FROM (
                 SELECT DISTINCT resource_type, resource_id, slug FROM current_effective
                 WHERE {OF_PRINCIPAL}
             ) AS held {FROM_HELD}"
        );
        Self::read(store, &sql, parameters)
    }

    /// Those that lead to an entitlement.
    pub(super) fn behind(store: &Store, parameters: Parameters<'_>) -> Result<Self, StoreError> {
        Self::read(store, &format!("{BEHIND}{TO_BEHIND}"), parameters)
    }

    fn read(store: &Store, sql: &str, parameters: Parameters<'_>) -> Result<Self, StoreError> {
        let mut statement = store.connection.prepare_cached(sql)?;
        let mut steps = Self::default();
        for step in statement.query_map(parameters, step)? {
            let (to, step) = step?;
            steps.0.entry(to).or_default().push(step);
        }
        for vias in steps.0.values_mut() {
            vias.sort_by(|a, b| a.via.cmp(&b.via));
        }
        Ok(steps)
    }

    /// The chains that end with an entitlement, by where they begin.
    pub(super) fn chains_to<'a>(&'a self, end: &'a Entitlement) -> Chains<'a> {
        let mut chains = Chains::default();
        let mut open = VecDeque::from([Chain {
            backwards: vec![end],
            effective: true,
            goes_on: true,
        }]);
        while let Some(chain) = open.pop_front() {
            let begin = chain.begin();
            if !chains.has_room(begin, chain.goes_on) {
                chains.cut = true;
                continue;
            }
            for step in self.0.get(begin).into_iter().flatten() {
                open.extend(chain.longer(step));
            }
            chains.by_begin.entry(begin).or_default().push(chain);
        }
        chains
    }
}

fn step(row: &Row<'_>) -> rusqlite::Result<(Entitlement, Step)> {
    let to = entitlement(row, ["resource_type", "resource_id", "slug"])?;
    let via = entitlement(row, ["via_type", "via_id", "via_slug"])?;
    let (deep, effective) = (row.get("deep")?, row.get("effective")?);
    let step = Step {
        via,
        deep,
        effective,
    };
    Ok((to, step))
}

/// Entitlements of which each leads to the one before.
#[derive(Clone)]
struct Chain<'a> {
    backwards: Vec<&'a Entitlement>,
    effective: bool,
    /// Who holds the first one only through others holds the last one too.
    goes_on: bool,
}

impl<'a> Chain<'a> {
    #[expect(
        clippy::expect_used,
        reason = "a chain is made with its end and only grows"
    )]
    fn begin(&self) -> &'a Entitlement {
        self.backwards.last().expect("a chain has an end")
    }

    fn longer(&self, step: &'a Step) -> Option<Self> {
        if !self.goes_on || self.backwards.contains(&&step.via) {
            return None;
        }
        let mut backwards = self.backwards.clone();
        backwards.push(&step.via);
        Some(Self {
            backwards,
            effective: self.effective && step.effective,
            goes_on: step.deep,
        })
    }
}

/// Chains by where they begin, the shortest first.
#[derive(Default)]
pub(super) struct Chains<'a> {
    by_begin: BTreeMap<&'a Entitlement, Vec<Chain<'a>>>,
    /// Some were left out.
    cut: bool,
}

impl Chains<'_> {
    /// Those that go on and those that do not are counted apart: the latter
    /// cannot stand for what the former lead to.
    fn has_room(&self, begin: &Entitlement, goes_on: bool) -> bool {
        let known = self.by_begin.get(begin).into_iter().flatten();
        known.filter(|it| it.goes_on == goes_on).count() < WAYS_TOLD
    }

    /// The ways of a principal that holds what they begin with, and whether
    /// there are more.
    pub(super) fn ways(&self, held: Vec<WayRow>) -> (Vec<Way>, bool) {
        let mut ways = Vec::new();
        for row in held {
            let chains = self.by_begin.get(&row.via).into_iter().flatten();
            ways.extend(chains.map(|chain| {
                Way {
                    through: chain
                        .backwards
                        .iter()
                        .rev()
                        .map(|it| (*it).clone())
                        .collect(),
                    directness: row.directness.clone(),
                    sources: row.sources.clone(),
                    effective: row.effective && chain.effective,
                }
            }));
        }
        ways.sort_by(|a, b| (a.through.len(), &a.through).cmp(&(b.through.len(), &b.through)));
        let more = self.cut || ways.len() > WAYS_TOLD;
        ways.truncate(WAYS_TOLD);
        (ways, more)
    }
}
