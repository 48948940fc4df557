//! What is due on a day: steps and duties to report.

use std::collections::HashMap;

use db::{Result, Sql, Tx, execute, run};
use kit::{Day, Moment, uuid::Uuid};

use crate::org::PersonId;
use crate::tasks::model::{MilestoneId, MilestoneRow, ReportDueId, ReportDueRow, ReportId, Share, TaskId};

pub(in crate::tasks) async fn milestones(tx: &mut Tx, task: TaskId) -> Result<Vec<MilestoneRow>> {
    run!(tx, |c| sqlx::query_as(
        "select id, title, due_day, weight, deliverable, report_id, done_at from milestone where task_id = $1 order by due_day, position"
    )
    .bind(task)
    .fetch_all(c))
}

pub(in crate::tasks) async fn replace_milestones(tx: &mut Tx, task: TaskId, rows: &[MilestoneRow]) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from milestone where task_id = $1").bind(task).execute(c))?;
    for (row, position) in rows.iter().zip(1_i64..) {
        execute!(tx, |c| {
            sqlx::query(
                "insert into milestone (id, task_id, position, title, due_day, weight, deliverable, report_id, done_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(row.id)
            .bind(task)
            .bind(position)
            .bind(row.title.as_str())
            .bind(row.due_day)
            .bind(row.weight)
            .bind(row.deliverable.as_deref())
            .bind(row.report_id)
            .bind(row.done_at)
            .execute(c)
        })?;
    }
    Ok(())
}

/// A report says that a step was reached; `false` when the task has no such step.
pub(in crate::tasks) async fn claim_milestone(tx: &mut Tx, task: TaskId, id: MilestoneId, report: ReportId) -> Result<bool> {
    let row: Option<(MilestoneId,)> = run!(tx, |c| {
        sqlx::query_as(
        "update milestone set report_id = case when done_at is null then $3 else report_id end where id = $2 and task_id = $1 returning id"
    )
    .bind(task)
    .bind(id)
    .bind(report)
    .fetch_optional(c)
    })?;
    Ok(row.is_some())
}

/// The report was accepted: what it says was reached was reached when it was handed in.
pub(in crate::tasks) async fn finish_milestones(tx: &mut Tx, report: ReportId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update milestone set done_at = coalesce(done_at, $2) where report_id = $1")
        .bind(report)
        .bind(at)
        .execute(c))?;
    Ok(())
}

/// The report was sent back: what it says was not reached.
pub(in crate::tasks) async fn unclaim_milestones(tx: &mut Tx, report: ReportId) -> Result<()> {
    execute!(tx, |c| sqlx::query("update milestone set report_id = null where report_id = $1 and done_at is null")
        .bind(report)
        .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn report_dues(tx: &mut Tx, task: TaskId) -> Result<Vec<ReportDueRow>> {
    run!(tx, |c| sqlx::query_as(
        "select id, due_day, report_id, met_day, asked_by, asked_text from report_due where task_id = $1 order by due_day"
    )
    .bind(task)
    .fetch_all(c))
}

#[derive(sqlx::FromRow)]
struct NodeRow {
    id: Uuid,
    due_day: Day,
    title: Option<String>,
    weight: Option<Share>,
    done_at: Option<Moment>,
    report_id: Option<ReportId>,
    asked_by: Option<PersonId>,
}

/// Steps and duties to report by day, in one statement: what a lamp is worked out from. The rest of each row is not read.
pub(in crate::tasks) async fn nodes(tx: &mut Tx, task: TaskId) -> Result<(Vec<MilestoneRow>, Vec<ReportDueRow>)> {
    let rows: Vec<NodeRow> = run!(tx, |c| {
        sqlx::query_as(
        "select id, due_day, title, weight, done_at, report_id, asked_by from ( \
           select id, due_day, position, title, weight, done_at, report_id, cast(null as uuid) as asked_by from milestone where task_id = $1 \
           union all select id, due_day, 0, cast(null as text), cast(null as bigint), cast(null as bigint), report_id, asked_by \
             from report_due where task_id = $1) n order by due_day, position"
    )
    .bind(task)
    .fetch_all(c)
    })?;
    let (mut steps, mut dues) = (Vec::new(), Vec::new());
    for NodeRow { id, due_day, title, weight, done_at, report_id, asked_by } in rows {
        match title {
            Some(title) => {
                let weight = weight.unwrap_or_default();
                steps.push(MilestoneRow { id: MilestoneId(id), title, due_day, weight, deliverable: None, report_id, done_at });
            }
            None => dues.push(ReportDueRow { id: ReportDueId(id), due_day, report_id, met_day: None, asked_by, asked_text: None }),
        }
    }
    Ok((steps, dues))
}

/// [`nodes`] of many tasks.
pub(in crate::tasks) async fn nodes_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<HashMap<TaskId, (Vec<MilestoneRow>, Vec<ReportDueRow>)>> {
    let mut nodes: HashMap<TaskId, (Vec<MilestoneRow>, Vec<ReportDueRow>)> = HashMap::new();
    // Both databases take many thousands of values in one statement, but not without end.
    for chunk in tasks.chunks(1000) {
        let mut steps =
            Sql::new("select task_id, id, title, due_day, weight, deliverable, report_id, done_at from milestone where task_id in ");
        steps.bind_list(chunk.iter().map(|id| id.0)).push(" order by due_day, position");
        for OfTask { task_id, row } in steps.fetch_all::<OfTask<MilestoneRow>>(tx).await? {
            nodes.entry(task_id).or_default().0.push(row);
        }
        let mut dues = Sql::new("select task_id, id, due_day, report_id, met_day, asked_by, asked_text from report_due where task_id in ");
        dues.bind_list(chunk.iter().map(|id| id.0)).push(" order by due_day");
        for OfTask { task_id, row } in dues.fetch_all::<OfTask<ReportDueRow>>(tx).await? {
            nodes.entry(task_id).or_default().1.push(row);
        }
    }
    Ok(nodes)
}

#[derive(sqlx::FromRow)]
struct OfTask<T> {
    task_id: TaskId,
    #[sqlx(flatten)]
    row: T,
}

pub(in crate::tasks) async fn insert_report_due(tx: &mut Tx, id: ReportDueId, task: TaskId, day: Day) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into report_due (id, task_id, due_day) values ($1, $2, $3) on conflict (task_id, due_day) do nothing"
    )
    .bind(id)
    .bind(task)
    .bind(day)
    .execute(c))?;
    Ok(())
}

/// Steps that were open when the task stopped move by the working days it stood still, not beyond `last`.
pub(in crate::tasks) async fn put_off_milestones(
    tx: &mut Tx,
    task: TaskId,
    since: Day,
    stood: i64,
    calendar: &workdays::Calendar,
    last: Day,
) -> Result<()> {
    for step in milestones(tx, task).await?.into_iter().filter(|step| step.done_at.is_none() && step.due_day >= since) {
        let later = Day::new(calendar.add_workdays(step.due_day.date(), stood)).unwrap_or(step.due_day).min(last);
        execute!(tx, |c| sqlx::query("update milestone set due_day = $2 where id = $1").bind(step.id).bind(later).execute(c))?;
    }
    Ok(())
}

/// Takes away duties that nobody has met yet and that lie after `day`: the rule or the due day has changed. What somebody
/// asked for on the spot does not follow from a rule and stays.
pub(in crate::tasks) async fn remove_open_dues(tx: &mut Tx, task: TaskId, day: Day) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query("delete from report_due where task_id = $1 and report_id is null and asked_by is null and due_day > $2")
            .bind(task)
            .bind(day)
            .execute(c)
    })?;
    Ok(())
}

/// The same with what was asked for on the spot: nobody reports on a task that has stopped.
pub(in crate::tasks) async fn remove_all_open_dues(tx: &mut Tx, task: TaskId, day: Day) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from report_due where task_id = $1 and report_id is null and due_day > $2")
        .bind(task)
        .bind(day)
        .execute(c))?;
    Ok(())
}

/// Takes away duties nobody has met between two days, the second not included: nobody reports on what has ended.
pub(in crate::tasks) async fn remove_dues_between(tx: &mut Tx, task: TaskId, from: Day, to: Day) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query("delete from report_due where task_id = $1 and report_id is null and due_day >= $2 and due_day < $3")
            .bind(task)
            .bind(from)
            .bind(to)
            .execute(c)
    })?;
    Ok(())
}

/// Somebody asks for a report by a day; where one is due that day already, it is that one. `false` when it has been handed in.
pub(in crate::tasks) async fn ask_report(tx: &mut Tx, id: ReportDueId, task: TaskId, day: Day, by: PersonId, text: &str) -> Result<bool> {
    let row: Option<(ReportDueId,)> = run!(tx, |c| {
        sqlx::query_as(
            "insert into report_due (id, task_id, due_day, asked_by, asked_text) values ($1, $2, $3, $4, $5) \
             on conflict (task_id, due_day) do update set asked_by = excluded.asked_by, asked_text = excluded.asked_text \
               where report_due.report_id is null returning id",
        )
        .bind(id)
        .bind(task)
        .bind(day)
        .bind(by)
        .bind(text)
        .fetch_optional(c)
    })?;
    Ok(row.is_some())
}

/// Closes the earliest open duty with this report. One that lies ahead can be met only once the one before it is past:
/// three reports on one day do not meet three months.
pub(in crate::tasks) async fn meet_earliest_due(tx: &mut Tx, task: TaskId, report: ReportId, today: Day) -> Result<Option<Day>> {
    let row: Option<(Day,)> = run!(tx, |c| {
        sqlx::query_as(
            "update report_due set report_id = $2, met_day = $3 where id = (select d.id from report_due d where d.task_id = $1 \
               and d.report_id is null and not exists (select 1 from report_due b where b.task_id = $1 and b.due_day < d.due_day \
               and b.due_day >= $3) order by d.due_day limit 1) returning due_day",
        )
        .bind(task)
        .bind(report)
        .bind(today)
        .fetch_optional(c)
    })?;
    Ok(row.map(|(day,)| day))
}

/// Open tasks with a rule and without a due day whose last planned duty lies before `day`, with that duty's day.
pub(in crate::tasks) async fn standing_running_short(tx: &mut Tx, day: Day) -> Result<Vec<(TaskId, Option<Day>)>> {
    run!(tx, |c| sqlx::query_as(
        "select t.id, max(d.due_day) from task t left join report_due d on d.task_id = t.id \
         where t.state in ('dispatched', 'active') and t.due_day is null and t.rule_kind not in ('none', 'milestone', 'on_event') \
         group by t.id having coalesce(max(d.due_day), '') < $1"
    )
    .bind(day)
    .fetch_all(c))
}

/// Open standing tasks for which no review is planned. Where the one above goes on without end, too, they are reviewed with it; a
/// heading that nobody leads is none.
pub(in crate::tasks) async fn standing_unreviewed(tx: &mut Tx) -> Result<Vec<TaskId>> {
    let rows: Vec<(TaskId,)> = run!(tx, |c| sqlx::query_as(
        "select t.id from task t left join task above on above.id = t.parent_id \
         where t.state in ('dispatched', 'active') and t.due_day is null and t.review_day is null \
           and (t.due_text is not null or t.rule_kind <> 'none') and (t.parent_id is null or above.due_day is not null) \
           and exists (select 1 from party p where p.task_id = t.id and p.role = 'lead') order by t.id"
    )
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Plans a review: nothing has happened to the task, and its version stays.
pub(in crate::tasks) async fn set_review_day(tx: &mut Tx, id: TaskId, day: Option<Day>) -> Result<()> {
    execute!(tx, |c| sqlx::query("update task set review_day = $2 where id = $1").bind(id).bind(day).execute(c))?;
    Ok(())
}

/// The earliest open duty to report of each of many tasks, and whether it has any duty at all.
pub(in crate::tasks) async fn next_dues_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<(TaskId, Option<Day>)>> {
    let mut sql = Sql::new("select task_id, min(case when report_id is null then due_day else null end) from report_due where task_id in ");
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" group by task_id");
    sql.fetch_all(tx).await
}
