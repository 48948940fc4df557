//! All SQL of actions on many tasks.

use db::{Result, Tx, execute, run};
use kit::Moment;

use super::{BulkAction, BulkId, BulkRecord, BulkRowState};
use crate::{org::PersonId, tasks::TaskId};

#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) task_id: TaskId,
    pub(super) state: BulkRowState,
    pub(super) words: Option<String>,
}

pub(super) async fn insert(
    tx: &mut Tx,
    id: BulkId,
    person: PersonId,
    action: BulkAction,
    input: &str,
    at: Moment,
    tasks: &[TaskId],
) -> Result<()> {
    execute!(tx, |c| sqlx::query("insert into bulk (id, person_id, action, input, at) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(person)
        .bind(action)
        .bind(input)
        .bind(at)
        .execute(c))?;
    for (task, position) in tasks.iter().zip(1_i64..) {
        execute!(tx, |c| sqlx::query("insert into bulk_row (bulk_id, position, task_id, state) values ($1, $2, $3, 'waiting')")
            .bind(id)
            .bind(position)
            .bind(*task)
            .execute(c))?;
    }
    Ok(())
}

pub(super) async fn find(tx: &mut Tx, id: BulkId) -> Result<Option<BulkRecord>> {
    run!(tx, |c| sqlx::query_as("select person_id, action, input, at, finished_at from bulk where id = $1").bind(id).fetch_optional(c))
}

/// The next rows that nobody has done.
pub(super) async fn waiting(tx: &mut Tx, id: BulkId, limit: i64) -> Result<Vec<(i64, TaskId)>> {
    run!(tx, |c| sqlx::query_as(
        "select position, task_id from bulk_row where bulk_id = $1 and state = 'waiting' order by position limit $2"
    )
    .bind(id)
    .bind(limit)
    .fetch_all(c))
}

pub(super) async fn mark(tx: &mut Tx, id: BulkId, position: i64, state: BulkRowState, words: Option<&str>) -> Result<()> {
    execute!(tx, |c| sqlx::query("update bulk_row set state = $3, words = $4 where bulk_id = $1 and position = $2")
        .bind(id)
        .bind(position)
        .bind(state)
        .bind(words)
        .execute(c))?;
    Ok(())
}

pub(super) async fn finish(tx: &mut Tx, id: BulkId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update bulk set finished_at = $2 where id = $1 and finished_at is null").bind(id).bind(at).execute(c))?;
    Ok(())
}

/// Every row, the refused ones first.
pub(super) async fn rows(tx: &mut Tx, id: BulkId) -> Result<Vec<Row>> {
    run!(tx, |c| sqlx::query_as(
        "select task_id, state, words from bulk_row where bulk_id = $1 \
         order by case state when 'refused' then 0 when 'waiting' then 1 else 2 end, position"
    )
    .bind(id)
    .fetch_all(c))
}

pub(super) async fn remove_before(tx: &mut Tx, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("delete from bulk_row where bulk_id in (select id from bulk where finished_at < $1)")
        .bind(at)
        .execute(c))?;
    execute!(tx, |c| sqlx::query("delete from bulk where finished_at < $1").bind(at).execute(c))?;
    Ok(())
}
