//! All SQL of deliveries, receipts and answers.

pub(super) mod costs;
mod ended;
mod gateways;
pub(super) mod list;
mod often;
mod replies;
mod silent;
mod takeover;

use std::collections::HashSet;

use db::{Result, Sql, Tx, execute, run};
use gateway::Fate;
use kit::{Moment, uuid::Uuid};

pub(in crate::notify) use ended::take_back;
pub(super) use ended::{leave_out, spare, withdraw};
pub(super) use gateways::{close_gateway, forget_token, gateway_failed, gateway_ok, gateways, give, given, is_closed, put_token, token};
pub(super) use often::{said_of, sent_since};
pub(super) use replies::{NewReply, WaitingReply, has_waited, insert_reply, is_leaving_to, last_to, place, understood, waited};
pub(super) use silent::{SilentRow, await_word, is_silent, take_silent};
pub(super) use takeover::{Brought, Left, brought, insert_one, left};

use super::model::{DeliveryId, QueuedRow, ReceiptId, Suppression};
use crate::{
    notify::model::{Channel, MessageId},
    org::PersonId,
};

/// What is written when something is to leave the house.
pub(super) struct NewDelivery {
    pub(super) id: DeliveryId,
    pub(super) person: PersonId,
    pub(super) channel: Channel,
    pub(super) critical: bool,
    pub(super) message: MessageId,
    pub(super) created_at: Moment,
    pub(super) due_at: Moment,
}

/// Rows of one statement.
const ROWS: usize = 100;

/// That a delivery that is found by its id is still queued. So written that no index of what is queued serves it: statistics are taken
/// at quiet hours, when next to nothing is, and SQLite would go through a morning's whole queue for each statement.
const STILL_QUEUED: &str = "coalesce(state, '') = 'queued'";

pub(super) async fn insert(tx: &mut Tx, rows: &[NewDelivery]) -> Result<()> {
    for chunk in rows.chunks(ROWS) {
        let mut sql =
            Sql::new("insert into delivery (id, person_id, channel, state, critical, created_at, due_at, attempts, unsure) values ");
        for (index, new) in chunk.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(new.id.0).push(", ").bind(new.person.0).push(", ");
            sql.bind(new.channel.word()).push(", 'queued', ").bind(new.critical).push(", ").bind(new.created_at.millis());
            sql.push(", ").bind(new.due_at.millis()).push(", 0, false)");
        }
        sql.execute(tx).await?;
        let mut sql = Sql::new("insert into delivery_message (delivery_id, message_id) values ");
        for (index, new) in chunk.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(new.id.0).push(", ").bind(new.message.0).push(")");
        }
        sql.execute(tx).await?;
    }
    Ok(())
}

/// Writes that one is to be brought once more: a new one with the same messages, due at once. Nothing where it does not exist.
pub(super) async fn again(tx: &mut Tx, id: DeliveryId, of: DeliveryId, now: Moment) -> Result<bool> {
    let n = execute!(tx, |c| sqlx::query(
        "insert into delivery (id, person_id, channel, state, critical, created_at, due_at, attempts, unsure, resent_of) \
         select $1, person_id, channel, 'queued', true, $3, $3, 0, false, $2 from delivery where id = $2"
    )
    .bind(id)
    .bind(of)
    .bind(now)
    .execute(c))?;
    execute!(tx, |c| sqlx::query(
        "insert into delivery_message (delivery_id, message_id) select $1, message_id from delivery_message where delivery_id = $2"
    )
    .bind(id)
    .bind(of)
    .execute(c))?;
    Ok(n > 0)
}

/// Whether something is due, was in the hands of a sender that died (of `ours` none did), or was answered while it left.
pub(super) async fn is_due(tx: &mut Tx, now: Moment, ours: &[Uuid]) -> Result<bool> {
    // The first of them, for which there is an index: whether there is one due would be looked for among all, where few are thought to be.
    let first: Option<(Moment,)> =
        run!(tx, |c| sqlx::query_as("select due_at from delivery where state = 'queued' order by due_at, id limit 1").fetch_optional(c))?;
    if first.is_some_and(|(at,)| at <= now) {
        return Ok(true);
    }
    let mut sql = Sql::new("select exists (select 1 from delivery where ");
    ran_out(&mut sql, now, ours);
    let (due,): (bool,) = sql.push(")").fetch_one(tx).await?;
    Ok(due || has_waited(tx).await?)
}

/// Puts back what a sender that died had in hand: what was its turn may have gone out. Of `ours` none died.
pub(super) async fn free_expired(tx: &mut Tx, now: Moment, ours: &[Uuid]) -> Result<()> {
    let mut sql =
        Sql::new("update delivery set state = 'queued', lease = null, lease_until = null, unsure = unsure or handed_at is not null where ");
    ran_out(&mut sql, now, ours);
    sql.execute(tx).await
}

fn ran_out(sql: &mut Sql, now: Moment, ours: &[Uuid]) {
    sql.push("state = 'sending' and lease_until < ").bind(now.millis());
    if !ours.is_empty() {
        sql.push(" and lease not in ").bind_list(ours.iter().copied());
    }
}

/// Whoever takes one in hand writes by which gateway, and whoever puts it back leaves that there: it says that it was in hand before.
const DUE: &str = "select id, person_id, channel, critical, stuck_since, attempts, unsure, \
     gateway is not null or in_place_of is not null as was_in_hand from delivery \
    where state = 'queued' and due_at <= ";

/// What is due, what is critical before all else, the longest first; rows are held, and those another node holds passed over.
pub(super) async fn due(tx: &mut Tx, now: Moment, limit: i64) -> Result<Vec<QueuedRow>> {
    let mut rows: Vec<QueuedRow> = Vec::new();
    // Two statements, each with an index of its own.
    for critical in [" and critical", " and not critical"] {
        let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
        if left <= 0 {
            break;
        }
        let mut sql = Sql::new(DUE);
        sql.bind(now.millis()).push(critical).push(" order by due_at, id limit ").bind(left);
        sql.hold(tx, true);
        rows.extend(sql.fetch_all::<QueuedRow>(tx).await?);
    }
    Ok(rows)
}

/// Leaves everything by one way that is due and not critical for later: there is no room for more.
pub(super) async fn put_off_all(tx: &mut Tx, channel: Channel, now: Moment, until: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update delivery set due_at = $3 where state = 'queued' and not critical and due_at <= $2 and channel = $1"
    )
    .bind(channel)
    .bind(now)
    .bind(until)
    .execute(c))?;
    Ok(())
}

/// The tasks that what is due is about.
pub(super) async fn due_tasks(tx: &mut Tx, now: Moment, limit: i64) -> Result<Vec<Uuid>> {
    let rows: Vec<(Option<Uuid>,)> = run!(tx, |c| {
        sqlx::query_as(
        "select distinct m.task_id from ( \
             select * from (select id from delivery where state = 'queued' and critical and due_at <= $1 order by due_at, id limit $2) a \
             union all \
             select * from (select id from delivery where state = 'queued' and not critical and due_at <= $1 order by due_at, id limit $2) b) q \
           join delivery_message d on d.delivery_id = q.id join message m on m.id = d.message_id where m.occurrence_id is not null"
    )
    .bind(now)
    .bind(limit)
    .fetch_all(c)
    })?;
    Ok(rows.into_iter().filter_map(|(id,)| id).collect())
}

/// Everything else that is due for these persons by ways that merge, to be said in one message. What is critical is never merged,
/// and comes in its own turn, however much of it there is.
pub(super) async fn due_of(tx: &mut Tx, now: Moment, persons: &[PersonId], merging: &[Channel]) -> Result<Vec<QueuedRow>> {
    if persons.is_empty() || merging.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(DUE);
    sql.bind(now.millis()).push(" and not critical and person_id in ").bind_list(persons.iter().map(|id| id.0));
    sql.push(" and channel in ").bind_list(merging.iter().map(|channel| channel.word())).push(" order by due_at, id");
    sql.hold(tx, true);
    sql.fetch_all(tx).await
}

/// A message that a delivery brings.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct PartRow {
    pub(super) delivery_id: DeliveryId,
    pub(super) message_id: MessageId,
    pub(super) title: wording::Words,
    pub(super) text: wording::Words,
    pub(super) task_id: Option<Uuid>,
    pub(super) occurrence_id: Option<Uuid>,
    pub(super) urge_id: Option<Uuid>,
    /// What it asked for was seen to, where no occasion knows.
    pub(super) over: bool,
}

/// What these deliveries bring, in the order in which it was written.
pub(super) async fn parts(tx: &mut Tx, deliveries: &[DeliveryId]) -> Result<Vec<PartRow>> {
    let mut parts = Vec::new();
    // Of thousands at once SQLite would go through all messages there are.
    for chunk in deliveries.chunks(ROWS) {
        let mut sql = Sql::new(
            "select d.delivery_id, m.id as message_id, m.title, m.text, m.task_id, m.occurrence_id, m.urge_id, m.over_at is not null as over \
             from delivery_message d join message m on m.id = d.message_id where d.delivery_id in ",
        );
        sql.bind_list(chunk.iter().map(|id| id.0)).push(" order by d.delivery_id, m.id");
        parts.extend(sql.fetch_all::<PartRow>(tx).await?);
    }
    Ok(parts)
}

/// Says that something is not sent, and why.
pub(super) async fn suppress(tx: &mut Tx, ids: &[DeliveryId], why: Suppression, now: Moment) -> Result<()> {
    for chunk in ids.chunks(ROWS) {
        let mut sql = Sql::new("update delivery set state = 'suppressed', reason = ");
        sql.bind(why.word()).push(", settled_at = ").bind(now.millis()).push(" where ").push(STILL_QUEUED).push(" and id in ");
        sql.bind_list(chunk.iter().map(|id| id.0));
        sql.execute(tx).await?;
    }
    Ok(())
}

/// Says one message in another's delivery.
pub(super) async fn merge(tx: &mut Tx, into: DeliveryId, others: &[DeliveryId], now: Moment) -> Result<()> {
    for chunk in others.chunks(ROWS) {
        let mut sql = Sql::new("insert into delivery_message (delivery_id, message_id) select ");
        sql.bind(into.0).push(", message_id from delivery_message where delivery_id in ").bind_list(chunk.iter().map(|id| id.0));
        sql.push(" on conflict (delivery_id, message_id) do nothing");
        sql.execute(tx).await?;
        let mut sql = Sql::new("update delivery set state = 'suppressed', reason = 'merged', merged_into = ");
        sql.bind(into.0).push(", settled_at = ").bind(now.millis()).push(" where ").push(STILL_QUEUED).push(" and id in ");
        sql.bind_list(chunk.iter().map(|id| id.0));
        sql.execute(tx).await?;
    }
    Ok(())
}

/// What is known when a delivery is handed over.
pub(super) struct Handing<'a> {
    pub(super) id: DeliveryId,
    pub(super) gateway: &'a str,
    pub(super) address: Option<&'a str>,
    pub(super) text: &'a str,
    /// It is its turn at once; others wait in hand for theirs, which [`keep`] says.
    pub(super) leaves: bool,
}

/// Takes deliveries in hand, until then.
pub(super) async fn hand(tx: &mut Tx, lease: Uuid, until: Moment, all: &[Handing<'_>], now: Moment) -> Result<()> {
    for chunk in all.chunks(ROWS) {
        let mut sql = Sql::new("with v (delivery_id, by_gateway, at_address, said, leaves_at) as (values ");
        for (index, one) in chunk.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(one.id.0).push(", ").bind(one.gateway).push(", ");
            sql.bind_maybe(one.address).push(", ").bind(one.text).push(", ");
            sql.bind(if one.leaves { now.millis() } else { 0 }).push(")");
        }
        sql.push(") update delivery set state = 'sending', lease = ").bind(lease).push(", lease_until = ").bind(until.millis());
        sql.push(
            ", gateway = v.by_gateway, address = v.at_address, text = v.said, attempts = attempts + 1, \
               handed_at = coalesce(nullif(v.leaves_at, 0), case when unsure then handed_at end) from v where id = v.delivery_id and ",
        );
        sql.push(STILL_QUEUED);
        sql.execute(tx).await?;
    }
    Ok(())
}

/// What a gateway took.
pub(super) struct Taking<'a> {
    pub(super) id: DeliveryId,
    pub(super) provider_id: Option<&'a str>,
    pub(super) parts: i64,
    /// In thousandths of a yuan.
    pub(super) cost: i64,
    /// When it began to be handed over.
    pub(super) begun: Moment,
}

/// Writes that the gateway took them; answers those that were still in this sender's hands.
pub(super) async fn taken(tx: &mut Tx, lease: Uuid, all: &[Taking<'_>], now: Moment) -> Result<Vec<DeliveryId>> {
    let mut ours = Vec::new();
    for chunk in all.chunks(ROWS) {
        let mut sql = Sql::new("with v (delivery_id, known_as, in_parts, costs, begun) as (values ");
        for (index, one) in chunk.iter().enumerate() {
            sql.push(if index == 0 { "(" } else { ", (" }).bind(one.id.0).push(", ").bind_maybe(one.provider_id).push(", ");
            sql.bind(one.parts).push(", ").bind(one.cost).push(", ").bind(one.begun.millis()).push(")");
        }
        sql.push(") update delivery set state = 'sent', lease = null, lease_until = null, provider_id = v.known_as, parts = v.in_parts, ");
        sql.push("cost = coalesce(cost, 0) + v.costs, handed_at = v.begun, sent_at = ").bind(now.millis());
        sql.push(", reason = null, detail = null from v where id = v.delivery_id and lease = ").bind(lease).push(" returning id");
        let rows: Vec<(DeliveryId,)> = sql.fetch_all(tx).await?;
        ours.extend(rows.into_iter().map(|(id,)| id));
    }
    Ok(ours)
}

/// Of these names of a gateway those that it spoke of before the sending was written down.
pub(super) async fn spoken_of(tx: &mut Tx, gateway: &str, names: &[&str]) -> Result<HashSet<String>> {
    if names.is_empty() {
        return Ok(HashSet::new());
    }
    let mut sql = Sql::new("select provider_id from receipt where delivery_id is null and gateway = ");
    sql.bind(gateway).push(" and provider_id in ").bind_list(names.iter().copied());
    let rows: Vec<(String,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Writes that it is tried again, or given up where there is no `again`. One that may have gone out was `handed` over at that moment.
pub(super) async fn not_taken(
    tx: &mut Tx,
    id: DeliveryId,
    lease: Uuid,
    reason: (&str, &str),
    handed: Option<Moment>,
    again: Option<Moment>,
    now: Moment,
) -> Result<()> {
    let state = if again.is_some() { "queued" } else { "failed" };
    execute!(tx, |c| {
        sqlx::query(
        "update delivery set state = $3, lease = null, lease_until = null, reason = $4, detail = $5, unsure = unsure or $6, \
           handed_at = coalesce($9, case when unsure then handed_at end), due_at = coalesce($7, due_at), settled_at = case when $7 is null then $8 end, stuck_since = coalesce(stuck_since, $8) \
           where id = $1 and lease = $2"
    )
    .bind(id)
    .bind(lease)
    .bind(state)
    .bind(reason.0)
    .bind(reason.1)
    .bind(handed.is_some())
    .bind(again)
    .bind(now)
    .bind(handed)
    .execute(c)
    })?;
    Ok(())
}

/// Of these, whose turn it is now, those that are still in this sender's hands; they stay there until then.
pub(super) async fn keep(tx: &mut Tx, ids: &[DeliveryId], lease: Uuid, until: Moment, now: Moment) -> Result<Vec<DeliveryId>> {
    let mut sql = Sql::new("update delivery set lease_until = ");
    sql.bind(until.millis())
        .push(", handed_at = ")
        .bind(now.millis())
        .push(" where lease = ")
        .bind(lease)
        .push(" and id in ")
        .bind_list(ids.iter().map(|id| id.0));
    sql.push(" returning id");
    let rows: Vec<(DeliveryId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Puts back what is in this sender's hands and has not gone out.
pub(super) async fn let_go(tx: &mut Tx, ids: &[DeliveryId], lease: Uuid, now: Moment) -> Result<()> {
    let mut sql = Sql::new(
        "update delivery set state = 'queued', lease = null, lease_until = null, attempts = attempts - 1, \
           handed_at = case when unsure then handed_at end, due_at = ",
    );
    sql.bind(now.millis()).push(" where lease = ").bind(lease).push(" and id in ").bind_list(ids.iter().map(|id| id.0));
    sql.execute(tx).await
}

/// Leaves for later what waits for its hours, or for room at a gateway that is open: that is no time of trouble.
pub(super) async fn put_off(tx: &mut Tx, id: DeliveryId, until: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update delivery set due_at = $2, stuck_since = null where id = $1 and state = 'queued'")
        .bind(id)
        .bind(until)
        .execute(c))?;
    Ok(())
}

/// Leaves what found every gateway closed for later, and remembers since when.
pub(super) async fn put_off_stuck(tx: &mut Tx, id: DeliveryId, until: Moment, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update delivery set due_at = $2, stuck_since = coalesce(stuck_since, $3) where id = $1 and state = 'queued'"
    )
    .bind(id)
    .bind(until)
    .bind(now)
    .execute(c))?;
    Ok(())
}

/// Gives up what is queued, in a word for programs.
pub(super) async fn give_up(tx: &mut Tx, id: DeliveryId, why: &str, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update delivery set state = 'failed', reason = $3, settled_at = $2 where id = $1 and state = 'queued'")
        .bind(id)
        .bind(now)
        .bind(why)
        .execute(c))?;
    Ok(())
}

const fn word(fate: &Fate) -> &'static str {
    match fate {
        Fate::Pending => "pending",
        Fate::Delivered => "delivered",
        Fate::Read => "read",
        Fate::Failed { .. } => "failed",
    }
}

/// What a gateway told, as it is written down.
pub(super) struct NewReceipt<'a> {
    pub(super) id: ReceiptId,
    pub(super) gateway: &'a str,
    pub(super) provider_id: Option<&'a str>,
    pub(super) delivery: Option<DeliveryId>,
    pub(super) fate: &'a Fate,
    pub(super) told_at: Option<i64>,
    pub(super) received_at: Moment,
}

pub(super) async fn insert_receipt(tx: &mut Tx, new: &NewReceipt<'_>) -> Result<()> {
    let (code, detail) = match new.fate {
        Fate::Failed { code, text } => (Some(code.as_str()), Some(text.as_str())),
        _ => (None, None),
    };
    execute!(tx, |c| sqlx::query(
        "insert into receipt (id, gateway, provider_id, delivery_id, fate, code, detail, told_at, received_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    )
    .bind(new.id)
    .bind(new.gateway)
    .bind(new.provider_id)
    .bind(new.delivery)
    .bind(word(new.fate))
    .bind(code)
    .bind(detail)
    .bind(new.told_at)
    .bind(new.received_at)
    .execute(c))?;
    Ok(())
}

/// The delivery a gateway speaks of: by ours, or by its own name for it. Gateways begin their numbers anew: of several the latest is
/// meant, and one that waits for a word rather than one that has it.
///
/// The row is held: whoever writes down at this moment that it was sent sees the receipt, or is waited for.
pub(super) async fn of_receipt(tx: &mut Tx, gateway: &str, provider_id: Option<&str>, own: Option<Uuid>) -> Result<Option<DeliveryId>> {
    let mut sql = Sql::new("select id from delivery where (provider_id is not null and provider_id = ");
    sql.bind_maybe(provider_id).push(" and gateway = ").bind(gateway).push(") or id = ").bind_maybe(own);
    sql.push(" order by case when id = ").bind_maybe(own);
    sql.push(" then 0 else 1 end, case when state = 'sent' then 0 else 1 end, id desc limit 1").hold(tx, false);
    let rows: Vec<(DeliveryId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().next().map(|(id,)| id))
}

/// What was told of these by our own names since a moment: a word that came before the sending was written down changed nothing then.
pub(super) async fn told_since(
    tx: &mut Tx,
    ids: &[DeliveryId],
    since: Moment,
) -> Result<Vec<(DeliveryId, String, Option<String>, Option<String>)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("select delivery_id, fate, code, detail from receipt where received_at >= ");
    sql.bind(since.millis()).push(" and delivery_id in ").bind_list(ids.iter().map(|id| id.0)).push(" order by received_at, id");
    sql.fetch_all(tx).await
}

/// Receipts that came before the sending was written down are this delivery's.
pub(super) async fn adopt(
    tx: &mut Tx,
    id: DeliveryId,
    gateway: &str,
    provider_id: &str,
) -> Result<Vec<(String, Option<String>, Option<String>)>> {
    run!(tx, |c| sqlx::query_as(
        "update receipt set delivery_id = $1 where gateway = $2 and provider_id = $3 and delivery_id is null returning fate, code, detail"
    )
    .bind(id)
    .bind(gateway)
    .bind(provider_id)
    .fetch_all(c))
}

/// Writes what became of a delivery; `true` where it failed by this word. A late or repeated word does not undo a better one: what has
/// arrived does not fail.
pub(super) async fn settle(tx: &mut Tx, id: DeliveryId, fate: &str, code: Option<&str>, detail: Option<&str>, now: Moment) -> Result<bool> {
    match fate {
        "delivered" | "read" => {
            execute!(tx, |c| {
                sqlx::query(
                "update delivery set state = 'delivered', reason = null, detail = null, settled_at = $2, sent_at = coalesce(sent_at, $2), ask_at = null where id = $1 and (state = 'sent' or (state = 'queued' and unsure) or (state = 'failed' and (sent_at is not null or reason = 'unknown')))"
            )
            .bind(id)
            .bind(now)
            .execute(c)
            })?;
        }
        "failed" => {
            let n = execute!(tx, |c| {
                sqlx::query(
                "update delivery set state = 'failed', reason = $3, detail = $4, settled_at = $2, ask_at = null where id = $1 and state = 'sent'"
            )
            .bind(id)
            .bind(now)
            .bind(code.unwrap_or("failed"))
            .bind(detail)
            .execute(c)
            })?;
            return Ok(n > 0);
        }
        _ => {}
    }
    Ok(false)
}

/// An occasion has been taken note of: its messages say so, and so does what went out to this person about it. `false` when all of them
/// said so before.
pub(super) async fn acknowledge(tx: &mut Tx, person: PersonId, occurrence: Uuid, now: Moment) -> Result<bool> {
    let messages = execute!(tx, |c| sqlx::query("update message set acked_at = $2 where occurrence_id = $1 and acked_at is null")
        .bind(occurrence)
        .bind(now)
        .execute(c))?;
    execute!(tx, |c| {
        sqlx::query(
        "update delivery set state = 'acknowledged', acked_at = $3, ask_at = null where state in ('sent', 'delivered') and person_id = $1 and id in ( \
           select d.delivery_id from delivery_message d join message m on m.id = d.message_id where m.occurrence_id = $2)"
    )
    .bind(person)
    .bind(occurrence)
    .bind(now)
    .execute(c)
    })?;
    Ok(messages > 0)
}
