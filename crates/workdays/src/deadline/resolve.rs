//! Phrases become days: which year a month without one means, where a length ends, what has to be said about it.

use chrono::{Datelike, Days, Months, NaiveDate};

use wording::{Join, Words, say};

use super::Reading;
use super::words::{Doubt, Edge, InMonth, Length, MonthWord, Phrase, Point, QuarterWord, Unit, YearWord};
use crate::cadence::Cadence;
use crate::calendar::Calendar;
use crate::explain::{long, month_end, month_name, weekday_number};

/// What has been read so far; later phrases lean on earlier ones.
pub(super) struct Resolver<'c> {
    from: NaiveDate,
    calendar: &'c Calendar,
    reading: Reading,
    /// Every deadline found, in the order of the text.
    days: Vec<NaiveDate>,
    /// The year a later date without one inherits.
    year: Option<i32>,
    /// The month a later “25日” inherits.
    month: Option<(i32, u32)>,
    /// From where the next length counts, when the text says so.
    base: Option<NaiveDate>,
}

/// A period on the calendar: the deadline is its last day.
struct Period {
    first: NaiveDate,
    last: NaiveDate,
    /// Why, in words; pieces of one line.
    notes: Vec<Words>,
    warnings: Vec<Words>,
}

impl Period {
    fn new(first: NaiveDate, last: NaiveDate) -> Self {
        Self { first, last, notes: Vec::new(), warnings: Vec::new() }
    }

    fn day(day: NaiveDate) -> Self {
        Self::new(day, day)
    }

    fn months(year: i32, first: u32, last: u32) -> Option<Self> {
        Some(Self::new(NaiveDate::from_ymd_opt(year, first, 1)?, month_end(year, last)?))
    }

    /// Applies 底, 前 or nothing to the period.
    fn edged(mut self, edge: Edge, quote: &str) -> Option<Self> {
        match edge {
            Edge::End => {}
            Edge::Before => {
                self.last = self.first.pred_opt()?;
                self.warnings.push(say!("“{quote}”按{day}之前理解，请核对是否指期末", day = long(self.first)));
            }
            Edge::Bare => self.warnings.push(say!("“{quote}”没有写明日期，按期末{day}理解", day = self.last)),
        }
        Some(self)
    }
}

impl<'c> Resolver<'c> {
    pub(super) fn new(from: NaiveDate, calendar: &'c Calendar) -> Self {
        let reading = Reading { calendar_version: calendar.version().to_owned(), ..Reading::default() };
        Self { from, calendar, reading, days: Vec::new(), year: None, month: None, base: None }
    }

    pub(super) fn take(&mut self, phrase: Phrase, quote: &str) {
        match phrase {
            Phrase::By(point) => self.deadline(point, quote, None),
            Phrase::Until(point) => self.deadline(point, quote, Some("取截止时间".into())),
            Phrase::Yearly(point) => {
                self.deadline(point, quote, None);
                self.warn(say!("“{quote}”每年重复，只登记这一次"));
            }
            Phrase::Since(point) => self.beginning(point, quote),
            Phrase::Within(length) => self.length(length, quote),
            Phrase::Every(cadence, doubt) => self.rule(cadence, doubt, quote),
            Phrase::Standing => {
                self.reading.standing = true;
                self.explain(say!("“{quote}” → 长期任务，每季度末复核"));
            }
            Phrase::Vague(doubt) => self.warn(doubt.about(quote)),
        }
    }

    pub(super) fn finish(mut self) -> Reading {
        if !self.days.is_sorted() {
            self.warn("几个日期不是按先后写的，以最晚的为准，请核对".into());
        }
        self.days.sort_unstable();
        self.days.dedup();
        self.reading.day = self.days.last().copied();
        if self.days.len() > 1 {
            self.reading.milestone_days = self.days;
        }
        if self.reading.standing && self.reading.report_rule.is_none() {
            self.reading.report_rule = Some(Cadence::Quarterly { day: 31 });
        }
        self.reading.matched = self.reading.day.is_some() || self.reading.standing || self.reading.report_rule.is_some();
        self.reading
    }

    pub(super) fn warn(&mut self, warning: Words) {
        if !self.reading.warnings.contains(&warning) {
            self.reading.warnings.push(warning);
        }
    }

    fn explain(&mut self, line: Words) {
        if !self.reading.explanation.contains(&line) {
            self.reading.explanation.push(line);
        }
    }

    fn deadline(&mut self, point: Point, quote: &str, note: Option<Words>) {
        let Some(mut period) = self.period(point, quote) else {
            return self.warn(say!("“{quote}”超出日历范围"));
        };
        let day = period.last;
        if let Some(reason) = self.calendar.day_off(day) {
            period.notes.push(say!("当日{reason}，时限不顺延"));
        }
        let found = say!("“{quote}” → {day}");
        self.explain(Words::join(Join::Parts, [found].into_iter().chain(note).chain(period.notes)));
        period.warnings.into_iter().for_each(|warning| self.warn(warning));
        if day < self.from {
            self.warn(say!("“{quote}”即{day}，早于起算日{start}", start = self.from));
        }
        self.days.push(day);
    }

    fn beginning(&mut self, point: Point, quote: &str) {
        let Some(period) = self.period(point, quote) else {
            return;
        };
        self.base = Some(period.first);
        self.explain(say!("“{quote}”是起始时间，不作为时限"));
    }

    fn length(&mut self, length: Length, quote: &str) {
        let base = self.base.take().unwrap_or(self.from);
        let count = length.count;
        let days = |days: u32| base.checked_add_days(Days::new(u64::from(days)));
        let (label, end) = match length.unit {
            Unit::Workday => (Words::default(), Some(base)),
            Unit::Day => (say!("{count}日"), days(count)),
            Unit::Week => (say!("{count}周"), days(count * 7)),
            Unit::Month => (say!("{count}个月"), base.checked_add_months(Months::new(count))),
            Unit::Year => (say!("{count}年"), base.checked_add_months(Months::new(count * 12))),
            Unit::Hour => {
                self.warn(say!("“{quote}”只能记到日，几点到期请另行掌握"));
                (say!("{count}小时"), days(count / 24))
            }
        };
        let Some(end) = end else {
            return self.warn(say!("“{quote}”超出日历范围"));
        };
        let explained = match length.unit {
            Unit::Workday => self.calendar.explain_workdays(base, i64::from(count)),
            _ => self.calendar.explain_period(base, &label, end),
        };
        self.explain(say!("“{quote}”：{why}", why = explained.text));
        explained.warnings.into_iter().for_each(|warning| self.warn(warning));
        self.days.push(explained.day);
    }

    fn rule(&mut self, cadence: Cadence, doubt: Option<Doubt>, quote: &str) {
        if let Some(doubt) = doubt {
            self.warn(doubt.about(quote));
        }
        if self.reading.report_rule.is_some_and(|rule| rule != cadence) {
            return self.warn(say!("有几种报送周期，“{quote}”没有登记"));
        }
        self.reading.report_rule = Some(cadence);
        self.explain(say!("“{quote}” → {cadence}报送，遇休息日提前到上一个工作日", cadence = cadence.words()));
    }

    fn period(&mut self, point: Point, quote: &str) -> Option<Period> {
        match point {
            Point::Month(word, inside) => self.month(word, inside, quote),
            Point::Quarter(word, edge) => {
                let (year, quarter, note) = self.quarter(word, quote)?;
                let mut period = Period::months(year, quarter * 3 - 2, quarter * 3)?;
                period.notes.extend(note);
                period.notes.push(say!("第{quarter}季度最后一日24时止"));
                match edge {
                    // “第二季度” alone names its end well enough.
                    Edge::Bare => Some(period),
                    Edge::End | Edge::Before => period.edged(edge, quote),
                }
            }
            Point::Half(word, half) => {
                let (year, note) = self.year(word, half * 6, quote)?;
                let mut period = Period::months(year, half * 6 - 5, half * 6)?;
                period.notes.extend(note);
                period.notes.push(if half == 1 { "上半年最后一日24时止" } else { "当年最后一日24时止" }.into());
                Some(period)
            }
            Point::Year(word, edge) => {
                let (year, note) = self.year(word, 12, quote)?;
                let mut period = Period::months(year, 1, 12)?;
                period.notes.extend(note);
                period.notes.push("当年最后一日24时止".into());
                period.edged(edge, quote)
            }
            Point::Week(ahead, weekday) => self.week(ahead, weekday),
            Point::Weekday(weekday) => {
                let ahead = (u64::from(weekday) + 7 - u64::from(weekday_number(self.from))) % 7;
                let mut period = Period::day(self.from.checked_add_days(Days::new(ahead))?);
                period.notes.push("起算日起的第一个".into());
                Some(period)
            }
            Point::DaysAhead(ahead) => {
                let mut period = Period::day(self.from.checked_add_days(Days::new(ahead))?);
                period.notes.push(if ahead == 0 { "即起算日".into() } else { say!("起算日后第{ahead}日") });
                Some(period)
            }
        }
    }

    fn week(&self, ahead: u64, weekday: Option<u8>) -> Option<Period> {
        let monday = self.from.checked_sub_days(Days::new(u64::from(weekday_number(self.from)) - 1))?;
        let monday = monday.checked_add_days(Days::new(ahead * 7))?;
        if let Some(weekday) = weekday {
            return Some(Period::day(monday.checked_add_days(Days::new(u64::from(weekday.clamp(1, 7)) - 1))?));
        }
        let sunday = monday.checked_add_days(Days::new(6))?;
        let last = self.calendar.workday_on_or_before(sunday);
        let mut period = Period::new(monday, sunday);
        if last >= self.from.max(monday) {
            period.last = last;
            period.notes.push("该周最后一个工作日".into());
        } else {
            period.notes.push("该周最后一日".into());
        }
        Some(period)
    }

    fn month(&mut self, word: MonthWord, inside: InMonth, quote: &str) -> Option<Period> {
        let (year, month, note) = self.which_month(word, inside, quote)?;
        self.month = Some((year, month));
        let mut period = Period::months(year, month, month)?;
        let first = period.first;
        period.notes.extend(note);
        match inside {
            InMonth::At(edge) => {
                if edge != Edge::Before {
                    period.notes.push("当月最后一日24时止".into());
                }
                return period.edged(edge, quote);
            }
            InMonth::TenDays(ten) => {
                period.last = first.with_day(ten * 10)?;
                period.notes.push(say!("该旬止于{day}日", day = ten * 10));
            }
            InMonth::Beginning => {
                period.last = first.with_day(10)?;
                period.warnings.push(say!("“{quote}”没有写明日期，按10日理解"));
            }
            InMonth::Day(day) => {
                match first.with_day(day) {
                    Some(day) => period.last = day,
                    None => {
                        let (month, last) = (month_name(month), period.last);
                        period.warnings.push(say!("“{quote}”：{month}没有{day}日，按{last}"));
                    }
                }
                period.first = period.last;
            }
        }
        Some(period)
    }

    fn which_month(&mut self, word: MonthWord, inside: InMonth, quote: &str) -> Option<(i32, u32, Option<Words>)> {
        let this = (self.from.year(), self.from.month());
        let (year, month) = match word {
            MonthWord::Of(year, month) => {
                let (year, note) = self.year(year, month, quote)?;
                return Some((year, month, note));
            }
            MonthWord::This => this,
            MonthWord::Next => next_month(this)?,
            MonthWord::Missing => {
                if let Some((year, month)) = self.month {
                    return Some((year, month, Some(say!("沿用前文的{year}年{month}", month = month_name(month)))));
                }
                let passed = matches!(inside, InMonth::Day(day) if day < self.from.day());
                let (year, month) = if passed { next_month(this)? } else { this };
                let name = month_name(month);
                self.warn(if passed {
                    say!("“{quote}”没有写月份，当日已过，按次月即{year}年{name}理解")
                } else {
                    say!("“{quote}”没有写月份，按当月即{year}年{name}理解")
                });
                (year, month)
            }
        };
        Some((year, month, None))
    }

    fn quarter(&mut self, word: QuarterWord, quote: &str) -> Option<(i32, u32, Option<Words>)> {
        let this = self.from.month().div_ceil(3);
        match word {
            QuarterWord::Of(year, quarter) => {
                let (year, note) = self.year(year, quarter * 3, quote)?;
                Some((year, quarter, note))
            }
            QuarterWord::This => Some((self.from.year(), this, None)),
            QuarterWord::Next if this == 4 => Some((self.from.year().checked_add(1)?, 1, None)),
            QuarterWord::Next => Some((self.from.year(), this + 1, None)),
        }
    }

    /// The year meant, and why. A year missing is the one said before, else the document's, else the next when `month` has passed.
    fn year(&mut self, word: YearWord, month: u32, quote: &str) -> Option<(i32, Option<Words>)> {
        let own = self.from.year();
        let (year, note) = match word {
            YearWord::Given(year) => (year, None),
            YearWord::Ahead(ahead) => (own.checked_add(ahead)?, None),
            YearWord::Following => {
                let before = self.days.last().map_or(own, Datelike::year);
                (before.checked_add(1)?, Some(say!("{before}年的次年")))
            }
            YearWord::Missing => {
                if let Some(year) = self.year {
                    return Some((year, Some(say!("沿用前文的{year}年"))));
                }
                if month >= self.from.month() {
                    // Not kept for later dates: each is weighed against the document's own day.
                    return Some((own, Some(say!("未写年份，按{own}年理解"))));
                }
                let next = own.checked_add(1)?;
                self.warn(say!("“{quote}”没有写年份而{own}年{name}已过，按次年{next}年理解，请核对", name = month_name(month)));
                (next, Some(say!("按次年{next}年")))
            }
        };
        self.year = Some(year);
        Some((year, note))
    }
}

impl Doubt {
    /// The warning about the phrase that raises it.
    fn about(self, quote: &str) -> Words {
        match self {
            Self::MaybeANumber => say!("“{quote}”可能只是序号，没有读作日期，请核对"),
            Self::NoDay => say!("“{quote}”没有写明具体日期"),
            Self::NoSuchRule => say!("“{quote}”这种报送周期无法自动登记，请手工设置"),
            Self::NoWeekday => say!("“{quote}”没有写明星期几，按周五"),
            Self::NoDayOfMonth => say!("“{quote}”没有写明日期，按月底"),
            Self::NoDayOfQuarter => say!("“{quote}”没有写明日期，按季度末"),
            Self::NoMonthOfQuarter => say!("“{quote}”没有写明哪个月，按季度末月"),
            Self::SeveralInWeek => say!("“{quote}”每周有几个日期，只登记了第一个"),
            Self::SeveralInMonth => say!("“{quote}”每月有几个日期，只登记了第一个"),
            Self::MonthBegins => say!("“{quote}”“月初”按每月10日"),
        }
    }
}

fn next_month((year, month): (i32, u32)) -> Option<(i32, u32)> {
    if month == 12 { Some((year.checked_add(1)?, 1)) } else { Some((year, month + 1)) }
}
