use std::{fmt, str::FromStr, time::Duration};

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, Offset as _, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sqlx::{Database, Decode, Encode, Type, encode::IsNull, error::BoxDynError};
use wording::Words;

/// China keeps one time zone without daylight saving: +08:00.
pub const AREA_OFFSET_SECONDS: i32 = 8 * 3600;

const DAY_MILLIS: i64 = 86_400_000;

fn area() -> FixedOffset {
    FixedOffset::east_opt(AREA_OFFSET_SECONDS).unwrap_or_else(|| Utc.fix())
}

/// An instant: milliseconds since 1970-01-01T00:00Z; in JSON as RFC 3339 with +08:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, utoipa::ToSchema)]
#[sqlx(transparent)]
#[schema(value_type = String, format = "date-time")]
pub struct Moment(i64);

impl Moment {
    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The date in the area's zone.
    #[must_use]
    pub fn day(self) -> Day {
        Day(self.local().date_naive())
    }

    /// What a clock on the area's wall shows, for files that know no zones.
    #[must_use]
    pub fn wall(self) -> NaiveDateTime {
        self.local().naive_local()
    }

    /// The moment at which a clock on the area's wall shows this; the area knows no summer time.
    #[must_use]
    pub fn of_wall(wall: NaiveDateTime) -> Self {
        let at = wall.and_local_timezone(area()).single().map_or(0, |at| at.timestamp_millis());
        Self(at)
    }

    /// The moment `by` later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The moment `by` earlier.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    fn local(self) -> DateTime<FixedOffset> {
        DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default().with_timezone(&area())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.local().format("%Y-%m-%dT%H:%M:%S%.3f%:z"))
    }
}

impl FromStr for Moment {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|at| Self(at.timestamp_millis()))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A calendar date of the area; text `YYYY-MM-DD` in the database and in JSON, so that it sorts as text.
///
/// Years are held to 1900–2199: outside it is a slip of the keyboard, and the text form would no longer sort.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = "date")]
pub struct Day(NaiveDate);

/// The text is not a date `YYYY-MM-DD` between 1900 and 2199.
#[derive(Debug)]
pub struct ParseDayError;

impl ParseDayError {
    /// What is wrong.
    #[must_use]
    pub fn words(&self) -> Words {
        "日期应为 1900 至 2199 年间的 YYYY-MM-DD".into()
    }
}

impl fmt::Display for ParseDayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().zh())
    }
}

impl std::error::Error for ParseDayError {}

impl Day {
    /// A date whose year lies between 1900 and 2199.
    #[must_use]
    pub fn new(date: NaiveDate) -> Option<Self> {
        (1900..2200).contains(&date.year()).then_some(Self(date))
    }

    /// The date as chrono has it.
    #[must_use]
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// 00:00 of the day in the area's zone.
    #[must_use]
    pub fn start(self) -> Moment {
        let midnight = self.0.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
        Moment(midnight - i64::from(AREA_OFFSET_SECONDS) * 1000)
    }

    /// The last millisecond of the day in the area's zone.
    #[must_use]
    pub fn end(self) -> Moment {
        Moment(self.start().0 + DAY_MILLIS - 1)
    }

    /// The date `days` later (earlier when negative).
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        chrono::Duration::try_days(days).and_then(|by| self.0.checked_add_signed(by)).and_then(Self::new).unwrap_or(self)
    }

    /// Calendar days from this day to `later`; negative when that is earlier.
    #[must_use]
    pub fn days_until(self, later: Self) -> i64 {
        (later.0 - self.0).num_days()
    }

    /// The month as text, `YYYY-MM`.
    #[must_use]
    pub fn month(self) -> String {
        format!("{:04}-{:02}", self.0.year(), self.0.month())
    }

    /// The first day of the month.
    #[must_use]
    pub fn month_start(self) -> Self {
        Self(self.0.with_day(1).unwrap_or(self.0))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = ParseDayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // By hand: every row of every list holds several.
        let number = |range| {
            let digits: &str = text.get(range)?;
            if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
        };
        let date = || match text.as_bytes() {
            [_, _, _, _, b'-', _, _, b'-', _, _] => {
                NaiveDate::from_ymd_opt(i32::try_from(number(0..4)?).ok()?, number(5..7)?, number(8..10)?)
            }
            _ => None,
        };
        date().and_then(Self::new).ok_or(ParseDayError)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What a request holds is refused in the words of whoever asks.
        String::deserialize(deserializer)?.parse().map_err(|error: ParseDayError| D::Error::custom(error.words().spoken()))
    }
}

impl<DB: Database> Type<DB> for Day
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        String::type_info()
    }

    fn compatible(ty: &DB::TypeInfo) -> bool {
        String::compatible(ty)
    }
}

impl<'q, DB: Database> Encode<'q, DB> for Day
where
    String: Encode<'q, DB>,
{
    fn encode_by_ref(&self, buffer: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.to_string().encode(buffer)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for Day
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(String::decode(value)?.parse()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_the_areas_zone() {
        let at: Moment = "2026-02-13T00:00:00+08:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-02-13T00:00:00.000+08:00");
        assert_eq!(at.day().to_string(), "2026-02-13");
        assert_eq!(at.minus(Duration::from_millis(1)).day().to_string(), "2026-02-12");
    }

    #[test]
    fn a_day_ends_at_midnight_of_the_area() {
        let day: Day = "2026-06-30".parse().unwrap();
        assert_eq!(day.end().to_string(), "2026-06-30T23:59:59.999+08:00");
        assert_eq!(day.plus_days(1).start().to_string(), "2026-07-01T00:00:00.000+08:00");
    }

    #[test]
    fn days_that_do_not_exist_or_do_not_sort_are_refused() {
        for text in [
            "2026-02-30",
            "26-02-13",
            "2026-2-13",
            "2026-02- 1",
            "2026-+2-01",
            "2026/02/01",
            "二二六二",
            "1899-12-31",
            "2200-01-01",
            "",
            "二〇二六",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }
}
