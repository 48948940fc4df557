//! What takes part in a task that others lead: it does its part, or is let go, and the task ends after that.

use db::Tx;
use serde_json::json;
use wording::say;

use super::{
    case::{Case, Step},
    model::{PartyId, PartyRow, PartyState, TaskId},
    policy::{self, Action},
    sign, store, wait,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    files,
};

/// The party of a task in hand.
fn row(case: &mut Case, party: PartyId) -> Outcome<&mut PartyRow> {
    case.parties.iter_mut().find(|row| row.id == party).ok_or(Refusal::NotFound)
}

/// A party's part is done, with what shows it. Whoever waits for this party waits no more.
pub async fn complete(tx: &mut Tx, ctx: &Ctx, party: PartyId, text: &str, file_ids: &[files::FileId]) -> Outcome<TaskId> {
    let id = store::task_of_party(tx, party).await?.ok_or(Refusal::NotFound)?;
    let mut case = Case::open(tx, ctx, id, None).await?;
    case.require(ctx, Action::Complete)?;
    let mut fields = Fields::default();
    let text = fields.text("text", text, 5000);
    fields.finish()?;
    let row = row(&mut case, party)?;
    if !policy::is_doer(row, &ctx.actor) {
        return Err(Refusal::NotFound);
    }
    if !policy::may_complete(row) {
        return Err(Refusal::conflict("not_now", "这一方现在不能完成配合：须先签收，且尚未完成。"));
    }
    row.state = PartyState::Done;
    row.waived = false;
    row.done_at = Some(ctx.now());
    row.done_by = Some(ctx.actor.person);
    row.done_text = Some(text.clone());
    store::save_party(tx, row).await?;
    let unit = row.unit_name.clone();
    files::attach(tx, ctx, id.0, files::Owner::party(party.0), file_ids).await?;
    wait::answered(tx, ctx, &mut case, party, &text).await?;
    let data = json!({ "party": party, "files": file_ids });
    case.finish(tx, ctx, Step::new("part_done", say!("{unit}完成配合：{text}"), data).about(party.0)).await?;
    Ok(id)
}

/// Lets a party go: nothing has to be done by it, for a reason that stays.
pub async fn waive(tx: &mut Tx, ctx: &Ctx, party: PartyId, reason: &str) -> Outcome<TaskId> {
    let id = store::task_of_party(tx, party).await?.ok_or(Refusal::NotFound)?;
    let mut case = Case::open(tx, ctx, id, None).await?;
    case.require(ctx, Action::Waive)?;
    let mut fields = Fields::default();
    let reason = fields.text("reason", reason, 2000);
    fields.finish()?;
    let row = row(&mut case, party)?;
    if !policy::may_be_waived(row) {
        return Err(Refusal::conflict("not_now", "这一方已经完成，或正在裁定退回，不能免除。"));
    }
    row.state = PartyState::Done;
    row.waived = true;
    row.done_at = Some(ctx.now());
    row.done_by = Some(ctx.actor.person);
    row.done_text = Some(reason.clone());
    store::save_party(tx, row).await?;
    let unit = row.unit_name.clone();
    wait::answered(tx, ctx, &mut case, party, &reason).await?;
    let data = json!({ "party": party });
    case.finish(tx, ctx, Step::new("part_waived", say!("免除{unit}的配合：{reason}"), data).about(party.0)).await?;
    Ok(id)
}

/// A part that was done is asked for again, because it was not enough; one that was let go has to be done after all.
pub async fn reopen_part(tx: &mut Tx, ctx: &Ctx, party: PartyId, reason: &str) -> Outcome<TaskId> {
    let id = store::task_of_party(tx, party).await?.ok_or(Refusal::NotFound)?;
    let mut case = Case::open(tx, ctx, id, None).await?;
    case.require(ctx, Action::ReopenPart)?;
    let mut fields = Fields::default();
    let reason = fields.text("reason", reason, 2000);
    fields.finish()?;
    let row = row(&mut case, party)?;
    if !policy::may_be_reopened(row) {
        return Err(Refusal::conflict("not_now", "这一方还没有完成配合。"));
    }
    let waived = std::mem::take(&mut row.waived);
    row.state = if row.signed_at.is_some() { PartyState::Signed } else { PartyState::Unsigned };
    row.done_at = None;
    row.done_by = None;
    row.done_text = None;
    store::save_party(tx, row).await?;
    let unit = row.unit_name.clone();
    sign::begin_if_all_signed(&mut case);
    let words = if waived { say!("恢复{unit}的配合：{reason}") } else { say!("退回{unit}的配合结果：{reason}") };
    case.finish(tx, ctx, Step::new("part_reopened", words, json!({ "party": party })).about(party.0)).await?;
    Ok(id)
}
