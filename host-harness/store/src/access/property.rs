//! Random small organizations: the store says what a naive closure in Rust says.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::tests::{entitled, named};
use super::*;
use crate::Batch;
use crate::fixtures::{Place, told};

/// Who may hold what: people, groups and projects with one letter.
const PRINCIPALS: [&str; 6] = [
    "user:a", "user:b", "group:a", "group:b", "group:c", "group:d",
];
const ENTITLEMENTS: [&str; 6] = [
    "group:a:m",
    "group:b:m",
    "group:c:m",
    "group:d:m",
    "group:a:o",
    "project:p:m",
];

/// A grant as far as the rules see it.
#[derive(Debug, Clone, Copy)]
struct Rule {
    principal: usize,
    entitlement: usize,
    /// Over the slugs `m`, or `m` and `o`, of its principal; deep or not.
    expands: Option<(&'static str, bool)>,
    pending: bool,
}

impl Rule {
    fn words(self) -> String {
        let (principal, entitlement) = (PRINCIPALS[self.principal], ENTITLEMENTS[self.entitlement]);
        let pending = if self.pending { "pending" } else { "" };
        let expands = self.expands.map_or_else(String::new, |(slugs, deep)| {
            format!("{} {slugs}", if deep { ">>" } else { ">" })
        });
        format!("{principal} {entitlement} {pending} {expands}")
    }

    fn expands_over(self, held: &str) -> bool {
        let Some((slugs, _)) = self.expands else {
            return false;
        };
        slugs
            .split(',')
            .any(|slug| held == format!("{}:{slug}", PRINCIPALS[self.principal]))
    }

    fn is_deep(self) -> bool {
        self.expands.is_some_and(|(_, deep)| deep)
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    let expands =
        prop::option::weighted(0.7, (prop::sample::select(vec!["m", "m,o"]), any::<bool>()));
    let pending = prop::bool::weighted(0.1);
    let ends = (0..PRINCIPALS.len(), 0..ENTITLEMENTS.len());
    (ends, expands, pending).prop_map(|((principal, entitlement), expands, pending)| Rule {
        principal,
        entitlement,
        expands,
        pending,
    })
}

/// Applies the rules until nothing new follows.
fn closure(rules: &[Rule]) -> BTreeSet<(&'static str, &'static str)> {
    let now: Vec<_> = rules.iter().filter(|it| !it.pending).collect();
    let own = |it: &&Rule| (PRINCIPALS[it.principal], ENTITLEMENTS[it.entitlement]);
    let direct: BTreeSet<_> = now.iter().map(own).collect();
    let mut held = direct.clone();
    loop {
        let mut more = held.clone();
        for rule in &now {
            let base = if rule.is_deep() { &held } else { &direct };
            for (who, what) in base.iter().filter(|(_, what)| rule.expands_over(what)) {
                let _ = what;
                more.insert((*who, ENTITLEMENTS[rule.entitlement]));
            }
        }
        if more == held {
            return held;
        }
        held = more;
    }
}

fn of_store(store: &Store) -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    let each = |row: EffectiveRow| {
        let principal = format!("{}:{}", row.principal_type, row.principal_id);
        assert!(pairs.insert((principal, row.entitlement_id)));
        Ok::<_, StoreError>(())
    };
    store.effective(&EffectiveFilter::default(), each).unwrap();
    pairs
}

/// Each step of a way has its rule.
fn is_real(rules: &[Rule], principal: &str, way: &Way) -> bool {
    let text = |it: &Entitlement| {
        format!(
            "{}:{}:{}",
            it.resource.resource_type, it.resource.id, it.slug
        )
    };
    let through: Vec<_> = way.through.iter().map(text).collect();
    let has = |check: &dyn Fn(&Rule) -> bool| rules.iter().any(|it| !it.pending && check(it));
    let begins = has(&|it| {
        PRINCIPALS[it.principal] == principal && ENTITLEMENTS[it.entitlement] == through[0]
    });
    begins
        && through.windows(2).enumerate().all(|(place, pair)| {
            has(&|it| {
                ENTITLEMENTS[it.entitlement] == pair[1]
                    && it.expands_over(&pair[0])
                    && (place == 0 || it.is_deep())
            })
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_says_what_a_naive_closure_says(
        rules in prop::collection::vec(rule(), 8..22)
    ) {
        // One grant for each pair, as in a store.
        let mut seen = BTreeSet::new();
        let rules: Vec<_> = rules
            .into_iter()
            .filter(|it| seen.insert((it.principal, it.entitlement)))
            .collect();
        let grants: Vec<_> = rules.iter().map(|it| told(&it.words())).collect();
        let place = Place::new();
        place.sync("default", Batch { grants: &grants, ..Batch::default() });
        let store = place.reader();
        let expected: BTreeSet<_> = closure(&rules)
            .into_iter()
            .map(|(who, what)| (who.to_owned(), what.to_owned()))
            .collect();
        prop_assert_eq!(&of_store(&store), &expected);
        for (who, what) in &expected {
            let access = store.access_of("default", &named(who)).unwrap();
            let held = access.held.iter().find(|it| it.entitlement == entitled(what)).unwrap();
            prop_assert!(!held.ways.is_empty() && held.effective);
            for way in &held.ways {
                prop_assert!(is_real(&rules, who, way), "{:?}", way);
            }
            let mut by_entitlement = None;
            let each = |one: Held| {
                if one.principal == named(who) {
                    by_entitlement = Some(one.ways);
                }
                Ok::<_, StoreError>(())
            };
            store.holders("default", &entitled(what), each).unwrap();
            prop_assert_eq!(by_entitlement.as_ref(), Some(&held.ways));
        }
    }
}
