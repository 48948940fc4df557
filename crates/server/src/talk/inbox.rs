//! The inbox: messages by the task they are about.

use db::Tx;

use super::{
    model::{InboxEntry, WatchMode},
    store,
};
use crate::{
    app::{Ctx, Outcome},
    notify::{self, MessageId},
    tasks::{self, TaskId},
};

/// The actor's messages with one entry for each task, newest first.
pub(super) async fn entries(tx: &mut Tx, ctx: &Ctx, unread: bool, before: Option<MessageId>, limit: i64) -> Outcome<Vec<InboxEntry>> {
    let groups = notify::groups(tx, ctx, unread, before, limit).await?;
    let ids: Vec<TaskId> = groups.iter().filter_map(|group| group.newest.task_id).map(TaskId).collect();
    let rows = tasks::rows_of(tx, ctx, &ids).await?;
    let muted = store::watched(tx, ctx.actor.person, &ids, WatchMode::Mute).await?;
    let entry = |group: notify::MessageGroup| {
        let task = group.newest.task_id.map(TaskId);
        InboxEntry {
            task: rows.iter().find(|row| Some(row.id) == task).cloned(),
            muted: task.is_some_and(|id| muted.contains(&id)),
            newest: group.newest,
            count: group.count,
            unread: group.unread,
        }
    };
    Ok(groups.into_iter().map(entry).collect())
}
