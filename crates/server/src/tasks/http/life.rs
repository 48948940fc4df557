use axum::{http::StatusCode, response::Response};
use db::Tx;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use wording::say;

use super::{About, explain};
use crate::{
    access::{Permission, Permitted, SetTasks, SignedIn},
    app::{Fields, Outcome, Refusal, Unknown},
    files::{self, FileId},
    http::{Idem, Json, Path, Problem, Query, mutate, mutate_and_show},
    org::{PersonId, UnitId},
    tasks::{
        ChildInput, Decision, PartyId, ReportId, ReportInput, RequestId, Review, Ruling, Step, TaskDetail, TaskId, TaskInput,
        VerificationResult, case::Case, close, decompose, dispatch, draft, edit as editing, policy::Action, report as reporting,
        sign as signing, view,
    },
};

/// Does one verb and answers the task as it stands afterwards, or with 204 where it is out of the actor's sight by then; a conflict answers
/// how it stands now.
pub(super) async fn change<P: Permission>(
    me: &Permitted<P>,
    idem: &Idem,
    about: Option<impl Into<About>>,
    work: impl AsyncFnOnce(&mut Tx) -> Outcome<TaskId>,
) -> Result<Response, Problem> {
    let status = if about.is_none() { StatusCode::CREATED } else { StatusCode::OK };
    let result = mutate_and_show(&me.app, &me.ctx, idem, status, work, async |tx, id| view::detail(tx, &me.ctx, id).await).await;
    match (result, about) {
        (Err(problem), Some(about)) => Err(explain(&me.app, &me.ctx, about, problem).await),
        (result, _) => result,
    }
}

fn known(unknown: &Unknown) -> Outcome<()> {
    let mut fields = Fields::default();
    unknown.refuse(&mut fields);
    fields.finish()
}

/// Everything about a task.
#[utoipa::path(get, path = "/tasks/{id}", tag = "tasks", operation_id = "show_task", params(("id" = String, Path)), responses((status = 200, body = TaskDetail)))]
pub(super) async fn show(me: Permitted<SignedIn>, Path(id): Path<TaskId>) -> Result<Json<TaskDetail>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(view::detail(&mut tx, &me.ctx, id).await?))
}

/// Makes a draft.
#[utoipa::path(post, path = "/tasks", tag = "tasks", operation_id = "create_task", request_body = TaskInput, responses((status = 201, body = TaskDetail)))]
pub(super) async fn create(me: Permitted<SetTasks>, idem: Idem, Json(input): Json<TaskInput>) -> Result<Response, Problem> {
    change(&me, &idem, None::<TaskId>, async |tx| draft::create(tx, &me.ctx, &input, None).await).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct EditInput {
    /// The version that was looked at.
    version: i64,
    /// Why, at most 2,000 characters; needed where a task that is out gets more time or counts for less, or where its day has passed.
    reason: Option<String>,
    #[serde(flatten)]
    task: TaskInput,
    #[serde(flatten)]
    #[schema(ignore)]
    unknown: Unknown,
}

/// Changes a task; absent fields stay as they are.
#[utoipa::path(patch, path = "/tasks/{id}", tag = "tasks", operation_id = "edit_task", params(("id" = String, Path)), request_body = EditInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn edit(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<EditInput>,
) -> Result<Response, Problem> {
    known(&input.unknown)?;
    change(&me, &idem, Some(id), async |tx| {
        editing::edit(tx, &me.ctx, id, input.version, &input.task, input.reason.as_deref()).await.map(|()| id)
    })
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct VersionQuery {
    /// The version that was looked at.
    version: i64,
}

/// Removes a draft and the drafts below it.
#[utoipa::path(delete, path = "/tasks/{id}", tag = "tasks", operation_id = "delete_task", params(("id" = String, Path), VersionQuery), responses((status = 204)))]
pub(super) async fn delete(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    Query(query): Query<VersionQuery>,
    idem: Idem,
) -> Result<Response, Problem> {
    let result =
        mutate(&me.app, &me.ctx, &idem, StatusCode::NO_CONTENT, async |tx| draft::delete(tx, &me.ctx, id, query.version).await).await;
    match result {
        Err(problem) => Err(explain(&me.app, &me.ctx, id, problem).await),
        ok => ok,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChildrenInput {
    /// The version that was looked at.
    version: i64,
    /// The tasks below; drafts that are not named are removed.
    children: Vec<ChildInput>,
}

/// Sets the tasks directly below one. Weights, those of tasks that are already out included, add up to 100.
#[utoipa::path(put, path = "/tasks/{id}/children", tag = "tasks", operation_id = "decompose_task", params(("id" = String, Path)), request_body = ChildrenInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn set_children(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<ChildrenInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| decompose::decompose(tx, &me.ctx, id, input.version, &input.children).await.map(|()| id)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionInput {
    /// The version that was looked at.
    version: i64,
    /// The writer confirms that nothing in it is a state secret (不涉密).
    #[serde(default)]
    not_secret: bool,
}

/// Submits a draft with the drafts below it; of a task that is out, sends the drafts below it out.
#[utoipa::path(post, path = "/tasks/{id}/submission", tag = "tasks", operation_id = "submit_task", params(("id" = String, Path)), request_body = SubmissionInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn submit(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<SubmissionInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| dispatch::submit(tx, &me.ctx, id, Some(input.version), input.not_secret).await.map(|_| id))
        .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApprovalInput {
    /// The version that was looked at.
    version: i64,
    decision: Decision,
    /// Needed to reject.
    reason: Option<String>,
}

/// Approves or rejects a submitted task; never by who submitted it.
#[utoipa::path(post, path = "/tasks/{id}/approval", tag = "tasks", operation_id = "approve_task", params(("id" = String, Path)), request_body = ApprovalInput, responses((status = 200, body = TaskDetail), (status = 204, description = "Done, and out of the sight of whoever did it")))]
pub(super) async fn approve(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<ApprovalInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| {
        dispatch::approve(tx, &me.ctx, id, input.version, input.decision, input.reason.as_deref()).await.map(|()| id)
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignatureInput {
    /// The version that was looked at.
    version: Option<i64>,
    /// Who in the unit does it.
    handler_id: Option<PersonId>,
}

/// Signs for every party one acts for.
#[utoipa::path(post, path = "/tasks/{id}/signature", tag = "tasks", operation_id = "sign_task", params(("id" = String, Path)), request_body = SignatureInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn sign(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<SignatureInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| signing::sign(tx, &me.ctx, id, input.version, input.handler_id).await.map(|()| id)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HandlerInput {
    /// The version that was looked at.
    version: i64,
    party_id: PartyId,
    person_id: PersonId,
}

/// Names the handler of a unit's part.
#[utoipa::path(put, path = "/tasks/{id}/handler", tag = "tasks", operation_id = "assign_task", params(("id" = String, Path)), request_body = HandlerInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn assign(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<HandlerInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| {
        signing::assign(tx, &me.ctx, id, input.version, input.party_id, input.person_id).await.map(|()| id)
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReturnInput {
    /// The version that was looked at.
    version: i64,
    party_id: PartyId,
    reason: String,
    /// Whose business it is instead.
    proposed_unit_id: Option<UnitId>,
}

/// Returns a task that is not the unit's; within three working days, once.
#[utoipa::path(post, path = "/tasks/{id}/returns", tag = "tasks", operation_id = "return_task", params(("id" = String, Path)), request_body = ReturnInput, responses((status = 200, body = TaskDetail), (status = 204, description = "Done, and out of the sight of whoever did it")))]
pub(super) async fn give_back(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<ReturnInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| {
        signing::give_back(tx, &me.ctx, id, input.version, input.party_id, &input.reason, input.proposed_unit_id).await.map(|()| id)
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RulingInput {
    decision: Ruling,
    /// Who takes it instead; needed to reassign.
    unit_id: Option<UnitId>,
    reason: String,
}

/// Rules on a return.
#[utoipa::path(post, path = "/requests/{id}/ruling", tag = "tasks", operation_id = "rule_on_return", params(("id" = String, Path)), request_body = RulingInput, responses((status = 200, body = TaskDetail), (status = 204, description = "Done, and out of the sight of whoever did it")))]
pub(super) async fn rule(
    me: Permitted<SignedIn>,
    Path(id): Path<RequestId>,
    idem: Idem,
    Json(input): Json<RulingInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| signing::rule(tx, &me.ctx, id, input.decision, input.unit_id, &input.reason).await).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ReportBody {
    /// The version that was looked at; without one the report is taken as things stand, as a phone on a bad line needs it.
    version: Option<i64>,
    #[serde(flatten)]
    report: ReportInput,
    #[serde(flatten)]
    #[schema(ignore)]
    unknown: Unknown,
}

/// Reports progress.
#[utoipa::path(post, path = "/tasks/{id}/reports", tag = "tasks", operation_id = "report_progress", params(("id" = String, Path)), request_body = ReportBody, responses((status = 200, body = TaskDetail)))]
pub(super) async fn report(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<ReportBody>,
) -> Result<Response, Problem> {
    known(&input.unknown)?;
    change(&me, &idem, Some(id), async |tx| reporting::report(tx, &me.ctx, id, input.version, &input.report).await.map(|_| id)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewInput {
    decision: Review,
    /// What the report proves, in percent; what it claims when missing.
    verified_progress: Option<f64>,
    /// Needed to send back.
    text: Option<String>,
}

/// Reviews a report; never one's own.
#[utoipa::path(post, path = "/reports/{id}/review", tag = "tasks", operation_id = "review_report", params(("id" = String, Path)), request_body = ReviewInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn review(
    me: Permitted<SignedIn>,
    Path(id): Path<ReportId>,
    idem: Idem,
    Json(input): Json<ReviewInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| {
        reporting::review(tx, &me.ctx, id, input.decision, input.verified_progress, input.text.as_deref()).await
    })
    .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClosureInput {
    /// The version that was looked at.
    version: i64,
    /// What shows that it is done.
    text: String,
    #[serde(default)]
    file_ids: Vec<FileId>,
}

/// Asks to close a task.
#[utoipa::path(post, path = "/tasks/{id}/closure", tag = "tasks", operation_id = "request_closure", params(("id" = String, Path)), request_body = ClosureInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn ask_to_close(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<ClosureInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| close::ask(tx, &me.ctx, id, input.version, &input.text, &input.file_ids).await.map(|_| id))
        .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerificationInput {
    /// The version that was looked at.
    version: i64,
    result: VerificationResult,
    /// Needed when it fails.
    #[serde(default)]
    text: String,
}

/// Checks a closed task: strikes it off, or has it worked on again.
#[utoipa::path(post, path = "/tasks/{id}/verification", tag = "tasks", operation_id = "verify_task", params(("id" = String, Path)), request_body = VerificationInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn verify(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<VerificationInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| close::verify(tx, &me.ctx, id, input.version, input.result, &input.text).await.map(|()| id))
        .await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachmentsInput {
    file_ids: Vec<FileId>,
}

/// Adds files to a task.
#[utoipa::path(post, path = "/tasks/{id}/attachments", tag = "tasks", operation_id = "attach_files", params(("id" = String, Path)), request_body = AttachmentsInput, responses((status = 200, body = TaskDetail)))]
pub(super) async fn attach(
    me: Permitted<SignedIn>,
    Path(id): Path<TaskId>,
    idem: Idem,
    Json(input): Json<AttachmentsInput>,
) -> Result<Response, Problem> {
    change(&me, &idem, Some(id), async |tx| {
        let case = Case::open(tx, &me.ctx, id, None).await?;
        case.require(&me.ctx, Action::Attach)?;
        if input.file_ids.is_empty() {
            return Err(Refusal::field("file_ids", "请选择文件"));
        }
        files::attach(tx, &me.ctx, id.0, files::Owner::task(id.0), &input.file_ids).await?;
        let words = say!("添加 {n} 个附件", n = input.file_ids.len());
        let step = Step::new("attached", words, serde_json::json!({ "files": input.file_ids }));
        case.finish(tx, &me.ctx, step).await.map(|()| id)
    })
    .await
}
