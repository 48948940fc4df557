//! The phrases around points: stretches, beginnings, lengths, repeating duties, standing work.

use super::points::{in_year, point, weekday, year_word};
use super::text::Cursor;
use super::words::{Doubt, Edge, InMonth, Length, MonthWord, Phrase, Point, QuarterWord, Unit, YearWord};
use crate::cadence::Cadence;

/// What may follow a bare 6月 without making it mean something else.
const DONE: [&str; 14] = ["完成", "办结", "办完", "报送", "上报", "提交", "结束", "竣工", "建成", "投用", "交付", "前后", "左右", "开工"];

/// Eats the phrase that begins here, if any does.
pub(super) fn phrase(c: &mut Cursor) -> Option<Phrase> {
    c.attempt(recurring)
        .or_else(|| c.attempt(stretch_of_numbers))
        .or_else(|| c.attempt(listed))
        .or_else(|| c.attempt(by_point))
        .or_else(|| c.attempt(length).map(Phrase::Within))
        .or_else(|| c.attempt(standing))
        .or_else(|| c.attempt(vague))
}

/// 3-6月底, 10至15日: only the end carries the unit.
fn stretch_of_numbers(c: &mut Cursor) -> Option<Phrase> {
    let first = c.number()?;
    to(c)?;
    let end = point(c)?;
    let same_kind = match end {
        Point::Month(MonthWord::Of(YearWord::Missing, month), _) => first.value <= month,
        Point::Month(MonthWord::Missing, InMonth::Day(day)) => first.value <= day,
        Point::Quarter(..) => first.value <= 4,
        Point::Year(YearWord::Given(_), _) => first.width == 4,
        _ => false,
    };
    tail(c);
    same_kind.then_some(Phrase::Until(end))
}

/// The 3 of 3、6、9月底前; the numbers after it are read in their turn.
fn listed(c: &mut Cursor) -> Option<Phrase> {
    let opens_text = c.at() == 0;
    let year = c.attempt(year_word).map(|(year, _)| year);
    let nth = c.eat("第");
    let number = c.number_in(1..=12)?;
    let mut ahead = *c;
    let mut more = 0;
    let kind = loop {
        ahead.eat("、").then_some(())?;
        if let Some(kind) = ahead.attempt(|c| in_year(c, YearWord::Missing)) {
            break kind;
        }
        ahead.number_in(1..=12)?;
        more += 1;
    };
    let missing = year.unwrap_or(YearWord::Missing);
    let point = match kind {
        Point::Month(MonthWord::Of(_, month), InMonth::At(edge)) if number < month => {
            Point::Month(MonthWord::Of(missing, number), InMonth::At(edge))
        }
        Point::Quarter(QuarterWord::Of(_, quarter), edge) if number < quarter => Point::Quarter(QuarterWord::Of(missing, number), edge),
        _ => return None,
    };
    if opens_text && year.is_none() && !nth && more == 0 {
        return Some(Phrase::Vague(Doubt::MaybeANumber));
    }
    Some(Phrase::By(point))
}

fn by_point(c: &mut Cursor) -> Option<Phrase> {
    let may_be_bare = c.starts_part();
    let after_to = c.follows_leading_word();
    let first = point(c)?;
    let begins = c.eat_any(&["之日起", "起", "开始", "以来", "以后", "之后", "后"]).is_some();
    let end = c.attempt(|c| {
        to(c)?;
        point(c)
    });
    if let Some(end) = end {
        tail(c);
        return Some(Phrase::Until(end.ending_what_began(first)));
    }
    if begins {
        return Some(Phrase::Since(first));
    }
    tail(c);
    let alone = c.ends_part() || c.sees(&DONE) || after_to;
    (!first.is_bare() || (may_be_bare && alone)).then_some(Phrase::By(first))
}

fn to(c: &mut Cursor) -> Option<()> {
    if c.eat_any(&["至", "到"]).is_some() {
        return Some(());
    }
    c.eat("-").then_some(())?;
    while c.eat("-") {}
    Some(())
}

/// Eats what closes a deadline, so that it is quoted whole.
fn tail(c: &mut Cursor) {
    c.eat_any(&["底", "末"]);
    c.eat_any(&["以前", "之前", "前", "以内", "之内", "内", "为止", "止"]);
}

fn length(c: &mut Cursor) -> Option<Length> {
    // 提前3天, 前5个工作日, 压减至8个工作日 are no deadlines; the 半月 of 一个半月 is half of one.
    if c.follows_any("前个.年月至到少") {
        return None;
    }
    let nth = c.eat("第");
    let half = c.eat("半");
    let mut count = if half { 1 } else { c.number_in(1..=9999)? };
    if !half {
        let upper = c.attempt(|c| {
            to(c)?;
            c.number_in(1..=9999)
        });
        count = upper.map_or(count, |upper| upper.max(count));
    }
    // 3月内 is March; only 3个月 is a length.
    let counted = c.eat("个");
    let word = c.eat_any(&["工作日", "自然日", "日历日", "日历天", "日", "天", "周", "星期", "礼拜", "月", "季度", "年", "小时"])?;
    let (count, unit, limit) = match (word, half) {
        ("工作日", false) => (count, Unit::Workday, 5000),
        ("周" | "星期" | "礼拜", false) => (count, Unit::Week, 500),
        ("月", true) => (15, Unit::Day, 15),
        ("年", true) => (6, Unit::Month, 6),
        (_, true) => return None,
        ("月", _) if counted => (count, Unit::Month, 120),
        ("季度", _) if counted => (count * 3, Unit::Month, 120),
        ("月" | "季度", _) => return None,
        ("年", _) => (count, Unit::Year, 50),
        ("小时", _) => (count, Unit::Hour, 9999),
        _ => (count, Unit::Day, 9999),
    };
    let whole = c.eat_any(&["以内", "之内", "内"]).is_some() || c.ends_part();
    let workdays = unit == Unit::Workday;
    if !(workdays || whole && !nth) || count > limit {
        return None;
    }
    c.eat_any(&["之前", "以前", "前"]);
    Some(Length { count, unit })
}

fn recurring(c: &mut Cursor) -> Option<Phrase> {
    const WEEKLY: Phrase = Phrase::Every(Cadence::Weekly { weekday: 5 }, Some(Doubt::NoWeekday));
    const MONTHLY: Phrase = Phrase::Every(Cadence::Monthly { day: 31 }, Some(Doubt::NoDayOfMonth));
    const QUARTERLY: Phrase = Phrase::Every(Cadence::Quarterly { day: 31 }, Some(Doubt::NoDayOfQuarter));
    match c.eat_any(&["按季度", "按季", "逐季", "季报", "按月", "逐月", "月报", "按周", "逐周", "周报"]) {
        Some("按周" | "逐周" | "周报") => return Some(WEEKLY),
        Some("按月" | "逐月" | "月报") => return Some(MONTHLY),
        Some(_) => return Some(QUARTERLY),
        None => {}
    }
    c.eat("每").then_some(())?;
    c.eat("个");
    let found = if c.eat_any(&["半年", "半个月", "半月", "天", "日", "旬", "工作日", "隔"]).is_some() {
        None
    } else if c.eat_any(&["周", "星期", "礼拜"]).is_some() {
        Some(c.attempt(weekly).unwrap_or(WEEKLY))
    } else if c.eat("月") {
        c.attempt(monthly).unwrap_or(Some(MONTHLY))
    } else if c.eat_any(&["季度", "季"]).is_some() {
        c.attempt(quarterly).unwrap_or(Some(QUARTERLY))
    } else if c.eat("年") {
        c.attempt(yearly)
    } else {
        // 每两周, 每10天; but not 每件扣5分.
        c.number_in(1..=100)?;
        c.eat("个");
        c.eat_any(&["周", "星期", "月", "季度", "年", "天", "日", "工作日"])?;
        None
    };
    tail(c);
    if found.is_none() {
        // Whatever follows belongs to a rule that was not understood.
        while !c.ends_part() {
            c.skip();
        }
    }
    Some(found.unwrap_or(Phrase::Vague(Doubt::NoSuchRule)))
}

fn weekly(c: &mut Cursor) -> Option<Phrase> {
    let first = weekday(c).or_else(|| c.eat("末").then_some(7))?;
    let more = c.attempt(|c| {
        c.eat_any(&["、", "和", "及", ","])?;
        c.eat_any(&["周", "星期", "礼拜"]);
        weekday(c)
    });
    Some(Phrase::Every(Cadence::Weekly { weekday: first }, more.map(|_| Doubt::SeveralInWeek)))
}

/// The outer `None` is “every month and nothing more”, the inner one a day that no rule can express.
fn monthly(c: &mut Cursor) -> Option<Option<Phrase>> {
    c.eat("的");
    let rule = |day, note| Some(Some(Phrase::Every(Cadence::Monthly { day }, note)));
    if c.eat_any(&["最后一个工作日", "最后1个工作日", "最后一天", "最后一日", "下旬", "月底", "月末", "底", "末"]).is_some()
    {
        return rule(31, None);
    }
    if c.eat("中旬") {
        return rule(20, None);
    }
    if c.eat("上旬") {
        return rule(10, None);
    }
    if c.eat("初") {
        return rule(10, Some(Doubt::MonthBegins));
    }
    if let Some(day) = c.attempt(day_number) {
        return rule(day, more_days(c));
    }
    let other = c.attempt(|c| {
        c.eat_any(&["前", "第", "后", "结束"]);
        c.number()?;
        c.eat_any(&["个工作日", "个", "日", "天"])
    });
    let another_start = c.sees(&["结束", "首", "第", "最后", "倒数"]);
    (other.is_some_and(|word| word != "个") || another_start).then_some(None)
}

fn quarterly(c: &mut Cursor) -> Option<Option<Phrase>> {
    c.eat("的");
    let rule = |day, note| Some(Some(Phrase::Every(Cadence::Quarterly { day }, note)));
    if c.eat_any(&["首", "第一", "第1", "第二", "第2", "结束", "后", "次月", "前"]).is_some() {
        return Some(None);
    }
    let last = ["最后一个工作日", "最后一天", "最后一日"];
    if c.eat_any(&last).is_some() {
        return rule(31, None);
    }
    let ends = c.eat_any(&["最后一个月", "最后1个月", "最后一月", "第三个月", "第3个月", "末月", "底月", "末", "底"]).is_some();
    c.eat("的");
    if let Some(day) = c.attempt(day_number) {
        return rule(day, if ends { more_days(c) } else { Some(Doubt::NoMonthOfQuarter) });
    }
    c.eat_any(&["底", "末"]);
    c.eat_any(&last);
    if ends { rule(31, None) } else { None }
}

fn day_number(c: &mut Cursor) -> Option<u8> {
    let day = c.number_in(1..=31)?;
    (c.eat_any(&["日", "号"]).is_some() || c.sees(&["前", "之前", "以前"])).then_some(())?;
    // 每月3日内 means by the third.
    u8::try_from(day).ok()
}

fn more_days(c: &mut Cursor) -> Option<Doubt> {
    let mut more = None;
    while c
        .attempt(|c| {
            c.eat_any(&["以前", "之前", "前"]);
            c.eat_any(&["、", "和", "及", ","])?;
            c.number_in(1..=31)?;
            c.eat_any(&["日", "号"])
        })
        .is_some()
    {
        more = Some(Doubt::SeveralInMonth);
    }
    more
}

fn yearly(c: &mut Cursor) -> Option<Phrase> {
    if c.eat_any(&["底", "末"]).is_some() {
        return Some(Phrase::Yearly(Point::Year(YearWord::Missing, Edge::End)));
    }
    c.eat("的");
    let point = c.attempt(|c| {
        c.eat("年");
        c.eat_any(&["底", "末"]).map(|_| Point::Year(YearWord::Missing, Edge::End))
    });
    point.or_else(|| in_year(c, YearWord::Missing)).map(Phrase::Yearly)
}

/// 持续推进, or 持续优化 where nothing else is said; not the 持续 of 可持续发展 inside a sentence.
fn standing(c: &mut Cursor) -> Option<Phrase> {
    const WORDS: [&str; 9] = ["持续", "长期", "常态化", "常态", "常年", "经常性", "经常", "不间断", "滚动"];
    const VERBS: [&str; 13] = ["推进", "坚持", "实施", "开展", "落实", "抓好", "进行", "用力", "发力", "任务", "工作", "有效", "执行"];
    let starts = c.starts_part();
    if c.follows_any("中可") {
        return None;
    }
    c.eat_any(&WORDS)?;
    if c.sees(&["至", "到"]) {
        return None;
    }
    if c.eat_any(&VERBS).is_some() {
        return (!c.sees(&["的"])).then_some(Phrase::Standing);
    }
    for _ in 0..3 {
        if starts && c.ends_part() {
            return Some(Phrase::Standing);
        }
        c.skip();
    }
    None
}

fn vague(c: &mut Cursor) -> Option<Phrase> {
    c.eat_any(&["尽快", "尽早", "抓紧", "适时", "及时", "按时", "按要求", "按规定", "另行通知", "待定", "视情"])?;
    Some(Phrase::Vague(Doubt::NoDay))
}
