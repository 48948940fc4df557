//! The calendar in memory: tables that answer every question about working days in constant time.
//!
//! *How*: the rank of a day is the number of working days up to and including it. Were there only weekends, the rank
//! would be a formula; the notices change it by a few days a year. So one flat table over the years that have notices
//! holds the sum of those changes for each day, and another lists the working days in order, which is the inverse.
//! Outside the table the formula answers. A search tree of holidays was refused: it would cost a walk over each span.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Serialize;
use wording::{Words, say};

pub(crate) mod source;

use source::{CalendarError, CalendarSource, OfficialYear};

/// A working-day calendar of one version.
///
/// A year without an official notice counts Saturdays and Sundays off and nothing else. The plain answers do not say
/// so; ask [`Calendar::unpublished`] for the span, or use the explained answers and [`crate::deadline::read`], which carry the warning.
///
/// Answers beyond what [`NaiveDate`] can hold are cut to its ends.
#[derive(Debug, Clone)]
pub struct Calendar {
    source: CalendarSource,
    published: BTreeSet<i32>,
    /// Days some notice or local rule speaks about.
    special: BTreeMap<NaiveDate, Special>,
    /// Day number (from the common era) of the first and last day of the tables; empty tables when first > last.
    first: i64,
    last: i64,
    /// For each day of the table: working days gained or lost against plain weekends, from `first` up to that day.
    gained: Vec<i32>,
    /// The working days of the table, in order.
    workdays: Vec<i32>,
}

#[derive(Debug, Clone)]
pub(crate) struct Special {
    pub(crate) off: bool,
    pub(crate) name: Arc<str>,
    local: bool,
}

/// What a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// An ordinary working day.
    Workday,
    /// A Saturday or Sunday worked in exchange for a holiday (调休).
    MakeUp,
    /// A Saturday or Sunday that belongs to no holiday.
    Weekend,
    /// A day off by notice or local rule, whatever its day of the week.
    Holiday,
}

/// What the calendar knows about one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Day<'c> {
    /// The day itself.
    pub date: NaiveDate,
    /// What it is.
    pub kind: DayKind,
    /// The holiday it belongs to, or is worked in exchange for.
    pub holiday: Option<&'c str>,
    /// A local rule, not a notice, decided.
    pub local: bool,
    /// The year has an official notice.
    pub published: bool,
}

/// Years without an official notice inside a span; [`Unpublished::words`] is the warning for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Unpublished {
    /// The earliest such year.
    pub first: i32,
    /// The latest such year, maybe the same.
    pub last: i32,
}

impl Unpublished {
    /// The warning for people.
    pub fn words(self) -> Words {
        let Self { first, last } = self;
        if first == last {
            return say!("{first}年的放假调休安排尚未公布，暂只扣除周末，公布后结果可能变化");
        }
        say!("{first}年至{last}年的放假调休安排尚未公布，暂只扣除周末，公布后结果可能变化")
    }
}

impl fmt::Display for Unpublished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().zh())
    }
}

impl Calendar {
    /// Returns the calendar of the official notices compiled in, without local days.
    pub fn official() -> &'static Self {
        static OFFICIAL: LazyLock<Calendar> = LazyLock::new(|| Calendar::build(CalendarSource::official()));
        &OFFICIAL
    }

    /// Builds a calendar. Where two notices speak about one day the later year's wins; local days win over both.
    pub fn new(source: CalendarSource) -> Result<Self, CalendarError> {
        source.check()?;
        Ok(Self::build(source))
    }

    /// Builds a calendar from the JSON text of a [`CalendarSource`].
    pub fn from_json(text: &str) -> Result<Self, CalendarError> {
        Self::new(serde_json::from_str(text)?)
    }

    fn build(mut source: CalendarSource) -> Self {
        source.years.sort_by_key(|year| year.year);
        let special = specials(&source);
        let mut calendar = Self {
            published: source.years.iter().map(|year| year.year).collect(),
            source,
            special,
            first: 0,
            last: -1,
            gained: Vec::new(),
            workdays: Vec::new(),
        };
        calendar.fill_tables();
        calendar
    }

    fn fill_tables(&mut self) {
        let (Some((first, _)), Some((last, _))) = (self.special.first_key_value(), self.special.last_key_value()) else {
            return;
        };
        (self.first, self.last) = (number(*first), number(*last));
        let mut gained = 0;
        for day in first.iter_days().take_while(|day| day <= last) {
            let works = self.special.get(&day).map_or(!is_weekend(day), |special| !special.off);
            gained += i32::from(works) - i32::from(!is_weekend(day));
            self.gained.push(gained);
            if works {
                self.workdays.push(day.num_days_from_ce());
            }
        }
    }

    /// What the calendar was built from, years in order.
    pub fn source(&self) -> &CalendarSource {
        &self.source
    }

    /// The version text of the source; belongs beside every computed date that is kept.
    pub fn version(&self) -> &str {
        &self.source.version
    }

    /// Whether the year has an official notice.
    pub fn year_published(&self, year: i32) -> bool {
        self.published.contains(&year)
    }

    /// The official notice of a year.
    pub fn official_year(&self, year: i32) -> Option<&OfficialYear> {
        self.source.years.iter().find(|official| official.year == year)
    }

    /// The years without a notice among those the two days span, in either order.
    pub fn unpublished(&self, a: NaiveDate, b: NaiveDate) -> Option<Unpublished> {
        let (from, to) = (a.year().min(b.year()), a.year().max(b.year()));
        let first = (from..=to).find(|year| !self.year_published(*year))?;
        let last = (from..=to).rev().find(|year| !self.year_published(*year))?;
        Some(Unpublished { first, last })
    }

    /// Describes a day.
    pub fn day(&self, date: NaiveDate) -> Day<'_> {
        let special = self.special.get(&date);
        let kind = match (special.map(|special| special.off), is_weekend(date)) {
            (Some(true), _) => DayKind::Holiday,
            (Some(false), true) => DayKind::MakeUp,
            (None, true) => DayKind::Weekend,
            (Some(false) | None, false) => DayKind::Workday,
        };
        Day {
            date,
            kind,
            holiday: special.map(|special| &*special.name),
            local: special.is_some_and(|special| special.local),
            published: self.year_published(date.year()),
        }
    }

    /// Whether people work on that day.
    pub fn is_workday(&self, day: NaiveDate) -> bool {
        self.special.get(&day).map_or(!is_weekend(day), |special| !special.off)
    }

    /// The first working day after `day`, never `day` itself.
    pub fn next_workday(&self, day: NaiveDate) -> NaiveDate {
        self.add_workdays(day, 1)
    }

    /// The last working day before `day`, never `day` itself.
    pub fn previous_workday(&self, day: NaiveDate) -> NaiveDate {
        self.add_workdays(day, -1)
    }

    /// `day` itself when people work, else the next working day: how a period that ends on a holiday is prolonged.
    pub fn workday_on_or_after(&self, day: NaiveDate) -> NaiveDate {
        if self.is_workday(day) { day } else { self.next_workday(day) }
    }

    /// `day` itself when people work, else the working day before: how a reporting day is moved forward.
    pub fn workday_on_or_before(&self, day: NaiveDate) -> NaiveDate {
        if self.is_workday(day) { day } else { self.previous_workday(day) }
    }

    /// The `n`-th working day after `from`, the day after `from` being the first that can count; `from` itself for 0.
    ///
    /// A negative `n` counts back from the day before `from`: −1 from a Sunday is the Friday.
    pub fn add_workdays(&self, from: NaiveDate, n: i64) -> NaiveDate {
        match n {
            0 => from,
            1.. => self.nth(self.rank(number(from)).saturating_add(n)),
            // The working day with rank r is the first of the days that have it.
            ..0 => self.nth(self.rank(number(from) - 1).saturating_add(n + 1)),
        }
    }

    /// The working days after `from` up to and including `to`; negative, counting `(to, from]`, when `to` is earlier.
    pub fn workdays_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        self.rank(number(to)) - self.rank(number(from))
    }

    /// Days the calendar speaks about, from the day after `from` to `to`.
    pub(crate) fn special_days(&self, from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = (NaiveDate, &Special)> {
        // A reversed range would panic in the tree.
        let until = to.max(from);
        self.special.range(from..=until).filter(move |(day, _)| **day > from).map(|(day, special)| (*day, special))
    }

    /// Working days from the beginning of the common era up to and including the day of that number.
    fn rank(&self, day: i64) -> i64 {
        let gained = if day < self.first {
            0
        } else {
            let inside = usize::try_from(day - self.first).ok().and_then(|index| self.gained.get(index));
            inside.or(self.gained.last()).copied().unwrap_or(0)
        };
        weekdays(day) + i64::from(gained)
    }

    /// The working day of that rank.
    fn nth(&self, rank: i64) -> NaiveDate {
        let before = self.rank(self.first - 1);
        if rank <= before {
            return date(nth_weekday(rank));
        }
        let inside = usize::try_from(rank.saturating_sub(before + 1)).ok().and_then(|index| self.workdays.get(index));
        match inside {
            Some(day) => date(i64::from(*day)),
            None => date(nth_weekday(rank.saturating_sub(i64::from(self.gained.last().copied().unwrap_or(0))))),
        }
    }
}

fn specials(source: &CalendarSource) -> BTreeMap<NaiveDate, Special> {
    let mut special = BTreeMap::new();
    let mut put = |day, off, name: &Arc<str>, local| {
        special.insert(day, Special { off, name: Arc::clone(name), local });
    };
    for holiday in source.years.iter().flat_map(|year| &year.holidays) {
        let name = Arc::from(holiday.name.as_str());
        holiday.days_off().for_each(|day| put(day, true, &name, false));
        holiday.work.iter().for_each(|day| put(*day, false, &name, false));
    }
    for day in &source.local {
        put(day.day, day.off, &Arc::from(day.name.as_str()), true);
    }
    special
}

pub(crate) fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn number(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce())
}

fn date(number: i64) -> NaiveDate {
    let edge = if number < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    i32::try_from(number).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(edge)
}

/// Mondays to Fridays among the days 1 to `day`; day 1 of the common era was a Monday.
fn weekdays(day: i64) -> i64 {
    day.div_euclid(7) * 5 + day.rem_euclid(7).min(5)
}

/// The number of the day that is the `rank`-th Monday to Friday.
fn nth_weekday(rank: i64) -> i64 {
    let whole_weeks = rank.saturating_sub(1).div_euclid(5);
    whole_weeks.saturating_mul(7).saturating_add(rank.saturating_sub(1).rem_euclid(5) + 1)
}

#[cfg(test)]
mod tests {
    use super::{Calendar, DayKind, source::CalendarSource};
    use chrono::NaiveDate;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_spring_festival_of_2026_costs_ten_working_days_until_5_march() {
        let calendar = Calendar::official();
        assert_eq!(calendar.add_workdays(d("2026-02-13"), 10), d("2026-03-05"));
        assert_eq!(calendar.workdays_between(d("2026-02-13"), d("2026-03-05")), 10);
        assert_eq!(calendar.add_workdays(d("2026-03-05"), -10), d("2026-02-13"));
    }

    #[test]
    fn a_day_says_what_it_is() {
        let calendar = Calendar::official();
        let kind = |text| (calendar.day(d(text)).kind, calendar.day(d(text)).holiday);
        assert_eq!(kind("2026-02-14"), (DayKind::MakeUp, Some("春节")));
        assert_eq!(kind("2026-02-17"), (DayKind::Holiday, Some("春节")));
        assert_eq!(kind("2026-03-07"), (DayKind::Weekend, None));
        assert_eq!(kind("2026-03-06"), (DayKind::Workday, None));
        // Named in the notice that prolonged the festival, but an ordinary Monday.
        assert_eq!(kind("2020-02-03"), (DayKind::Workday, Some("春节")));
    }

    #[test]
    fn a_year_without_notice_has_weekends_only_and_is_named() {
        let calendar = Calendar::official();
        assert!(calendar.is_workday(d("2027-01-01")));
        assert!(!calendar.year_published(2027));
        assert_eq!(calendar.unpublished(d("2025-01-01"), d("2026-12-31")), None);
        let warning = calendar.unpublished(d("2028-03-01"), d("2026-12-31")).unwrap();
        assert_eq!((warning.first, warning.last), (2027, 2028));
        assert!(warning.to_string().starts_with("2027年至2028年的放假调休安排尚未公布"));
    }

    #[test]
    fn counting_back_starts_before_the_day_itself() {
        let calendar = Calendar::official();
        assert_eq!(calendar.previous_workday(d("2026-03-08")), d("2026-03-06"));
        assert_eq!(calendar.previous_workday(d("2026-03-06")), d("2026-03-05"));
        assert_eq!(calendar.workday_on_or_before(d("2026-02-20")), d("2026-02-14"));
        assert_eq!(calendar.workday_on_or_after(d("2026-02-20")), d("2026-02-24"));
    }

    #[test]
    fn a_calendar_without_any_year_knows_weekends() {
        let calendar = Calendar::new(CalendarSource { version: "空".into(), years: Vec::new(), local: Vec::new() }).unwrap();
        assert_eq!(calendar.add_workdays(d("2026-10-01"), 5), d("2026-10-08"));
        assert_eq!(calendar.add_workdays(d("2026-10-04"), -1), d("2026-10-02"));
    }

    #[test]
    fn counts_beyond_time_stop_at_its_ends() {
        let calendar = Calendar::official();
        assert_eq!(calendar.add_workdays(d("2026-10-01"), i64::MAX), NaiveDate::MAX);
        assert_eq!(calendar.add_workdays(d("2026-10-01"), i64::MIN), NaiveDate::MIN);
        assert_eq!(calendar.next_workday(NaiveDate::MAX), NaiveDate::MAX);
        assert_eq!(calendar.previous_workday(NaiveDate::MIN), NaiveDate::MIN);
    }
}
