//! Deadline words: “2021年6月底前；12月底前”, “10个工作日内”, “每月25日前”, “持续推进” → days and rules.
//!
//! The text is scanned for every phrase about time it holds, so a whole sentence may be passed. What is found is
//! explained line by line; what had to be guessed is in the warnings and wants a person's eye.
//!
//! *Rules*
//! - A named day or the end of a named period is meant as it stands and is not moved when it falls on a day off.
//! - A length of time counts from the day after; one in working days uses the calendar, any other is prolonged to the
//!   next working day when it ends on a day off. 本周内 is the last working day of the week.
//! - A year missing is the year said before in the same text, else the year of `from`, else, when the month has passed,
//!   the next year, with a warning.
//! - Several dates: all are milestones, the latest is the day.
//! - 每月/每周/每季度 is a rule of repetition, no day. 持续推进 is standing, and is reviewed each quarter.
//!
//! *Not here*: holidays as deadlines (春节前), hours of the day.

use chrono::NaiveDate;
use serde::Serialize;
use wording::{Words, say};

use crate::cadence::Cadence;
use crate::calendar::Calendar;

mod grammar;
mod points;
mod resolve;
mod text;
mod words;

/// Text beyond this is not read: deadlines are short, and pasted documents are not deadlines.
pub const LONGEST_TEXT: usize = 200;

/// What a deadline text says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The deadline, until its last second; the latest where there are several.
    pub day: Option<NaiveDate>,
    /// One line for each phrase found, in the order of the text.
    pub explanation: Vec<Words>,
    /// What was guessed or not understood; to be checked by a person.
    pub warnings: Vec<Words>,
    /// Ascending, `day` included; empty unless the text names several days.
    pub milestone_days: Vec<NaiveDate>,
    /// The work has no end (持续推进, 长期坚持); may stand beside a `day`.
    pub standing: bool,
    /// How often to report; the quarterly review when standing work names no other.
    pub report_rule: Option<Cadence>,
    /// Anything of `day`, `standing`, `report_rule` was found.
    pub matched: bool,
    /// The calendar that was used.
    pub calendar_version: String,
}

/// Reads deadline words as said on `from`, the day lengths of time count from and the year months without a year belong to.
///
/// Never fails: text without a deadline gives `matched: false`, with a warning unless it is blank.
pub fn read(text: &str, from: NaiveDate, calendar: &Calendar) -> Reading {
    let mut resolver = resolve::Resolver::new(from, calendar);
    let head: String = text.chars().take(LONGEST_TEXT).collect();
    if head.len() < text.len() {
        resolver.warn(say!("时限表述过长，只读了前{LONGEST_TEXT}字"));
    }
    let plain = text::normalise(&head);
    let mut cursor = text::Cursor::new(&plain);
    while cursor.peek().is_some() {
        let start = cursor.at();
        match grammar::phrase(&mut cursor) {
            Some(phrase) if cursor.at() > start => resolver.take(phrase, &cursor.since(start)),
            _ => cursor.skip(),
        }
    }
    let mut reading = resolver.finish();
    if !reading.matched && !plain.is_empty() {
        reading.warnings.push("没有读出时限，请手工填写".into());
    }
    reading
}
