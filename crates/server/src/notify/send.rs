use std::collections::BTreeSet;

use db::Tx;
use kit::uuid::Uuid;
use wording::Words;

use super::{
    delivery,
    model::{Channel, MessageId},
    store,
};
use crate::{
    app::{Ctx, Outcome},
    org::PersonId,
};

/// The signal that something about a person's messages has changed.
pub(super) const TOPIC: &str = "message";

/// A message to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    /// To whom; named twice is told once.
    pub to: &'a [PersonId],
    /// What it is, for programs.
    pub kind: &'a str,
    /// One line.
    pub title: &'a Words,
    /// What it says.
    pub text: &'a Words,
    /// The task it is about.
    pub task: Option<Uuid>,
    /// The urge it is about.
    pub urge: Option<Uuid>,
    /// What else it is about; who has read it can be asked by this.
    pub subject: Option<Uuid>,
    /// The occasion of a rule that reminds.
    pub occurrence: Option<Uuid>,
    /// By which ways it is brought outside the system, too.
    pub channels: &'a [Channel],
    /// It waits for no hours and is never merged.
    pub critical: bool,
    /// Names the occasion: the same person is told of it at most once.
    pub dedupe: &'a str,
}

/// Sends a message; open pages of those it is for show it once this transaction commits.
pub async fn send(tx: &mut Tx, ctx: &Ctx, new: NewMessage<'_>) -> Outcome<()> {
    put(tx, ctx, new, false).await
}

/// Leaves a message where it can be found: nobody's number of unread ones grows and no open page speaks of it.
pub async fn send_quietly(tx: &mut Tx, ctx: &Ctx, new: NewMessage<'_>) -> Outcome<()> {
    put(tx, ctx, new, true).await
}

async fn put(tx: &mut Tx, ctx: &Ctx, new: NewMessage<'_>, quiet: bool) -> Outcome<()> {
    let persons: BTreeSet<PersonId> = new.to.iter().copied().collect();
    for person in persons {
        let id = MessageId::new(&ctx.rng, ctx.now());
        if store::insert(tx, id, person, &new, quiet, ctx.now()).await? && !quiet {
            tx.signal(TOPIC, &format!("{person} {id}")).await?;
            delivery::post(tx, ctx, id, person, new.channels, new.critical).await?;
        }
    }
    Ok(())
}
