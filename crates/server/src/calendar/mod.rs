//! Working days for the rooms above, and over HTTP. The arithmetic itself is the crate [`workdays`].
//!
//! The calendar in force stands in [`crate::app::Ctx`]: the official notices compiled in, those that came out later, and
//! days decided on the spot. It is kept in versions, and a change never reaches into the past.
//!
//! Table: `calendar_version`. *Not here*: due days and duties that move when it changes (`tasks`).

mod change;
mod hours;
mod http;
mod store;

use std::sync::{Arc, LazyLock};

use kit::Day;
use workdays::Calendar;

pub use change::{CHANGED, in_force};
pub use hours::{TimeOfDay, TimeSpan, hours_of};
pub use http::routes;
pub use store::versions;

/// The calendar of the official notices.
pub fn official() -> Arc<Calendar> {
    static OFFICIAL: LazyLock<Arc<Calendar>> = LazyLock::new(|| Arc::new(Calendar::official().clone()));
    OFFICIAL.clone()
}

/// Working days by which `due` is past; 0 when it is not past, and at least 1 when it is, also over a weekend.
pub fn overdue_days(calendar: &Calendar, due: Day, today: Day) -> i64 {
    if due >= today { 0 } else { calendar.workdays_between(due.date(), today.date()).max(1) }
}

/// Working days left until `due`, today not counted; 0 on the day itself and after it.
pub fn remain_days(calendar: &Calendar, due: Day, today: Day) -> i64 {
    calendar.workdays_between(today.date(), due.date()).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_past_and_days_left() {
        let calendar = official();
        let days = |due: &str, today: &str| {
            let (due, today) = (due.parse().unwrap(), today.parse().unwrap());
            (overdue_days(&calendar, due, today), remain_days(&calendar, due, today))
        };
        assert_eq!(days("2026-02-06", "2026-02-06"), (0, 0));
        // Friday, and the Saturday after it.
        assert_eq!(days("2026-02-06", "2026-02-07"), (1, 0));
        assert_eq!(days("2026-02-06", "2026-02-10"), (2, 0));
        // The spring festival lies between.
        assert_eq!(days("2026-03-05", "2026-02-13"), (0, 10));
    }
}
