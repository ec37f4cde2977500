//! What changed since the sync before, in words.

use std::collections::BTreeMap;

use governance_store::access::Entitlement;
use governance_store::diff::{Change, Difference, Fact, FieldChange};
use governance_store::{Labels, NamedResource, State, Store, StoreError, SyncRow};

use crate::inventory::Inventory;
use crate::label::{label, reference, word};
use crate::{ChangeFigure, Shown};

/// How many differences of a kind are told one by one at most.
pub const CHANGES_TOLD: usize = 50;

/// The ways in which something differs: the word for it, its heading, and what
/// has to be said of it.
pub(crate) const WAYS: [(&str, &str, &str); 8] = [
    ("removed", "Removed", "was there, and is not"),
    ("added", "Added", "is there, and was not"),
    ("accepted", "Accepted", "the invitation became an account"),
    (
        "ended",
        "Ended",
        "ended with something that is archived now",
    ),
    ("archived", "Archived", "kept for its history only"),
    ("changed", "Changed", "told in other words"),
    (
        "unknown-after",
        "Unknown now",
        "was there; a gap leaves open whether it still is",
    ),
    (
        "unknown-before",
        "Unknown before",
        "is there; a gap leaves open whether it was",
    ),
];

/// What changed between two syncs.
#[derive(Debug)]
pub(crate) struct Changes {
    pub(crate) since: SyncRow,
    /// In the order of [`WAYS`]; those without any are left out.
    pub(crate) figures: Vec<ChangeFigure>,
    /// The first lines of each.
    lines: BTreeMap<&'static str, Vec<String>>,
}

impl Changes {
    /// Compares with the finished sync before, if one is kept.
    pub(crate) fn read(
        store: &Store,
        sync: &SyncRow,
        inventory: &Inventory,
    ) -> Result<Option<Self>, StoreError> {
        let finished = |it: &SyncRow| matches!(it.state, State::Complete | State::WithGaps);
        let before = store.syncs(Some(&sync.connection))?.into_iter().rev();
        let Some(since) = before.filter(finished).find(|it| it.id < sync.id) else {
            return Ok(None);
        };
        let mut counts: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
        let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut names = Names {
            now: inventory,
            was: Labels::new(store, since.id)?,
        };
        store.diff(since.id, sync.id, |difference| {
            let way = difference.change.name();
            counts.entry(way).or_default()[kind(&difference.fact)] += 1;
            let lines = lines.entry(way).or_default();
            if lines.len() < CHANGES_TOLD {
                lines.push(names.line(&difference)?);
            }
            Ok::<_, StoreError>(())
        })?;
        let figures = WAYS.iter().filter_map(|(way, _, _)| {
            let [resources, entitlements, grants] = *counts.get(way)?;
            Some(ChangeFigure {
                change: way,
                resources,
                entitlements,
                grants,
            })
        });
        Ok(Some(Self {
            since,
            figures: figures.collect(),
            lines,
        }))
    }

    /// The lines that are told of a way.
    pub(crate) fn lines(&self, way: &str) -> &[String] {
        self.lines.get(way).map_or(&[], Vec::as_slice)
    }
}

fn kind(fact: &Fact) -> usize {
    match fact {
        Fact::Resource(_) => 0,
        Fact::Entitlement(_) => 1,
        Fact::Grant { .. } => 2,
    }
}

/// What things are called now; where they are gone, what they were called before.
struct Names<'a> {
    now: &'a Inventory,
    was: Labels<'a>,
}

impl Names<'_> {
    fn line(&mut self, difference: &Difference) -> Result<String, StoreError> {
        let fact = self.fact(&difference.fact)?;
        Ok(match &difference.change {
            Change::Accepted { by } => format!("{fact}: by {}", self.named(by)?),
            Change::Ended { with } => format!("{fact}: with {}", self.named(with)?),
            Change::Changed(fields) => {
                let fields = fields.iter().map(|it| field(it, self.now.shown));
                format!("{fact}: {}", fields.collect::<Vec<_>>().join(", "))
            }
            _ => fact,
        })
    }

    fn fact(&mut self, fact: &Fact) -> Result<String, StoreError> {
        Ok(match fact {
            Fact::Resource(resource) => {
                let id = label(self.now.shown, &reference(resource));
                match self.named(resource)? {
                    name if name == id => id,
                    name => format!("{name} ({id})"),
                }
            }
            Fact::Entitlement(entitlement) => self.held(entitlement)?,
            Fact::Grant {
                entitlement,
                principal,
                pending,
            } => {
                let pending = if *pending { ", pending" } else { "" };
                let (who, what) = (self.named(principal)?, self.held(entitlement)?);
                format!("{who}: {what}{pending}")
            }
        })
    }

    fn held(&mut self, entitlement: &Entitlement) -> Result<String, StoreError> {
        let name = self.entitlement_name(entitlement)?;
        Ok(format!("{name} on {}", self.named(&entitlement.resource)?))
    }

    fn named(&mut self, resource: &NamedResource) -> Result<String, StoreError> {
        if self.now.resources.contains_key(resource) {
            return Ok(self.now.named(resource));
        }
        let was = self.was.resource(resource)?;
        Ok(match was.map(|it| it.name.as_str()) {
            Some(name) if !name.is_empty() => {
                let (kind, name) = (word(&resource.resource_type), label(self.now.shown, name));
                format!("{kind} {name}")
            }
            _ => self.now.named(resource),
        })
    }

    fn entitlement_name(&mut self, entitlement: &Entitlement) -> Result<String, StoreError> {
        let was = self.was.entitlement(entitlement)?;
        Ok(match was.map(|it| it.name.as_str()) {
            Some(name) if !name.is_empty() && !self.now.tells_of(entitlement) => {
                label(self.now.shown, name)
            }
            _ => self.now.entitlement_name(entitlement),
        })
    }
}

fn field(change: &FieldChange, shown: Shown) -> String {
    let text = |it: &Option<String>| match it {
        Some(text) => label(shown, text),
        None => "nothing".to_owned(),
    };
    let (before, after) = (text(&change.before), text(&change.after));
    format!("{} from {before} to {after}", word(change.field))
}
