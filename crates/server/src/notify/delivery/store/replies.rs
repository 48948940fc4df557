//! What people answer.

use db::{Result, Sql, Tx, execute, run};
use kit::Moment;

use super::super::model::{DeliveryId, Meaning, ReplyId};
use crate::{notify::model::Channel, org::PersonId};

/// Whether something is on its way to an address, and not written down as sent.
pub(in super::super) async fn is_leaving_to(tx: &mut Tx, channel: Channel, address: &str) -> Result<bool> {
    let (leaving,): (bool,) = run!(tx, |c| {
        sqlx::query_as("select exists (select 1 from delivery where state = 'sending' and channel = $1 and address = $2)")
            .bind(channel)
            .bind(address)
            .fetch_one(c)
    })?;
    Ok(leaving)
}

/// The last delivery that was handed over to an address by one way, in this time: what somebody who answers most likely answers. One
/// of which nobody knows whether it was taken counts: they answer.
pub(in super::super) async fn last_to(
    tx: &mut Tx,
    channel: Channel,
    address: &str,
    since: Moment,
    until: Moment,
) -> Result<Option<(DeliveryId, PersonId)>> {
    let rows: Vec<(DeliveryId, PersonId)> = run!(tx, |c| {
        sqlx::query_as(
            "select id, person_id from delivery where channel = $1 and address = $2 and handed_at >= $3 and handed_at <= $4 \
               and (sent_at is not null or unsure) order by handed_at desc, id desc limit 1",
        )
        .bind(channel)
        .bind(address)
        .bind(since)
        .bind(until)
        .fetch_all(c)
    })?;
    Ok(rows.into_iter().next())
}

/// What somebody answered, as it is written down.
pub(in super::super) struct NewReply<'a> {
    pub(in super::super) id: ReplyId,
    pub(in super::super) gateway: &'a str,
    pub(in super::super) reply_id: &'a str,
    pub(in super::super) address: &'a str,
    pub(in super::super) text: &'a str,
    pub(in super::super) told_at: Option<i64>,
    pub(in super::super) received_at: Moment,
    pub(in super::super) by: Channel,
}

/// Writes an answer of which nobody knows yet what it answers; `false` when it was told before.
pub(in super::super) async fn insert_reply(tx: &mut Tx, new: &NewReply<'_>) -> Result<bool> {
    let n = execute!(tx, |c| sqlx::query(
        "insert into reply (id, gateway, reply_id, address, text, meaning, told_at, received_at, waits_by) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (gateway, reply_id) do nothing"
    )
    .bind(new.id)
    .bind(new.gateway)
    .bind(new.reply_id)
    .bind(new.address)
    .bind(new.text)
    .bind(Meaning::UnknownSender)
    .bind(new.told_at)
    .bind(new.received_at)
    .bind(new.by)
    .execute(c))?;
    Ok(n > 0)
}

/// An answer that waits for what it answers.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in super::super) struct WaitingReply {
    pub(in super::super) id: ReplyId,
    pub(in super::super) address: String,
    pub(in super::super) text: String,
    pub(in super::super) received_at: Moment,
    pub(in super::super) waits_by: Channel,
}

/// Nothing is on its way to where they come from any more.
const WAITING: &str = "from reply where waits_by is not null and not exists ( \
   select 1 from delivery d where d.state = 'sending' and d.channel = reply.waits_by and d.address = reply.address)";

/// Answers that have waited long enough, the first before the second.
pub(in super::super) async fn waited(tx: &mut Tx, limit: i64) -> Result<Vec<WaitingReply>> {
    let mut sql = Sql::new("select id, address, text, received_at, waits_by ");
    sql.push(WAITING).push(" order by received_at, id limit ").bind(limit);
    sql.hold(tx, true);
    sql.fetch_all(tx).await
}

/// Whether an answer has waited long enough.
pub(in super::super) async fn has_waited(tx: &mut Tx) -> Result<bool> {
    let mut sql = Sql::new("select exists (select 1 ");
    let (waits,): (bool,) = sql.push(WAITING).push(")").fetch_one(tx).await?;
    Ok(waits)
}

/// Writes what an answer answers; without it, nobody knows whose it is.
pub(in super::super) async fn place(tx: &mut Tx, id: ReplyId, answered: Option<(DeliveryId, PersonId)>) -> Result<()> {
    let meaning = if answered.is_some() { Meaning::Unclear } else { Meaning::UnknownSender };
    execute!(tx, |c| sqlx::query("update reply set delivery_id = $2, person_id = $3, meaning = $4, waits_by = null where id = $1")
        .bind(id)
        .bind(answered.map(|(delivery, _)| delivery))
        .bind(answered.map(|(_, person)| person))
        .bind(meaning)
        .execute(c))?;
    Ok(())
}

/// What an answer turned out to mean.
pub(in super::super) async fn understood(tx: &mut Tx, id: ReplyId, meaning: Meaning) -> Result<()> {
    execute!(tx, |c| sqlx::query("update reply set meaning = $2 where id = $1").bind(id).bind(meaning).execute(c))?;
    Ok(())
}
