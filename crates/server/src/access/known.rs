//! Who asks, remembered until something is committed: six small reads less for every request in between.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use db::Watermark;
use kit::{Day, Moment};

use super::Principal;

/// More sessions than ask between two commits.
const MOST: usize = 2000;

/// What holds as long as nothing was committed and the day is the same.
#[derive(Debug, Default)]
pub struct Known(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    since: Option<(Watermark, Day)>,
    by_session: HashMap<String, Asker>,
}

/// Somebody who asked.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    pub(super) principal: Arc<Principal>,
    /// When the session ends if it is not used.
    pub(super) until: Moment,
    /// What the house went by.
    pub(super) generation: i64,
}

impl Known {
    /// Whose session it is, where that still holds.
    pub(super) fn find(&self, since: &(Watermark, Day), session: &str, now: Moment) -> Option<Asker> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.turn_to(since);
        state.by_session.get(session).filter(|asker| asker.until > now).cloned()
    }

    /// Remembers what was read after the watermark was taken.
    pub(super) fn keep(&self, since: &(Watermark, Day), session: String, asker: Asker) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.turn_to(since);
        if state.by_session.len() >= MOST {
            state.by_session.clear();
        }
        state.by_session.insert(session, asker);
    }
}

impl State {
    fn turn_to(&mut self, since: &(Watermark, Day)) {
        if self.since.as_ref() != Some(since) {
            *self = Self { since: Some(since.clone()), by_session: HashMap::new() };
        }
    }
}
