//! Orders as those who may see them are shown them.

use std::collections::HashMap;

use db::Tx;

use super::{
    answer, issue,
    model::{Order, OrderId, OrderRef, OrderTask, OrderTurn},
    state,
    store::{self, OrderRow, TurnRow, Wanted},
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    files, notify,
    org::{self, PersonId, PersonRef, UnitRef},
    tasks::{self, Case, PartyState, TaskId},
};

/// One order the actor sees.
pub(super) async fn find(tx: &mut Tx, ctx: &Ctx, id: OrderId) -> Outcome<Order> {
    let row = row(tx, ctx, id).await?;
    describe(tx, ctx, vec![row]).await?.into_iter().next().ok_or(Refusal::NotFound)
}

pub(super) async fn row(tx: &mut Tx, ctx: &Ctx, id: OrderId) -> Outcome<OrderRow> {
    store::find(tx, &ctx.actor.scope, id).await?.ok_or(Refusal::NotFound)
}

/// A page of orders the actor sees, the latest first; one more than `limit` where there are more.
pub(super) async fn list(tx: &mut Tx, ctx: &Ctx, wanted: &Wanted, limit: i64) -> Outcome<Vec<Order>> {
    let rows = store::list(tx, &ctx.actor.scope, wanted, limit + 1).await?;
    describe(tx, ctx, rows).await
}

/// Orders that the actor owes an answer.
pub async fn owed_answers(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<Order>> {
    let rows = store::owed(tx, &ctx.actor.scope, ctx.actor.person, ctx.actor.stands_for.iter().copied()).await?;
    describe(tx, ctx, rows).await
}

/// Answers to the actor's own orders that they have not judged yet.
pub async fn orders_to_decide(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<Order>> {
    let rows = store::undecided(tx, &ctx.actor.scope).await?;
    describe(tx, ctx, rows).await
}

/// A task's orders, and the units that may be addressed now when the actor may issue any.
pub(super) async fn of_task(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<(Vec<Order>, Vec<UnitRef>)> {
    let case = Case::look(tx, ctx, task).await?;
    let orders = list(tx, ctx, &Wanted { task: Some(task), ..Wanted::default() }, 100).await?;
    let mut units: Vec<UnitRef> = Vec::new();
    if issue::issues(&ctx.actor) && case.task.state.is_open() {
        let mut parties: Vec<_> = case.parties.iter().filter(|party| party.role.works() && party.state != PartyState::Done).collect();
        parties.sort_by_key(|party| !party.role.leads());
        for party in parties {
            if units.iter().all(|unit| unit.id != party.unit_id) && store::open_of(tx, task, party.unit_id).await?.is_none() {
                units.push(UnitRef { id: party.unit_id, name: party.unit_name.clone(), short_name: party.unit_short.clone() });
            }
        }
    }
    Ok((orders, units))
}

async fn describe(tx: &mut Tx, ctx: &Ctx, rows: Vec<OrderRow>) -> Outcome<Vec<Order>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    let who = &ctx.actor;
    let listed = store::tasks(tx, &ids).await?;
    let names: HashMap<TaskId, (Option<String>, String)> =
        tasks::names_of(tx, ctx, &listed.iter().map(|(_, task)| *task).collect::<Vec<_>>())
            .await?
            .into_iter()
            .map(|(id, number, title)| (id, (number, title)))
            .collect();
    let turns = store::turns(tx, &ids).await?;
    let handlers = store::handlers(tx, &ids).await?;
    let earlier: Vec<OrderId> = rows.iter().filter_map(|row| row.follows_id).chain(ids.iter().copied()).collect();
    let around = store::around(tx, &earlier).await?;
    let named = |id: OrderId| around.iter().find(|row| row.0 == id).map(|(id, number, level, _)| reference(*id, number, *level));
    let after = |id: OrderId| around.iter().find(|row| row.3 == Some(id)).map(|(id, number, level, _)| reference(*id, number, *level));
    let people: Vec<PersonId> = rows.iter().map(|row| row.issued_by).chain(turns.iter().map(|turn| turn.person_id)).collect();
    let people: HashMap<PersonId, PersonRef> = org::person_refs(tx, people).await?.into_iter().map(|one| (one.id, one)).collect();
    let person = |id: PersonId| people.get(&id).cloned().unwrap_or(PersonRef { id, name: String::new() });
    let mut files = files::of_owners(tx, &turns.iter().map(|turn| turn.id.0).collect::<Vec<_>>()).await?;
    let mut later: HashMap<OrderId, Vec<OrderTurn>> = HashMap::new();
    for TurnRow { id, order_id, kind, person_id, at, text, due_day } in turns {
        let files = files.remove(&id.0).unwrap_or_default();
        later.entry(order_id).or_default().push(OrderTurn { id, kind, by: person(person_id), at, text, due_day, files });
    }
    let told: Vec<_> = rows.iter().filter(|row| issue::issues(who) || who.acts_as(row.issued_by)).map(|row| row.id.0).collect();
    let mut readers = notify::readers(tx, &told, "task.ordered").await?;
    let today = ctx.today();
    let order = |row: OrderRow| {
        let own: Vec<PersonId> = handlers.iter().filter(|(id, _)| *id == row.id).map(|(_, person)| *person).collect();
        let tasks = listed.iter().filter(|(id, _)| *id == row.id);
        let speaks = answer::speaks_for(&row, who);
        let next = if issue::issues(who) { state::following(row.level, row.state, row.due_day, today).ok() } else { None };
        Order {
            task_count: i64::try_from(tasks.clone().count()).unwrap_or(0),
            tasks: tasks
                .filter_map(|(_, task)| {
                    let (number, title) = names.get(task)?.clone();
                    Some(OrderTask { id: *task, number, title })
                })
                .collect(),
            unit: UnitRef { id: row.unit_id, name: row.unit_name.clone(), short_name: row.unit_short.clone() },
            issuer_unit: UnitRef { id: row.issuer_unit_id, name: row.issuer_name.clone(), short_name: row.issuer_short.clone() },
            by: person(row.issued_by),
            overdue: state::is_overdue(row.state, row.due_day, today),
            turns: later.remove(&row.id).unwrap_or_default(),
            follows: row.follows_id.and_then(named),
            followed_by: after(row.id),
            readers: told.contains(&row.id.0).then(|| readers.remove(&row.id.0).unwrap_or_default()),
            may_answer: answer::may_answer(&row, &own, who),
            may_decide: speaks
                && row.state == super::model::OrderState::Answered
                && !row.answered_by.is_some_and(|by| ctx.actor.acts_as(by)),
            may_withdraw: speaks && !row.state.is_ended(),
            next_due_day: next.map(|level| issue::usual_day(ctx, level)),
            next_level: next,
            id: row.id,
            number: row.number,
            level: row.level,
            state: row.state,
            at: row.issued_at,
            demand: row.demand,
            first_due_day: row.first_due_day,
            due_day: row.due_day,
            version: row.version,
        }
    };
    Ok(rows.into_iter().map(order).collect())
}

fn reference(id: OrderId, number: &str, level: super::model::OrderLevel) -> OrderRef {
    OrderRef { id, number: number.to_owned(), level }
}
