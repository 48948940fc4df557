use axum::{http::StatusCode, response::Response};
use kit::uuid::Uuid;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::{
    live::{__path_live, live},
    model::{Message, MessageId},
    send::TOPIC,
    store,
};
use crate::{
    access::{Permitted, SignedIn},
    app::{App, Refusal},
    guarded,
    http::{Cursor, Idem, Json, Limit, Problem, Query, mutate},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(list))
        .routes(guarded!(mark_read))
        .routes(guarded!(live))
        .merge(super::delivery::routes())
        .merge(super::address::routes())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MessagesQuery {
    /// Only those not read yet.
    #[serde(default)]
    unread: bool,
    /// Only those about this task.
    #[param(value_type = Option<String>)]
    task_id: Option<Uuid>,
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200, 50 when missing.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
}

/// A page of messages, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct MessagePage {
    items: Vec<Message>,
    next_cursor: Option<String>,
    /// How many are not read yet, on this page or not.
    unread: i64,
}

/// Lists one's own messages, newest first.
#[utoipa::path(get, path = "/messages", tag = "notify", operation_id = "list_messages", params(MessagesQuery),
    responses((status = 200, body = MessagePage)))]
async fn list(me: Permitted<SignedIn>, Query(query): Query<MessagesQuery>) -> Result<Json<MessagePage>, Problem> {
    let limit = query.limit.get()?;
    let before: Option<MessageId> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let wanted = store::Wanted { unread: query.unread, task: query.task_id, before };
    let mut tx = me.app.db.read().await?;
    let person = me.actor().person;
    let mut items = store::messages(&mut tx, person, &wanted, limit + 1).await?;
    let next_cursor = Cursor::cut(&mut items, limit, |message| message.id)?;
    Ok(Json(MessagePage { items, next_cursor, unread: store::unread(&mut tx, person).await? }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadInput {
    /// Which, at most 500.
    ids: Option<Vec<MessageId>>,
    /// All about these tasks, at most 500.
    #[schema(value_type = Option<Vec<String>>)]
    task_ids: Option<Vec<Uuid>>,
    /// All of them.
    #[serde(default)]
    all: bool,
}

/// How many messages are not read yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Unread {
    pub(super) unread: i64,
}

/// Marks one's own messages as read; ids that are unknown, or somebody else's, are passed over.
#[utoipa::path(post, path = "/messages/read", tag = "notify", request_body = ReadInput, responses((status = 200, body = Unread)))]
async fn mark_read(me: Permitted<SignedIn>, idem: Idem, Json(input): Json<ReadInput>) -> Result<Response, Problem> {
    let (ids, tasks) = (input.ids.unwrap_or_default(), input.task_ids.unwrap_or_default());
    for (field, n) in [("ids", ids.len()), ("task_ids", tasks.len())] {
        if n > 500 {
            return Err(Refusal::field(field, "一次最多 500 条").into());
        }
    }
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        let person = me.actor().person;
        if input.all {
            store::mark_all_read(tx, person, me.ctx.now()).await?;
        }
        for id in ids {
            store::mark_read(tx, person, id, me.ctx.now()).await?;
        }
        for task in tasks {
            store::mark_task_read(tx, person, task, me.ctx.now()).await?;
        }
        // One's other pages show the new number.
        tx.signal(TOPIC, &person.to_string());
        Ok(Unread { unread: store::unread(tx, person).await? })
    })
    .await
}
