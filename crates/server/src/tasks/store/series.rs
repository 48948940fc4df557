use db::{Result, Sql, Tx, execute, run};
use kit::Day;

use crate::{
    access::Scope,
    org::PersonId,
    tasks::{
        model::TaskId,
        series::{OccurrenceRow, SeriesId, SeriesRow, SeriesState},
    },
};

/// The series a person keeps or whose unit they see, those that go on first, what comes next on top. With an id, that one only.
pub(in crate::tasks) async fn series(tx: &mut Tx, scope: &Scope, me: PersonId, id: Option<SeriesId>) -> Result<Vec<SeriesRow>> {
    let mut sql = Sql::new(
        "select s.id, s.name, s.person_id, e.name as person_name, s.unit_id, u.name as unit_name, s.state, s.reason, s.until_day, s.times, \
           s.since_day, s.next_day, s.planned_by, s.created_at, s.version \
         from task_series s join person e on e.id = s.person_id left join unit u on u.id = s.unit_id where (s.person_id = ",
    );
    sql.bind(me.0);
    if scope.sees_everything() {
        sql.push(" or true");
    } else if !scope.units().is_empty() {
        sql.push(" or s.unit_id in ").bind_list(scope.units().iter().map(|unit| unit.0));
    }
    sql.push(")");
    if let Some(id) = id {
        sql.push(" and s.id = ").bind(id.0);
    }
    sql.push(
        " order by case s.state when 'active' then 0 when 'suspended' then 1 else 2 end, coalesce(s.next_day, '9999'), s.name, s.id limit 1000",
    );
    sql.fetch_all(tx).await
}

/// Series that have something to do, those that have waited longest first.
pub(in crate::tasks) async fn series_due(tx: &mut Tx, today: Day, generation: i64, limit: i64) -> Result<Vec<SeriesId>> {
    let rows: Vec<(SeriesId,)> = run!(tx, |c| sqlx::query_as(
        "select id from task_series where state = 'active' and (next_day <= $1 or planned_by < $2) order by next_day, id limit $3"
    )
    .bind(today)
    .bind(generation)
    .bind(limit)
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Keeps every other writer of the series waiting.
pub(in crate::tasks) async fn lock_series(tx: &mut Tx, id: SeriesId) -> Result<()> {
    if !tx.writes_alone() {
        execute!(tx, |c| sqlx::query("update task_series set version = version where id = $1").bind(id).execute(c))?;
    }
    Ok(())
}

/// Writes a new series, or one that was changed; the caller holds it.
pub(in crate::tasks) async fn put_series(tx: &mut Tx, row: &SeriesRow) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query(
        "insert into task_series (id, name, person_id, unit_id, state, reason, until_day, times, since_day, next_day, planned_by, created_at, \
           version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         on conflict (id) do update set name = excluded.name, person_id = excluded.person_id, state = excluded.state, \
           reason = excluded.reason, until_day = excluded.until_day, times = excluded.times, since_day = excluded.since_day, \
           next_day = excluded.next_day, planned_by = excluded.planned_by, version = excluded.version"
    )
    .bind(row.id)
    .bind(row.name.as_str())
    .bind(row.person_id)
    .bind(row.unit_id)
    .bind(row.state)
    .bind(row.reason.as_deref())
    .bind(row.until_day)
    .bind(row.times)
    .bind(row.since_day)
    .bind(row.next_day)
    .bind(row.planned_by)
    .bind(row.created_at)
    .bind(row.version)
    .execute(c)
    })?;
    Ok(())
}

/// Writes when there is something to do next: no change that an open page should stumble over.
pub(in crate::tasks) async fn plan_series(tx: &mut Tx, id: SeriesId, state: SeriesState, next: Option<Day>, generation: i64) -> Result<()> {
    execute!(tx, |c| sqlx::query("update task_series set state = $2, next_day = $3, planned_by = $4 where id = $1")
        .bind(id)
        .bind(state)
        .bind(next)
        .bind(generation)
        .execute(c))?;
    Ok(())
}

/// What holds, by the day from which it does.
pub(in crate::tasks) async fn series_rules(tx: &mut Tx, id: SeriesId) -> Result<Vec<(Day, String)>> {
    run!(tx, |c| sqlx::query_as("select from_day, body from series_rule where series_id = $1 order by from_day").bind(id).fetch_all(c))
}

/// From this day on this holds, and nothing that was to hold later.
pub(in crate::tasks) async fn put_rule(tx: &mut Tx, id: SeriesId, from: Day, body: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from series_rule where series_id = $1 and from_day >= $2").bind(id).bind(from).execute(c))?;
    execute!(tx, |c| sqlx::query("insert into series_rule (series_id, from_day, body) values ($1, $2, $3)")
        .bind(id)
        .bind(from)
        .bind(body)
        .execute(c))?;
    Ok(())
}

/// Periods that have a row, in order.
pub(in crate::tasks) async fn series_occurrences(tx: &mut Tx, id: SeriesId) -> Result<Vec<OccurrenceRow>> {
    run!(tx, |c| sqlx::query_as(
        "select period, nominal_day, state, day, due_day, title, reason, person_id, at, task_id, late_days from series_occurrence \
         where series_id = $1 order by nominal_day, period"
    )
    .bind(id)
    .fetch_all(c))
}

/// Writes what became of a period; `false` where it has come out already, which it does once.
pub(in crate::tasks) async fn put_occurrence(tx: &mut Tx, id: SeriesId, row: &OccurrenceRow) -> Result<bool> {
    let written = execute!(tx, |c| {
        sqlx::query(
        "insert into series_occurrence (series_id, period, nominal_day, state, day, due_day, title, reason, person_id, at, task_id, late_days) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         on conflict (series_id, period) do update set nominal_day = excluded.nominal_day, state = excluded.state, day = excluded.day, \
           due_day = excluded.due_day, title = excluded.title, reason = excluded.reason, person_id = excluded.person_id, at = excluded.at, \
           task_id = excluded.task_id, late_days = excluded.late_days where series_occurrence.state <> 'out'"
    )
    .bind(id)
    .bind(row.period.as_str())
    .bind(row.nominal_day)
    .bind(row.state)
    .bind(row.day)
    .bind(row.due_day)
    .bind(row.title.as_deref())
    .bind(row.reason.as_ref())
    .bind(row.person_id)
    .bind(row.at)
    .bind(row.task_id)
    .bind(row.late_days)
    .execute(c)
    })?;
    Ok(written > 0)
}

/// The period is again as the rule says.
pub(in crate::tasks) async fn remove_occurrence(tx: &mut Tx, id: SeriesId, period: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from series_occurrence where series_id = $1 and period = $2 and state <> 'out'")
        .bind(id)
        .bind(period)
        .execute(c))?;
    Ok(())
}

/// Of which series and period a task is.
pub(in crate::tasks) async fn series_of(tx: &mut Tx, task: TaskId) -> Result<Option<(SeriesId, String, String)>> {
    run!(tx, |c| sqlx::query_as(
        "select s.id, s.name, o.period from series_occurrence o join task_series s on s.id = o.series_id where o.task_id = $1"
    )
    .bind(task)
    .fetch_optional(c))
}
