//! Arithmetic with its reason in words, for the person who has to believe the date.

use chrono::{Datelike, Days, NaiveDate};
use serde::Serialize;
use wording::{Join, Words, say};

use crate::calendar::{Calendar, DayKind, Unpublished, is_weekend};

/// Longer enumerations are cut; somebody counting a thousand working days does not want seven years of holidays.
const NAMED_AT_MOST: usize = 8;

/// A computed day with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The day.
    pub day: NaiveDate,
    /// One line, such as “自2026年2月13日起10个工作日 → 2026-03-05，扣除春节（2月15日至23日）、周末1天，计入2月14日、28日调休”.
    pub text: Words,
    /// What should be checked by a person; empty is the rule.
    pub warnings: Vec<Words>,
    /// The calendar that was used.
    pub calendar_version: String,
}

impl Calendar {
    /// [`Calendar::add_workdays`] with its reason.
    pub fn explain_workdays(&self, from: NaiveDate, n: i64) -> Explained {
        let day = self.add_workdays(from, n);
        let (start, count) = (long(from), n.unsigned_abs());
        let text = if n < 0 {
            say!("自{start}起向前{count}个工作日 → {day}")
        } else {
            say!("自{start}起{count}个工作日 → {day}")
        };
        // Counting back passes the days from `day` up to the day before `from`.
        let (after, until) = if n < 0 { (day, from.pred_opt().unwrap_or(from)) } else { (from, day) };
        self.explained(day, text.then(Join::Parts, self.passed(after, until, from.year())), from)
    }

    /// `n` calendar days after `from`, prolonged to the next working day when they end on a day off, with its reason.
    pub fn explain_days(&self, from: NaiveDate, n: u32) -> Explained {
        let end = from.checked_add_days(Days::new(u64::from(n))).unwrap_or(NaiveDate::MAX);
        self.explain_period(from, &say!("{count}日", count = n), end)
    }

    /// A period of `label` from `from` that would end on `end`.
    pub(crate) fn explain_period(&self, from: NaiveDate, label: &Words, end: NaiveDate) -> Explained {
        let day = self.workday_on_or_after(end);
        let start = long(from);
        let text = match self.day_off(end) {
            None => say!("自{start}起{label} → {end}"),
            Some(reason) => say!("自{start}起{label} → {end}（{reason}），顺延至{day}"),
        };
        self.explained(day, text, from)
    }

    /// Why that day is off, or `None` when people work.
    pub(crate) fn day_off(&self, day: NaiveDate) -> Option<Words> {
        let known = self.day(day);
        match known.kind {
            DayKind::Workday | DayKind::MakeUp => None,
            DayKind::Weekend => Some(weekday_name(weekday_number(day)).into()),
            DayKind::Holiday => Some(say!("{name}放假", name = holiday_name(known.holiday.unwrap_or_default()))),
        }
    }

    fn explained(&self, day: NaiveDate, text: Words, from: NaiveDate) -> Explained {
        let warnings = self.unpublished(from, day).map(Unpublished::words).into_iter().collect();
        Explained { day, text, warnings, calendar_version: self.version().to_owned() }
    }

    /// Says which days off were left out and which worked weekends were counted after `from` up to `to`.
    fn passed(&self, from: NaiveDate, to: NaiveDate, year: i32) -> Words {
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
        let mut left_out = Vec::new();
        for (name, first, last) in runs.iter().take(NAMED_AT_MOST) {
            left_out.push(say!("{name}（{span}）", name = holiday_name(name), span = span(*first, *last, year)));
        }
        if runs.len() > NAMED_AT_MOST {
            left_out.push(say!("另{more}个假期", more = runs.len() - NAMED_AT_MOST));
        }
        let weekends = (to - from).num_days() - self.workdays_between(from, to) - holidays;
        if weekends > 0 {
            left_out.push(say!("周末{weekends}天"));
        }
        let mut parts = Vec::new();
        if !left_out.is_empty() {
            parts.push(say!("扣除{left_out}", left_out = Words::join(Join::Things, left_out)));
        }
        let all = made_up.len();
        let named = made_up.get(..NAMED_AT_MOST).unwrap_or(&made_up);
        let days = enumerate(named, year);
        if all > named.len() {
            parts.push(say!("计入{days}等{all}天调休"));
        } else if all > 0 {
            parts.push(say!("计入{days}调休"));
        }
        Words::join(Join::Parts, parts)
    }
}

/// A holiday's name: those of the notices have one in other languages, too.
pub fn holiday_name(name: &str) -> Words {
    let one = |name: &str| match name {
        "元旦" => "元旦".into(),
        "春节" => "春节".into(),
        "清明节" => "清明节".into(),
        "劳动节" => "劳动节".into(),
        "端午节" => "端午节".into(),
        "中秋节" => "中秋节".into(),
        "国庆节" => "国庆节".into(),
        other => Words::raw(other),
    };
    // 国庆节、中秋节 are one holiday in some years.
    Words::join(Join::Things, name.split('、').map(one))
}

pub(crate) fn month_name(month: u32) -> Words {
    match month {
        0 | 1 => "1月",
        2 => "2月",
        3 => "3月",
        4 => "4月",
        5 => "5月",
        6 => "6月",
        7 => "7月",
        8 => "8月",
        9 => "9月",
        10 => "10月",
        11 => "11月",
        12.. => "12月",
    }
    .into()
}

/// “2026年2月13日”.
pub(crate) fn long(day: NaiveDate) -> Words {
    say!("{year}年{month}{day}日", year = day.year(), month = month_name(day.month()), day = day.day())
}

/// “2月14日”, with the year when it is not `year`.
fn short(day: NaiveDate, year: i32) -> Words {
    if day.year() != year {
        return long(day);
    }
    say!("{month}{day}日", month = month_name(day.month()), day = day.day())
}

/// “2月15日至23日”.
fn span(first: NaiveDate, last: NaiveDate, year: i32) -> Words {
    if first == last {
        return short(first, year);
    }
    if !same_month(first, last) {
        return say!("{from}至{to}", from = short(first, year), to = short(last, first.year()));
    }
    let (month, from, to) = (month_name(first.month()), first.day(), last.day());
    match first.year() {
        own if own == year => say!("{month}{from}日至{to}日"),
        own => say!("{own}年{month}{from}日至{to}日"),
    }
}

/// “2月14日、28日、2027年1月3日”.
fn enumerate(days: &[NaiveDate], year: i32) -> Words {
    let mut before = year;
    let months = days.chunk_by(|a, b| same_month(*a, *b)).filter_map(|days| {
        let first = days.first()?;
        let (own, month) = (first.year(), month_name(first.month()));
        let days = Words::join(Join::Things, days.iter().map(|day| say!("{day}日", day = day.day())));
        let others = std::mem::replace(&mut before, own);
        Some(if own == others { say!("{month}{days}") } else { say!("{own}年{month}{days}") })
    });
    Words::join(Join::Things, months)
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
        assert_eq!(
            explained.text.zh(),
            "自2026年2月13日起10个工作日 → 2026-03-05，扣除春节（2月15日至23日）、周末1天，计入2月14日、28日调休"
        );
        assert!(explained.warnings.is_empty());
        assert!(explained.calendar_version.contains("2026"));
    }

    #[test]
    fn only_make_up_days_inside_the_span_are_named() {
        let text = Calendar::official().explain_workdays(d("2026-02-13"), 3).text.zh();
        assert_eq!(text, "自2026年2月13日起3个工作日 → 2026-02-25，扣除春节（2月15日至23日），计入2月14日调休");
        let text = Calendar::official().explain_workdays(d("2026-03-02"), 3).text.zh();
        assert_eq!(text, "自2026年3月2日起3个工作日 → 2026-03-05");
        let back = Calendar::official().explain_workdays(d("2026-03-05"), -10).text.zh();
        assert_eq!(back, "自2026年3月5日起向前10个工作日 → 2026-02-13，扣除春节（2月15日至23日）、周末1天，计入2月14日、28日调休");
    }

    #[test]
    fn days_that_end_on_a_holiday_are_prolonged() {
        let explained = Calendar::official().explain_days(d("2026-09-25"), 7);
        assert_eq!(explained.day, d("2026-10-08"));
        assert_eq!(explained.text.zh(), "自2026年9月25日起7日 → 2026-10-02（国庆节放假），顺延至2026-10-08");
    }

    #[test]
    fn an_unpublished_year_is_said_aloud() {
        let explained = Calendar::official().explain_workdays(d("2026-12-25"), 10);
        assert_eq!(explained.day, d("2027-01-08"));
        assert!(explained.warnings.iter().any(|warning| warning.zh().contains("2027年")));
    }

    #[test]
    fn long_counts_are_cut_short_in_words() {
        let text = Calendar::official().explain_workdays(d("2018-01-01"), 2000).text.zh();
        assert!(text.contains("另") && text.contains("等") && text.chars().count() < 400, "{text}");
    }
}
