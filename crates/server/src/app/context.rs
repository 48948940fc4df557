use std::sync::Arc;

use kit::{Clock, Day, Moment, Rng};
use workdays::Calendar;

use super::RuleBook;
use crate::{access::Principal, events::Subscriptions};

/// What a verb may know besides its arguments: who acts, what time it is, where chance comes from, which calendar,
/// which rules and which subscribers are in force.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Who acts.
    pub actor: Arc<Principal>,
    /// The clock.
    pub clock: Clock,
    /// Randomness.
    pub rng: Rng,
    /// Working days.
    pub calendar: Arc<Calendar>,
    /// The rules in force.
    pub rules: Arc<RuleBook>,
    /// Counts the changes of both: see [`super::Standing`].
    pub generation: i64,
    /// Who hears of events.
    pub subscriptions: Arc<Subscriptions>,
}

impl Ctx {
    /// The present moment.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Today in the area's zone.
    pub fn today(&self) -> Day {
        self.clock.today()
    }

    /// The same surroundings with another actor.
    pub fn acting(&self, actor: Arc<Principal>) -> Self {
        Self { actor, ..self.clone() }
    }
}
