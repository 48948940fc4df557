//! What gateways tell: what became of a message, how a call ended, and that somebody answered.

use db::Tx;
use gateway::{CallEnd, CallReport, Fate, Receipt, Reply, Told};
use kit::uuid::Uuid;

use super::{
    answered, instead,
    model::ReceiptId,
    store::{self, NewReceipt},
};
use crate::{
    app::{App, Ctx, Outcome},
    notify::model::Channel,
};

/// Takes in what a gateway told. The same told again changes nothing.
pub(super) async fn take_in(tx: &mut Tx, app: &App, ctx: &Ctx, gateway: &str, channel: Channel, told: &[Told]) -> Outcome<()> {
    for each in told {
        match each {
            Told::Receipt(receipt) => take_receipt(tx, app, ctx, gateway, receipt).await?,
            Told::Reply(reply) => answered::take_in(tx, ctx, gateway, channel, reply).await?,
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
        answered::take_in(tx, ctx, gateway, channel, &reply).await?;
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
