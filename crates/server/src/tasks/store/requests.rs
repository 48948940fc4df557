//! What is asked for.

use db::{Result, Sql, Tx, execute, run};
use kit::Moment;

use crate::{
    org::{PersonId, UnitId},
    tasks::model::{RequestId, RequestRow, RequestState, TaskId},
};

macro_rules! select_request {
    ($rest:literal) => {
        concat!(
            "select id, task_id, party_id, kind, state, reason, proposed_unit_id, person_id, at, reason_class, new_day, basis, \
             subject_id, barred, agreed_by, agreed_at, agreed_text, decided_by, decided_at, decision_text, importance from request ",
            $rest
        )
    };
}
pub(super) use select_request;

pub(in crate::tasks) async fn requests(tx: &mut Tx, task: TaskId) -> Result<Vec<RequestRow>> {
    run!(tx, |c| sqlx::query_as(select_request!("where task_id = $1 order by at desc, id desc limit 200")).bind(task).fetch_all(c))
}

pub(in crate::tasks) async fn open_requests(tx: &mut Tx, task: TaskId) -> Result<Vec<RequestRow>> {
    run!(tx, |c| sqlx::query_as(select_request!("where task_id = $1 and state = 'open' order by at, id")).bind(task).fetch_all(c))
}

/// Undecided requests, and what was granted and waits for its issuer.
pub(in crate::tasks) async fn pending_requests(tx: &mut Tx, task: TaskId) -> Result<Vec<RequestRow>> {
    run!(tx, |c| sqlx::query_as(select_request!(
        "where task_id = $1 and (state = 'open' or (kind = 'amend' and state = 'granted' and carried_out_at is null)) order by at, id"
    ))
    .bind(task)
    .fetch_all(c))
}

/// The issuer has changed the task: what they were to change is done.
pub(in crate::tasks) async fn carry_out_amendments(tx: &mut Tx, task: TaskId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update request set carried_out_at = $2 where task_id = $1 and kind = 'amend' and state = 'granted' and carried_out_at is null"
    )
    .bind(task)
    .bind(at)
    .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn request(tx: &mut Tx, id: RequestId) -> Result<Option<RequestRow>> {
    run!(tx, |c| sqlx::query_as(select_request!("where id = $1")).bind(id).fetch_optional(c))
}

pub(in crate::tasks) async fn insert_request(tx: &mut Tx, row: &RequestRow) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into request (id, task_id, party_id, kind, state, reason, proposed_unit_id, person_id, at, reason_class, new_day, basis, \
           subject_id, barred, importance) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
           (select importance from task where id = $2))"
    )
    .bind(row.id)
    .bind(row.task_id)
    .bind(row.party_id)
    .bind(row.kind)
    .bind(row.state)
    .bind(row.reason.as_str())
    .bind(row.proposed_unit_id)
    .bind(row.person_id)
    .bind(row.at)
    .bind(row.reason_class)
    .bind(row.new_day)
    .bind(row.basis.as_deref())
    .bind(row.subject_id)
    .bind(row.barred.as_deref())
    .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn decide_request(
    tx: &mut Tx,
    id: RequestId,
    state: RequestState,
    by: PersonId,
    at: Moment,
    text: Option<&str>,
) -> Result<()> {
    execute!(tx, |c| sqlx::query("update request set state = $2, decided_by = $3, decided_at = $4, decision_text = $5 where id = $1")
        .bind(id)
        .bind(state)
        .bind(by)
        .bind(at)
        .bind(text)
        .execute(c))?;
    Ok(())
}

/// The first of two agrees.
pub(in crate::tasks) async fn agree_to_request(tx: &mut Tx, id: RequestId, by: PersonId, at: Moment, text: Option<&str>) -> Result<()> {
    execute!(tx, |c| sqlx::query("update request set agreed_by = $2, agreed_at = $3, agreed_text = $4 where id = $1")
        .bind(id)
        .bind(by)
        .bind(at)
        .bind(text)
        .execute(c))?;
    Ok(())
}

/// Whoever agreed first to a return would have another unit than the one proposed.
pub(in crate::tasks) async fn propose_unit(tx: &mut Tx, id: RequestId, unit: UnitId) -> Result<()> {
    execute!(tx, |c| sqlx::query("update request set proposed_unit_id = $2 where id = $1").bind(id).bind(unit).execute(c))?;
    Ok(())
}

/// Nobody has to decide any more: the task has ended, or stands still. A return is still ruled on where it only stands still.
pub(in crate::tasks) async fn withdraw_open_requests(tx: &mut Tx, task: TaskId, at: Moment, returns: bool) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update request set state = 'withdrawn', decided_at = $2 where task_id = $1 and state = 'open' and ($3 or kind <> 'return')"
    )
    .bind(task)
    .bind(at)
    .bind(returns)
    .execute(c))?;
    Ok(())
}

/// Who asked.
pub(in crate::tasks) async fn requester(tx: &mut Tx, id: RequestId) -> Result<Option<PersonId>> {
    Ok(request(tx, id).await?.map(|row| row.person_id))
}

/// Every request of many tasks.
pub(in crate::tasks) async fn requests_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<RequestRow>> {
    let mut sql = Sql::new(select_request!("where task_id in "));
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" order by at, id");
    sql.fetch_all(tx).await
}

/// [`pending_requests`] of many tasks.
pub(in crate::tasks) async fn pending_requests_of(tx: &mut Tx, tasks: &[TaskId]) -> Result<Vec<RequestRow>> {
    let mut sql = Sql::new(select_request!(
        "where (state = 'open' or (kind = 'amend' and state = 'granted' and carried_out_at is null)) and task_id in "
    ));
    sql.bind_list(tasks.iter().map(|id| id.0)).push(" order by at, id");
    sql.fetch_all(tx).await
}
