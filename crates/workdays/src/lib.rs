//! Chinese working days: what is a working day, how many lie between two days, and what day a written deadline means.
//!
//! The State Council publishes each year's days off and the weekend days worked in exchange (调休) in a notice; nothing
//! about them can be computed. So a calendar here is *data with a version* ([`CalendarSource`]), the official years
//! 2018–2026 are compiled in, and a year nobody has published yet counts weekends only and says so.
//!
//! - [`Calendar`]: questions about single days and arithmetic, each answered in constant time.
//! - [`Explained`]: the same arithmetic with the reason in words, for whoever has to believe the date.
//! - [`deadline::read`]: “2021年6月底前；12月底前”, “10个工作日内”, “每月25日前” → days and rules.
//! - [`Cadence`]: a repeating duty → the days it falls due.
//! - [`Recurrence`]: what comes again and again → periods with a day in each.
//! - [`Hours`]: moments within the hours in which people work.
//!
//! ```
//! use workdays::{Calendar, deadline};
//!
//! let from = chrono::NaiveDate::from_ymd_opt(2026, 2, 13).ok_or("no such day")?;
//! let reading = deadline::read("10个工作日内办结", from, Calendar::official());
//! assert_eq!(reading.day, chrono::NaiveDate::from_ymd_opt(2026, 3, 5));
//! # Ok::<(), &str>(())
//! ```
//!
//! *Invariants*: nothing here reads a clock or a file, the day to count from is always passed in; no input panics; a
//! computed working day never lands on a day off.
//!
//! *Not here*: time zones, and who must do what by then.
#![warn(missing_docs)]
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

pub mod cadence;
mod calendar;
pub mod deadline;
mod explain;
mod hours;
pub mod recurrence;

pub use cadence::{Cadence, CadenceError, DueDay};
pub use calendar::{
    Calendar, Day, DayKind, Unpublished,
    source::{CalendarError, CalendarSource, Holiday, LocalDay, OfficialYear},
};
pub use deadline::Reading;
pub use explain::{Explained, holiday_name};
pub use hours::Hours;
pub use recurrence::{Every, Moved, Occurrence, Recurrence};
