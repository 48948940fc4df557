//! What happens beside the main line of a task: parts of others, waits, risks, links, and what is taken back.

use axum::response::Response;
use kit::Day;
use serde::Deserialize;
use utoipa::ToSchema;

use super::life::change;
use crate::{
    access::{Permitted, SignedIn},
    files::FileId,
    http::{Idem, Json, Path, Problem},
    tasks::{
        PartyId, ReportId, RiskId, RiskInput, TaskDetail, TaskId, WaitId, WaitInput, cooperate,
        links::{self, LinkInput, LinkKind},
        reopen as reopening, report, risk, undo, wait as waiting,
    },
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompletionInput {
    /// What was done, at most 5,000 characters.
    text: String,
    #[serde(default)]
    file_ids: Vec<FileId>,
}

/// A party that takes part has done its part.
#[utoipa::path(post, path = "/parties/{id}/completion", tag = "tasks", operation_id = "complete_part", params(("id" = String, Path)), request_body = CompletionInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn complete(
    me: Permitted<SignedIn>,
    Path(id): Path<PartyId>,
    idem: Idem,
    Json(input): Json<CompletionInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| cooperate::complete(tx, &me.ctx, id, &input.text, &input.file_ids).await).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonInput {
    /// Why, at most 2,000 characters.
    reason: String,
}

/// Lets a party go that takes part.
#[utoipa::path(post, path = "/parties/{id}/waiver", tag = "tasks", operation_id = "waive_part", params(("id" = String, Path)), request_body = ReasonInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn waive(
    me: Permitted<SignedIn>,
    Path(id): Path<PartyId>,
    idem: Idem,
    Json(input): Json<ReasonInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| cooperate::waive(tx, &me.ctx, id, &input.reason).await).await
}

/// Asks for a part again that was done or let go.
#[utoipa::path(post, path = "/parties/{id}/reopening", tag = "tasks", operation_id = "reopen_part", params(("id" = String, Path)), request_body = ReasonInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn reopen_part(
    me: Permitted<SignedIn>,
    Path(id): Path<PartyId>,
    idem: Idem,
    Json(input): Json<ReasonInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| cooperate::reopen_part(tx, &me.ctx, id, &input.reason).await).await
}

/// Says that a task waits for somebody.
#[utoipa::path(post, path = "/tasks/{id}/waits", tag = "tasks", operation_id = "wait_for", params(("id" = String, Path)), request_body = WaitInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn wait(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<WaitInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| waiting::wait(tx, &me.ctx, id, &input).await.map(|_| id)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerInput {
    /// What came of it, at most 2,000 characters.
    text: String,
}

/// What was waited for has come, or is waited for no more.
#[utoipa::path(post, path = "/waits/{id}/end", tag = "tasks", operation_id = "end_wait", params(("id" = String, Path)), request_body = AnswerInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn end_wait(
    me: Permitted<SignedIn>,
    Path(id): Path<WaitId>,
    idem: Idem,
    Json(input): Json<AnswerInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| waiting::end_wait(tx, &me.ctx, id, &input.text).await).await
}

/// Says what may go wrong, before it does.
#[utoipa::path(post, path = "/tasks/{id}/risks", tag = "tasks", operation_id = "raise_risk", params(("id" = String, Path)), request_body = RiskInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn raise_risk(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<RiskInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| risk::raise(tx, &me.ctx, id, &input).await.map(|_| id)).await
}

/// Answers a risk, or says that it has passed.
#[utoipa::path(post, path = "/risks/{id}/answer", tag = "tasks", operation_id = "answer_risk", params(("id" = String, Path)), request_body = AnswerInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn answer_risk(
    me: Permitted<SignedIn>,
    Path(id): Path<RiskId>,
    idem: Idem,
    Json(input): Json<AnswerInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| risk::answer(tx, &me.ctx, id, &input.text).await).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportAskedInput {
    /// By when; moved to the working day before when it is a day off.
    due_day: Day,
    /// What it should say, at most 1,000 characters.
    text: String,
}

/// Asks for a report by a day, whatever the rule says.
#[utoipa::path(post, path = "/tasks/{id}/report-dues", tag = "tasks", operation_id = "ask_for_report", params(("id" = String, Path)), request_body = ReportAskedInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn ask_report(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<ReportAskedInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| report::ask_report(tx, &me.ctx, id, input.due_day, &input.text).await.map(|()| id)).await
}

/// Takes back a report of one's own that nobody has reviewed.
#[utoipa::path(post, path = "/reports/{id}/withdrawal", tag = "tasks", operation_id = "withdraw_report", params(("id" = String, Path)), responses((status = 200, body = TaskDetail)))]
pub(super) async fn withdraw_report(me: Permitted<SignedIn>, Path(id): Path<ReportId>, idem: Idem) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| undo::withdraw_report(tx, &me.ctx, id).await).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecallInput {
    /// The version that was looked at.
    version: i64,
    /// Why, at most 2,000 characters.
    reason: String,
}

/// Takes a task that went out back to a draft, as long as nobody has signed it.
#[utoipa::path(post, path = "/tasks/{id}/recall", tag = "tasks", operation_id = "recall_task", params(("id" = String, Path)), request_body = RecallInput, responses((status = 200, body = TaskDetail), (status = 204, description = "Done, and out of the sight of whoever did it")))]
pub(super) async fn recall(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<RecallInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| undo::recall(tx, &me.ctx, id, input.version, &input.reason).await.map(|()| id)).await
}

/// Declares a draft void that had gone out and was taken back; its number is not given to another task.
#[utoipa::path(post, path = "/tasks/{id}/annulment", tag = "tasks", operation_id = "annul_task", params(("id" = String, Path)), request_body = RecallInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn annul(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<RecallInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| undo::annul(tx, &me.ctx, id, input.version, &input.reason).await.map(|()| id)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReopeningInput {
    /// The version that was looked at.
    version: i64,
    /// Why, at most 2,000 characters.
    reason: String,
    /// The new due day; the old one where it is missing.
    due_day: Option<Day>,
}

/// Has a task that was done worked on again.
#[utoipa::path(post, path = "/tasks/{id}/reopening", tag = "tasks", operation_id = "reopen_task", params(("id" = String, Path)), request_body = ReopeningInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn reopen(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<ReopeningInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| {
        reopening::reopen(tx, &me.ctx, id, input.version, &input.reason, input.due_day).await.map(|()| id)
    })
    .await
}

/// Links a task with another one.
#[utoipa::path(post, path = "/tasks/{id}/links", tag = "tasks", operation_id = "link_tasks", params(("id" = String, Path)), request_body = LinkInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn link(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<LinkInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| links::link(tx, &me.ctx, id, input.kind, input.other_id).await.map(|()| id)).await
}

/// Takes a link away.
#[utoipa::path(delete, path = "/tasks/{id}/links/{kind}/{other}", tag = "tasks", operation_id = "unlink_tasks",
    params(("id" = String, Path), ("kind" = LinkKind, Path), ("other" = String, Path)), responses((status = 200, body = TaskDetail)))]
pub(super) async fn unlink(
    me: Permitted<SignedIn>,
    Path((id, kind, other)): Path<(TaskId, LinkKind, TaskId)>,
    idem: Idem,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| links::unlink(tx, &me.ctx, id, kind, other).await.map(|()| id)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MergerInput {
    /// The version that was looked at.
    version: i64,
    /// The task it is merged into.
    into_id: TaskId,
    /// Why, at most 2,000 characters.
    reason: String,
}

/// Ends a duplicate in favour of another task; answers the other one.
#[utoipa::path(post, path = "/tasks/{id}/merger", tag = "tasks", operation_id = "merge_task", params(("id" = String, Path)), request_body = MergerInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn merge(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<MergerInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| links::merge(tx, &me.ctx, id, input.version, input.into_id, &input.reason).await).await
}
