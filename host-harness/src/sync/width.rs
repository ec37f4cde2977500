//! How many calls are made side by side: as many as allowed, fewer while the
//! service is overloaded. Pure.
//!
//! | a call | then |
//! |---|---|
//! | failed for overload: unavailable, not reached, not answered in time | half as many, once for all that were under way together |
//! | went well | after four of them one more, up to the bound |

/// Calls that go well before one more is made at once.
const STEP: usize = 4;

/// How wide a sync is.
#[derive(Debug)]
pub struct Width {
    most: usize,
    now: usize,
    good: usize,
    /// Calls that were begun, to tell which were under way together.
    begun: u64,
    /// The calls up to this one were begun before the last cut.
    cut: u64,
}

impl Width {
    /// As wide as allowed, but for one call at least.
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            most,
            now: most,
            good: 0,
            begun: 0,
            cut: 0,
        }
    }

    /// Calls at the same time.
    pub fn now(&self) -> usize {
        self.now
    }

    /// Counts a call that begins, and gives its number.
    pub fn begin(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    /// Heeds a call that went well.
    pub fn went_well(&mut self) {
        self.good += 1;
        if self.good >= STEP {
            self.good = 0;
            self.now = (self.now + 1).min(self.most);
        }
    }

    /// Heeds that the call of this number failed for overload.
    pub fn overloaded(&mut self, number: u64) {
        if number > self.cut {
            self.cut = self.begun;
            self.good = 0;
            self.now = (self.now / 2).max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_healthy_service_is_asked_as_often_as_allowed_from_the_beginning() {
        let mut width = Width::new(16);
        (0..100).for_each(|_| width.went_well());
        assert_eq!(width.now(), 16);
        assert_eq!(Width::new(0).now(), 1);
    }

    #[test]
    fn an_overload_halves_the_width_once_and_success_brings_it_back() {
        let mut width = Width::new(16);
        let together: Vec<_> = (0..16).map(|_| width.begin()).collect();
        together.iter().for_each(|number| width.overloaded(*number));
        assert_eq!(width.now(), 8);
        let next = width.begin();
        width.overloaded(next);
        assert_eq!(width.now(), 4);
        (0..STEP * 3).for_each(|_| width.went_well());
        assert_eq!(width.now(), 7);
        (0..STEP * 100).for_each(|_| width.went_well());
        assert_eq!(width.now(), 16);
    }

    #[test]
    fn one_call_is_always_made() {
        let mut width = Width::new(4);
        for _ in 0..10 {
            let number = width.begin();
            width.overloaded(number);
        }
        assert_eq!(width.now(), 1);
    }
}
