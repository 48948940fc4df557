use db::{Result, Sql, Tx, execute, run};
use kit::Moment;

use crate::{
    org::{PersonId, UnitId},
    tasks::{model::TaskId, saved::Sharing, templates::TemplateId},
};

/// A template as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::tasks) struct TemplateRow {
    pub(in crate::tasks) id: TemplateId,
    pub(in crate::tasks) person_id: PersonId,
    pub(in crate::tasks) person_name: String,
    pub(in crate::tasks) shared: Sharing,
    pub(in crate::tasks) unit_id: Option<UnitId>,
    pub(in crate::tasks) name: String,
    pub(in crate::tasks) description: String,
    pub(in crate::tasks) pattern: String,
    pub(in crate::tasks) tasks: i64,
    pub(in crate::tasks) created_at: Moment,
    pub(in crate::tasks) changed_at: Moment,
    pub(in crate::tasks) retired_at: Option<Moment>,
    pub(in crate::tasks) version: i64,
}

/// The templates a person has: their own, those shared with their unit or one above it, and those shared with all; by name,
/// those that are no longer offered last. With an id, that one only.
pub(in crate::tasks) async fn templates(
    tx: &mut Tx,
    me: PersonId,
    unit: Option<UnitId>,
    id: Option<TemplateId>,
) -> Result<Vec<TemplateRow>> {
    let mut sql = Sql::new(
        "select m.id, m.person_id, e.name as person_name, m.shared, m.unit_id, m.name, m.description, m.pattern, m.tasks, m.created_at, \
           m.changed_at, m.retired_at, m.version from task_template m join person e on e.id = m.person_id where (m.person_id = ",
    );
    sql.bind(me.0).push(" or m.shared = 'all'");
    if let Some(unit) = unit {
        sql.push(" or (m.shared = 'unit' and m.unit_id in (select above_id from unit_above where unit_id = ").bind(unit.0).push("))");
    }
    sql.push(")");
    if let Some(id) = id {
        sql.push(" and m.id = ").bind(id.0);
    }
    sql.push(" order by case when m.retired_at is null then 0 else 1 end, m.name, m.id");
    sql.fetch_all(tx).await
}

/// How many templates of their own a person has that are offered.
pub(in crate::tasks) async fn templates_of(tx: &mut Tx, person: PersonId) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select count(*) from task_template where person_id = $1 and retired_at is null")
        .bind(person)
        .fetch_one(c))?;
    Ok(n)
}

/// Keeps a second writer of the template waiting.
pub(in crate::tasks) async fn lock_template(tx: &mut Tx, id: TemplateId) -> Result<()> {
    execute!(tx, |c| sqlx::query("update task_template set version = version where id = $1").bind(id).execute(c))?;
    Ok(())
}

/// Writes a new template, or the next version of one.
pub(in crate::tasks) async fn put_template(tx: &mut Tx, row: &TemplateRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into task_template (id, person_id, shared, unit_id, name, description, pattern, tasks, created_at, changed_at, retired_at, \
           version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
         on conflict (id) do update set shared = excluded.shared, unit_id = excluded.unit_id, name = excluded.name, \
           description = excluded.description, pattern = excluded.pattern, tasks = excluded.tasks, changed_at = excluded.changed_at, \
           retired_at = excluded.retired_at, version = excluded.version"
    )
    .bind(row.id)
    .bind(row.person_id)
    .bind(row.shared)
    .bind(row.unit_id)
    .bind(row.name.as_str())
    .bind(row.description.as_str())
    .bind(row.pattern.as_str())
    .bind(row.tasks)
    .bind(row.created_at)
    .bind(row.changed_at)
    .bind(row.retired_at)
    .bind(row.version)
    .execute(c))?;
    Ok(())
}

/// Says how a draft's due day came about.
pub(in crate::tasks) async fn explain_due(tx: &mut Tx, id: TaskId, explanation: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query("update task set due_explanation = $2 where id = $1").bind(id).bind(explanation).execute(c))?;
    Ok(())
}

/// The version a template has now.
pub(in crate::tasks) async fn template_version(tx: &mut Tx, id: TemplateId) -> Result<Option<i64>> {
    let row: Option<(i64,)> = run!(tx, |c| sqlx::query_as("select version from task_template where id = $1").bind(id).fetch_optional(c))?;
    Ok(row.map(|(version,)| version))
}
