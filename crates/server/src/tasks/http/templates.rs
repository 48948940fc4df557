use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    access::{Permitted, SetTasks},
    http::{Idem, Json, Path, Problem, Query, mutate},
    tasks::{
        TaskId,
        copies::{self, CopyInput, MadeTasks, Preview},
        templates::{self, Template, TemplateId, TemplateInput, TemplateLine, TemplateUse},
    },
};

/// Copies a task into drafts, with the tasks below it or without.
#[utoipa::path(post, path = "/tasks/{id}/copies", tag = "tasks", operation_id = "copy_task", params(("id" = String, Path)), request_body = CopyInput, responses((status = 201, body = MadeTasks)))]
pub(super) async fn copy(
    me: Permitted<SetTasks>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<CopyInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| copies::copy(tx, &me.ctx, id, &input).await).await
}

/// What a copy would be, each day with its reason.
#[utoipa::path(post, path = "/tasks/{id}/copy-previews", tag = "tasks", operation_id = "preview_copy", params(("id" = String, Path)), request_body = CopyInput, responses((status = 200, body = Preview)))]
pub(super) async fn preview_copy(
    me: Permitted<SetTasks>,
    Path(id): Path<TaskId>,
    Json(input): Json<CopyInput>,
) -> Result<Json<Preview>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(copies::preview(&mut tx, &me.ctx, id, &input).await?))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Templates {
    items: Vec<TemplateLine>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TemplatesQuery {
    /// With those that are no longer offered.
    #[serde(default)]
    retired: bool,
}

/// The templates one has: one's own and those that are shared with one, by name.
#[utoipa::path(get, path = "/task-templates", tag = "tasks", operation_id = "list_templates", params(TemplatesQuery), responses((status = 200, body = Templates)))]
pub(super) async fn list(me: Permitted<SetTasks>, Query(query): Query<TemplatesQuery>) -> Result<Json<Templates>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(Templates { items: templates::list(&mut tx, &me.ctx, query.retired).await? }))
}

/// Keeps a template, taken from a task or written down.
#[utoipa::path(post, path = "/task-templates", tag = "tasks", operation_id = "keep_template", request_body = TemplateInput, responses((status = 201, body = Template)))]
pub(super) async fn keep(me: Permitted<SetTasks>, idem: Idem, Json(input): Json<TemplateInput>) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| templates::keep(tx, &me.ctx, &input).await).await
}

/// One template with what it makes.
#[utoipa::path(get, path = "/task-templates/{id}", tag = "tasks", operation_id = "show_template", params(("id" = String, Path)), responses((status = 200, body = Template)))]
pub(super) async fn show(me: Permitted<SetTasks>, Path(id): Path<TemplateId>) -> Result<Json<Template>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(templates::show(&mut tx, &me.ctx, id).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionQuery {
    /// The version that was looked at.
    version: i64,
}

/// Changes a template, retires it or offers it again; what was made from it stays as it is.
#[utoipa::path(patch, path = "/task-templates/{id}", tag = "tasks", operation_id = "change_template", params(("id" = String, Path), VersionQuery), request_body = TemplateInput, responses((status = 200, body = Template)))]
pub(super) async fn change(
    me: Permitted<SetTasks>,
    Path(id): Path<TemplateId>,
    Query(query): Query<VersionQuery>,
    idem: Idem,
    Json(input): Json<TemplateInput>,
) -> Result<Response, Problem> {
    let result =
        mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| templates::change(tx, &me.ctx, id, query.version, &input).await).await;
    match result {
        Err(problem) if problem.is_late() => {
            let mut tx = me.app.db.read().await?;
            let now = templates::show(&mut tx, &me.ctx, id).await.ok().and_then(|now| serde_json::to_value(now).ok());
            Err(match now {
                Some(now) => problem.with_current(now),
                None => problem,
            })
        }
        done => done,
    }
}

/// What a template would make, each day with its reason.
#[utoipa::path(post, path = "/task-templates/{id}/previews", tag = "tasks", operation_id = "preview_template", params(("id" = String, Path)), request_body = TemplateUse, responses((status = 200, body = Preview)))]
pub(super) async fn preview(
    me: Permitted<SetTasks>,
    Path(id): Path<TemplateId>,
    Json(input): Json<TemplateUse>,
) -> Result<Json<Preview>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(templates::preview(&mut tx, &me.ctx, id, &input).await?))
}

/// Makes drafts of a template, all of them or none.
#[utoipa::path(post, path = "/task-templates/{id}/tasks", tag = "tasks", operation_id = "use_template", params(("id" = String, Path)), request_body = TemplateUse, responses((status = 201, body = MadeTasks)))]
pub(super) async fn make(
    me: Permitted<SetTasks>,
    Path(id): Path<TemplateId>,
    idem: Idem,
    Json(input): Json<TemplateUse>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| templates::make(tx, &me.ctx, id, &input).await).await
}
