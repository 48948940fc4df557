use std::collections::HashMap;

use db::{Result, Sql, Tx, execute, run};
use wording::Words;

use super::field::{Field, FieldId, Kept, Shape};
use crate::tasks::{
    filter::Filter,
    model::TaskId,
    store::{Eye, push_where},
};

/// A kind as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct KindRow {
    pub(super) code: String,
    pub(super) name: Words,
    pub(super) needs_approval: bool,
    pub(super) retention: String,
    pub(super) numbering: Option<String>,
    pub(super) position: i64,
    pub(super) active: bool,
    pub(super) version: i64,
}

/// Every kind, those in use first, each group in its order.
pub(super) async fn kinds(tx: &mut Tx) -> Result<Vec<KindRow>> {
    run!(tx, |c| sqlx::query_as(
        "select code, name, needs_approval, retention, numbering, position, active, version from source_kind \
         order by case when active then 0 else 1 end, position, code"
    )
    .fetch_all(c))
}

/// Keeps a second writer of the kind waiting; its version, when there is such a kind.
pub(super) async fn lock_kind(tx: &mut Tx, code: &str) -> Result<Option<i64>> {
    let row: Option<(i64,)> = run!(tx, |c| sqlx::query_as("update source_kind set version = version where code = $1 returning version")
        .bind(code)
        .fetch_optional(c))?;
    Ok(row.map(|(version,)| version))
}

/// Writes a new kind, or the next version of one.
pub(super) async fn put_kind(tx: &mut Tx, row: &KindRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into source_kind (code, name, needs_approval, retention, numbering, position, active, version) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) \
         on conflict (code) do update set name = excluded.name, needs_approval = excluded.needs_approval, retention = excluded.retention, \
           numbering = excluded.numbering, position = excluded.position, active = excluded.active, version = excluded.version"
    )
    .bind(row.code.as_str())
    .bind(&row.name)
    .bind(row.needs_approval)
    .bind(row.retention.as_str())
    .bind(row.numbering.as_deref())
    .bind(row.position)
    .bind(row.active)
    .bind(row.version)
    .execute(c))?;
    Ok(())
}

pub(super) async fn place_kind(tx: &mut Tx, code: &str, position: i64) -> Result<()> {
    execute!(tx, |c| sqlx::query("update source_kind set position = $2 where code = $1").bind(code).bind(position).execute(c))?;
    Ok(())
}

/// The pattern of a kind.
pub(in crate::tasks) async fn numbering(tx: &mut Tx, code: &str) -> Result<Option<String>> {
    let row: Option<(Option<String>,)> =
        run!(tx, |c| sqlx::query_as("select numbering from source_kind where code = $1").bind(code).fetch_optional(c))?;
    Ok(row.and_then(|(pattern,)| pattern))
}

#[derive(sqlx::FromRow)]
struct FieldRow {
    id: FieldId,
    source_kind: String,
    code: String,
    name: String,
    shape: Shape,
    measure: Option<String>,
    choices: String,
    required: bool,
    own: bool,
    active: bool,
}

impl FieldRow {
    fn parts(self) -> (String, Field) {
        let Self { id, source_kind, code, name, shape, measure, choices, required, own, active } = self;
        let choices = serde_json::from_str(&choices).unwrap_or_default();
        (source_kind, Field { id, code, name, shape, measure, choices, required, own, active })
    }
}

/// The fields of every kind, in their order.
pub(super) async fn fields(tx: &mut Tx) -> Result<HashMap<String, Vec<Field>>> {
    let rows: Vec<FieldRow> = run!(tx, |c| sqlx::query_as(
        "select id, source_kind, code, name, shape, measure, choices, required, own, active from source_field order by position, id"
    )
    .fetch_all(c))?;
    let mut out: HashMap<String, Vec<Field>> = HashMap::new();
    for (kind, field) in rows.into_iter().map(FieldRow::parts) {
        out.entry(kind).or_default().push(field);
    }
    Ok(out)
}

/// The fields of one kind, in their order.
pub(in crate::tasks) async fn fields_of(tx: &mut Tx, kind: &str) -> Result<Vec<Field>> {
    let rows: Vec<FieldRow> = run!(tx, |c| sqlx::query_as(
        "select id, source_kind, code, name, shape, measure, choices, required, own, active from source_field \
         where source_kind = $1 order by position, id"
    )
    .bind(kind)
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|row| row.parts().1).collect())
}

/// Writes a field of a kind at its place.
pub(super) async fn put_field(tx: &mut Tx, kind: &str, field: &Field, position: i64) -> Result<()> {
    let choices = serde_json::to_string(&field.choices).unwrap_or_default();
    execute!(tx, |c| {
        sqlx::query(
        "insert into source_field (id, source_kind, code, name, shape, measure, choices, required, position, active, own) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         on conflict (id) do update set name = excluded.name, shape = excluded.shape, measure = excluded.measure, \
           choices = excluded.choices, required = excluded.required, position = excluded.position, active = excluded.active, own = excluded.own"
    )
    .bind(field.id)
    .bind(kind)
    .bind(field.code.as_str())
    .bind(field.name.as_str())
    .bind(field.shape)
    .bind(field.measure.as_deref())
    .bind(choices.as_str())
    .bind(field.required)
    .bind(position)
    .bind(field.active)
    .bind(field.own)
    .execute(c)
    })?;
    Ok(())
}

pub(super) async fn remove_field(tx: &mut Tx, id: FieldId) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from source_field where id = $1").bind(id).execute(c))?;
    Ok(())
}

/// How many tasks say something in each of these fields.
pub(super) async fn filled(tx: &mut Tx, kind: &str) -> Result<HashMap<FieldId, i64>> {
    let rows: Vec<(FieldId, i64)> = run!(tx, |c| {
        sqlx::query_as(
        "select v.field_id, count(*) from task_field v join source_field f on f.id = v.field_id where f.source_kind = $1 group by v.field_id"
    )
    .bind(kind)
    .fetch_all(c)
    })?;
    Ok(rows.into_iter().collect())
}

/// What a task says, field by field.
#[derive(Clone, Debug)]
pub(in crate::tasks) struct Said {
    pub(in crate::tasks) task_id: TaskId,
    pub(in crate::tasks) field: Field,
    pub(in crate::tasks) value: String,
}

/// What tasks say in their fields, in the order of the fields.
pub(in crate::tasks) async fn said(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<Said>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        task_id: TaskId,
        value: String,
        #[sqlx(flatten)]
        field: FieldRow,
    }
    let mut sql = Sql::new(
        "select v.task_id, v.value, f.id, f.source_kind, f.code, f.name, f.shape, f.measure, f.choices, f.required, f.own, f.active \
         from task_field v join source_field f on f.id = v.field_id where v.task_id in ",
    );
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" order by f.position, f.id");
    let rows: Vec<Row> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|row| Said { task_id: row.task_id, field: row.field.parts().1, value: row.value }).collect())
}

/// Tasks directly below one that were not ended.
pub(super) async fn live_below(tx: &mut Tx, id: TaskId) -> Result<Vec<TaskId>> {
    let rows: Vec<(TaskId,)> =
        run!(tx, |c| sqlx::query_as("select id from task where parent_id = $1 and state <> 'terminated' order by id")
            .bind(id)
            .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(in crate::tasks) async fn say(tx: &mut Tx, task: TaskId, field: FieldId, kept: &Kept) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into task_field (task_id, field_id, value, amount) values ($1, $2, $3, $4) \
         on conflict (task_id, field_id) do update set value = excluded.value, amount = excluded.amount"
    )
    .bind(task)
    .bind(field)
    .bind(kept.value.as_str())
    .bind(kept.amount)
    .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn unsay(tx: &mut Tx, task: TaskId, field: FieldId) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from task_field where task_id = $1 and field_id = $2").bind(task).bind(field).execute(c))?;
    Ok(())
}

/// Amounts in ten-thousandths.
#[derive(sqlx::FromRow)]
pub(super) struct Sums {
    pub(super) n: i64,
    pub(super) total: Option<i64>,
    pub(super) least: Option<i64>,
    pub(super) greatest: Option<i64>,
}

/// What a field of numbers adds up to over the tasks of a filter, and how many say something in it.
pub(super) async fn sums(tx: &mut Tx, eye: &Eye<'_>, filter: &Filter, field: &Field) -> Result<Sums> {
    let mut sql = Sql::new(
        "select count(*) as n, cast(sum(v.amount) as bigint) as total, min(v.amount) as least, max(v.amount) as greatest \
         from task t join task_field v on v.task_id = t.id",
    );
    push_where(&mut sql, eye, filter);
    sql.push(" and v.field_id = ").bind(field.id.0);
    sql.fetch_one(tx).await
}

/// How often a value stands in a field.
#[derive(sqlx::FromRow)]
pub(super) struct Counted {
    pub(super) value: String,
    pub(super) n: i64,
    pub(super) done: i64,
    pub(super) overdue: i64,
}

/// How often each value, of days each month, stands in a field over the tasks of a filter, the most frequent first.
pub(super) async fn counted(tx: &mut Tx, eye: &Eye<'_>, filter: &Filter, field: &Field) -> Result<Vec<Counted>> {
    let mut sql = Sql::new(if field.shape == Shape::Day { "select substr(v.value, 1, 7) as value" } else { "select v.value as value" });
    sql.push(
        ", count(*) as n, count(*) filter (where t.state in ('closed', 'settled')) as done, \
           count(*) filter (where t.state in ('dispatched', 'active') and t.stopped is null and t.due_day < ",
    );
    sql.bind(eye.today.to_string()).push(") as overdue from task t join task_field v on v.task_id = t.id");
    push_where(&mut sql, eye, filter);
    sql.push(" and v.field_id = ").bind(field.id.0).push(" group by 1 order by 2 desc, 1 limit 5000");
    sql.fetch_all(tx).await
}
