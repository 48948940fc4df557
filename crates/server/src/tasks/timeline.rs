//! The time line: a task's ledger in words.

use std::collections::HashMap;

use db::Tx;
use kit::Moment;
use serde::Serialize;
use utoipa::ToSchema;
use wording::Words;

use super::{case::Case, model::TaskId, store};
use crate::{
    app::{Ctx, Outcome},
    audit,
    http::Cursor,
    org::{self, PersonId, PersonRef},
};

/// One step of what happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineItem {
    /// Its place in the chain.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Who; nobody when the system did it.
    pub actor: Option<PersonRef>,
    /// To which task.
    pub task_id: Option<TaskId>,
    /// That task's title, where a list mixes several tasks.
    pub task_title: Option<String>,
    /// Stable: `dispatched`, `signed`, `reported`.
    pub action: String,
    /// In words.
    pub sentence: Words,
    /// The hash of the event, for whoever wants to prove it.
    pub hash: String,
}

/// A page of a task's time line, newest first, and where the next begins.
pub(super) async fn timeline(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TaskId,
    cursor: Option<&str>,
    limit: i64,
) -> Outcome<(Vec<TimelineItem>, Option<String>)> {
    Case::look(tx, ctx, id).await?;
    let before: Option<i64> = cursor.map(Cursor::read).transpose()?;
    let events = audit::events_of_task(tx, id.0, before, limit + 1).await?;
    let more = i64::try_from(events.len()).unwrap_or(0) > limit;
    let page: Vec<_> = events.into_iter().take(usize::try_from(limit).unwrap_or(0)).collect();
    let next = if more { page.last().map(|event| Cursor::write(&event.seq)).transpose()? } else { None };
    Ok((items(tx, page, &HashMap::new()).await?, next))
}

/// What happened lately to tasks the actor sees, newest first.
pub async fn recent(tx: &mut Tx, ctx: &Ctx, since: Moment, limit: i64) -> Outcome<Vec<TimelineItem>> {
    let page = audit::events_since(tx, &ctx.actor.scope, since, limit).await?;
    let titles = store::titles(tx, &page.iter().filter_map(|event| event.task_id).map(TaskId).collect::<Vec<_>>()).await?;
    items(tx, page, &titles.into_iter().collect()).await
}

async fn items(tx: &mut Tx, events: Vec<audit::Event>, titles: &HashMap<TaskId, String>) -> Outcome<Vec<TimelineItem>> {
    let actors = events.iter().filter_map(|event| event.actor_id).map(PersonId);
    let names: HashMap<PersonId, PersonRef> = org::person_refs(tx, actors).await?.into_iter().map(|p| (p.id, p)).collect();
    Ok(events
        .into_iter()
        .map(|event| TimelineItem {
            seq: event.seq,
            at: event.at,
            actor: event.actor_id.and_then(|id| names.get(&PersonId(id)).cloned()),
            task_id: event.task_id.map(TaskId),
            task_title: event.task_id.and_then(|id| titles.get(&TaskId(id)).cloned()),
            action: event.action,
            sentence: event.words,
            hash: event.hash,
        })
        .collect())
}
