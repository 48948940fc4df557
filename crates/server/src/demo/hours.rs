//! Office hours: 08:30 to 12:00 and 14:30 to 18:00 on working days. Nothing in a demo area happens at any other time.

use std::time::Duration;

use kit::{Day, Moment};
use workdays::Calendar;

/// An hour's milliseconds.
pub(super) const HOUR: i64 = 3_600_000;
/// A minute's.
pub(super) const MINUTE: i64 = 60_000;
const MORNING: i64 = 8 * HOUR + 30 * MINUTE;
const NOON: i64 = 3 * HOUR + 30 * MINUTE;
const BREAK: i64 = 2 * HOUR + 30 * MINUTE;
/// The working time of a day.
pub(super) const FULL_DAY: i64 = 7 * HOUR;

/// The moment of a day after so much working time; held to the day.
pub(super) fn at(day: Day, worked: i64) -> Moment {
    let worked = worked.clamp(0, FULL_DAY - 1);
    let since = MORNING + worked + if worked < NOON { 0 } else { BREAK };
    day.start().plus(Duration::from_millis(u64::try_from(since).unwrap_or(0)))
}

/// The moment so much working time later.
pub(super) fn later(calendar: &Calendar, from: Moment, work: i64) -> Moment {
    let day = workday_on_or_after(calendar, from.day());
    let total = if day == from.day() { worked(from) } else { 0 } + work.max(0);
    match total / FULL_DAY {
        0 => at(day, total),
        days => at(workday(calendar, day, days), total % FULL_DAY),
    }
}

/// How much of its day's working time had passed.
fn worked(at: Moment) -> i64 {
    let since = at.millis() - at.day().start().millis() - MORNING;
    if since < NOON { since.max(0) } else { (since - BREAK).clamp(NOON, FULL_DAY) }
}

/// The `n`-th working day after (before, when negative) the day; the day itself for 0.
pub(super) fn workday(calendar: &Calendar, day: Day, n: i64) -> Day {
    Day::new(calendar.add_workdays(day.date(), n)).unwrap_or(day)
}

/// The day itself when people work, else the next day when they do.
pub(super) fn workday_on_or_after(calendar: &Calendar, day: Day) -> Day {
    Day::new(calendar.workday_on_or_after(day.date())).unwrap_or(day)
}

/// The day itself when people work, else the last day when they did.
pub(super) fn workday_on_or_before(calendar: &Calendar, day: Day) -> Day {
    Day::new(calendar.workday_on_or_before(day.date())).unwrap_or(day)
}

/// Every working day from one day to another, both included.
pub(super) fn workdays(calendar: &Calendar, from: Day, to: Day) -> impl Iterator<Item = Day> + '_ {
    (0..=from.days_until(to)).map(move |n| from.plus_days(n)).filter(|day| calendar.is_workday(day.date()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::official;

    #[test]
    fn work_goes_on_after_the_break_and_after_the_holidays() {
        let calendar = official();
        let later = |from: &str, work: i64| later(&calendar, from.parse().unwrap(), work).to_string();
        assert_eq!(later("2026-02-06T09:00:00+08:00", HOUR), "2026-02-06T10:00:00.000+08:00");
        assert_eq!(later("2026-02-06T11:30:00+08:00", HOUR), "2026-02-06T15:00:00.000+08:00");
        assert_eq!(later("2026-02-06T17:30:00+08:00", HOUR), "2026-02-09T09:00:00.000+08:00");
        assert_eq!(later("2026-02-06T13:00:00+08:00", 0), "2026-02-06T14:30:00.000+08:00");
        assert_eq!(later("2026-02-06T23:00:00+08:00", 0), "2026-02-09T08:30:00.000+08:00");
        // Saturday 14 February is worked; the festival ends on the 23rd.
        assert_eq!(later("2026-02-14T17:00:00+08:00", FULL_DAY), "2026-02-24T17:00:00.000+08:00");
    }

    #[test]
    fn nothing_happens_outside_office_hours() {
        let calendar = official();
        let mut at: Moment = "2026-01-01T03:00:00+08:00".parse().unwrap();
        for n in 0..2000 {
            at = later(&calendar, at, n * 7919 % (2 * FULL_DAY));
            assert!(calendar.is_workday(at.day().date()), "{at}");
            let text = at.to_string();
            let hour = &text[11..16];
            assert!(("08:30".."12:00").contains(&hour) || ("14:30".."18:00").contains(&hour), "{text}");
        }
    }
}
