use db::{Result, Sql, Tx};
use kit::Day;

use super::{Eye, push_severity, push_where};
use crate::tasks::{
    filter::Filter,
    model::{MilestoneRow, TaskId},
    shapes::DateKind,
};

/// Something that falls on a day.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::tasks) struct Dated {
    pub(in crate::tasks) day: Day,
    pub(in crate::tasks) task_id: TaskId,
    pub(in crate::tasks) name: Option<String>,
    pub(in crate::tasks) done: bool,
    /// How many there are of this kind on this day.
    pub(in crate::tasks) amount: i64,
}

/// What falls on the days of a period, what is still to be done and the worst lamp first, at most `most` of them a day, each with how many there are.
pub(in crate::tasks) async fn dated(
    tx: &mut Tx,
    eye: &Eye<'_>,
    filter: &Filter,
    kind: DateKind,
    (from, to): (Day, Day),
    most: i64,
) -> Result<Vec<Dated>> {
    let (name, tables, day, done) = match kind {
        DateKind::Due => ("null", "task t", "t.due_day", "t.state in ('closed', 'settled')"),
        DateKind::Milestone => ("m.title", "milestone m join task t on t.id = m.task_id", "m.due_day", "m.done_at is not null"),
        DateKind::Report => ("null", "report_due d join task t on t.id = d.task_id", "d.due_day", "d.report_id is not null"),
    };
    let mut sql = Sql::new("select day, task_id, name, done, amount from (select ");
    sql.push(day)
        .push(" as day, t.id as task_id, ")
        .push(name)
        .push(" as name, ")
        .push(done)
        .push(" as done, count(*) over (partition by ")
        .push(day)
        .push(") as amount, row_number() over (partition by ")
        .push(day);
    sql.push(" order by ").push(done).push(", ");
    push_severity(&mut sql, eye.today);
    sql.push(" desc, t.id) as place from ").push(tables);
    push_where(&mut sql, eye, filter);
    sql.push(" and ").push(day).push(" >= ").bind(from.to_string()).push(" and ").push(day).push(" <= ").bind(to.to_string());
    if kind != DateKind::Due {
        // Once it is over nobody owes what was not done on the way.
        sql.push(" and (t.state in ('dispatched', 'active', 'suspended') or ").push(done).push(") and t.dispatched_at is not null");
    }
    sql.push(") x where place <= ").bind(most).push(" order by day, place");
    sql.fetch_all(tx).await
}

/// A step with the task it belongs to.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::tasks) struct StepOf {
    pub(in crate::tasks) task_id: TaskId,
    #[sqlx(flatten)]
    pub(in crate::tasks) step: MilestoneRow,
}

/// The steps of several tasks, by day.
pub(in crate::tasks) async fn steps_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<StepOf>> {
    let mut sql = Sql::new("select task_id, id, title, due_day, weight, deliverable, report_id, done_at from milestone where task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" order by due_day, position");
    sql.fetch_all(tx).await
}
