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
    /// The code of that rule.
    pub rule: Option<&'a str>,
    /// By which ways it is brought outside the system, too.
    pub channels: &'a [Channel],
    /// It waits for no hours and is never merged.
    pub critical: bool,
    /// Names the occasion: the same person is told of it at most once.
    pub dedupe: &'a str,
}

/// Sends a message; open pages of those it is for show it once this transaction commits.
pub async fn send(tx: &mut Tx, ctx: &Ctx, new: NewMessage<'_>) -> Outcome<()> {
    put(tx, ctx, &[new], false).await
}

/// Sends several, in as few statements as one.
pub async fn send_all(tx: &mut Tx, ctx: &Ctx, new: &[NewMessage<'_>]) -> Outcome<()> {
    put(tx, ctx, new, false).await
}

/// Leaves a message where it can be found: nobody's number of unread ones grows and no open page speaks of it.
pub async fn send_quietly(tx: &mut Tx, ctx: &Ctx, new: NewMessage<'_>) -> Outcome<()> {
    put(tx, ctx, &[new], true).await
}

async fn put(tx: &mut Tx, ctx: &Ctx, new: &[NewMessage<'_>], quiet: bool) -> Outcome<()> {
    let mut rows = Vec::new();
    for message in new {
        let persons: BTreeSet<PersonId> = message.to.iter().copied().collect();
        rows.extend(persons.into_iter().map(|person| (MessageId::new(&ctx.rng, ctx.now()), person, message)));
    }
    let written = store::insert(tx, &rows, quiet, ctx.now()).await?;
    if quiet {
        return Ok(());
    }
    rows.retain(|(id, ..)| written.contains(id));
    for (id, person, _) in &rows {
        tx.signal(TOPIC, &format!("{person} {id}")).await?;
    }
    delivery::post(tx, ctx, &rows).await
}
