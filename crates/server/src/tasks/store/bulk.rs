use db::{Result, Sql, Tx};

use crate::tasks::model::{PartyRow, Task};

/// Rows of one statement: SQLite takes 32,766 bound values, and a task binds 29.
const CHUNK: usize = 400;

/// Writes many finished tasks at once, for measurements; no ledger, no events.
pub(in crate::tasks) async fn insert_many(tx: &mut Tx, tasks: &[Task]) -> Result<()> {
    for chunk in tasks.chunks(CHUNK) {
        let mut sql = Sql::new(
            "insert into task (id, number, root_id, depth, position, title, demand, source_kind, importance, urgency, state, creator_id, \
             issuer_unit_id, created_at, dispatched_at, closed_at, start_day, due_day, original_due_day, due_explanation, rule_kind, \
             weight, progress, claimed, children, sent_back, yellow_from, orange_from, red_from, lamp_plan, not_secret, importance_rank, planned_by, \
             version) values ",
        );
        for (index, task) in chunk.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(task.id.0).push(", ");
            sql.bind_maybe(task.number.as_deref());
            sql.push(", ").bind(task.id.0).push(", 0, 1, ").bind(task.title.as_str()).push(", ").bind(task.demand.as_str());
            sql.push(", ").bind(task.source_kind.as_str()).push(", ").bind(task.importance.word()).push(", ").bind(task.urgency.word());
            sql.push(", ").bind(task.state.word()).push(", ").bind(task.creator_id.0).push(", ");
            sql.bind_maybe(task.issuer_unit_id.map(|unit| unit.0));
            sql.push(", ").bind(task.created_at.millis()).push(", ");
            sql.bind_maybe(task.dispatched_at.map(kit::Moment::millis));
            sql.push(", ");
            sql.bind_maybe(task.closed_at.map(kit::Moment::millis));
            for day in [task.start_day, task.due_day, task.original_due_day] {
                sql.push(", ");
                sql.bind_maybe(day.map(|day| day.to_string()));
            }
            sql.push(", '[]', 'none', ").bind(task.weight.0).push(", ").bind(task.progress.0).push(", ").bind(task.claimed.0);
            sql.push(", 0, 0");
            for day in [task.yellow_from, task.orange_from, task.red_from] {
                sql.push(", ");
                sql.bind_maybe(day.map(|day| day.to_string()));
            }
            sql.push(", ").bind(task.lamp_plan.as_str()).push(", true, ").bind(task.importance as i64);
            sql.push(", ").bind(task.planned_by).push(", 1)");
        }
        sql.execute(tx).await?;
    }
    Ok(())
}

/// Writes many parties at once, for measurements.
pub(in crate::tasks) async fn insert_parties(tx: &mut Tx, parties: &[PartyRow]) -> Result<()> {
    for chunk in parties.chunks(CHUNK) {
        let mut sql = Sql::new("insert into party (id, task_id, unit_id, person_id, role, state, position, returned) values ");
        for (index, party) in chunk.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(party.id.0).push(", ").bind(party.task_id.0).push(", ");
            sql.bind(party.unit_id.0).push(", ");
            sql.bind_maybe(party.person_id.map(|person| person.0));
            sql.push(", ").bind(party.role.word()).push(", ").bind(party.state.word()).push(", ").bind(party.position).push(", 0)");
        }
        sql.execute(tx).await?;
        let mut sql = Sql::new(
            "update party set task_at = (select t.created_at from task t where t.id = party.task_id), open_day = (select \
             coalesce(t.due_day, '9999') from task t where t.id = party.task_id and t.state in ('dispatched', 'active')) where task_id in ",
        );
        sql.bind_list(chunk.iter().map(|party| party.task_id.0));
        sql.execute(tx).await?;
    }
    Ok(())
}
