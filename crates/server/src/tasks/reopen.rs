//! What was closed or struck off is worked on again, because somebody who may decides so.

use db::Tx;
use kit::Day;
use serde_json::json;
use wording::{Join, say};

use super::{
    case::{Case, Step},
    draft, due,
    model::{TaskId, TaskState},
    policy::Action,
    store,
};
use crate::app::{Ctx, Fields, Outcome};

/// Opens a task that was done again. Its progress is what it was before it was closed; with a new due day where one is given.
pub async fn reopen(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64, reason: &str, new_day: Option<Day>) -> Outcome<()> {
    let mut case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Reopen)?;
    let mut fields = Fields::default();
    let reason = fields.text("reason", reason, 2000);
    if let Some(day) = new_day {
        if day < ctx.today() {
            fields.add("due_day", "不能早于今天");
        }
        if let Some(parent) = case.task.parent_id
            && let Some(limit) = store::find(tx, parent).await?.and_then(|parent| parent.due_day)
            && day > limit
        {
            fields.add("due_day", say!("不能晚于上级任务的期限 {limit}"));
        }
    }
    fields.finish()?;
    restore(tx, ctx, &mut case).await?;
    if let Some(day) = new_day {
        due::decide(&mut case.task, day, say!("重新办理，期限定为{day}"))?;
    }
    draft::plan_dues(tx, ctx, &case.task, ctx.today()).await?;
    let words = say!("重新办理：{reason}").then(Join::Parts, new_day.map(|day| say!("{day}前办结")).unwrap_or_default());
    let data = json!({ "reason": reason, "due_day": new_day });
    case.finish(tx, ctx, Step::new("worked_again", words, data)).await
}

/// Puts the task back to where it was before it was closed.
pub(super) async fn restore(tx: &mut Tx, ctx: &Ctx, case: &mut Case) -> Outcome<()> {
    let id = case.task.id;
    let before = store::closure(tx, id).await?.map_or(case.task.progress, |closure| closure.progress);
    if let Some(closed) = case.task.closed_at {
        store::remove_dues_between(tx, id, closed.day(), ctx.today()).await?;
    }
    case.task.state = TaskState::Active;
    case.task.closed_at = None;
    case.task.settled_at = None;
    case.task.progress = before;
    case.task.claimed = before;
    store::undo_closure(tx, id, ctx.now()).await?;
    store::reopen_parties(tx, id).await?;
    case.parties = store::parties(tx, id).await?;
    Ok(())
}
