use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    access::{Permitted, SignedIn},
    http::{Idem, Json, Path, Problem, Query, mutate},
    tasks::saved::{self, SavedView, ViewId, ViewInput},
};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedViews {
    items: Vec<SavedView>,
}

/// The saved views one has: one's own and those that are shared with one, in one's own order.
#[utoipa::path(get, path = "/views", tag = "tasks", operation_id = "list_views", responses((status = 200, body = SavedViews)))]
pub(super) async fn list(me: Permitted<SignedIn>) -> Result<Json<SavedViews>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(SavedViews { items: saved::views(&mut tx, &me.ctx).await? }))
}

/// Keeps a view.
#[utoipa::path(post, path = "/views", tag = "tasks", operation_id = "keep_view", request_body = ViewInput, responses((status = 201, body = SavedView)))]
pub(super) async fn keep(me: Permitted<SignedIn>, idem: Idem, Json(input): Json<ViewInput>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| saved::keep(tx, &me.ctx, &input).await).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionQuery {
    /// The version that was looked at.
    version: i64,
}

/// Changes one's own view.
#[utoipa::path(put, path = "/views/{id}", tag = "tasks", operation_id = "change_view", params(("id" = String, Path), VersionQuery), request_body = ViewInput, responses((status = 200, body = SavedView)))]
pub(super) async fn change(
    me: Permitted<SignedIn>,
    Path(id): Path<ViewId>,
    Query(query): Query<VersionQuery>,
    idem: Idem,
    Json(input): Json<ViewInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| saved::change(tx, &me.ctx, id, query.version, &input).await).await
}

/// Removes one's own view.
#[utoipa::path(delete, path = "/views/{id}", tag = "tasks", operation_id = "remove_view", params(("id" = String, Path), VersionQuery), responses((status = 204)))]
pub(super) async fn remove(
    me: Permitted<SignedIn>,
    Path(id): Path<ViewId>,
    Query(query): Query<VersionQuery>,
    idem: Idem,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::NO_CONTENT, async |tx| saved::remove(tx, &me.ctx, id, query.version).await).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Arrangement {
    /// Views in the order one wants; those that are not named come after them.
    order: Vec<ViewId>,
    /// The one with which one's list begins.
    opens: Option<ViewId>,
}

/// Puts one's views in order and says with which the list begins; nobody else's order changes.
#[utoipa::path(put, path = "/view-arrangement", tag = "tasks", operation_id = "arrange_views", request_body = Arrangement, responses((status = 200, body = SavedViews)))]
pub(super) async fn arrange(me: Permitted<SignedIn>, idem: Idem, Json(input): Json<Arrangement>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        Ok(SavedViews { items: saved::arrange(tx, &me.ctx, &input.order, input.opens).await? })
    })
    .await
}
