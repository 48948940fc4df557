use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::life::change as task_after;
use crate::{
    access::{KeepRules, Permitted, SignedIn},
    http::{Idem, Json, Path, Problem, mutate},
    tasks::{
        TaskDetail, TaskId,
        tags::{self, Tag, TagId},
    },
};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tags {
    items: Vec<Tag>,
}

/// Every tag, by name.
#[utoipa::path(get, path = "/tags", tag = "tasks", operation_id = "list_tags", responses((status = 200, body = Tags)))]
pub(super) async fn list(me: Permitted<SignedIn>) -> Result<Json<Tags>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(Tags { items: tags::all(&mut tx, &me.ctx).await? }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TagsInput {
    /// The version of the task that was looked at.
    version: i64,
    /// All tags it is to have, by name, at most 10.
    tags: Vec<String>,
}

/// Puts tags on a task, and takes the others off.
#[utoipa::path(put, path = "/tasks/{id}/tags", tag = "tasks", operation_id = "tag_task", params(("id" = String, Path)), request_body = TagsInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn put(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<TagsInput>,
) -> Result<Response, Problem> {
    task_after(&me, &idem, Some(id), async |tx| tags::put(tx, &me.ctx, id, Some(input.version), &input.tags).await.map(|()| id)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TagInput {
    /// The version that was looked at.
    version: i64,
    /// 1 to 20 characters. The name of another tag puts the two together.
    name: String,
    /// No longer put on tasks.
    retired: bool,
}

/// Renames a tag, retires it, or puts it together with another.
#[utoipa::path(put, path = "/tags/{id}", tag = "tasks", operation_id = "change_tag", params(("id" = String, Path)), request_body = TagInput, responses((status = 200, body = Tags)))]
pub(super) async fn change(
    me: Permitted<KeepRules>,
    Path(id): Path<TagId>,
    idem: Idem,
    Json(input): Json<TagInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        Ok(Tags { items: tags::change(tx, &me.ctx, id, input.version, &input.name, input.retired).await? })
    })
    .await
}
