//! What deadline words can say, before anybody knows which day they are said on.

use crate::cadence::Cadence;

/// One finding in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phrase {
    /// A day or the end of a period.
    By(Point),
    /// The end of a stretch of time whose beginning is no deadline.
    Until(Point),
    /// 每年 and a point: cannot be kept as a rule, is read once.
    Yearly(Point),
    /// A beginning, from which a length that follows counts.
    Since(Point),
    /// A length of time.
    Within(Length),
    /// A repeating duty; the note says what had to be guessed.
    Every(Cadence, Option<Doubt>),
    /// 持续推进.
    Standing,
    /// Words about time that name no day, with the reason.
    Vague(Doubt),
}

/// Why a person should look at a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// 3、6月底前: is the 3 a paragraph?
    MaybeANumber,
    /// 尽快.
    NoDay,
    /// 每半年: no [`Cadence`] says that.
    NoSuchRule,
    NoWeekday,
    NoDayOfMonth,
    NoDayOfQuarter,
    NoMonthOfQuarter,
    SeveralInWeek,
    SeveralInMonth,
    /// 每月初.
    MonthBegins,
}

/// A place on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    Month(MonthWord, InMonth),
    Quarter(QuarterWord, Edge),
    /// 1 or 2.
    Half(YearWord, u32),
    Year(YearWord, Edge),
    /// Weeks ahead, and the weekday (1 is Monday); without one the whole week.
    Week(u64, Option<u8>),
    /// The coming such day, today included.
    Weekday(u8),
    /// Days from today.
    DaysAhead(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum YearWord {
    Given(i32),
    /// 今年 is 0.
    Ahead(i32),
    /// 次年: after the year spoken of last.
    Following,
    Missing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MonthWord {
    Of(YearWord, u32),
    This,
    Next,
    Missing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QuarterWord {
    Of(YearWord, u32),
    This,
    Next,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InMonth {
    Day(u32),
    /// 上旬 1, 中旬 2; the last ten days are the month's end.
    TenDays(u32),
    /// 月初.
    Beginning,
    At(Edge),
}

/// Which end of a period is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// 底, 末, 内.
    End,
    /// 前 without 底: the day before it begins.
    Before,
    /// Nothing said.
    Bare,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) count: u32,
    pub(super) unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Workday,
    Day,
    Week,
    Month,
    Year,
    Hour,
}

impl Point {
    /// A period alone, such as 6月, which counts as a deadline only where nothing else is said about it.
    pub(super) fn is_bare(self) -> bool {
        matches!(self, Self::Month(_, InMonth::At(Edge::Bare)) | Self::Year(_, Edge::Bare) | Self::Quarter(QuarterWord::This, Edge::Bare))
    }

    /// The end of a stretch says only what differs from its beginning: 2026年5月10日至20日, 2025年11月至次年3月.
    pub(super) fn ending_what_began(self, start: Self) -> Self {
        let end = match (start, self) {
            (Self::Month(month, _), Self::Month(MonthWord::Missing, inside)) => Self::Month(month, inside),
            _ => self,
        };
        let (Some(began), Some(ends)) = (start.year(), end.year()) else {
            return end;
        };
        let next = match began {
            YearWord::Given(year) => YearWord::Given(year + 1),
            YearWord::Ahead(ahead) => YearWord::Ahead(ahead + 1),
            YearWord::Following | YearWord::Missing => return end,
        };
        match (ends, start, end) {
            (YearWord::Following, ..) => end.in_year(next),
            (YearWord::Missing, Self::Month(MonthWord::Of(_, first), _), Self::Month(MonthWord::Of(_, last), _)) if last < first => {
                end.in_year(next)
            }
            (YearWord::Missing, ..) => end.in_year(began),
            _ => end,
        }
    }

    fn year(self) -> Option<YearWord> {
        match self {
            Self::Month(MonthWord::Of(year, _), _)
            | Self::Quarter(QuarterWord::Of(year, _), _)
            | Self::Half(year, _)
            | Self::Year(year, _) => Some(year),
            _ => None,
        }
    }

    fn in_year(self, year: YearWord) -> Self {
        match self {
            Self::Month(MonthWord::Of(_, month), inside) => Self::Month(MonthWord::Of(year, month), inside),
            Self::Quarter(QuarterWord::Of(_, quarter), edge) => Self::Quarter(QuarterWord::Of(year, quarter), edge),
            Self::Half(_, half) => Self::Half(year, half),
            Self::Year(_, edge) => Self::Year(year, edge),
            other => other,
        }
    }
}
