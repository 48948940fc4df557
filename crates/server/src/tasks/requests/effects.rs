//! What a granted request does.

use db::Tx;
use kit::Day;
use serde_json::json;
use wording::{Join, Words, say};

use super::{
    super::{
        case::{Case, Step},
        close, draft, due,
        model::{ClosureId, ClosureRow, PartyState, Share, Task, TaskId, TaskState},
        store,
    },
    RequestKind, RequestRow, ask,
    decide::RequestDecision,
};
use crate::{
    access,
    app::{Ctx, Fields, Outcome, Refusal},
};

/// Does what was asked for; the request itself has been decided.
pub(super) async fn grant(tx: &mut Tx, ctx: &Ctx, case: Case, asked: &RequestRow, input: &RequestDecision, note: Words) -> Outcome<()> {
    match asked.kind {
        RequestKind::Extend => extend(tx, ctx, case, asked, input.new_day, note).await,
        RequestKind::Transfer => transfer(tx, ctx, case, asked, input, note).await,
        RequestKind::Suspend => suspend(tx, ctx, case, asked, note).await,
        RequestKind::Resume => resume(tx, ctx, case, asked, note).await,
        RequestKind::Terminate => terminate(tx, ctx, case, asked, note).await,
        RequestKind::Amend => {
            let words = say!("同意变更内容，由交办方修改").then(Join::Close, note);
            case.finish(tx, ctx, step("granted", words, asked)).await
        }
        RequestKind::Recheck => recheck(tx, ctx, case, asked, note).await,
        RequestKind::Return | RequestKind::Close => Err(Refusal::internal("returns and closings are decided elsewhere")),
    }
}

fn step(action: &'static str, words: Words, asked: &RequestRow) -> Step {
    Step::new(action, words, json!({ "request": asked.id, "kind": asked.kind })).about(asked.id.0)
}

async fn extend(tx: &mut Tx, ctx: &Ctx, mut case: Case, asked: &RequestRow, other: Option<Day>, note: Words) -> Outcome<()> {
    let (Some(due), Some(day)) = (case.task.due_day, other.or(asked.new_day)) else {
        return Err(Refusal::conflict("not_now", "任务已没有期限，无须延期。"));
    };
    // The task above may have been moved since it was asked for.
    let mut fields = Fields::default();
    ask::check_extension(tx, ctx, &case, asked, day, &mut fields).await?;
    fields.finish()?;
    put_off(tx, ctx, &mut case.task, (due, day), say!("经批准延期，由{due}改为{day}")).await?;
    let words = say!("同意延期，期限由{due}改为{day}").then(Join::Close, note);
    let data = json!({ "request": asked.id, "kind": asked.kind, "from": due, "to": day, "class": asked.reason_class });
    case.finish(tx, ctx, Step::new("extended", words, data).about(asked.id.0)).await
}

/// The due day is a decided one from now on; duties to report follow up to it.
async fn put_off(tx: &mut Tx, ctx: &Ctx, task: &mut Task, (due, day): (Day, Day), how: Words) -> Outcome<()> {
    due::decide(task, day, how)?;
    if !task.state.is_open() {
        // It stands still; its duties are planned when it goes on.
        return Ok(());
    }
    draft::plan_dues(tx, ctx, task, due.max(ctx.today())).await
}

async fn transfer(tx: &mut Tx, ctx: &Ctx, mut case: Case, asked: &RequestRow, input: &RequestDecision, note: Words) -> Outcome<()> {
    let unit = input.unit_id.or(asked.proposed_unit_id);
    let mut fields = Fields::default();
    let name = ask::proposed_unit(tx, &case, unit, &mut fields).await?;
    if unit.is_some_and(|unit| !draft::may_task(ctx, unit)) {
        fields.add("unit_id", "不在您的管理范围内，不能转给这个单位");
    }
    fields.finish()?;
    let party = asked.party_id.and_then(|id| case.parties.iter_mut().find(|party| party.id == id));
    let (Some(row), Some(unit)) = (party, unit) else {
        return Err(Refusal::conflict("not_now", "申请转办的一方已不在这项任务中。"));
    };
    if row.state != PartyState::Signed {
        return Err(Refusal::conflict("not_now", "申请转办的一方已经完成或另有处理，不能再转办。"));
    }
    let before = std::mem::replace(&mut row.unit_name, name.clone());
    if row.role.leads() {
        // What the former unit has set below is the new one's to send, change and accept.
        store::hand_over_children(tx, asked.task_id, row.unit_id, unit).await?;
    }
    row.unit_id = unit;
    row.person_id = None;
    row.state = PartyState::Unsigned;
    row.returned = 0;
    row.signed_at = None;
    row.signed_by = None;
    row.assigned_at = Some(ctx.now());
    store::save_party(tx, row).await?;
    let party = row.id;
    let words = say!("同意转办，由{before}转给{name}").then(Join::Close, note);
    let data = json!({ "request": asked.id, "kind": asked.kind, "party": party, "unit": unit });
    case.finish(tx, ctx, Step::new("transferred", words, data).about(party.0)).await
}

/// The tasks below stop with it, each by this request, so that just these go on with it again.
async fn suspend(tx: &mut Tx, ctx: &Ctx, case: Case, asked: &RequestRow, note: Words) -> Outcome<()> {
    for id in store::below_in(tx, asked.task_id, &[TaskState::Dispatched, TaskState::Active]).await? {
        let below = open_below(tx, ctx, id).await?;
        stop(tx, ctx, below, asked, step("suspended", "随上级任务中止".into(), asked)).await?;
    }
    let basis = asked.basis.as_deref().unwrap_or_default();
    let words = say!("同意中止，依据：{basis}").then(Join::Close, note);
    stop(tx, ctx, case, asked, step("suspended", words, asked)).await
}

async fn stop(tx: &mut Tx, ctx: &Ctx, mut case: Case, asked: &RequestRow, step: Step) -> Outcome<()> {
    case.task.state = TaskState::Suspended;
    case.task.suspended_on = Some(ctx.today());
    case.task.suspended_by = Some(asked.id);
    // What was asked for before it stood still is asked for anew when it goes on.
    store::withdraw_open_requests(tx, case.task.id, ctx.now(), false).await?;
    case.requests.retain(|r| r.kind == RequestKind::Return);
    store::remove_all_open_dues(tx, case.task.id, ctx.today().plus_days(-1)).await?;
    case.finish(tx, ctx, step).await
}

/// The clock stood still: due days move by the working days that have passed, as far as the task above allows.
async fn resume(tx: &mut Tx, ctx: &Ctx, case: Case, asked: &RequestRow, note: Words) -> Outcome<()> {
    let by = case.task.suspended_by;
    let words = |later: Option<Day>| match later {
        Some(day) => say!("恢复办理，期限顺延至{day}"),
        None => "恢复办理，期限不变".into(),
    };
    let id = case.task.id;
    go_on(tx, ctx, case, asked, |later| words(later).then(Join::Close, note)).await?;
    for below in store::below_in(tx, id, &[TaskState::Suspended]).await? {
        let below = open_below(tx, ctx, below).await?;
        if below.task.suspended_by == by {
            go_on(tx, ctx, below, asked, words).await?;
        }
    }
    Ok(())
}

async fn go_on(tx: &mut Tx, ctx: &Ctx, mut case: Case, asked: &RequestRow, words: impl FnOnce(Option<Day>) -> Words) -> Outcome<()> {
    let leads_signed = case.parties.iter().filter(|p| p.role.leads()).all(|p| matches!(p.state, PartyState::Signed | PartyState::Done));
    case.task.state = if leads_signed { TaskState::Active } else { TaskState::Dispatched };
    let since = case.task.suspended_on.take().unwrap_or(ctx.today());
    case.task.suspended_by = None;
    let mut moved = None;
    let stood = ctx.calendar.workdays_between(since.date(), ctx.today().date());
    if let Some(due) = case.task.due_day {
        let mut later = Day::new(ctx.calendar.add_workdays(due.date(), stood)).unwrap_or(due);
        if let Some(parent) = case.task.parent_id
            && let Some(limit) = store::find(tx, parent).await?.and_then(|task| task.due_day)
        {
            later = later.min(limit);
        }
        case.task.stood_days += stood;
        store::put_off_milestones(tx, case.task.id, since, stood, &ctx.calendar, later.max(due)).await?;
        if stood > 0 && later > due {
            due::decide(&mut case.task, later, say!("中止 {stood} 个工作日，期限由{due}顺延至{later}"))?;
            moved = Some(later);
        }
    }
    put_off_parts(tx, ctx, &mut case, since, stood).await?;
    draft::plan_dues(tx, ctx, &case.task, ctx.today().plus_days(-1)).await?;
    case.finish(tx, ctx, step("resumed", words(moved), asked)).await
}

/// The clock of a part with a day of its own stood still, too.
async fn put_off_parts(tx: &mut Tx, ctx: &Ctx, case: &mut Case, since: Day, stood: i64) -> Outcome<()> {
    let last = case.task.due_day;
    for party in case.parties.iter_mut().filter(|party| party.state != PartyState::Done) {
        let Some(due) = party.due_day.filter(|due| stood > 0 && *due >= since) else { continue };
        let later = Day::new(ctx.calendar.add_workdays(due.date(), stood)).unwrap_or(due);
        party.due_day = Some(last.map_or(later, |last| later.min(last)).max(due));
        store::save_party(tx, party).await?;
    }
    Ok(())
}

async fn terminate(tx: &mut Tx, ctx: &Ctx, case: Case, asked: &RequestRow, note: Words) -> Outcome<()> {
    let top = case.task.id;
    let words = say!("同意终止：{reason}", reason = asked.reason).then(Join::Close, note);
    // The top first: a heading whose parts end one by one would close itself.
    end(tx, ctx, case, step("terminated", words, asked)).await?;
    let undone = [TaskState::Draft, TaskState::Approval, TaskState::Dispatched, TaskState::Active, TaskState::Suspended];
    for id in store::below_in(tx, top, &undone).await? {
        let below = open_below(tx, ctx, id).await?;
        end(tx, ctx, below, step("terminated", "随上级任务终止".into(), asked)).await?;
    }
    Ok(())
}

/// A task below the one that was decided on, whether whoever decides sees it or not.
async fn open_below(tx: &mut Tx, ctx: &Ctx, id: TaskId) -> Outcome<Case> {
    Case::open(tx, &ctx.acting(access::system_principal()), id, None).await
}

async fn end(tx: &mut Tx, ctx: &Ctx, mut case: Case, step: Step) -> Outcome<()> {
    case.task.state = TaskState::Terminated;
    case.task.suspended_on = None;
    case.task.suspended_by = None;
    store::withdraw_open_requests(tx, case.task.id, ctx.now(), true).await?;
    store::remove_all_open_dues(tx, case.task.id, ctx.today().plus_days(-1)).await?;
    case.requests.clear();
    case.finish(tx, ctx, step).await
}

/// The decision that was looked at again is turned round, as far as the task still stands where it was.
async fn recheck(tx: &mut Tx, ctx: &Ctx, case: Case, asked: &RequestRow, note: Words) -> Outcome<()> {
    let subject = asked.subject_id.ok_or_else(|| Refusal::internal("a second look at nothing"))?;
    let refused = store::requests(tx, case.task.id).await?.into_iter().find(|r| r.id.0 == subject);
    match refused.map(|r| (r.kind, r)) {
        Some((RequestKind::Close, refused)) => closed_after_all(tx, ctx, case, asked, Some(&refused), note).await,
        Some((RequestKind::Extend, refused)) => {
            let again = RequestRow { id: asked.id, ..refused };
            extend(tx, ctx, case, &again, None, say!("（经复核）").then(Join::Close, note)).await
        }
        Some((RequestKind::Return, refused)) => returned_after_all(tx, ctx, case, asked, refused, note).await,
        Some((kind, _)) => {
            let words = say!("复核认为应同意{kind}，请重新申请", kind = kind.words()).then(Join::Close, note);
            case.finish(tx, ctx, step("granted", words, asked)).await
        }
        None => closed_after_all(tx, ctx, case, asked, None, note).await,
    }
}

/// Not theirs after all: the return is open again and waits for who else takes it.
async fn returned_after_all(tx: &mut Tx, ctx: &Ctx, mut case: Case, asked: &RequestRow, refused: RequestRow, note: Words) -> Outcome<()> {
    let row = case.parties.iter_mut().find(|party| Some(party.id) == refused.party_id && party.state == PartyState::Signed);
    let Some(row) = row.filter(|_| case.task.state.is_open()) else {
        return Err(Refusal::conflict("not_now", "任务已有变化，不能再按复核结果退回。"));
    };
    row.state = PartyState::Disputed;
    store::save_party(tx, row).await?;
    let again = RequestRow {
        party_id: refused.party_id,
        proposed_unit_id: refused.proposed_unit_id,
        person_id: refused.person_id,
        ..RequestRow::new(ctx, case.task.id, RequestKind::Return, refused.reason)
    };
    store::insert_request(tx, &again).await?;
    case.requests.push(again);
    let words = say!("复核认为应同意退回，请裁定改派给哪个单位").then(Join::Close, note);
    case.finish(tx, ctx, step("granted", words, asked)).await
}

/// Done after all: a closing that was refused counts as granted, and is not counted as sent back; a check that failed counts as
/// passed.
async fn closed_after_all(
    tx: &mut Tx,
    ctx: &Ctx,
    mut case: Case,
    asked: &RequestRow,
    refused: Option<&RequestRow>,
    note: Words,
) -> Outcome<()> {
    if case.task.state != TaskState::Active || case.undone_below() > 0 {
        return Err(Refusal::conflict("not_now", "任务已有变化，不能按复核结果直接办结。"));
    }
    case.require_ended_parts()?;
    let (id, now): (TaskId, _) = (case.task.id, ctx.now());
    if case.has_reports() {
        store::accept_open_reports(tx, id, ctx.actor.person, now).await?;
    }
    case.task.closed_at = match refused {
        Some(_) => {
            let row = ClosureRow { asked_by: Some(asked.person_id), granted_by: Some(ctx.actor.person), progress: case.task.progress };
            store::insert_closure(tx, ClosureId::new(&ctx.rng, now), id, now, row).await?;
            Some(now)
        }
        // It was done when it was closed, not when the check was looked at again.
        None => Some(store::redo_closure(tx, id).await?.unwrap_or(now)),
    };
    case.task.progress = Share::WHOLE;
    case.task.claimed = Share::WHOLE;
    store::withdraw_open_requests(tx, id, now, true).await?;
    case.requests.clear();
    store::finish_parties(tx, id).await?;
    if refused.is_some() {
        case.task.state = TaskState::Closed;
        case.task.sent_back = (case.task.sent_back - 1).max(0);
        let words = say!("经复核同意办结").then(Join::Close, note);
        case.finish(tx, ctx, step("closed", words, asked)).await?;
        return close::settle_unchecked(tx, ctx, id).await;
    }
    case.task.state = TaskState::Settled;
    case.task.settled_at = Some(now);
    let words = say!("经复核核查通过，销号").then(Join::Close, note);
    case.finish(tx, ctx, step("settled", words, asked)).await
}
