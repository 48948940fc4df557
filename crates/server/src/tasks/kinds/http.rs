use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::{
    KindInput, SourceKind,
    figures::{self, FieldFigures},
    numbering,
};
use crate::{
    access::{KeepRules, Permitted, SignedIn},
    app::{App, Refusal},
    guarded,
    http::{Idem, Json, Path, Problem, Query, mutate},
    tasks::FilterQuery,
};

/// The routes of kinds.
pub(in crate::tasks) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(list, add))
        .routes(guarded!(change))
        .routes(guarded!(arrange))
        .routes(guarded!(preview))
        .routes(guarded!(field_figures))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct KindsQuery {
    /// Those that are no longer in use, too, and fields that are no longer filled in.
    #[serde(default)]
    all: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct SourceKinds {
    items: Vec<SourceKind>,
}

/// Where tasks come from.
#[utoipa::path(get, path = "/source-kinds", tag = "tasks", operation_id = "source_kinds", params(KindsQuery), responses((status = 200, body = SourceKinds)))]
async fn list(me: Permitted<SignedIn>, Query(query): Query<KindsQuery>) -> Result<Json<SourceKinds>, Problem> {
    let mut tx = me.app.db.read().await?;
    let items = if query.all { super::all(&mut tx, &me.ctx).await? } else { super::in_use(&mut tx, &me.ctx).await? };
    Ok(Json(SourceKinds { items }))
}

/// Adds a kind.
#[utoipa::path(post, path = "/source-kinds", tag = "tasks", operation_id = "add_source_kind", request_body = KindInput, responses((status = 201, body = SourceKind)))]
async fn add(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<KindInput>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| super::add(tx, &me.ctx, &input).await).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct VersionQuery {
    /// The version that was looked at.
    version: i64,
}

/// Changes a kind with all its fields.
#[utoipa::path(put, path = "/source-kinds/{code}", tag = "tasks", operation_id = "change_source_kind", params(("code" = String, Path), VersionQuery),
    request_body = KindInput, responses((status = 200, body = SourceKind)))]
async fn change(
    me: Permitted<KeepRules>,
    Path(code): Path<String>,
    Query(query): Query<VersionQuery>,
    idem: Idem,
    Json(input): Json<KindInput>,
) -> Result<Response, Problem> {
    let done =
        mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| super::change(tx, &me.ctx, &code, query.version, &input).await).await;
    match done {
        Err(problem) if problem.is_late() => {
            let mut tx = me.app.db.read().await?;
            let now = super::all(&mut tx, &me.ctx).await?.into_iter().find(|kind| kind.code == code);
            Err(problem.with_current(serde_json::to_value(now).unwrap_or_default()))
        }
        other => other,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KindOrder {
    /// Codes in the order wanted; those that are not named come after them.
    order: Vec<String>,
}

/// Puts the kinds in order.
#[utoipa::path(put, path = "/source-kind-order", tag = "tasks", operation_id = "arrange_source_kinds", request_body = KindOrder, responses((status = 200, body = SourceKinds)))]
async fn arrange(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<KindOrder>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| Ok(SourceKinds { items: super::arrange(tx, &me.ctx, &input.order).await? }))
        .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NumberingTrial {
    /// The pattern; the usual one when it says nothing.
    numbering: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct NumberingExample {
    /// What a number looks like today, with 1 for its count.
    example: String,
}

/// Shows what a pattern makes. Changes nothing.
#[utoipa::path(get, path = "/numbering-preview", tag = "tasks", operation_id = "preview_numbering", params(NumberingTrial), responses((status = 200, body = NumberingExample)))]
async fn preview(me: Permitted<KeepRules>, Query(input): Query<NumberingTrial>) -> Result<Json<NumberingExample>, Problem> {
    let pattern = numbering::given(input.numbering.as_deref()).map_err(|words| Refusal::field("numbering", words))?;
    Ok(Json(NumberingExample { example: super::example(&me.ctx, pattern.as_deref()) }))
}

/// What a field adds up to over the tasks that the filter finds; of this kind, whatever the filter says of kinds.
#[utoipa::path(get, path = "/source-kinds/{code}/fields/{field}/figures", tag = "tasks", operation_id = "field_figures",
    params(("code" = String, Path), ("field" = String, Path), FilterQuery), responses((status = 200, body = FieldFigures)))]
async fn field_figures(
    me: Permitted<SignedIn>,
    Path((code, field)): Path<(String, String)>,
    Query(query): Query<FilterQuery>,
) -> Result<Json<FieldFigures>, Problem> {
    let (filter, _) = query.read()?;
    let mut tx = me.app.db.read().await?;
    Ok(Json(figures::of(&mut tx, &me.ctx, &code, &field, &filter).await?))
}
