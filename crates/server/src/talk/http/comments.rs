use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    access::{Permitted, SignedIn},
    http::{Cursor, Idem, Json, Limit, Path, Problem, Query, mutate},
    org::PersonRef,
    talk::{
        CommentId,
        comments::{self as talk, CommentEdit, CommentInput},
        model::Comment,
    },
    tasks::TaskId,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CommentsQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200, 50 when missing.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
}

/// A page of comments, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CommentPage {
    items: Vec<Comment>,
    next_cursor: Option<String>,
}

/// What was said about a task, newest first.
#[utoipa::path(get, path = "/tasks/{id}/comments", tag = "talk", operation_id = "list_comments", params(("id" = String, Path), CommentsQuery), responses((status = 200, body = CommentPage)))]
pub(super) async fn list(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    Query(query): Query<CommentsQuery>,
) -> Result<Json<CommentPage>, Problem> {
    let limit = query.limit.get()?;
    let before: Option<CommentId> = query.cursor.as_deref().map(Cursor::read).transpose()?;
    let mut tx = me.app.db.read().await?;
    let mut items = talk::list(&mut tx, &me.ctx, id, before, limit).await?;
    let next_cursor = Cursor::cut(&mut items, limit, |comment| comment.id)?;
    Ok(Json(CommentPage { items, next_cursor }))
}

/// Says something about a task.
#[utoipa::path(post, path = "/tasks/{id}/comments", tag = "talk", operation_id = "comment_on_task", params(("id" = String, Path)), request_body = CommentInput, responses((status = 201, body = Comment)))]
pub(super) async fn comment(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<CommentInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let comment = talk::comment(tx, &me.ctx, id, &input).await?;
        talk::find(tx, &me.ctx, comment).await
    })
    .await
}

/// Changes one's own words within ten minutes, while nobody else has said anything since.
#[utoipa::path(patch, path = "/comments/{id}", tag = "talk", operation_id = "edit_comment", params(("id" = String, Path)), request_body = CommentEdit, responses((status = 200, body = Comment)))]
pub(super) async fn edit(
    me: Permitted<SignedIn>,
    Path(id): Path<CommentId>,
    idem: Idem,
    Json(input): Json<CommentEdit>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| talk::edit(tx, &me.ctx, id, &input).await).await
}

/// Deletes a comment: that there was one stays to be seen.
#[utoipa::path(delete, path = "/comments/{id}", tag = "talk", operation_id = "delete_comment", params(("id" = String, Path)), responses((status = 200, body = Comment)))]
pub(super) async fn delete(me: Permitted<SignedIn>, Path(id): Path<CommentId>, idem: Idem) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| talk::delete(tx, &me.ctx, id).await).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MentionQuery {
    /// A part of the name; whoever is near the task when missing.
    q: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Mentionable {
    items: Vec<PersonRef>,
}

/// Who may be addressed in a comment on the task: those who see it, at most eight.
#[utoipa::path(get, path = "/tasks/{id}/mentionable", tag = "talk", operation_id = "list_mentionable", params(("id" = String, Path), MentionQuery), responses((status = 200, body = Mentionable)))]
pub(super) async fn mentionable(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    Query(query): Query<MentionQuery>,
) -> Result<Json<Mentionable>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(Mentionable { items: talk::mentionable(&mut tx, &me.ctx, id, query.q.as_deref()).await? }))
}
