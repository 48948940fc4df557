//! When working days or rules change, what was worked out with the old ones is worked out anew: lamp plans, duties to
//! report and due days that were said in words. What is past stays as it was.
//!
//! Each task remembers the generation it was worked out with, so nothing is missed however the change reached it: a job
//! takes the tasks of older generations, some at a time, until there are none; an hourly sweep finds stragglers.

use db::Tx;
use jobs::{JobId, NewJob};
use kit::Day;
use serde_json::json;
use wording::say;

use super::{
    case::{Case, Step},
    draft, due,
    lamp::{self, Lamp},
    model::{ReportDueRow, RuleKind, Task, TaskId},
    rules::TaskRules,
    store,
};
use crate::app::{Ctx, Outcome, Refusal};

/// The job.
pub const REPLAN: &str = "tasks.replan";

/// Trees are held while their tasks are worked out, so not too many in one transaction.
const AT_ONCE: usize = 100;

/// Works out some tasks of older generations anew, and asks for another turn when there may be more.
pub async fn replan(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    let ids = store::planned_before(tx, ctx.generation, i64::try_from(AT_ONCE).unwrap_or(0)).await?;
    let more = ids.len() == AT_ONCE;
    for id in ids {
        again(tx, ctx, id).await?;
    }
    if more {
        let job = NewJob { kind: REPLAN, payload: json!({}), run_at: ctx.now(), dedupe: None };
        jobs::enqueue(tx, JobId::new(&ctx.rng, ctx.now()), job).await?;
    }
    Ok(())
}

/// Lamps of open tasks today: by the numbers in force, and by others.
pub(super) struct Trial {
    pub(super) lamps: Vec<(Lamp, Lamp)>,
    pub(super) truncated: bool,
}

/// A trial looks at so many tasks; more would only cost time.
const TRIED: i64 = 5000;

/// Lights open tasks by other numbers, and writes nothing.
pub(super) async fn trial(tx: &mut Tx, ctx: &Ctx, rules: &TaskRules) -> Outcome<Trial> {
    let mut tasks = store::open_by_due(tx, TRIED + 1).await?;
    let truncated = i64::try_from(tasks.len()).is_ok_and(|n| n > TRIED);
    tasks.truncate(usize::try_from(TRIED).unwrap_or(0));
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    let mut nodes = store::nodes_of(tx, &ids).await?;
    let mut lamps = Vec::new();
    for case in Case::look_at_all(tx, tasks).await? {
        let now = lamp::on(&case.task, &ctx.calendar, ctx.today()).lamp;
        let (milestones, dues) = nodes.remove(&case.task.id).unwrap_or_default();
        let facts = lamp::Facts { task: &case.task, milestones: &milestones, dues: &dues, stopped: case.stopped().map(|(_, since)| since) };
        let turns = lamp::plan(&facts, &ctx.calendar, rules);
        let mut then = case.task.clone();
        lamp::apply(&mut then, &turns, ctx.today(), ctx.generation);
        lamps.push((now, lamp::on(&then, &ctx.calendar, ctx.today()).lamp));
    }
    Ok(Trial { lamps, truncated })
}

async fn again(tx: &mut Tx, ctx: &Ctx, id: TaskId) -> Outcome<()> {
    let mut case = Case::open(tx, ctx, id, None).await?;
    case.task.planned_by = ctx.generation;
    let moved = move_due(tx, ctx, &mut case.task).await?;
    redo_dues(tx, ctx, &case.task).await?;
    let Some((from, to)) = moved else { return case.relight(tx, ctx).await };
    let words = say!("工作日历调整，期限由{from}改为{to}");
    let data = json!({ "from": from, "to": to, "calendar": ctx.calendar.version() });
    case.finish(tx, ctx, Step::new("due_moved", words, data)).await
}

/// Duties that lie ahead are those of the rule by the calendar as it is now; where they are already, nothing is written.
async fn redo_dues(tx: &mut Tx, ctx: &Ctx, task: &Task) -> Outcome<()> {
    if task.rule_kind == RuleKind::None {
        return Ok(());
    }
    let today = ctx.today();
    let ahead = |dues: Vec<ReportDueRow>| -> Vec<Day> {
        dues.iter().filter(|due| due.asked_by.is_none()).map(|due| due.due_day).filter(|day| *day > today).collect()
    };
    let planned = ahead(store::report_dues(tx, task.id).await?);
    let until = task.due_day.or_else(|| planned.last().copied()).unwrap_or(today);
    if planned == draft::days_of_rule(tx, ctx, task, today, until).await? {
        return Ok(());
    }
    store::remove_open_dues(tx, task.id, today).await?;
    draft::plan_dues(tx, ctx, task, today).await
}

/// A due day that was said in words follows the calendar, as far as the tasks above and below allow. One that has been chosen
/// or approved stays, as does the original one.
async fn move_due(tx: &mut Tx, ctx: &Ctx, task: &mut Task) -> Outcome<Option<(Day, Day)>> {
    let (Some(old), Some(from), Some(text)) = (task.due_day, task.due_from, task.due_text.clone()) else { return Ok(None) };
    if old <= ctx.today() {
        return Ok(None);
    }
    let given = super::DueInput { text: Some(text), day: None };
    let read = match due::read(&given, from, &ctx.calendar) {
        Ok(read) => read,
        // Words that an earlier release understood.
        Err(Refusal::Invalid(_)) => return Ok(None),
        Err(other) => return Err(other),
    };
    let Some(mut new) = read.day else { return Ok(None) };
    if let Some(above) = task.parent_id
        && let Some(limit) = store::find(tx, above).await?.and_then(|above| above.due_day)
    {
        new = new.min(limit);
    }
    if let Some(below) = store::latest_child_due(tx, task.id).await? {
        new = new.max(below);
    }
    if new == old || new <= ctx.today() {
        return Ok(None);
    }
    task.due_day = Some(new);
    task.due_explanation = due::explanation_to_store(&read.explanation)?;
    Ok(Some((old, new)))
}
