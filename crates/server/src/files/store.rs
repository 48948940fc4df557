//! All SQL of files.

use db::{Result, Sql, Tx, execute, run};
use kit::{Moment, uuid::Uuid};

use super::model::{FileId, Owner};
use crate::org::PersonId;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct FileRow {
    pub(super) id: FileId,
    pub(super) digest: String,
    pub(super) size: i64,
    pub(super) media_type: String,
    pub(super) name: String,
    pub(super) uploaded_by: PersonId,
    pub(super) uploader: String,
    pub(super) uploaded_at: Moment,
}

const SELECT: &str = "select f.id, f.digest, f.size, f.media_type, f.name, f.uploaded_by, e.name as uploader, f.uploaded_at \
    from file f join person e on e.id = f.uploaded_by";

pub(super) async fn insert(tx: &mut Tx, row: &FileRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into file (id, digest, size, media_type, name, uploaded_by, uploaded_at) values ($1, $2, $3, $4, $5, $6, $7)"
    )
    .bind(row.id)
    .bind(row.digest.as_str())
    .bind(row.size)
    .bind(row.media_type.as_str())
    .bind(row.name.as_str())
    .bind(row.uploaded_by)
    .bind(row.uploaded_at)
    .execute(c))?;
    Ok(())
}

pub(super) async fn file(tx: &mut Tx, id: FileId) -> Result<Option<FileRow>> {
    Ok(files(tx, &[id]).await?.pop())
}

pub(super) async fn files(tx: &mut Tx, ids: &[FileId]) -> Result<Vec<FileRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push(" where f.id in ").bind_list(ids.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// The tasks the file is attached to.
pub(super) async fn tasks_of(tx: &mut Tx, id: FileId) -> Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> =
        run!(tx, |c| sqlx::query_as("select distinct task_id from attachment where file_id = $1 order by task_id").bind(id).fetch_all(c))?;
    Ok(rows.into_iter().map(|(task,)| task).collect())
}

/// Ids of those files that are attached to something of the task.
pub(super) async fn attached_to(tx: &mut Tx, task: Uuid, ids: &[FileId]) -> Result<Vec<FileId>> {
    let mut sql = Sql::new("select distinct file_id from attachment where task_id = ");
    sql.bind(task).push(" and file_id in ").bind_list(ids.iter().map(|id| id.0));
    let rows: Vec<(FileId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(super) async fn insert_attachment(tx: &mut Tx, file: FileId, task: Uuid, owner: Owner) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into attachment (file_id, task_id, owner, owner_id) values ($1, $2, $3, $4) on conflict (file_id, owner_id) do nothing"
    )
    .bind(file)
    .bind(task)
    .bind(owner.kind)
    .bind(owner.id)
    .execute(c))?;
    Ok(())
}

pub(super) async fn remove_attachments(tx: &mut Tx, owner: Owner) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from attachment where owner = $1 and owner_id = $2").bind(owner.kind).bind(owner.id).execute(c))?;
    Ok(())
}

pub(super) async fn count_of_owner(tx: &mut Tx, owner: Uuid) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select count(*) from attachment where owner_id = $1").bind(owner).fetch_one(c))?;
    Ok(n)
}

/// A file with what it is attached to.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct OwnedRow {
    pub(super) owner_id: Uuid,
    #[sqlx(flatten)]
    pub(super) file: FileRow,
}

/// Files of several owners, in the order they were uploaded.
pub(super) async fn of_owners(tx: &mut Tx, owners: &[Uuid]) -> Result<Vec<OwnedRow>> {
    let mut sql = Sql::new(
        "select a.owner_id, f.id, f.digest, f.size, f.media_type, f.name, f.uploaded_by, e.name as uploader, f.uploaded_at \
         from attachment a join file f on f.id = a.file_id join person e on e.id = f.uploaded_by where a.owner_id in ",
    );
    sql.bind_list(owners.iter().copied()).push(" order by f.id");
    sql.fetch_all(tx).await
}

/// Every file of a task, of its reports, requests and urges too, each once, in the order they were uploaded.
pub(super) async fn of_task(tx: &mut Tx, task: Uuid) -> Result<Vec<FileRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push(" where f.id in (select file_id from attachment where task_id = ").bind(task).push(") order by f.id");
    sql.fetch_all(tx).await
}

/// The digests of all bytes that some file names.
pub async fn digests(tx: &mut Tx) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = run!(tx, |c| sqlx::query_as("select distinct digest from file order by digest").fetch_all(c))?;
    Ok(rows.into_iter().map(|(digest,)| digest).collect())
}

/// Removes uploads from before this moment that are attached to nothing.
pub(super) async fn remove_unattached(tx: &mut Tx, before: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "delete from file where uploaded_at < $1 and not exists (select 1 from attachment a where a.file_id = file.id)"
    )
    .bind(before)
    .execute(c))?;
    Ok(())
}
