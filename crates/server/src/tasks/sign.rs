//! Taking a task on: signing, naming a handler, returning it, and the ruling on a return.

use db::Tx;
use kit::{Day, Moment};
use serde_json::json;
use utoipa::ToSchema;
use wording::{Join, Words, say};

use super::{
    case::{Case, Step},
    draft, due,
    model::{PartyId, PartyRow, PartyState, RequestId, RequestKind, RequestRow, RequestState, TaskId, TaskState},
    policy::{self, Action},
    requests::agree,
    store,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    audit,
    org::{self, PersonId, UnitId},
};

/// Signs for every party the actor acts for; with a handler, names one for their unit's part at once.
pub async fn sign(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: Option<i64>, handler: Option<PersonId>) -> Outcome<()> {
    let mut case = Case::open(tx, ctx, id, version).await?;
    case.require(ctx, Action::Sign)?;
    let (now, me) = (ctx.now(), ctx.actor.person);
    let mut names = Vec::new();
    for party in case.mine(ctx).filter(|party| party.role.works() && party.state == PartyState::Unsigned) {
        if let Some(handler) = handler {
            check_handler(tx, ctx, party, handler).await?;
            party.person_id = Some(handler);
        }
        party.state = PartyState::Signed;
        party.signed_at = Some(now);
        party.signed_by = Some(me);
        store::save_party(tx, party).await?;
        names.push(Words::raw(&*party.unit_name));
    }
    begin_if_all_signed(&mut case);
    let named = match handler {
        Some(handler) => org::person_refs(tx, [handler]).await?.pop(),
        None => None,
    };
    let units = Words::join(Join::Things, names);
    let words = match named {
        Some(person) => say!("{units}签收，由{person}经办", person = person.name),
        None => say!("{units}签收"),
    };
    case.finish(tx, ctx, Step::new("signed", words, json!({ "handler": handler }))).await
}

/// All leads have signed: the task is active.
pub(super) fn begin_if_all_signed(case: &mut Case) {
    let waiting = case.parties.iter().any(|p| p.role.leads() && !matches!(p.state, PartyState::Signed | PartyState::Done));
    if case.task.state == TaskState::Dispatched && !waiting {
        case.task.state = TaskState::Active;
    }
}

async fn check_handler(tx: &mut Tx, ctx: &Ctx, party: &PartyRow, person: PersonId) -> Outcome<()> {
    if !org::works_in(tx, person, party.unit_id, ctx.today()).await? {
        return Err(Refusal::field("person_id", say!("此人不在“{unit}”", unit = party.unit_name)));
    }
    Ok(())
}

/// Names the handler of a unit's part; both appear in the history.
pub async fn assign(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64, party: PartyId, person: PersonId) -> Outcome<()> {
    let mut case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Assign)?;
    let Some(row) = case.parties.iter_mut().find(|row| row.id == party && ctx.actor.acts_for(row.unit_id)) else {
        return Err(Refusal::NotFound);
    };
    check_handler(tx, ctx, row, person).await?;
    let name = org::person_refs(tx, [person]).await?.into_iter().next().map(|p| p.name).unwrap_or_default();
    let before = row.person_name.clone();
    row.person_id = Some(person);
    store::save_party(tx, row).await?;
    let unit = &row.unit_name;
    let words = match before {
        Some(before) if before != name => say!("{unit}的经办人由{before}改为{name}"),
        _ => say!("{unit}指定{name}经办"),
    };
    let data = json!({ "party": party, "person": person });
    case.finish(tx, ctx, Step::new("assigned", words, data).about(person.0)).await
}

/// Returns a task that is not the unit's: in time, once, with a reason. The party's clock stops until there is a ruling.
pub async fn give_back(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TaskId,
    version: i64,
    party: PartyId,
    reason: &str,
    proposed: Option<UnitId>,
) -> Outcome<()> {
    let mut case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Return)?;
    let mut fields = Fields::default();
    let reason = fields.text("reason", reason, 2000);
    if let Some(unit) = proposed
        && org::active_units(tx, [unit]).await?.is_empty()
    {
        fields.add("proposed_unit_id", "单位不存在或已停用");
    }
    fields.finish()?;
    let row = case.parties.iter().find(|row| row.id == party && policy::is_doer(row, &ctx.actor)).ok_or(Refusal::NotFound)?;
    if !case.may_return(ctx, row) {
        return Err(Refusal::conflict("not_now", "这一方已不能退回。"));
    }
    let Some(row) = case.parties.iter_mut().find(|row| row.id == party) else { return Err(Refusal::NotFound) };
    row.state = PartyState::Disputed;
    row.returned += 1;
    store::save_party(tx, row).await?;
    let unit_name = row.unit_name.clone();
    let request =
        RequestRow { party_id: Some(party), proposed_unit_id: proposed, ..RequestRow::new(ctx, id, RequestKind::Return, reason.clone()) };
    store::insert_request(tx, &request).await?;
    let (id, words) = (request.id, say!("{unit_name}申请退回：{reason}"));
    let data = json!({ "party": party, "proposed_unit": proposed });
    case.requests.push(request);
    case.finish(tx, ctx, Step::new("returned", words, data).about(id.0)).await
}

/// The clock stood still while it was not decided whose task it is: the due day moves by as many working days, as far as the
/// task above allows. The original due day stays.
async fn give_time_back(tx: &mut Tx, ctx: &Ctx, case: &mut Case, stopped: i64) -> Outcome<Option<Day>> {
    let Some(due) = case.task.due_day.filter(|_| stopped > 0) else { return Ok(None) };
    let mut later = Day::new(ctx.calendar.add_workdays(due.date(), stopped)).unwrap_or(due);
    if let Some(parent) = case.task.parent_id
        && let Some(limit) = store::find(tx, parent).await?.and_then(|task| task.due_day)
    {
        later = later.min(limit);
    }
    if later <= due {
        return Ok(None);
    }
    due::decide(&mut case.task, later, say!("裁定用了 {stopped} 个工作日，期限由{due}顺延至{later}"))?;
    draft::plan_dues(tx, ctx, &case.task, due).await?;
    Ok(Some(later))
}

/// Working days since this moment on which the task stood still: its days have moved by them already.
async fn stood_since(tx: &mut Tx, ctx: &Ctx, case: &Case, at: Moment) -> Outcome<i64> {
    if case.task.stood_days == 0 {
        return Ok(0);
    }
    let (mut days, mut since) = (0, None);
    for event in audit::whole_of_task(tx, case.task.id.0).await? {
        match event.action.as_str() {
            "suspended" => since = Some(event.at.max(at)),
            "resumed" => {
                if let Some(since) = since.take().filter(|since| *since < event.at) {
                    days += ctx.calendar.workdays_between(since.day().date(), event.at.day().date());
                }
            }
            _ => {}
        }
    }
    Ok(days)
}

/// How a return is ruled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// Another unit takes it.
    Reassign,
    /// It stays: signed by ruling.
    Uphold,
}

/// Rules on a return.
pub async fn rule(tx: &mut Tx, ctx: &Ctx, request: RequestId, ruling: Ruling, unit: Option<UnitId>, reason: &str) -> Outcome<TaskId> {
    let asked = store::request(tx, request).await?.filter(|r| r.kind == RequestKind::Return).ok_or(Refusal::NotFound)?;
    let mut case = Case::open(tx, ctx, asked.task_id, None).await?;
    let Some(open) = case.requests.iter().position(|r| r.id == request) else {
        return Err(Refusal::conflict("decided", "这项申请已经处理。"));
    };
    case.require(ctx, Action::Rule)?;
    let mut fields = Fields::default();
    let reason = fields.text("reason", reason, 2000);
    let Some(party) = asked.party_id else { return Err(Refusal::internal("a return without a party")) };
    let new_unit = match (ruling, unit) {
        (Ruling::Uphold, _) => None,
        (Ruling::Reassign, Some(unit)) => {
            let known = org::active_units(tx, [unit]).await?.into_iter().next();
            if known.is_none() {
                fields.add("unit_id", "单位不存在或已停用");
            } else if !draft::may_task(ctx, unit) {
                fields.add("unit_id", "不在您的管理范围内，请改派给您管理范围内的单位，或裁定仍由原单位办理");
            } else if store::has_party(tx, asked.task_id, unit, party).await? {
                fields.add("unit_id", "该单位已是这项任务的责任方");
            }
            known
        }
        (Ruling::Reassign, None) => {
            fields.add("unit_id", "请选择改派的单位");
            None
        }
    };
    fields.finish()?;
    if let Some(unit) = &new_unit
        && case.requests.get(open).is_some_and(|held| case.passes_on(ctx, held))
    {
        store::propose_unit(tx, request, unit.id).await?;
        let words = say!("同意退回，拟改派给{unit}，报上级审批：{reason}", unit = &unit.name);
        agree(tx, ctx, case, request, Some(&reason), words).await?;
        return Ok(asked.task_id);
    }
    let stopped = ctx.calendar.workdays_between(asked.at.day().date(), ctx.today().date()) - stood_since(tx, ctx, &case, asked.at).await?;
    let Some(row) = case.parties.iter_mut().find(|row| row.id == party) else { return Err(Refusal::NotFound) };
    let leads = row.role.leads();
    let (state, mut words) = match new_unit {
        Some(unit) => {
            let words = say!("裁定由{from}改派给{to}：{reason}", from = row.unit_name, to = unit.name);
            if leads {
                // A return that was looked at again may come when something has been set below.
                store::hand_over_children(tx, asked.task_id, row.unit_id, unit.id).await?;
            }
            row.unit_id = unit.id;
            row.unit_name = unit.name;
            row.person_id = None;
            row.state = PartyState::Unsigned;
            row.returned = 0;
            row.signed_at = None;
            row.signed_by = None;
            row.assigned_at = Some(ctx.now());
            (RequestState::Granted, words)
        }
        None => {
            row.state = PartyState::Signed;
            row.signed_at = Some(ctx.now());
            row.signed_by = Some(ctx.actor.person);
            (RequestState::Refused, say!("裁定仍由{unit}办理，视为签收：{reason}", unit = row.unit_name))
        }
    };
    store::save_party(tx, row).await?;
    store::decide_request(tx, request, state, ctx.actor.person, ctx.now(), Some(&reason)).await?;
    case.requests.remove(open);
    begin_if_all_signed(&mut case);
    let later = if leads { give_time_back(tx, ctx, &mut case, stopped).await? } else { None };
    if let Some(day) = later {
        words = words.then(Join::Clauses, say!("裁定用了 {stopped} 个工作日，期限顺延至 {day}"));
    }
    let data = json!({ "request": request, "party": party, "unit": unit, "due_day": later });
    case.finish(tx, ctx, Step::new("ruled", words, data).about(party.0)).await?;
    Ok(asked.task_id)
}
