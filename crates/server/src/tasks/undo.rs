//! Taking back what nobody has acted on yet.

use db::Tx;
use serde_json::json;
use wording::say;

use super::{
    case::{Case, Step},
    follow,
    model::{PartyState, ReportId, ReportState, TaskId, TaskState},
    policy::{self, Action},
    store,
};
use crate::app::{Ctx, Fields, Outcome, Refusal};

/// Takes a task that went out back to a draft, with everything below it, as long as nobody has signed any of it. Its number
/// stays its own.
pub async fn recall(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64, reason: &str) -> Outcome<()> {
    let case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Recall)?;
    let mut fields = Fields::default();
    let reason = fields.text("reason", reason, 2000);
    fields.finish()?;
    let mut below = Vec::new();
    for inner in
        store::below_in(tx, id, &[TaskState::Dispatched, TaskState::Active, TaskState::Suspended, TaskState::Closed, TaskState::Settled])
            .await?
    {
        let inner = Case::open(tx, &ctx.acting(crate::access::system_principal()), inner, None).await?;
        let unsigned = inner.parties.iter().all(|p| p.state == PartyState::Unsigned && p.returned == 0);
        let untouched = unsigned && inner.requests.is_empty() && matches!(inner.task.state, TaskState::Dispatched | TaskState::Active);
        if !untouched || inner.task.last_report_at.is_some() || !policy::is_issuer(&inner.task, &ctx.actor) {
            let title = &inner.task.title;
            return Err(Refusal::conflict("not_now", say!("下级任务“{title}”已有单位签收，不能撤回交办。")));
        }
        below.push(inner);
    }
    let top = case.task.clone();
    for inner in below {
        draft_again(tx, ctx, inner, Step::new("recalled", "随上级任务撤回交办", json!({}))).await?;
    }
    draft_again(tx, ctx, case, Step::new("recalled", say!("撤回交办：{reason}"), json!({ "reason": reason }))).await?;
    follow::above(tx, ctx, &top).await
}

/// Declares a draft void that had gone out and was taken back, with the drafts below it: its number stays its own, and so does what the
/// ledger says of it.
pub(super) async fn annul(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64, reason: &str) -> Outcome<()> {
    let case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Annul)?;
    let mut fields = Fields::default();
    let reason = fields.text("reason", reason, 2000);
    fields.finish()?;
    let below = store::below_in(tx, id, &[TaskState::Draft]).await?;
    void(tx, ctx, case, Step::new("annulled", say!("作废：{reason}"), json!({ "reason": reason }))).await?;
    for inner in below {
        let inner = Case::open(tx, &ctx.acting(crate::access::system_principal()), inner, None).await?;
        void(tx, ctx, inner, Step::new("annulled", "随上级任务作废", json!({}))).await?;
    }
    Ok(())
}

async fn void(tx: &mut Tx, ctx: &Ctx, mut case: Case, step: Step) -> Outcome<()> {
    case.task.state = TaskState::Terminated;
    case.finish(tx, ctx, step).await
}

async fn draft_again(tx: &mut Tx, ctx: &Ctx, mut case: Case, step: Step) -> Outcome<()> {
    let task = &mut case.task;
    task.state = TaskState::Draft;
    if task.start_day == task.dispatched_at.map(kit::Moment::day) {
        task.start_day = None;
    }
    task.dispatched_at = None;
    (task.submitted_by, task.submitted_at) = (None, None);
    task.open_risks = 0;
    let (id, from) = (task.id, task.created_at.day().plus_days(-1));
    store::remove_all_open_dues(tx, id, from).await?;
    store::end_waits_and_risks(tx, id, ctx.now(), Some(ctx.actor.person)).await?;
    case.finish(tx, ctx, step).await
}

/// Takes a report back that nobody has reviewed. The duty it met is open again; what it said stays readable.
pub async fn withdraw_report(tx: &mut Tx, ctx: &Ctx, report: ReportId) -> Outcome<TaskId> {
    let id = store::report(tx, report).await?.ok_or(Refusal::NotFound)?.task_id;
    let mut case = Case::open(tx, ctx, id, None).await?;
    // Read again: the tree is held now.
    let mut row = store::report(tx, report).await?.ok_or(Refusal::NotFound)?;
    if row.person_id != ctx.actor.person {
        return Err(Refusal::forbidden("只能撤回自己的上报。"));
    }
    if row.state != ReportState::Submitted {
        return Err(Refusal::conflict("decided", "这份上报已经审核。"));
    }
    if case.task.state != TaskState::Active {
        return Err(Refusal::conflict("not_now", say!("任务现为“{state}”，不能撤回上报。", state = case.task.state.words())));
    }
    let moves = case.parties.iter().any(|party| party.id == row.party_id && party.role.leads()) && !case.task.is_summed();
    let waiting = if moves { store::reports_beside(tx, &row).await?.1 } else { None };
    row.state = ReportState::SentBack;
    row.reviewed_by = Some(ctx.actor.person);
    row.reviewed_at = Some(ctx.now());
    store::save_review(tx, &row).await?;
    store::reopen_due(tx, report).await?;
    store::unclaim_milestones(tx, report).await?;
    if moves {
        case.task.claimed = waiting.unwrap_or(case.task.progress);
    }
    case.task.last_report_at = store::last_word(tx, id).await?;
    case.finish(tx, ctx, Step::new("report_withdrawn", "撤回上报", json!({ "report": report })).about(report.0)).await?;
    Ok(id)
}
