use std::sync::{Arc, Mutex, PoisonError};

use rand::{Rng as _, SeedableRng, rngs::StdRng};
use uuid::Uuid;

use crate::Moment;

/// The program's randomness: ids, session tokens, initial passwords. Cloning shares the same stream.
#[derive(Clone, Debug)]
pub struct Rng(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    source: StdRng,
    /// The millisecond of the last id and its place within it.
    last: (i64, u16),
}

impl Rng {
    fn of(source: StdRng) -> Self {
        Self(Arc::new(Mutex::new(State { source, last: (0, 0) })))
    }

    /// Seeded by the operating system.
    #[must_use]
    pub fn from_system() -> Self {
        Self::of(rand::make_rng())
    }

    /// The same stream for the same seed: for tests and the demo area, never for secrets.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::of(StdRng::seed_from_u64(seed))
    }

    /// Fills the buffer with random bytes.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).source.fill_bytes(bytes);
    }

    /// A uniform number below `bound`; 0 when the bound is 0.
    #[must_use]
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        // The bias of a plain remainder is below 2⁻³² for every bound this program uses.
        u64::from_le_bytes(bytes) % bound
    }

    /// A version 7 UUID of the given moment. Ids of one process sort in the order they were made, also within one
    /// millisecond (a counter stands where RFC 9562 allows one) and when the clock is set back.
    #[must_use]
    pub fn uuid(&self, at: Moment) -> Uuid {
        const MOST_IN_A_MILLISECOND: u16 = 0x0fff;
        let mut bytes = [0; 10];
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.source.fill_bytes(&mut bytes);
        let (millis, count) = state.last;
        state.last = match at.millis() {
            now if now > millis => (now, 0),
            _ if count == MOST_IN_A_MILLISECOND => (millis + 1, 0),
            _ => (millis, count + 1),
        };
        let (millis, count) = state.last;
        let [high, low] = count.to_be_bytes();
        bytes[0] = high;
        bytes[1] = low;
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(millis).unwrap_or(0), &bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_they_were_made() {
        let rng = Rng::seeded(7);
        let at = Moment::from_millis(1_770_000_000_000);
        let mut before = rng.uuid(at);
        for n in 0..20_000 {
            // The clock stands still, moves on, and is set back.
            let next = rng.uuid(Moment::from_millis(at.millis() + [0, 0, 1, -5][n % 4]));
            assert!(next > before, "{n}");
            before = next;
        }
    }
}
