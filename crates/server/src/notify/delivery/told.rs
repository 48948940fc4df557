//! What gateways tell: what became of a message, and what people answer.

use std::time::Duration;

use db::Tx;
use gateway::{CallEnd, CallReport, Fate, Receipt, Reply, Told};
use kit::uuid::Uuid;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    instead,
    model::{DeliveryId, Meaning, ReceiptId, ReplyId},
    store::{self, NewReceipt, NewReply},
};
use crate::{
    app::{App, Ctx, Outcome},
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

/// Takes in what a gateway told. The same told again changes nothing.
pub(super) async fn take_in(tx: &mut Tx, app: &App, ctx: &Ctx, gateway: &str, channel: Channel, told: &[Told]) -> Outcome<()> {
    for each in told {
        match each {
            Told::Receipt(receipt) => take_receipt(tx, app, ctx, gateway, receipt).await?,
            Told::Reply(reply) => take_reply(tx, ctx, gateway, channel, reply).await?,
            Told::Call(report) => take_call(tx, app, ctx, gateway, channel, report).await?,
        }
    }
    Ok(())
}

/// A call that was answered has arrived, and a key that says so is an answer like a written one. Whoever hung up or pressed nothing was
/// reached, and the ladder goes on.
async fn take_call(tx: &mut Tx, app: &App, ctx: &Ctx, gateway: &str, channel: Channel, report: &CallReport) -> Outcome<()> {
    let (fate, said) = match &report.ended {
        CallEnd::Acknowledged => (Fate::Delivered, Some("1")),
        CallEnd::CallbackRequested => (Fate::Delivered, Some("请回电")),
        CallEnd::NoInput | CallEnd::HungUp => (Fate::Delivered, None),
        CallEnd::Failed { code, text } => (Fate::Failed { code: code.clone(), text: text.clone() }, None),
    };
    let CallReport { provider_id, own_id, to, at, .. } = report.clone();
    let receipt = Receipt { provider_id: provider_id.clone(), own_id: own_id.clone(), to: to.clone(), fate, at };
    take_receipt(tx, app, ctx, gateway, &receipt).await?;
    if let Some(text) = said {
        let reply = Reply { from: to, text: text.to_owned(), reply_id: provider_id.or(own_id), at, to: None };
        take_reply(tx, ctx, gateway, channel, &reply).await?;
    }
    Ok(())
}

async fn take_receipt(tx: &mut Tx, app: &App, ctx: &Ctx, gateway: &str, receipt: &Receipt) -> Outcome<()> {
    let own: Option<Uuid> = receipt.own_id.as_deref().and_then(|id| id.parse().ok());
    let delivery = store::of_receipt(tx, gateway, receipt.provider_id.as_deref(), own).await?;
    let row = NewReceipt {
        id: ReceiptId::new(&ctx.rng, ctx.now()),
        gateway,
        provider_id: receipt.provider_id.as_deref(),
        delivery,
        fate: &receipt.fate,
        told_at: receipt.at,
        received_at: ctx.now(),
    };
    store::insert_receipt(tx, &row).await?;
    if let Some(delivery) = delivery {
        let (fate, code, detail) = match &receipt.fate {
            Fate::Pending => ("pending", None, None),
            Fate::Delivered => ("delivered", None, None),
            Fate::Read => ("read", None, None),
            Fate::Failed { code, text } => ("failed", Some(code.as_str()), Some(text.as_str())),
        };
        if store::settle(tx, delivery, fate, code, detail, ctx.now()).await? {
            instead::take_over(tx, app, ctx, &[delivery]).await?;
        }
    }
    Ok(())
}

async fn take_reply(tx: &mut Tx, ctx: &Ctx, gateway: &str, channel: Channel, reply: &Reply) -> Outcome<()> {
    let address = if matches!(channel, Channel::Sms | Channel::Voice) { org::plain_phone(&reply.from) } else { reply.from.clone() };
    let text: String = reply.text.trim().chars().filter(|c| !c.is_control()).take(1000).collect();
    let told_at = reply.at;
    // A gateway that names no answer is taken by its words: the same words at the same moment are the same answer.
    let reply_id = reply.reply_id.clone().unwrap_or_else(|| {
        hex::encode(Sha256::digest(format!("{address}\n{text}\n{}", told_at.unwrap_or_else(|| ctx.now().millis() / 60_000))))
    });
    let answered = store::last_to(tx, channel, &address, ctx.now().minus(ANSWERS)).await?;
    let id = ReplyId::new(&ctx.rng, ctx.now());
    let row = NewReply {
        id,
        gateway,
        reply_id: &reply_id,
        address: &address,
        person: answered.map(|(_, person)| person),
        delivery: answered.map(|(delivery, _)| delivery),
        text: &text,
        meaning: if answered.is_some() { Meaning::Unclear } else { Meaning::UnknownSender },
        told_at,
        received_at: ctx.now(),
    };
    if !store::insert_reply(tx, &row).await? {
        return Ok(());
    }
    if let Some((delivery, person)) = answered {
        events::publish(tx, ctx, &Replied { reply: id, person, delivery, channel, text }).await?;
    }
    Ok(())
}
