use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    access::{Permitted, SignedIn},
    http::{Cursor, Idem, Json, Limit, Path, Problem, Query, mutate},
    notify::{self, MessageId},
    talk::{
        WatchMode, inbox as inboxes,
        model::{InboxEntry, TaskTalk},
        page, watch,
    },
    tasks::TaskId,
};

/// What is said about a task: leaders' notes, how many comments, what the asker wants to hear.
#[utoipa::path(get, path = "/tasks/{id}/talk", tag = "talk", operation_id = "task_talk", params(("id" = String, Path)), responses((status = 200, body = TaskTalk)))]
pub(super) async fn talk(me: Permitted<SignedIn>, Path(id): Path<TaskId>) -> Result<Json<TaskTalk>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(page::of_task(&mut tx, &me.ctx, id).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WatchInput {
    /// Nothing for what those above say, or for nothing special.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    mode: Option<WatchMode>,
}

/// Follows or mutes a task with everything below it, or takes that back.
#[utoipa::path(put, path = "/tasks/{id}/watch", tag = "talk", operation_id = "watch_task", params(("id" = String, Path)), request_body = WatchInput, responses((status = 200, body = TaskTalk)))]
pub(super) async fn set(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<WatchInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        watch::set(tx, &me.ctx, id, input.mode).await?;
        page::of_task(tx, &me.ctx, id).await
    })
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InboxQuery {
    /// Only tasks with something unread.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    unread: bool,
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200, 50 when missing.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
}

/// One's messages with one entry for each task.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InboxPage {
    /// By the newest message, newest first.
    items: Vec<InboxEntry>,
    next_cursor: Option<String>,
    /// How many messages are not read yet, on this page or not.
    unread: i64,
}

/// One's own messages by the task they are about, newest first.
#[utoipa::path(get, path = "/inbox", tag = "talk", operation_id = "read_inbox", params(InboxQuery), responses((status = 200, body = InboxPage)))]
pub(super) async fn inbox(me: Permitted<SignedIn>, Query(query): Query<InboxQuery>) -> Result<Json<InboxPage>, Problem> {
    let limit = query.limit.get()?;
    let before: Option<MessageId> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let mut tx = me.app.db.read().await?;
    let mut items = inboxes::entries(&mut tx, &me.ctx, query.unread, before, limit + 1).await?;
    let next_cursor = Cursor::cut(&mut items, limit, |entry| entry.newest.id)?;
    Ok(Json(InboxPage { items, next_cursor, unread: notify::unread(&mut tx, &me.ctx).await? }))
}
