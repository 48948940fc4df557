//! All SQL of files.

use db::{Result, Sql, Tx, execute, run};
use kit::{Moment, uuid::Uuid};

use super::{
    library::{FileKind, Sought},
    model::{FileId, Owner},
    scrub::Damaged,
};
use crate::{
    access::Scope,
    org::{PersonId, UnitId},
};

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
    /// Whose room it takes.
    pub(super) unit_id: Option<UnitId>,
    /// It has taken another's place.
    pub(super) has_older: bool,
    /// What was found in it: see [`super::gate::standing`].
    pub(super) gate: i64,
    /// What the scanner says of it.
    pub(super) scan: Option<String>,
}

macro_rules! columns {
    () => {
        "f.id, f.digest, f.size, f.media_type, f.name, f.uploaded_by, e.name as uploader, f.uploaded_at, f.unit_id, \
         exists (select 1 from attachment r where r.replaced_by = f.id) as has_older, \
         cast(coalesce((select max(case when g.state = 'removed' then 3 when g.state = 'open' and g.kind = 'virus' then 2 \
           when g.state = 'open' then 1 else 0 end) from file_finding g where g.digest = f.digest), 0) as bigint) as gate, \
         (select w.state from content_scan w where w.digest = f.digest) as scan"
    };
}

const SELECT: &str = concat!("select ", columns!(), " from file f join person e on e.id = f.uploaded_by");

pub(super) async fn insert(tx: &mut Tx, row: &FileRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into file (id, digest, size, media_type, name, uploaded_by, uploaded_at, unit_id) values ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(row.id)
    .bind(row.digest.as_str())
    .bind(row.size)
    .bind(row.media_type.as_str())
    .bind(row.name.as_str())
    .bind(row.uploaded_by)
    .bind(row.uploaded_at)
    .bind(row.unit_id)
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

/// All files of a content, in the order they were uploaded.
pub(super) async fn of_digest(tx: &mut Tx, digest: &str) -> Result<Vec<FileRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push(" where f.digest = ").bind(digest.to_owned()).push(" order by f.id");
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

pub(super) async fn share(tx: &mut Tx, from: Owner, task: Uuid, to: Owner) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query(
        "insert into attachment (file_id, task_id, owner, owner_id) select file_id, $2, $3, $4 from attachment where owner_id = $1 and replaced_by is null \
         on conflict (file_id, owner_id) do nothing"
    )
    .bind(from.id)
    .bind(task)
    .bind(to.kind)
    .bind(to.id)
    .execute(c)
    })?;
    Ok(())
}

pub(super) async fn remove_attachments(tx: &mut Tx, owner: Owner) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from attachment where owner = $1 and owner_id = $2").bind(owner.kind).bind(owner.id).execute(c))?;
    Ok(())
}

pub(super) async fn count_of_owner(tx: &mut Tx, owner: Uuid) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select count(*) from attachment where owner_id = $1 and replaced_by is null")
        .bind(owner)
        .fetch_one(c))?;
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
    let mut sql = Sql::new(concat!(
        "select a.owner_id, ",
        columns!(),
        " from attachment a join file f on f.id = a.file_id join person e on e.id = f.uploaded_by \
         where a.replaced_by is null and a.owner_id in "
    ));
    sql.bind_list(owners.iter().copied()).push(" order by f.id");
    sql.fetch_all(tx).await
}

/// A file with each thing of the task it is attached to.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct AttachedRow {
    pub(super) owner_kind: String,
    pub(super) owner_id: Uuid,
    pub(super) replaced_by: Option<FileId>,
    pub(super) replaced_at: Option<Moment>,
    #[sqlx(flatten)]
    pub(super) file: FileRow,
}

/// Files of a task with what each is attached to, in the order they were uploaded.
pub(super) async fn attached(tx: &mut Tx, task: Uuid) -> Result<Vec<AttachedRow>> {
    run!(tx, |c| sqlx::query_as(concat!(
        "select a.owner as owner_kind, a.owner_id, a.replaced_by, a.replaced_at, ",
        columns!(),
        " from attachment a join file f on f.id = a.file_id \
         join person e on e.id = f.uploaded_by where a.task_id = $1 order by f.id, a.owner, a.owner_id"
    ))
    .bind(task)
    .fetch_all(c))
}

/// Every file of a task, of its reports, requests and urges too, each once, in the order they were uploaded.
pub(super) async fn of_task(tx: &mut Tx, task: Uuid) -> Result<Vec<FileRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push(" where f.id in (select file_id from attachment where replaced_by is null and task_id = ").bind(task).push(") order by f.id");
    sql.fetch_all(tx).await
}

/// The digests of all bytes that some file names and that were not removed.
pub async fn digests(tx: &mut Tx) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = run!(tx, |c| {
        sqlx::query_as("select distinct digest from file f where not exists (select 1 from file_finding g where g.digest = f.digest and g.state = 'removed') order by digest").fetch_all(c)
    })?;
    Ok(rows.into_iter().map(|(digest,)| digest).collect())
}

/// Some of them in their order, those that come after this one.
pub async fn digests_after(tx: &mut Tx, after: &str, count: i64) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = run!(tx, |c| {
        sqlx::query_as("select distinct digest from file f where digest > $1 and not exists (select 1 from file_finding g where g.digest = f.digest and g.state = 'removed') order by digest limit $2").bind(after).bind(count).fetch_all(c)
    })?;
    Ok(rows.into_iter().map(|(digest,)| digest).collect())
}

/// Whether it was decided that nobody may have a content.
pub async fn is_removed(tx: &mut Tx, digest: &str) -> Result<bool> {
    let row: Option<(i64,)> = run!(tx, |c| {
        sqlx::query_as("select cast(1 as bigint) from file_finding where digest = $1 and state = 'removed' limit 1")
            .bind(digest)
            .fetch_optional(c)
    })?;
    Ok(row.is_some())
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

/// A newer version takes the place of a file that is attached to this; `false` where it is not, or was replaced already.
pub(super) async fn replace(tx: &mut Tx, old: FileId, owner: Uuid, new: FileId, by: PersonId, at: Moment) -> Result<bool> {
    let row: Option<(FileId,)> = run!(tx, |c| sqlx::query_as(
        "update attachment set replaced_by = $3, replaced_person = $4, replaced_at = $5 \
         where file_id = $1 and owner_id = $2 and replaced_by is null returning file_id"
    )
    .bind(old)
    .bind(owner)
    .bind(new)
    .bind(by)
    .bind(at)
    .fetch_optional(c))?;
    Ok(row.is_some())
}

/// A file that was replaced.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct ReplacedRow {
    pub(super) replaced_at: Moment,
    pub(super) replaced_person: PersonId,
    pub(super) replacer: String,
    #[sqlx(flatten)]
    pub(super) file: FileRow,
}

/// What this file has taken the place of.
pub(super) async fn replaced_by(tx: &mut Tx, new: FileId) -> Result<Option<ReplacedRow>> {
    run!(tx, |c| sqlx::query_as(concat!(
        "select a.replaced_at, a.replaced_person, p.name as replacer, ",
        columns!(),
        " from attachment a join file f on f.id = a.file_id \
         join person e on e.id = f.uploaded_by join person p on p.id = a.replaced_person where a.replaced_by = $1 limit 1"
    ))
    .bind(new)
    .fetch_optional(c))
}

/// A file of the library with its task.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct LibraryRow {
    pub(super) task_id: Uuid,
    pub(super) task_number: Option<String>,
    pub(super) task_title: String,
    #[sqlx(flatten)]
    pub(super) file: FileRow,
}

/// Files of tasks in the scope, the newest first.
pub(super) async fn library(tx: &mut Tx, scope: &Scope, sought: &Sought, limit: i64) -> Result<Vec<LibraryRow>> {
    let mut sql = Sql::new(concat!(
        "select t.id as task_id, t.number as task_number, t.title as task_title, ",
        columns!(),
        " from task t join (select distinct file_id, task_id from attachment where replaced_by is null) a on a.task_id = t.id \
         join file f on f.id = a.file_id join person e on e.id = f.uploaded_by where"
    ));
    scope.tasks(&mut sql);
    for word in &sought.words {
        let like = format!("%{}%", word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        sql.push(" and (lower(f.name) like ").bind(like.clone()).push(" escape '\\' or lower(t.title) like ").bind(like.clone());
        sql.push(" escape '\\' or lower(t.number) like ").bind(like.clone()).push(" escape '\\' or lower(e.name) like ").bind(like);
        sql.push(" escape '\\')");
    }
    match sought.kind {
        None => {}
        Some(FileKind::Other) => {
            for begin in FileKind::ALL.iter().flat_map(|kind| kind.begins()) {
                sql.push(" and f.media_type not like ").bind(format!("{begin}%"));
            }
        }
        Some(kind) => {
            sql.push(" and (1 = 0");
            for begin in kind.begins() {
                sql.push(" or f.media_type like ").bind(format!("{begin}%"));
            }
            sql.push(")");
        }
    }
    if let Some(from) = sought.from {
        sql.push(" and f.uploaded_at >= ").bind(from.millis());
    }
    if let Some(to) = sought.to {
        sql.push(" and f.uploaded_at <= ").bind(to.millis());
    }
    if let Some((file, task)) = sought.after {
        sql.push(" and (f.id < ").bind(file.0).push(" or (f.id = ").bind(file.0).push(" and t.id < ").bind(task).push("))");
    }
    sql.push(" order by f.id desc, t.id desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

/// Contents that were last read before this moment, or never, the longest ago first; those that were damaged come again each time.
pub(super) async fn due_for_check(tx: &mut Tx, before: Moment, limit: i64) -> Result<Vec<(String, i64)>> {
    run!(tx, |c| sqlx::query_as(
        "select f.digest, max(f.size) from file f left join content_check c on c.digest = f.digest \
         where (c.digest is null or c.checked_at < $1 or not c.sound) \
           and not exists (select 1 from file_finding g where g.digest = f.digest and g.state = 'removed') \
         group by f.digest order by min(coalesce(c.checked_at, 0)), f.digest limit $2"
    )
    .bind(before)
    .bind(limit)
    .fetch_all(c))
}

pub(super) async fn note_check(tx: &mut Tx, digest: &str, at: Moment, sound: bool) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into content_check (digest, checked_at, sound) values ($1, $2, $3) \
         on conflict (digest) do update set checked_at = excluded.checked_at, sound = excluded.sound"
    )
    .bind(digest)
    .bind(at)
    .bind(sound)
    .execute(c))?;
    Ok(())
}

/// Contents that no file has any more need no check.
pub(super) async fn forget_checks(tx: &mut Tx) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "delete from content_check where not exists (select 1 from file f where f.digest = content_check.digest) \
           or exists (select 1 from file_finding g where g.digest = content_check.digest and g.state = 'removed')"
    )
    .execute(c))?;
    Ok(())
}

/// Contents, their bytes, those not read yet, and when the oldest check was.
pub(super) async fn check_totals(tx: &mut Tx) -> Result<(i64, i64, i64, Option<Moment>)> {
    run!(tx, |c| {
        sqlx::query_as(
        "select count(*), cast(coalesce(sum(f.size), 0) as bigint), cast(coalesce(sum(case when c.digest is null then 1 else 0 end), 0) as bigint), \
           min(c.checked_at) \
         from (select digest, max(size) as size from file x \
           where not exists (select 1 from file_finding g where g.digest = x.digest and g.state = 'removed') group by digest) f left join content_check c on c.digest = f.digest"
    )
    .fetch_one(c)
    })
}

pub(super) async fn damaged(tx: &mut Tx) -> Result<Vec<Damaged>> {
    run!(tx, |c| sqlx::query_as(
        "select c.digest, max(f.size) as size, count(f.id) as files, c.checked_at from content_check c join file f on f.digest = c.digest \
         where not c.sound group by c.digest, c.checked_at order by c.digest limit 1000"
    )
    .fetch_all(c))
}
