//! What is asked for on a task.

use axum::response::Response;

use super::life::change;
use crate::{
    access::{Permitted, SignedIn},
    app::Refusal,
    http::{Idem, Json, Path, Problem},
    tasks::{RequestDecision, RequestId, RequestInput, RequestKind, TaskDetail, TaskId, close, requests as asking, store},
};

/// Asks for more time, another unit, to stop, to go on, to end, other contents, or a second look.
#[utoipa::path(post, path = "/tasks/{id}/requests", tag = "tasks", operation_id = "ask_for", params(("id" = String, Path)), request_body = RequestInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn ask(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<RequestInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| asking::ask(tx, &me.ctx, id, &input).await.map(|_| id)).await
}

/// Decides on a request of any kind but a return; never by whoever asked, does it or took part.
#[utoipa::path(post, path = "/requests/{id}/decision", tag = "tasks", operation_id = "decide_request", params(("id" = String, Path)), request_body = RequestDecision, responses((status = 200, body = TaskDetail), (status = 204, description = "Done, and out of the sight of whoever did it")))]
pub(super) async fn decide(
    me: Permitted<SignedIn>,
    Path(id): Path<RequestId>,
    idem: Idem,
    Json(input): Json<RequestDecision>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| {
        let kind = store::request(tx, id).await?.ok_or(Refusal::NotFound)?.kind;
        match kind {
            RequestKind::Close => close::decide(tx, &me.ctx, id, input.decision, input.text.as_deref()).await,
            RequestKind::Return => Err(Refusal::NotFound),
            _ => asking::decide(tx, &me.ctx, id, &input).await,
        }
    })
    .await
}

/// Takes back what one has asked for.
#[utoipa::path(post, path = "/requests/{id}/withdrawal", tag = "tasks", operation_id = "withdraw_request", params(("id" = String, Path)), responses((status = 200, body = TaskDetail)))]
pub(super) async fn withdraw(me: Permitted<SignedIn>, Path(id): Path<RequestId>, idem: Idem) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| asking::withdraw(tx, &me.ctx, id).await).await
}
