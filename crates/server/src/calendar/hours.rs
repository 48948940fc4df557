//! Times of day as rules name them.

use chrono::NaiveTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use utoipa::ToSchema;
use workdays::Hours;

/// A time of day, written `HH:MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(pub NaiveTime);

impl TimeOfDay {
    /// Of hour and minute; midnight where there is no such time.
    pub fn of(hour: u32, minute: u32) -> Self {
        Self(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default())
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.format("%H:%M"))
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        NaiveTime::parse_from_str(&text, "%H:%M").map(Self).map_err(|_| D::Error::custom("not a time of day, HH:MM"))
    }
}

/// From one time of day to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeSpan {
    /// From when.
    #[schema(value_type = String)]
    pub from: TimeOfDay,
    /// Until when.
    #[schema(value_type = String)]
    pub to: TimeOfDay,
}

impl TimeSpan {
    /// From one (hour, minute) to another.
    pub fn of(from: (u32, u32), to: (u32, u32)) -> Self {
        Self { from: TimeOfDay::of(from.0, from.1), to: TimeOfDay::of(to.0, to.1) }
    }
}

/// The hours of these spans; nothing where they overlap, run backwards or are none.
pub fn hours_of(spans: &[TimeSpan]) -> Option<Hours> {
    Hours::new(spans.iter().map(|span| (span.from.0, span.to.0)).collect())
}
