use db::{Result, Sql, Tx, execute, run};
use kit::Moment;
use serde_json::Value;

use crate::{Job, JobId};

/// The signal that tells idle workers to look.
pub(crate) const TOPIC: &str = "jobs";

/// A job to be done.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// Which handler runs it.
    pub kind: &'a str,
    /// What it is about: ids, not data that may change until then.
    pub payload: Value,
    /// Not before this moment.
    pub run_at: Moment,
    /// While a job with this key waits, another one is not added.
    pub dedupe: Option<&'a str>,
}

/// Adds a job in the caller's transaction. Answers `None` when one with the same key already waits.
///
/// # Errors
/// Whatever the database says.
pub async fn enqueue(tx: &mut Tx, id: JobId, job: NewJob<'_>) -> Result<Option<JobId>> {
    let payload = job.payload.to_string();
    let added: Option<(JobId,)> = run!(tx, |c| sqlx::query_as(
        "insert into job (id, kind, payload, run_at, dedupe, attempts, state) values ($1, $2, $3, $4, $5, 0, 'waiting') \
         on conflict (dedupe) do nothing returning id"
    )
    .bind(id)
    .bind(job.kind)
    .bind(payload.as_str())
    .bind(job.run_at)
    .bind(job.dedupe)
    .fetch_optional(c))?;
    if added.is_some() {
        tx.signal(TOPIC, "");
    }
    Ok(added.map(|(id,)| id))
}

/// How many jobs wait for their turn, due or not.
///
/// # Errors
/// Whatever the database says.
pub async fn waiting(tx: &mut Tx) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select count(*) from job where state = 'waiting'").fetch_one(c))?;
    Ok(n)
}

/// What the jobs of these kinds that nobody has finished are about.
///
/// # Errors
/// Whatever the database says.
pub async fn unfinished(tx: &mut Tx, kinds: &[&str]) -> Result<Vec<Value>> {
    let mut sql = Sql::new("select payload from job where state = 'waiting' and kind in ");
    sql.bind_list(kinds.iter().copied());
    let rows: Vec<(String,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(payload,)| serde_json::from_str(&payload).unwrap_or(Value::Null)).collect())
}

/// How the queue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Depth {
    /// Jobs whose turn has come and that nobody has finished.
    pub due: i64,
    /// Since when the oldest of them has been due.
    pub oldest: Option<Moment>,
    /// Jobs that were given up.
    pub failed: i64,
}

/// How the queue stands now.
///
/// # Errors
/// Whatever the database says.
pub async fn depth(tx: &mut Tx, now: Moment) -> Result<Depth> {
    run!(tx, |c| sqlx::query_as(
        "select count(*) as due, min(run_at) as oldest, (select count(*) from job where state = 'failed') as failed \
         from job where state = 'waiting' and run_at <= $1"
    )
    .bind(now)
    .fetch_one(c))
}

/// A job that was given up.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Failed {
    /// Its id.
    pub id: JobId,
    /// Which handler ran it.
    pub kind: String,
    /// What it was about.
    pub payload: String,
    /// What the last try said.
    pub error: Option<String>,
}

/// The newest hundred jobs that were given up.
///
/// # Errors
/// Whatever the database says.
pub async fn failed(tx: &mut Tx) -> Result<Vec<Failed>> {
    run!(tx, |c| sqlx::query_as("select id, kind, payload, error from job where state = 'failed' order by id desc limit 100").fetch_all(c))
}

/// Has every job that was given up tried anew, from the first try on; answers how many there are.
///
/// # Errors
/// Whatever the database says.
pub async fn try_failed_again(tx: &mut Tx, now: Moment) -> Result<usize> {
    let rows: Vec<(JobId,)> = run!(tx, |c| {
        sqlx::query_as(
        "update job set state = 'waiting', attempts = 0, run_at = $1, lease = null, lease_until = null where state = 'failed' returning id"
    )
    .bind(now)
    .fetch_all(c)
    })?;
    Ok(rows.len())
}

#[derive(sqlx::FromRow)]
struct JobRow {
    id: JobId,
    kind: String,
    payload: String,
    attempts: i64,
}

impl JobRow {
    fn job(self) -> Job {
        let payload = serde_json::from_str(&self.payload).unwrap_or(Value::Null);
        Job { id: self.id, kind: self.kind, payload, attempts: self.attempts }
    }
}

/// Takes the job that has been due longest; `lease` names this claim.
pub(crate) async fn claim(tx: &mut Tx, now: Moment, until: Moment, lease: JobId) -> Result<Option<Job>> {
    // On PostgreSQL two workers may pick the same row: the second waits for the first and then finds the state check
    // of the outer `where` false, which is an empty answer and not an error.
    let row: Option<JobRow> = run!(tx, |c| sqlx::query_as(
        "update job set lease = $3, lease_until = $2, attempts = attempts + 1 \
         where id = (select id from job where state = 'waiting' and run_at <= $1 \
                     and (lease_until is null or lease_until < $1) order by run_at, id limit 1) \
           and (lease_until is null or lease_until < $1) \
         returning id, kind, payload, attempts"
    )
    .bind(now)
    .bind(until)
    .bind(lease)
    .fetch_optional(c))?;
    Ok(row.map(JobRow::job))
}

/// What is due of these that nobody has in hand, as it would be claimed.
fn free(now: Moment) -> Sql {
    let mut sql = Sql::new("select id, kind, payload, attempts + 1 as attempts from job where state = 'waiting' and run_at <= ");
    sql.bind(now.millis()).push(" and (lease_until is null or lease_until < ").bind(now.millis()).push(")");
    sql
}

/// The job that has been due longest and that nobody has in hand, of none of the kinds that rest; its row is held until the end of the
/// transaction.
pub(crate) async fn hold_due(tx: &mut Tx, now: Moment, resting: &[&str]) -> Result<Option<Job>> {
    let mut sql = free(now);
    awake(&mut sql, resting);
    sql.push(" order by run_at, id limit 1").hold(tx, true);
    let rows: Vec<JobRow> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().next().map(JobRow::job))
}

/// Others of the kind of this one, held like it.
pub(crate) async fn hold_others(tx: &mut Tx, now: Moment, first: &Job, limit: i64) -> Result<Vec<Job>> {
    let mut sql = free(now);
    sql.push(" and kind = ").bind(first.kind.as_str()).push(" and id <> ").bind(first.id.0);
    sql.push(" order by run_at, id limit ").bind(limit).hold(tx, true);
    let rows: Vec<JobRow> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(JobRow::job).collect())
}

fn awake(sql: &mut Sql, resting: &[&str]) {
    if !resting.is_empty() {
        sql.push(" and kind not in ").bind_list(resting.iter().copied());
    }
}

/// Makes a claim last longer, where it is still ours.
pub(crate) async fn renew(tx: &mut Tx, id: JobId, lease: JobId, until: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update job set lease_until = $3 where id = $1 and lease = $2 and lease_until is not null")
        .bind(id)
        .bind(lease)
        .bind(until)
        .execute(c))?;
    Ok(())
}

/// Nobody has any job in hand.
pub(crate) async fn end_leases(tx: &mut Tx) -> Result<()> {
    execute!(tx, |c| sqlx::query("update job set lease_until = null where lease_until is not null").execute(c))?;
    Ok(())
}

/// Removes a job that succeeded; `false` when the lease is no longer ours. Without a lease nobody else can have it.
pub(crate) async fn finish(tx: &mut Tx, id: JobId, lease: Option<JobId>) -> Result<bool> {
    let row: Option<(JobId,)> = run!(tx, |c| sqlx::query_as("delete from job where id = $1 and ($2 is null or lease = $2) returning id")
        .bind(id)
        .bind(lease)
        .fetch_optional(c))?;
    Ok(row.is_some())
}

/// Removes jobs that succeeded and whose rows are held.
pub(crate) async fn finish_all(tx: &mut Tx, jobs: &[Job]) -> Result<()> {
    let mut sql = Sql::new("delete from job where id in ");
    sql.bind_list(jobs.iter().map(|job| job.id.0)).execute(tx).await
}

/// Puts a recurring job back for its next turn; `false` when the lease is no longer ours.
pub(crate) async fn repeat(tx: &mut Tx, id: JobId, lease: Option<JobId>, next: Moment) -> Result<bool> {
    let row: Option<(JobId,)> = run!(tx, |c| {
        sqlx::query_as(
        "update job set run_at = $3, attempts = 0, lease_until = null, error = null where id = $1 and ($2 is null or lease = $2) returning id"
    )
    .bind(id)
    .bind(lease)
    .bind(next)
    .fetch_optional(c)
    })?;
    Ok(row.is_some())
}

/// Writes down what went wrong and when to try again; without `next` the job is given up.
pub(crate) async fn put_back(tx: &mut Tx, job: &Job, lease: Option<JobId>, error: &str, next: Option<Moment>) -> Result<()> {
    let state = if next.is_some() { "waiting" } else { "failed" };
    execute!(tx, |c| sqlx::query(
        "update job set state = $3, error = $4, run_at = coalesce($5, run_at), attempts = $6, lease_until = null \
         where id = $1 and ($2 is null or lease = $2)"
    )
    .bind(job.id)
    .bind(lease)
    .bind(state)
    .bind(error)
    .bind(next)
    .bind(job.attempts)
    .execute(c))?;
    Ok(())
}

/// When the next job is due that nobody has in hand at this moment, of none of the kinds that rest, and its kind.
pub(crate) async fn next_due(tx: &mut Tx, now: Moment, resting: &[&str]) -> Result<Option<(Moment, String)>> {
    let mut sql = Sql::new("select run_at, kind from job where state = 'waiting' and (lease_until is null or lease_until < ");
    sql.bind(now.millis()).push(")");
    awake(&mut sql, resting);
    let rows = sql.push(" order by run_at, id limit 1").fetch_all(tx).await?;
    Ok(rows.into_iter().next())
}
