//! Tasks as people and programs see them: rows of lists and the whole page of one.

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::{Day, Moment, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    case::Case,
    duties,
    lamp::{self, LampView},
    model::{
        Importance, MilestoneId, PartyId, PartyRole, PartyRow, PartyState, ReportDueId, ReportId, ReportRule, ReportState, RequestId,
        RequestKind, RequestState, Share, Task, TaskId, TaskState, Urgency, VerificationId, VerificationResult,
    },
    policy::{self, Action},
    store,
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    files::{self, FileRef},
    org::{self, PersonId, PersonRef, UnitId, UnitRef},
};

/// Who leads a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Lead {
    unit: UnitRef,
    person: Option<PersonRef>,
}

/// A task in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskRow {
    /// Its id.
    pub id: TaskId,
    /// Its number, from dispatch on.
    pub number: Option<String>,
    /// The task above it.
    pub parent_id: Option<TaskId>,
    /// The top of its tree.
    pub root_id: TaskId,
    /// 0 for the root.
    pub depth: i64,
    /// There are tasks below it.
    pub has_children: bool,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub state: TaskState,
    /// Its health.
    pub lamp: LampView,
    /// How much depends on it.
    pub importance: Importance,
    /// How quickly it must move.
    pub urgency: Urgency,
    /// Where it comes from.
    pub source_kind: String,
    /// Where it comes from, for people.
    pub source_name: String,
    /// Who leads it.
    pub lead: Option<Lead>,
    /// Who else takes part.
    pub co_units: Vec<UnitRef>,
    /// Verified progress in percent.
    pub progress: Share,
    /// Claimed progress in percent.
    pub claimed_progress: Share,
    /// Its share of the task above in percent.
    pub weight: Share,
    /// The first step that has not been reached.
    pub stage: Option<String>,
    /// When it is due.
    pub due_day: Option<Day>,
    /// Working days past due; 0 when it is not.
    pub overdue_days: i64,
    /// Working days until due; absent when it is past due, done, or never due.
    pub remain_days: Option<i64>,
    /// When it was written.
    pub created_at: Moment,
    /// When it went out.
    pub dispatched_at: Option<Moment>,
    /// When it was closed.
    pub closed_at: Option<Moment>,
    /// When progress was last reported.
    pub last_report_at: Option<Moment>,
    /// Counts changes.
    pub version: i64,
}

/// Turns tasks into rows: parties and names are read once for all of them.
pub async fn rows(tx: &mut Tx, ctx: &Ctx, tasks: Vec<Task>) -> Outcome<Vec<TaskRow>> {
    let mut parties: HashMap<TaskId, Vec<PartyRow>> = HashMap::new();
    for party in store::parties_of(tx, tasks.iter().map(|task| task.id)).await? {
        parties.entry(party.task_id).or_default().push(party);
    }
    let kinds = kind_names(tx).await?;
    Ok(tasks.into_iter().map(|task| row(ctx, &kinds, &task, parties.get(&task.id).map_or(&[], Vec::as_slice))).collect())
}

/// The same for tasks of which only the ids are known; those the actor does not see are left out.
pub async fn rows_of(tx: &mut Tx, ctx: &Ctx, ids: &[TaskId]) -> Outcome<Vec<TaskRow>> {
    let tasks = store::seen_tasks(tx, &ctx.actor.scope, ids).await?;
    rows(tx, ctx, tasks).await
}

async fn kind_names(tx: &mut Tx) -> Outcome<HashMap<String, String>> {
    Ok(store::source_kinds(tx).await?.into_iter().map(|kind| (kind.code, kind.name)).collect())
}

fn unit_of(party: &PartyRow) -> UnitRef {
    UnitRef { id: party.unit_id, name: party.unit_name.clone(), short_name: party.unit_short.clone() }
}

fn person_of(party: &PartyRow) -> Option<PersonRef> {
    Some(PersonRef { id: party.person_id?, name: party.person_name.clone()? })
}

fn row(ctx: &Ctx, kinds: &HashMap<String, String>, task: &Task, parties: &[PartyRow]) -> TaskRow {
    let today = ctx.today();
    let days = |due: Day| ctx.calendar.workdays_between(today.date(), due.date());
    let open = task.state.is_open();
    let late = open && task.due_day.is_some_and(|due| due < today);
    TaskRow {
        id: task.id,
        number: task.number.clone(),
        parent_id: task.parent_id,
        root_id: task.root_id,
        depth: task.depth,
        has_children: task.children > 0,
        title: task.title.clone(),
        state: task.state,
        lamp: lamp::on(task, &ctx.calendar, today),
        importance: task.importance,
        urgency: task.urgency,
        source_name: kinds.get(&task.source_kind).cloned().unwrap_or_else(|| task.source_kind.clone()),
        source_kind: task.source_kind.clone(),
        lead: parties
            .iter()
            .find(|party| party.role == PartyRole::Lead)
            .map(|party| Lead { unit: unit_of(party), person: person_of(party) }),
        co_units: parties.iter().filter(|party| party.role != PartyRole::Lead).map(unit_of).collect(),
        progress: task.progress,
        claimed_progress: task.claimed,
        weight: task.weight,
        stage: task.stage.clone(),
        due_day: task.due_day,
        // On the first day after a due day that was followed by days off no working day has passed; it is late all the same.
        overdue_days: if late { task.due_day.map_or(0, |due| (-days(due)).max(1)) } else { 0 },
        remain_days: if open && !late { task.due_day.map(days) } else { None },
        created_at: task.created_at,
        dispatched_at: task.dispatched_at,
        closed_at: task.closed_at,
        last_report_at: task.last_report_at,
        version: task.version,
    }
}

/// A party on the page of a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Party {
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
}

/// A step.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Milestone {
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
pub(super) struct ReportDue {
    id: ReportDueId,
    due_day: Day,
    state: DueState,
    report_id: Option<ReportId>,
}

/// A report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Report {
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
    files: Vec<FileRef>,
}

/// A request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Request {
    id: RequestId,
    kind: RequestKind,
    state: RequestState,
    party_id: Option<PartyId>,
    reason: String,
    proposed_unit: Option<UnitRef>,
    by: PersonRef,
    at: Moment,
    decided_by: Option<PersonRef>,
    decided_at: Option<Moment>,
    decision_text: Option<String>,
    files: Vec<FileRef>,
}

/// A check after closing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Verification {
    id: VerificationId,
    result: VerificationResult,
    text: String,
    by: PersonRef,
    at: Moment,
}

/// A task above.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Ancestor {
    id: TaskId,
    number: Option<String>,
    title: String,
}

/// What the asker must do now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct NextDuty {
    action: Action,
    text: String,
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
    due_explanation: Vec<String>,
    /// The due day lies in a year whose calendar is not published.
    calendar_warning: Option<String>,
    parties: Vec<Party>,
    milestones: Vec<Milestone>,
    report_rule: ReportRule,
    report_dues: Vec<ReportDue>,
    reports: Vec<Report>,
    requests: Vec<Request>,
    verifications: Vec<Verification>,
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
}

struct Names {
    persons: HashMap<PersonId, PersonRef>,
    units: HashMap<UnitId, UnitRef>,
}

impl Names {
    fn person(&self, id: PersonId) -> PersonRef {
        self.persons.get(&id).cloned().unwrap_or_else(|| PersonRef { id, name: "（已删除）".to_owned() })
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
    let below = if task.children > 0 { store::children(tx, id).await? } else { Vec::new() };
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
    persons.extend(requests.iter().flat_map(|r| [Some(r.person_id), r.decided_by]).flatten());
    persons.extend(verifications.iter().map(|v| v.person_id));
    let units: Vec<UnitId> = requests.iter().filter_map(|r| r.proposed_unit_id).chain(task.issuer_unit_id).collect();
    let names = Names {
        persons: org::person_refs(tx, persons).await?.into_iter().map(|p| (p.id, p)).collect(),
        units: org::unit_refs(tx, units).await?.into_iter().map(|u| (u.id, u)).collect(),
    };
    let owners = reports.iter().map(|r| r.id.0).chain(requests.iter().map(|r| r.id.0)).chain([id.0]);
    let mut files = files::of_owners(tx, &owners.collect::<Vec<_>>()).await?;
    let children = rows(tx, ctx, below).await?;
    let ancestors = store::ancestors(tx, id).await?;
    let kinds = kind_names(tx).await?;
    let situation_of = |party: &PartyRow| can.contains(&Action::Return) && party.state == PartyState::Unsigned && party.returned == 0;
    Ok(TaskDetail {
        next_duty: next_duty(ctx, &case, &can, dues.iter().find(|due| due.report_id.is_none()).map(|due| due.due_day)),
        planned_progress: task.state.is_open().then(|| lamp::planned(task, &milestones, &ctx.calendar, today)).flatten(),
        calendar_warning: task.due_day.and_then(|due| ctx.calendar.unpublished(due.date(), due.date())).map(|warning| warning.to_string()),
        due_explanation: serde_json::from_str(&task.due_explanation).unwrap_or_default(),
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
                }
            })
            .collect(),
        report_dues: dues
            .iter()
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
            })
            .collect(),
        reports: reports
            .into_iter()
            .map(|r| Report {
                unit: case
                    .parties
                    .iter()
                    .find(|p| p.id == r.party_id)
                    .map_or_else(|| UnitRef { id: UnitId(kit::NIL), name: String::new(), short_name: String::new() }, unit_of),
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
                by: names.person(r.person_id),
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
            .map(|v| Verification { id: v.id, result: v.result, text: v.text, by: names.person(v.person_id), at: v.at })
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
        task: row(ctx, &kinds, task, &case.parties),
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
    Some(NextDuty { action, text: text.to_owned(), due_day: None, target: None })
}

/// A tree is cut here; whoever needs what lies deeper asks for a tree further down.
const MOST_ROWS: usize = 2000;

/// The whole tree below a task in reading order as far as the actor sees it, and whether it was cut.
pub(super) async fn tree(tx: &mut Tx, ctx: &Ctx, id: TaskId) -> Outcome<(Vec<TaskRow>, bool)> {
    Case::look(tx, ctx, id).await?;
    let mut all = store::subtree(tx, id, MOST_ROWS + 1).await?;
    let cut = all.len() > MOST_ROWS;
    all.truncate(MOST_ROWS);
    let seen = store::seen(tx, &ctx.actor.scope, &all.iter().map(|t| t.id).collect::<Vec<_>>()).await?;
    let mut below: HashMap<TaskId, Vec<Task>> = HashMap::new();
    let mut top = None;
    for task in all {
        if task.id == id {
            top = Some(task);
        } else if let Some(parent) = task.parent_id {
            below.entry(parent).or_default().push(task);
        }
    }
    let mut out = Vec::new();
    let mut stack = vec![top.ok_or(Refusal::NotFound)?];
    while let Some(task) = stack.pop() {
        stack.extend(below.remove(&task.id).unwrap_or_default().into_iter().rev());
        if task.id == id || seen.contains(&task.id) {
            out.push(task);
        }
    }
    Ok((rows(tx, ctx, out).await?, cut))
}
