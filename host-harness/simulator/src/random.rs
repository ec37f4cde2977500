//! A small deterministic generator, so that a seed means the same organization
//! on every machine and with every version of every dependency.

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// SplitMix64 (Steele, Lea and Flood, 2014): fast, seedable, good enough for
/// made-up people. No secret may depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to and without `end`; 0 when `end` is 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.number().checked_rem(end).unwrap_or(0)
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }

    /// `prefix` and that many letters and digits: the form of the service's ids.
    pub(crate) fn id(&mut self, prefix: &str, length: usize) -> String {
        let tail = (0..length).map(|_| char::from(*self.pick(ALPHABET)));
        prefix.chars().chain(tail).collect()
    }

    /// That many hexadecimal digits.
    pub(crate) fn hexadecimal(&mut self, length: usize) -> String {
        let digits = (0..length).map(|_| char::from(*self.pick(b"0123456789abcdef")));
        digits.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_of_a_seed_never_changes() {
        // The first outputs of the published reference implementation.
        let mut random = Random::new(1_234_567);
        let first = [random.number(), random.number(), random.number()];
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn an_id_has_its_prefix_and_length() {
        let id = Random::new(7).id("user-", 24);
        assert_eq!(id.len(), 29);
        assert!(id.starts_with("user-"));
        assert!(id[5..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn nothing_to_choose_from_is_zero() {
        assert_eq!(Random::new(7).below(0), 0);
    }
}
