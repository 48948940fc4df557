//! All SQL of findings.

use db::{Result, Sql, Tx, execute, run};
use kit::{Moment, uuid::Uuid};

use super::{FindingId, FindingKind, FindingState};
use crate::{access::Scope, org::PersonId};

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct FindingRow {
    pub(super) id: FindingId,
    pub(super) digest: String,
    pub(super) kind: FindingKind,
    /// JSON: a list of texts.
    pub(super) found: String,
    pub(super) found_at: Moment,
    pub(super) state: FindingState,
    pub(super) decided_by: Option<PersonId>,
    pub(super) decider: Option<String>,
    pub(super) decided_at: Option<Moment>,
    pub(super) reason: Option<String>,
    pub(super) version: i64,
}

impl FindingRow {
    pub(super) fn words(&self) -> Vec<String> {
        serde_json::from_str(&self.found).unwrap_or_default()
    }
}

const SELECT: &str = "select x.id, x.digest, x.kind, x.found, x.found_at, x.state, x.decided_by, p.name as decider, x.decided_at, x.reason, x.version \
     from file_finding x left join person p on p.id = x.decided_by where";

pub(super) async fn of_content(tx: &mut Tx, digest: &str, kind: FindingKind) -> Result<Option<FindingRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push(" x.digest = ").bind(digest.to_owned()).push(" and x.kind = ").bind(kind.word().to_owned());
    Ok(sql.fetch_all(tx).await?.pop())
}

/// The condition that some file of the content belongs to a task of the scope; whoever sees everything sees those of no task, too.
fn in_scope(sql: &mut Sql, scope: &Scope) {
    if scope.sees_everything() {
        sql.push(" true");
        return;
    }
    sql.push(
        " exists (select 1 from file f join attachment a on a.file_id = f.id join task t on t.id = a.task_id where f.digest = x.digest and",
    );
    scope.tasks(sql);
    sql.push(")");
}

pub(super) async fn find(tx: &mut Tx, scope: &Scope, id: FindingId) -> Result<Option<FindingRow>> {
    let mut sql = Sql::new(SELECT);
    sql.push(" x.id = ").bind(id.0).push(" and");
    in_scope(&mut sql, scope);
    Ok(sql.fetch_all(tx).await?.pop())
}

/// Findings in the scope, the newest first.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    state: Option<FindingState>,
    before: Option<FindingId>,
    limit: i64,
) -> Result<Vec<FindingRow>> {
    let mut sql = Sql::new(SELECT);
    in_scope(&mut sql, scope);
    if let Some(state) = state {
        sql.push(" and x.state = ").bind(state.word().to_owned());
    }
    if let Some(before) = before {
        sql.push(" and x.id < ").bind(before.0);
    }
    sql.push(" order by x.id desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

pub(super) async fn insert(tx: &mut Tx, id: FindingId, digest: &str, kind: FindingKind, found: &str, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into file_finding (id, digest, kind, found, found_at, state, version) values ($1, $2, $3, $4, $5, 'open', 1)"
    )
    .bind(id)
    .bind(digest)
    .bind(kind)
    .bind(found)
    .bind(at)
    .execute(c))?;
    Ok(())
}

/// More was found; what had been let go is held again.
pub(super) async fn find_more(tx: &mut Tx, id: FindingId, found: &str, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update file_finding set found = $2, found_at = $3, state = 'open', decided_by = null, decided_at = null, reason = null, \
           version = version + 1 where id = $1"
    )
    .bind(id)
    .bind(found)
    .bind(at)
    .execute(c))?;
    Ok(())
}

/// `false` where somebody else was faster.
pub(super) async fn decide(tx: &mut Tx, row: &FindingRow, state: FindingState, by: PersonId, at: Moment, reason: &str) -> Result<bool> {
    let done: Option<(FindingId,)> = run!(tx, |c| sqlx::query_as(
        "update file_finding set state = $3, decided_by = $4, decided_at = $5, reason = $6, version = version + 1 \
         where id = $1 and version = $2 and state = 'open' returning id"
    )
    .bind(row.id)
    .bind(row.version)
    .bind(state)
    .bind(by)
    .bind(at)
    .bind(reason)
    .fetch_optional(c))?;
    Ok(done.is_some())
}

/// Whether the content was removed.
pub(in crate::files) async fn is_removed(tx: &mut Tx, digest: &str) -> Result<bool> {
    let (removed,): (bool,) =
        run!(tx, |c| sqlx::query_as("select exists (select 1 from file_finding where digest = $1 and state = 'removed')")
            .bind(digest)
            .fetch_one(c))?;
    Ok(removed)
}

/// How many wait for somebody's decision: words, viruses.
pub(in crate::files) async fn open_counts(tx: &mut Tx) -> Result<(i64, i64)> {
    run!(tx, |c| {
        sqlx::query_as(
            "select cast(coalesce(sum(case when kind = 'secret' then 1 else 0 end), 0) as bigint), \
           cast(coalesce(sum(case when kind = 'virus' then 1 else 0 end), 0) as bigint) from file_finding where state = 'open'",
        )
        .fetch_one(c)
    })
}

/// A task that a content is attached to.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct TaskRow {
    pub(super) file_id: Uuid,
    pub(super) id: Uuid,
    pub(super) number: Option<String>,
    pub(super) title: String,
}

/// The tasks in the scope that these contents are attached to.
pub(super) async fn tasks(tx: &mut Tx, scope: &Scope, digests: &[String]) -> Result<Vec<TaskRow>> {
    let mut sql = Sql::new(
        "select distinct f.id as file_id, t.id, t.number, t.title from file f join attachment a on a.file_id = f.id \
         join task t on t.id = a.task_id where f.digest in ",
    );
    sql.bind_list(digests.iter().cloned()).push(" and");
    scope.tasks(&mut sql);
    sql.push(" order by t.id, f.id");
    sql.fetch_all(tx).await
}
