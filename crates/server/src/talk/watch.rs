//! Following a task, and muting one: with everything below it, until something nearer says otherwise.

use db::Tx;
use kit::Day;

use super::{
    model::{Watch, WatchMode},
    sight, store,
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    org::PersonId,
    tasks::{Case, TaskId},
};

/// Says what the actor wants to hear of a task; nothing takes it back. It is nobody else's business, so the ledger does not
/// speak of it.
pub async fn set(tx: &mut Tx, ctx: &Ctx, task: TaskId, mode: Option<WatchMode>) -> Outcome<()> {
    let case = Case::look(tx, ctx, task).await?;
    let me = ctx.actor.person;
    match mode {
        None => store::unwatch(tx, me, task).await?,
        Some(_) if case.task.dispatched_at.is_none() => {
            return Err(Refusal::conflict("not_now", "任务还没有交办，暂时不能关注或设为免打扰。"));
        }
        Some(mode) => store::watch(tx, me, task, mode, ctx.today()).await?,
    }
    Ok(())
}

/// What the actor wants to hear of a task.
pub(super) async fn of(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<Watch> {
    let me = ctx.actor.person;
    let rows = store::watchers(tx, task, Some(me)).await?;
    let own = rows.iter().find(|row| row.distance == 0).map(|row| row.mode);
    Ok(Watch { mode: rows.first().map(|row| row.mode), own })
}

/// Who follows the task, and since which day; only those who see it.
pub async fn followers(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<Vec<(PersonId, Day)>> {
    let mut out = Vec::new();
    for row in nearest(store::watchers(tx, task, None).await?) {
        if row.mode == WatchMode::Follow && sight::sees(tx, ctx, row.person_id, task).await? {
            out.push((row.person_id, row.from_day));
        }
    }
    Ok(out)
}

/// Who has muted the task.
pub async fn muted(tx: &mut Tx, task: TaskId) -> Outcome<Vec<PersonId>> {
    let rows = nearest(store::watchers(tx, task, None).await?);
    Ok(rows.into_iter().filter(|row| row.mode == WatchMode::Mute).map(|row| row.person_id).collect())
}

/// Of rows sorted by person and distance, each person's first.
fn nearest(mut rows: Vec<store::WatchRow>) -> Vec<store::WatchRow> {
    rows.dedup_by_key(|row| row.person_id);
    rows
}
