//! How much room gateways have in this minute, where that is limited: counted by all nodes together.

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::Moment;

use super::{rules::DeliveryRules, store};
use crate::app::{App, Outcome};

const MINUTE: i64 = 60_000;

/// What is left of a minute; the gateways' rows are held until the end of the transaction.
pub(super) struct Room {
    /// How many more each takes, and how many it was given now.
    left: HashMap<String, (i64, i64)>,
    next: Moment,
}

impl Room {
    /// As it is now. Taken before rows of deliveries are held: whoever writes down what was sent holds gateways first, too.
    pub(super) async fn of(tx: &mut Tx, app: &App, rules: &DeliveryRules, now: Moment) -> Outcome<Self> {
        let minute = Moment::from_millis(now.millis() - now.millis().rem_euclid(MINUTE));
        let mut left = HashMap::new();
        // In one order, so that two nodes do not wait for each other.
        let codes: BTreeSet<&str> = app.gateways.all().iter().map(|gateway| gateway.code()).collect();
        for code in codes {
            if let Some(per_minute) = rules.per_minute(code) {
                let given = store::given(tx, code, minute).await?;
                left.insert(code.to_owned(), (per_minute.saturating_sub(given), 0));
            }
        }
        Ok(Self { left, next: Moment::from_millis(minute.millis() + MINUTE) })
    }

    /// When the next minute begins.
    pub(super) const fn next(&self) -> Moment {
        self.next
    }

    /// Whether the gateway takes any more.
    pub(super) fn is_left(&self, code: &str) -> bool {
        self.left.get(code).is_none_or(|(left, _)| *left > 0)
    }

    /// Whether the gateway takes one more; it is counted.
    pub(super) fn take(&mut self, code: &str) -> bool {
        let Some((left, given)) = self.left.get_mut(code) else { return true };
        if *left <= 0 {
            return false;
        }
        *left -= 1;
        *given += 1;
        true
    }

    /// Writes down what was given.
    pub(super) async fn write(self, tx: &mut Tx) -> Outcome<()> {
        for (code, (_, given)) in self.left.into_iter().filter(|(_, (_, given))| *given > 0) {
            store::give(tx, &code, given).await?;
        }
        Ok(())
    }
}
