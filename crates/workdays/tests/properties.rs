//! Laws that hold for every day and every text.
#![expect(clippy::expect_used, reason = "a broken helper should stop its test")]

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use workdays::{Cadence, Calendar, CalendarSource, LocalDay, deadline};

fn day(span: std::ops::RangeInclusive<i32>) -> impl Strategy<Value = NaiveDate> {
    span.prop_filter_map("in range", NaiveDate::from_num_days_from_ce_opt)
}

/// 1990 to 2050: before, inside and after the tables.
fn near() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![day(726_468..=748_748), day(736_600..=739_900)]
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    let ends = [NaiveDate::MIN, NaiveDate::MAX];
    prop_oneof![8 => near(), 1 => day(-90_000_000..=90_000_000), 1 => proptest::sample::select(ends.to_vec())]
}

fn cadence() -> impl Strategy<Value = Cadence> {
    prop_oneof![
        Just(Cadence::Daily),
        Just(Cadence::HalfMonthly),
        (1..=7u8).prop_map(|weekday| Cadence::Weekly { weekday }),
        (1..=31u8).prop_map(|day| Cadence::Monthly { day }),
        (1..=31u8).prop_map(|day| Cadence::Quarterly { day }),
    ]
}

/// The official calendar, sometimes with local days strewn over it.
fn calendar() -> impl Strategy<Value = Calendar> {
    let local = proptest::collection::btree_map(near(), any::<bool>(), 0..30);
    local.prop_map(|days| {
        let mut source = CalendarSource::official();
        source.local = days.into_iter().map(|(day, off)| LocalDay { day, off, name: "本地".into(), reference: String::new() }).collect();
        Calendar::new(source).expect("valid source")
    })
}

/// Counts by looking at every day.
fn count(calendar: &Calendar, from: NaiveDate, to: NaiveDate) -> i64 {
    let days = from.iter_days().skip(1).take_while(|day| *day <= to);
    days.filter(|day| calendar.is_workday(*day)).map(|_| 1).sum()
}

/// Words deadlines are made of, in any order.
fn babble() -> impl Strategy<Value = String> {
    let words = "年 月 日 底 末 前 内 季度 上半年 本 下 周 五 每 个 工作日 第 半 至 起 - . / ； 、 2 12 31 2026 9999 二十 百 千 持续 \
                 以内 天 小时 星期 次 今 明 号 （ ） 中旬 初 最后一个月 9 0 年底 月底前 每月 每周 每季度";
    let words: Vec<&'static str> = words.split_whitespace().collect();
    proptest::collection::vec(proptest::sample::select(words), 0..30).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn adding_and_counting_are_inverse(from in near(), n in 1i64..3000) {
        let calendar = Calendar::official();
        let to = calendar.add_workdays(from, n);
        prop_assert!(to > from && calendar.is_workday(to));
        prop_assert_eq!(calendar.workdays_between(from, to), n);
        prop_assert_eq!(calendar.workdays_between(to, from), -n);
        let back = calendar.add_workdays(from, -n);
        prop_assert!(back < from && calendar.is_workday(back));
        let eve = |day: NaiveDate| day.pred_opt().expect("near");
        prop_assert_eq!(calendar.workdays_between(eve(back), eve(from)), n);
        // There and back again, from a working day.
        prop_assert_eq!(calendar.add_workdays(to, -n), calendar.workday_on_or_before(from));
    }

    #[test]
    fn the_tables_count_what_the_days_say(calendar in calendar(), from in near(), length in 0u64..900) {
        let to = from.checked_add_days(Days::new(length)).expect("near");
        prop_assert_eq!(calendar.workdays_between(from, to), count(&calendar, from, to));
        let after = calendar.workday_on_or_after(from);
        prop_assert!(calendar.is_workday(after) && after >= from);
        let n = calendar.workdays_between(from, to);
        prop_assert_eq!(calendar.add_workdays(from, n), if n == 0 { from } else { calendar.workday_on_or_before(to) });
    }

    #[test]
    fn adding_is_monotone(a in near(), b in near(), n in -3000i64..3000, more in 0i64..50) {
        let calendar = Calendar::official();
        let (early, late) = (a.min(b), a.max(b));
        prop_assert!(calendar.add_workdays(early, n) <= calendar.add_workdays(late, n));
        prop_assert!(calendar.add_workdays(a, n) <= calendar.add_workdays(a, n + more));
        prop_assert!(calendar.workdays_between(early, late) >= 0);
    }

    #[test]
    fn steps_add_up(from in near(), n in 1i64..500, m in 1i64..500) {
        let calendar = Calendar::official();
        let two_steps = calendar.add_workdays(calendar.add_workdays(from, n), m);
        prop_assert_eq!(two_steps, calendar.add_workdays(from, n + m));
    }

    #[test]
    fn no_day_and_no_count_breaks_the_calendar(day in any_day(), other in any_day(), n in any::<i64>(), m in -50_000_000i64..50_000_000) {
        let calendar = Calendar::official();
        for n in [n, m, m / 1000] {
            let _ = calendar.add_workdays(day, n);
        }
        let _ = calendar.day(day);
        let _ = calendar.workdays_between(day, other);
        let _ = calendar.explain_workdays(day, m / 1000);
        let _ = calendar.explain_workdays(day, n);
        let _ = calendar.explain_days(day, n.unsigned_abs() as u32);
        let _ = (calendar.workday_on_or_after(day), calendar.workday_on_or_before(day));
    }

    #[test]
    fn explained_and_plain_answers_agree(calendar in calendar(), from in near(), n in -400i64..400) {
        let explained = calendar.explain_workdays(from, n);
        prop_assert_eq!(explained.day, calendar.add_workdays(from, n));
        prop_assert_eq!(explained.warnings.is_empty(), calendar.unpublished(from, explained.day).is_none());
    }

    #[test]
    fn due_days_ascend_on_working_days_inside_the_span(
        calendar in calendar(), cadence in cadence(), from in near(), first in 0u64..400, second in 0u64..400,
    ) {
        let later = |day: NaiveDate, by| day.checked_add_days(Days::new(by)).expect("near");
        let middle = later(from, first);
        let to = later(later(middle, 1), second);
        let due: Vec<_> = cadence.due_days(from, to, &calendar).collect();
        for one in &due {
            prop_assert!(from <= one.day && one.day <= to && one.day <= one.nominal);
            prop_assert_eq!(one.day, calendar.workday_on_or_before(one.nominal));
        }
        prop_assert!(due.windows(2).all(|pair| pair[0].day < pair[1].day && pair[0].nominal < pair[1].nominal));
        let mut parts: Vec<_> = cadence.due_days(from, middle, &calendar).collect();
        parts.extend(cadence.due_days(later(middle, 1), to, &calendar));
        prop_assert_eq!(&parts, &due);
        if let Some(next) = due.first() {
            prop_assert_eq!(cadence.next_due(from.pred_opt().expect("near"), &calendar), Some(*next));
        }
    }

    #[test]
    fn a_rule_falls_due_as_often_as_its_name_says(cadence in cadence(), year in 1990i32..2050) {
        let calendar = Calendar::new(CalendarSource { version: "周末".into(), years: vec![], local: vec![] }).expect("valid");
        let (first, last) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31));
        let due = cadence.due_days(first.expect("day"), last.expect("day"), &calendar).count();
        let fits = match cadence {
            Cadence::None => due == 0,
            Cadence::Daily => (259..=262).contains(&due),
            Cadence::HalfMonthly => (23..=25).contains(&due),
            Cadence::Weekly { .. } => (51..=53).contains(&due),
            // The first of January may be moved into December.
            Cadence::Monthly { .. } => (11..=13).contains(&due),
            Cadence::Quarterly { .. } => due == 4,
        };
        prop_assert!(fits, "{} {}", cadence, due);
    }

    #[test]
    fn cadences_survive_json(cadence in cadence()) {
        let text = serde_json::to_string(&cadence).expect("writable");
        prop_assert_eq!(serde_json::from_str::<Cadence>(&text).expect("readable"), cadence);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC{0,200}", from in any_day()) {
        let _ = deadline::read(&text, from, Calendar::official());
    }

    #[test]
    fn any_words_about_time_are_read_without_a_panic(text in babble(), from in any_day()) {
        let reading = deadline::read(&text, from, Calendar::official());
        let found = reading.day.is_some() || reading.standing || reading.report_rule.is_some();
        prop_assert_eq!(reading.matched, found);
        prop_assert!(reading.milestone_days.is_sorted());
        prop_assert!(reading.milestone_days.is_empty() || reading.milestone_days.last() == reading.day.as_ref());
        prop_assert_eq!(reading.matched, !reading.explanation.iter().all(|line| line.zh().contains("起始时间")));
    }

    #[test]
    fn n_working_days_in_words_are_n_working_days(from in near(), n in 1u32..2000) {
        let calendar = Calendar::official();
        let reading = deadline::read(&format!("{n}个工作日内办结"), from, calendar);
        prop_assert_eq!(reading.day, Some(calendar.add_workdays(from, i64::from(n))));
    }

    #[test]
    fn every_date_is_read_in_every_notation(day in day(711_858..=748_748), from in near()) {
        let iso = day.to_string();
        let (y, rest) = iso.split_once('-').expect("ISO");
        let (m, d) = rest.split_once('-').expect("ISO");
        let (m, d): (u32, u32) = (m.parse().expect("month"), d.parse().expect("day"));
        for text in [iso.clone(), format!("{y}年{m}月{d}日前"), format!("{y}.{m}.{d}"), format!("{y}/{m}/{d}"), iso.replace('-', "")] {
            let reading = deadline::read(&text, from, Calendar::official());
            prop_assert_eq!(reading.day, Some(day), "{}", text);
        }
    }
}
