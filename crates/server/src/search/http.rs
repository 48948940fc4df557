use utoipa_axum::router::OpenApiRouter;

use super::{
    alike::{self, AlikeInput, AlikeRows, AlikeRowsQuery, AlikeTasks},
    find::{self, Hits, SearchQuery},
};
use crate::{
    access::{ImportTasks, Permitted, SetTasks, SignedIn},
    app::App,
    guarded,
    http::{Json, Path, Problem, Query},
    tasks::ImportId,
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(search)).routes(guarded!(find_alike)).routes(guarded!(find_alike_rows))
}

/// Searches titles, demands, reports, requests, urges and files of the tasks one sees. A task's whole number finds it first.
#[utoipa::path(get, path = "/search", tag = "search", operation_id = "search", params(SearchQuery), responses((status = 200, body = Hits)))]
async fn search(me: Permitted<SignedIn>, Query(query): Query<SearchQuery>) -> Result<Json<Hits>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(find::find(&mut tx, &me.ctx, &query).await?))
}

/// Looks, before a task is submitted, for open tasks that ask the same lead units for something alike. Of one that the asker does not
/// see it is only said that there is one.
#[utoipa::path(post, path = "/tasks/alike", tag = "search", operation_id = "find_alike_tasks", request_body = AlikeInput,
    responses((status = 200, body = AlikeTasks)))]
async fn find_alike(me: Permitted<SetTasks>, Json(input): Json<AlikeInput>) -> Result<Json<AlikeTasks>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(alike::find(&mut tx, &me.ctx, &input).await?))
}

/// Looks, before a ledger is imported, for open tasks that ask the same lead units for what its rows ask for; some rows at a time. Of a
/// task that the asker does not see it is only said that there is one.
#[utoipa::path(get, path = "/task-imports/{id}/alike", tag = "search", operation_id = "find_alike_import_rows",
    params(("id" = ImportId, Path), AlikeRowsQuery), responses((status = 200, body = AlikeRows)))]
async fn find_alike_rows(
    me: Permitted<ImportTasks>,
    Path(id): Path<ImportId>,
    Query(query): Query<AlikeRowsQuery>,
) -> Result<Json<AlikeRows>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(alike::find_of_import(&mut tx, &me.ctx, id, &query).await?))
}
