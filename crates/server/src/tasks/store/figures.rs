use db::{Result, Sql, Tx, Value};
use kit::{Day, Moment};

use super::{Eye, by_itself, push_severity, push_where};
use crate::{
    access::Scope,
    org::UnitId,
    tasks::{filter::Filter, model::TaskState},
};

/// (state, severity of the lamp, how many)
pub(in crate::tasks) async fn counts(tx: &mut Tx, eye: &Eye<'_>, filter: &Filter) -> Result<Vec<(TaskState, i64, i64)>> {
    let mut sql = Sql::new("select state, cast(severity as bigint), count(*) from (select t.state, ");
    push_severity(&mut sql, eye.today);
    sql.push(" as severity from task t");
    push_where(&mut sql, eye, filter);
    sql.push(") s group by state, severity");
    sql.fetch_all(tx).await
}

/// How many tasks the filter finds.
pub(in crate::tasks) async fn count(tx: &mut Tx, eye: &Eye<'_>, filter: &Filter) -> Result<i64> {
    let mut sql = Sql::new("select count(*) from task t");
    push_where(&mut sql, eye, filter);
    let (n,): (i64,) = sql.fetch_one(tx).await?;
    Ok(n)
}

/// Volume of a period as of a moment.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow, serde::Serialize, utoipa::ToSchema)]
pub struct Summary {
    /// Tasks created in the period.
    pub created: i64,
    /// Of these, important and major ones.
    pub important: i64,
    /// Of these, closed as of the moment.
    pub completed: i64,
    /// Of these, past due and not closed as of the moment.
    pub overdue: i64,
}

/// Counts the tasks created in the period as they stood at `as_of`: a closing counts when it came before and had not been
/// undone by then.
pub(in crate::tasks) async fn summary(tx: &mut Tx, scope: &Scope, from: Moment, to: Moment, as_of: Moment) -> Result<Summary> {
    let mut sql = Sql::new(
        "select count(*) as created, count(*) filter (where importance_rank > 0) as important, \
           count(*) filter (where done) as completed, count(*) filter (where not done and late) as overdue from ( \
         select t.importance_rank, t.due_day is not null and t.state not in ('suspended', 'terminated') \
           and t.stopped is null and t.due_day < ",
    );
    sql.bind(as_of.day().to_string());
    sql.push(" as late, exists (select 1 from closure k where k.task_id = t.id and k.closed_at <= ").bind(as_of.millis());
    sql.push(" and (k.reopened_at is null or k.reopened_at > ").bind(as_of.millis());
    sql.push(")) as done from task t where t.dispatched_at is not null and t.created_at >= ").bind(from.millis());
    sql.push(" and t.created_at <= ").bind(to.millis()).push(" and");
    scope.all_tasks(&mut sql, false);
    sql.push(") s");
    sql.fetch_one(tx).await
}

/// A unit's load.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::tasks) struct UnitLoad {
    pub(in crate::tasks) unit_id: UnitId,
    pub(in crate::tasks) open: i64,
    pub(in crate::tasks) overdue: i64,
    pub(in crate::tasks) grey: i64,
    pub(in crate::tasks) green: i64,
    pub(in crate::tasks) yellow: i64,
    pub(in crate::tasks) orange: i64,
    pub(in crate::tasks) red: i64,
    pub(in crate::tasks) closed: i64,
    pub(in crate::tasks) progress: i64,
}

impl UnitLoad {
    /// Takes another unit's load in; mean progress by the number of open tasks.
    pub(in crate::tasks) fn add(&mut self, other: &Self) {
        let open = self.open + other.open;
        if open > 0 {
            self.progress = (self.progress * self.open + other.progress * other.open) / open;
        }
        self.open = open;
        self.overdue += other.overdue;
        self.grey += other.grey;
        self.green += other.green;
        self.yellow += other.yellow;
        self.orange += other.orange;
        self.red += other.red;
        self.closed += other.closed;
    }
}

/// Tasks by lead unit.
pub(in crate::tasks) async fn by_unit(tx: &mut Tx, eye: &Eye<'_>, filter: &Filter) -> Result<Vec<UnitLoad>> {
    let mut sql = Sql::new(
        "select unit_id, count(*) filter (where open) as open, count(*) filter (where open and late) as overdue, \
           count(*) filter (where severity = 1) as grey, count(*) filter (where severity = 2) as green, \
           count(*) filter (where severity = 3) as yellow, count(*) filter (where severity = 4) as orange, \
           count(*) filter (where severity = 5) as red, count(*) filter (where severity = 0) as closed, \
           coalesce(cast(avg(case when open then progress end) as bigint), 0) as progress \
         from (select lp.unit_id, t.state in ('dispatched', 'active') as open, t.progress, coalesce(t.stopped is null and t.due_day < ",
    );
    sql.bind(eye.today.to_string()).push(", false) as late, ");
    push_severity(&mut sql, eye.today);
    sql.push(" as severity from task t join party lp on lp.task_id = t.id and lp.role = 'lead'");
    push_where(&mut sql, eye, filter);
    sql.push(") s group by unit_id order by overdue desc, open desc, unit_id");
    sql.fetch_all(tx).await
}

/// What [`by_month`] counts.
#[derive(Clone, Copy, Debug)]
pub(in crate::tasks) enum Counted {
    /// By the moment it was written.
    Created,
    /// By the moment it was closed.
    Closed,
    /// By the day it was due, of those that are open past it.
    Overdue,
}

/// How many fall into each of the months that begin on these days, the earliest first and the last one open-ended: one
/// statement over the rows since the first of them. A month without any has no row.
pub(in crate::tasks) async fn by_month(tx: &mut Tx, scope: &Scope, starts: &[Day], today: Day, what: Counted) -> Result<Vec<(i64, i64)>> {
    let (column, begins): (&'static str, fn(Day) -> Value) = match what {
        Counted::Created => ("t.created_at >= ", |day| day.start().millis().into()),
        Counted::Closed => ("t.closed_at >= ", |day| day.start().millis().into()),
        Counted::Overdue => ("t.due_day >= ", |day| day.to_string().into()),
    };
    let mut sql = Sql::new("select bucket, count(*) from (select case");
    for (n, start) in starts.iter().enumerate().rev() {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        sql.push(" when ").push(column).bind(begins(*start)).push(" then cast(").bind(n).push(" as bigint)");
    }
    sql.push(" end as bucket from task t where");
    scope.all_tasks(&mut sql, false);
    sql.push(concat!(" and t.dispatched_at is not null and ", by_itself!(), " and ")).push(column);
    sql.bind(starts.first().map_or(Value::Int(0), |first| begins(*first)));
    if let Counted::Overdue = what {
        sql.push(" and t.state in ('dispatched', 'active') and t.stopped is null and t.due_day < ").bind(today.to_string());
    }
    sql.push(") m group by bucket");
    sql.fetch_all(tx).await
}
