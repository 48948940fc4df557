use std::{collections::HashMap, pin::pin};

use axum::{
    body::Body,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};

use super::{
    commit, ledger,
    model::{ImportId, ImportOutcome, Mapping, TaskImport, UnitChoice},
    sheet::{self, MAX_BYTES},
};
use crate::{
    access::{ImportTasks, Permitted},
    app::{App, Refusal},
    guarded,
    http::{Idem, Json, Path, Problem, Query, mutate},
    org::UnitId,
};

/// The routes of imports.
pub(in crate::tasks) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        // The limit of other bodies does not hold here; the bytes are counted as they come.
        .routes(guarded!(upload).layer(DefaultBodyLimit::disable()))
        .routes(guarded!(show))
        .routes(guarded!(map))
        .routes(guarded!(choose_units))
        .routes(guarded!(commit_import))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UploadQuery {
    /// The file's name; not needed where a multipart body says it.
    name: Option<String>,
}

/// Takes in a ledger: an Excel or CSV file as the body, or the first file of a multipart form; at most 10 MiB and 2,000 rows.
///
/// Only the operations centre. Nothing is made of it yet; the columns are guessed from the headings.
#[utoipa::path(post, path = "/task-imports", tag = "tasks", operation_id = "start_task_import", params(UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = TaskImport)))]
async fn upload(me: Permitted<ImportTasks>, Query(query): Query<UploadQuery>, idem: Idem, request: Request) -> Result<Response, Problem> {
    refuse_early(request.headers())?;
    let (name, bytes) = if is_multipart(request.headers()) {
        let mut form = Multipart::from_request(request, &me.app).await.map_err(|_| broken())?;
        loop {
            let Some(field) = form.next_field().await.map_err(|_| broken())? else {
                return Err(Refusal::field("file", "没有收到文件").into());
            };
            if let Some(name) = field.file_name().map(str::to_owned) {
                break (query.name.unwrap_or(name), receive(field).await?);
            }
        }
    } else {
        let name = query.name.ok_or_else(|| Refusal::field("name", "缺少文件名"))?;
        let body: Body = request.into_body();
        (name, receive(body.into_data_stream()).await?)
    };
    let name = blob::safe_name(&name);
    idem.brings(name.as_bytes());
    idem.brings(&bytes);
    let sheet = sheet::read(name.clone(), bytes).await?;
    idem.says("name", &name);
    sheet.texts().for_each(|(field, text)| idem.says(&field, text));
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| ledger::take_in(tx, &me.ctx, &name, sheet).await).await
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// Refuses a body that says itself that it is too long, before anything of it is read.
fn refuse_early(headers: &HeaderMap) -> Result<(), Problem> {
    let said = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
    if said.is_some_and(|n| n > MAX_BYTES + (64 << 10)) { Err(too_large()) } else { Ok(()) }
}

/// The bytes of a file, as long as there are not too many.
async fn receive<E>(chunks: impl Stream<Item = Result<Bytes, E>>) -> Result<Vec<u8>, Problem> {
    let mut chunks = pin!(chunks);
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| broken())?);
        if u64::try_from(bytes.len()).is_ok_and(|n| n > MAX_BYTES) {
            return Err(too_large());
        }
    }
    Ok(bytes)
}

fn too_large() -> Problem {
    Refusal::TooLarge("文件超过 10 MB。请删去图片等内容，或拆分后分批上传。".into()).into()
}

fn broken() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "upload_broken", "上传中断，文件没有读取，请重试。")
}

/// An import as it stands: every row as the task it would become. Only for whoever uploaded it.
#[utoipa::path(get, path = "/task-imports/{id}", tag = "tasks", operation_id = "show_task_import", params(("id" = ImportId, Path)),
    responses((status = 200, body = TaskImport)))]
async fn show(me: Permitted<ImportTasks>, Path(id): Path<ImportId>) -> Result<Json<TaskImport>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(ledger::show(&mut tx, &me.ctx, id).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
struct MappingInput {
    /// The version that was looked at.
    version: Option<i64>,
    #[serde(flatten)]
    mapping: Mapping,
}

/// Says which column is what.
#[utoipa::path(put, path = "/task-imports/{id}/mapping", tag = "tasks", operation_id = "map_task_import", params(("id" = ImportId, Path)),
    request_body = MappingInput, responses((status = 200, body = TaskImport)))]
async fn map(
    me: Permitted<ImportTasks>,
    Path(id): Path<ImportId>,
    idem: Idem,
    Json(input): Json<MappingInput>,
) -> Result<Response, Problem> {
    let changed =
        mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| ledger::map(tx, &me.ctx, id, input.version, input.mapping).await);
    explained(&me, id, changed.await).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UnitsInput {
    /// The version that was looked at.
    version: Option<i64>,
    /// By the names of `units`; names that are missing are looked up.
    choices: HashMap<String, UnitChoice>,
    /// Where new units are put; the root when missing.
    parent_unit_id: Option<UnitId>,
}

/// Says which units are meant. New ones are made when the import is committed.
#[utoipa::path(put, path = "/task-imports/{id}/units", tag = "tasks", operation_id = "match_import_units", params(("id" = ImportId, Path)),
    request_body = UnitsInput, responses((status = 200, body = TaskImport)))]
async fn choose_units(
    me: Permitted<ImportTasks>,
    Path(id): Path<ImportId>,
    idem: Idem,
    Json(input): Json<UnitsInput>,
) -> Result<Response, Problem> {
    let changed = mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        ledger::choose(tx, &me.ctx, id, input.version, &input.choices, input.parent_unit_id).await
    });
    explained(&me, id, changed.await).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CommitInput {
    /// The version that was looked at.
    version: Option<i64>,
    /// The tasks go out at once, which confirms that nothing in them is a state secret (不涉密); otherwise they are drafts.
    dispatch: bool,
}

/// Makes the tasks, all or none; 409 `already_committed` the second time, 409 `not_ready` while there are errors.
#[utoipa::path(post, path = "/task-imports/{id}/commit", tag = "tasks", operation_id = "commit_task_import", params(("id" = ImportId, Path)),
    request_body = CommitInput, responses((status = 200, body = ImportOutcome)))]
async fn commit_import(
    me: Permitted<ImportTasks>,
    Path(id): Path<ImportId>,
    idem: Idem,
    Json(input): Json<CommitInput>,
) -> Result<Response, Problem> {
    let made =
        mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| commit::commit(tx, &me.ctx, id, input.version, input.dispatch).await);
    explained(&me, id, made.await).await
}

/// Adds the import as it stands to a conflict of versions.
async fn explained(me: &Permitted<ImportTasks>, id: ImportId, result: Result<Response, Problem>) -> Result<Response, Problem> {
    match result {
        Err(problem) if problem.is_late() => {
            let mut tx = me.app.db.read().await?;
            let current = ledger::show(&mut tx, &me.ctx, id).await?;
            Err(problem.with_current(serde_json::to_value(current).map_err(Refusal::internal)?))
        }
        other => other,
    }
}
