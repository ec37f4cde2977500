//! What is known of one route, and whether a request may go out on it. Pure: the
//! time is passed in.
//!
//! | a request waits while | told by |
//! |---|---|
//! | the route is paused, and then until one request was let through | a 429 with its wait, or twice as long each time |
//! | so many were sent as may be | the operator's configuration |
//! | the same, and none are left | the service, in headers |
//! | the same | what was let through so far |

use std::time::{Duration, Instant};

use super::header::{Advertised, Asked, LONGEST};
use super::learning::{Drought, Learning};
use super::log::{Full, Log, REMEMBERED};
use super::rate::Rate;
use super::{Source, Why};

/// The first wait where none is told, which doubles from there, and the longest.
const UNTOLD: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(60));

/// No advertised limit holds a route longer: one that really does refuses.
const LONGEST_ADVERTISED: Duration = Duration::from_secs(120);

/// One route.
#[derive(Debug, Default)]
pub(super) struct Lane {
    configured: Option<Rate>,
    advertised: Option<Told>,
    learning: Learning,
    pause: Option<Pause>,
    log: Log,
    /// Pauses so far.
    pauses: u64,
}

/// What the service tells of its limit.
#[derive(Debug, Clone, Copy)]
struct Told {
    rate: Rate,
    /// Of the limit, less what was sent since.
    remaining: u32,
    /// Of the limit, when the rate was told.
    used: u32,
}

/// A route that refused a request, until it lets one through.
#[derive(Debug, Clone, Copy)]
struct Pause {
    until: Instant,
    is_told: bool,
    /// A header tells the wait, or was to tell it: nothing else is believed.
    is_final: bool,
    /// When the first and the last request that were refused were sent.
    refused: (Instant, Instant),
    /// Refusals, one for all that were sent together.
    number: u32,
    /// The request that tries whether it is over.
    trial: Option<u64>,
}

/// Why a request has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    /// Until when; none: until others are answered.
    pub(super) until: Option<Instant>,
    pub(super) why: Why,
    /// Which pause of the route it is, if it is one.
    pub(super) pause: Option<u64>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// The service let it through, whatever it answered.
    Admitted,
    /// The service refused it for the limit.
    Refused(Asked),
    /// Nobody knows.
    Lost,
}

impl Lane {
    pub(super) fn configured(rate: Option<Rate>) -> Self {
        Self {
            configured: rate,
            ..Self::default()
        }
    }

    /// The limits that are known.
    pub(super) fn known(&self) -> impl Iterator<Item = (Source, Rate)> {
        let known = [
            (Source::Configured, self.configured),
            (Source::Advertised, self.advertised.map(|it| it.rate)),
            (Source::Learnt, self.learning.rate()),
        ];
        known
            .into_iter()
            .filter_map(|(source, rate)| Some((source, rate?)))
    }

    /// Whether a request has to wait.
    pub(super) fn held(&self, now: Instant) -> Option<Held> {
        if let Some(pause) = &self.pause {
            let why = match pause.is_told {
                true => Why::Told,
                false => Why::NotTold,
            };
            let held = |until| Held {
                until,
                why,
                pause: Some(self.pauses),
            };
            match (now < pause.until, pause.trial) {
                (true, _) => return Some(held(Some(pause.until))),
                (false, Some(_)) => return Some(held(None)),
                (false, None) => {}
            }
        }
        let left = self.advertised.is_some_and(|it| it.remaining > 0);
        let binding = self
            .known()
            .filter(|(source, _)| *source != Source::Advertised || !left);
        let full = binding.filter_map(|(source, rate)| {
            let until = match self.log.full(&within_reach(rate), now)? {
                Full::Until(until) => Some(until),
                Full::UntilAnswered => None,
            };
            let why = Why::Limit(source, rate);
            Some(Held {
                until,
                why,
                pause: None,
            })
        });
        full.max_by_key(|held| held.until)
    }

    /// Notes a request that goes out.
    pub(super) fn send(&mut self, now: Instant) -> u64 {
        let number = self.log.send(now);
        if let Some(pause) = &mut self.pause {
            pause.trial = Some(number);
        }
        if let Some(told) = &mut self.advertised {
            told.remaining = told.remaining.saturating_sub(1);
        }
        number
    }

    /// Notes that a request leaves only now.
    pub(super) fn leaves(&mut self, number: u64, now: Instant) {
        self.log.leaves(number, now);
    }

    /// Forgets a request that was not sent after all.
    pub(super) fn withdraw(&mut self, number: u64) {
        self.log.withdraw(number);
        self.end_trial(number);
    }

    /// Notes how a request ended, and what the service told with it.
    pub(super) fn heard(
        &mut self,
        number: u64,
        now: Instant,
        heard: Heard,
        advertised: Option<Advertised>,
    ) {
        let sent = self.log.ended(number, now, heard == Heard::Admitted);
        if let Some(advertised) = advertised {
            self.advertise(advertised);
        }
        let is_trial = self.end_trial(number);
        match heard {
            Heard::Lost => {}
            Heard::Admitted => {
                if is_trial && let Some(pause) = self.pause.take() {
                    let drought = Drought {
                        from: pause.refused.0,
                        last: pause.refused.1,
                        to: sent.unwrap_or(now),
                    };
                    self.learning.survived(drought, &self.log);
                }
                self.learning.admitted(now);
            }
            Heard::Refused(asked) => {
                if self.pause.is_none() {
                    self.learning.refused(sent.unwrap_or(now), now);
                }
                self.refuse(asked, is_trial, sent.unwrap_or(now), now);
            }
        }
    }

    /// Whether the request was the one that tries whether a pause is over.
    fn end_trial(&mut self, number: u64) -> bool {
        let trial = self.pause.as_mut().map(|pause| &mut pause.trial);
        trial.is_some_and(|trial| trial.take_if(|it| *it == number).is_some())
    }

    fn advertise(&mut self, told: Advertised) {
        let used = told.limit - told.remaining;
        // From full to empty takes as long as from empty to full.
        let within = told
            .reset
            .mul_f64(f64::from(told.limit) / f64::from(used.max(1)));
        let within = usual(within.min(LONGEST_ADVERTISED));
        let heard = Told {
            rate: Rate {
                requests: told.limit,
                within,
            },
            // What is under way may not be in it yet.
            remaining: told.remaining.saturating_sub(self.log.open()),
            used,
        };
        let known = self.advertised.filter(|it| it.rate.requests == told.limit);
        // The more is used, the better it tells; a reset that is under way for a
        // while tells too little.
        let better = known.filter(|it| (it.used, it.rate.within) > (used, within));
        self.advertised = Some(Told {
            remaining: heard.remaining,
            ..better.unwrap_or(heard)
        });
    }

    fn refuse(&mut self, asked: Asked, is_trial: bool, sent: Instant, now: Instant) {
        let number = match &self.pause {
            None => 1,
            Some(pause) if is_trial => pause.number + 1,
            // Of those that were sent together, the longest wait counts.
            Some(_) => return self.ask(asked, now),
        };
        let wait = self.untold(number);
        let from = self.pause.map_or(sent, |pause| pause.refused.0);
        self.pauses += 1;
        self.pause = Some(Pause {
            until: now + wait,
            is_told: false,
            is_final: asked != Asked::Nothing,
            refused: (from, sent),
            number,
            trial: None,
        });
        self.ask(asked, now);
    }

    /// How long to wait where a refusal does not tell it: where the limit is
    /// advertised, until another request may be free.
    fn untold(&self, number: u32) -> Duration {
        let doubled = |first: Duration| first * 2u32.saturating_pow((number - 1).min(16));
        let first = match self.advertised {
            Some(told) => told.rate.interval().min(UNTOLD.0),
            None => UNTOLD.0,
        };
        doubled(first).min(UNTOLD.1)
    }

    fn ask(&mut self, asked: Asked, now: Instant) {
        if let (Asked::Wait(wait), Some(pause)) = (asked, &mut self.pause) {
            let until = now + wait.min(LONGEST);
            pause.until = match pause.is_told {
                true => pause.until.max(until),
                false => until,
            };
            pause.is_told = true;
        }
    }

    /// Heeds a wait that the connector read out of an answer. One that headers
    /// told comes before it.
    pub(super) fn told(&mut self, wait: Option<Duration>, now: Instant) {
        if self.pause.is_none() {
            self.refuse(Asked::Nothing, false, now, now);
        }
        let is_final = self.pause.is_some_and(|it| it.is_final);
        if let Some(wait) = wait.filter(|_| !is_final) {
            self.ask(Asked::Wait(wait), now);
        }
    }
}

/// A second or a minute, if it is nearly that.
fn usual(within: Duration) -> Duration {
    let usual = [Duration::from_secs(1), Duration::from_secs(60)];
    let near = |it: &Duration| (it.mul_f64(0.75)..it.mul_f64(1.25)).contains(&within);
    usual.into_iter().find(near).unwrap_or(within)
}

/// The same rate in a window that holds no more requests than are remembered.
fn within_reach(rate: Rate) -> Rate {
    match rate.requests > REMEMBERED {
        true => Rate {
            requests: REMEMBERED,
            within: rate.interval() * REMEMBERED,
        },
        false => rate,
    }
}

#[cfg(test)]
mod tests;
