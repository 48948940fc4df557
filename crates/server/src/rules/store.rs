//! All SQL of rules.

use std::collections::HashMap;

use db::{Result, Tx, execute, run};
use kit::{Day, Moment};

use crate::{app::Written, org::PersonId};

/// A version as it was written.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RuleVersion {
    /// Counts the versions of all sets together.
    pub version: i64,
    /// The first day on which it is in force.
    pub from_day: Day,
    /// JSON.
    pub body: String,
    /// Why it was written.
    pub reason: String,
    /// By whom.
    pub made_by: Option<PersonId>,
    /// When.
    pub made_at: Moment,
}

/// How many versions have come into force by a day.
pub async fn versions(tx: &mut Tx, day: Day) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select count(*) from rule_version where from_day <= $1").bind(day).fetch_one(c))?;
    Ok(n)
}

/// Of every set the version in force on a day: of those that have begun, the one written last.
pub async fn in_force(tx: &mut Tx, day: Day) -> Result<HashMap<String, Written>> {
    let rows: Vec<(String, i64, String, Day, Moment)> = run!(tx, |c| {
        sqlx::query_as(
        "select kind, version, body, from_day, made_at from rule_version r where from_day <= $1 and not exists (select 1 from rule_version l \
           where l.kind = r.kind and l.from_day <= $1 and (l.from_day > r.from_day or (l.from_day = r.from_day and l.version > r.version)))"
    )
    .bind(day)
    .fetch_all(c)
    })?;
    let written = |(kind, version, body, from, made): (String, i64, String, Day, Moment)| {
        (kind, Written { version, body, since: made.max(from.start()) })
    };
    Ok(rows.into_iter().map(written).collect())
}

/// A version's JSON.
pub async fn written(tx: &mut Tx, kind: &str, version: i64) -> Result<Option<String>> {
    let row: Option<(String,)> = run!(tx, |c| sqlx::query_as("select body from rule_version where kind = $1 and version = $2")
        .bind(kind)
        .bind(version)
        .fetch_optional(c))?;
    Ok(row.map(|(body,)| body))
}

/// The number of a set's last version, 0 where there is none.
pub(super) async fn latest(tx: &mut Tx, kind: &str) -> Result<i64> {
    let (n,): (i64,) =
        run!(tx, |c| sqlx::query_as("select coalesce(max(version), 0) from rule_version where kind = $1").bind(kind).fetch_one(c))?;
    Ok(n)
}

pub(super) async fn next(tx: &mut Tx) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select coalesce(max(version), 0) + 1 from rule_version").fetch_one(c))?;
    Ok(n)
}

#[expect(clippy::too_many_arguments, reason = "the columns of the table")]
pub(super) async fn insert(
    tx: &mut Tx,
    version: i64,
    kind: &str,
    from: Day,
    body: &str,
    reason: &str,
    by: PersonId,
    at: Moment,
) -> Result<()> {
    let by = (by.0 != kit::NIL).then_some(by);
    execute!(tx, |c| sqlx::query(
        "insert into rule_version (version, kind, from_day, body, reason, made_by, made_at) values ($1, $2, $3, $4, $5, $6, $7)"
    )
    .bind(version)
    .bind(kind)
    .bind(from)
    .bind(body)
    .bind(reason)
    .bind(by)
    .bind(at)
    .execute(c))?;
    Ok(())
}

/// A set's versions, the latest first.
pub(super) async fn history(tx: &mut Tx, kind: &str, limit: i64) -> Result<Vec<RuleVersion>> {
    run!(tx, |c| sqlx::query_as(
        "select version, from_day, body, reason, made_by, made_at from rule_version where kind = $1 order by version desc limit $2"
    )
    .bind(kind)
    .bind(limit)
    .fetch_all(c))
}
