use std::collections::HashMap;

use db::{Result, Sql, Tx, run};
use kit::{Moment, uuid::Uuid};

use crate::{app::Text, tasks::model::TaskId};

#[derive(sqlx::FromRow)]
struct TaskText {
    id: Uuid,
    title: String,
    number: Option<String>,
    demand: String,
    source_document: Option<String>,
    clause: Option<String>,
    created_at: Moment,
}

#[derive(sqlx::FromRow)]
struct PartText {
    id: Uuid,
    task_id: Uuid,
    at: Moment,
    a: String,
    b: Option<String>,
    c: Option<String>,
    d: Option<String>,
}

impl PartText {
    fn text(self, kind: &'static str) -> Text {
        let body = Text::lines([Some(self.a.as_str()), self.b.as_deref(), self.c.as_deref(), self.d.as_deref()]);
        Text { task: self.task_id, kind, id: self.id, at: self.at, head: String::new(), body }
    }
}

/// What is written in tasks and in what hangs on them here: reports, requests, parts of others, waits, risks.
pub(in crate::tasks) async fn texts(tx: &mut Tx, ids: &[TaskId]) -> Result<Vec<Text>> {
    let ids = || ids.iter().map(|id| id.0);
    let mut sql = Sql::new("select id, title, number, demand, source_document, clause, created_at from task where id in ");
    sql.bind_list(ids());
    let tasks: Vec<TaskText> = sql.fetch_all(tx).await?;
    let mut sql = Sql::new(
        "select id, task_id, at, text as a, problem as b, next_step as c, \
         coalesce(fall_reason || ' ', '') || coalesce(review_text, '') as d from report where task_id in ",
    );
    sql.bind_list(ids());
    let reports: Vec<PartText> = sql.fetch_all(tx).await?;
    let mut sql =
        Sql::new("select id, task_id, at, reason as a, basis as b, agreed_text as c, decision_text as d from request where task_id in ");
    sql.bind_list(ids());
    let requests: Vec<PartText> = sql.fetch_all(tx).await?;
    let mut sql = Sql::new(
        "select id, task_id, done_at as at, coalesce(demand, '') as a, done_text as b, null as c, null as d \
        from party where done_at is not null and task_id in ",
    );
    sql.bind_list(ids());
    let parts: Vec<PartText> = sql.fetch_all(tx).await?;
    let mut sql = Sql::new("select id, task_id, at, text as a, on_name as b, end_text as c, null as d from wait where task_id in ");
    sql.bind_list(ids());
    let waits: Vec<PartText> = sql.fetch_all(tx).await?;
    let mut sql = Sql::new("select id, task_id, at, text as a, help as b, end_text as c, null as d from risk where task_id in ");
    sql.bind_list(ids());
    let risks: Vec<PartText> = sql.fetch_all(tx).await?;
    let mut sql = Sql::new(
        "select v.task_id, v.value from task_field v join source_field f on f.id = v.field_id \
         where f.shape not in ('yes_no', 'day') and v.task_id in ",
    );
    sql.bind_list(ids()).push(" union all select k.task_id, g.name from task_tag k join tag g on g.id = k.tag_id where k.task_id in ");
    sql.bind_list(ids()).push(" order by 1, 2");
    let mut beside: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (task, word) in sql.fetch_all::<(Uuid, String)>(tx).await? {
        beside.entry(task).or_default().push(word);
    }
    let task = |row: TaskText| Text {
        task: row.id,
        kind: "task",
        id: row.id,
        at: row.created_at,
        // Whoever remembers a part of the number finds it as by the title.
        head: Text::lines([Some(row.title.as_str()), row.number.as_deref()]),
        body: Text::lines(
            [Some(row.demand.as_str()), row.source_document.as_deref(), row.clause.as_deref()]
                .into_iter()
                .chain(beside.get(&row.id).into_iter().flatten().map(|word| Some(word.as_str()))),
        ),
    };
    Ok(tasks
        .into_iter()
        .map(task)
        .chain(reports.into_iter().map(|row| row.text("report")))
        .chain(requests.into_iter().map(|row| row.text("request")))
        .chain(parts.into_iter().map(|row| row.text("beside")))
        .chain(waits.into_iter().map(|row| row.text("beside")))
        .chain(risks.into_iter().map(|row| row.text("beside")))
        .collect())
}

/// Who is named by each task: its creator and issuing unit, and the units and persons of its parties.
pub(in crate::tasks) async fn named(tx: &mut Tx, ids: &[TaskId]) -> Result<HashMap<TaskId, Vec<Uuid>>> {
    let mut out: HashMap<TaskId, Vec<Uuid>> = HashMap::new();
    let mut sql = Sql::new("select id, creator_id, issuer_unit_id from task where id in ");
    sql.bind_list(ids.iter().map(|id| id.0));
    let tasks: Vec<(TaskId, Uuid, Option<Uuid>)> = sql.fetch_all(tx).await?;
    for (id, creator, issuer) in tasks {
        out.entry(id).or_default().extend([Some(creator), issuer].into_iter().flatten());
    }
    let mut sql = Sql::new("select task_id, unit_id, person_id from party where task_id in ");
    sql.bind_list(ids.iter().map(|id| id.0));
    let parties: Vec<(TaskId, Uuid, Option<Uuid>)> = sql.fetch_all(tx).await?;
    for (id, unit, person) in parties {
        out.entry(id).or_default().extend([Some(unit), person].into_iter().flatten());
    }
    for named in out.values_mut() {
        named.sort_unstable();
        named.dedup();
    }
    Ok(out)
}

/// The newest tasks from before a moment, and that of the last of them. There are somewhat more than `limit` where several were made
/// at the same moment.
pub(in crate::tasks) async fn made_before(tx: &mut Tx, before: Moment, limit: i64) -> Result<Option<(Vec<TaskId>, Moment)>> {
    let rows: Vec<(TaskId, Moment)> =
        run!(tx, |c| sqlx::query_as("select id, created_at from task where created_at < $1 order by created_at desc, id desc limit $2")
            .bind(before)
            .bind(limit)
            .fetch_all(c))?;
    let Some((_, last)) = rows.last().copied() else { return Ok(None) };
    let same: Vec<(TaskId,)> =
        run!(tx, |c| sqlx::query_as("select id from task where created_at = $1 order by id desc").bind(last).fetch_all(c))?;
    let ids = rows.into_iter().filter(|(_, at)| *at > last).map(|(id, _)| id).chain(same.into_iter().map(|(id,)| id));
    Ok(Some((ids.collect(), last)))
}

/// The task of this number.
pub(in crate::tasks) async fn of_number(tx: &mut Tx, number: &str) -> Result<Option<TaskId>> {
    let row: Option<(TaskId,)> = run!(tx, |c| sqlx::query_as("select id from task where number = $1").bind(number).fetch_optional(c))?;
    Ok(row.map(|(id,)| id))
}
