use kit::{Day, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::{Words, say};
use workdays::{Occurrence, Recurrence};

use super::super::{pattern::Pattern, templates::TemplateId};
use crate::app::{Ctx, Fields};

text_enum! {
    /// How often.
    Every {
        Week = "week", "每周";
        Month = "month", "每月";
        Quarter = "quarter", "每季度";
        Year = "year", "每年";
    }
}

text_enum! {
    /// What becomes of a day off.
    Moved {
        Before = "before", "提前到工作日";
        After = "after", "顺延到工作日";
        Stays = "stays", "不调整";
    }
}

text_enum! {
    /// What is done when its day comes.
    SeriesMode {
        Dispatch = "dispatch", "生成并交办";
        Draft = "draft", "生成草稿待确认";
    }
}

text_enum! {
    /// How the due day of each time is found.
    SeriesDueKind {
        After = "after", "若干个工作日后";
        PeriodDay = "period_day", "当期某日";
        PeriodEnd = "period_end", "当期最后一个工作日";
    }
}

/// When each time is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks) struct SeriesDue {
    /// How it is found.
    pub(in crate::tasks) kind: SeriesDueKind,
    /// So many working days after its day; or the weekday, or the day of the month, moved to the working day before.
    #[serde(default)]
    pub(in crate::tasks) days: Option<i64>,
}

/// On which days: in words (“每月25日”), or field by field. Words win.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::tasks) struct RecurrenceInput {
    /// “每周三”, “每两周的周五”, “每月最后一个工作日”, “每季度首月10日”, “每年3月15日”.
    text: Option<String>,
    every: Option<Every>,
    /// Each, each second, each third; 1 when missing.
    interval: Option<u16>,
    /// The weekday 1–7, or the day of the month 1–31; the last working day of the month when missing.
    day: Option<u8>,
    /// Which month of the quarter (1–3) or of the year (1–12).
    month: Option<u8>,
    /// What becomes of a day off; before when missing.
    moved: Option<Moved>,
}

/// The same, understood.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct RecurrenceView {
    every: Every,
    interval: u16,
    day: Option<u8>,
    month: Option<u8>,
    moved: Moved,
    /// For people.
    sentence: Words,
}

impl RecurrenceInput {
    /// Understands it, or says which field is wrong.
    pub(super) fn read(&self, fields: &mut Fields) -> Option<Recurrence> {
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            let read = (text.chars().count() <= 60).then(|| Recurrence::read(text)).flatten();
            if read.is_none() {
                fields.add("rule.text", say!("看不懂“{text}”，请写成“每周三”“每月25日”“每月最后一个工作日”“每季度首月10日”，或逐项选择"));
            }
            return read;
        }
        let Some(every) = self.every else {
            fields.add("rule.every", "请选择多久一次");
            return None;
        };
        let rule = Recurrence {
            every: match every {
                Every::Week => workdays::Every::Week,
                Every::Month => workdays::Every::Month,
                Every::Quarter => workdays::Every::Quarter,
                Every::Year => workdays::Every::Year,
            },
            interval: self.interval.unwrap_or(1),
            day: self.day,
            month: self.month,
            moved: match self.moved.unwrap_or(Moved::Before) {
                Moved::Before => workdays::Moved::Before,
                Moved::After => workdays::Moved::After,
                Moved::Stays => workdays::Moved::Stays,
            },
        };
        match rule.checked() {
            Ok(rule) => Some(rule),
            Err(workdays::recurrence::RecurrenceError(field)) => {
                let words = match (field, every) {
                    ("interval", _) => "应为 1 至 60",
                    ("month", Every::Quarter) => "应为 1 至 3",
                    ("month", _) => "应为 1 至 12",
                    (_, Every::Week) => "星期应为 1 至 7",
                    _ => "日应为 1 至 31",
                };
                fields.add(&format!("rule.{field}"), words);
                None
            }
        }
    }
}

impl RecurrenceView {
    pub(super) fn of(rule: Recurrence) -> Self {
        Self {
            every: match rule.every {
                workdays::Every::Week => Every::Week,
                workdays::Every::Month => Every::Month,
                workdays::Every::Quarter => Every::Quarter,
                workdays::Every::Year => Every::Year,
            },
            interval: rule.interval,
            day: rule.day,
            month: rule.month,
            moved: match rule.moved {
                workdays::Moved::Before => Moved::Before,
                workdays::Moved::After => Moved::After,
                workdays::Moved::Stays => Moved::Stays,
            },
            sentence: rule.words(),
        }
    }
}

/// What holds from a day on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::tasks) struct Rule {
    /// On which days.
    pub(super) recurrence: Recurrence,
    /// When each time is due.
    pub(super) due: SeriesDue,
    /// So many working days ahead it is made.
    pub(super) ahead: i64,
    /// What is done then.
    pub(super) mode: SeriesMode,
    /// What is made; titles may hold the period.
    pub(super) pattern: Pattern,
    /// The template it was taken from, and that one's version.
    pub(super) template: Option<(TemplateId, i64)>,
    /// Nothing that would have been before this day comes out because of this rule: a rule does not reach into the past.
    pub(super) not_before: Day,
}

impl SeriesDue {
    /// Refuses numbers outside their range.
    pub(super) fn check(self, every: workdays::Every, fields: &mut Fields) {
        let most = match (self.kind, every) {
            (SeriesDueKind::After, _) => 500,
            (SeriesDueKind::PeriodDay, workdays::Every::Week) => 7,
            (SeriesDueKind::PeriodDay, _) => 31,
            (SeriesDueKind::PeriodEnd, _) => return,
        };
        if !self.days.is_some_and(|days| (1..=most).contains(&days)) {
            fields.add("due.days", say!("应为 1 至 {most} 的整数"));
        }
    }

    /// The due day of one time that begins on `day`, with its reason; never before it begins.
    pub(super) fn of(self, ctx: &Ctx, one: &Occurrence, day: Day) -> (Day, Vec<Words>) {
        let named = match self.kind {
            SeriesDueKind::After => {
                let explained = ctx.calendar.explain_workdays(day.date(), self.days.unwrap_or(1));
                let mut why = vec![explained.text];
                why.extend(explained.warnings);
                return (Day::new(explained.day).unwrap_or(day), why);
            }
            SeriesDueKind::PeriodEnd => one.last,
            SeriesDueKind::PeriodDay => one.day_of(u8::try_from(self.days.unwrap_or(1)).unwrap_or(1)).unwrap_or(one.last),
        };
        let due = Day::new(ctx.calendar.workday_on_or_before(named)).unwrap_or(day).max(day);
        let period = one.words();
        let why = match self.kind {
            SeriesDueKind::PeriodEnd => say!("{period}最后一个工作日 → {due}"),
            _ => say!("{period}的{named} → {due}"),
        };
        let mut why = vec![why];
        why.extend(ctx.calendar.unpublished(named, due.date()).map(workdays::Unpublished::words));
        (due, why)
    }
}

/// What a title may hold of its period.
const PLACES: [&str; 5] = ["year", "month", "quarter", "week", "day"];

/// Refuses places nobody can fill.
pub(super) fn check_title(title: &str, fields: &mut Fields) {
    let mut rest = title;
    while let Some(at) = rest.find(['{', '}']) {
        let inner = rest.get(at + 1..).unwrap_or_default();
        let place = rest.get(at..=at) == Some("{");
        match inner.split_once('}').filter(|(name, _)| place && PLACES.contains(name)) {
            Some((_, after)) => rest = after,
            None => {
                fields.add("title", "标题里的花括号只能写 {year}、{month}、{quarter}、{week}、{day}");
                return;
            }
        }
    }
}

/// The title of one time.
pub(super) fn title_of(title: &str, one: &Occurrence) -> String {
    use chrono::Datelike as _;
    let day = one.nominal;
    let (month, week) = (day.month(), one.first.iso_week().week());
    title
        .replace("{year}", &day.year().to_string())
        .replace("{month}", &month.to_string())
        .replace("{quarter}", &month.div_ceil(3).to_string())
        .replace("{week}", &if one.every == workdays::Every::Week { week } else { day.iso_week().week() }.to_string())
        .replace("{day}", &day.day().to_string())
}
