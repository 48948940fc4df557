use axum::{http::StatusCode, response::Response};
use utoipa_axum::router::OpenApiRouter;

use super::{Bulk, BulkId, BulkInput, begin, show};
use crate::{
    access::{Permitted, SignedIn},
    app::App,
    guarded,
    http::{Idem, Json, Path, Problem, mutate},
};

/// The routes of actions on many tasks.
pub(in crate::operations) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(guarded!(start)).routes(guarded!(look))
}

/// Does one action on many tasks; each is done or refused by itself, in the background.
#[utoipa::path(post, path = "/bulk", tag = "operations", operation_id = "start_bulk", request_body = BulkInput, responses((status = 202, body = Bulk)))]
async fn start(me: Permitted<SignedIn>, idem: Idem, Json(input): Json<BulkInput>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::ACCEPTED, async |tx| {
        let id = begin(tx, &me.ctx, &input).await?;
        show(tx, &me.ctx, id).await
    })
    .await
}

/// Where it stands, row by row; for whoever started it.
#[utoipa::path(get, path = "/bulk/{id}", tag = "operations", operation_id = "show_bulk", params(("id" = String, Path)), responses((status = 200, body = Bulk)))]
async fn look(me: Permitted<SignedIn>, Path(id): Path<BulkId>) -> Result<Json<Bulk>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(show(&mut tx, &me.ctx, id).await?))
}
