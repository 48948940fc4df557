//! All SQL of scanning.

use db::{Result, Tx, execute, run};
use kit::Moment;

/// A content waits from now on; `false` where it has been looked at or waits already.
pub(super) async fn wait(tx: &mut Tx, digest: &str, at: Moment) -> Result<bool> {
    let row: Option<(String,)> = run!(tx, |c| {
        sqlx::query_as(
        "insert into content_scan (digest, state, tries, asked_at) values ($1, 'waiting', 0, $2) on conflict (digest) do nothing returning digest"
    )
    .bind(digest)
    .bind(at)
    .fetch_optional(c)
    })?;
    Ok(row.is_some())
}

pub(super) async fn settle(tx: &mut Tx, digest: &str, state: &str, signature: Option<&str>, error: Option<&str>, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into content_scan (digest, state, signature, tries, error, asked_at, scanned_at) values ($1, $2, $3, 1, $4, $5, $5) \
         on conflict (digest) do update set state = excluded.state, signature = excluded.signature, tries = content_scan.tries + 1, \
           error = excluded.error, scanned_at = excluded.scanned_at"
    )
    .bind(digest)
    .bind(state)
    .bind(signature)
    .bind(error)
    .bind(at)
    .execute(c))?;
    Ok(())
}

/// It could not be looked at; answers how often that was so, nothing where it does not wait.
pub(super) async fn away(tx: &mut Tx, digest: &str, why: &str) -> Result<Option<i64>> {
    let row: Option<(i64,)> = run!(tx, |c| sqlx::query_as(
        "update content_scan set tries = tries + 1, error = $2 where digest = $1 and state = 'waiting' returning tries"
    )
    .bind(digest)
    .bind(why)
    .fetch_optional(c))?;
    Ok(row.map(|(tries,)| tries))
}

pub(super) async fn forget(tx: &mut Tx, digest: &str) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from content_scan where digest = $1 and state = 'waiting'").bind(digest).execute(c))?;
    Ok(())
}

pub(super) async fn forget_waiting(tx: &mut Tx) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from content_scan where state = 'waiting'").execute(c))?;
    Ok(())
}

/// Of contents that no file has any more nothing need be known.
pub(super) async fn forget_unnamed(tx: &mut Tx) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from content_scan where not exists (select 1 from file f where f.digest = content_scan.digest)")
        .execute(c))?;
    Ok(())
}

/// Contents that have not been looked at, the newest first, and how often each was tried.
pub(super) async fn without_verdict(tx: &mut Tx, limit: i64) -> Result<Vec<(String, i64)>> {
    run!(tx, |c| sqlx::query_as(
        "select f.digest, coalesce(max(s.tries), 0) from file f left join content_scan s on s.digest = f.digest \
         where (s.digest is null or s.state = 'waiting') \
           and not exists (select 1 from file_finding g where g.digest = f.digest and g.state = 'removed') \
         group by f.digest order by max(f.uploaded_at) desc, f.digest limit $1"
    )
    .bind(limit)
    .fetch_all(c))
}

/// How scanning stands.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Totals {
    pub(super) waiting: i64,
    pub(super) oldest_waiting: Option<Moment>,
    pub(super) clean: i64,
    pub(super) found: i64,
    pub(super) failed: i64,
    pub(super) last_scan: Option<Moment>,
}

pub(super) async fn totals(tx: &mut Tx) -> Result<Totals> {
    run!(tx, |c| {
        sqlx::query_as(
            "select cast(coalesce(sum(case when state = 'waiting' then 1 else 0 end), 0) as bigint) as waiting, \
           min(case when state = 'waiting' then asked_at end) as oldest_waiting, \
           cast(coalesce(sum(case when state = 'clean' then 1 else 0 end), 0) as bigint) as clean, \
           cast(coalesce(sum(case when state = 'found' then 1 else 0 end), 0) as bigint) as found, \
           cast(coalesce(sum(case when state = 'failed' then 1 else 0 end), 0) as bigint) as failed, max(scanned_at) as last_scan \
         from content_scan",
        )
        .fetch_one(c)
    })
}

/// What stood in the way the last time, of the one that waits longest.
pub(super) async fn trouble(tx: &mut Tx) -> Result<Option<String>> {
    let row: Option<(String,)> = run!(tx, |c| sqlx::query_as(
        "select error from content_scan where state = 'waiting' and error is not null order by asked_at, digest limit 1"
    )
    .fetch_optional(c))?;
    Ok(row.map(|(error,)| error))
}
