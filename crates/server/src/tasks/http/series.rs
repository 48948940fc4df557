use axum::{http::StatusCode, response::Response};
use db::Tx;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    access::{Permitted, SetTasks},
    app::Outcome,
    http::{Idem, Json, Path, Problem, Query, mutate},
    tasks::series::{self, Because, OccurrenceChange, SeriesChange, SeriesDetail, SeriesId, SeriesInput, SeriesLine, SeriesPreview},
};

/// Does one verb and answers the series as it stands afterwards; a conflict answers how it stands now.
async fn changed(
    me: &Permitted<SetTasks>,
    idem: &Idem,
    id: SeriesId,
    work: impl AsyncFnOnce(&mut Tx) -> Outcome<SeriesDetail>,
) -> Result<Response, Problem> {
    match mutate(&me.app, &me.ctx, idem, StatusCode::OK, work).await {
        Err(problem) if problem.is_late() => {
            let mut tx = me.app.db.read().await?;
            let now = series::detail(&mut tx, &me.ctx, id).await.ok().and_then(|now| serde_json::to_value(now).ok());
            Err(match now {
                Some(now) => problem.with_current(now),
                None => problem,
            })
        }
        done => done,
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeriesList {
    items: Vec<SeriesLine>,
}

/// The series one keeps or whose unit one sees: those that go on first, what comes next on top.
#[utoipa::path(get, path = "/task-series", tag = "tasks", operation_id = "list_series", responses((status = 200, body = SeriesList)))]
pub(super) async fn list(me: Permitted<SetTasks>) -> Result<Json<SeriesList>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(SeriesList { items: series::list(&mut tx, &me.ctx).await? }))
}

/// Sets a series up.
#[utoipa::path(post, path = "/task-series", tag = "tasks", operation_id = "begin_series", request_body = SeriesInput, responses((status = 201, body = SeriesDetail)))]
pub(super) async fn begin(me: Permitted<SetTasks>, idem: Idem, Json(input): Json<SeriesInput>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| series::begin(tx, &me.ctx, &input).await).await
}

/// What a series would make, and when; reads a rule in words.
#[utoipa::path(post, path = "/task-series-previews", tag = "tasks", operation_id = "preview_series", request_body = SeriesInput, responses((status = 200, body = SeriesPreview)))]
pub(super) async fn preview(me: Permitted<SetTasks>, Json(input): Json<SeriesInput>) -> Result<Json<SeriesPreview>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(series::preview(&mut tx, &me.ctx, &input).await?))
}

/// One series with what comes next, what has been, and what happened to it.
#[utoipa::path(get, path = "/task-series/{id}", tag = "tasks", operation_id = "show_series", params(("id" = String, Path)), responses((status = 200, body = SeriesDetail)))]
pub(super) async fn show(me: Permitted<SetTasks>, Path(id): Path<SeriesId>) -> Result<Json<SeriesDetail>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(series::detail(&mut tx, &me.ctx, id).await?))
}

/// Changes what has not come out: all of it, or from one period on.
#[utoipa::path(patch, path = "/task-series/{id}", tag = "tasks", operation_id = "change_series", params(("id" = String, Path)), request_body = SeriesChange, responses((status = 200, body = SeriesDetail)))]
pub(super) async fn change(
    me: Permitted<SetTasks>,
    Path(id): Path<SeriesId>,
    idem: Idem,
    Json(input): Json<SeriesChange>,
) -> Result<Response, Problem> {
    changed(&me, &idem, id, async |tx| series::change(tx, &me.ctx, id, &input).await).await
}

/// What such a change would make; nothing is written.
#[utoipa::path(post, path = "/task-series/{id}/change-previews", tag = "tasks", operation_id = "preview_series_change", params(("id" = String, Path)), request_body = SeriesChange, responses((status = 200, body = SeriesPreview)))]
pub(super) async fn trial(
    me: Permitted<SetTasks>,
    Path(id): Path<SeriesId>,
    Json(input): Json<SeriesChange>,
) -> Result<Json<SeriesPreview>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(series::trial(&mut tx, &me.ctx, id, &input).await?))
}

/// Changes one time only, or skips it.
#[utoipa::path(put, path = "/task-series/{id}/occurrences/{period}", tag = "tasks", operation_id = "change_occurrence", params(("id" = String, Path), ("period" = String, Path)), request_body = OccurrenceChange, responses((status = 200, body = SeriesDetail)))]
pub(super) async fn change_occurrence(
    me: Permitted<SetTasks>,
    Path((id, period)): Path<(SeriesId, String)>,
    idem: Idem,
    Json(input): Json<OccurrenceChange>,
) -> Result<Response, Problem> {
    changed(&me, &idem, id, async |tx| series::change_occurrence(tx, &me.ctx, id, &period, &input).await).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionQuery {
    /// The version that was looked at.
    version: i64,
}

/// One time is again as the rule says; one that was skipped comes out after all.
#[utoipa::path(delete, path = "/task-series/{id}/occurrences/{period}", tag = "tasks", operation_id = "restore_occurrence", params(("id" = String, Path), ("period" = String, Path), VersionQuery), responses((status = 200, body = SeriesDetail)))]
pub(super) async fn undo_occurrence(
    me: Permitted<SetTasks>,
    Path((id, period)): Path<(SeriesId, String)>,
    Query(query): Query<VersionQuery>,
    idem: Idem,
) -> Result<Response, Problem> {
    changed(&me, &idem, id, async |tx| series::undo_occurrence(tx, &me.ctx, id, &period, query.version).await).await
}

/// Stops a series for a time, with a reason.
#[utoipa::path(post, path = "/task-series/{id}/suspension", tag = "tasks", operation_id = "suspend_series", params(("id" = String, Path)), request_body = Because, responses((status = 200, body = SeriesDetail)))]
pub(super) async fn suspend(
    me: Permitted<SetTasks>,
    Path(id): Path<SeriesId>,
    idem: Idem,
    Json(input): Json<Because>,
) -> Result<Response, Problem> {
    changed(&me, &idem, id, async |tx| series::suspend(tx, &me.ctx, id, &input).await).await
}

/// Goes on with a series; times whose day has passed meanwhile do not come out any more.
#[utoipa::path(post, path = "/task-series/{id}/resumption", tag = "tasks", operation_id = "resume_series", params(("id" = String, Path)), request_body = Because, responses((status = 200, body = SeriesDetail)))]
pub(super) async fn resume(
    me: Permitted<SetTasks>,
    Path(id): Path<SeriesId>,
    idem: Idem,
    Json(input): Json<Because>,
) -> Result<Response, Problem> {
    changed(&me, &idem, id, async |tx| series::resume(tx, &me.ctx, id, input.version).await).await
}

/// Ends a series, with a reason; what has come out goes on.
#[utoipa::path(post, path = "/task-series/{id}/end", tag = "tasks", operation_id = "end_series", params(("id" = String, Path)), request_body = Because, responses((status = 200, body = SeriesDetail)))]
pub(super) async fn end(
    me: Permitted<SetTasks>,
    Path(id): Path<SeriesId>,
    idem: Idem,
    Json(input): Json<Because>,
) -> Result<Response, Problem> {
    changed(&me, &idem, id, async |tx| series::end(tx, &me.ctx, id, &input).await).await
}

/// From now on its tasks are set in the asker's name.
#[utoipa::path(post, path = "/task-series/{id}/takeover", tag = "tasks", operation_id = "take_over_series", params(("id" = String, Path)), request_body = Because, responses((status = 200, body = SeriesDetail)))]
pub(super) async fn take_over(
    me: Permitted<SetTasks>,
    Path(id): Path<SeriesId>,
    idem: Idem,
    Json(input): Json<Because>,
) -> Result<Response, Problem> {
    changed(&me, &idem, id, async |tx| series::take_over(tx, &me.ctx, id, input.version).await).await
}
