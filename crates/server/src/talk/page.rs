//! What the page of a task shows of the talk about it.

use db::Tx;

use super::{comments, model::TaskTalk, notes, store, watch};
use crate::{
    app::{Ctx, Outcome},
    notify,
    tasks::{Case, TaskId},
};

/// Everything but the comments themselves.
pub(super) async fn of_task(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<TaskTalk> {
    let case = Case::look(tx, ctx, task).await?;
    Ok(TaskTalk {
        notes: notes::of_task(tx, ctx, task).await?,
        stars: notes::stars_of_tasks(tx, &[task]).await?.remove(&task),
        comments: store::count_comments(tx, task).await?,
        watch: watch::of(tx, ctx, task).await?,
        unread: notify::unread_of(tx, ctx.actor.person, task.0).await?,
        can_rate: notes::may_rate(&case, &ctx.actor),
        can_comment: comments::may_comment(&case),
    })
}
