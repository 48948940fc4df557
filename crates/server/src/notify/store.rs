//! All SQL of messages.

use std::collections::{BTreeSet, HashSet};

use db::{Result, Sql, Tx, execute, run};
use kit::{Moment, uuid::Uuid};

use super::{
    model::{Message, MessageId},
    send::NewMessage,
};
use crate::org::PersonId;

const COLUMNS: &str = "select id, at, kind, title, text, task_id, urge_id, subject_id, occurrence_id, acked_at, quiet, read_at from message m where person_id = ";

/// Rows of one statement.
const ROWS: usize = 100;

/// Writes messages: (its id, to whom, what). Answers the ids of those that were new: a person has at most one of a key.
pub(super) async fn insert(
    tx: &mut Tx,
    rows: &[(MessageId, PersonId, &NewMessage<'_>)],
    quiet: bool,
    now: Moment,
) -> Result<HashSet<MessageId>> {
    let mut new = HashSet::new();
    for chunk in rows.chunks(ROWS) {
        let mut sql = Sql::new(
            "insert into message (id, person_id, at, kind, title, text, task_id, urge_id, subject_id, quiet, dedupe, occurrence_id, rule) values ",
        );
        for (index, (id, to, message)) in chunk.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(id.0).push(", ").bind(to.0).push(", ").bind(now.millis());
            sql.push(", ").bind(message.kind).push(", ").bind(message.title.stored()).push(", ").bind(message.text.stored());
            for id in [message.task, message.urge, message.subject] {
                sql.push(", ").bind_maybe(id);
            }
            sql.push(", ").bind(quiet).push(", ").bind(message.dedupe).push(", ").bind_maybe(message.occurrence);
            sql.push(", ").bind_maybe(message.rule).push(")");
        }
        sql.push(" on conflict (person_id, dedupe) do nothing returning id");
        new.extend(sql.fetch_all::<(MessageId,)>(tx).await?.into_iter().map(|(id,)| id));
    }
    Ok(new)
}

/// Which of a person's messages.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Only those not read yet.
    pub(super) unread: bool,
    /// Only those about this task.
    pub(super) task: Option<Uuid>,
    /// Only those before this one.
    pub(super) before: Option<MessageId>,
}

/// A person's messages, newest first.
pub(super) async fn messages(tx: &mut Tx, of: PersonId, wanted: &Wanted, limit: i64) -> Result<Vec<Message>> {
    let mut sql = Sql::new(COLUMNS);
    sql.bind(of.0);
    if wanted.unread {
        sql.push(" and read_at is null and not quiet");
    }
    if let Some(task) = wanted.task {
        sql.push(" and task_id = ").bind(task);
    }
    if let Some(before) = wanted.before {
        sql.push(" and id < ").bind(before.0);
    }
    sql.push(" order by id desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

/// The newest message of each task, and every one that is about none, newest first.
pub(super) async fn newest(tx: &mut Tx, of: PersonId, unread: bool, before: Option<MessageId>, limit: i64) -> Result<Vec<Message>> {
    let mut sql = Sql::new(COLUMNS);
    sql.bind(of.0)
        .push(" and not exists (select 1 from message n where n.person_id = m.person_id and n.task_id = m.task_id and n.id > m.id)");
    if unread {
        sql.push(
            " and ((m.read_at is null and not m.quiet) or exists (select 1 from message u where u.person_id = m.person_id \
               and u.task_id = m.task_id and u.read_at is null and not u.quiet))",
        );
    }
    if let Some(before) = before {
        sql.push(" and m.id < ").bind(before.0);
    }
    sql.push(" order by m.id desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

/// (task, messages, unread ones) of a person.
pub(super) async fn counts(tx: &mut Tx, of: PersonId, tasks: &[Uuid]) -> Result<Vec<(Uuid, i64, i64)>> {
    let mut sql = Sql::new(
        "select task_id, count(*), cast(sum(case when read_at is null and not quiet then 1 else 0 end) as bigint) \
         from message where person_id = ",
    );
    sql.bind(of.0).push(" and task_id in ").bind_list(tasks.iter().copied()).push(" group by task_id");
    sql.fetch_all(tx).await
}

/// (subject, person, name, read at): who was told of these, in the order of their names; who was told twice has read it when both are read.
pub(super) async fn receipts(tx: &mut Tx, subjects: &[Uuid], kind: &'static str) -> Result<Vec<(Uuid, PersonId, String, Option<Moment>)>> {
    let mut sql = Sql::new(
        "select m.subject_id, m.person_id, e.name, case when count(m.read_at) = count(*) then max(m.read_at) end as read_at \
         from message m join person e on e.id = m.person_id where m.kind = ",
    );
    sql.bind(kind).push(" and m.subject_id in ").bind_list(subjects.iter().copied());
    sql.push(" group by m.subject_id, m.person_id, e.name order by e.name, m.person_id");
    sql.fetch_all(tx).await
}

pub(super) async fn message(tx: &mut Tx, of: PersonId, id: MessageId) -> Result<Option<Message>> {
    let mut sql = Sql::new(COLUMNS);
    sql.bind(of.0).push(" and id = ").bind(id.0);
    Ok(sql.fetch_all(tx).await?.pop())
}

pub(super) async fn unread(tx: &mut Tx, of: PersonId) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as("select count(*) from message where person_id = $1 and read_at is null and not quiet")
        .bind(of)
        .fetch_one(c))?;
    Ok(n)
}

pub(super) async fn mark_all_read(tx: &mut Tx, of: PersonId, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update message set read_at = $2 where person_id = $1 and read_at is null")
        .bind(of)
        .bind(now)
        .execute(c))?;
    Ok(())
}

/// Marks everything about a task as read; answers how many that were.
pub(super) async fn mark_task_read(tx: &mut Tx, of: PersonId, task: Uuid, now: Moment) -> Result<u64> {
    execute!(tx, |c| sqlx::query("update message set read_at = $3 where person_id = $1 and task_id = $2 and read_at is null")
        .bind(of)
        .bind(task)
        .bind(now)
        .execute(c))
}

/// Marks everything a person was told of a thing as read; answers how many that were.
pub(super) async fn mark_subject_read(tx: &mut Tx, of: PersonId, subject: Uuid, now: Moment) -> Result<u64> {
    execute!(tx, |c| sqlx::query("update message set read_at = $3 where subject_id = $2 and person_id = $1 and read_at is null")
        .bind(of)
        .bind(subject)
        .bind(now)
        .execute(c))
}

/// Makes what these persons have not read of these kinds about a task quiet; answers whose that was.
pub(super) async fn hush(tx: &mut Tx, task: Uuid, kinds: &[&str], of: &[PersonId]) -> Result<BTreeSet<PersonId>> {
    let mut sql = Sql::new("update message set quiet = true where read_at is null and not quiet and task_id = ");
    sql.bind(task).push(" and kind in ").bind_list(kinds.iter().copied());
    sql.push(" and person_id in ").bind_list(of.iter().map(|person| person.0)).push(" returning person_id");
    let rows: Vec<(PersonId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(person,)| person).collect())
}

/// Messages of these kinds about a task to these persons, read or not.
pub(super) async fn of_kinds(tx: &mut Tx, task: Uuid, kinds: &[&str], of: &[PersonId]) -> Result<Vec<MessageId>> {
    let mut sql = Sql::new("select id from message where task_id = ");
    sql.bind(task).push(" and kind in ").bind_list(kinds.iter().copied());
    sql.push(" and person_id in ").bind_list(of.iter().map(|person| person.0));
    let rows: Vec<(MessageId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Messages of these kinds about a thing.
pub(super) async fn about(tx: &mut Tx, subject: Uuid, kinds: &[&str]) -> Result<Vec<MessageId>> {
    let mut sql = Sql::new("select id from message where subject_id = ");
    sql.bind(subject).push(" and kind in ").bind_list(kinds.iter().copied());
    let rows: Vec<(MessageId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
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
