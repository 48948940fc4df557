//! What a deadline text means.

use kit::{Day, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::Words;
use workdays::{Cadence, deadline};

use crate::{
    access::{Permitted, SignedIn},
    app::Fields,
    http::{Json, Problem},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeadlineInput {
    /// For example “6月底前”, “10个工作日内”, “每月25日前”.
    text: String,
    /// The day it was said; today when missing.
    from_day: Option<Day>,
}

text_enum! {
    /// How often something is to be reported.
    RuleReadingKind {
        None = "none", "不定期";
        Daily = "daily", "每个工作日";
        Weekly = "weekly", "每周";
        HalfMonthly = "half_monthly", "每半月";
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
            Cadence::Daily => (RuleReadingKind::Daily, None),
            Cadence::HalfMonthly => (RuleReadingKind::HalfMonthly, None),
            Cadence::Weekly { weekday } => (RuleReadingKind::Weekly, Some(weekday)),
            Cadence::Monthly { day } => (RuleReadingKind::Monthly, Some(day)),
            Cadence::Quarterly { day } => (RuleReadingKind::Quarterly, Some(day)),
        };
        Self { kind, day }
    }
}

/// What a deadline text says.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeadlineReading {
    /// The deadline; the latest where there are several.
    day: Option<Day>,
    /// How it came about, sentence by sentence.
    explanation: Vec<Words>,
    /// What was guessed or not understood.
    warnings: Vec<Words>,
    /// Several days in one text.
    milestone_days: Vec<Day>,
    /// The work has no end.
    standing: bool,
    report_rule: Option<RuleReading>,
}

/// Reads a deadline as people write it and explains the day. Changes nothing.
#[utoipa::path(post, path = "/deadline-readings", tag = "calendar", request_body = DeadlineInput,
    responses((status = 200, body = DeadlineReading)))]
pub(super) async fn read_deadline(me: Permitted<SignedIn>, Json(input): Json<DeadlineInput>) -> Result<Json<DeadlineReading>, Problem> {
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
