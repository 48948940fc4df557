//! What is not said any more because what it reminded of was seen to.

use std::collections::BTreeSet;

use db::{Result, Sql, Tx, execute};
use kit::{Moment, uuid::Uuid};

use super::{ROWS, STILL_QUEUED};
use crate::notify::{delivery::model::DeliveryId, model::MessageId};

/// Messages of one statement that asks whether a delivery brings others: of more than these a digest would be looked at in parts.
const MESSAGES: usize = 1000;

/// Suppresses what is still queued of these occasions. A digest that was put back goes without them.
pub(in crate::notify::delivery) async fn withdraw(tx: &mut Tx, occurrences: &[Uuid], now: Moment) -> Result<()> {
    if occurrences.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("update delivery set state = 'suppressed', reason = 'answered', settled_at = ");
    sql.bind(now.millis())
        .push(" where ")
        .push(STILL_QUEUED)
        .push(" and id in (select d.delivery_id from delivery_message d join message m on m.id = d.message_id where m.occurrence_id in ");
    sql.bind_list(occurrences.iter().copied()).push(
        ") and not exists (select 1 from delivery_message o join message n on n.id = o.message_id where o.delivery_id = delivery.id \
           and (n.occurrence_id is null or n.occurrence_id not in ",
    );
    sql.bind_list(occurrences.iter().copied()).push("))");
    sql.execute(tx).await?;
    let mut sql = Sql::new(
        "delete from delivery_message where exists (select 1 from delivery d where d.id = delivery_message.delivery_id and d.state = 'queued') \
           and message_id in (select id from message where occurrence_id in ",
    );
    sql.bind_list(occurrences.iter().copied()).push(") returning delivery_id");
    let shorter: Vec<(DeliveryId,)> = sql.fetch_all(tx).await?;
    forget_words(tx, shorter).await
}

/// Suppresses what is still queued of these messages, for they ask for nothing any more. A digest goes without them. What is elsewhere,
/// in a sender's hands or on its way, is found to be over when it is looked at again.
pub(in crate::notify) async fn take_back(tx: &mut Tx, messages: &[MessageId], now: Moment) -> Result<()> {
    let mut shorter = Vec::new();
    for some in messages.chunks(MESSAGES) {
        let ids = || some.iter().map(|id| id.0);
        let mut sql = Sql::new("update message set over_at = ");
        sql.bind(now.millis()).push(" where over_at is null and id in ").bind_list(ids());
        sql.execute(tx).await?;
        let mut sql = Sql::new("update delivery set state = 'suppressed', reason = 'answered', settled_at = ");
        sql.bind(now.millis()).push(" where ").push(STILL_QUEUED);
        sql.push(" and id in (select delivery_id from delivery_message where message_id in ").bind_list(ids());
        sql.push(") and not exists (select 1 from delivery_message o where o.delivery_id = delivery.id and o.message_id not in ");
        sql.bind_list(ids()).push(")");
        sql.execute(tx).await?;
        let mut sql = Sql::new(
            "delete from delivery_message where exists (select 1 from delivery d where d.id = delivery_message.delivery_id and d.state = 'queued') \
               and message_id in ",
        );
        sql.bind_list(ids()).push(" returning delivery_id");
        shorter.extend(sql.fetch_all::<(DeliveryId,)>(tx).await?);
    }
    forget_words(tx, shorter).await
}

/// Has deliveries that are queued go without these messages.
pub(in crate::notify::delivery) async fn leave_out(tx: &mut Tx, ids: &[DeliveryId], messages: &[MessageId]) -> Result<()> {
    let mut shorter = Vec::new();
    for chunk in ids.chunks(ROWS) {
        let mut sql = Sql::new("delete from delivery_message where delivery_id in ");
        sql.bind_list(chunk.iter().map(|id| id.0)).push(" and message_id in ").bind_list(messages.iter().map(|id| id.0));
        sql.push(" returning delivery_id");
        shorter.extend(sql.fetch_all::<(DeliveryId,)>(tx).await?);
    }
    forget_words(tx, shorter).await
}

/// What they said when they were last in hand named what they do not bring any more, which whoever sees the rest need not see.
async fn forget_words(tx: &mut Tx, shorter: Vec<(DeliveryId,)>) -> Result<()> {
    let shorter: BTreeSet<DeliveryId> = shorter.into_iter().map(|(id,)| id).collect();
    for chunk in shorter.into_iter().collect::<Vec<_>>().chunks(ROWS) {
        let mut sql = Sql::new("update delivery set text = null where text is not null and id in ");
        sql.bind_list(chunk.iter().map(|id| id.0));
        sql.execute(tx).await?;
    }
    Ok(())
}

/// Says of one in this sender's hands that has not left that it is not sent, for it was seen to.
pub(in crate::notify::delivery) async fn spare(tx: &mut Tx, id: DeliveryId, lease: Uuid, now: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update delivery set state = 'suppressed', reason = 'answered', settled_at = $3, lease = null, lease_until = null, \
           attempts = attempts - 1, handed_at = case when unsure then handed_at end where id = $1 and lease = $2"
    )
    .bind(id)
    .bind(lease)
    .bind(now)
    .execute(c))?;
    Ok(())
}
