//! Moments within the hours in which people work.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

use crate::Calendar;

/// The hours of a working day: one span or several, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours(Vec<(NaiveTime, NaiveTime)>);

/// How many days are looked ahead for open hours: longer than any holiday, and an end where the calendar has none.
const FAR: usize = 400;

impl Hours {
    /// Hours of these spans; `None` unless each begins before it ends and after the one before has ended, and there is one.
    pub fn new(spans: Vec<(NaiveTime, NaiveTime)>) -> Option<Self> {
        let each = spans.iter().all(|(from, to)| from < to);
        let ordered = spans.iter().zip(spans.iter().skip(1)).all(|(one, next)| one.1 <= next.0);
        (each && ordered && !spans.is_empty()).then_some(Self(spans))
    }

    /// The spans.
    pub fn spans(&self) -> &[(NaiveTime, NaiveTime)] {
        &self.0
    }

    /// Whether the moment is within the hours of a day on which people work; of any day where `any_day`.
    pub fn is_open(&self, calendar: &Calendar, at: NaiveDateTime, any_day: bool) -> bool {
        (any_day || calendar.is_workday(at.date())) && self.0.iter().any(|(from, to)| (*from..*to).contains(&at.time()))
    }

    /// `at` itself when it is within the hours, else the next moment that is.
    pub fn open_from(&self, calendar: &Calendar, at: NaiveDateTime, any_day: bool) -> NaiveDateTime {
        self.spans_from(calendar, at, any_day).next().map_or(at, |(from, _)| from)
    }

    /// The moment so many minutes of work after `at`; `at` itself for 0.
    pub fn add_minutes(&self, calendar: &Calendar, at: NaiveDateTime, minutes: i64) -> NaiveDateTime {
        let mut left = TimeDelta::minutes(minutes.max(0));
        if left.is_zero() {
            return at;
        }
        let mut last = at;
        for (from, to) in self.spans_from(calendar, at, false) {
            if to - from >= left {
                return from + left;
            }
            left -= to - from;
            last = to;
        }
        last
    }

    /// What remains of the open spans from `at` on, in order.
    fn spans_from(&self, calendar: &Calendar, at: NaiveDateTime, any_day: bool) -> impl Iterator<Item = (NaiveDateTime, NaiveDateTime)> {
        let days = at.date().iter_days().take(FAR).filter(move |day| any_day || calendar.is_workday(*day));
        days.flat_map(|day| self.0.iter().map(move |(from, to)| (day.and_time(*from), day.and_time(*to))))
            .filter(move |(_, to)| *to > at)
            .map(move |(from, to)| (from.max(at), to))
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;

    fn hours() -> Hours {
        let at = |h, m| NaiveTime::from_hms_opt(h, m, 0).unwrap();
        Hours::new(vec![(at(8, 30), at(12, 0)), (at(13, 30), at(17, 30))]).unwrap()
    }

    fn moment(day: u32, h: u32, m: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 2, day).unwrap().and_hms_opt(h, m, 0).unwrap()
    }

    #[test]
    fn spans_that_overlap_or_run_backwards_are_refused() {
        let at = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
        for spans in [vec![], vec![(at(9), at(9))], vec![(at(13), at(14)), (at(8), at(9))], vec![(at(8), at(10)), (at(9), at(11))]] {
            assert_eq!(Hours::new(spans), None);
        }
    }

    #[test]
    fn work_goes_over_the_midday_break_the_night_and_the_spring_festival() {
        let add = |at, minutes| hours().add_minutes(Calendar::official(), at, minutes);
        assert_eq!(add(moment(5, 11, 0), 60), moment(5, 12, 0));
        assert_eq!(add(moment(5, 11, 0), 90), moment(5, 14, 0));
        assert_eq!(add(moment(5, 16, 0), 240), moment(6, 11, 0));
        assert_eq!(add(moment(5, 20, 0), 30), moment(6, 9, 0));
        // Saturday the 14th is worked in exchange, the festival lasts to the 23rd.
        assert_eq!(add(moment(13, 17, 0), 60), moment(14, 9, 0));
        assert_eq!(add(moment(14, 17, 0), 60), moment(24, 9, 0));
        assert_eq!(add(moment(15, 3, 0), 0), moment(15, 3, 0));
    }

    #[test]
    fn what_falls_outside_waits_for_the_next_open_hour() {
        let (hours, calendar) = (hours(), Calendar::official());
        assert_eq!(hours.open_from(calendar, moment(5, 9, 0), false), moment(5, 9, 0));
        assert_eq!(hours.open_from(calendar, moment(5, 12, 0), false), moment(5, 13, 30));
        assert_eq!(hours.open_from(calendar, moment(6, 18, 0), false), moment(9, 8, 30));
        assert_eq!(hours.open_from(calendar, moment(6, 18, 0), true), moment(7, 8, 30));
    }

    proptest! {
        #[test]
        fn minutes_add_up(start in 0_i64..300_000, a in 0_i64..2000, b in 0_i64..2000) {
            let (hours, calendar) = (hours(), Calendar::official());
            let at = moment(1, 0, 0) + TimeDelta::minutes(start);
            let at = hours.open_from(calendar, at, false);
            let once = hours.add_minutes(calendar, at, a + b);
            let twice = hours.add_minutes(calendar, hours.add_minutes(calendar, at, a), b);
            prop_assert_eq!(once, twice);
            prop_assert!(a + b == 0 || hours.spans().iter().any(|(from, to)| (*from..=*to).contains(&once.time())));
        }
    }
}
