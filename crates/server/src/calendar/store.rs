//! All SQL of the calendar.

use db::{Result, Tx, execute, run};
use kit::Moment;
use wording::Words;

use crate::org::PersonId;

/// A version as it was written.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct CalendarVersion {
    pub version: i64,
    pub body: String,
    pub words: Words,
    pub reason: String,
    pub made_by: Option<PersonId>,
    pub made_at: Moment,
}

/// How many versions have been written.
pub async fn versions(tx: &mut Tx) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select coalesce(max(version), 0) from calendar_version").fetch_one(c))?;
    Ok(n)
}

/// The latest versions, newest first.
pub(super) async fn history(tx: &mut Tx, limit: i64) -> Result<Vec<CalendarVersion>> {
    run!(tx, |c| sqlx::query_as(
        "select version, body, words, reason, made_by, made_at from calendar_version order by version desc limit $1"
    )
    .bind(limit)
    .fetch_all(c))
}

pub(super) async fn insert(tx: &mut Tx, row: &CalendarVersion) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into calendar_version (version, body, words, reason, made_by, made_at) values ($1, $2, $3, $4, $5, $6)"
    )
    .bind(row.version)
    .bind(row.body.as_str())
    .bind(&row.words)
    .bind(row.reason.as_str())
    .bind(row.made_by)
    .bind(row.made_at)
    .execute(c))?;
    Ok(())
}
