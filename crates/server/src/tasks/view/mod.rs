//! Tasks as people and programs see them: rows of lists and the whole page of one.

mod detail;
mod life;

use std::collections::HashMap;

use db::Tx;
use kit::{Day, Moment};
use serde::Serialize;
use utoipa::ToSchema;
use wording::Words;

use super::{
    case::Case,
    kinds::{self, FieldValue},
    lamp::{self, LampView},
    model::{Importance, PartyRole, PartyRow, RequestKind, Share, Task, TaskId, TaskState, Urgency},
    store,
    tags::TagRow,
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    org::{PersonRef, UnitRef},
};
pub use detail::{TaskDetail, detail};

/// Who leads a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Lead {
    /// Which unit.
    pub unit: UnitRef,
    /// Who in it.
    pub person: Option<PersonRef>,
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
    /// Its progress is that of the tasks below it, of which some have gone out.
    pub is_summed: bool,
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
    pub source_name: Words,
    /// What it says in the fields of its kind, in their order.
    pub fields: Vec<FieldValue>,
    /// Its tags, by name.
    pub tags: Vec<String>,
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
    /// For whom it waits now.
    pub waits_for: Option<String>,
    /// Risks that nobody has answered yet.
    pub open_risks: i64,
    /// Why its clock stands: what was asked for and is not decided. Until then it is not overdue.
    pub stopped: Option<RequestKind>,
    /// When it is due.
    pub due_day: Option<Day>,
    /// By when its issuer says whether it goes on; only of open tasks without an end.
    pub review_day: Option<Day>,
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
    /// The asker follows it.
    pub followed: bool,
    /// Counts changes.
    pub version: i64,
}

/// Turns tasks into rows: parties and names are read once for all of them.
pub async fn rows(tx: &mut Tx, ctx: &Ctx, tasks: Vec<Task>) -> Outcome<Vec<TaskRow>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let mut parties: HashMap<TaskId, Vec<PartyRow>> = HashMap::new();
    for party in store::parties_of(tx, tasks.iter().map(|task| task.id)).await? {
        parties.entry(party.task_id).or_default().push(party);
    }
    let kinds = kind_names(tx).await?;
    let mut marks = Marks::of(tx, ctx, &tasks.iter().map(|task| task.id).collect::<Vec<_>>()).await?;
    let parties_of = |task: &Task| parties.get(&task.id).map(Vec::as_slice).unwrap_or_default();
    Ok(tasks.into_iter().map(|task| row(ctx, &kinds, &task, parties_of(&task), &mut marks)).collect())
}

/// The same for tasks of which only the ids are known; those the actor does not see are left out.
pub async fn rows_of(tx: &mut Tx, ctx: &Ctx, ids: &[TaskId]) -> Outcome<Vec<TaskRow>> {
    let tasks = store::seen_tasks(tx, &ctx.actor.scope, ids).await?;
    rows(tx, ctx, tasks).await
}

/// What is written beside tasks.
struct Marks {
    /// By the asker.
    own: HashMap<TaskId, store::Marks>,
    fields: HashMap<TaskId, Vec<FieldValue>>,
    tags: HashMap<TaskId, Vec<TagRow>>,
}

impl Marks {
    async fn of(tx: &mut Tx, ctx: &Ctx, tasks: &[TaskId]) -> Outcome<Self> {
        Ok(Self {
            own: store::marks(tx, ctx.actor.person, tasks).await?,
            fields: kinds::of(tx, tasks).await?,
            tags: store::tags_of(tx, tasks).await?,
        })
    }
}

async fn kind_names(tx: &mut Tx) -> Outcome<HashMap<String, Words>> {
    Ok(store::kind_names(tx).await?.into_iter().map(|kind| (kind.code, kind.name)).collect())
}

fn unit_of(party: &PartyRow) -> UnitRef {
    UnitRef { id: party.unit_id, name: party.unit_name.clone(), short_name: party.unit_short.clone() }
}

fn person_of(party: &PartyRow) -> Option<PersonRef> {
    Some(PersonRef { id: party.person_id?, name: party.person_name.clone()? })
}

fn row(ctx: &Ctx, kinds: &HashMap<String, Words>, task: &Task, parties: &[PartyRow], marks: &mut Marks) -> TaskRow {
    let today = ctx.today();
    let days = |due: Day| ctx.calendar.workdays_between(today.date(), due.date());
    let open = task.state.is_open();
    let past = open && task.due_day.is_some_and(|due| due < today);
    let late = task.due_day.filter(|_| past && task.stopped.is_none());
    TaskRow {
        id: task.id,
        number: task.number.clone(),
        parent_id: task.parent_id,
        root_id: task.root_id,
        depth: task.depth,
        has_children: task.children > 0,
        is_summed: task.is_summed(),
        title: task.title.clone(),
        state: task.state,
        lamp: lamp::on(task, &ctx.calendar, today),
        importance: task.importance,
        urgency: task.urgency,
        source_name: kinds.get(&task.source_kind).cloned().unwrap_or_else(|| Words::raw(task.source_kind.as_str())),
        source_kind: task.source_kind.clone(),
        fields: marks.fields.remove(&task.id).unwrap_or_default(),
        tags: marks.tags.remove(&task.id).unwrap_or_default().into_iter().map(|tag| tag.name).collect(),
        lead: parties
            .iter()
            .find(|party| party.role == PartyRole::Lead)
            .map(|party| Lead { unit: unit_of(party), person: person_of(party) }),
        co_units: parties.iter().filter(|party| party.role != PartyRole::Lead).map(unit_of).collect(),
        progress: task.progress,
        claimed_progress: task.claimed,
        weight: task.weight,
        stage: task.stage.clone(),
        waits_for: task.waits_for.clone(),
        open_risks: task.open_risks,
        due_day: task.due_day,
        review_day: task.review_day.filter(|_| super::standing::is_reviewed(task)),
        stopped: task.stopped.filter(|_| open),
        overdue_days: late.map_or(0, |due| lamp::late_workdays(&ctx.calendar, due, today)),
        remain_days: if open && !past { task.due_day.map(days) } else { None },
        created_at: task.created_at,
        dispatched_at: task.dispatched_at,
        closed_at: task.closed_at,
        last_report_at: task.last_report_at,
        followed: marks.own.get(&task.id).is_some_and(|own| own.followed),
        version: task.version,
    }
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
