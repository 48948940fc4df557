use std::collections::HashMap;

use db::{Result, Sql, Tx, execute, run};

use crate::{
    access::Scope,
    org::PersonId,
    tasks::{
        model::TaskId,
        tags::{TagId, TagRow},
    },
};

/// Every tag, by name.
pub(in crate::tasks) async fn tags(tx: &mut Tx) -> Result<Vec<TagRow>> {
    run!(tx, |c| sqlx::query_as("select id, name, retired, created_at, version from tag order by name, id").fetch_all(c))
}

/// How many tasks of the scope each tag stands on.
pub(in crate::tasks) async fn tag_counts(tx: &mut Tx, scope: &Scope) -> Result<Vec<(TagId, i64)>> {
    let mut sql = Sql::new("select g.tag_id, count(*) from task_tag g join task t on t.id = g.task_id where");
    scope.tasks(&mut sql);
    sql.push(" group by g.tag_id");
    sql.fetch_all(tx).await
}

/// The tags of tasks, by name; tasks without any are missing.
pub(in crate::tasks) async fn tags_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<HashMap<TaskId, Vec<TagRow>>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        task_id: TaskId,
        #[sqlx(flatten)]
        tag: TagRow,
    }
    let mut out: HashMap<TaskId, Vec<TagRow>> = HashMap::new();
    if tasks.is_empty() {
        return Ok(out);
    }
    let mut sql = Sql::new(
        "select k.task_id, g.id, g.name, g.retired, g.created_at, g.version from task_tag k join tag g on g.id = k.tag_id where k.task_id in ",
    );
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" order by g.name, g.id");
    for row in sql.fetch_all::<Row>(tx).await? {
        out.entry(row.task_id).or_default().push(row.tag);
    }
    Ok(out)
}

/// Writes a new tag down; answers the one that is there when somebody else was quicker.
pub(in crate::tasks) async fn add_tag(tx: &mut Tx, row: &TagRow, folded: &str, by: PersonId) -> Result<TagRow> {
    let by = (by.0 != kit::NIL).then_some(by);
    execute!(tx, |c| sqlx::query(
        "insert into tag (id, name, folded, created_by, created_at, version) values ($1, $2, $3, $4, $5, 1) on conflict (folded) do nothing"
    )
    .bind(row.id)
    .bind(row.name.as_str())
    .bind(folded)
    .bind(by)
    .bind(row.created_at)
    .execute(c))?;
    run!(tx, |c| sqlx::query_as("select id, name, retired, created_at, version from tag where folded = $1").bind(folded).fetch_one(c))
}

pub(in crate::tasks) async fn save_tag(tx: &mut Tx, row: &TagRow, folded: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query("update tag set name = $2, folded = $3, retired = $4, version = $5 where id = $1")
        .bind(row.id)
        .bind(row.name.as_str())
        .bind(folded)
        .bind(row.retired)
        .bind(row.version)
        .execute(c))?;
    Ok(())
}

/// Keeps a second writer of the tag waiting; its version, when there is such a tag.
pub(in crate::tasks) async fn lock_tag(tx: &mut Tx, id: TagId) -> Result<Option<i64>> {
    let row: Option<(i64,)> =
        run!(tx, |c| sqlx::query_as("update tag set version = version where id = $1 returning version").bind(id).fetch_optional(c))?;
    Ok(row.map(|(version,)| version))
}

/// Puts what is tagged with one under the other; the first is no more.
pub(in crate::tasks) async fn merge_tags(tx: &mut Tx, from: TagId, to: TagId) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into task_tag (task_id, tag_id) select task_id, $2 from task_tag where tag_id = $1 on conflict (task_id, tag_id) do nothing"
    )
    .bind(from)
    .bind(to)
    .execute(c))?;
    execute!(tx, |c| sqlx::query("delete from task_tag where tag_id = $1").bind(from).execute(c))?;
    execute!(tx, |c| sqlx::query("delete from tag where id = $1").bind(from).execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn tag(tx: &mut Tx, task: TaskId, tag: TagId) -> Result<()> {
    execute!(tx, |c| sqlx::query("insert into task_tag (task_id, tag_id) values ($1, $2) on conflict (task_id, tag_id) do nothing")
        .bind(task)
        .bind(tag)
        .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn untag(tx: &mut Tx, task: TaskId, tag: TagId) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from task_tag where task_id = $1 and tag_id = $2").bind(task).bind(tag).execute(c))?;
    Ok(())
}
