use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::{
    model::{Urge, UrgeId},
    urge::{self as pressing, UrgeInput},
};
use crate::{
    access::{Permitted, SignedIn},
    app::App,
    files::FileId,
    guarded,
    http::{Idem, Json, Path, Problem, mutate},
    tasks::TaskId,
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(list, urge)).routes(guarded!(reply))
}

#[derive(Debug, Serialize, ToSchema)]
struct Urges {
    items: Vec<Urge>,
    /// The asker may press for this task.
    can_urge: bool,
}

/// A task's urges, newest first.
#[utoipa::path(get, path = "/tasks/{id}/urges", tag = "supervision", operation_id = "list_urges", params(("id" = String, Path)), responses((status = 200, body = Urges)))]
async fn list(me: Permitted<SignedIn>, Path(id): Path<TaskId>) -> Result<Json<Urges>, Problem> {
    let mut tx = me.app.db.read().await?;
    let (items, can_urge) = pressing::urges_of(&mut tx, &me.ctx, id).await?;
    Ok(Json(Urges { items, can_urge }))
}

/// Presses for a task (督办): one urge for each party.
#[utoipa::path(post, path = "/tasks/{id}/urges", tag = "supervision", operation_id = "urge_task", params(("id" = String, Path)), request_body = UrgeInput, responses((status = 201, body = Urges)))]
async fn urge(me: Permitted<SignedIn>, Path(id): Path<TaskId>, idem: Idem, Json(input): Json<UrgeInput>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let items = pressing::urge(tx, &me.ctx, id, &input).await?;
        Ok(Urges { items, can_urge: true })
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplyInput {
    /// The answer, at most 2,000 characters.
    text: String,
    #[serde(default)]
    file_ids: Vec<FileId>,
}

/// Answers an urge.
#[utoipa::path(post, path = "/urges/{id}/reply", tag = "supervision", operation_id = "reply_to_urge", params(("id" = String, Path)), request_body = ReplyInput, responses((status = 200, body = Urge)))]
async fn reply(me: Permitted<SignedIn>, Path(id): Path<UrgeId>, idem: Idem, Json(input): Json<ReplyInput>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| pressing::reply(tx, &me.ctx, id, &input.text, &input.file_ids).await).await
}
