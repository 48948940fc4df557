//! Closing a task: asked for by its lead, decided by its issuer, verified and struck off.

use db::Tx;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::{Join, say};

use super::{
    case::{Case, Step},
    model::{
        ClosureId, ClosureRow, RequestId, RequestKind, RequestRow, RequestState, Share, TaskId, TaskState, VerificationId,
        VerificationResult,
    },
    policy::Action,
    reopen,
    requests::agree,
    rules::TaskRules,
    store,
};
use crate::{
    access,
    app::{Ctx, Fields, Outcome, Refusal},
    files,
};

/// Asks to close a task, with what shows that it is done.
pub async fn ask(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64, text: &str, file_ids: &[files::FileId]) -> Outcome<RequestId> {
    let mut case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::RequestClose)?;
    let mut fields = Fields::default();
    let reason = fields.text("text", text, 5000);
    fields.finish()?;
    let row = RequestRow::new(ctx, id, RequestKind::Close, reason.clone());
    store::insert_request(tx, &row).await?;
    files::attach(tx, ctx, id.0, files::Owner::request(row.id.0), file_ids).await?;
    let request = row.id;
    // While it is undecided the due day no longer turns the lamp red.
    case.requests.push(row);
    let data = json!({ "request": request, "files": file_ids });
    case.finish(tx, ctx, Step::new("close_requested", say!("申请办结：{reason}"), data).about(request.0)).await?;
    Ok(request)
}

/// What a reviewer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CloseDecision {
    /// Done.
    Grant,
    /// Not done: sent back, and counted (退办).
    Refuse,
}

/// Decides on a request to close; never the doer.
pub async fn decide(tx: &mut Tx, ctx: &Ctx, request: RequestId, decision: CloseDecision, text: Option<&str>) -> Outcome<TaskId> {
    let asked = store::request(tx, request).await?.filter(|r| r.kind == RequestKind::Close).ok_or(Refusal::NotFound)?;
    let id = asked.task_id;
    let mut case = Case::open(tx, ctx, id, None).await?;
    let Some(open) = case.requests.iter().position(|r| r.id == request) else {
        return Err(Refusal::conflict("decided", "这项申请已经处理。"));
    };
    case.require(ctx, Action::DecideClose)?;
    if decision == CloseDecision::Grant && case.undone_below() > 0 {
        // One of them was worked on again since this was asked for.
        return Err(Refusal::conflict("not_now", "还有下级任务没有办结，不能同意办结。"));
    }
    if decision == CloseDecision::Grant {
        case.require_ended_parts()?;
    }
    let mut fields = Fields::default();
    let text = match decision {
        CloseDecision::Refuse => Some(fields.text("text", text.unwrap_or_default(), 2000)),
        CloseDecision::Grant => fields.optional_text("text", text, 2000),
    };
    fields.finish()?;
    let (now, me) = (ctx.now(), ctx.actor.person);
    if decision == CloseDecision::Grant && case.requests.get(open).is_some_and(|held| case.passes_on(ctx, held)) {
        let note = text.as_ref().map(|text| say!("：{text}")).unwrap_or_default();
        agree(tx, ctx, case, request, text.as_deref(), say!("同意办结，报上级审批").then(Join::Close, note)).await?;
        return Ok(id);
    }
    case.requests.remove(open);
    let (state, action, words) = match decision {
        CloseDecision::Grant => {
            let row = ClosureRow { asked_by: Some(asked.person_id), granted_by: Some(me), progress: case.task.progress };
            store::insert_closure(tx, ClosureId::new(&ctx.rng, now), id, now, row).await?;
            if case.has_reports() {
                store::accept_open_reports(tx, id, me, now).await?;
            }
            case.task.state = TaskState::Closed;
            case.task.closed_at = Some(now);
            case.task.progress = Share::WHOLE;
            case.task.claimed = Share::WHOLE;
            store::finish_parties(tx, id).await?;
            store::withdraw_open_requests(tx, id, now, true).await?;
            case.requests.clear();
            let words = text.as_ref().map_or_else(|| "同意办结".into(), |text| say!("同意办结：{text}"));
            (RequestState::Granted, "closed", words)
        }
        CloseDecision::Refuse => {
            case.task.sent_back += 1;
            let reason = text.as_deref().unwrap_or_default();
            (RequestState::Refused, "close_refused", say!("退回办结申请：{reason}"))
        }
    };
    store::decide_request(tx, request, state, me, now, text.as_deref()).await?;
    let data = json!({ "request": request, "sent_back": case.task.sent_back });
    case.finish(tx, ctx, Step::new(action, words, data).about(request.0)).await?;
    if decision == CloseDecision::Grant {
        settle_unchecked(tx, ctx, id).await?;
    }
    Ok(id)
}

/// A task that the rule does not draw for a check is struck off at once.
pub(super) async fn settle_unchecked(tx: &mut Tx, ctx: &Ctx, id: TaskId) -> Outcome<()> {
    let system = ctx.acting(access::system_principal());
    let mut case = Case::open(tx, &system, id, None).await?;
    if ctx.rules.get::<TaskRules>().checks(case.task.importance, id) {
        return Ok(());
    }
    case.task.state = TaskState::Settled;
    case.task.settled_at = Some(ctx.now());
    case.finish(tx, &system, Step::new("settled_unchecked", "不在抽查之列，办结即销号", json!({}))).await
}

/// Checks a closed task: it is struck off, or worked on again.
pub async fn verify(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64, result: VerificationResult, text: &str) -> Outcome<()> {
    let mut case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Verify)?;
    let mut fields = Fields::default();
    let text = match result {
        VerificationResult::Fail => fields.text("text", text, 2000),
        VerificationResult::Pass => fields.optional_text("text", Some(text), 2000).unwrap_or_default(),
    };
    fields.finish()?;
    let now = ctx.now();
    let verification = VerificationId::new(&ctx.rng, now);
    store::insert_verification(tx, verification, id, result, &text, ctx.actor.person, now).await?;
    let (action, words) = match result {
        VerificationResult::Pass => {
            case.task.state = TaskState::Settled;
            case.task.settled_at = Some(now);
            ("settled", if text.is_empty() { "核查通过，销号".into() } else { say!("核查通过，销号：{text}") })
        }
        VerificationResult::Fail => {
            reopen::restore(tx, ctx, &mut case).await?;
            ("reopened", say!("核查不通过，恢复办理：{text}"))
        }
    };
    case.finish(tx, ctx, Step::new(action, words, json!({ "verification": verification })).about(verification.0)).await
}
