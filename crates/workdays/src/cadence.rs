//! Repeating duties: “每周五”, “每月25日前”, “每季度末” → the days they fall due.
//!
//! *Invariants*: a due day is never a day off (it is moved forward, to the working day before), the due days of a span
//! ascend strictly, and asking about two adjoining spans gives what asking about their union gives.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use wording::{Words, say};

use crate::calendar::Calendar;
use crate::explain::{month_end, weekday_name};

/// How often something falls due. Numbers outside their range are read as the nearest inside it; JSON with such a
/// number is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "every", rename_all = "snake_case", try_from = "Unchecked")]
pub enum Cadence {
    /// Never.
    #[default]
    None,
    /// Each working day.
    Daily,
    /// Each week.
    Weekly {
        /// 1 is Monday, 7 is Sunday.
        weekday: u8,
    },
    /// On the 15th and the last day of each month.
    HalfMonthly,
    /// Each month.
    Monthly {
        /// 1 to 31; beyond the month's end is its last day.
        day: u8,
    },
    /// In the last month of each quarter.
    Quarterly {
        /// 1 to 31; beyond the month's end is its last day, so 31 is the quarter's end.
        day: u8,
    },
}

/// A number of a [`Cadence`] outside its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct CadenceError;

impl CadenceError {
    /// What is wrong.
    pub fn words(self) -> Words {
        "报送周期的日期不对：星期须为1至7，日须为1至31".into()
    }
}

impl fmt::Display for CadenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().zh())
    }
}

/// One time a duty falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DueDay {
    /// The working day it is due.
    pub day: NaiveDate,
    /// The day the rule names, before it was moved: the same in every calendar version, so fit for a key.
    pub nominal: NaiveDate,
}

#[derive(Deserialize)]
#[serde(tag = "every", rename_all = "snake_case")]
enum Unchecked {
    None,
    Daily,
    Weekly { weekday: u8 },
    HalfMonthly,
    Monthly { day: u8 },
    Quarterly { day: u8 },
}

impl TryFrom<Unchecked> for Cadence {
    type Error = CadenceError;

    fn try_from(unchecked: Unchecked) -> Result<Self, CadenceError> {
        match unchecked {
            Unchecked::None => Self::None,
            Unchecked::Daily => Self::Daily,
            Unchecked::HalfMonthly => Self::HalfMonthly,
            Unchecked::Weekly { weekday } => Self::Weekly { weekday },
            Unchecked::Monthly { day } => Self::Monthly { day },
            Unchecked::Quarterly { day } => Self::Quarterly { day },
        }
        .checked()
    }
}

impl Cadence {
    /// Refuses numbers outside their range.
    pub fn checked(self) -> Result<Self, CadenceError> {
        let fits = match self {
            Self::None | Self::Daily | Self::HalfMonthly => true,
            Self::Weekly { weekday } => (1..=7).contains(&weekday),
            Self::Monthly { day } | Self::Quarterly { day } => (1..=31).contains(&day),
        };
        if fits { Ok(self) } else { Err(CadenceError) }
    }

    /// The due days from `from` to `to`, both included, in order.
    ///
    /// The span is about the day it is *due*: a nominal day after `to` that is moved into the span belongs to it. Two
    /// nominal days that one long holiday moves to the same day are due once, under the earlier.
    pub fn due_days(self, from: NaiveDate, to: NaiveDate, calendar: &Calendar) -> impl Iterator<Item = DueDay> {
        let mut before = None;
        // Moving forward keeps the order, so the first day past the end ends the walk.
        self.nominal_days(from)
            .map(|nominal| DueDay { day: calendar.workday_on_or_before(nominal), nominal })
            .skip_while(move |due| due.day < from)
            .take_while(move |due| due.day <= to)
            .filter(move |due| before.replace(due.day) != Some(due.day))
    }

    /// The first due day after `day`.
    pub fn next_due(self, day: NaiveDate, calendar: &Calendar) -> Option<DueDay> {
        self.due_days(day.succ_opt()?, NaiveDate::MAX, calendar).next()
    }

    /// Nominal days from `from` on, without end.
    fn nominal_days(self, from: NaiveDate) -> Box<dyn Iterator<Item = NaiveDate>> {
        let months = move |step: u32, day: u8| {
            let start = (from.year(), (from.month().div_ceil(step)) * step);
            std::iter::successors(Some(start), move |(year, month)| {
                Some(if month + step > 12 { (year.checked_add(1)?, month + step - 12) } else { (*year, month + step) })
            })
            .map_while(move |(year, month)| day_of_month(year, month, day))
            .skip_while(move |nominal| *nominal < from)
        };
        match self {
            Self::None => Box::new(std::iter::empty()),
            Self::Daily => Box::new(std::iter::successors(Some(from), NaiveDate::succ_opt)),
            Self::HalfMonthly => {
                let halves = std::iter::successors(Some((from.year(), from.month())), |(year, month)| {
                    Some(if *month == 12 { (year.checked_add(1)?, 1) } else { (*year, month + 1) })
                });
                let days =
                    halves.flat_map(|(year, month)| [day_of_month(year, month, 15), day_of_month(year, month, 31)]).map_while(|day| day);
                Box::new(days.skip_while(move |nominal| *nominal < from))
            }
            Self::Weekly { weekday } => {
                let ahead = (u64::from(weekday.clamp(1, 7)) + 7 - u64::from(from.weekday().number_from_monday())) % 7;
                Box::new(std::iter::successors(from.checked_add_days(Days::new(ahead)), |day| day.checked_add_days(Days::new(7))))
            }
            Self::Monthly { day } => Box::new(months(1, day)),
            Self::Quarterly { day } => Box::new(months(3, day)),
        }
    }
}

impl Cadence {
    /// How often, for people.
    pub fn words(self) -> Words {
        match self {
            Self::None => "不定期报送".into(),
            Self::Daily => "每个工作日".into(),
            Self::HalfMonthly => "每月15日、月底前".into(),
            Self::Weekly { weekday } => say!("每{weekday}前", weekday = Words::from(weekday_name(weekday))),
            Self::Monthly { day: 31.. } => "每月底前".into(),
            Self::Monthly { day } => say!("每月{day}日前", day = day.max(1)),
            Self::Quarterly { day: 31.. } => "每季度末前".into(),
            Self::Quarterly { day } => say!("每季度末月{day}日前", day = day.max(1)),
        }
    }
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().zh())
    }
}

fn day_of_month(year: i32, month: u32, day: u8) -> Option<NaiveDate> {
    let last = month_end(year, month)?;
    last.with_day(u32::from(day.max(1)).min(last.day()))
}

#[cfg(test)]
mod tests {
    use super::Cadence;
    use crate::calendar::Calendar;
    use chrono::NaiveDate;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn due(cadence: Cadence, from: &str, to: &str) -> Vec<String> {
        cadence.due_days(d(from), d(to), Calendar::official()).map(|due| due.day.to_string()).collect()
    }

    #[test]
    fn a_friday_in_the_golden_week_is_moved_before_it() {
        let days = due(Cadence::Weekly { weekday: 5 }, "2025-09-22", "2025-10-17");
        assert_eq!(days, ["2025-09-26", "2025-09-30", "2025-10-10", "2025-10-17"]);
    }

    #[test]
    fn a_day_past_the_month_is_its_last_working_day() {
        let days = due(Cadence::Monthly { day: 31 }, "2026-01-01", "2026-04-30");
        // 28 February 2026 is a Saturday that is worked.
        assert_eq!(days, ["2026-01-30", "2026-02-28", "2026-03-31", "2026-04-30"]);
    }

    #[test]
    fn quarters_fall_due_in_their_last_month() {
        let days = due(Cadence::Quarterly { day: 31 }, "2026-01-01", "2026-12-31");
        assert_eq!(days, ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]);
        let days = due(Cadence::Quarterly { day: 25 }, "2026-03-26", "2026-12-31");
        assert_eq!(days, ["2026-06-25", "2026-09-24", "2026-12-25"]);
    }

    #[test]
    fn a_day_moved_into_the_span_belongs_to_it_once() {
        // The 15th and 22nd of February 2026 are Sundays of the festival: both move to Saturday the 14th.
        let cadence = Cadence::Weekly { weekday: 7 };
        assert_eq!(due(cadence, "2026-02-09", "2026-02-14"), ["2026-02-14"]);
        assert_eq!(due(cadence, "2026-02-15", "2026-02-27"), Vec::<String>::new());
        let next = cadence.next_due(d("2026-02-10"), Calendar::official()).unwrap();
        assert_eq!((next.day, next.nominal), (d("2026-02-14"), d("2026-02-15")));
    }

    #[test]
    fn json_is_plain_and_checked() {
        let cadence = Cadence::Weekly { weekday: 5 };
        let text = serde_json::to_string(&cadence).unwrap();
        assert_eq!(text, r#"{"every":"weekly","weekday":5}"#);
        assert_eq!(serde_json::from_str::<Cadence>(&text).unwrap(), cadence);
        assert!(serde_json::from_str::<Cadence>(r#"{"every":"monthly","day":0}"#).is_err());
        assert_eq!(serde_json::from_str::<Cadence>(r#"{"every":"none"}"#).unwrap(), Cadence::None);
    }

    #[test]
    fn words_for_people() {
        assert_eq!(Cadence::Weekly { weekday: 5 }.to_string(), "每周五前");
        assert_eq!(Cadence::Quarterly { day: 31 }.to_string(), "每季度末前");
        assert_eq!(Cadence::Monthly { day: 25 }.to_string(), "每月25日前");
    }

    #[test]
    fn the_ends_of_time_end_the_walk() {
        let calendar = Calendar::official();
        for cadence in [Cadence::Weekly { weekday: 9 }, Cadence::Monthly { day: 0 }, Cadence::Quarterly { day: 40 }] {
            assert!(cadence.due_days(NaiveDate::MAX, NaiveDate::MAX, calendar).count() <= 1);
            assert!(cadence.due_days(NaiveDate::MIN, NaiveDate::MIN, calendar).count() <= 1);
            assert_eq!(cadence.next_due(NaiveDate::MAX, calendar), None);
        }
    }
}
