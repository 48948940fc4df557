//! What people answer, and which of the messages to them they mean.
//!
//! An answer can be here before it is written down that its message was taken. As long as something is on its way to where it comes
//! from, it waits; when nothing is any more, it belongs to the last that was handed over before it came.

use std::time::Duration;

use db::Tx;
use gateway::Reply;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    model::{DeliveryId, ReplyId},
    store::{self, NewReply, WaitingReply},
};
use crate::{
    app::{Ctx, Outcome},
    events,
    notify::model::Channel,
    org::{self, PersonId},
};

/// Somebody answered a message; what it means is for the room above to say.
pub const REPLIED: &str = "notify.replied";

/// An answer comes to the last message of so many days.
const ANSWERS: Duration = Duration::from_secs(7 * 24 * 3600);

/// Somebody answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Replied {
    /// The answer.
    pub reply: ReplyId,
    /// Whose.
    pub person: PersonId,
    /// What it most likely answers.
    pub delivery: DeliveryId,
    /// By which way.
    pub channel: Channel,
    /// What they say.
    pub text: String,
}

impl events::Event for Replied {
    fn name(&self) -> &str {
        REPLIED
    }
}

/// So many that have waited find their place in one transaction.
const AT_ONCE: i64 = 100;

/// Takes in an answer. The same told again changes nothing.
pub(super) async fn take_in(tx: &mut Tx, ctx: &Ctx, gateway: &str, channel: Channel, reply: &Reply) -> Outcome<()> {
    let address = if matches!(channel, Channel::Sms | Channel::Voice) { org::plain_phone(&reply.from) } else { reply.from.clone() };
    let text: String = reply.text.trim().chars().filter(|c| !c.is_control()).take(1000).collect();
    let told_at = reply.at;
    // A gateway that names no answer is taken by its words: the same words at the same moment are the same answer.
    let reply_id = reply.reply_id.clone().unwrap_or_else(|| {
        hex::encode(Sha256::digest(format!("{address}\n{text}\n{}", told_at.unwrap_or_else(|| ctx.now().millis() / 60_000))))
    });
    let (id, received_at) = (ReplyId::new(&ctx.rng, ctx.now()), ctx.now());
    let new = NewReply { id, gateway, reply_id: &reply_id, address: &address, text: &text, told_at, received_at, by: channel };
    if store::insert_reply(tx, &new).await? && !store::is_leaving_to(tx, channel, &address).await? {
        belongs(tx, ctx, WaitingReply { id, address, text, received_at, waits_by: channel }).await?;
    }
    Ok(())
}

/// Finds the place of what has waited.
pub(super) async fn place(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    for reply in store::waited(tx, AT_ONCE).await? {
        belongs(tx, ctx, reply).await?;
    }
    Ok(())
}

async fn belongs(tx: &mut Tx, ctx: &Ctx, reply: WaitingReply) -> Outcome<()> {
    let WaitingReply { id, address, text, received_at, waits_by: channel } = reply;
    let answered = store::last_to(tx, channel, &address, received_at.minus(ANSWERS), received_at).await?;
    store::place(tx, id, answered).await?;
    if let Some((delivery, person)) = answered {
        events::publish(tx, ctx, &Replied { reply: id, person, delivery, channel, text }).await?;
    }
    Ok(())
}
