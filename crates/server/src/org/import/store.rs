//! All SQL of imports.

use db::{Result, Tx, execute, run};
use kit::Moment;

use super::{ImportId, Kept};
use crate::org::PersonId;

pub(super) async fn insert(tx: &mut Tx, kept: &Kept, by: PersonId, now: Moment) -> Result<()> {
    let content = serde_json::to_string(&kept.lines).unwrap_or_default();
    execute!(tx, |c| sqlx::query("insert into org_import (id, person_id, file_name, at, content) values ($1, $2, $3, $4, $5)")
        .bind(kept.id)
        .bind(by)
        .bind(kept.file_name.as_str())
        .bind(now)
        .bind(content.as_str())
        .execute(c))?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ImportId,
    file_name: String,
    content: String,
    committed_at: Option<Moment>,
}

pub(super) async fn import(tx: &mut Tx, id: ImportId) -> Result<Option<Kept>> {
    let row: Option<Row> = run!(tx, |c| sqlx::query_as("select id, file_name, content, committed_at from org_import where id = $1")
        .bind(id)
        .fetch_optional(c))?;
    Ok(row.map(|row| Kept {
        id: row.id,
        file_name: row.file_name,
        lines: serde_json::from_str(&row.content).unwrap_or_default(),
        committed_at: row.committed_at,
    }))
}

/// Whether it was not committed before; a second transaction waits here for the first to end.
pub(super) async fn mark_committed(tx: &mut Tx, id: ImportId, now: Moment) -> Result<bool> {
    let done = execute!(tx, |c| sqlx::query("update org_import set committed_at = $2 where id = $1 and committed_at is null")
        .bind(id)
        .bind(now)
        .execute(c))?;
    Ok(done > 0)
}

pub(super) async fn remove_uncommitted(tx: &mut Tx, before: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from org_import where committed_at is null and at < $1").bind(before).execute(c))?;
    Ok(())
}
