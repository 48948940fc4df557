//! What deadline words mean, case by case.
#![expect(clippy::expect_used, reason = "a broken helper should stop its test")]

use chrono::NaiveDate;
use wording::Words;
use workdays::{Cadence, Calendar, Reading, deadline};

fn read(text: &str, from: &str) -> Reading {
    deadline::read(text, from.parse().expect("test day"), Calendar::official())
}

fn d(text: &str) -> NaiveDate {
    text.parse().expect("test day")
}

fn said(lines: &[Words]) -> Vec<String> {
    lines.iter().map(Words::zh).collect()
}

/// Said on Wednesday 15 April 2026.
const DAYS: &[(&str, &str)] = &[
    // Months, with and without year.
    ("6月底前", "2026-06-30"),
    ("六月底前", "2026-06-30"),
    ("６月底前完成", "2026-06-30"),
    ("4月底前", "2026-04-30"),
    ("2月底前", "2027-02-28"),
    ("2028年2月底", "2028-02-29"),
    ("2021年6月底前", "2021-06-30"),
    ("二〇二六年十一月底前", "2026-11-30"),
    ("明年3月底前", "2027-03-31"),
    ("力争于2026年10月末完成", "2026-10-31"),
    ("2026年9月份", "2026-09-30"),
    ("9月内", "2026-09-30"),
    ("6月前", "2026-05-31"),
    ("5月上旬", "2026-05-10"),
    ("5月中旬前", "2026-05-20"),
    ("5月下旬", "2026-05-31"),
    ("5月初", "2026-05-10"),
    // Days.
    ("5月25日前", "2026-05-25"),
    ("请于2021年2月3日前将情况报送", "2021-02-03"),
    ("五月二十五日前", "2026-05-25"),
    ("3月5日", "2027-03-05"),
    ("2026年3月5日前", "2026-03-05"),
    ("2026-06-05", "2026-06-05"),
    ("2026.6.5", "2026-06-05"),
    ("2026/6/5前", "2026-06-05"),
    ("20260605", "2026-06-05"),
    ("2026-06-05（星期五）前", "2026-06-05"),
    ("2026-06-05 18:00", "2026-06-05"),
    ("5.8", "2026-05-08"),
    ("5/8前", "2026-05-08"),
    ("25日前", "2026-04-25"),
    ("10日前", "2026-05-10"),
    ("本月25号前", "2026-04-25"),
    ("下月5日前", "2026-05-05"),
    ("次月10日前", "2026-05-10"),
    ("2月30日前", "2027-02-28"),
    // Years, halves, quarters.
    ("2020年底前", "2020-12-31"),
    ("今年底", "2026-12-31"),
    ("今年年底前", "2026-12-31"),
    ("年内", "2026-12-31"),
    ("年底前", "2026-12-31"),
    ("全年", "2026-12-31"),
    ("2026年", "2026-12-31"),
    ("到2027年", "2027-12-31"),
    ("2026年度内", "2026-12-31"),
    ("26年底前", "2026-12-31"),
    ("明年底", "2027-12-31"),
    ("上半年", "2026-06-30"),
    ("2025年上半年", "2025-06-30"),
    ("下半年", "2026-12-31"),
    ("第二季度", "2026-06-30"),
    ("三季度末", "2026-09-30"),
    ("第3季度末前", "2026-09-30"),
    ("一季度", "2027-03-31"),
    ("2026年第一季度内", "2026-03-31"),
    ("本季度末", "2026-06-30"),
    ("季度末", "2026-06-30"),
    ("下季度", "2026-09-30"),
    // Near.
    ("本月底", "2026-04-30"),
    ("月底前", "2026-04-30"),
    ("本月内", "2026-04-30"),
    ("下月底", "2026-05-31"),
    ("下个月底前", "2026-05-31"),
    ("本周五", "2026-04-17"),
    ("本周五前", "2026-04-17"),
    ("本周内", "2026-04-17"),
    ("本周末", "2026-04-19"),
    ("下周三", "2026-04-22"),
    ("下周内", "2026-04-24"),
    ("周一前", "2026-04-20"),
    ("星期三", "2026-04-15"),
    ("立即", "2026-04-15"),
    ("立即整改", "2026-04-15"),
    ("即日", "2026-04-15"),
    ("明天", "2026-04-16"),
    // Lengths.
    ("10个工作日内", "2026-04-29"),
    ("十个工作日", "2026-04-29"),
    ("收到后十五个工作日内反馈", "2026-05-09"),
    ("3-5个工作日内", "2026-04-22"),
    ("5日内", "2026-04-20"),
    ("3天内", "2026-04-20"),
    ("2天内", "2026-04-17"),
    ("5个自然日内", "2026-04-20"),
    ("16天内", "2026-05-06"),
    ("3个月内", "2026-07-15"),
    ("两个月内", "2026-06-15"),
    ("半年内", "2026-10-15"),
    ("半个月内", "2026-04-30"),
    ("2周内", "2026-04-29"),
    ("一周内", "2026-04-22"),
    ("一年内", "2027-04-15"),
    ("24小时内", "2026-04-16"),
    ("2小时内", "2026-04-15"),
    ("两三个月内", "2026-07-15"),
    ("一个季度内", "2026-07-15"),
    ("自4月20日起5个工作日内", "2026-04-27"),
    // Stretches.
    ("3月至6月底", "2026-06-30"),
    ("5-6月", "2026-06-30"),
    ("2026年4月20日—5月8日", "2026-05-08"),
    ("即日起至5月底", "2026-05-31"),
    ("2024-2026年", "2026-12-31"),
    ("5月10日至20日", "2026-05-20"),
    ("2025年3月至6月底", "2025-06-30"),
    ("2025年11月至次年3月", "2026-03-31"),
    ("2025年11月至3月底", "2026-03-31"),
    ("明年上半年至三季度", "2027-09-30"),
    ("截至2026年6月底", "2026-06-30"),
    ("2026.5-2026.6", "2026-06-30"),
    ("2．2021年6月底前建立机制", "2021-06-30"),
    ("3.6月底前建立机制", "2026-06-30"),
    ("每年6月底前", "2026-06-30"),
    ("每年底", "2026-12-31"),
];

#[test]
fn one_day_is_read_from_each_way_of_saying_it() {
    let mut wrong = Vec::new();
    for (text, day) in DAYS {
        let reading = read(text, "2026-04-15");
        if reading.day != Some(d(day)) || !reading.matched || !reading.milestone_days.is_empty() {
            wrong.push(format!("{text}: {reading:?}"));
        }
        assert!(reading.explanation.iter().any(|line| line.zh().contains("→")), "{text}: {reading:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rule_is_read_from_each_way_of_saying_it() {
    use Cadence::{Monthly, Quarterly, Weekly};
    for (text, rule) in [
        ("每月25日前", Monthly { day: 25 }),
        ("务于每月二十五日前将各项工作进展报送", Monthly { day: 25 }),
        ("每月5号前", Monthly { day: 5 }),
        ("每个月底", Monthly { day: 31 }),
        ("每月底前", Monthly { day: 31 }),
        ("每月最后一个工作日", Monthly { day: 31 }),
        ("每月一次", Monthly { day: 31 }),
        ("按月报送", Monthly { day: 31 }),
        ("每月上旬", Monthly { day: 10 }),
        ("每周五", Weekly { weekday: 5 }),
        ("每周五前", Weekly { weekday: 5 }),
        ("每星期一", Weekly { weekday: 1 }),
        ("每周日", Weekly { weekday: 7 }),
        ("每周一次", Weekly { weekday: 5 }),
        ("每季度末", Quarterly { day: 31 }),
        ("每季度末前", Quarterly { day: 31 }),
        ("每季度", Quarterly { day: 31 }),
        ("每季度末月25日前", Quarterly { day: 25 }),
        ("每季度最后一个月20日前", Quarterly { day: 20 }),
        ("每季末25日前", Quarterly { day: 25 }),
    ] {
        let reading = read(text, "2026-04-15");
        assert_eq!(reading.report_rule, Some(rule), "{text}: {reading:?}");
        assert_eq!((reading.day, reading.standing, reading.matched), (None, false, true), "{text}: {reading:?}");
    }
}

#[test]
fn a_rule_that_cannot_be_kept_is_said_to_be_so_and_no_day_is_invented() {
    for text in
        ["每月最后一个星期五", "每月5个工作日内", "每月第一周", "每季度首月10日前", "每半年", "每两周", "每天", "每季度结束后10日内"]
    {
        let reading = read(text, "2026-04-15");
        assert!(!reading.matched && reading.day.is_none(), "{text}: {reading:?}");
        assert!(reading.warnings.iter().any(|warning| warning.zh().contains("手工设置")), "{text}: {reading:?}");
    }
}

#[test]
fn standing_work_is_reviewed_each_quarter() {
    for text in ["持续推进", "长期坚持", "长期", "常态化开展", "即日起长期坚持"] {
        let reading = read(text, "2026-04-15");
        assert!(reading.standing && reading.matched, "{text}: {reading:?}");
        assert_eq!((reading.day, reading.report_rule), (None, Some(Cadence::Quarterly { day: 31 })), "{text}");
    }
    let both = read("2026年6月底前取得突破，持续推进，每月25日前报送", "2026-04-15");
    assert_eq!((both.day, both.standing), (Some(d("2026-06-30")), true));
    assert_eq!(both.report_rule, Some(Cadence::Monthly { day: 25 }));
    assert!(!read("持续至6月底", "2026-04-15").standing);
}

#[test]
fn several_dates_are_milestones_and_the_latest_is_the_day() {
    for (text, days) in [
        ("2021年6月底前；12月底前", vec!["2021-06-30", "2021-12-31"]),
        ("2020年底前；2021年底前；2021年3月底前", vec!["2020-12-31", "2021-03-31", "2021-12-31"]),
        ("2026年11月底前；次年3月底前", vec!["2026-11-30", "2027-03-31"]),
        ("5月25日、28日前", vec!["2026-05-25", "2026-05-28"]),
        ("5月、9月底前", vec!["2026-05-31", "2026-09-30"]),
        ("2026.5.8,2026.6.8", vec!["2026-05-08", "2026-06-08"]),
        ("4月底前，上半年", vec!["2026-04-30", "2026-06-30"]),
        ("5月底前制定方案，年底前完成", vec!["2026-05-31", "2026-12-31"]),
        ("2026-05-08 2026-06-08", vec!["2026-05-08", "2026-06-08"]),
    ] {
        let reading = read(text, "2026-04-15");
        let days: Vec<NaiveDate> = days.into_iter().map(d).collect();
        assert_eq!(reading.milestone_days, days, "{text}: {reading:?}");
        assert_eq!(reading.day, days.last().copied(), "{text}");
    }
    let jumbled = read("2021年底前；2021年3月底前", "2020-10-29");
    assert!(jumbled.warnings.iter().any(|warning| warning.zh().contains("先后")));
    // A paragraph number, or two months? Nobody knows, so it is said.
    let unsure = read("3、6月底前", "2026-01-15");
    assert_eq!((unsure.day, unsure.milestone_days.len()), (Some(d("2026-06-30")), 0));
    assert!(unsure.warnings.iter().any(|warning| warning.zh().contains("序号")), "{unsure:?}");
    let twice = read("6月底前，6月30日前", "2026-04-15");
    assert!(twice.milestone_days.is_empty() && twice.day == Some(d("2026-06-30")));
}

#[test]
fn a_month_that_has_passed_is_next_year_and_flagged() {
    let reading = read("3月底前；12月底前", "2025-11-10");
    assert_eq!(reading.milestone_days, [d("2026-03-31"), d("2026-12-31")]);
    assert!(reading.warnings.iter().any(|warning| warning.zh().contains("次年2026年")), "{reading:?}");
    let reading = read("12月底前；3月底前", "2025-11-10");
    assert_eq!(reading.milestone_days, [d("2025-12-31"), d("2026-03-31")]);
    // The month has not passed, the day has: this year, flagged.
    let reading = read("4月5日前", "2026-04-15");
    assert_eq!(reading.day, Some(d("2026-04-05")));
    assert!(reading.warnings.iter().any(|warning| warning.zh().contains("早于起算日")), "{reading:?}");
}

#[test]
fn explanations_say_what_was_done() {
    let reading = read("10个工作日内", "2026-02-13");
    assert_eq!(reading.day, Some(d("2026-03-05")));
    assert_eq!(
        said(&reading.explanation),
        ["“10个工作日内”：自2026年2月13日起10个工作日 → 2026-03-05，扣除春节（2月15日至23日）、周末1天，计入2月14日、28日调休"]
    );
    assert!(reading.warnings.is_empty() && reading.calendar_version.contains("2026"));
    let reading = read("2021年6月底前；12月底前", "2020-10-29");
    assert_eq!(
        said(&reading.explanation),
        ["“2021年6月底前” → 2021-06-30，当月最后一日24时止", "“12月底前” → 2021-12-31，沿用前文的2021年，当月最后一日24时止"]
    );
    let reading = read("5月31日前", "2026-04-15");
    assert_eq!(said(&reading.explanation), ["“5月31日前” → 2026-05-31，未写年份，按2026年理解，当日周日，时限不顺延"]);
    let reading = read("20个工作日内", "2026-12-20");
    assert!(reading.warnings.iter().any(|warning| warning.zh().contains("2027年的放假调休安排尚未公布")));
}

#[test]
fn text_that_names_no_day_is_left_alone() {
    for text in [
        "",
        "无",
        "尽快",
        "国办发〔2020〕43号",
        "增长3.5%",
        "3.5亿元",
        "第3项",
        "上周五",
        "每件扣5分",
        "1.5年内",
        "2026年工作要点",
        "提前3天",
        "自2022年3月起",
        "13月底前",
        "99年99月99日",
        "123456789012345678901234567890",
        "中长期规划",
        "可持续发展能力",
        "将可长期坚持的做法上升为制度",
        "时间压减至8个工作日以内",
        "一个半月内",
        "1900年6月底前",
        "content/2018-12/21/content",
    ] {
        let reading = read(text, "2026-04-15");
        assert!(!reading.matched, "{text}: {reading:?}");
        assert_eq!((reading.day, reading.report_rule), (None, None), "{text}");
        assert_eq!(reading.warnings.is_empty(), text.is_empty(), "{text}: {reading:?}");
    }
}

#[test]
fn a_beginning_is_no_deadline() {
    let reading = read("2022年3月起，务于每月25日前", "2022-02-20");
    assert_eq!((reading.day, reading.report_rule), (None, Some(Cadence::Monthly { day: 25 })));
}

#[test]
fn long_text_is_cut_and_said_to_be() {
    let reading = read(&format!("{}6月底前", "字".repeat(300)), "2026-04-15");
    assert!(!reading.matched && reading.warnings.iter().any(|warning| warning.zh().contains("200")));
}
