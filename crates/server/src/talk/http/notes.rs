use axum::{http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    access::{Permitted, SignedIn},
    http::{Idem, Json, Path, Problem, mutate},
    org::UnitId,
    talk::{
        NoteId, NoteInput, Stars,
        model::Note,
        notes::{self, stars_of_units},
    },
    tasks::TaskId,
};

/// Gives a leader's note (点评) on a task or one of its reports.
#[utoipa::path(post, path = "/tasks/{id}/notes", tag = "talk", operation_id = "rate_task", params(("id" = String, Path)), request_body = NoteInput, responses((status = 201, body = Note)))]
pub(super) async fn rate(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<NoteInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let note = notes::rate(tx, &me.ctx, id, &input).await?;
        notes::find(tx, &me.ctx, note).await
    })
    .await
}

/// What leaders think of a unit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitNotes {
    /// Newest first, at most a hundred.
    items: Vec<Note>,
    stars: Option<Stars>,
    /// The asker may read them: the unit's own people, whoever is in charge of it, and whoever sees everything.
    may_read: bool,
    /// The asker may give one.
    can_rate: bool,
}

/// A unit's notes.
#[utoipa::path(get, path = "/units/{id}/notes", tag = "talk", operation_id = "unit_notes", params(("id" = String, Path)), responses((status = 200, body = UnitNotes)))]
pub(super) async fn of_unit(me: Permitted<SignedIn>, Path(id): Path<UnitId>) -> Result<Json<UnitNotes>, Problem> {
    let mut tx = me.app.db.read().await?;
    let (items, may_read) = notes::of_unit(&mut tx, &me.ctx, id).await?;
    let stars = if may_read { stars_of_units(&mut tx, &[id]).await?.remove(&id) } else { None };
    Ok(Json(UnitNotes { items, stars, may_read, can_rate: notes::can_rate_unit(&me.ctx, id) }))
}

/// Gives a leader's note on a unit.
#[utoipa::path(post, path = "/units/{id}/notes", tag = "talk", operation_id = "rate_unit", params(("id" = String, Path)), request_body = NoteInput, responses((status = 201, body = Note)))]
pub(super) async fn rate_unit(
    me: Permitted<SignedIn>,
    Path(id): Path<UnitId>,
    idem: Idem,
    Json(input): Json<NoteInput>,
) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let note = notes::rate_unit(tx, &me.ctx, id, &input).await?;
        notes::find(tx, &me.ctx, note).await
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteCorrection {
    version: i64,
    /// One to five.
    stars: i64,
    /// At most 1,000 characters; needed with one or two stars.
    text: Option<String>,
}

/// Corrects one's own note on the day it was given.
#[utoipa::path(patch, path = "/notes/{id}", tag = "talk", operation_id = "correct_note", params(("id" = String, Path)), request_body = NoteCorrection, responses((status = 200, body = Note)))]
pub(super) async fn correct(
    me: Permitted<SignedIn>,
    Path(id): Path<NoteId>,
    idem: Idem,
    Json(input): Json<NoteCorrection>,
) -> Result<Response, Problem> {
    let NoteCorrection { version, stars, text } = input;
    let input = NoteInput { stars, text, report_id: None };
    mutate(&me.app, &me.ctx, &idem, StatusCode::OK, async |tx| {
        let note = notes::correct(tx, &me.ctx, id, version, &input).await?;
        notes::find(tx, &me.ctx, note).await
    })
    .await
}
