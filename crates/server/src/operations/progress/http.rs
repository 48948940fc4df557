use axum::extract::RawQuery;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;

use super::{
    glance::{self, PersonGlance, UnitGlance},
    overdue::{self as late, OverduePage},
    rows::{self, ProgressPage},
};
use crate::{
    access::{Permitted, SignedIn},
    app::App,
    guarded,
    http::{Json, Path, Problem, Query},
    org::{PersonId, UnitId},
    tasks::{FilterQuery, ProgressBy},
};

/// The routes of progress.
pub(in crate::operations) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(progress))
        .routes(guarded!(overdue))
        .routes(guarded!(unit_at_a_glance))
        .routes(guarded!(person_at_a_glance))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ProgressQuery {
    /// What figures are put together by.
    #[param(inline)]
    by: ProgressBy,
}

/// Figures of the tasks that the filter finds, by unit, charge leader, handler, source, document, importance or the period they are due in.
/// States, lamps and what is overdue are columns here and cannot be asked for.
#[utoipa::path(get, path = "/progress", tag = "operations", params(ProgressQuery, FilterQuery), responses((status = 200, body = ProgressPage)))]
async fn progress(me: Permitted<SignedIn>, RawQuery(query): RawQuery) -> Result<Json<ProgressPage>, Problem> {
    let query = query.unwrap_or_default();
    let (own, rest): (Vec<&str>, Vec<&str>) =
        query.split('&').filter(|pair| !pair.is_empty()).partition(|pair| pair.split('=').next() == Some("by"));
    let Query(ProgressQuery { by }) = Query::read(&own.join("&"))?;
    let Query(filter) = Query::<FilterQuery>::read(&rest.join("&"))?;
    let mut tx = me.app.db.read().await?;
    Ok(Json(rows::progress(&mut tx, &me.ctx, by, &filter).await?))
}

/// Overdue tasks, the latest first, with who is to be turned to, what was reported last and who has pressed already.
#[utoipa::path(get, path = "/overdue", tag = "operations", params(FilterQuery), responses((status = 200, body = OverduePage)))]
async fn overdue(me: Permitted<SignedIn>, Query(filter): Query<FilterQuery>) -> Result<Json<OverduePage>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(late::overdue(&mut tx, &me.ctx, &filter).await?))
}

/// A unit: who stands for it, what it has to do.
#[utoipa::path(get, path = "/units/{id}/glance", tag = "operations", params(("id" = String, Path)), responses((status = 200, body = UnitGlance)))]
async fn unit_at_a_glance(me: Permitted<SignedIn>, Path(id): Path<UnitId>) -> Result<Json<UnitGlance>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(glance::of_unit(&mut tx, &me.ctx, id).await?))
}

/// A person: how to reach them, what they have to do.
#[utoipa::path(get, path = "/people/{id}/glance", tag = "operations", params(("id" = String, Path)), responses((status = 200, body = PersonGlance)))]
async fn person_at_a_glance(me: Permitted<SignedIn>, Path(id): Path<PersonId>) -> Result<Json<PersonGlance>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(glance::of_person(&mut tx, &me.ctx, id).await?))
}
