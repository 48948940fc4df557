use axum::{http::StatusCode, response::Response};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};

use super::{
    ImportId, OrgImport, form,
    sheet::{self, LIMITS},
    store,
};
use crate::{
    access::{ManageOrganisation, Permitted},
    app::{App, Refusal},
    guarded,
    http::{Download, Idem, Path, Problem, SmallFile, mutate, mutate_once},
};

/// The routes of imports.
pub(in crate::org) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(import_organisation).layer(SmallFile::limit(LIMITS.max_bytes)))
        .routes(guarded!(commit_import))
        .routes(guarded!(import_template))
}

/// Takes in a table of units and persons and says what would become of each row. Nothing of the organisation changes yet.
/// Only administrators.
#[utoipa::path(post, path = "/org-imports", tag = "org",
    params(("name" = Option<String>, Query, description = "The file's name; not needed where a multipart body says it.")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 201, body = OrgImport)))]
async fn import_organisation(me: Permitted<ManageOrganisation>, idem: Idem, file: SmallFile) -> Result<Response, Problem> {
    let SmallFile { name, bytes } = file;
    let read = tokio::task::spawn_blocking({
        let name = name.clone();
        move || officedoc::sheet::read(&name, &bytes, LIMITS)
    });
    let table = read.await.map_err(Refusal::internal)?.map_err(|error| Refusal::field("file", error.words()))?;
    let lines = sheet::lines(table).map_err(|problem| Refusal::field("file", problem))?;
    if lines.is_empty() {
        return Err(Refusal::field("file", "表头下面没有内容").into());
    }
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| super::take_in(tx, &me.ctx, &name, lines).await).await
}

/// Takes in everything, or nothing while a single row has a problem. The answer shows the initial passwords, once. Only
/// administrators.
#[utoipa::path(post, path = "/org-imports/{id}/commit", tag = "org", params(("id" = ImportId, Path)),
    responses((status = 200, body = OrgImport)))]
async fn commit_import(me: Permitted<ManageOrganisation>, Path(id): Path<ImportId>, idem: Idem) -> Result<Response, Problem> {
    let kept = store::import(&mut me.app.db.read().await?, id).await?.ok_or(Refusal::NotFound)?;
    let initial = match kept.committed_at {
        None => super::prepare(&me.ctx.rng, &kept).await?,
        Some(_) => std::collections::HashMap::new(),
    };
    let done = "这份表格已经导入，初始密码只显示一次。没有记下的，请为有关人员重置密码。";
    mutate_once(&me.app, &me.ctx, &idem, StatusCode::OK, done, async |tx| super::commit(tx, &me.ctx, &kept, &initial).await).await
}

/// An empty table with the headings that are understood. Only administrators.
#[utoipa::path(get, path = "/org-imports/template.xlsx", tag = "org",
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
async fn import_template(_me: Permitted<ManageOrganisation>) -> Result<Download, Problem> {
    let bytes = form::template().map_err(Refusal::internal)?;
    Ok(Download { name: form::TEMPLATE_NAME.to_owned(), kind: Download::XLSX, bytes })
}
