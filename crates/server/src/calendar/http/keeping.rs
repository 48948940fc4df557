//! The calendar itself: who looks at it, and who keeps it.

use axum::{http::StatusCode, response::Response};
use chrono::{Datelike as _, NaiveDate};
use db::Tx;
use kit::{Day, Moment, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::Words;
use workdays::{Calendar, DayKind, Holiday, LocalDay, OfficialYear};

use super::super::{
    change::{self, Change},
    store,
};
use crate::{
    access::{KeepRules, Permitted, SignedIn},
    app::{Ctx, Fields, Outcome, Refusal},
    http::{Idem, Json, Path, Problem, Query, mutate},
    org::{self, PersonRef},
};

text_enum! {
    /// What an unusual day is.
    SpecialKind {
        Holiday = "holiday", "放假";
        Workday = "workday", "调休上班";
    }
}

/// A day that is not what its weekday says, or belongs to a holiday.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpecialDay {
    day: Day,
    kind: SpecialKind,
    /// The holiday.
    name: String,
    /// Decided on the spot, not by a notice.
    local: bool,
}

/// A year's holidays and the days worked in exchange.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CalendarYear {
    year: i32,
    /// Whether the notice is out; without it only weekends are off.
    published: bool,
    /// The notice's number, or where it was published.
    notice: Option<String>,
    days: Vec<SpecialDay>,
}

/// Shows a year's holidays.
#[utoipa::path(get, path = "/calendar/years/{year}", tag = "calendar", params(("year" = i32, Path)), responses((status = 200, body = CalendarYear)))]
pub(super) async fn year(me: Permitted<SignedIn>, Path(year): Path<i32>) -> Result<Json<CalendarYear>, Problem> {
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
        Some(SpecialDay { day: Day::new(date)?, kind, name: known.holiday.unwrap_or_default().to_owned(), local: known.local })
    });
    Ok(Json(CalendarYear { year, published: calendar.year_published(year), notice, days: days.collect() }))
}

/// A day decided on the spot.
#[derive(Debug, Serialize, ToSchema)]
struct KeptDay {
    day: Day,
    off: bool,
    name: String,
    /// The paper that decided it.
    reference: String,
}

/// Who changed the calendar, when and why.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarChange {
    version: i64,
    /// What was changed.
    what: Words,
    reason: String,
    by: Option<PersonRef>,
    at: Moment,
}

/// What the calendar is made of.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CalendarOverview {
    /// Counts the changes made here; 0 while only the official years of the release apply. To be sent with a change.
    version: i64,
    /// What stands beside computed days.
    label: String,
    /// Years whose notice is known.
    years: Vec<i32>,
    /// Of these, those entered here and not part of the release.
    entered_years: Vec<i32>,
    local: Vec<KeptDay>,
    history: Vec<CalendarChange>,
}

async fn shown(tx: &mut Tx, ctx: &Ctx) -> Outcome<CalendarOverview> {
    let (kept, version) = change::kept(tx).await?;
    let calendar = change::in_force(tx).await?;
    let rows = store::history(tx, 50).await?;
    let people = org::person_refs(tx, rows.iter().filter_map(|row| row.made_by)).await?;
    let today = ctx.today().date().year();
    let local = kept.local.iter().filter_map(|local| {
        let LocalDay { day, off, name, reference } = local.clone();
        Some(KeptDay { day: Day::new(day)?, off, name, reference })
    });
    Ok(CalendarOverview {
        version,
        label: calendar.version().to_owned(),
        years: (2018..=today + 2).filter(|year| calendar.year_published(*year)).collect(),
        entered_years: kept.years.iter().map(|year| year.year).collect(),
        local: local.collect(),
        history: rows
            .into_iter()
            .map(|row| CalendarChange {
                version: row.version,
                what: row.words,
                reason: row.reason,
                by: row.made_by.and_then(|id| people.iter().find(|person| person.id == id).cloned()),
                at: row.made_at,
            })
            .collect(),
    })
}

/// Shows what the calendar is made of and who changed it.
#[utoipa::path(get, path = "/calendar", tag = "calendar", responses((status = 200, body = CalendarOverview)))]
pub(super) async fn overview(me: Permitted<SignedIn>) -> Result<Json<CalendarOverview>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(shown(&mut tx, &me.ctx).await?))
}

async fn answer(me: &Permitted<KeepRules>, idem: &Idem, change: Change, reason: &str, version: i64) -> Result<Response, Problem> {
    let done = mutate(&me.app, &me.ctx, idem, StatusCode::OK, async |tx| {
        change::change(tx, &me.ctx, change, reason, version).await?;
        shown(tx, &me.ctx).await
    });
    match done.await {
        Err(problem) if problem.is_late() => {
            let mut tx = me.app.db.read().await?;
            Err(problem.with_current(serde_json::to_value(shown(&mut tx, &me.ctx).await?).unwrap_or_default()))
        }
        other => other,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LocalDayInput {
    day: Day,
    /// Off, or worked.
    off: bool,
    /// Why, for people: “防汛值守”.
    name: String,
    /// The paper that decided it.
    #[serde(default)]
    reference: String,
    /// The version that was looked at.
    version: i64,
}

/// Sets a day off, or has it worked, for the whole area. Due days said in working days and duties to report that lie ahead
/// move with it.
#[utoipa::path(post, path = "/calendar/days", tag = "calendar", request_body = LocalDayInput, responses((status = 200, body = CalendarOverview)))]
pub(super) async fn set_day(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<LocalDayInput>) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let name = fields.text("name", &input.name, 40);
    let reference = fields.optional_text("reference", Some(&input.reference), 100).unwrap_or_default();
    fields.finish()?;
    let local = LocalDay { day: input.day.date(), off: input.off, name: name.clone(), reference };
    answer(&me, &idem, Change::Add(local), &name, input.version).await
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoveDayQuery {
    /// The version that was looked at.
    version: i64,
    /// Why.
    reason: String,
}

/// Lets a day be what the notice says again.
#[utoipa::path(delete, path = "/calendar/days/{day}", tag = "calendar", params(("day" = Day, Path), RemoveDayQuery),
    responses((status = 200, body = CalendarOverview)))]
pub(super) async fn remove_day(
    me: Permitted<KeepRules>,
    idem: Idem,
    Path(day): Path<Day>,
    Query(query): Query<RemoveDayQuery>,
) -> Result<Response, Problem> {
    answer(&me, &idem, Change::Remove(day), &query.reason, query.version).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HolidayInput {
    name: String,
    /// First day off.
    from: Day,
    /// Last day off.
    to: Day,
    /// Days worked in exchange.
    #[serde(default)]
    work: Vec<Day>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeInput {
    /// Its number: “国办发明电〔2026〕…号”.
    notice: String,
    /// Where it was published.
    #[serde(default)]
    paper: Option<String>,
    /// One to twenty.
    holidays: Vec<HolidayInput>,
    /// The version that was looked at.
    version: i64,
}

/// Enters a year's notice on days off, or replaces what is known of that year.
#[utoipa::path(put, path = "/calendar/years/{year}", tag = "calendar", params(("year" = i32, Path)), request_body = NoticeInput,
    responses((status = 200, body = CalendarOverview)))]
pub(super) async fn set_notice(
    me: Permitted<KeepRules>,
    idem: Idem,
    Path(year): Path<i32>,
    Json(input): Json<NoticeInput>,
) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let notice = fields.text("notice", &input.notice, 100);
    let paper = fields.optional_text("paper", input.paper.as_deref(), 300);
    if !(1..=20).contains(&input.holidays.len()) {
        fields.add("holidays", "应有 1 至 20 个节日");
    }
    let this_year = me.ctx.today().date().year();
    if !(this_year..=this_year + 2).contains(&year) {
        fields.add("year", "只能录入今年至后年的放假安排");
    }
    let mut holidays = Vec::new();
    for (index, holiday) in input.holidays.iter().enumerate() {
        fields.under(format!("holidays[{index}]."));
        let name = fields.text("name", &holiday.name, 40);
        let (from, to) = (holiday.from.date(), holiday.to.date());
        holidays.push(Holiday { name, from, to, work: holiday.work.iter().map(|day| day.date()).collect() });
    }
    fields.finish()?;
    let papers = paper.into_iter().collect();
    let official = OfficialYear { year, notice: Some(notice.clone()), papers, holidays };
    answer(&me, &idem, Change::Notice(official), &notice, input.version).await
}
