use axum::response::Response;

use super::life::change;
use crate::{
    access::{Permitted, SignedIn},
    http::{Idem, Json, Path, Problem},
    tasks::{
        TaskDetail, TaskId,
        standing::{self, StandingReview},
    },
};

/// Says, once a quarter, whether a task without an end goes on, until when, or that it is to end.
#[utoipa::path(post, path = "/tasks/{id}/standing-reviews", tag = "tasks", operation_id = "review_standing_task", params(("id" = String, Path)), request_body = StandingReview, responses((status = 200, body = TaskDetail)))]
pub(super) async fn review(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<StandingReview>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| standing::review(tx, &me.ctx, id, &input).await.map(|()| id)).await
}
