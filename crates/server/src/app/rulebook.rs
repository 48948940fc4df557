use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use kit::{Day, Moment};
use serde::de::DeserializeOwned;
use workdays::Calendar;

/// A set of numbers that a room goes by, kept in versions. Its default is what the house is delivered with.
pub trait RuleSet: DeserializeOwned + Default + Send + Sync + 'static {
    /// Its stable name in the database.
    const KIND: &'static str;
}

/// A set as it is written down.
#[derive(Clone, Debug)]
pub struct Written {
    /// Counts the versions of all sets together, from 1.
    pub version: i64,
    /// JSON.
    pub body: String,
    /// From when on it has been in force.
    pub since: Moment,
}

/// The rules in force on a day.
#[derive(Default)]
pub struct RuleBook {
    sets: HashMap<String, Written>,
    // Read from JSON when it is first asked for; a request asks many times.
    read: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl RuleBook {
    /// Of what is written down.
    pub fn new(sets: HashMap<String, Written>) -> Self {
        Self { sets, read: Mutex::default() }
    }

    /// The set in force: the default where none was written, or what was written cannot be read any more.
    pub fn get<R: RuleSet>(&self) -> Arc<R> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(&TypeId::of::<R>()).and_then(|known| known.clone().downcast::<R>().ok()) {
            return known;
        }
        let set: Arc<R> = Arc::new(match self.sets.get(R::KIND) {
            Some(written) => serde_json::from_str(&written.body).unwrap_or_else(|error| {
                tracing::error!(kind = R::KIND, version = written.version, %error, "a set of rules cannot be read: its default applies");
                R::default()
            }),
            None => R::default(),
        });
        read.insert(TypeId::of::<R>(), set.clone());
        set
    }

    /// The version in force, 0 for the default.
    pub fn version<R: RuleSet>(&self) -> i64 {
        self.sets.get(R::KIND).map_or(0, |written| written.version)
    }

    /// From when on it has been in force; nothing for the default.
    pub fn since<R: RuleSet>(&self) -> Option<Moment> {
        self.sets.get(R::KIND).map(|written| written.since)
    }
}

impl fmt::Debug for RuleBook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuleBook").field("sets", &self.sets).finish_non_exhaustive()
    }
}

/// What the house goes by at the moment: working days and rules.
#[derive(Clone, Debug)]
pub struct Standing {
    /// When it was read: after how many changes of the house, and for which day. While both are the same it holds.
    pub as_of: Option<(i64, Day)>,
    /// How many versions of either are in force: grows by every change, so that what was worked out before it is found.
    pub generation: i64,
    /// Working days.
    pub calendar: Arc<Calendar>,
    /// Rules.
    pub rules: Arc<RuleBook>,
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct Sample {
        n: i64,
    }

    impl RuleSet for Sample {
        const KIND: &'static str = "sample";
    }

    #[test]
    fn what_is_written_is_in_force_and_the_default_where_nothing_is() {
        let book = |body: &str| {
            RuleBook::new([("sample".to_owned(), Written { version: 3, body: body.to_owned(), since: Moment::from_millis(0) })].into())
        };
        assert_eq!(RuleBook::default().get::<Sample>().n, 0);
        let written = book(r#"{"n":5}"#);
        assert_eq!((written.get::<Sample>().n, written.get::<Sample>().n, written.version::<Sample>()), (5, 5, 3));
        assert_eq!(book("{").get::<Sample>().n, 0);
    }
}
