//! The words that name a day or a period: 2021年6月底, 3月5日, 上半年, 本周五, 2026-03-05.

use super::text::Cursor;
use super::words::{Edge, InMonth, MonthWord, Point, QuarterWord, YearWord};

const INSIDE: [&str; 3] = ["以内", "之内", "内"];
const BEFORE: [&str; 3] = ["以前", "之前", "前"];
const WEEK: [&str; 3] = ["周", "星期", "礼拜"];
const THIS_MONTH: [&str; 5] = ["本月份", "本月", "当月", "这个月", "这月"];
const NEXT_MONTH: [&str; 6] = ["下个月份", "下个月", "下月份", "下月", "次月", "翌月"];

pub(super) fn point(c: &mut Cursor) -> Option<Point> {
    c.attempt(near_day)
        .or_else(|| c.attempt(week))
        .or_else(|| c.attempt(numeric))
        .or_else(|| c.attempt(in_given_year))
        // Behind a year that was not understood, a month would be taken for this year's.
        .or_else(|| c.attempt(|c| if c.follows_any("年") { None } else { in_year(c, YearWord::Missing) }))
        .or_else(|| c.attempt(end_of_this))
        .or_else(|| c.attempt(day_of_month))
}

fn near_day(c: &mut Cursor) -> Option<Point> {
    const NEAR: [(&str, u64); 20] = [
        ("立即", 0),
        ("立刻", 0),
        ("立行立改", 0),
        ("即知即改", 0),
        ("即刻", 0),
        ("即日", 0),
        ("即行", 0),
        ("马上", 0),
        ("今天", 0),
        ("今日", 0),
        ("当天", 0),
        ("当日", 0),
        ("明天", 1),
        ("明日", 1),
        ("次日", 1),
        ("翌日", 1),
        ("第二天", 1),
        ("后天", 2),
        ("后日", 2),
        ("大后天", 3),
    ];
    NEAR.iter().find(|(word, _)| c.eat(word)).map(|(_, ahead)| Point::DaysAhead(*ahead))
}

fn week(c: &mut Cursor) -> Option<Point> {
    let ahead = if c.eat_any(&["本", "这个", "这"]).is_some() {
        Some(0)
    } else if c.eat_any(&["下个", "下"]).is_some() {
        Some(1)
    } else {
        None
    };
    // 上周五 is past; (星期四) only comments on the date before it.
    if ahead.is_none() && c.follows_any("上每隔逢(") {
        return None;
    }
    c.eat_any(&WEEK)?;
    let day = weekday(c).or_else(|| c.eat("末").then_some(7));
    match (ahead, day) {
        (Some(ahead), day) => Some(Point::Week(ahead, day)),
        (None, Some(7)) if c.follows_any("末") => Some(Point::Week(0, Some(7))),
        (None, Some(day)) => Some(Point::Weekday(day)),
        (None, None) => None,
    }
}

/// Eats 一 … 六, 日, 天 or 1 … 7; not the 一 of 一次.
pub(super) fn weekday(c: &mut Cursor) -> Option<u8> {
    const DAYS: [(&str, u8); 15] = [
        ("一", 1),
        ("二", 2),
        ("三", 3),
        ("四", 4),
        ("五", 5),
        ("六", 6),
        ("日", 7),
        ("天", 7),
        ("1", 1),
        ("2", 2),
        ("3", 3),
        ("4", 4),
        ("5", 5),
        ("6", 6),
        ("7", 7),
    ];
    c.attempt(|c| {
        let day = DAYS.iter().find(|(word, _)| c.eat(word)).map(|(_, day)| *day)?;
        let is_count = c.sees(&["次", "份", "期", "报", "个", "篇", "回", "调", "通", "汇", "更"]);
        (!is_count && c.peek().is_none_or(|next| !next.is_ascii_digit())).then_some(day)
    })
}

/// 2026-03-05, 2026.3.5, 2026/3/5, 20260305, 2026-03, and 3.5 or 3/5 where nothing else stands beside it.
fn numeric(c: &mut Cursor) -> Option<Point> {
    let starts = c.starts_part();
    let first = c.number()?;
    let of = |year: u32, month, day: Option<u32>| {
        let year = given_year(year)?;
        let inside = day.map_or(InMonth::At(Edge::Bare), InMonth::Day);
        let fits = (1..=12).contains(&month) && day.is_none_or(|day| (1..=31).contains(&day));
        fits.then_some(Point::Month(MonthWord::Of(YearWord::Given(year), month), inside))
    };
    if first.width == 8 {
        return of(first.value / 10_000, first.value / 100 % 100, Some(first.value % 100));
    }
    let separator = c.eat_any(&["-", ".", "/"])?;
    let second = c.number().filter(|number| number.width <= 2)?;
    if first.width == 4 {
        let third = c.attempt(|c| {
            c.eat(separator).then_some(())?;
            c.number().filter(|number| number.width <= 2)
        });
        comment(c);
        c.eat_any(&["日", "号"]);
        let more = match (third, separator) {
            (Some(_), _) => "",
            (None, "-") => "./-",
            (None, _) => "./",
        };
        let open = c.peek().is_some_and(|next| next.is_ascii_digit() || "月年%".contains(next) || more.contains(next));
        return if open { None } else { of(first.value, second.value, third.map(|number| number.value)) };
    }
    c.eat_any(&["日", "号"]);
    let alone = starts && (c.ends_part() || c.sees(&BEFORE));
    let fits = (1..=12).contains(&first.value) && (1..=31).contains(&second.value);
    (separator != "-" && alone && fits).then_some(Point::Month(MonthWord::Of(YearWord::Missing, first.value), InMonth::Day(second.value)))
}

fn given_year(year: u32) -> Option<i32> {
    i32::try_from(year).ok().filter(|year| (1949..=2200).contains(year))
}

fn in_given_year(c: &mut Cursor) -> Option<Point> {
    let (word, short) = year_word(c)?;
    if let Some(point) = c.attempt(|c| in_year(c, word)) {
        return Some(point);
    }
    // 20年内 is a length; only 20年底 names a year with two digits.
    let end = ["年底", "年末", "底", "末", "全年"];
    if c.eat_any(&end).is_some() || (!short && c.eat_any(&INSIDE).is_some()) {
        return Some(Point::Year(word, Edge::End));
    }
    if short {
        return None;
    }
    let edge = if c.eat_any(&BEFORE).is_some() { Edge::Before } else { Edge::Bare };
    Some(Point::Year(word, edge))
}

/// The year, and whether it was written with two digits.
pub(super) fn year_word(c: &mut Cursor) -> Option<(YearWord, bool)> {
    const NAMED: [(&str, YearWord); 10] = [
        ("今年", YearWord::Ahead(0)),
        ("本年", YearWord::Ahead(0)),
        ("当年", YearWord::Ahead(0)),
        ("明年", YearWord::Ahead(1)),
        ("来年", YearWord::Ahead(1)),
        ("下一年", YearWord::Ahead(1)),
        ("下年", YearWord::Ahead(1)),
        ("后年", YearWord::Ahead(2)),
        ("次年", YearWord::Following),
        ("翌年", YearWord::Following),
    ];
    let found = if let Some((_, word)) = NAMED.iter().find(|(word, _)| c.eat(word)) {
        (*word, false)
    } else {
        let number = c.number()?;
        c.eat("年").then_some(())?;
        let short = number.width == 2 && (18..=99).contains(&number.value);
        if !short && number.width != 4 {
            return None;
        }
        let year = given_year(if short { 2000 + number.value } else { number.value })?;
        (YearWord::Given(year), short)
    };
    c.eat("度");
    c.eat("的");
    Some(found)
}

/// A month, quarter or half of that year.
pub(super) fn in_year(c: &mut Cursor, year: YearWord) -> Option<Point> {
    if c.eat("上半年") {
        return Some(Point::Half(year, 1));
    }
    if c.eat("下半年") {
        return Some(Point::Half(year, 2));
    }
    c.attempt(|c| {
        c.eat("第");
        let quarter = c.number_in(1..=4)?;
        c.eat("季").then_some(())?;
        c.eat("度");
        Some(Point::Quarter(QuarterWord::Of(year, quarter), edge(c)))
    })
    .or_else(|| {
        let month = c.number_in(1..=12)?;
        c.eat("月").then_some(())?;
        c.eat("份");
        Some(Point::Month(MonthWord::Of(year, month), in_month(c)))
    })
}

/// 本月…, 下月…, 月底, 本季度, 季度末, 年底.
fn end_of_this(c: &mut Cursor) -> Option<Point> {
    if c.eat_any(&THIS_MONTH).is_some() {
        return Some(Point::Month(MonthWord::This, in_month(c)));
    }
    if c.eat_any(&NEXT_MONTH).is_some() {
        return Some(Point::Month(MonthWord::Next, in_month(c)));
    }
    if c.eat_any(&["本季度", "本季", "当季度", "当季"]).is_some() {
        return Some(Point::Quarter(QuarterWord::This, edge(c)));
    }
    if c.eat_any(&["下个季度", "下季度", "下一季度", "下季"]).is_some() {
        return Some(Point::Quarter(QuarterWord::Next, edge(c)));
    }
    if c.follows_numeral() || c.follows_any("每去上隔个逢半") {
        return None;
    }
    if c.eat_any(&["季度末", "季度底", "季末", "季度内"]).is_some() {
        return Some(Point::Quarter(QuarterWord::This, Edge::End));
    }
    if c.eat_any(&["月底", "月末", "月内"]).is_some() {
        return Some(Point::Month(MonthWord::This, InMonth::At(Edge::End)));
    }
    c.eat_any(&["年底", "年末", "年内", "年终前", "全年"])?;
    Some(Point::Year(YearWord::Missing, Edge::End))
}

/// 25日前, where the month is understood.
fn day_of_month(c: &mut Cursor) -> Option<Point> {
    // 〔2020〕21号 is the number of a paper.
    if c.follows_any("〕])第№年月") {
        return None;
    }
    let starts = c.starts_part();
    let day = c.number_in(1..=31)?;
    c.eat_any(&["日", "号"])?;
    comment(c);
    (c.sees(&BEFORE) || (starts && c.ends_part())).then_some(Point::Month(MonthWord::Missing, InMonth::Day(day)))
}

pub(super) fn in_month(c: &mut Cursor) -> InMonth {
    let day = c.attempt(|c| {
        let day = c.number_in(1..=31)?;
        (c.eat_any(&["日", "号"]).is_some() || c.sees(&BEFORE) || c.ends_part()).then_some(day)
    });
    if let Some(day) = day {
        comment(c);
        return InMonth::Day(day);
    }
    match c.eat_any(&["上旬", "中旬", "下旬", "初"]) {
        Some("上旬") => InMonth::TenDays(1),
        Some("中旬") => InMonth::TenDays(2),
        Some("初") => InMonth::Beginning,
        Some(_) => InMonth::At(Edge::End),
        None => InMonth::At(edge(c)),
    }
}

fn edge(c: &mut Cursor) -> Edge {
    if c.eat_any(&["月底", "月末", "底", "末", "最后一天", "最后一日"]).is_some() || c.eat_any(&INSIDE).is_some() {
        Edge::End
    } else if c.eat_any(&BEFORE).is_some() {
        Edge::Before
    } else {
        Edge::Bare
    }
}

/// Eats the weekday in brackets after a date.
fn comment(c: &mut Cursor) {
    c.attempt(|c| {
        c.eat("(").then_some(())?;
        c.eat_any(&WEEK)?;
        weekday(c)?;
        c.eat(")").then_some(())
    });
}
