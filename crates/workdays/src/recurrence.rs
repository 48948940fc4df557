//! What comes again and again: “每月25日”, “每两周的周三”, “每季度最后一个工作日” → periods, and the day in each.
//!
//! A [`crate::Cadence`] says by when something is due and is always moved forward; a recurrence says on which day something
//! begins, is moved as one likes, and names the *period* each time belongs to: the same in every calendar version, so fit for a
//! key.
//!
//! *Invariants*: periods ascend strictly and none comes twice; a day that is moved is a working day.

mod read;

use std::fmt;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use wording::{Join, Words, say};

use crate::{
    calendar::Calendar,
    explain::{month_end, month_name, weekday_name},
};

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// From Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// A quarter.
    Quarter,
    /// A year.
    Year,
}

/// What becomes of a day that is a day off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// It is the working day before.
    #[default]
    Before,
    /// It is the next working day.
    After,
    /// It stays as it is.
    Stays,
}

/// What comes again and again. Numbers outside their range are refused by [`Recurrence::checked`] and read as the nearest inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Recurrence {
    /// How long a period is.
    pub every: Every,
    /// Each, each second, each third period; 1 to 60.
    pub interval: u16,
    /// The weekday (1 is Monday) of a week, else the day of the month, beyond whose end is its last day; without one it is the
    /// last working day of the month.
    pub day: Option<u8>,
    /// Which month of the quarter (1 to 3) or the year (1 to 12).
    pub month: Option<u8>,
    /// What becomes of a day off.
    pub moved: Moved,
}

/// One time it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The first day of its period.
    pub first: NaiveDate,
    /// The last day of its period.
    pub last: NaiveDate,
    /// How long that period is.
    pub every: Every,
    /// The day the rule names.
    pub nominal: NaiveDate,
    /// The day it comes, when it is moved.
    pub day: NaiveDate,
}

/// A number of a [`Recurrence`] outside its range: which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("out of range: {0}")]
pub struct RecurrenceError(pub &'static str);

impl Occurrence {
    /// The period's name, the same in every calendar version and unlike that of any other period: 2026-W07, 2026-02, 2026-Q1, 2026.
    #[must_use]
    pub fn key(&self) -> String {
        let (year, month) = (self.first.year(), self.first.month());
        match self.every {
            Every::Week => {
                let week = self.first.iso_week();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Every::Month => format!("{year:04}-{month:02}"),
            Every::Quarter => format!("{year:04}-Q{}", month.div_ceil(3)),
            Every::Year => format!("{year:04}"),
        }
    }

    /// A day of the period: the weekday of a week, else a day of the month in which it comes.
    #[must_use]
    pub fn day_of(&self, day: u8) -> Option<NaiveDate> {
        if self.every == Every::Week {
            return self.first.checked_add_days(Days::new(u64::from(day.clamp(1, 7)) - 1));
        }
        let last = month_end(self.nominal.year(), self.nominal.month())?;
        last.with_day(u32::from(day.max(1)).min(last.day()))
    }

    /// The period, for people.
    #[must_use]
    pub fn words(&self) -> Words {
        let (year, month) = (self.first.year(), self.first.month());
        match self.every {
            Every::Week => {
                let week = self.first.iso_week();
                say!("{year}年第{week}周", year = week.year(), week = week.week())
            }
            Every::Month => say!("{year}年{month}", month = month_name(month)),
            Every::Quarter => say!("{year}年第{quarter}季度", quarter = month.div_ceil(3)),
            Every::Year => say!("{year}年"),
        }
    }

    /// Why the day is what it is; nothing where it is simply the one the rule names.
    #[must_use]
    pub fn explanation(&self, calendar: &Calendar) -> Option<Words> {
        let (nominal, day) = (self.nominal, self.day);
        let reason = calendar.day_off(nominal)?;
        Some(if day < nominal {
            say!("{nominal}（{reason}），提前至{day}")
        } else if day > nominal {
            say!("{nominal}（{reason}），顺延至{day}")
        } else {
            say!("{nominal}不是工作日（{reason}）")
        })
    }
}

impl Recurrence {
    /// Refuses numbers outside their range, by the name of the field.
    pub fn checked(self) -> Result<Self, RecurrenceError> {
        let within = |value: Option<u8>, most: u8| value.is_some_and(|value| (1..=most).contains(&value));
        if !(1..=60).contains(&self.interval) {
            return Err(RecurrenceError("interval"));
        }
        let day = match self.every {
            Every::Week => within(self.day, 7),
            Every::Month | Every::Quarter | Every::Year => self.day.is_none() || within(self.day, 31),
        };
        let month = match self.every {
            Every::Week | Every::Month => self.month.is_none(),
            Every::Quarter => within(self.month, 3),
            Every::Year => within(self.month, 12),
        };
        match (day, month) {
            (false, _) => Err(RecurrenceError("day")),
            (_, false) => Err(RecurrenceError("month")),
            _ => Ok(self),
        }
    }

    /// The times it comes whose nominal day is not before `from`, without end. The first of them begins the count of every
    /// second, every third.
    pub fn occurrences(self, from: NaiveDate, calendar: &Calendar) -> impl Iterator<Item = Occurrence> {
        let all = std::iter::successors(self.period_of(from), move |at| self.after(*at, 1)).take_while(|first| first.year() < 2200);
        let first = all.into_iter().find(|first| self.nominal(*first, calendar).is_some_and(|nominal| nominal >= from));
        std::iter::successors(first, move |at| self.after(*at, u32::from(self.interval.clamp(1, 60))))
            .take_while(|first| first.year() < 2200)
            .map_while(move |first| self.in_period(first, calendar))
    }

    fn in_period(self, first: NaiveDate, calendar: &Calendar) -> Option<Occurrence> {
        let nominal = self.nominal(first, calendar)?;
        let day = match self.moved {
            Moved::Before => calendar.workday_on_or_before(nominal),
            Moved::After => calendar.workday_on_or_after(nominal),
            Moved::Stays => nominal,
        };
        let last = self.after(first, 1)?.pred_opt()?;
        Some(Occurrence { first, last, every: self.every, nominal, day })
    }

    /// The first day of the period a day lies in.
    fn period_of(self, day: NaiveDate) -> Option<NaiveDate> {
        match self.every {
            Every::Week => day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))),
            Every::Month => day.with_day(1),
            Every::Quarter => NaiveDate::from_ymd_opt(day.year(), (day.month().div_ceil(3) - 1) * 3 + 1, 1),
            Every::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1),
        }
    }

    /// The first day of the period so many later.
    fn after(self, first: NaiveDate, n: u32) -> Option<NaiveDate> {
        match self.every {
            Every::Week => first.checked_add_days(Days::new(u64::from(n) * 7)),
            Every::Month => first.checked_add_months(chrono::Months::new(n)),
            Every::Quarter => first.checked_add_months(chrono::Months::new(n * 3)),
            Every::Year => first.checked_add_months(chrono::Months::new(n * 12)),
        }
    }

    fn nominal(self, first: NaiveDate, calendar: &Calendar) -> Option<NaiveDate> {
        let month = match self.every {
            Every::Week => {
                return first.checked_add_days(Days::new(u64::from(self.day.unwrap_or(1).clamp(1, 7)) - 1));
            }
            Every::Month => first.month(),
            Every::Quarter => first.month() + u32::from(self.month.unwrap_or(3).clamp(1, 3)) - 1,
            Every::Year => u32::from(self.month.unwrap_or(12).clamp(1, 12)),
        };
        day_in(first.year(), month, self.day, calendar)
    }

    /// How often, for people.
    #[must_use]
    pub fn words(self) -> Words {
        let (n, month) = (self.interval, self.month.unwrap_or(0));
        let calendar_month = || month_name(u32::from(month));
        let said = match (self.every, self.day, n) {
            (Every::Week, day, 1) => say!("每{weekday}", weekday = Words::from(weekday_name(day.unwrap_or(1)))),
            (Every::Week, day, n) => say!("每{n}周的{weekday}", weekday = Words::from(weekday_name(day.unwrap_or(1)))),
            (Every::Month, Some(day), 1) => say!("每月{day}日"),
            (Every::Month, None, 1) => "每月最后一个工作日".into(),
            (Every::Month, Some(day), n) => say!("每{n}个月的{day}日"),
            (Every::Month, None, n) => say!("每{n}个月的最后一个工作日"),
            (Every::Quarter, Some(day), 1) => say!("每季度第{month}个月{day}日"),
            (Every::Quarter, None, 1) => say!("每季度第{month}个月最后一个工作日"),
            (Every::Quarter, Some(day), n) => say!("每{n}个季度的第{month}个月{day}日"),
            (Every::Quarter, None, n) => say!("每{n}个季度的第{month}个月最后一个工作日"),
            (Every::Year, Some(day), 1) => say!("每年{month}{day}日", month = calendar_month()),
            (Every::Year, None, 1) => say!("每年{month}最后一个工作日", month = calendar_month()),
            (Every::Year, Some(day), n) => say!("每{n}年的{month}{day}日", month = calendar_month()),
            (Every::Year, None, n) => say!("每{n}年的{month}最后一个工作日", month = calendar_month()),
        };
        let moved: Words = match (self.moved, self.day) {
            // The last working day is one already.
            (_, None) | (Moved::Stays, _) => return said,
            (Moved::Before, _) => "遇非工作日提前".into(),
            (Moved::After, _) => "遇非工作日顺延".into(),
        };
        said.then(Join::Parts, moved)
    }
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().zh())
    }
}

/// The day of a month, beyond whose end is its last day; without one its last working day.
fn day_in(year: i32, month: u32, day: Option<u8>, calendar: &Calendar) -> Option<NaiveDate> {
    let last = month_end(year, month)?;
    match day {
        Some(day) => last.with_day(u32::from(day.max(1)).min(last.day())),
        None => Some(calendar.workday_on_or_before(last)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Every, Moved, Recurrence};
    use crate::calendar::Calendar;
    use chrono::NaiveDate;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(text: &str) -> Recurrence {
        Recurrence::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    fn days(text: &str, from: &str, n: usize) -> Vec<String> {
        rule(text).occurrences(d(from), Calendar::official()).take(n).map(|one| one.day.to_string()).collect()
    }

    #[test]
    fn a_monthly_day_over_the_festivals_of_2026_is_moved_as_one_likes() {
        let before = days("每月20日", "2026-01-01", 3);
        assert_eq!(before, ["2026-01-20", "2026-02-14", "2026-03-20"]);
        let after = days("每月20日，遇节假日顺延", "2026-01-01", 3);
        assert_eq!(after, ["2026-01-20", "2026-02-24", "2026-03-20"]);
        assert_eq!(days("每月1日", "2026-09-15", 2), ["2026-09-30", "2026-10-30"]);
        let moved = rule("每月1日").occurrences(d("2026-09-15"), Calendar::official()).next().unwrap();
        assert_eq!(moved.explanation(Calendar::official()).unwrap().zh(), "2026-10-01（国庆节放假），提前至2026-09-30");
        assert_eq!((moved.key(), moved.words().zh()), ("2026-10".to_owned(), "2026年10月".to_owned()));
    }

    #[test]
    fn the_last_working_day_is_one() {
        assert_eq!(days("每月最后一个工作日", "2026-01-05", 4), ["2026-01-30", "2026-02-28", "2026-03-31", "2026-04-30"]);
        assert_eq!(days("每季度末", "2026-01-05", 2), ["2026-03-31", "2026-06-30"]);
        assert_eq!(days("每年底", "2026-01-05", 2), ["2026-12-31", "2027-12-31"]);
    }

    #[test]
    fn every_second_counts_from_the_first_that_comes() {
        assert_eq!(days("每两个月10日", "2026-03-11", 3), ["2026-04-10", "2026-06-10", "2026-08-10"]);
        assert_eq!(days("隔周周三", "2026-03-05", 3), ["2026-03-11", "2026-03-25", "2026-04-08"]);
    }

    #[test]
    fn words_are_read_and_said_again() {
        for (text, said) in [
            ("每周三", "每周三，遇非工作日提前"),
            ("每星期天", "每周日，遇非工作日提前"),
            ("每 2 周的周五，遇节假日顺延", "每2周的周五，遇非工作日顺延"),
            ("每两周周五", "每2周的周五，遇非工作日提前"),
            ("每月25号前", "每月25日，遇非工作日提前"),
            ("每月二十五日", "每月25日，遇非工作日提前"),
            ("每月底", "每月最后一个工作日"),
            ("每季度首月10日", "每季度第1个月10日，遇非工作日提前"),
            ("每季度第2个月15日", "每季度第2个月15日，遇非工作日提前"),
            ("每季度最后一个工作日", "每季度第3个月最后一个工作日"),
            ("每年3月15日", "每年3月15日，遇非工作日提前"),
            ("每年12月最后一个工作日", "每年12月最后一个工作日"),
        ] {
            assert_eq!(rule(text).words().zh(), said, "{text}");
            // What is said is understood again.
            assert_eq!(rule(said), rule(text), "{said}");
        }
        for text in
            ["", "每", "每周", "每周八", "每月", "每月32日", "每月0日", "十日内", "每年13月1日", "每月5日和10日", "每季度第4个月1日"]
        {
            assert_eq!(Recurrence::read(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_outside_their_range_are_refused_by_name() {
        let rule = Recurrence { every: Every::Week, interval: 1, day: Some(5), month: None, moved: Moved::Before };
        assert!(rule.checked().is_ok());
        assert_eq!(Recurrence { day: None, ..rule }.checked().unwrap_err().0, "day");
        assert_eq!(Recurrence { interval: 0, ..rule }.checked().unwrap_err().0, "interval");
        assert_eq!(Recurrence { every: Every::Year, ..rule }.checked().unwrap_err().0, "month");
    }

    #[test]
    fn weeks_of_two_years_have_names_of_their_own() {
        let all: Vec<String> = rule("每周一").occurrences(d("2025-12-01"), Calendar::official()).take(120).map(|one| one.key()).collect();
        let mut sorted = all.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted, all);
        assert!(all.contains(&"2026-W53".to_owned()));
    }

    #[test]
    fn the_ends_of_time_end_the_walk() {
        let calendar = Calendar::official();
        for text in ["每周三", "每月最后一个工作日", "每季度末", "每60年1月1日"] {
            assert!(rule(text).occurrences(d("2199-01-01"), calendar).count() < 60);
            assert_eq!(rule(text).occurrences(NaiveDate::MAX, calendar).count(), 0);
        }
    }
}
