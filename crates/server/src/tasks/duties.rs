//! What waits for a person: one entry for each thing they, and not just somebody, should do now.

use std::collections::HashMap;

use db::Tx;
use kit::{Day, Moment, text_enum, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;
use wording::{Words, say};

use super::{
    case::Case,
    model::{PartyState, RequestKind, TaskState},
    policy::{self, Action},
    rules::TaskRules,
    standing, store,
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
        Decide = "decide", "待审批申请";
        Reply = "reply", "待回复督办、批示";
        AnswerOrder = "answer_order", "待反馈督办单";
        DecideOrder = "decide_order", "待认定督办反馈";
        Complete = "complete", "待完成配合";
        Provide = "provide", "待配合答复";
        AnswerRisk = "answer_risk", "待回应风险";
        Approve = "approve", "待审批";
        Verify = "verify", "待核查";
        ReviewStanding = "review_standing", "待季度复核";
        Amend = "amend", "待按变更修改";
    }
}

impl DutyKind {
    /// What does it; an answer to an urge or an order is no action on the task.
    pub(super) const fn action(self) -> Option<Action> {
        Some(match self {
            Self::Sign => Action::Sign,
            Self::Assign => Action::Assign,
            Self::Report => Action::Report,
            Self::Review => Action::Review,
            Self::DecideClose => Action::DecideClose,
            Self::Rule => Action::Rule,
            Self::Approve => Action::Approve,
            Self::Verify => Action::Verify,
            Self::ReviewStanding => Action::ReviewStanding,
            Self::Amend => Action::Edit,
            Self::Decide => Action::Decide,
            Self::Complete => Action::Complete,
            Self::AnswerRisk => Action::AnswerRisk,
            Self::Reply | Self::AnswerOrder | Self::DecideOrder | Self::Provide => return None,
        })
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
    pub text: Words,
    /// By when.
    pub due_day: Option<Day>,
    /// That day has passed.
    pub overdue: bool,
    /// Since when it waits.
    pub since: Moment,
}

/// A person's list is cut here; whoever has more has another problem.
const MOST: i64 = 400;

/// What waits in one task, without the task.
pub(super) struct Waiting {
    pub(super) kind: DutyKind,
    pub(super) text: Words,
    pub(super) due_day: Option<Day>,
    pub(super) since: Moment,
    /// The request it is about.
    pub(super) target: Option<Uuid>,
}

/// What waits for the actor in this task; `next_due` is its earliest open duty to report.
pub(super) fn of_case(case: &Case, ctx: &Ctx, next_due: Option<Day>) -> Vec<Waiting> {
    let (task, today, rules) = (&case.task, ctx.today(), ctx.rules.get::<TaskRules>());
    let can = case.allowed(ctx);
    let mut out = Vec::new();
    let mut add = |kind: DutyKind, text: Words, due_day: Option<Day>, since: Moment, target: Option<Uuid>| {
        out.push(Waiting { kind, text, due_day, since, target });
    };
    let sent = task.dispatched_at.unwrap_or(task.created_at);
    let day_after = |at: Moment, n: i64| Day::new(ctx.calendar.add_workdays(at.day().date(), n));
    if can.contains(&Action::Sign) {
        let mine = case.parties.iter().filter(|p| p.role.works() && p.state == PartyState::Unsigned && policy::is_doer(p, &ctx.actor));
        let since = mine.filter_map(|party| party.assigned_at).max().unwrap_or(sent);
        add(DutyKind::Sign, "签收任务".into(), day_after(since, rules.sign_within), since, None);
    }
    // A co-unit may name somebody, too; nobody has to be reminded of that.
    let unassigned = case
        .parties
        .iter()
        .find(|p| p.state == PartyState::Signed && p.person_id.is_none() && p.role.leads() && ctx.actor.acts_for(p.unit_id));
    if let (true, Some(party)) = (can.contains(&Action::Assign) && !task.is_summed() && task.state == TaskState::Active, unassigned) {
        let signed = party.signed_at.unwrap_or(sent);
        add(DutyKind::Assign, "指定经办人".into(), day_after(signed, rules.assign_within), signed, None);
    }
    if can.contains(&Action::Report) && owes_report(case, ctx) {
        match next_due {
            Some(due) if due.plus_days(-rules.report_ahead) <= today => {
                add(DutyKind::Report, say!("{due}应报进展"), Some(due), due.start(), None);
            }
            None if task.due_day.is_some_and(|due| due.plus_days(-rules.report_ahead) <= today) && case.requests.is_empty() => {
                add(DutyKind::Report, "临近到期，请上报进展或申请办结".into(), task.due_day, sent, None);
            }
            _ => {}
        }
    }
    for party in case.parties.iter().filter(|p| policy::may_complete(p) && is_mine(p, ctx) && can.contains(&Action::Complete)) {
        let due = party.due_day.or(task.due_day);
        if due.is_some_and(|due| due.plus_days(-rules.report_ahead) <= today) {
            let since = party.signed_at.unwrap_or(sent);
            add(DutyKind::Complete, "完成配合事项".into(), due, since, Some(party.id.0));
        }
    }
    for wait in &case.waits {
        if case.parties.iter().any(|p| Some(p.id) == wait.on_party_id && is_mine(p, ctx)) {
            let due = wait.expected_day.or_else(|| day_after(wait.at, rules.decide_within));
            add(DutyKind::Provide, say!("牵头单位在等：{text}", text = &wait.text), due, wait.at, Some(wait.id.0));
        }
    }
    if can.contains(&Action::AnswerRisk) {
        let since = task.last_report_at.unwrap_or(sent);
        let n = task.open_risks;
        add(DutyKind::AnswerRisk, say!("回应 {n} 条风险提示"), None, since, None);
    }
    if can.contains(&Action::Review) {
        // From the first that waits: a task that is reported on every day is late all the same.
        let since = case.reported_since(ctx).unwrap_or(sent);
        add(DutyKind::Review, "审核进展上报".into(), day_after(since, rules.review_within), since, None);
    }
    for request in &case.requests {
        // Whoever decides second has their time from when the first agreed.
        let asked = request.agreed_at.unwrap_or(request.at);
        let due = day_after(asked, rules.decide_within);
        match request.kind {
            RequestKind::Close if can.contains(&Action::DecideClose) => {
                add(DutyKind::DecideClose, request.duty(), due, asked, Some(request.id.0));
            }
            RequestKind::Return if can.contains(&Action::Rule) => {
                add(DutyKind::Rule, request.duty(), due, asked, Some(request.id.0));
            }
            _ if case.may_decide(ctx, request) => add(DutyKind::Decide, request.duty(), due, asked, Some(request.id.0)),
            _ => {}
        }
    }
    for granted in case.amendments.iter().filter(|_| can.contains(&Action::Edit)) {
        let at = granted.decided_at.unwrap_or(granted.at);
        let words = say!("按批准的变更修改任务：{reason}", reason = &granted.reason);
        add(DutyKind::Amend, words, day_after(at, rules.decide_within), at, Some(granted.id.0));
    }
    if can.contains(&Action::Approve) {
        let since = task.submitted_at.unwrap_or(task.created_at);
        add(DutyKind::Approve, "审批立项".into(), day_after(since, rules.review_within), since, None);
    }
    if can.contains(&Action::Verify) {
        let closed = task.closed_at.unwrap_or(sent);
        add(DutyKind::Verify, "核查销号".into(), day_after(closed, rules.verify_within), closed, None);
    }
    if let (true, Some(day)) = (can.contains(&Action::ReviewStanding), task.review_day)
        && day.plus_days(-standing::REVIEW_AHEAD) <= today
    {
        add(DutyKind::ReviewStanding, "长期任务季度复核：继续、设定期限或终止".into(), Some(day), day.start(), None);
    }
    out
}

/// What waits for the actor in tasks, what is due first on top, and whether there is more than is looked at.
pub async fn duties(tx: &mut Tx, ctx: &Ctx) -> Outcome<(Vec<Duty>, bool)> {
    let today = ctx.today();
    let mut out = Vec::new();
    let mut shown = Vec::new();
    let until = today.plus_days(ctx.rules.get::<TaskRules>().report_ahead);
    let review = today.plus_days(standing::REVIEW_AHEAD);
    let mut owed = store::owed(tx, &ctx.actor, until, review, MOST + 1).await?;
    let cut = i64::try_from(owed.len()).is_ok_and(|n| n > MOST);
    if cut {
        // The one more that was asked for says only that there is more.
        owed.pop();
    }
    let ids: Vec<_> = owed.iter().map(|task| task.id).collect();
    let dues: HashMap<_, _> = store::next_dues_of(tx, &ids).await?.into_iter().collect();
    for case in Case::look_at_all(tx, owed).await? {
        let waiting = of_case(&case, ctx, dues.get(&case.task.id).copied().flatten());
        if !waiting.is_empty() {
            out.extend(waiting.into_iter().map(|duty| (case.task.id, duty)));
            shown.push(case.task);
        }
    }
    let rows: HashMap<_, _> = view::rows(tx, ctx, shown).await?.into_iter().map(|row| (row.id, row)).collect();
    let mut duties: Vec<Duty> = out
        .into_iter()
        .filter_map(|(id, duty)| {
            let Waiting { kind, text, due_day, since, target } = duty;
            // Several requests on one task may wait for the same person.
            let about = target.unwrap_or(id.0);
            let overdue = due_day.is_some_and(|due| due < today);
            Some(Duty { id: format!("{}:{about}", kind.word()), kind, task: rows.get(&id)?.clone(), text, due_day, overdue, since })
        })
        .collect();
    duties.sort_by_key(|duty| (duty.due_day.is_none(), duty.due_day, duty.since));
    Ok((duties, cut))
}

/// A part is the named handler's; where nobody is named, the unit's.
fn is_mine(party: &super::PartyRow, ctx: &Ctx) -> bool {
    match party.person_id {
        Some(person) => ctx.actor.acts_as(person),
        None => policy::is_doer(party, &ctx.actor),
    }
}

/// The report is the named handler's; where nobody is named, the unit's.
fn owes_report(case: &Case, ctx: &Ctx) -> bool {
    case.parties.iter().any(|p| p.state == PartyState::Signed && p.role.leads() && is_mine(p, ctx))
}
