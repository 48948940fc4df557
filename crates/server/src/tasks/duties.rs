//! What waits for a person: one entry for each thing they, and not just somebody, should do now.

use db::Tx;
use kit::{Day, Moment, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    case::Case,
    model::{PartyState, TaskState},
    policy::{self, Action},
    store,
    view::{self, TaskRow},
};
use crate::app::{Ctx, Outcome};

text_enum! {
    /// What is to be done.
    DutyKind {
        Sign = "sign", "待签收";
        Assign = "assign", "待分办";
        Report = "report", "待上报";
        Review = "review", "待审核";
        DecideClose = "decide_close", "待审核办结";
        Rule = "rule", "待裁定";
        Reply = "reply", "待回复督办";
        Approve = "approve", "待审批";
        Verify = "verify", "待核查";
    }
}

/// Something to be done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Duty {
    /// Stable for the same duty: what it is about.
    pub id: String,
    /// What is to be done.
    pub kind: DutyKind,
    /// To which task.
    pub task: TaskRow,
    /// In words.
    pub text: String,
    /// By when.
    pub due_day: Option<Day>,
    /// That day has passed.
    pub overdue: bool,
    /// Since when it waits.
    pub since: Moment,
}

/// A person's list is cut here; whoever has more has another problem.
const MOST: i64 = 400;

/// Reports come into the list so many days before their node.
const REPORT_AHEAD_DAYS: i64 = 3;

/// What waits for the actor in tasks, what is due first on top.
pub async fn duties(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<Duty>> {
    let today = ctx.today();
    let mut out = Vec::new();
    let mut shown = Vec::new();
    for task in store::owed(tx, &ctx.actor.scope, ctx.actor.person, MOST).await? {
        let case = Case::look(tx, ctx, task.id).await?;
        let can = case.allowed(ctx);
        let mut add = |kind: DutyKind, text: String, due: Option<Day>, since: Moment| {
            out.push((task.id, kind, text, due, since));
        };
        let sent = task.dispatched_at.unwrap_or(task.created_at);
        let day_after = |at: Moment, n: i64| Day::new(ctx.calendar.add_workdays(at.day().date(), n));
        if can.contains(&Action::Sign) {
            add(DutyKind::Sign, "签收任务".to_owned(), day_after(sent, 1), sent);
        }
        // A co-unit may name somebody, too; nobody has to be reminded of that.
        let unassigned = case
            .parties
            .iter()
            .find(|p| p.state == PartyState::Signed && p.person_id.is_none() && p.role.leads() && ctx.actor.acts_for(p.unit_id));
        if let (true, Some(party)) = (can.contains(&Action::Assign) && task.children == 0 && task.state == TaskState::Active, unassigned) {
            let signed = party.signed_at.unwrap_or(sent);
            add(DutyKind::Assign, "指定经办人".to_owned(), day_after(signed, 1), signed);
        }
        if can.contains(&Action::Report) && owes_report(&case, ctx) {
            let due = store::report_dues(tx, task.id).await?.into_iter().find(|due| due.report_id.is_none());
            match due {
                Some(due) if due.due_day.plus_days(-REPORT_AHEAD_DAYS) <= today => {
                    add(DutyKind::Report, format!("{}应报进展", due.due_day), Some(due.due_day), due.due_day.start());
                }
                None if task.due_day.is_some_and(|due| due.plus_days(-REPORT_AHEAD_DAYS) <= today) && case.requests.is_empty() => {
                    add(DutyKind::Report, "临近到期，请上报进展或申请办结".to_owned(), task.due_day, sent);
                }
                _ => {}
            }
        }
        if can.contains(&Action::Review) {
            let since = task.last_report_at.unwrap_or(sent);
            add(DutyKind::Review, "审核进展上报".to_owned(), day_after(since, 2), since);
        }
        for request in &case.requests {
            let due = day_after(request.at, 3);
            match request.kind {
                super::model::RequestKind::Close if can.contains(&Action::DecideClose) => {
                    add(DutyKind::DecideClose, "审核办结申请".to_owned(), due, request.at);
                }
                super::model::RequestKind::Return if can.contains(&Action::Rule) => {
                    add(DutyKind::Rule, "裁定退回申请".to_owned(), due, request.at);
                }
                _ => {}
            }
        }
        if can.contains(&Action::Approve) {
            add(DutyKind::Approve, "审批立项".to_owned(), day_after(task.created_at, 2), task.created_at);
        }
        if can.contains(&Action::Verify) {
            let closed = task.closed_at.unwrap_or(sent);
            add(DutyKind::Verify, "核查销号".to_owned(), day_after(closed, 10), closed);
        }
        if out.last().is_some_and(|(id, ..)| *id == task.id) {
            shown.push(task);
        }
    }
    let rows = view::rows(tx, ctx, shown).await?;
    let mut duties: Vec<Duty> = out
        .into_iter()
        .filter_map(|(id, kind, text, due_day, since)| {
            let task = rows.iter().find(|row| row.id == id)?.clone();
            let overdue = due_day.is_some_and(|due| due < today);
            Some(Duty { id: format!("{}:{id}", kind.word()), kind, task, text, due_day, overdue, since })
        })
        .collect();
    duties.sort_by_key(|duty| (duty.due_day.is_none(), duty.due_day, duty.since));
    Ok(duties)
}

/// The report is the named handler's; where nobody is named, the unit's.
fn owes_report(case: &Case, ctx: &Ctx) -> bool {
    case.parties.iter().any(|p| {
        p.state == PartyState::Signed
            && p.role.leads()
            && match p.person_id {
                Some(person) => person == ctx.actor.person,
                None => policy::is_doer(p, &ctx.actor),
            }
    })
}
