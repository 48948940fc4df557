//! Everything about a task from its beginning, the oldest first.

use db::{Result, Sql, Tx, run};
use kit::{Moment, text_enum};
use wording::Words;

use super::{parts::select_report, requests::select_request};
use crate::{
    org::PersonId,
    tasks::model::{ReportRow, RequestRow, Share, TaskId, TaskState, VerificationRow},
};

text_enum! {
    /// How long records are kept.
    Retention {
        Permanent = "permanent", "永久";
        ThirtyYears = "thirty_years", "30年";
        TenYears = "ten_years", "10年";
    }
}

/// Where a task comes from, as its record says it; also a kind that is no longer used.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::tasks) struct Source {
    pub(in crate::tasks) name: Words,
    pub(in crate::tasks) retention: Retention,
}

pub(in crate::tasks) async fn source(tx: &mut Tx, code: &str) -> Result<Source> {
    run!(tx, |c| sqlx::query_as("select name, retention from source_kind where code = $1").bind(code).fetch_one(c))
}

/// A task that went out with all below it that did, at most `limit`, the upper ones first.
pub(in crate::tasks) async fn sent_out_below(tx: &mut Tx, top: TaskId, limit: i64) -> Result<Vec<(TaskId, TaskState)>> {
    run!(tx, |c| sqlx::query_as(
        "with recursive sub (id) as (select id from task where id = $1 \
           union all select below.id from task below join sub on below.parent_id = sub.id) \
         select t.id, t.state from task t join sub on sub.id = t.id where t.dispatched_at is not null \
         order by t.depth, t.position, t.id limit $2"
    )
    .bind(top)
    .bind(limit)
    .fetch_all(c))
}

pub(in crate::tasks) async fn all_reports(tx: &mut Tx, task: TaskId) -> Result<Vec<ReportRow>> {
    run!(tx, |c| sqlx::query_as(select_report!("where task_id = $1 order by at, id")).bind(task).fetch_all(c))
}

pub(in crate::tasks) async fn all_requests(tx: &mut Tx, task: TaskId) -> Result<Vec<RequestRow>> {
    run!(tx, |c| sqlx::query_as(select_request!("where task_id = $1 order by at, id")).bind(task).fetch_all(c))
}

pub(in crate::tasks) async fn all_verifications(tx: &mut Tx, task: TaskId) -> Result<Vec<VerificationRow>> {
    run!(tx, |c| sqlx::query_as("select id, result, text, person_id, at from verification where task_id = $1 order by at, id")
        .bind(task)
        .fetch_all(c))
}

/// A closing, also one that was undone.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::tasks) struct ClosingRow {
    pub(in crate::tasks) closed_at: Moment,
    pub(in crate::tasks) asked_by: Option<PersonId>,
    pub(in crate::tasks) granted_by: Option<PersonId>,
    pub(in crate::tasks) progress: Share,
    pub(in crate::tasks) reopened_at: Option<Moment>,
}

pub(in crate::tasks) async fn all_closings(tx: &mut Tx, task: TaskId) -> Result<Vec<ClosingRow>> {
    run!(tx, |c| sqlx::query_as(
        "select closed_at, asked_by, granted_by, progress, reopened_at from closure where task_id = $1 order by closed_at, id"
    )
    .bind(task)
    .fetch_all(c))
}

/// How many of the tasks the person sees.
pub(in crate::tasks) async fn count_seen(tx: &mut Tx, scope: &crate::access::Scope, ids: &[TaskId]) -> Result<usize> {
    let mut count = 0;
    for chunk in ids.chunks(1000) {
        let mut sql = Sql::new("select count(*) from task t where");
        scope.tasks(&mut sql);
        sql.push(" and t.id in ").bind_list(chunk.iter().map(|id| id.0));
        let (n,): (i64,) = sql.fetch_all(tx).await?.pop().unwrap_or_default();
        count += usize::try_from(n).unwrap_or(0);
    }
    Ok(count)
}
