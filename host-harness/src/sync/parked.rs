//! Tasks that wait: for a route that is not free, or to be repeated. None of them
//! holds an instance or one of the sync's calls meanwhile.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::progress::Waiting;
use crate::pace::{HeldBack, Pace, Pass, Why};

/// When to look again at a route that is not free until something is answered,
/// perhaps to somebody else.
const MOMENT: Duration = Duration::from_millis(50);

/// What waits, in the order in which it is to go on.
pub(super) struct Parked<T> {
    routes: BTreeMap<String, Route<T>>,
    /// By when they are to be repeated; the number tells those apart that are at
    /// the same time.
    later: BTreeMap<(Instant, u64), T>,
    number: u64,
    /// No route is waited for longer where the service asks for it.
    longest: Duration,
    waits: BTreeMap<String, Waits>,
}

/// What waits for one route.
struct Route<T> {
    tasks: VecDeque<T>,
    since: Instant,
    held: HeldBack,
}

/// How a route made a sync wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waits {
    /// Calls that had to wait.
    pub calls: u64,
    /// How long calls were waiting for it, however many.
    pub time: Duration,
    /// The last pause that was told of.
    pause: Option<u64>,
}

/// A task whose turn it is.
pub(super) enum Turn<T> {
    /// It can be started; with a pass for the route that it waited for.
    Start(T, Option<Pass>),
    /// Its route is not free for longer than is waited.
    GiveUp(T, HeldBack),
}

impl<T> Parked<T> {
    pub(super) fn new(longest: Duration) -> Self {
        Self {
            routes: BTreeMap::new(),
            later: BTreeMap::new(),
            number: 0,
            longest,
            waits: BTreeMap::new(),
        }
    }

    /// Lets a task wait for its route. Tells whether it is the first one to wait
    /// for this reason.
    pub(super) fn park(&mut self, task: T, held: HeldBack, now: Instant) -> bool {
        let waits = self.waits.entry(held.route.clone()).or_default();
        let is_first = match held.pause {
            Some(_) => waits.pause != held.pause,
            None => waits.calls == 0,
        };
        waits.calls += 1;
        waits.pause = held.pause.or(waits.pause);
        let route = self.routes.entry(held.route.clone());
        let route = route.or_insert_with(|| Route {
            tasks: VecDeque::new(),
            since: now,
            held: held.clone(),
        });
        route.tasks.push_back(task);
        route.held = held;
        is_first
    }

    /// Lets a task wait until then.
    pub(super) fn later(&mut self, task: T, until: Instant) {
        self.number += 1;
        self.later.insert((until, self.number), task);
    }

    /// A task that can go on.
    pub(super) fn next(&mut self, pace: &Arc<Pace>, now: Instant) -> Option<Turn<T>> {
        if let Some(first) = self.later.first_entry()
            && first.key().0 <= now
        {
            return Some(Turn::Start(first.remove(), None));
        }
        let names: Vec<_> = self.routes.keys().cloned().collect();
        names.iter().find_map(|name| self.next_of(name, pace, now))
    }

    fn next_of(&mut self, name: &str, pace: &Arc<Pace>, now: Instant) -> Option<Turn<T>> {
        let longest = self.longest;
        let route = self.routes.get_mut(name)?;
        let turn = match pace.take(name) {
            Ok(pass) => Turn::Start(route.tasks.pop_front()?, Some(pass)),
            Err(held) if is_too_long(&held, longest) => {
                Turn::GiveUp(route.tasks.pop_front()?, held)
            }
            Err(held) => {
                route.held = held;
                return None;
            }
        };
        if route.tasks.is_empty() {
            let waited = now.saturating_duration_since(route.since);
            self.waits.entry(name.to_owned()).or_default().time += waited;
            self.routes.remove(name);
        }
        Some(turn)
    }

    /// Whether a route is not free for longer than is waited.
    pub(super) fn gives_up(&self, held: &HeldBack) -> bool {
        is_too_long(held, self.longest)
    }

    /// When to look for tasks that can go on; none: nothing waits.
    pub(super) fn wakes(&self) -> Option<Instant> {
        let routes = self.routes.values().map(|it| &it.held);
        let routes = routes.map(|held| held.until.unwrap_or(held.at + MOMENT));
        let later = self.later.keys().next().map(|(until, _)| *until);
        routes.chain(later).min()
    }

    pub(super) fn len(&self) -> usize {
        let routes: usize = self.routes.values().map(|it| it.tasks.len()).sum();
        routes + self.later.len()
    }

    /// What routes are waited for.
    pub(super) fn waiting(&self) -> Vec<Waiting> {
        let routes = self.routes.values().map(|it| Waiting {
            calls: it.tasks.len(),
            held: it.held.clone(),
        });
        routes.collect()
    }

    /// How each route made the sync wait.
    pub(super) fn waits(&self) -> &BTreeMap<String, Waits> {
        &self.waits
    }
}

/// What the operator's limit dictates is waited for in any case.
fn is_too_long(held: &HeldBack, longest: Duration) -> bool {
    held.why == Why::Told && held.wait(held.at) > longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(until: Instant, pause: Option<u64>) -> HeldBack {
        HeldBack {
            route: "list-users".into(),
            at: until,
            until: Some(until),
            why: Why::Told,
            pause,
        }
    }

    fn parked() -> Parked<&'static str> {
        Parked::new(Duration::from_secs(120))
    }

    #[test]
    fn one_pause_is_told_once_however_many_calls_wait_for_it() {
        let now = Instant::now();
        let mut parked = parked();
        let told = [Some(1), Some(1), Some(2), Some(1), None, None];
        let told = told.map(|pause| parked.park("a", held(now, pause), now));
        assert_eq!(told, [true, false, true, true, false, false]);
        assert_eq!(parked.waits()["list-users"].calls, 6);
        assert_eq!(parked.waiting()[0].calls, 6);
    }

    #[test]
    fn a_route_that_is_free_lets_its_tasks_go_on_in_their_order() {
        let (now, pace) = (Instant::now(), Arc::new(Pace::default()));
        let mut parked = parked();
        for task in ["a", "b"] {
            parked.park(task, held(now, Some(1)), now);
        }
        parked.later("c", now + Duration::from_secs(1));
        let mut next = |now| match parked.next(&pace, now) {
            Some(Turn::Start(task, pass)) => Some((task, pass.is_some())),
            _ => None,
        };
        assert_eq!(next(now), Some(("a", true)));
        assert_eq!(next(now), Some(("b", true)));
        assert_eq!(next(now), None);
        assert_eq!(next(now + Duration::from_secs(1)), Some(("c", false)));
        assert_eq!(parked.len(), 0);
    }

    #[test]
    fn a_route_that_is_not_free_keeps_them_and_one_that_is_not_for_long_gives_them_up() {
        let (now, pace) = (Instant::now(), Arc::new(Pace::default()));
        for (wait, given_up) in [(60, false), (121, true)] {
            pace.told("list-users", Some(Duration::from_secs(wait)));
            let mut parked = parked();
            parked.park("a", held(now, Some(1)), now);
            let next = parked.next(&pace, now);
            assert_eq!(
                matches!(next, Some(Turn::GiveUp("a", _))),
                given_up,
                "{wait}"
            );
            assert_eq!(next.is_none(), !given_up);
            assert_eq!(parked.wakes().is_some(), !given_up);
        }
    }
}
