//! Deciding, and withdrawing what one has asked for.

use db::Tx;
use kit::Day;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::{Join, Words, say};

use super::{
    super::{
        case::{Case, Step},
        close::CloseDecision,
        model::{RequestId, TaskId},
        store,
    },
    RequestKind, RequestState, effects,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    org::UnitId,
};

/// How a request is decided.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestDecision {
    /// Granted or refused.
    pub(in crate::tasks) decision: CloseDecision,
    /// Why; needed to refuse.
    pub(in crate::tasks) text: Option<String>,
    /// For `extend`: another day than the one asked for.
    pub(super) new_day: Option<Day>,
    /// For `transfer`: another unit than the one proposed.
    pub(super) unit_id: Option<UnitId>,
}

/// Decides on a request; where two have to agree, the first grant hands it on.
pub async fn decide(tx: &mut Tx, ctx: &Ctx, request: RequestId, input: &RequestDecision) -> Outcome<TaskId> {
    let asked = store::request(tx, request).await?.ok_or(Refusal::NotFound)?;
    let mut case = Case::open(tx, ctx, asked.task_id, None).await?;
    let Some(open) = case.requests.iter().position(|r| r.id == request) else {
        return Err(Refusal::conflict("decided", "这项申请已经处理。"));
    };
    // As it stands now that the tree is held: somebody may have agreed in between.
    let Some(asked) = case.requests.get(open).cloned() else { return Err(Refusal::NotFound) };
    if !case.may_decide(ctx, &asked) {
        return Err(Refusal::forbidden("这项申请不由您审批：申请人、办理人和参与过的人不能审批。"));
    }
    let mut fields = Fields::default();
    let given = input.text.as_deref();
    let text = match input.decision {
        CloseDecision::Refuse => Some(fields.text("text", given.unwrap_or_default(), 2000)),
        CloseDecision::Grant => fields.optional_text("text", given, 2000),
    };
    fields.finish()?;
    let (now, me) = (ctx.now(), ctx.actor.person);
    let note = text.as_ref().map(|text| say!("：{text}")).unwrap_or_default();
    let kind = asked.kind.words();
    let data = json!({ "request": request, "kind": asked.kind });
    let step = |action, words: Words| Step::new(action, words, data.clone()).about(request.0);
    if input.decision == CloseDecision::Refuse {
        store::decide_request(tx, request, RequestState::Refused, me, now, text.as_deref()).await?;
        case.requests.remove(open);
        let words = say!("不同意{kind}").then(Join::Close, note);
        case.finish(tx, ctx, step("refused", words)).await?;
        return Ok(asked.task_id);
    }
    if !case.still_fits(asked.kind) {
        return Err(Refusal::conflict("not_now", "任务状态已变化，这项申请不再适用，请不予同意或由申请人撤回。"));
    }
    if case.passes_on(ctx, &asked) {
        agree(tx, ctx, case, request, text.as_deref(), say!("同意{kind}，报上级审批").then(Join::Close, note)).await?;
        return Ok(asked.task_id);
    }
    store::decide_request(tx, request, RequestState::Granted, me, now, text.as_deref()).await?;
    case.requests.remove(open);
    effects::grant(tx, ctx, case, &asked, input, note).await?;
    Ok(asked.task_id)
}

/// Writes that the first of two has agreed: the request goes on to the second.
pub(in crate::tasks) async fn agree(
    tx: &mut Tx,
    ctx: &Ctx,
    mut case: Case,
    request: RequestId,
    text: Option<&str>,
    words: Words,
) -> Outcome<()> {
    let (now, me) = (ctx.now(), ctx.actor.person);
    store::agree_to_request(tx, request, me, now, text).await?;
    let mut kind = None;
    if let Some(row) = case.requests.iter_mut().find(|row| row.id == request) {
        row.agreed_by = Some(me);
        row.agreed_at = Some(now);
        kind = Some(row.kind);
    }
    case.finish(tx, ctx, Step::new("agreed", words, json!({ "request": request, "kind": kind })).about(request.0)).await
}

/// Takes back what one has asked for and nobody has decided.
pub async fn withdraw(tx: &mut Tx, ctx: &Ctx, request: RequestId) -> Outcome<TaskId> {
    let asked = store::request(tx, request).await?.ok_or(Refusal::NotFound)?;
    let mut case = Case::open(tx, ctx, asked.task_id, None).await?;
    let Some(open) = case.requests.iter().position(|r| r.id == request) else {
        return Err(Refusal::conflict("decided", "这项申请已经处理。"));
    };
    if asked.person_id != ctx.actor.person {
        return Err(Refusal::forbidden("只有申请人可以撤回申请。"));
    }
    if asked.kind == RequestKind::Return {
        return Err(Refusal::conflict("not_now", "退回申请须等裁定，不能撤回。"));
    }
    store::decide_request(tx, request, RequestState::Withdrawn, ctx.actor.person, ctx.now(), None).await?;
    case.requests.remove(open);
    let words = say!("撤回{kind}申请", kind = asked.kind.words());
    let step = Step::new("withdrawn", words, json!({ "request": request, "kind": asked.kind })).about(request.0);
    case.finish(tx, ctx, step).await?;
    Ok(asked.task_id)
}
