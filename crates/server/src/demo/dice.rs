use kit::Rng;

/// The demo's chance: the same seed throws the same numbers, and nothing else takes from this stream.
#[derive(Clone, Debug)]
pub(super) struct Dice(Rng);

impl Dice {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(Rng::seeded(seed))
    }

    /// A number below `bound`.
    pub(super) fn below(&self, bound: usize) -> usize {
        usize::try_from(self.0.below(bound as u64)).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.0.below(span)).unwrap_or(0)
    }

    /// True so many times out of a hundred.
    pub(super) fn percent(&self, percent: u64) -> bool {
        self.0.below(100) < percent
    }

    /// One of the words.
    pub(super) fn word(&self, words: &[&'static str]) -> &'static str {
        words.get(self.below(words.len())).copied().unwrap_or_default()
    }

    /// One of the things; none of none.
    pub(super) fn pick<'a, T>(&self, things: &'a [T]) -> Option<&'a T> {
        things.get(self.below(things.len()))
    }

    /// One of the things, each as often as its weight says; `otherwise` where there is no weight at all.
    pub(super) fn weighted<T: Copy>(&self, things: &[(T, u64)], otherwise: T) -> T {
        let mut left = self.0.below(things.iter().map(|(_, weight)| weight).sum());
        for (thing, weight) in things {
            if left < *weight {
                return *thing;
            }
            left -= weight;
        }
        otherwise
    }

    /// Another order of the same things.
    pub(super) fn shuffle<T>(&self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn weights_are_kept() {
        let dice = Dice::seeded(1);
        let tens = (0..10_000).filter(|_| dice.weighted(&[(1, 9), (10, 1), (100, 0)], 1000) == 10).count();
        assert!((900..1100).contains(&tens), "{tens}");
        assert_eq!(dice.weighted(&[], 7), 7);
    }

    #[test]
    fn nothing_is_lost_in_shuffling() {
        let mut things: Vec<usize> = (0..50).collect();
        Dice::seeded(2).shuffle(&mut things);
        assert!(things.iter().enumerate().any(|(at, thing)| at != *thing));
        things.sort_unstable();
        assert!(things.into_iter().eq(0..50));
    }
}
