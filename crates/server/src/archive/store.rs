//! All SQL of archives.

use db::{Result, Sql, Tx, execute};
use kit::Moment;

use super::model::{Archive, ArchiveId};
use crate::{
    org::{PersonId, PersonRef},
    tasks::TaskId,
};

#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: ArchiveId,
    task_id: TaskId,
    digest: String,
    size: i64,
    tasks: i64,
    files: i64,
    person_id: PersonId,
    person: String,
    at: Moment,
}

impl From<Row> for Archive {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            task_id: row.task_id,
            digest: row.digest,
            size: row.size,
            tasks: row.tasks,
            files: row.files,
            by: PersonRef { id: row.person_id, name: row.person },
            at: row.at,
        }
    }
}

const SELECT: &str = "select a.id, a.task_id, a.digest, a.size, a.tasks, a.files, a.person_id, e.name as person, a.at \
    from archive a join person e on e.id = a.person_id where ";

pub(super) async fn insert(tx: &mut Tx, archive: &Archive) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into archive (id, task_id, digest, size, tasks, files, person_id, at) values ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(archive.id)
    .bind(archive.task_id)
    .bind(archive.digest.as_str())
    .bind(archive.size)
    .bind(archive.tasks)
    .bind(archive.files)
    .bind(archive.by.id)
    .bind(archive.at)
    .execute(c))?;
    Ok(())
}

pub(super) async fn find(tx: &mut Tx, id: ArchiveId) -> Result<Option<Archive>> {
    let mut sql = Sql::new(SELECT);
    sql.push("a.id = ").bind(id.0);
    Ok(sql.fetch_all::<Row>(tx).await?.pop().map(Archive::from))
}

/// Packages of a task, the newest first.
pub(super) async fn of_task(tx: &mut Tx, task: TaskId) -> Result<Vec<Archive>> {
    let mut sql = Sql::new(SELECT);
    sql.push("a.task_id = ").bind(task.0).push(" order by a.id desc limit 100");
    Ok(sql.fetch_all::<Row>(tx).await?.into_iter().map(Archive::from).collect())
}
