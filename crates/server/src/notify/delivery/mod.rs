//! Bringing messages to people outside the system: held until their hours, merged, sent once, and followed until they are answered.
//!
//! *Invariants*. What is to be sent is written in the transaction of its cause. Nothing is sent inside a transaction or a request. A
//! delivery is in one sender's hands at a time; what was sent and not written down is tried again under the same id. A word of a
//! gateway that comes late, twice or before the sending was written down does no harm.
//!
//! Tables: `delivery`, `delivery_message`, `receipt`, `reply`, `gateway_state`. Job: [`DELIVER`], found by looking ([`is_due`]).

mod answered;
mod ask;
mod configured;
mod costs;
mod dispatch;
mod ended;
mod export;
mod gateway;
mod gauges;
mod http;
mod in_hand;
mod instead;
mod keeping;
mod known;
mod model;
mod often;
mod post;
mod room;
mod rules;
mod said;
mod sent;
mod store;
mod take;
mod told;

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::{Moment, uuid::Uuid};

pub use answered::{REPLIED, Replied};
pub use configured::{listen, read as read_gateways};
pub use dispatch::{LookFirst, StillOpen};
pub use gateway::{Asked, Call, Gateway, Gateways, Handed, Heard, Letter};
pub use gauges::gauges;
pub(super) use http::routes;
pub use in_hand::InHand;
pub use model::{DeliveryId, DeliveryState, Meaning, ReplyId};
pub(super) use post::post;
pub use rules::NoticeKind;
pub(super) use store::take_back;

use crate::{
    app::{App, Ctx, Outcome},
    notify::model::Channel,
    org::PersonId,
};

/// Sends what is due.
pub const DELIVER: &str = "notify.deliver";

/// The first gateway of a way, where there is one: for what is not about a task and waits for nobody.
pub(super) fn reachable(app: &App, channel: Channel) -> Option<&std::sync::Arc<dyn Gateway>> {
    app.gateways.of(channel).next()
}

/// Sends one batch of what is due, outside any transaction.
pub async fn send_due(app: &App) -> Outcome<()> {
    dispatch::send_due(app).await
}

/// Sends what is due, batch after batch for some seconds, outside any transaction.
pub async fn deliver(app: &App) -> Outcome<()> {
    dispatch::deliver(app).await
}

/// Asks gateways that say nothing of their own accord.
pub const ASK: &str = "notify.ask";

/// Asks what became of messages of which nothing was heard, outside any transaction.
pub async fn ask_silent(app: &App) -> Outcome<()> {
    ask::ask(app).await
}

/// Whether there is something to ask.
pub async fn is_silent(tx: &mut Tx, now: Moment) -> Outcome<bool> {
    Ok(store::is_silent(tx, now).await?)
}

/// Whether there is something to send that this process is not already about.
pub async fn is_due(tx: &mut Tx, app: &App) -> Outcome<bool> {
    Ok(!app.in_hand.is_sending() && store::is_due(tx, app.clock.now(), &app.in_hand.leases()).await?)
}

/// What a part costs by each way, in thousandths of a yuan.
pub fn prices(ctx: &Ctx) -> HashMap<Channel, i64> {
    ctx.rules.get::<rules::DeliveryRules>().channels.iter().map(|rules| (rules.channel, rules.price)).collect()
}

/// By which ways something said on the spot is brought outside the system, beside the message in it.
pub fn ways(ctx: &Ctx, occasion: NoticeKind) -> Vec<Channel> {
    ctx.rules.get::<rules::DeliveryRules>().ways(occasion)
}

/// What these occasions called for is not called for any more: what has not left stays here.
pub async fn withdraw(tx: &mut Tx, occurrences: &[Uuid], now: Moment) -> Outcome<()> {
    Ok(store::withdraw(tx, occurrences, now).await?)
}

/// The person has taken note of an occasion: its messages and what went out about it are acknowledged. `false` when all messages were.
pub async fn acknowledged(tx: &mut Tx, person: PersonId, occurrence: Uuid, now: Moment) -> Outcome<bool> {
    Ok(store::acknowledge(tx, person, occurrence, now).await?)
}

/// What a delivery said: occasions and urges, each once.
#[derive(Debug, Default)]
pub struct About {
    /// The occasions it reminded of.
    pub occurrences: BTreeSet<Uuid>,
    /// The urges it spoke of.
    pub urges: BTreeSet<Uuid>,
}

/// What a delivery said, and so what an answer to it is about. What a digest did not list nobody has read.
pub async fn about(tx: &mut Tx, delivery: DeliveryId) -> Outcome<About> {
    let mut about = About::default();
    let parts = store::parts(tx, &[delivery]).await?;
    for part in said::shown(&parts) {
        about.occurrences.extend(part.occurrence_id);
        about.urges.extend(part.urge_id);
    }
    Ok(about)
}

/// What an answer turned out to mean.
pub async fn understood(tx: &mut Tx, reply: ReplyId, meaning: Meaning) -> Outcome<()> {
    Ok(store::understood(tx, reply, meaning).await?)
}
