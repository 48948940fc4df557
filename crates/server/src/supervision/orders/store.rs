//! All SQL of supervision orders.

use db::{Result, Sql, Tx, execute, run};
use kit::{Day, Moment, uuid::Uuid};

use super::model::{OrderId, OrderLevel, OrderState, OrderTurnId, OrderTurnKind};
use crate::{
    access::Scope,
    app::Text,
    org::{PersonId, UnitId},
    tasks::TaskId,
};

/// An order with the names that go with it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct OrderRow {
    pub(super) id: OrderId,
    pub(super) number: String,
    pub(super) level: OrderLevel,
    pub(super) state: OrderState,
    pub(super) unit_id: UnitId,
    pub(super) unit_name: String,
    pub(super) unit_short: String,
    pub(super) issuer_unit_id: UnitId,
    pub(super) issuer_name: String,
    pub(super) issuer_short: String,
    pub(super) issued_by: PersonId,
    pub(super) issued_at: Moment,
    pub(super) demand: String,
    pub(super) first_due_day: Day,
    pub(super) due_day: Day,
    pub(super) answered_at: Option<Moment>,
    pub(super) answered_by: Option<PersonId>,
    pub(super) ended_at: Option<Moment>,
    pub(super) ended_by: Option<PersonId>,
    pub(super) follows_id: Option<OrderId>,
    pub(super) bulk_id: Option<Uuid>,
    pub(super) version: i64,
}

const SELECT: &str = "select o.id, o.number, o.level, o.state, o.unit_id, u.name as unit_name, u.short_name as unit_short, o.issuer_unit_id, \
       i.name as issuer_name, i.short_name as issuer_short, o.issued_by, o.issued_at, o.demand, o.first_due_day, o.due_day, \
       o.answered_at, o.answered_by, o.ended_at, o.ended_by, o.follows_id, o.bulk_id, o.version \
     from supervision_order o join unit u on u.id = o.unit_id join unit i on i.id = o.issuer_unit_id where ";

/// The condition that the order `o` is seen: by the units addressed and issuing and whoever is in charge of them, by who issued it, by who
/// handles one of its tasks for the addressed unit, and by whoever sees every task it is about.
fn seen(sql: &mut Sql, scope: &Scope) {
    if scope.sees_everything() {
        sql.push(" true");
        return;
    }
    sql.push(" (o.issued_by");
    scope.is_person(sql);
    sql.push(" or ");
    handles(sql, scope);
    let units = || scope.units().iter().map(|unit| unit.0);
    sql.push(" or o.unit_id in ").bind_list(units());
    sql.push(" or o.issuer_unit_id in ").bind_list(units());
    sql.push(" or not exists (select 1 from order_task h join task t on t.id = h.task_id where h.order_id = o.id and not (");
    scope.tasks(sql);
    sql.push(")))");
}

/// The condition that a person handles one of the order's tasks for the addressed unit.
fn handles(sql: &mut Sql, scope: &Scope) {
    sql.push(
        " exists (select 1 from order_task h join party p on p.task_id = h.task_id and p.unit_id = o.unit_id \
           where h.order_id = o.id and p.person_id",
    );
    scope.is_person(sql);
    sql.push(")");
}

/// Which orders are looked for.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) level: Option<OrderLevel>,
    pub(super) state: Option<OrderState>,
    pub(super) unit: Option<UnitId>,
    pub(super) task: Option<TaskId>,
    /// Only what has not ended, or only what has.
    pub(super) open: Option<bool>,
    /// Only what was to be answered before this day and was not.
    pub(super) overdue_on: Option<Day>,
    /// Older than this one.
    pub(super) before: Option<OrderId>,
}

/// A page of orders that are seen, the latest first.
pub(super) async fn list(tx: &mut Tx, scope: &Scope, wanted: &Wanted, limit: i64) -> Result<Vec<OrderRow>> {
    let mut sql = Sql::new(SELECT);
    seen(&mut sql, scope);
    if let Some(level) = wanted.level {
        sql.push(" and o.level = ").bind(level.word());
    }
    if let Some(state) = wanted.state {
        sql.push(" and o.state = ").bind(state.word());
    }
    if let Some(unit) = wanted.unit {
        sql.push(" and o.unit_id = ").bind(unit.0);
    }
    if let Some(task) = wanted.task {
        sql.push(" and exists (select 1 from order_task k where k.order_id = o.id and k.task_id = ").bind(task.0).push(")");
    }
    match wanted.open {
        Some(true) => {
            sql.push(" and o.ended_at is null");
        }
        Some(false) => {
            sql.push(" and o.ended_at is not null");
        }
        None => {}
    }
    if let Some(today) = wanted.overdue_on {
        sql.push(" and o.state in ('issued', 'returned') and o.due_day < ").bind(today.to_string());
    }
    if let Some(before) = wanted.before {
        sql.push(" and o.id < ").bind(before.0);
    }
    sql.push(" order by o.id desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

/// One order, where it is seen.
pub(super) async fn find(tx: &mut Tx, scope: &Scope, id: OrderId) -> Result<Option<OrderRow>> {
    let mut sql = Sql::new(SELECT);
    seen(&mut sql, scope);
    sql.push(" and o.id = ").bind(id.0);
    Ok(sql.fetch_all(tx).await?.into_iter().next())
}

/// Orders that wait for an answer of one of these units, or of whoever handles one of their tasks; what is due first on top.
pub(super) async fn owed(tx: &mut Tx, scope: &Scope, me: PersonId, units: impl IntoIterator<Item = UnitId>) -> Result<Vec<OrderRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("o.ended_at is null and o.state in ('issued', 'returned') and o.issued_by <> ").bind(me.0);
    sql.push(" and (o.unit_id in ").bind_list(units.into_iter().map(|unit| unit.0));
    sql.push(" or");
    handles(&mut sql, scope);
    sql.push(") order by o.due_day, o.id limit 200");
    sql.fetch_all(tx).await
}

/// Orders of a person, and of those they act for, whose answers they have not judged yet, what was answered first on top.
pub(super) async fn undecided(tx: &mut Tx, scope: &Scope) -> Result<Vec<OrderRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("o.ended_at is null and o.state = 'answered' and o.issued_by");
    scope.is_person(&mut sql);
    sql.push(" order by o.answered_at, o.id limit 200");
    sql.fetch_all(tx).await
}

/// Every order about a task, the oldest first.
pub(super) async fn all_of_task(tx: &mut Tx, task: TaskId) -> Result<Vec<OrderRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push("exists (select 1 from order_task k where k.order_id = o.id and k.task_id = ").bind(task.0).push(") order by o.id");
    sql.fetch_all(tx).await
}

/// The latest order to a unit that an action on many tasks has issued, and how many tasks it is about.
pub(super) async fn of_bulk(tx: &mut Tx, bulk: Uuid, unit: UnitId) -> Result<Option<(OrderId, i64)>> {
    run!(tx, |c| sqlx::query_as(
        "select o.id, (select count(*) from order_task k where k.order_id = o.id) from supervision_order o \
         where o.bulk_id = $1 and o.unit_id = $2 and o.state = 'issued' order by o.id desc limit 1"
    )
    .bind(bulk)
    .bind(unit)
    .fetch_optional(c))
}

/// Orders by id as others name them, with the one each follows.
pub(super) async fn around(tx: &mut Tx, ids: &[OrderId]) -> Result<Vec<(OrderId, String, OrderLevel, Option<OrderId>)>> {
    let mut sql = Sql::new("select id, number, level, follows_id from supervision_order where id in ");
    sql.bind_list(ids.iter().map(|id| id.0)).push(" or follows_id in ").bind_list(ids.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

pub(super) async fn insert(tx: &mut Tx, row: &OrderRow) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query(
        "insert into supervision_order (id, number, level, state, unit_id, issuer_unit_id, issued_by, issued_at, demand, first_due_day, due_day, \
           follows_id, bulk_id, version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    )
    .bind(row.id)
    .bind(row.number.as_str())
    .bind(row.level)
    .bind(row.state)
    .bind(row.unit_id)
    .bind(row.issuer_unit_id)
    .bind(row.issued_by)
    .bind(row.issued_at)
    .bind(row.demand.as_str())
    .bind(row.first_due_day)
    .bind(row.due_day)
    .bind(row.follows_id)
    .bind(row.bulk_id)
    .bind(row.version)
    .execute(c)
    })?;
    Ok(())
}

/// Whether an issuing unit has an order of this number.
pub(super) async fn is_taken(tx: &mut Tx, issuer: UnitId, number: &str) -> Result<bool> {
    let (taken,): (bool,) =
        run!(tx, |c| sqlx::query_as("select exists (select 1 from supervision_order where issuer_unit_id = $1 and number = $2)")
            .bind(issuer)
            .bind(number)
            .fetch_one(c))?;
    Ok(taken)
}

/// Saves where an order stands, as its next version; its tasks are free for others once it has ended.
pub(super) async fn save(tx: &mut Tx, row: &mut OrderRow) -> Result<()> {
    row.version += 1;
    execute!(tx, |c| {
        sqlx::query(
        "update supervision_order set state = $2, due_day = $3, answered_at = $4, answered_by = $5, ended_at = $6, ended_by = $7, version = $8 where id = $1"
    )
    .bind(row.id)
    .bind(row.state)
    .bind(row.due_day)
    .bind(row.answered_at)
    .bind(row.answered_by)
    .bind(row.ended_at)
    .bind(row.ended_by)
    .bind(row.version)
    .execute(c)
    })?;
    if row.ended_at.is_some() {
        execute!(tx, |c| sqlx::query("update order_task set ended_at = $2 where order_id = $1")
            .bind(row.id)
            .bind(row.ended_at)
            .execute(c))?;
    }
    Ok(())
}

pub(super) async fn add_task(tx: &mut Tx, order: OrderId, unit: UnitId, task: TaskId) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into order_task (order_id, position, task_id, unit_id) \
         values ($1, (select count(*) + 1 from order_task where order_id = $1), $2, $3)"
    )
    .bind(order)
    .bind(task)
    .bind(unit)
    .execute(c))?;
    Ok(())
}

/// The tasks of orders, each in its place.
pub(super) async fn tasks(tx: &mut Tx, orders: &[OrderId]) -> Result<Vec<(OrderId, TaskId)>> {
    let mut sql = Sql::new("select order_id, task_id from order_task where order_id in ");
    sql.bind_list(orders.iter().map(|id| id.0)).push(" order by order_id, position");
    sql.fetch_all(tx).await
}

/// Tasks in the order of their trees, in which whoever takes several in hand takes them: two who do so do not wait for each other.
pub(super) async fn by_tree(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<TaskId>> {
    let mut sql = Sql::new("select id from task where id in ");
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" order by root_id, id");
    Ok(sql.fetch_all::<(TaskId,)>(tx).await?.into_iter().map(|(id,)| id).collect())
}

/// The number of the order to a unit that a task stands in and that has not ended.
pub(super) async fn open_of(tx: &mut Tx, task: TaskId, unit: UnitId) -> Result<Option<String>> {
    let row: Option<(String,)> = run!(tx, |c| {
        sqlx::query_as(
        "select o.number from order_task k join supervision_order o on o.id = k.order_id where k.task_id = $1 and k.unit_id = $2 and k.ended_at is null"
    )
    .bind(task)
    .bind(unit)
    .fetch_optional(c)
    })?;
    Ok(row.map(|(number,)| number))
}

/// Who handles the tasks of orders for the addressed unit.
pub(super) async fn handlers(tx: &mut Tx, orders: &[OrderId]) -> Result<Vec<(OrderId, PersonId)>> {
    let mut sql = Sql::new(
        "select distinct k.order_id, p.person_id from order_task k join party p on p.task_id = k.task_id and p.unit_id = k.unit_id \
         where p.person_id is not null and k.order_id in ",
    );
    sql.bind_list(orders.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// A turn as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct TurnRow {
    pub(super) id: OrderTurnId,
    pub(super) order_id: OrderId,
    pub(super) kind: OrderTurnKind,
    pub(super) person_id: PersonId,
    pub(super) at: Moment,
    pub(super) text: String,
    pub(super) due_day: Option<Day>,
}

pub(super) async fn insert_turn(tx: &mut Tx, turn: &TurnRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into order_turn (id, order_id, kind, person_id, at, text, due_day) values ($1, $2, $3, $4, $5, $6, $7)"
    )
    .bind(turn.id)
    .bind(turn.order_id)
    .bind(turn.kind)
    .bind(turn.person_id)
    .bind(turn.at)
    .bind(turn.text.as_str())
    .bind(turn.due_day)
    .execute(c))?;
    Ok(())
}

/// The turns of these orders, each in its order.
pub(super) async fn turns(tx: &mut Tx, orders: &[OrderId]) -> Result<Vec<TurnRow>> {
    let mut sql = Sql::new("select id, order_id, kind, person_id, at, text, due_day from order_turn where order_id in ");
    sql.bind_list(orders.iter().map(|id| id.0)).push(" order by order_id, id");
    sql.fetch_all(tx).await
}

/// What is written in the orders about tasks, and in the answers to them: what concerns one task alone. An order about several is left
/// out, for who sees one of them need not see the others.
pub(in crate::supervision) async fn texts(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<Text>> {
    const ALONE: &str = " and (select count(*) from order_task n where n.order_id = o.id) = 1";
    let mut sql = Sql::new(
        "select o.id, k.task_id, o.issued_at, o.number, o.demand from supervision_order o join order_task k on k.order_id = o.id where k.task_id in ",
    );
    sql.bind_list(tasks.iter().map(|id| id.0)).push(ALONE);
    sql.push(
        " union all select r.id, k.task_id, r.at, o.number, r.text from order_turn r join supervision_order o on o.id = r.order_id \
         join order_task k on k.order_id = o.id where k.task_id in ",
    );
    sql.bind_list(tasks.iter().map(|id| id.0)).push(ALONE);
    let rows: Vec<(Uuid, Uuid, Moment, String, String)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id, task, at, head, body)| Text { task, kind: "urge", id, at, head, body }).collect())
}
