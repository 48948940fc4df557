//! All SQL of uploads that come in pieces.

use db::{Result, Tx, execute, run};
use kit::{Moment, uuid::Uuid};

use super::UploadId;
use crate::{
    files::FileId,
    org::{PersonId, UnitId},
};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct UploadRow {
    pub(super) id: UploadId,
    pub(super) person_id: PersonId,
    pub(super) name: String,
    pub(super) size: i64,
    /// Bytes that are safe.
    pub(super) received: i64,
    /// What it must come to, where the sender has said so.
    pub(super) digest: Option<String>,
    pub(super) expires_at: Moment,
    /// Whose room it takes.
    pub(super) unit_id: Option<UnitId>,
    /// What it has become.
    pub(super) file_id: Option<FileId>,
}

pub(super) async fn insert(tx: &mut Tx, row: &UploadRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into upload (id, person_id, name, size, received, digest, expires_at, unit_id) values ($1, $2, $3, $4, 0, $5, $6, $7)"
    )
    .bind(row.id)
    .bind(row.person_id)
    .bind(row.name.as_str())
    .bind(row.size)
    .bind(row.digest.as_deref())
    .bind(row.expires_at)
    .bind(row.unit_id)
    .execute(c))?;
    Ok(())
}

/// A person's own upload.
pub(super) async fn find(tx: &mut Tx, id: UploadId, person: PersonId) -> Result<Option<UploadRow>> {
    run!(tx, |c| sqlx::query_as(
        "select id, person_id, name, size, received, digest, expires_at, unit_id, file_id from upload where id = $1 and person_id = $2"
    )
    .bind(id)
    .bind(person)
    .fetch_optional(c))
}

/// How many uploads a person has under way, and how many bytes they come to.
pub(super) async fn under_way(tx: &mut Tx, person: PersonId, now: Moment) -> Result<i64> {
    let (n,): (i64,) =
        run!(tx, |c| sqlx::query_as("select count(*) from upload where person_id = $1 and file_id is null and expires_at > $2")
            .bind(person)
            .bind(now)
            .fetch_one(c))?;
    Ok(n)
}

/// Takes the row for a writer who begins at `offset`; `false` where another holds it or it stands elsewhere.
pub(super) async fn claim(tx: &mut Tx, id: UploadId, offset: i64, writer: Uuid, now: Moment, until: Moment) -> Result<bool> {
    let row: Option<(UploadId,)> = run!(tx, |c| sqlx::query_as(
        "update upload set writer = $3, lease_until = $5 where id = $1 and received = $2 and file_id is null \
           and (writer is null or lease_until <= $4) returning id"
    )
    .bind(id)
    .bind(offset)
    .bind(writer)
    .bind(now)
    .bind(until)
    .fetch_optional(c))?;
    Ok(row.is_some())
}

/// So much is safe now, and the writer goes on; `false` where the row is another's by now.
pub(super) async fn advance(tx: &mut Tx, id: UploadId, writer: Uuid, received: i64, until: Moment, expires: Moment) -> Result<bool> {
    let row: Option<(UploadId,)> = run!(tx, |c| sqlx::query_as(
        "update upload set received = $3, lease_until = $4, expires_at = $5 where id = $1 and writer = $2 returning id"
    )
    .bind(id)
    .bind(writer)
    .bind(received)
    .bind(until)
    .bind(expires)
    .fetch_optional(c))?;
    Ok(row.is_some())
}

pub(super) async fn release(tx: &mut Tx, id: UploadId, writer: Uuid) -> Result<()> {
    execute!(tx, |c| sqlx::query("update upload set writer = null, lease_until = null where id = $1 and writer = $2")
        .bind(id)
        .bind(writer)
        .execute(c))?;
    Ok(())
}

/// It has become a file; `false` where it had before.
pub(super) async fn became(tx: &mut Tx, id: UploadId, file: FileId) -> Result<bool> {
    let row: Option<(UploadId,)> =
        run!(tx, |c| sqlx::query_as("update upload set file_id = $2 where id = $1 and file_id is null returning id")
            .bind(id)
            .bind(file)
            .fetch_optional(c))?;
    Ok(row.is_some())
}

pub(super) async fn remove(tx: &mut Tx, id: UploadId) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from upload where id = $1").bind(id).execute(c))?;
    Ok(())
}

pub(super) async fn remove_expired(tx: &mut Tx, now: Moment) -> Result<Vec<UploadId>> {
    let rows: Vec<(UploadId,)> = run!(tx, |c| sqlx::query_as(
        "delete from upload where expires_at <= $1 and (lease_until is null or lease_until <= $1) returning id"
    )
    .bind(now)
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(super) async fn ids(tx: &mut Tx) -> Result<Vec<UploadId>> {
    let rows: Vec<(UploadId,)> = run!(tx, |c| sqlx::query_as("select id from upload").fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
