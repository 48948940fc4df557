//! All SQL of the ledger.

use std::collections::HashMap;

use db::{Result, Sql, Tx, execute, run};
use kit::{Moment, uuid::Uuid};
use wording::Words;

use crate::access::Scope;

/// An event as it stands in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Event {
    /// Which chain.
    pub stream: Uuid,
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Who; nobody when the system did it by itself.
    pub actor_id: Option<Uuid>,
    /// Which task it is about.
    pub task_id: Option<Uuid>,
    /// Stable, for programs.
    pub action: String,
    /// For people.
    pub words: Words,
    /// The particulars, JSON.
    pub data: String,
    /// The hash of the event before, empty for the first.
    pub prev: String,
    /// The hash of this one.
    pub hash: String,
}

/// The ends of the chains that this transaction has written to: nobody else can have lengthened them since.
#[derive(Default)]
struct Heads(HashMap<Uuid, (i64, String)>);

/// The number and the hash of a chain's last event.
pub async fn head(tx: &mut Tx, stream: Uuid) -> Result<Option<(i64, String)>> {
    if let Some(head) = tx.memory::<Heads>().0.get(&stream) {
        return Ok(Some(head.clone()));
    }
    run!(tx, |c| sqlx::query_as("select seq, hash from ledger where stream = $1 order by seq desc limit 1").bind(stream).fetch_optional(c))
}

/// Keeps other writers of a stream without a lock of its own waiting until this transaction ends.
pub(super) async fn lock_stream(tx: &mut Tx, stream: Uuid) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into counter (name, value) values ($1, 1) on conflict (name) do update set value = counter.value + 1"
    )
    .bind(format!("stream:{stream}"))
    .execute(c))?;
    Ok(())
}

pub(super) async fn insert(tx: &mut Tx, event: &Event) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "insert into ledger (stream, seq, at, actor_id, task_id, action, words, data, prev, hash) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    )
    .bind(event.stream)
    .bind(event.seq)
    .bind(event.at)
    .bind(event.actor_id)
    .bind(event.task_id)
    .bind(event.action.as_str())
    .bind(&event.words)
    .bind(event.data.as_str())
    .bind(event.prev.as_str())
    .bind(event.hash.as_str())
    .execute(c))?;
    tx.memory::<Heads>().0.insert(event.stream, (event.seq, event.hash.clone()));
    Ok(())
}

/// A task's events, newest first, those before `before`.
pub async fn events_of_task(tx: &mut Tx, task: Uuid, before: Option<i64>, limit: i64) -> Result<Vec<Event>> {
    run!(tx, |c| sqlx::query_as(
        "select stream, seq, at, actor_id, task_id, action, words, data, prev, hash from ledger \
         where task_id = $1 and seq < $2 order by seq desc limit $3"
    )
    .bind(task)
    .bind(before.unwrap_or(i64::MAX))
    .bind(limit)
    .fetch_all(c))
}

/// Some of a chain's events, by their places.
pub async fn events_at(tx: &mut Tx, stream: Uuid, places: &[i64]) -> Result<Vec<Event>> {
    let mut sql = Sql::new("select stream, seq, at, actor_id, task_id, action, words, data, prev, hash from ledger where stream = ");
    sql.bind(stream).push(" and seq in ").bind_list(places.iter().copied());
    sql.fetch_all(tx).await
}

/// Events of tasks in the scope since a moment, newest first.
pub async fn events_since(tx: &mut Tx, scope: &Scope, since: Moment, limit: i64) -> Result<Vec<Event>> {
    let mut sql = Sql::new(
        "select l.stream, l.seq, l.at, l.actor_id, l.task_id, l.action, l.words, l.data, l.prev, l.hash \
         from ledger l join task t on t.id = l.task_id where",
    );
    scope.tasks(&mut sql);
    sql.push(" and l.at >= ").bind(since.millis()).push(" order by l.at desc, l.seq desc limit ").bind(limit);
    sql.fetch_all(tx).await
}

/// Every chain's name.
pub async fn streams(tx: &mut Tx) -> Result<Vec<Uuid>> {
    let rows: Vec<(Uuid,)> = run!(tx, |c| sqlx::query_as("select distinct stream from ledger order by stream").fetch_all(c))?;
    Ok(rows.into_iter().map(|(stream,)| stream).collect())
}

/// A piece of a chain: what follows `after`, at most `limit` events.
pub async fn piece_of_stream(tx: &mut Tx, stream: Uuid, after: i64, limit: i64) -> Result<Vec<Event>> {
    run!(tx, |c| sqlx::query_as(
        "select stream, seq, at, actor_id, task_id, action, words, data, prev, hash from ledger \
         where stream = $1 and seq > $2 order by seq limit $3"
    )
    .bind(stream)
    .bind(after)
    .bind(limit)
    .fetch_all(c))
}

/// The number of the last event of any of these tasks, which are of one tree; 0 where there is none.
pub async fn last_of_tasks(tx: &mut Tx, tasks: impl IntoIterator<Item = Uuid>) -> Result<i64> {
    let tasks: Vec<Uuid> = tasks.into_iter().collect();
    let mut last = 0;
    for chunk in tasks.chunks(1000) {
        let mut sql = Sql::new("select max(seq) from ledger where task_id in ");
        sql.bind_list(chunk.iter().copied());
        let (seq,): (Option<i64>,) = sql.fetch_all(tx).await?.pop().unwrap_or_default();
        last = last.max(seq.unwrap_or(0));
    }
    Ok(last)
}

/// Everything that happened to a task, the oldest first.
pub async fn whole_of_task(tx: &mut Tx, task: Uuid) -> Result<Vec<Event>> {
    let mut events = events_of_task(tx, task, None, i64::MAX).await?;
    events.reverse();
    Ok(events)
}

/// One chain from its beginning.
pub async fn whole_stream(tx: &mut Tx, stream: Uuid) -> Result<Vec<Event>> {
    run!(tx, |c| sqlx::query_as(
        "select stream, seq, at, actor_id, task_id, action, words, data, prev, hash from ledger where stream = $1 order by seq"
    )
    .bind(stream)
    .fetch_all(c))
}
