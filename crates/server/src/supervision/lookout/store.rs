//! All SQL of looking out for tasks.

use std::collections::HashSet;

use db::{Result, Sql, Tx, execute, run};
use kit::{Day, Moment, uuid::Uuid};

use crate::{
    org::{PersonId, UnitId},
    supervision::{
        UrgeId,
        lookout::{
            model::{Ending, OccurrenceId, StepOutcome},
            plan::{Anchor, OpenOrder, OpenUrge},
        },
        orders::OrderId,
    },
    tasks::{PartyId, TaskId},
};

/// When a task is looked at again.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct LookoutRow {
    pub(super) task_id: TaskId,
    pub(super) swept_at: Moment,
    /// When it was to be looked at next; nothing where nothing lay ahead.
    pub(super) next_at: Option<Moment>,
    /// With which generation of calendar and rules.
    pub(super) generation: i64,
    /// The turns of its lamp as they stood then ([`lamp_key`](super::plan::lamp_key)); nothing for a row of an older program.
    pub(super) lamps: Option<String>,
}

/// Tasks that are due to be looked at, the longest due first. Their rows are held, and those another node holds passed over.
pub(super) async fn due(tx: &mut Tx, now: Moment, limit: i64) -> Result<Vec<TaskId>> {
    let mut sql = Sql::new("select task_id from lookout where next_at <= ");
    sql.bind(now.millis()).push(" order by next_at, task_id limit ").bind(limit);
    sql.hold(tx, true);
    let rows: Vec<(TaskId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Whether a task is due to be looked at, or was planned with an older generation.
pub(super) async fn is_due(tx: &mut Tx, now: Moment, generation: i64) -> Result<bool> {
    // Asked whether there is one, PostgreSQL supposes a third of all and looks for it among all, every time that there is none.
    let first: Option<(Moment,)> =
        run!(tx, |c| sqlx::query_as("select next_at from lookout where next_at is not null order by next_at limit 1").fetch_optional(c))?;
    Ok(first.is_some_and(|(at,)| at <= now) || !planned_before(tx, generation, 100).await?.is_empty())
}

/// Tasks planned with an older generation of calendar and rules. Their lamps are worked out anew first, by the room of tasks, in the
/// order of their ids: while the first of these rows wait for that, so do the others, and are not gone through for nothing.
pub(super) async fn planned_before(tx: &mut Tx, generation: i64, limit: i64) -> Result<Vec<TaskId>> {
    let first: Vec<(TaskId,)> =
        run!(tx, |c| sqlx::query_as("select task_id from lookout where generation < $1 order by generation, task_id limit $2")
            .bind(generation)
            .bind(limit)
            .fetch_all(c))?;
    // Nearly always none; and of two questions neither can be taken for one that goes through all tasks.
    if first.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("select id from task where id in ");
    sql.bind_list(first.into_iter().map(|(id,)| id.0)).push(" and (planned_by >= ").bind(generation);
    let rows: Vec<(TaskId,)> = sql.push(" or state not in ('dispatched', 'active')) order by id").fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The rows of these tasks, held until the end of the transaction.
pub(super) async fn rows(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<LookoutRow>> {
    let mut sql = Sql::new("select task_id, swept_at, next_at, generation, lamps from lookout where task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0));
    sql.push(" order by task_id").hold(tx, false);
    sql.fetch_all(tx).await
}

/// Writes when tasks are looked at again: (task, next, the turns of its lamp).
pub(super) async fn put(tx: &mut Tx, swept_at: Moment, generation: i64, rows: &[(TaskId, Option<Moment>, String)]) -> Result<()> {
    for chunk in rows.chunks(200) {
        let mut sql = Sql::new("insert into lookout (task_id, swept_at, next_at, generation, lamps) values ");
        for (index, (task, next, lamps)) in chunk.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(task.0).push(", ").bind(swept_at.millis()).push(", ");
            sql.bind_maybe(next.map(Moment::millis)).push(", ").bind(generation).push(", ").bind(lamps.clone()).push(")");
        }
        sql.push(
            " on conflict (task_id) do update set swept_at = excluded.swept_at, next_at = excluded.next_at, generation = excluded.generation, \
               lamps = excluded.lamps, trouble = null",
        );
        sql.execute(tx).await?;
    }
    Ok(())
}

/// Writes that a task could not be looked at, and when it is tried again. What was due before is still due then.
pub(super) async fn put_aside(tx: &mut Tx, task: TaskId, now: Moment, next: Moment, generation: i64, why: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into lookout (task_id, swept_at, next_at, generation, trouble) values ($1, $2, $3, $4, $5) \
         on conflict (task_id) do update set next_at = excluded.next_at, generation = excluded.generation, trouble = excluded.trouble"
    )
    .bind(task)
    .bind(now)
    .bind(next)
    .bind(generation)
    .bind(why)
    .execute(c))?;
    Ok(())
}

/// Tasks that could not be looked at, and why.
pub(super) async fn troubled(tx: &mut Tx, limit: i64) -> Result<Vec<(TaskId, String)>> {
    run!(tx, |c| sqlx::query_as("select task_id, trouble from lookout where trouble is not null order by task_id limit $1")
        .bind(limit)
        .fetch_all(c))
}

/// Of these occasions those that have not ended.
pub(super) async fn open_of(tx: &mut Tx, occasions: &[Uuid]) -> Result<HashSet<Uuid>> {
    if occasions.is_empty() {
        return Ok(HashSet::new());
    }
    let mut sql = Sql::new("select id from occurrence where ended_at is null and id in ");
    sql.bind_list(occasions.iter().copied());
    let rows: Vec<(Uuid,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Nothing lies ahead of tasks that are over.
pub(super) async fn drop_rows(tx: &mut Tx, tasks: &[TaskId]) -> Result<()> {
    if tasks.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("delete from lookout where task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0));
    sql.execute(tx).await
}

/// An occasion as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct OccurrenceRow {
    pub(super) id: OccurrenceId,
    pub(super) task_id: TaskId,
    pub(super) rule: String,
    pub(super) rule_version: i64,
    pub(super) key: String,
    pub(super) steps: i64,
    pub(super) began_at: Moment,
    pub(super) ended_at: Option<Moment>,
    pub(super) reason: Option<Ending>,
    pub(super) acked_by: Option<PersonId>,
    pub(super) acked_at: Option<Moment>,
    pub(super) acked_through: Option<String>,
}

const OCCURRENCE: &str = "select id, task_id, rule, rule_version, key, steps, began_at, ended_at, reason, acked_by, acked_at, acked_through from occurrence where ";

/// Every occasion of these tasks, the oldest first.
pub(super) async fn occurrences(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<OccurrenceRow>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(OCCURRENCE);
    sql.push("task_id in ").bind_list(tasks.iter().map(|id| id.0)).push(" order by began_at, id");
    sql.fetch_all(tx).await
}

/// One occasion.
pub(super) async fn occurrence(tx: &mut Tx, id: OccurrenceId) -> Result<Option<OccurrenceRow>> {
    let mut sql = Sql::new(OCCURRENCE);
    sql.push("id = ").bind(id.0);
    Ok(sql.fetch_all(tx).await?.into_iter().next())
}

/// Writes occasions that begin.
pub(super) async fn begin(tx: &mut Tx, rows: &[(OccurrenceRow, Anchor)]) -> Result<()> {
    for chunk in rows.chunks(100) {
        let mut sql =
            Sql::new("insert into occurrence (id, task_id, rule, rule_version, key, party_id, subject_id, steps, state, began_at) values ");
        for (index, (row, anchor)) in chunk.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(row.id.0).push(", ").bind(row.task_id.0).push(", ").bind(row.rule.as_str());
            sql.push(", ").bind(row.rule_version).push(", ").bind(row.key.as_str()).push(", ").bind_maybe(anchor.party.map(|id| id.0));
            sql.push(", ").bind_maybe(anchor.subject).push(", ").bind(row.steps).push(", 'open', ").bind(row.began_at.millis()).push(")");
        }
        sql.execute(tx).await?;
    }
    Ok(())
}

/// Writes how far a ladder has come.
pub(super) async fn advance(tx: &mut Tx, id: OccurrenceId, steps: i64) -> Result<()> {
    execute!(tx, |c| sqlx::query("update occurrence set steps = $2 where id = $1").bind(id).bind(steps).execute(c))?;
    Ok(())
}

/// Ends ladders that are open.
pub(super) async fn end(tx: &mut Tx, ids: &[OccurrenceId], reason: Ending, at: Moment) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("update occurrence set state = 'ended', reason = ");
    sql.bind(reason.word()).push(", ended_at = ").bind(at.millis()).push(" where state = 'open' and id in ");
    sql.bind_list(ids.iter().map(|id| id.0));
    sql.execute(tx).await
}

/// Opens a ladder again that had been answered.
pub(super) async fn reopen(tx: &mut Tx, id: OccurrenceId, steps: i64) -> Result<()> {
    execute!(tx, |c| sqlx::query("update occurrence set state = 'open', reason = null, ended_at = null, steps = $2 where id = $1")
        .bind(id)
        .bind(steps)
        .execute(c))?;
    Ok(())
}

/// Writes who acknowledged last.
pub(super) async fn acknowledge(tx: &mut Tx, id: OccurrenceId, by: PersonId, through: &str, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update occurrence set acked_by = $2, acked_through = $3, acked_at = $4 where id = $1")
        .bind(id)
        .bind(by)
        .bind(through)
        .bind(at)
        .execute(c))?;
    Ok(())
}

/// A step that was taken or passed over.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct StepRow {
    pub(super) occurrence_id: OccurrenceId,
    pub(super) step: i64,
    pub(super) due_at: Moment,
    pub(super) taken_at: Moment,
    pub(super) outcome: StepOutcome,
    pub(super) people: i64,
}

/// Writes steps.
pub(super) async fn take(tx: &mut Tx, rows: &[StepRow]) -> Result<()> {
    for chunk in rows.chunks(200) {
        let mut sql = Sql::new("insert into occurrence_step (occurrence_id, step, due_at, taken_at, outcome, people) values ");
        for (index, row) in chunk.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(row.occurrence_id.0).push(", ").bind(row.step).push(", ");
            sql.bind(row.due_at.millis()).push(", ").bind(row.taken_at.millis()).push(", ");
            sql.bind(row.outcome.word()).push(", ").bind(row.people).push(")");
        }
        sql.execute(tx).await?;
    }
    Ok(())
}

/// The steps of these occasions, in order.
pub(super) async fn steps(tx: &mut Tx, occurrences: &[OccurrenceId]) -> Result<Vec<StepRow>> {
    if occurrences.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("select occurrence_id, step, due_at, taken_at, outcome, people from occurrence_step where occurrence_id in ");
    sql.bind_list(occurrences.iter().map(|id| id.0)).push(" order by occurrence_id, step");
    sql.fetch_all(tx).await
}

/// Urges of these tasks that wait for an answer.
pub(super) async fn owed(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<(TaskId, OpenUrge)>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql =
        Sql::new("select task_id, id, party_id, coalesce(again_day, reply_due_day), said_on is not null from urge where task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" and (replied_at is null or again_day is not null) order by id");
    let rows: Vec<(TaskId, UrgeId, PartyId, Day, bool)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(task, id, party, owed_day, instruction)| (task, OpenUrge { id, party, owed_day, instruction })).collect())
}

const ORDERS: &str = "select h.task_id, o.id, o.number, p.id, o.due_day, o.answered_at from supervision_order o \
     join order_task h on h.order_id = o.id join party p on p.task_id = h.task_id and p.unit_id = o.unit_id \
     where p.role <> 'charge_leader' and ";

/// Supervision orders that wait for an answer, each at the first of its open tasks.
pub(super) async fn orders_owed(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<(TaskId, OpenOrder)>> {
    let mut sql = Sql::new(ORDERS);
    sql.push("o.ended_at is null and o.state in ('issued', 'returned') and not exists (select 1 from order_task e join task t on t.id = e.task_id \
           where e.order_id = o.id and e.task_id < h.task_id and t.state in ('dispatched', 'active')) and ");
    Ok(orders(tx, sql, tasks).await?.into_iter().map(|(task, order, _)| (task, order)).collect())
}

/// Every supervision order that these tasks are the first of, and when it was answered last.
pub(super) async fn orders_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<(TaskId, OpenOrder, Option<Moment>)>> {
    let mut sql = Sql::new(ORDERS);
    sql.push("not exists (select 1 from order_task e where e.order_id = o.id and e.task_id < h.task_id) and ");
    orders(tx, sql, tasks).await
}

async fn orders(tx: &mut Tx, mut sql: Sql, tasks: &[TaskId]) -> Result<Vec<(TaskId, OpenOrder, Option<Moment>)>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    sql.push("h.task_id in ").bind_list(tasks.iter().map(|id| id.0)).push(" order by o.id, p.id");
    let rows: Vec<(TaskId, OrderId, String, PartyId, Day, Option<Moment>)> = sql.fetch_all(tx).await?;
    let order = |(task, id, number, party, due_day, answered)| (task, OpenOrder { id, number, party, due_day }, answered);
    let mut all: Vec<_> = rows.into_iter().map(order).collect();
    // A unit with two parts in a task is told once.
    let mut seen = HashSet::new();
    all.retain(|(task, order, _)| seen.insert((*task, order.id)));
    Ok(all)
}

/// How the watch stands: (tasks looked out for, the oldest moment that is due and not dealt with, due by now, planned with older rules).
pub(super) async fn state(tx: &mut Tx, now: Moment, generation: i64) -> Result<(i64, Option<Moment>, i64, i64)> {
    let (oldest, due): (Option<Moment>, i64) =
        run!(tx, |c| sqlx::query_as("select min(next_at), count(*) from lookout where next_at <= $1").bind(now).fetch_one(c))?;
    let (all, old): (i64, i64) =
        run!(tx, |c| sqlx::query_as("select (select count(*) from lookout), (select count(*) from lookout where generation < $1)")
            .bind(generation)
            .fetch_one(c))?;
    Ok((all, oldest, due, old))
}

/// Which of these units, or of the units above them, each unit is in: (unit, above).
pub(super) async fn above(tx: &mut Tx, units: &[UnitId]) -> Result<Vec<(UnitId, UnitId)>> {
    let mut sql = Sql::new("select unit_id, above_id from unit_above where unit_id in ");
    sql.bind_list(units.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// What somebody was told: the occasion a message of theirs is about, and its task.
pub(super) async fn of_message(tx: &mut Tx, person: PersonId, message: Uuid) -> Result<Option<OccurrenceId>> {
    let row: Option<(Option<OccurrenceId>,)> =
        run!(tx, |c| sqlx::query_as("select occurrence_id from message where id = $1 and person_id = $2")
            .bind(message)
            .bind(person)
            .fetch_optional(c))?;
    Ok(row.and_then(|(id,)| id))
}

/// Open tasks after a place that nobody looks at, in their order.
pub(super) async fn unseen(tx: &mut Tx, after: Uuid, limit: i64) -> Result<Vec<TaskId>> {
    let rows: Vec<(TaskId,)> = run!(tx, |c| {
        sqlx::query_as(
            "select id from task t where id > $1 and state in ('dispatched', 'active') \
           and not exists (select 1 from lookout l where l.task_id = t.id) order by id limit $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(c)
    })?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Some rows from a place on: (task, next).
pub(super) async fn sample(tx: &mut Tx, from: Uuid, limit: i64) -> Result<Vec<(TaskId, Option<Moment>)>> {
    run!(tx, |c| sqlx::query_as("select task_id, next_at from lookout where task_id >= $1 order by task_id limit $2")
        .bind(from)
        .bind(limit)
        .fetch_all(c))
}

/// How many rows were due before a moment and nobody has dealt with them.
pub(super) async fn late(tx: &mut Tx, before: Moment) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select count(*) from lookout where next_at < $1").bind(before).fetch_one(c))?;
    Ok(n)
}

/// What an audit found.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct AuditRow {
    pub(super) at: Moment,
    pub(super) checked: i64,
    pub(super) unseen: i64,
    pub(super) astray: i64,
    pub(super) late: i64,
}

/// Writes what an audit found, and forgets those before `keep`.
pub(super) async fn insert_audit(tx: &mut Tx, id: OccurrenceId, row: &AuditRow, keep: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("insert into lookout_audit (id, at, checked, unseen, astray, late) values ($1, $2, $3, $4, $5, $6)")
        .bind(id)
        .bind(row.at)
        .bind(row.checked)
        .bind(row.unseen)
        .bind(row.astray)
        .bind(row.late)
        .execute(c))?;
    execute!(tx, |c| sqlx::query("delete from lookout_audit where at < $1").bind(keep).execute(c))?;
    Ok(())
}

/// Counts tasks that nobody looked at among what the last audit found.
pub(super) async fn count_unseen(tx: &mut Tx, n: i64) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update lookout_audit set unseen = unseen + $1 where id = (select id from lookout_audit order by at desc, id desc limit 1)"
    )
    .bind(n)
    .execute(c))?;
    Ok(())
}

/// The last audit.
pub(super) async fn last_audit(tx: &mut Tx) -> Result<Option<AuditRow>> {
    run!(tx, |c| sqlx::query_as("select at, checked, unseen, astray, late from lookout_audit order by at desc, id desc limit 1")
        .fetch_optional(c))
}

/// Every urge of these tasks, and when it was answered for the first time.
pub(super) async fn urges_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<(TaskId, OpenUrge, Option<Moment>)>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("select task_id, id, party_id, reply_due_day, said_on is not null, replied_at from urge where task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" order by id");
    type Row = (TaskId, UrgeId, PartyId, Day, bool, Option<Moment>);
    let rows: Vec<Row> = sql.fetch_all(tx).await?;
    let urge = |(task, id, party, owed_day, instruction, replied): Row| (task, OpenUrge { id, party, owed_day, instruction }, replied);
    Ok(rows.into_iter().map(urge).collect())
}
