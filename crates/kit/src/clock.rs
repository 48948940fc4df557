use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{Day, Moment};

/// Where the program learns what time it is. Cloning shares the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
    /// So many milliseconds before the machine.
    Ahead(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until it is told to move.
    #[must_use]
    pub fn manual(start: Moment) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.millis()))))
    }

    /// A clock that goes as the machine's does, so much before it; [`Clock::advance`] takes it further.
    #[must_use]
    pub fn ahead(by: Duration) -> Self {
        Self(Source::Ahead(Arc::new(AtomicI64::new(millis(by)))))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Moment {
        match &self.0 {
            Source::System => machine(),
            Source::Manual(at) => Moment::from_millis(at.load(Ordering::SeqCst)),
            Source::Ahead(by) => Moment::from_millis(machine().millis().saturating_add(by.load(Ordering::SeqCst))),
        }
    }

    /// How far it is before the machine's clock; nothing where it stands or is the machine's.
    #[must_use]
    pub fn lead(&self) -> Option<Duration> {
        match &self.0 {
            Source::Ahead(by) => Some(Duration::from_millis(u64::try_from(by.load(Ordering::SeqCst)).unwrap_or(0))),
            Source::System | Source::Manual(_) => None,
        }
    }

    /// Today's date in the area's zone.
    #[must_use]
    pub fn today(&self) -> Day {
        self.now().day()
    }

    /// Moves a manual clock to `at`, forward or back; the machine's clock does not move.
    pub fn set(&self, at: Moment) {
        if let Source::Manual(cell) = &self.0 {
            cell.store(at.millis(), Ordering::SeqCst);
        }
    }

    /// Moves a manual clock forward, or one that goes ahead further ahead.
    pub fn advance(&self, by: Duration) {
        match &self.0 {
            Source::Ahead(lead) => {
                lead.fetch_add(millis(by), Ordering::SeqCst);
            }
            Source::System | Source::Manual(_) => self.set(self.now().plus(by)),
        }
    }
}

fn millis(by: Duration) -> i64 {
    i64::try_from(by.as_millis()).unwrap_or(i64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the one place that may ask the machine")]
fn machine() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::from_millis(millis(since))
}
