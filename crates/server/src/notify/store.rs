//! All SQL of messages.

use db::{Result, Sql, Tx, execute, run};
use kit::Moment;

use super::{
    model::{Message, MessageId},
    send::NewMessage,
};
use crate::org::PersonId;

const COLUMNS: &str = "select id, at, kind, title, text, task_id, urge_id, read_at from message where person_id = ";

/// Writes a message; `false` when the person has one of this key already.
pub(super) async fn insert(tx: &mut Tx, id: MessageId, to: PersonId, new: &NewMessage<'_>, now: Moment) -> Result<bool> {
    let written = execute!(tx, |c| {
        sqlx::query(
        "insert into message (id, person_id, at, kind, title, text, task_id, urge_id, dedupe) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         on conflict (person_id, dedupe) do nothing"
    )
    .bind(id)
    .bind(to)
    .bind(now)
    .bind(new.kind)
    .bind(new.title)
    .bind(new.text)
    .bind(new.task)
    .bind(new.urge)
    .bind(new.dedupe)
    .execute(c)
    })?;
    Ok(written > 0)
}

/// A person's messages, newest first, those before `before`.
pub(super) async fn messages(tx: &mut Tx, of: PersonId, unread: bool, before: Option<MessageId>, limit: i64) -> Result<Vec<Message>> {
    let mut sql = Sql::new(COLUMNS);
    sql.bind(of.0);
    if unread {
        sql.push(" and read_at is null");
    }
    if let Some(before) = before {
        sql.push(" and id < ").bind(before.0);
    }
    sql.push(" order by id desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

pub(super) async fn message(tx: &mut Tx, of: PersonId, id: MessageId) -> Result<Option<Message>> {
    let mut sql = Sql::new(COLUMNS);
    sql.bind(of.0).push(" and id = ").bind(id.0);
    Ok(sql.fetch_all(tx).await?.pop())
}

pub(super) async fn unread(tx: &mut Tx, of: PersonId) -> Result<i64> {
    let (n,): (i64,) =
        run!(tx, |c| sqlx::query_as("select count(*) from message where person_id = $1 and read_at is null").bind(of).fetch_one(c))?;
    Ok(n)
}

pub(super) async fn mark_all_read(tx: &mut Tx, of: PersonId, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update message set read_at = $2 where person_id = $1 and read_at is null")
        .bind(of)
        .bind(now)
        .execute(c))?;
    Ok(())
}

/// Marks one message as read; one that is somebody else's, or read already, stays as it is.
pub(super) async fn mark_read(tx: &mut Tx, of: PersonId, id: MessageId, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update message set read_at = $3 where id = $2 and person_id = $1 and read_at is null")
        .bind(of)
        .bind(id)
        .bind(now)
        .execute(c))?;
    Ok(())
}
