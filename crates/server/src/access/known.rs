//! Who asks, remembered until the house changes: half a dozen small reads less for every request in between.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use kit::Day;

use super::Principal;
use crate::org::PersonId;

/// More people than ask between two changes.
const MOST: usize = 2000;

/// What holds as long as neither accounts nor the organisation changed ([`crate::app::HOUSE_TABLES`]) and the day is the same.
#[derive(Debug, Default)]
pub struct Known(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    since: Option<(i64, Day)>,
    by_person: HashMap<PersonId, Arc<Principal>>,
}

impl Known {
    /// Who this is after so many changes, on this day, where that is known.
    pub(super) fn find(&self, since: (i64, Day), person: PersonId) -> Option<Arc<Principal>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.turn_to(since);
        state.by_person.get(&person).cloned()
    }

    /// Remembers what was read after the changes were counted.
    pub(super) fn keep(&self, since: (i64, Day), principal: Arc<Principal>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.turn_to(since);
        if state.by_person.len() >= MOST {
            state.by_person.clear();
        }
        state.by_person.insert(principal.person, principal);
    }
}

impl State {
    fn turn_to(&mut self, since: (i64, Day)) {
        if self.since != Some(since) {
            *self = Self { since: Some(since), by_person: HashMap::new() };
        }
    }
}
