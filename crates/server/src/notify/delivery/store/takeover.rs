//! What one way leaves to another.

use db::{Result, Sql, Tx, run};
use kit::{Moment, uuid::Uuid};

use crate::{
    notify::{delivery::model::DeliveryId, model::Channel, model::MessageId},
    org::PersonId,
};

/// A delivery that does not arrive by its own way.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::notify::delivery) struct Left {
    pub(in crate::notify::delivery) id: DeliveryId,
    #[sqlx(rename = "person_id")]
    pub(in crate::notify::delivery) person: PersonId,
    pub(in crate::notify::delivery) channel: Channel,
    pub(in crate::notify::delivery) critical: bool,
}

pub(in crate::notify::delivery) async fn left(tx: &mut Tx, ids: &[DeliveryId]) -> Result<Vec<Left>> {
    let mut sql = Sql::new("select id, person_id, channel, critical from delivery where id in ");
    sql.bind_list(ids.iter().map(|id| id.0)).push(" order by id");
    sql.fetch_all(tx).await
}

/// A message of a delivery that does not arrive by its own way.
#[derive(Debug, sqlx::FromRow)]
pub(in crate::notify::delivery) struct Brought {
    pub(in crate::notify::delivery) message_id: MessageId,
    pub(in crate::notify::delivery) occurrence_id: Option<Uuid>,
    /// What it asked for was seen to, where no occasion knows.
    pub(in crate::notify::delivery) over: bool,
    /// It was put on the other way to the same person, too.
    pub(in crate::notify::delivery) tried: bool,
    /// It goes, or went, by that way.
    pub(in crate::notify::delivery) there: bool,
}

/// What a delivery brings, and whether another way does.
pub(in crate::notify::delivery) async fn brought(tx: &mut Tx, id: DeliveryId, person: PersonId, other: Channel) -> Result<Vec<Brought>> {
    run!(tx, |c| sqlx::query_as(
        "select d.message_id, m.occurrence_id, m.over_at is not null as over, exists ( \
           select 1 from delivery_message x join delivery o on o.id = x.delivery_id \
           where x.message_id = d.message_id and o.person_id = $2 and o.channel = $3) as tried, exists ( \
           select 1 from delivery_message x join delivery o on o.id = x.delivery_id \
           where x.message_id = d.message_id and o.person_id = $2 and o.channel = $3 \
             and o.state not in ('failed', 'suppressed')) as there \
         from delivery_message d join message m on m.id = d.message_id where d.delivery_id = $1 order by d.message_id"
    )
    .bind(id)
    .bind(person)
    .bind(other)
    .fetch_all(c))
}

/// Writes one that brings several messages at once, in place of another.
pub(in crate::notify::delivery) async fn insert_one(
    tx: &mut Tx,
    (id, in_place_of): (DeliveryId, DeliveryId),
    messages: &[MessageId],
    (person, channel, critical): (PersonId, Channel, bool),
    (created_at, due_at): (Moment, Moment),
) -> Result<()> {
    let mut sql = Sql::new(
        "insert into delivery (id, in_place_of, person_id, channel, state, critical, created_at, due_at, attempts, unsure) values (",
    );
    sql.bind(id.0)
        .push(", ")
        .bind(in_place_of.0)
        .push(", ")
        .bind(person.0)
        .push(", ")
        .bind(channel.word())
        .push(", 'queued', ")
        .bind(critical)
        .push(", ");
    sql.bind(created_at.millis()).push(", ").bind(due_at.millis()).push(", 0, false)");
    sql.execute(tx).await?;
    let mut sql = Sql::new("insert into delivery_message (delivery_id, message_id) values ");
    for (index, message) in messages.iter().enumerate() {
        sql.push(if index == 0 { "(" } else { ", (" }).bind(id.0).push(", ").bind(message.0).push(")");
    }
    sql.execute(tx).await
}
