//! What a task waits for, what may go wrong, what it has to do with others, and whose clock runs.

use db::Tx;
use kit::{Day, Moment};
use serde::Serialize;
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    super::{
        case::Case,
        lamp::{Lamp, LampView},
        links::{LinkKind, LinkRow},
        model::{PartyId, PartyState, RequestKind, RiskId, TaskId, TaskState, WaitId},
        risk::RiskRow,
        store,
        wait::{self, WaitRow},
    },
    detail::Names,
};
use crate::{
    app::{Ctx, Outcome},
    files::FileRef,
    org::{PersonRef, UnitRef},
};

/// A time of waiting.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct Wait {
    id: WaitId,
    /// The party that waits.
    party_id: PartyId,
    /// The party of the task that is waited for; nothing where somebody else is.
    on_party_id: Option<PartyId>,
    /// Who is waited for.
    on: String,
    text: String,
    by: PersonRef,
    at: Moment,
    expected_day: Option<Day>,
    /// That day has passed and nothing has come.
    overdue: bool,
    /// Working days until its end, or until today.
    workdays: i64,
    ended_at: Option<Moment>,
    ended_by: Option<PersonRef>,
    end_text: Option<String>,
    /// The asker may say that it is over.
    may_end: bool,
}

impl Wait {
    pub(super) fn of(row: WaitRow, case: &Case, ctx: &Ctx, names: &Names) -> Self {
        Self {
            may_end: wait::may_end(case, ctx, &row),
            overdue: row.ended_at.is_none() && row.expected_day.is_some_and(|day| day < ctx.today()),
            workdays: row.workdays(ctx),
            on: row.on().to_owned(),
            by: names.person(row.person_id),
            ended_by: row.ended_by.map(|by| names.person(by)),
            id: row.id,
            party_id: row.party_id,
            on_party_id: row.on_party_id,
            text: row.text,
            at: row.at,
            expected_day: row.expected_day,
            ended_at: row.ended_at,
            end_text: row.end_text,
        }
    }
}

/// A risk.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct Risk {
    id: RiskId,
    party_id: PartyId,
    by: PersonRef,
    at: Moment,
    text: String,
    /// What would help.
    help: Option<String>,
    /// The lamp when it was said.
    lamp: Lamp,
    /// It was said while the lamp was still well.
    early: bool,
    ended_at: Option<Moment>,
    ended_by: Option<PersonRef>,
    end_text: Option<String>,
    /// The asker may answer it, or say that it has passed.
    may_answer: bool,
    files: Vec<FileRef>,
}

impl Risk {
    pub(super) fn of(row: RiskRow, ctx: &Ctx, names: &Names, may_answer: bool, files: Vec<FileRef>) -> Self {
        Self {
            may_answer: row.ended_at.is_none() && (may_answer || ctx.actor.acts_as(row.person_id)),
            early: matches!(row.lamp, Lamp::Grey | Lamp::Green),
            by: names.person(row.person_id),
            ended_by: row.ended_by.map(|by| names.person(by)),
            id: row.id,
            party_id: row.party_id,
            at: row.at,
            text: row.text,
            help: row.help,
            lamp: row.lamp,
            ended_at: row.ended_at,
            end_text: row.end_text,
            files,
        }
    }
}

/// A link to another task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct Link {
    kind: LinkKind,
    /// It was said of the other task: read it the other way round.
    reverse: bool,
    /// For people.
    words: Words,
    task_id: TaskId,
    number: Option<String>,
    title: String,
    state: TaskState,
    lamp: LampView,
    lead: Option<UnitRef>,
    due_day: Option<Day>,
}

/// Links to tasks that the actor sees.
pub(super) async fn links(tx: &mut Tx, ctx: &Ctx, id: TaskId) -> Outcome<Vec<Link>> {
    let rows = store::links(tx, id).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let other = |row: &LinkRow| if row.task_id == id { row.other_id } else { row.task_id };
    let others = super::rows_of(tx, ctx, &rows.iter().map(other).collect::<Vec<_>>()).await?;
    let link = |row: &LinkRow| {
        let task = others.iter().find(|task| task.id == other(row))?;
        let (reverse, name) = (row.task_id != id, task.number.as_deref().unwrap_or(&task.title));
        Some(Link {
            kind: row.kind,
            reverse,
            words: if reverse { row.kind.heard(name) } else { row.kind.said(name) },
            task_id: task.id,
            number: task.number.clone(),
            title: task.title.clone(),
            state: task.state,
            lamp: task.lamp.clone(),
            lead: task.lead.as_ref().map(|lead| lead.unit.clone()),
            due_day: task.due_day,
        })
    };
    Ok(rows.iter().filter_map(link).collect())
}

/// Whose clock runs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct ClockView {
    /// In words: who is to act, since when, and whether the due day stands.
    words: Words,
    since: Day,
    /// Working days since then.
    workdays: i64,
    /// Nobody can be late now.
    stopped: bool,
}

/// Whose turn it is, where it is not simply the lead's.
pub(super) fn clock(case: &Case, ctx: &Ctx) -> Option<ClockView> {
    let task = &case.task;
    let view = |since: Day, words: &dyn Fn(i64) -> Words| {
        let workdays = ctx.calendar.workdays_between(since.date(), ctx.today().date());
        ClockView { words: words(workdays), since, workdays, stopped: case.is_stopped() || task.state == TaskState::Suspended }
    };
    if let (TaskState::Suspended, Some(since)) = (task.state, task.suspended_on) {
        return Some(view(since, &|n| say!("已中止 {n} 个工作日，停止计时，恢复时期限顺延")));
    }
    if !task.state.is_open() {
        return None;
    }
    let asked = |kind: RequestKind| case.requests.iter().find(|request| request.kind == kind);
    if let Some(request) = asked(RequestKind::Close) {
        return Some(view(request.at.day(), &|n| match request.agreed_by {
            Some(_) => say!("交办方已同意办结，等待上级审批，已 {n} 个工作日，停止计时"),
            None => say!("等待交办方审核办结，已 {n} 个工作日，停止计时"),
        }));
    }
    let disputed = case.parties.iter().any(|party| party.role.leads() && party.state == PartyState::Disputed);
    if let (true, Some(request)) = (disputed, asked(RequestKind::Return)) {
        return Some(view(request.at.day(), &|n| say!("等待裁定由谁办理，已 {n} 个工作日，停止计时")));
    }
    if let Some(request) = asked(RequestKind::Extend).filter(|_| case.is_stopped()) {
        return Some(view(request.at.day(), &|n| say!("等待审批延期，已 {n} 个工作日，审批前不算逾期")));
    }
    let first = case.waits.last()?;
    let name = task.waits_for.as_deref().unwrap_or_default();
    Some(view(first.at.day(), &|n| match task.due_day {
        Some(due) => say!("等待{name}，已 {n} 个工作日；牵头单位仍须在{due}前办结，确需更多时间请申请延期"),
        None => say!("等待{name}，已 {n} 个工作日"),
    }))
}
