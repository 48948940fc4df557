use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use kit::uuid::Uuid;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};

use super::{
    arrive::{arrive, row_of},
    attach, findings,
    gate::{self, FileScan, Reader},
    library,
    model::{FileId, FileRef, OlderVersion},
    preview::{self as showing, TablePage, TableQuery},
    quota, scrub,
    store::{self, FileRow},
    transfer::{self, Showing},
    uploads,
};
use crate::{
    access::{JudgeFiles, Permission as _, Permitted, SignedIn},
    app::{App, Refusal},
    config::Unscanned,
    guarded,
    http::{Idem, Json, Path, Problem, Query, mutate},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        // The limit of other bodies does not hold here; `transfer` counts the bytes as they come.
        .routes(guarded!(upload, library::list).layer(DefaultBodyLimit::disable()))
        .routes(guarded!(scrub::report))
        .routes(guarded!(describe))
        .routes(guarded!(content))
        .routes(guarded!(preview))
        .routes(guarded!(table))
        .routes(guarded!(versions))
        .merge(findings::routes())
        .merge(quota::routes())
        .merge(uploads::routes())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UploadQuery {
    /// The file's name; not needed where a multipart body says it.
    name: Option<String>,
}

/// Takes in a file: the raw bytes as the body, or the first file of a multipart form.
#[utoipa::path(post, path = "/files", tag = "files", params(UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = FileRef)))]
async fn upload(me: Permitted<SignedIn>, Query(query): Query<UploadQuery>, idem: Idem, request: Request) -> Result<Response, Problem> {
    let max_bytes = me.app.config.max_upload_mib << 20;
    transfer::refuse_early(request.headers(), max_bytes)?;
    let unit_id = me.actor().unit;
    // Before anything of it is read, as far as it says how long it is.
    let said = transfer::said_length(request.headers()).and_then(|n| i64::try_from(n).ok()).unwrap_or(0);
    quota::room_for(&mut me.app.db.read().await?, &me.ctx, unit_id, said, None).await?;
    let (name, stored) = if is_multipart(request.headers()) {
        let mut form = Multipart::from_request(request, &me.app).await.map_err(|_| transfer::broken())?;
        loop {
            let Some(field) = form.next_field().await.map_err(|_| transfer::broken())? else {
                return Err(Refusal::field("file", "没有收到文件").into());
            };
            if let Some(name) = field.file_name().map(str::to_owned) {
                let stored = transfer::receive(&me.app.blobs, field, max_bytes).await?;
                idem.brings(name.as_bytes());
                idem.brings(stored.digest.as_str().as_bytes());
                break (query.name.unwrap_or(name), stored);
            }
        }
    } else {
        let name = query.name.ok_or_else(|| Refusal::field("name", "缺少文件名"))?;
        let body: Body = request.into_body();
        (name, transfer::receive(&me.app.blobs, body.into_data_stream(), max_bytes).await?)
    };
    let row = row_of(&me.ctx, unit_id, &name, &stored)?;
    idem.says("name", &row.name);
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        quota::room_for(tx, &me.ctx, unit_id, row.size, Some(&row.digest)).await?;
        Ok(FileRef::from(arrive(tx, &me.app, &me.ctx, &row).await?))
    })
    .await
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// A file the asker may see: their own upload, or attached to a task they see.
async fn visible(me: &Permitted<SignedIn>, id: FileId) -> Result<FileRow, Problem> {
    let mut tx = me.app.db.read().await?;
    let row = store::file(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
    if row.uploaded_by == me.actor().person {
        return Ok(row);
    }
    let tasks: Vec<Uuid> = store::tasks_of(&mut tx, id).await?;
    for task in tasks {
        if (me.app.file_access)(&mut tx, &me.ctx, task).await? {
            return Ok(row);
        }
    }
    Err(Refusal::NotFound.into())
}

/// A file the asker may not only see but read.
async fn readable(me: &Permitted<SignedIn>, id: FileId) -> Result<FileRow, Problem> {
    let row = visible(me, id).await?;
    let standing = gate::standing(row.gate, row.scan.as_deref().and_then(FileScan::read));
    let reader = Reader { is_uploader: row.uploaded_by == me.actor().person, judges: JudgeFiles::granted(me.actor()) };
    let unscanned: Option<Unscanned> = (!me.app.config.clamav.is_empty()).then_some(me.app.config.unscanned_files);
    gate::pass(standing, reader, unscanned)?;
    Ok(row)
}

/// Says what a file is.
#[utoipa::path(get, path = "/files/{id}", tag = "files", params(("id" = FileId, Path)), responses((status = 200, body = FileRef)))]
async fn describe(me: Permitted<SignedIn>, Path(id): Path<FileId>) -> Result<Json<FileRef>, Problem> {
    Ok(Json(visible(&me, id).await?.into()))
}

/// Gives a file's bytes, or a part of them, to be saved.
#[utoipa::path(get, path = "/files/{id}/content", tag = "files", params(("id" = FileId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 206), (status = 304)))]
async fn content(me: Permitted<SignedIn>, Path(id): Path<FileId>, headers: HeaderMap) -> Result<Response, Problem> {
    let row = readable(&me, id).await?;
    transfer::send(&me.app.blobs, &row, &headers, Showing::Attachment).await
}

/// Shows a file in the page; only what does no harm there: `preview` of a file says how.
#[utoipa::path(get, path = "/files/{id}/preview", tag = "files", params(("id" = FileId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 206), (status = 304)))]
async fn preview(me: Permitted<SignedIn>, Path(id): Path<FileId>, headers: HeaderMap) -> Result<Response, Problem> {
    let row = readable(&me, id).await?;
    showing::show(&me.app.blobs, &row, &headers).await
}

/// Files whose place this one has taken, the newest first.
#[derive(Debug, Serialize, ToSchema)]
struct FileVersions {
    items: Vec<OlderVersion>,
}

/// Older versions of a file: who replaced each, and when.
#[utoipa::path(get, path = "/files/{id}/versions", tag = "files", operation_id = "file_versions", params(("id" = FileId, Path)), responses((status = 200, body = FileVersions)))]
async fn versions(me: Permitted<SignedIn>, Path(id): Path<FileId>) -> Result<Json<FileVersions>, Problem> {
    visible(&me, id).await?;
    let mut tx = me.app.db.read().await?;
    Ok(Json(FileVersions { items: attach::older(&mut tx, id).await? }))
}

/// Shows a page of a spreadsheet as texts; only xlsx, xls and CSV.
#[utoipa::path(get, path = "/files/{id}/table", tag = "files", params(("id" = FileId, Path), TableQuery), responses((status = 200, body = TablePage)))]
async fn table(me: Permitted<SignedIn>, Path(id): Path<FileId>, Query(query): Query<TableQuery>) -> Result<Json<TablePage>, Problem> {
    let row = readable(&me, id).await?;
    Ok(Json(showing::table(&me.app.blobs, &row, &query).await?))
}
