//! All SQL of imports.

use db::{Result, Tx, execute, run};
use kit::Moment;

use super::model::ImportId;
use crate::org::PersonId;

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct ImportRecord {
    pub(super) id: ImportId,
    pub(super) file_name: String,
    /// The sheet, JSON.
    pub(super) content: String,
    /// The mapping, JSON.
    pub(super) mapping: String,
    /// The choices, JSON.
    pub(super) choices: String,
    pub(super) committed_at: Option<Moment>,
    pub(super) version: i64,
}

pub(super) async fn insert(tx: &mut Tx, record: &ImportRecord, person: PersonId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into task_import (id, person_id, file_name, at, content, mapping, choices, version) values ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(record.id)
    .bind(person)
    .bind(record.file_name.as_str())
    .bind(at)
    .bind(record.content.as_str())
    .bind(record.mapping.as_str())
    .bind(record.choices.as_str())
    .bind(record.version)
    .execute(c))?;
    Ok(())
}

/// The person's import of this id.
pub(super) async fn find(tx: &mut Tx, id: ImportId, person: PersonId) -> Result<Option<ImportRecord>> {
    run!(tx, |c| sqlx::query_as(
        "select id, file_name, content, mapping, choices, committed_at, version from task_import where id = $1 and person_id = $2"
    )
    .bind(id)
    .bind(person)
    .fetch_optional(c))
}

/// As [`find`], and keeps other writers of it waiting until this transaction ends.
pub(super) async fn hold(tx: &mut Tx, id: ImportId, person: PersonId) -> Result<Option<ImportRecord>> {
    run!(tx, |c| sqlx::query_as(
        "update task_import set version = version where id = $1 and person_id = $2 \
         returning id, file_name, content, mapping, choices, committed_at, version"
    )
    .bind(id)
    .bind(person)
    .fetch_optional(c))
}

/// Writes mapping and choices and counts the version; the caller holds the import.
pub(super) async fn save(tx: &mut Tx, id: ImportId, mapping: &str, choices: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query("update task_import set mapping = $2, choices = $3, version = version + 1 where id = $1")
        .bind(id)
        .bind(mapping)
        .bind(choices)
        .execute(c))?;
    Ok(())
}

pub(super) async fn finish(tx: &mut Tx, id: ImportId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update task_import set committed_at = $2, version = version + 1 where id = $1")
        .bind(id)
        .bind(at)
        .execute(c))?;
    Ok(())
}

/// Removes imports that were begun before this moment and never carried out.
pub(super) async fn remove_uncommitted(tx: &mut Tx, before: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from task_import where committed_at is null and at < $1").bind(before).execute(c))?;
    Ok(())
}
