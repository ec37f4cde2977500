//! What goes wrong between a service and its client, on purpose.
//!
//! Which request is hit comes from the seed and from the request's number, so
//! that a run without parallel requests can be repeated.

use std::time::Duration;

use crate::random::Random;

/// How often answers are spoilt, and in which ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// In how many of a thousand requests under `/v1`. Default: none.
    pub per_thousand: u16,
    /// The ways, each as likely as the others; none spoils nothing.
    pub kinds: Vec<Fault>,
}

/// One way to spoil an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A 5xx in the documented error shape; the request is not carried out.
    ServerError(u16),
    /// A 502 with a page of HTML, as a proxy answers; not carried out.
    ProxyPage,
    /// The connection ends without an answer; not carried out.
    Reset,
    /// The connection ends without an answer; the request was carried out.
    LostAnswer,
    /// The connection ends in the middle of the body; carried out.
    Truncated,
    /// A 200 whose body is no JSON; carried out.
    Garbage,
    /// The body comes in pieces that take this long in all; carried out.
    SlowBody(Duration),
}

impl Fault {
    /// One of each, slow bodies taking a second.
    pub const ALL: [Self; 7] = [
        Self::ServerError(500),
        Self::ProxyPage,
        Self::Reset,
        Self::LostAnswer,
        Self::Truncated,
        Self::Garbage,
        Self::SlowBody(Duration::from_secs(1)),
    ];

    /// Whether the request reaches the organization all the same.
    pub(crate) fn is_carried_out(self) -> bool {
        !matches!(self, Self::ServerError(_) | Self::ProxyPage | Self::Reset)
    }
}

impl Faults {
    /// What happens to the request of that number.
    pub(crate) fn of(&self, seed: u64, number: u64) -> Option<Fault> {
        let mut random = Random::new(seed.rotate_left(7) ^ number.wrapping_mul(0x9E37_79B9));
        let is_hit = random.below(1_000) < u64::from(self.per_thousand);
        (is_hit && !self.kinds.is_empty()).then(|| *random.pick(&self.kinds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_as_often_as_asked_and_again_with_the_same_seed() {
        let faults = |per_thousand| Faults {
            per_thousand,
            kinds: Fault::ALL.to_vec(),
        };
        let count = |per_thousand| {
            let faults = faults(per_thousand);
            (0..10_000)
                .filter(|&number| faults.of(3, number).is_some())
                .count()
        };
        assert_eq!((count(0), count(1_000)), (0, 10_000));
        assert!((800..1_200).contains(&count(100)), "{}", count(100));
        let run = |seed| -> Vec<_> { (0..100).map(|n| faults(500).of(seed, n)).collect() };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        assert_eq!(Faults::default().of(1, 1), None);
    }
}
