use chrono::{Datelike as _, NaiveDate};
use kit::{Day, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use workdays::{Cadence, Calendar, DayKind, deadline};

use crate::{
    access::{Permitted, SignedIn},
    app::{App, Fields, Refusal},
    guarded,
    http::{Json, Path, Problem},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(year)).routes(guarded!(read_deadline))
}

text_enum! {
    /// What an unusual day is.
    SpecialKind {
        Holiday = "holiday", "放假";
        Workday = "workday", "调休上班";
    }
}

/// A day that is not what its weekday says, or belongs to a holiday.
#[derive(Debug, Serialize, ToSchema)]
struct SpecialDay {
    day: Day,
    kind: SpecialKind,
    /// The holiday.
    name: String,
}

/// A year's holidays and the days worked in exchange.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarYear {
    year: i32,
    /// Whether the notice is out; without it only weekends are off.
    published: bool,
    /// The notice's number, or where it was published.
    notice: Option<String>,
    days: Vec<SpecialDay>,
}

/// Shows a year's holidays.
#[utoipa::path(get, path = "/calendar/{year}", tag = "calendar", params(("year" = i32, Path)), responses((status = 200, body = CalendarYear)))]
async fn year(me: Permitted<SignedIn>, Path(year): Path<i32>) -> Result<Json<CalendarYear>, Problem> {
    let calendar: &Calendar = &me.ctx.calendar;
    let first = NaiveDate::from_ymd_opt(year, 1, 1).and_then(Day::new).ok_or(Refusal::NotFound)?;
    let notice = calendar.official_year(year).and_then(|official| official.notice.clone().or_else(|| official.papers.first().cloned()));
    let days = first.date().iter_days().take_while(|date| date.year() == year).filter_map(|date| {
        let known = calendar.day(date);
        let kind = match known.kind {
            DayKind::Holiday => SpecialKind::Holiday,
            DayKind::MakeUp => SpecialKind::Workday,
            DayKind::Workday | DayKind::Weekend => return None,
        };
        Some(SpecialDay { day: Day::new(date)?, kind, name: known.holiday.unwrap_or_default().to_owned() })
    });
    Ok(Json(CalendarYear { year, published: calendar.year_published(year), notice, days: days.collect() }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeadlineInput {
    /// For example “6月底前”, “10个工作日内”, “每月25日前”.
    text: String,
    /// The day it was said; today when missing.
    from_day: Option<Day>,
}

text_enum! {
    /// How often something is to be reported.
    RuleReadingKind {
        None = "none", "不定期";
        Weekly = "weekly", "每周";
        Monthly = "monthly", "每月";
        Quarterly = "quarterly", "每季度";
    }
}

/// How often something is to be reported.
#[derive(Debug, Serialize, ToSchema)]
struct RuleReading {
    kind: RuleReadingKind,
    /// Weekday 1 to 7, or day of the month.
    day: Option<u8>,
}

impl From<Cadence> for RuleReading {
    fn from(cadence: Cadence) -> Self {
        let (kind, day) = match cadence {
            Cadence::None => (RuleReadingKind::None, None),
            Cadence::Weekly { weekday } => (RuleReadingKind::Weekly, Some(weekday)),
            Cadence::Monthly { day } => (RuleReadingKind::Monthly, Some(day)),
            Cadence::Quarterly { day } => (RuleReadingKind::Quarterly, Some(day)),
        };
        Self { kind, day }
    }
}

/// What a deadline text says.
#[derive(Debug, Serialize, ToSchema)]
struct DeadlineReading {
    /// The deadline; the latest where there are several.
    day: Option<Day>,
    /// How it came about, sentence by sentence.
    explanation: Vec<String>,
    /// What was guessed or not understood.
    warnings: Vec<String>,
    /// Several days in one text.
    milestone_days: Vec<Day>,
    /// The work has no end.
    standing: bool,
    report_rule: Option<RuleReading>,
}

/// Reads a deadline as people write it and explains the day. Changes nothing.
#[utoipa::path(post, path = "/deadline-readings", tag = "calendar", request_body = DeadlineInput,
    responses((status = 200, body = DeadlineReading)))]
async fn read_deadline(me: Permitted<SignedIn>, Json(input): Json<DeadlineInput>) -> Result<Json<DeadlineReading>, Problem> {
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, deadline::LONGEST_TEXT);
    fields.finish()?;
    let from = input.from_day.unwrap_or(me.ctx.today());
    let reading = deadline::read(&text, from.date(), &me.ctx.calendar);
    Ok(Json(DeadlineReading {
        day: reading.day.and_then(Day::new),
        explanation: reading.explanation,
        warnings: reading.warnings,
        milestone_days: reading.milestone_days.into_iter().filter_map(Day::new).collect(),
        standing: reading.standing,
        report_rule: reading.report_rule.map(RuleReading::from),
    }))
}
