use utoipa_axum::router::OpenApiRouter;

use super::find::{self, Hits, SearchQuery};
use crate::{
    access::{Permitted, SignedIn},
    app::App,
    guarded,
    http::{Json, Problem, Query},
};

/// The routes of this room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(search))
}

/// Searches titles, demands, reports, requests, urges and files of the tasks one sees. A task's whole number finds it first.
#[utoipa::path(get, path = "/search", tag = "search", operation_id = "search", params(SearchQuery), responses((status = 200, body = Hits)))]
async fn search(me: Permitted<SignedIn>, Query(query): Query<SearchQuery>) -> Result<Json<Hits>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(find::find(&mut tx, &me.ctx, &query).await?))
}
