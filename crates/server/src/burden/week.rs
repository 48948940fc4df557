//! Weeks as people plan them: from Monday to Sunday.

use chrono::Datelike as _;
use kit::Day;

/// The Monday of the day's week.
pub fn monday(day: Day) -> Day {
    day.plus_days(-i64::from(day.date().weekday().num_days_from_monday()))
}

/// The Mondays of all weeks that a period touches.
pub(super) fn mondays(from: Day, to: Day) -> Vec<Day> {
    let mut weeks = Vec::new();
    let mut week = monday(from);
    while week <= to {
        weeks.push(week);
        week = week.plus_days(7);
    }
    weeks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_begins_on_monday() {
        // Friday the 6th.
        assert_eq!(monday(day("2026-02-06")), day("2026-02-02"));
        assert_eq!(monday(day("2026-02-02")), day("2026-02-02"));
        assert_eq!(monday(day("2026-02-08")), day("2026-02-02"));
        assert_eq!(mondays(day("2026-02-06"), day("2026-02-16")), [day("2026-02-02"), day("2026-02-09"), day("2026-02-16")]);
        assert!(mondays(day("2026-02-16"), day("2026-02-06")).is_empty());
    }
}
