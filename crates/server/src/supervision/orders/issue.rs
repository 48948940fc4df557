//! Issuing an order, and the sharper one that follows it.

use std::collections::BTreeSet;

use db::Tx;
use kit::{Day, uuid::Uuid};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    model::{OrderId, OrderLevel, OrderState},
    rules::OrderRules,
    state,
    store::{self, OrderRow},
};
use crate::{
    access::{self, Principal, Role},
    app::{Ctx, Fields, Outcome, Refusal},
    org::{self, UnitId, UnitRef},
    tasks::{self, Case, Step, TaskId},
};

/// Tasks of one order.
pub(super) const MOST: usize = 50;

/// An order to be issued.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderInput {
    /// About which tasks, at most 50.
    task_ids: Vec<TaskId>,
    /// To which unit that takes part in all of them; the leading one when missing.
    unit_id: Option<UnitId>,
    /// What is demanded, at most 2,000 characters.
    demand: String,
    /// By when it is to be answered, a working day; as the rules say when missing.
    due_day: Option<Day>,
}

/// The sharper order after one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FollowingInput {
    /// What is demanded, at most 2,000 characters; what was demanded before when missing.
    demand: Option<String>,
    /// By when it is to be answered, a working day; as the rules say when missing.
    due_day: Option<Day>,
    /// The version of the order that was looked at.
    version: i64,
}

/// Whether somebody may issue orders at all.
pub(super) fn issues(who: &Principal) -> bool {
    who.is(Role::Leader) || who.is(Role::Centre)
}

/// Issues a blue order.
pub(super) async fn issue(tx: &mut Tx, ctx: &Ctx, input: &OrderInput) -> Outcome<OrderId> {
    let mut fields = Fields::default();
    let demand = fields.text("demand", &input.demand, 2000);
    let due = due_day(ctx, OrderLevel::Blue, input.due_day, &mut fields);
    let ids: BTreeSet<TaskId> = input.task_ids.iter().copied().collect();
    if ids.is_empty() {
        fields.add("task_ids", "请选择任务");
    }
    if ids.len() > MOST {
        fields.add("task_ids", say!("一份督办单最多列 {MOST} 项任务"));
    }
    fields.finish()?;
    let cases = take(tx, ctx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let unit = match input.unit_id {
        Some(unit) => unit,
        None => leading(&cases)?,
    };
    for case in &cases {
        fits(tx, case, unit).await?;
    }
    let new = New { level: OrderLevel::Blue, unit, demand: &demand, due, follows: None, bulk: None };
    write(tx, ctx, &new, &cases).await
}

/// Issues a blue order about one task to whoever leads it, to be answered by the usual day; for programs.
pub async fn issue_order(tx: &mut Tx, ctx: &Ctx, task: TaskId, demand: &str) -> Outcome<OrderId> {
    issue(tx, ctx, &OrderInput { task_ids: vec![task], unit_id: None, demand: demand.to_owned(), due_day: None }).await
}

/// Issues the order that follows one which expired without an answer, one level sharper.
pub(super) async fn follow(tx: &mut Tx, ctx: &Ctx, id: OrderId, input: &FollowingInput) -> Outcome<OrderId> {
    let (mut row, _) = in_hand(tx, ctx, id).await?;
    if !issues(&ctx.actor) {
        return Err(Refusal::forbidden("只有管委领导和政务运营中心可以签发督办单。"));
    }
    if row.version != input.version {
        return Err(Refusal::Stale);
    }
    let level = state::following(row.level, row.state, row.due_day, ctx.today()).map_err(|words| Refusal::conflict("not_now", words))?;
    let mut fields = Fields::default();
    let demand = fields.text("demand", input.demand.as_deref().unwrap_or(&row.demand), 2000);
    let due = due_day(ctx, level, input.due_day, &mut fields);
    fields.finish()?;
    row.state = OrderState::Followed;
    row.ended_at = Some(ctx.now());
    row.ended_by = Some(ctx.actor.person);
    store::save(tx, &mut row).await?;
    let ids: Vec<TaskId> = store::tasks(tx, &[id]).await?.into_iter().map(|(_, task)| task).collect();
    // What was done meanwhile, or is another unit's by now, need not be pressed for any more.
    let mut cases = all(tx, ctx, &ids).await?;
    cases.retain(|case| case.task.state.is_open() && works(case, row.unit_id));
    if cases.is_empty() {
        return Err(Refusal::conflict("not_now", "所列任务都已不在办理中，不需要升级。"));
    }
    let new = New { level, unit: row.unit_id, demand: &demand, due, follows: Some(id), bulk: None };
    write(tx, ctx, &new, &cases).await
}

/// Puts a task into the order to each of its leading units that an action on many tasks issues: one order a unit, however many tasks.
pub async fn issue_in_bulk(tx: &mut Tx, ctx: &Ctx, bulk: Uuid, task: TaskId, demand: &str, due: Option<Day>) -> Outcome<()> {
    if !issues(&ctx.actor) {
        return Err(Refusal::forbidden("只有管委领导和政务运营中心可以签发督办单。"));
    }
    let mut fields = Fields::default();
    let demand = fields.text("text", demand, 2000);
    let due = due_day(ctx, OrderLevel::Blue, due, &mut fields);
    fields.finish()?;
    let cases = take(tx, ctx, &[task]).await?;
    let units: BTreeSet<UnitId> =
        cases.iter().flat_map(|case| &case.parties).filter(|party| party.role.leads()).map(|party| party.unit_id).collect();
    if units.is_empty() {
        return Err(Refusal::conflict("not_now", "任务没有牵头单位，不能列入督办单。"));
    }
    for unit in units {
        for case in &cases {
            fits(tx, case, unit).await?;
        }
        match store::of_bulk(tx, bulk, unit).await? {
            Some((order, n)) if usize::try_from(n).is_ok_and(|n| n < MOST) => {
                let row = store::find(tx, &ctx.actor.scope, order).await?.ok_or(Refusal::NotFound)?;
                for case in &cases {
                    list(tx, ctx, &row, case).await?;
                }
            }
            _ => {
                let new = New { level: OrderLevel::Blue, unit, demand: &demand, due, follows: None, bulk: Some(bulk) };
                write(tx, ctx, &new, &cases).await?;
            }
        }
    }
    Ok(())
}

struct New<'a> {
    level: OrderLevel,
    unit: UnitId,
    demand: &'a str,
    due: Day,
    follows: Option<OrderId>,
    bulk: Option<Uuid>,
}

async fn write(tx: &mut Tx, ctx: &Ctx, new: &New<'_>, cases: &[Case]) -> Outcome<OrderId> {
    let issuer = issuer_of(tx, ctx).await?;
    let unit = org::unit_refs(tx, [new.unit]).await?.into_iter().next().ok_or(Refusal::NotFound)?;
    let pattern = &ctx.rules.get::<OrderRules>().numbering;
    let series = format!("order:{}", issuer.id);
    let mut number = tasks::next_number(tx, &series, pattern, ctx.today(), &issuer.short_name).await?;
    // In use only where the pattern was changed to and fro.
    while store::is_taken(tx, issuer.id, &number).await? {
        number = tasks::next_number(tx, &series, pattern, ctx.today(), &issuer.short_name).await?;
    }
    let row = OrderRow {
        id: OrderId::new(&ctx.rng, ctx.now()),
        number,
        level: new.level,
        state: OrderState::Issued,
        unit_id: unit.id,
        unit_name: unit.name,
        unit_short: unit.short_name,
        issuer_unit_id: issuer.id,
        issuer_name: issuer.name,
        issuer_short: issuer.short_name,
        issued_by: ctx.actor.person,
        issued_at: ctx.now(),
        demand: new.demand.to_owned(),
        first_due_day: new.due,
        due_day: new.due,
        answered_at: None,
        answered_by: None,
        ended_at: None,
        ended_by: None,
        follows_id: new.follows,
        bulk_id: new.bulk,
        version: 1,
    };
    store::insert(tx, &row).await?;
    for case in cases {
        list(tx, ctx, &row, case).await?;
    }
    Ok(row.id)
}

/// Lists a task in an order. What is demanded stands in the order alone: who sees one of its tasks need not see the others.
async fn list(tx: &mut Tx, ctx: &Ctx, row: &OrderRow, case: &Case) -> Outcome<()> {
    store::add_task(tx, row.id, row.unit_id, case.task.id).await?;
    let (unit, number, level, due) = (row.unit_name.as_str(), row.number.as_str(), row.level.words(), row.due_day);
    let words = say!("向{unit}发出{level}督办单{number}（{due}前反馈）");
    let data = json!({ "order": row.id, "number": row.number, "level": row.level, "unit": row.unit_id, "due_day": due, "follows": row.follows_id });
    tasks::note(tx, ctx, &case.task, Step::new("ordered", words, data).about(row.id.0)).await
}

/// In whose name the actor issues: that of their unit, the committee's where they are in none.
async fn issuer_of(tx: &mut Tx, ctx: &Ctx) -> Outcome<UnitRef> {
    let unit = match ctx.actor.unit {
        Some(unit) => unit,
        None => org::roots(tx).await?.first().copied().ok_or_else(|| Refusal::internal("no unit at all"))?,
    };
    org::unit_refs(tx, [unit]).await?.into_iter().next().ok_or(Refusal::NotFound)
}

/// An order that the actor sees, with its tasks in hand: whoever changes it or one of them waits.
pub(super) async fn in_hand(tx: &mut Tx, ctx: &Ctx, id: OrderId) -> Outcome<(OrderRow, Vec<Case>)> {
    let scope = &ctx.actor.scope;
    store::find(tx, scope, id).await?.ok_or(Refusal::NotFound)?;
    let ids: Vec<TaskId> = store::tasks(tx, &[id]).await?.into_iter().map(|(_, task)| task).collect();
    let cases = all(tx, ctx, &ids).await?;
    Ok((store::find(tx, scope, id).await?.ok_or(Refusal::NotFound)?, cases))
}

/// An order's tasks, also such as the actor sees no more.
async fn all(tx: &mut Tx, ctx: &Ctx, ids: &[TaskId]) -> Outcome<Vec<Case>> {
    take(tx, &ctx.acting(access::system_principal()), ids).await
}

async fn take(tx: &mut Tx, ctx: &Ctx, ids: &[TaskId]) -> Outcome<Vec<Case>> {
    let found = store::by_tree(tx, ids).await?;
    if found.len() != ids.len() {
        return Err(Refusal::NotFound);
    }
    let mut cases = Vec::new();
    for id in found {
        cases.push(Case::open(tx, ctx, id, None).await?);
    }
    Ok(cases)
}

/// The unit that leads all of them.
fn leading(cases: &[Case]) -> Outcome<UnitId> {
    let of =
        |case: &Case| -> BTreeSet<UnitId> { case.parties.iter().filter(|party| party.role.leads()).map(|party| party.unit_id).collect() };
    let mut all = cases.iter().map(of);
    let first = all.next().unwrap_or_default();
    let common = all.fold(first, |common, units| common.intersection(&units).copied().collect());
    let mut common = common.into_iter();
    match (common.next(), common.next()) {
        (Some(unit), None) => Ok(unit),
        _ => Err(Refusal::field("unit_id", "请选择督办对象")),
    }
}

fn works(case: &Case, unit: UnitId) -> bool {
    case.parties.iter().any(|party| party.unit_id == unit && party.role.works())
}

/// Refuses a task that cannot stand in an order to the unit.
async fn fits(tx: &mut Tx, case: &Case, unit: UnitId) -> Outcome<()> {
    let title = case.task.title.as_str();
    if !case.task.state.is_open() {
        return Err(Refusal::conflict("not_now", say!("“{title}”现为“{state}”，不需要督办。", state = case.task.state.words())));
    }
    if !works(case, unit) {
        return Err(Refusal::field("unit_id", say!("督办对象不是“{title}”的责任单位")));
    }
    if let Some(number) = store::open_of(tx, case.task.id, unit).await? {
        return Err(Refusal::conflict("ordered", say!("“{title}”已在督办单{number}中，尚未结束，不重复督办。")));
    }
    Ok(())
}

/// By when an order is to be answered: as the rules say where no day is named.
pub(super) fn due_day(ctx: &Ctx, level: OrderLevel, wanted: Option<Day>, fields: &mut Fields) -> Day {
    let today = ctx.today();
    let Some(due) = wanted else { return usual_day(ctx, level) };
    if due < today {
        fields.add("due_day", "不能早于今天");
    } else if due > today.plus_days(90) {
        fields.add("due_day", "不能晚于 90 天后");
    } else if !ctx.calendar.is_workday(due.date()) {
        fields.add("due_day", "不是工作日，请另选一天");
    }
    due
}

/// By when an order issued today is to be answered where nothing is said.
pub(super) fn usual_day(ctx: &Ctx, level: OrderLevel) -> Day {
    let today = ctx.today();
    Day::new(ctx.calendar.add_workdays(today.date(), ctx.rules.get::<OrderRules>().days(level))).unwrap_or(today)
}
