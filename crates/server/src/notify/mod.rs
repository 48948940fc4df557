//! Messages to persons: what they should know, kept until they have read it, and brought to an open page at once.
//!
//! *Invariants.* One message a person for one `dedupe` key, however often the cause is worked through. A message is
//! written in the transaction of its cause; the live stream only says that there is something to look at and may lose a
//! word of it, the list never does.
//!
//! Tables: `message`, those of [`delivery`], which brings messages to people outside the system, and of [`address`], where they are reached. Signals: `message` (a person's id, and the message's when it is new), heard from `task` and `session`.
//! *Not here*: who is told what and when (`supervision`).

mod address;
mod delivery;
mod http;
mod live;
mod model;
mod send;
mod store;

pub use address::{AddressKind, CODE, send_code};
pub use delivery::{
    ASK, About, Asked, Call, DELIVER, DeliveryId, DeliveryState, Gateway, Gateways, Handed, Heard, InHand, Letter, LookFirst, Meaning,
    NoticeKind, REPLIED, Replied, ReplyId, StillOpen, about, acknowledged, ask_silent, deliver, gauges, is_due, is_silent, listen, prices,
    read_gateways, send_due, understood, ways, withdraw,
};
pub use http::routes;
pub use model::{Channel, Message, MessageGroup, MessageId, Reader};
pub use send::{NewMessage, answered, hush, send, send_all, send_quietly};

use std::collections::HashMap;

use db::Tx;
use kit::uuid::Uuid;

use crate::{
    app::{Ctx, Outcome},
    org::{PersonId, PersonRef},
};

/// Who was told of these things by messages of one kind, and when each of them read it; what nobody was told of is missing.
pub async fn readers(tx: &mut Tx, subjects: &[Uuid], kind: &'static str) -> Outcome<HashMap<Uuid, Vec<Reader>>> {
    let mut out: HashMap<Uuid, Vec<Reader>> = HashMap::new();
    if subjects.is_empty() {
        return Ok(out);
    }
    for (subject, id, name, read_at) in store::receipts(tx, subjects, kind).await? {
        out.entry(subject).or_default().push(Reader { person: PersonRef { id, name }, read_at });
    }
    Ok(out)
}

/// The actor has read what they were told of a thing: it was answered, in the system or from outside.
pub async fn read_about(tx: &mut Tx, ctx: &Ctx, subject: Uuid) -> Outcome<()> {
    if store::mark_subject_read(tx, ctx.actor.person, subject, ctx.now()).await? > 0 {
        tx.signal(send::TOPIC, &ctx.actor.person.to_string());
    }
    Ok(())
}

/// How many of a person's messages about a task are not read yet.
pub async fn unread_of(tx: &mut Tx, person: PersonId, task: Uuid) -> Outcome<i64> {
    Ok(store::counts(tx, person, &[task]).await?.first().map_or(0, |(_, _, unread)| *unread))
}

/// The actor's messages with one entry for each task, the newest first; those before `before`.
pub async fn groups(tx: &mut Tx, ctx: &Ctx, unread: bool, before: Option<MessageId>, limit: i64) -> Outcome<Vec<MessageGroup>> {
    let me = ctx.actor.person;
    let newest = store::newest(tx, me, unread, before, limit).await?;
    let counts = store::counts(tx, me, &newest.iter().filter_map(|message| message.task_id).collect::<Vec<_>>()).await?;
    let group = |newest: Message| {
        let alone = i64::from(newest.read_at.is_none() && !newest.quiet);
        let counted = counts.iter().find(|(task, ..)| Some(*task) == newest.task_id);
        let (count, unread) = counted.map_or((1, alone), |(_, count, unread)| (*count, *unread));
        MessageGroup { newest, count, unread }
    };
    Ok(newest.into_iter().map(group).collect())
}

/// How many of the actor's messages are not read yet.
pub async fn unread(tx: &mut Tx, ctx: &Ctx) -> Outcome<i64> {
    Ok(store::unread(tx, ctx.actor.person).await?)
}
