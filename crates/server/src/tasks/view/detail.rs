//! The page of a task: everything about it that the asker may see, and what they may do.

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::{Day, Moment, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;
use wording::Words;

use super::{
    super::{
        case::Case,
        due, duties, lamp,
        model::{
            MilestoneId, PartyId, PartyRole, PartyRow, PartyState, ReportDueId, ReportId, ReportRule, ReportState, RequestId, RequestKind,
            RequestState, Share, Task, TaskId, TaskState, VerificationId, VerificationResult,
        },
        policy::{self, Action},
        requests::ReasonClass,
        rules::TaskRules,
        series::{self, TaskSeries},
        store,
    },
    Marks, TaskRow, kind_names,
    life::{self, ClockView, Link, Risk, Wait},
    person_of, row, rows, unit_of,
};
use crate::{
    app::{Ctx, Outcome},
    files::{self, FileRef},
    org::{self, PersonId, PersonRef, UnitId, UnitRef},
};

/// So many waits and risks a page shows.
const MOST_BESIDE: i64 = 100;

/// A party on the page of a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct Party {
    id: PartyId,
    unit: UnitRef,
    person: Option<PersonRef>,
    role: PartyRole,
    state: PartyState,
    signed_at: Option<Moment>,
    signed_by: Option<PersonRef>,
    /// The asker acts for it.
    mine: bool,
    /// The asker may name its handler.
    may_assign: bool,
    /// The asker may return it.
    may_return: bool,
    /// What is asked of it in particular.
    demand: Option<String>,
    /// By when its part is due, where that is not the task's due day.
    due_day: Option<Day>,
    /// When its part was done, or let go, while the task went on.
    done_at: Option<Moment>,
    done_by: Option<PersonRef>,
    /// What was done, or why it was let go.
    done_text: Option<String>,
    /// It was let go: nothing had to be done.
    waived: bool,
    /// The asker may say that its part is done.
    may_complete: bool,
    /// The asker may let it go.
    may_waive: bool,
    /// The asker may ask for its part again.
    may_reopen: bool,
    files: Vec<FileRef>,
}

/// A step.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct Milestone {
    id: MilestoneId,
    title: String,
    due_day: Day,
    /// Its share of the task in percent.
    weight: Share,
    deliverable: Option<String>,
    done_at: Option<Moment>,
    /// A report says that it was reached and waits for its review.
    reported: bool,
    overdue: bool,
}

kit::text_enum! {
    /// How a duty to report was met.
    DueState {
        Open = "open", "待上报";
        Met = "met", "按期";
        Late = "late", "迟报";
        Missed = "missed", "未报";
    }
}

/// A duty to report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct ReportDue {
    id: ReportDueId,
    due_day: Day,
    state: DueState,
    report_id: Option<ReportId>,
    /// Who asked for it on the spot; nobody where it follows from the rule.
    asked_by: Option<PersonRef>,
    /// What it should say.
    asked_text: Option<String>,
}

/// A report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct Report {
    id: ReportId,
    party_id: PartyId,
    unit: UnitRef,
    by: PersonRef,
    at: Moment,
    claimed_progress: Share,
    verified_progress: Option<Share>,
    text: String,
    problem: Option<String>,
    next_step: Option<String>,
    fall_reason: Option<String>,
    state: ReportState,
    reviewed_by: Option<PersonRef>,
    reviewed_at: Option<Moment>,
    review_text: Option<String>,
    /// Its writer took it back before anybody had reviewed it.
    withdrawn: bool,
    /// The asker may take it back.
    may_withdraw: bool,
    files: Vec<FileRef>,
}

/// A request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct Request {
    id: RequestId,
    kind: RequestKind,
    state: RequestState,
    party_id: Option<PartyId>,
    reason: String,
    proposed_unit: Option<UnitRef>,
    /// Why more time is needed.
    reason_class: Option<ReasonClass>,
    /// The due day asked for, or the day on which it is expected to go on.
    new_day: Option<Day>,
    /// The paper a suspension rests on.
    basis: Option<String>,
    /// What is to be looked at again.
    subject_id: Option<Uuid>,
    by: PersonRef,
    at: Moment,
    /// Who agreed first, where two have to.
    agreed_by: Option<PersonRef>,
    agreed_at: Option<Moment>,
    agreed_text: Option<String>,
    decided_by: Option<PersonRef>,
    decided_at: Option<Moment>,
    decision_text: Option<String>,
    /// Whether the asker of this page may decide on it now.
    may_decide: bool,
    /// Whether another has to agree after them.
    passes_on: bool,
    /// Whether they may take it back.
    may_withdraw: bool,
    /// Whether they may ask for a second look at it.
    may_recheck: bool,
    files: Vec<FileRef>,
}

/// A check after closing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct Verification {
    id: VerificationId,
    result: VerificationResult,
    text: String,
    by: PersonRef,
    at: Moment,
    /// Whether the asker of this page may ask for a second look at it.
    may_recheck: bool,
}

/// A task above.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct Ancestor {
    id: TaskId,
    number: Option<String>,
    title: String,
}

/// What the asker must do now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct NextDuty {
    action: Action,
    text: Words,
    due_day: Option<Day>,
    /// Which request or report it is about, where it is about one.
    target: Option<Uuid>,
}

/// Everything about a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskDetail {
    /// As in lists.
    pub task: TaskRow,
    demand: String,
    source_document: Option<String>,
    clause: Option<String>,
    creator: PersonRef,
    issuer_unit: Option<UnitRef>,
    start_day: Option<Day>,
    /// The due day it went out with; it never changes.
    original_due_day: Option<Day>,
    due_text: Option<String>,
    /// How the due day came about.
    due_explanation: Vec<Words>,
    /// The due day lies in a year whose calendar is not published.
    calendar_warning: Option<Words>,
    parties: Vec<Party>,
    milestones: Vec<Milestone>,
    report_rule: ReportRule,
    report_dues: Vec<ReportDue>,
    reports: Vec<Report>,
    requests: Vec<Request>,
    verifications: Vec<Verification>,
    /// For whom it waits or waited, the open waits first.
    waits: Vec<Wait>,
    /// What may go wrong, the unanswered risks first.
    risks: Vec<Risk>,
    /// What it has to do with other tasks that the asker sees.
    links: Vec<Link>,
    /// Whose clock runs, where it is not simply the lead's.
    clock: Option<ClockView>,
    files: Vec<FileRef>,
    ancestors: Vec<Ancestor>,
    children: Vec<TaskRow>,
    /// What drafts of the other side, which the asker does not see, take of the whole, in percent.
    reserved_weight: Share,
    /// Planned progress today in percent.
    planned_progress: Option<Share>,
    /// What the asker may do now.
    pub can: Vec<Action>,
    next_duty: Option<NextDuty>,
    /// How often a request to close was refused.
    sent_back_count: i64,
    /// The series that made it.
    series: Option<TaskSeries>,
}

pub(super) struct Names {
    persons: HashMap<PersonId, PersonRef>,
    units: HashMap<UnitId, UnitRef>,
}

impl Names {
    fn unit(&self, id: UnitId) -> UnitRef {
        self.units.get(&id).cloned().unwrap_or_else(|| UnitRef { id, name: String::new(), short_name: String::new() })
    }

    pub(super) fn person(&self, id: PersonId) -> PersonRef {
        self.persons.get(&id).cloned().unwrap_or_else(|| PersonRef { id, name: Words::from("（已删除）").spoken() })
    }
}

/// Everything about a task that the actor may see.
pub async fn detail(tx: &mut Tx, ctx: &Ctx, id: TaskId) -> Outcome<TaskDetail> {
    let case = Case::look(tx, ctx, id).await?;
    let can = case.allowed(ctx);
    let task = &case.task;
    let today = ctx.today();
    let milestones = store::milestones(tx, id).await?;
    let dues = store::report_dues(tx, id).await?;
    let reports = store::reports(tx, id).await?;
    let requests = store::requests(tx, id).await?;
    let verifications = store::verifications(tx, id).await?;
    let waits = store::waits(tx, id, MOST_BESIDE).await?;
    let risks = store::risks(tx, id, MOST_BESIDE).await?;
    let links = life::links(tx, ctx, id).await?;
    // Also those that have ended, which the count of live ones leaves out.
    let below = store::children(tx, id).await?;
    // A unit that only takes part in the whole sees the tasks below it that are its own business.
    let visible = store::seen(tx, &ctx.actor.scope, &below.iter().map(|t| t.id).collect::<Vec<_>>()).await?;
    let leads = policy::is_issuer(task, &ctx.actor) || case.parties.iter().any(|p| p.role.leads() && policy::is_doer(p, &ctx.actor));
    let (others, below): (Vec<Task>, Vec<Task>) =
        below.into_iter().partition(|child| child.state == TaskState::Draft && !policy::is_issuer(child, &ctx.actor));
    let reserved_weight = Share(others.iter().map(|child| child.weight.0).sum());
    let below = below.into_iter().filter(|child| visible.contains(&child.id) || (leads && child.dispatched_at.is_some())).collect();
    let mut persons: Vec<PersonId> = vec![task.creator_id];
    persons.extend(case.parties.iter().filter_map(|p| p.signed_by));
    persons.extend(reports.iter().flat_map(|r| [Some(r.person_id), r.reviewed_by]).flatten());
    persons.extend(requests.iter().flat_map(|r| [Some(r.person_id), r.agreed_by, r.decided_by]).flatten());
    persons.extend(verifications.iter().map(|v| v.person_id));
    persons.extend(case.parties.iter().filter_map(|p| p.done_by).chain(dues.iter().filter_map(|due| due.asked_by)));
    persons.extend(waits.iter().flat_map(|w| [Some(w.person_id), w.ended_by]).flatten());
    persons.extend(risks.iter().flat_map(|r| [Some(r.person_id), r.ended_by]).flatten());
    let units: Vec<UnitId> =
        requests.iter().filter_map(|r| r.proposed_unit_id).chain(task.issuer_unit_id).chain(reports.iter().map(|r| r.unit_id)).collect();
    let names = Names {
        persons: org::person_refs(tx, persons).await?.into_iter().map(|p| (p.id, p)).collect(),
        units: org::unit_refs(tx, units).await?.into_iter().map(|u| (u.id, u)).collect(),
    };
    let own = case.parties.iter().map(|p| p.id.0).chain(risks.iter().map(|r| r.id.0));
    let owners = reports.iter().map(|r| r.id.0).chain(requests.iter().map(|r| r.id.0)).chain(own).chain([id.0]);
    let mut files = files::of_owners(tx, &owners.collect::<Vec<_>>()).await?;
    let children = rows(tx, ctx, below).await?;
    let ancestors = if task.parent_id.is_some() { store::ancestors(tx, id).await? } else { Vec::new() };
    let series = series::of_task(tx, id).await?;
    let kinds = kind_names(tx).await?;
    let mut marks = Marks::of(tx, ctx, &[id]).await?;
    let within = ctx.rules.get::<TaskRules>().recheck_within;
    let looked_at: Vec<_> = requests.iter().filter(|r| r.state != RequestState::Withdrawn).filter_map(|r| r.subject_id).collect();
    let may_recheck = |subject: Uuid, at: Option<Moment>| {
        can.contains(&Action::Recheck) && !looked_at.contains(&subject) && at.is_some_and(|at| at.day().days_until(today) <= within)
    };
    let situation_of = |party: &PartyRow| can.contains(&Action::Return) && party.state == PartyState::Unsigned && party.returned == 0;
    Ok(TaskDetail {
        next_duty: next_duty(ctx, &case, &can, dues.iter().find(|due| due.report_id.is_none()).map(|due| due.due_day)),
        planned_progress: task.state.is_open().then(|| lamp::planned(task, &milestones, &ctx.calendar, today)).flatten(),
        calendar_warning: task.due_day.and_then(|due| ctx.calendar.unpublished(due.date(), due.date())).map(workdays::Unpublished::words),
        due_explanation: due::stored_explanation(&task.due_explanation),
        parties: case
            .parties
            .iter()
            .map(|party| {
                let mine = policy::is_doer(party, &ctx.actor);
                Party {
                    id: party.id,
                    unit: unit_of(party),
                    person: person_of(party),
                    role: party.role,
                    state: party.state,
                    signed_at: party.signed_at,
                    signed_by: party.signed_by.map(|by| names.person(by)),
                    mine,
                    may_assign: can.contains(&Action::Assign) && ctx.actor.acts_for(party.unit_id),
                    may_return: mine && situation_of(party),
                    may_complete: mine && can.contains(&Action::Complete) && policy::may_complete(party),
                    may_waive: can.contains(&Action::Waive) && policy::may_be_waived(party),
                    may_reopen: can.contains(&Action::ReopenPart) && policy::may_be_reopened(party),
                    demand: party.demand.clone(),
                    due_day: party.due_day,
                    done_at: party.done_at,
                    done_by: party.done_by.map(|by| names.person(by)),
                    done_text: party.done_text.clone(),
                    waived: party.waived,
                    files: files.remove(&party.id.0).unwrap_or_default(),
                }
            })
            .collect(),
        report_dues: dues
            .iter()
            // Nobody owes a report after the closing.
            .filter(|due| due.met_day.is_some() || !task.state.is_done() || task.closed_at.is_none_or(|at| due.due_day <= at.day()))
            .map(|due| ReportDue {
                id: due.id,
                due_day: due.due_day,
                state: match due.met_day {
                    Some(met) if met <= due.due_day => DueState::Met,
                    Some(_) => DueState::Late,
                    None if due.due_day < today => DueState::Missed,
                    None => DueState::Open,
                },
                report_id: due.report_id,
                asked_by: due.asked_by.map(|by| names.person(by)),
                asked_text: due.asked_text.clone(),
            })
            .collect(),
        reports: reports
            .into_iter()
            .map(|r| Report {
                withdrawn: r.state == ReportState::SentBack && r.reviewed_by == Some(r.person_id),
                may_withdraw: task.state == TaskState::Active && r.state == ReportState::Submitted && r.person_id == ctx.actor.person,
                unit: names.unit(r.unit_id),
                by: names.person(r.person_id),
                reviewed_by: r.reviewed_by.map(|by| names.person(by)),
                files: files.remove(&r.id.0).unwrap_or_default(),
                id: r.id,
                party_id: r.party_id,
                at: r.at,
                claimed_progress: r.claimed,
                verified_progress: r.verified,
                text: r.text,
                problem: r.problem,
                next_step: r.next_step,
                fall_reason: r.fall_reason,
                state: r.state,
                reviewed_at: r.reviewed_at,
                review_text: r.review_text,
            })
            .collect(),
        requests: requests
            .into_iter()
            .map(|r| Request {
                may_decide: r.state == RequestState::Open && case.may_decide(ctx, &r),
                passes_on: case.passes_on(ctx, &r),
                may_withdraw: r.state == RequestState::Open && r.person_id == ctx.actor.person && r.kind != RequestKind::Return,
                may_recheck: r.state == RequestState::Refused && r.kind != RequestKind::Recheck && may_recheck(r.id.0, r.decided_at),
                by: names.person(r.person_id),
                agreed_by: r.agreed_by.map(|by| names.person(by)),
                agreed_at: r.agreed_at,
                agreed_text: r.agreed_text,
                reason_class: r.reason_class,
                new_day: r.new_day,
                basis: r.basis,
                subject_id: r.subject_id,
                decided_by: r.decided_by.map(|by| names.person(by)),
                proposed_unit: r.proposed_unit_id.and_then(|unit| names.units.get(&unit).cloned()),
                files: files.remove(&r.id.0).unwrap_or_default(),
                id: r.id,
                kind: r.kind,
                state: r.state,
                party_id: r.party_id,
                reason: r.reason,
                at: r.at,
                decided_at: r.decided_at,
                decision_text: r.decision_text,
            })
            .collect(),
        verifications: verifications
            .into_iter()
            .map(|v| Verification {
                may_recheck: v.result == VerificationResult::Fail && task.state == TaskState::Active && may_recheck(v.id.0, Some(v.at)),
                id: v.id,
                result: v.result,
                text: v.text,
                by: names.person(v.person_id),
                at: v.at,
            })
            .collect(),
        milestones: milestones
            .into_iter()
            .map(|m| Milestone {
                reported: m.done_at.is_none() && m.report_id.is_some(),
                overdue: m.done_at.is_none() && m.report_id.is_none() && m.due_day < today && task.state.is_open(),
                id: m.id,
                title: m.title,
                due_day: m.due_day,
                weight: m.weight,
                deliverable: m.deliverable,
                done_at: m.done_at,
            })
            .collect(),
        clock: life::clock(&case, ctx),
        waits: waits.into_iter().map(|row| Wait::of(row, &case, ctx, &names)).collect(),
        risks: risks
            .into_iter()
            .map(|row| {
                let files = files.remove(&row.id.0).unwrap_or_default();
                Risk::of(row, ctx, &names, can.contains(&Action::AnswerRisk), files)
            })
            .collect(),
        links,
        ancestors: ancestors.into_iter().map(|(id, number, title)| Ancestor { id, number, title }).collect(),
        files: files.remove(&id.0).unwrap_or_default(),
        creator: names.person(task.creator_id),
        issuer_unit: task.issuer_unit_id.and_then(|unit| names.units.get(&unit).cloned()),
        report_rule: ReportRule { kind: task.rule_kind, day: task.rule_day },
        demand: task.demand.clone(),
        source_document: task.source_document.clone(),
        clause: task.clause.clone(),
        start_day: task.start_day,
        original_due_day: task.original_due_day,
        due_text: task.due_text.clone(),
        sent_back_count: task.sent_back,
        series,
        task: row(ctx, &kinds, task, &case.parties, &mut marks),
        children,
        reserved_weight,
        can: can.into_iter().collect(),
    })
}

/// The one thing that waits for the actor: what is also on their to-do list, then what they left unfinished.
fn next_duty(ctx: &Ctx, case: &Case, can: &BTreeSet<Action>, next_due: Option<Day>) -> Option<NextDuty> {
    for duty in duties::of_case(case, ctx, next_due) {
        if let Some(action) = duty.kind.action() {
            return Some(NextDuty { action, text: duty.text, due_day: duty.due_day, target: duty.target });
        }
    }
    let done = case.task.claimed == Share::WHOLE;
    let order = [
        (Action::Submit, "草稿尚未提交", true),
        (Action::DispatchChildren, "有下级任务尚未下达", true),
        (Action::RequestClose, "进度已报满，可以申请办结", done),
    ];
    let (action, text, _) = order.into_iter().find(|(action, _, when)| *when && can.contains(action))?;
    Some(NextDuty { action, text: text.into(), due_day: None, target: None })
}
