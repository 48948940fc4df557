use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use super::{
    model::{Archive, ArchiveId},
    pack, store,
};
use crate::{
    access::{Permitted, SignedIn},
    app::{App, Refusal},
    guarded,
    http::{Idem, Json, Path, Problem, mutate},
    tasks::{self, TaskId},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(list, make)).routes(guarded!(content))
}

/// Packages of a task, the newest first.
#[derive(Debug, Serialize, ToSchema)]
struct Archives {
    items: Vec<Archive>,
}

/// Packages of a task that were handed out: who took one, when, and the digest it must have.
#[utoipa::path(get, path = "/tasks/{id}/archives", tag = "archive", operation_id = "list_archives", params(("id" = String, Path)), responses((status = 200, body = Archives)))]
async fn list(me: Permitted<SignedIn>, Path(id): Path<TaskId>) -> Result<Json<Archives>, Problem> {
    let mut tx = me.app.db.read().await?;
    if !tasks::sees(&mut tx, &me.ctx, id).await? {
        return Err(Refusal::NotFound.into());
    }
    Ok(Json(Archives { items: store::of_task(&mut tx, id).await? }))
}

/// Puts the package of a task together that has ended, checks every file in it, and writes it down.
#[utoipa::path(post, path = "/tasks/{id}/archives", tag = "archive", operation_id = "make_archive", params(("id" = String, Path)), responses((status = 201, body = Archive)))]
async fn make(me: Permitted<SignedIn>, Path(id): Path<TaskId>, idem: Idem) -> Result<Response, Problem> {
    let package = pack::pack(&me.app, &me.ctx, id).await?;
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| pack::hand_out(tx, &me.ctx, id, &package).await).await
}

/// The package as a ZIP. It is put together anew, and refused when the task has become another one since.
#[utoipa::path(get, path = "/archives/{id}/content", tag = "archive", operation_id = "archive_content", params(("id" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip"), (status = 304)))]
async fn content(me: Permitted<SignedIn>, Path(id): Path<ArchiveId>, asked: HeaderMap) -> Result<Response, Problem> {
    let mut tx = me.app.db.read().await?;
    let archive = store::find(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
    if !tasks::sees(&mut tx, &me.ctx, archive.task_id).await? {
        return Err(Refusal::NotFound.into());
    }
    drop(tx);
    let package = pack::pack(&me.app, &me.ctx, archive.task_id).await?;
    if package.digest.as_str() != archive.digest {
        return Err(Refusal::conflict("changed", "这项任务在归档之后又有变动，请重新归档。").into());
    }
    let etag = format!("\"{}\"", archive.digest);
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    };
    put(header::ETAG, &etag);
    put(header::CACHE_CONTROL, "private, no-cache");
    if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    put(header::CONTENT_TYPE, "application/zip");
    // Also keeps it from being compressed on the way, which would take its length away.
    put(header::ACCEPT_RANGES, "none");
    put(header::CONTENT_LENGTH, &package.bundle.len().to_string());
    put(header::CONTENT_DISPOSITION, &blob::content_disposition(&[&package.title, ".zip"].concat(), false));
    Ok((StatusCode::OK, headers, Body::from_stream(package.bundle.into_stream())).into_response())
}
