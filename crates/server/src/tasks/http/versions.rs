use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::life::change;
use crate::{
    access::{Permitted, SignedIn},
    files::FileId,
    http::{Idem, Json, Path, Problem},
    tasks::{TaskId, versions},
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionInput {
    /// The newer version: an upload of the asker's.
    file_id: FileId,
}

/// Puts a newer version in the place of a file of the task; the old one stays among its versions.
#[utoipa::path(post, path = "/tasks/{id}/attachments/{file_id}/versions", tag = "tasks", operation_id = "replace_attachment",
    params(("id" = String, Path), ("file_id" = String, Path)), request_body = VersionInput, responses((status = 200, body = crate::tasks::TaskDetail)))]
pub(super) async fn replace(
    me: Permitted<SignedIn>,
    Path((id, old)): Path<(TaskId, FileId)>,
    idem: Idem,
    Json(input): Json<VersionInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| versions::replace(tx, &me.ctx, id, old, input.file_id).await.map(|()| id)).await
}
