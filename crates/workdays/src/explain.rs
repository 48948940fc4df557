//! Arithmetic with its reason in Chinese, for the person who has to believe the date.

use chrono::{Datelike, Days, NaiveDate};
use serde::Serialize;

use crate::calendar::{Calendar, DayKind, is_weekend};

/// Longer enumerations are cut; somebody counting a thousand working days does not want seven years of holidays.
const NAMED_AT_MOST: usize = 8;

/// A computed day with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The day.
    pub day: NaiveDate,
    /// One line, such as “自2026年2月13日起10个工作日 → 2026-03-05，扣除春节（2月15日至23日）、周末1天，计入2月14日、28日调休”.
    pub text: String,
    /// What should be checked by a person; empty is the rule.
    pub warnings: Vec<String>,
    /// The calendar that was used.
    pub calendar_version: String,
}

impl Calendar {
    /// [`Calendar::add_workdays`] with its reason.
    pub fn explain_workdays(&self, from: NaiveDate, n: i64) -> Explained {
        let day = self.add_workdays(from, n);
        let way = if n < 0 { "起向前" } else { "起" };
        let mut text = format!("自{}{way}{}个工作日 → {day}", long(from), n.unsigned_abs());
        // Counting back passes the days from `day` up to the day before `from`.
        let (after, until) = if n < 0 { (day, from.pred_opt().unwrap_or(from)) } else { (from, day) };
        text.push_str(&self.passed(after, until, from.year()));
        self.explained(day, text, from)
    }

    /// `n` calendar days after `from`, prolonged to the next working day when they end on a day off, with its reason.
    pub fn explain_days(&self, from: NaiveDate, n: u32) -> Explained {
        let end = from.checked_add_days(Days::new(u64::from(n))).unwrap_or(NaiveDate::MAX);
        self.explain_period(from, &format!("{n}日"), end)
    }

    /// A period of `label` from `from` that would end on `end`.
    pub(crate) fn explain_period(&self, from: NaiveDate, label: &str, end: NaiveDate) -> Explained {
        let day = self.workday_on_or_after(end);
        let mut text = format!("自{}起{label} → {end}", long(from));
        if let Some(reason) = self.day_off(end) {
            text.push_str(&format!("（{reason}），顺延至{day}"));
        }
        self.explained(day, text, from)
    }

    /// Why that day is off, or `None` when people work.
    pub(crate) fn day_off(&self, day: NaiveDate) -> Option<String> {
        let known = self.day(day);
        match known.kind {
            DayKind::Workday | DayKind::MakeUp => None,
            DayKind::Weekend => Some(weekday_name(weekday_number(day)).to_owned()),
            DayKind::Holiday => Some(format!("{}放假", known.holiday.unwrap_or_default())),
        }
    }

    fn explained(&self, day: NaiveDate, text: String, from: NaiveDate) -> Explained {
        let warnings = self.unpublished(from, day).map(|years| years.to_string()).into_iter().collect();
        Explained { day, text, warnings, calendar_version: self.version().to_owned() }
    }

    /// Says which days off were left out and which worked weekends were counted after `from` up to `to`.
    fn passed(&self, from: NaiveDate, to: NaiveDate, year: i32) -> String {
        let mut runs: Vec<(&str, NaiveDate, NaiveDate)> = Vec::new();
        let mut made_up = Vec::new();
        let mut holidays = 0;
        for (day, special) in self.special_days(from, to) {
            if !special.off {
                made_up.extend(is_weekend(day).then_some(day));
                continue;
            }
            holidays += 1;
            match runs.last_mut() {
                Some((name, _, end)) if *name == &*special.name && end.succ_opt() == Some(day) => {
                    *end = day;
                }
                _ => runs.push((&special.name, day, day)),
            }
        }
        let mut left_out: Vec<String> = Vec::new();
        for (name, first, last) in runs.iter().take(NAMED_AT_MOST) {
            left_out.push(format!("{name}（{}）", span(*first, *last, year)));
        }
        if runs.len() > NAMED_AT_MOST {
            left_out.push(format!("另{}个假期", runs.len() - NAMED_AT_MOST));
        }
        let weekends = (to - from).num_days() - self.workdays_between(from, to) - holidays;
        if weekends > 0 {
            left_out.push(format!("周末{weekends}天"));
        }
        let mut text = String::new();
        if !left_out.is_empty() {
            text.push_str(&format!("，扣除{}", left_out.join("、")));
        }
        if !made_up.is_empty() {
            let named = made_up.get(..NAMED_AT_MOST).unwrap_or(&made_up);
            text.push_str(&format!("，计入{}", enumerate(named, year)));
            if made_up.len() > named.len() {
                text.push_str(&format!("等{}天", made_up.len()));
            }
            text.push_str("调休");
        }
        text
    }
}

/// “2026年2月13日”.
pub(crate) fn long(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// “2月14日”, with the year when it is not `year`.
fn short(day: NaiveDate, year: i32) -> String {
    if day.year() == year { format!("{}月{}日", day.month(), day.day()) } else { long(day) }
}

/// “2月15日至23日”.
fn span(first: NaiveDate, last: NaiveDate, year: i32) -> String {
    if first == last {
        return short(first, year);
    }
    let end = if same_month(first, last) { format!("{}日", last.day()) } else { short(last, first.year()) };
    format!("{}至{end}", short(first, year))
}

/// “2月14日、28日、2027年1月3日”.
fn enumerate(days: &[NaiveDate], year: i32) -> String {
    let mut parts = Vec::new();
    let mut before: Option<NaiveDate> = None;
    for day in days {
        parts.push(match before {
            Some(before) if same_month(before, *day) => format!("{}日", day.day()),
            _ => short(*day, before.map_or(year, |before| before.year())),
        });
        before = Some(*day);
    }
    parts.join("、")
}

fn same_month(a: NaiveDate, b: NaiveDate) -> bool {
    (a.year(), a.month()) == (b.year(), b.month())
}

/// 1 is Monday.
pub(crate) fn weekday_number(day: NaiveDate) -> u8 {
    u8::try_from(day.weekday().number_from_monday()).unwrap_or(7)
}

pub(crate) fn weekday_name(weekday: u8) -> &'static str {
    match weekday {
        0 | 1 => "周一",
        2 => "周二",
        3 => "周三",
        4 => "周四",
        5 => "周五",
        6 => "周六",
        7.. => "周日",
    }
}

pub(crate) fn month_end(year: i32, month: u32) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    (28..=31).rev().find_map(|day| first.with_day(day))
}

#[cfg(test)]
mod tests {
    use crate::calendar::Calendar;
    use chrono::NaiveDate;

    fn d(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn ten_working_days_over_the_spring_festival_name_what_was_left_out_and_counted() {
        let explained = Calendar::official().explain_workdays(d("2026-02-13"), 10);
        assert_eq!(explained.day, d("2026-03-05"));
        assert_eq!(explained.text, "自2026年2月13日起10个工作日 → 2026-03-05，扣除春节（2月15日至23日）、周末1天，计入2月14日、28日调休");
        assert!(explained.warnings.is_empty());
        assert!(explained.calendar_version.contains("2026"));
    }

    #[test]
    fn only_make_up_days_inside_the_span_are_named() {
        let text = Calendar::official().explain_workdays(d("2026-02-13"), 3).text;
        assert_eq!(text, "自2026年2月13日起3个工作日 → 2026-02-25，扣除春节（2月15日至23日），计入2月14日调休");
        let text = Calendar::official().explain_workdays(d("2026-03-02"), 3).text;
        assert_eq!(text, "自2026年3月2日起3个工作日 → 2026-03-05");
        let back = Calendar::official().explain_workdays(d("2026-03-05"), -10).text;
        assert_eq!(back, "自2026年3月5日起向前10个工作日 → 2026-02-13，扣除春节（2月15日至23日）、周末1天，计入2月14日、28日调休");
    }

    #[test]
    fn days_that_end_on_a_holiday_are_prolonged() {
        let explained = Calendar::official().explain_days(d("2026-09-25"), 7);
        assert_eq!(explained.day, d("2026-10-08"));
        assert_eq!(explained.text, "自2026年9月25日起7日 → 2026-10-02（国庆节放假），顺延至2026-10-08");
    }

    #[test]
    fn an_unpublished_year_is_said_aloud() {
        let explained = Calendar::official().explain_workdays(d("2026-12-25"), 10);
        assert_eq!(explained.day, d("2027-01-08"));
        assert!(explained.warnings.iter().any(|warning| warning.contains("2027年")));
    }

    #[test]
    fn long_counts_are_cut_short_in_words() {
        let text = Calendar::official().explain_workdays(d("2018-01-01"), 2000).text;
        assert!(text.contains("另") && text.contains("等") && text.chars().count() < 400, "{text}");
    }
}
