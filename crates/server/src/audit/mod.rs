//! The ledger: append-only, what was done by whom, in the transaction that did it.
//!
//! Each *stream* is a hash chain of its own: every event holds the SHA-256 of its content and of the event before it, so
//! an altered, removed or inserted event breaks all that follow. A task's whole tree is one stream (its root's id);
//! organisation and security have one each. Streams keep writers of different trees out of each other's way, which one
//! chain for everything would not.
//!
//! Table: `ledger`. *Not here*: what an event means (the rooms write the words), sealing streams together.

mod store;

use db::Tx;
use kit::{NIL, uuid::Uuid};
use sha2::{Digest as _, Sha256};
use wording::Words;

pub use store::{
    Event, events_at, events_of_task, events_since, head, last_of_tasks, piece_of_stream, streams, whole_of_task, whole_stream,
};

use crate::app::{Ctx, Outcome};

/// What is to be written down.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which chain.
    pub stream: Uuid,
    /// Which task it is about.
    pub task: Option<Uuid>,
    /// Stable, for programs: `dispatched`, `report_accepted`.
    pub action: &'static str,
    /// For people, as it was true when it was written.
    pub words: Words,
    /// The particulars: ids and values.
    pub data: serde_json::Value,
}

/// The stream of the organisation's changes.
pub const ORGANISATION: Uuid = Uuid::from_u128(1);
/// The stream of packages that were handed out.
pub const ARCHIVES: Uuid = Uuid::from_u128(3);
/// The stream of what was looked at for secrets and viruses, and what was decided.
pub const SECRECY: Uuid = Uuid::from_u128(4);
/// The stream of accounts and sign-ins.
pub const SECURITY: Uuid = Uuid::from_u128(2);

impl Entry {
    /// About the organisation.
    pub fn organisation(action: &'static str, words: impl Into<Words>, data: serde_json::Value) -> Self {
        Self { stream: ORGANISATION, task: None, action, words: words.into(), data }
    }

    /// About packages that were handed out.
    pub fn archives(action: &'static str, words: impl Into<Words>, data: serde_json::Value) -> Self {
        Self { stream: ARCHIVES, task: None, action, words: words.into(), data }
    }

    /// About what was looked at for secrets and viruses.
    pub fn secrecy(action: &'static str, words: impl Into<Words>, data: serde_json::Value) -> Self {
        Self { stream: SECRECY, task: None, action, words: words.into(), data }
    }

    /// About accounts and sign-ins.
    pub fn security(action: &'static str, words: impl Into<Words>, data: serde_json::Value) -> Self {
        Self { stream: SECURITY, task: None, action, words: words.into(), data }
    }
}

/// Writes an event. The caller holds whatever keeps two writers of this stream apart (a task's tree lock); two that meet
/// all the same are told apart by the key, and the second transaction fails.
pub async fn record(tx: &mut Tx, ctx: &Ctx, entry: Entry) -> Outcome<()> {
    if entry.task.is_none() {
        store::lock_stream(tx, entry.stream).await?;
    }
    let (seq, prev) = store::head(tx, entry.stream).await?.map_or((1, String::new()), |(seq, hash)| (seq + 1, hash));
    let actor = (ctx.actor.person.0 != NIL).then_some(ctx.actor.person.0);
    let mut event = Event {
        stream: entry.stream,
        seq,
        at: ctx.now(),
        actor_id: actor,
        task_id: entry.task,
        action: entry.action.to_owned(),
        words: entry.words,
        data: entry.data.to_string(),
        prev,
        hash: String::new(),
    };
    event.hash = digest(&event);
    store::insert(tx, &event).await?;
    Ok(())
}

/// The hash of an event: SHA-256 over its fields, each preceded by its length in bytes, in the order of the table.
pub fn digest(event: &Event) -> String {
    let mut hash = Sha256::new();
    let mut field = |text: &str| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    field(&event.stream.to_string());
    field(&event.seq.to_string());
    field(&event.at.millis().to_string());
    field(&id(event.actor_id));
    field(&id(event.task_id));
    field(&event.action);
    field(&event.words.stored());
    field(&event.data);
    field(&event.prev);
    hex::encode(hash.finalize())
}

/// Where a chain is broken.
#[derive(Debug, PartialEq, Eq)]
pub struct Break {
    /// Which chain.
    pub stream: Uuid,
    /// The first event that does not fit.
    pub seq: i64,
}

/// Checks one chain from its beginning; answers where it breaks.
pub fn verify(events: &[Event]) -> Option<Break> {
    let mut prev = "";
    for (event, seq) in events.iter().zip(1_i64..) {
        if event.seq != seq || event.prev != prev || event.hash != digest(event) {
            return Some(Break { stream: event.stream, seq });
        }
        prev = &event.hash;
    }
    None
}

#[cfg(test)]
mod tests {
    use kit::Moment;

    use super::*;

    fn chain() -> Vec<Event> {
        let mut events: Vec<Event> = Vec::new();
        for seq in 1..=4 {
            let mut event = Event {
                stream: ORGANISATION,
                seq,
                at: Moment::from_millis(seq),
                actor_id: None,
                task_id: None,
                action: "a".into(),
                words: Words::raw(format!("第{seq}件")),
                data: "{}".into(),
                prev: events.last().map(|e| e.hash.clone()).unwrap_or_default(),
                hash: String::new(),
            };
            event.hash = digest(&event);
            events.push(event);
        }
        events
    }

    #[test]
    fn an_untouched_chain_holds() {
        assert_eq!(verify(&chain()), None);
    }

    #[test]
    fn altering_removing_or_moving_an_event_breaks_the_chain() {
        let broken = |change: fn(&mut Vec<Event>)| {
            let mut events = chain();
            change(&mut events);
            verify(&events).map(|b| b.seq)
        };
        assert_eq!(broken(|e| e[1].words = Words::raw("！")), Some(2));
        assert_eq!(broken(|e| drop(e.remove(1))), Some(2));
        assert_eq!(broken(|e| e.swap(1, 2)), Some(2));
        assert_eq!(
            broken(|e| {
                e[1].words = Words::raw("！");
                e[1].hash = digest(&e[1]);
            }),
            Some(3)
        );
    }
}
