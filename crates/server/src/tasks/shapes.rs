//! A list in other shapes: what falls on which day, and what runs from when to when.

use std::collections::HashMap;

use db::Tx;
use kit::{Day, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    case::Case,
    filter::{Filter, FilterQuery},
    lamp,
    list::{self, eye},
    model::{MilestoneRow, Share, Task, TaskId},
    policy::Action,
    store,
    view::{self, TaskRow},
};
use crate::app::{Ctx, Outcome, Refusal};

text_enum! {
    /// Why something is on a day.
    DateKind {
        Due = "due", "到期";
        Milestone = "milestone", "节点";
        Report = "report", "应上报";
    }
}

/// Days of one calendar at most: six weeks and a margin.
const MOST_DAYS: i64 = 62;
/// Entries of one kind that are named on a day; the others are counted.
const NAMED: i64 = 4;

/// Something on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct DateEntry {
    /// The day.
    day: Day,
    /// Why it is there.
    kind: DateKind,
    /// Which task.
    task_id: TaskId,
    /// The name of the step.
    name: Option<String>,
    /// It has been done.
    done: bool,
}

/// How many of a kind there are on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct DateCount {
    /// The day.
    day: Day,
    /// Of which kind.
    kind: DateKind,
    /// How many.
    count: i64,
}

/// What falls on the days of a period.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TaskCalendar {
    /// By day, what is still to be done and the worst lamp first; of each kind at most four a day.
    items: Vec<DateEntry>,
    /// How many there are; days without any are left out.
    counts: Vec<DateCount>,
    /// The tasks that are named.
    tasks: Vec<TaskRow>,
}

/// What is due, what steps and what reports fall on the days of a period, of the tasks that [`list`](super::list) would find.
pub(super) async fn calendar(tx: &mut Tx, ctx: &Ctx, filter: &Filter, from: Day, to: Day) -> Outcome<TaskCalendar> {
    if !(0..MOST_DAYS).contains(&from.days_until(to)) {
        return Err(Refusal::field("to", "一次最多查看 62 天"));
    }
    let (mut items, mut counts) = (Vec::new(), Vec::<DateCount>::new());
    for kind in DateKind::ALL.iter().copied() {
        for row in store::dated(tx, &eye(ctx), filter, kind, (from, to), NAMED).await? {
            if counts.last().is_none_or(|last| (last.day, last.kind) != (row.day, kind)) {
                counts.push(DateCount { day: row.day, kind, count: row.amount });
            }
            items.push(DateEntry { day: row.day, kind, task_id: row.task_id, name: row.name, done: row.done });
        }
    }
    items.sort_by_key(|item| item.day);
    let mut ids: Vec<TaskId> = items.iter().map(|item| item.task_id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(TaskCalendar { items, counts, tasks: view::rows_of(tx, ctx, &ids).await? })
}

/// A step on the way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct GanttStep {
    /// What it is.
    title: String,
    /// When it is due.
    day: Day,
    /// It has been reached.
    done: bool,
}

/// A task from its beginning to its end.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct GanttRow {
    /// The task.
    task: TaskRow,
    /// When it begins; the day it was written where nothing is said.
    start_day: Day,
    /// When it was first due, where that has been put off.
    original_due_day: Option<Day>,
    /// What should be done by today, in percent.
    planned: Option<Share>,
    /// Its steps, by day.
    steps: Vec<GanttStep>,
    /// The asker may move its beginning and its end.
    may_move: bool,
}

/// A page of tasks as bars.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct GanttPage {
    /// The rows, in the order of the list.
    items: Vec<GanttRow>,
    /// Where the next page begins; absent on the last.
    next_cursor: Option<String>,
}

/// The page that [`list`](super::list) gives for the same query, as bars.
pub(super) async fn gantt(tx: &mut Tx, ctx: &Ctx, query: &FilterQuery) -> Outcome<GanttPage> {
    let (tasks, next_cursor) = list::page(tx, ctx, query).await?;
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    let mut steps: HashMap<TaskId, Vec<MilestoneRow>> = HashMap::new();
    for row in store::steps_of(tx, &ids).await? {
        steps.entry(row.task_id).or_default().push(row.step);
    }
    let may_move: Vec<bool> = Case::look_at_all(tx, tasks.clone())
        .await?
        .iter()
        // Which day is right for all of the year is not asked of a task without an end.
        .map(|case| case.task.due_day.is_some() && case.allowed(ctx).contains(&Action::Edit))
        .collect();
    let rows = view::rows(tx, ctx, tasks.clone()).await?;
    let bar = |((task, row), may_move): ((Task, TaskRow), bool)| {
        let steps = steps.remove(&task.id).unwrap_or_default();
        GanttRow {
            start_day: task.start_day.unwrap_or_else(|| task.created_at.day()),
            original_due_day: task.original_due_day.filter(|day| Some(*day) != task.due_day),
            planned: if task.state.is_open() { lamp::planned(&task, &steps, &ctx.calendar, ctx.today()) } else { None },
            steps: steps.into_iter().map(|step| GanttStep { title: step.title, day: step.due_day, done: step.done_at.is_some() }).collect(),
            may_move,
            task: row,
        }
    };
    Ok(GanttPage { items: tasks.into_iter().zip(rows).zip(may_move).map(bar).collect(), next_cursor })
}
