use utoipa_axum::router::OpenApiRouter;

use super::{
    alike::{self, AlikeInput, AlikeTasks},
    find::{self, Hits, SearchQuery},
};
use crate::{
    access::{Permitted, SetTasks, SignedIn},
    app::App,
    guarded,
    http::{Json, Problem, Query},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(search)).routes(guarded!(find_alike))
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
