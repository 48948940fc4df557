//! Domain events: how a room tells the rooms above it that something happened, without knowing them.
//!
//! An event is published in the transaction of the change. For each subscriber one job is enqueued in that same
//! transaction, so a subscriber hears of every committed change, of no other, and its effects happen exactly once.

use std::collections::HashMap;

use db::Tx;
use jobs::{JobId, NewJob};
use serde::{Serialize, de::DeserializeOwned};

use crate::app::{Ctx, Outcome};

/// Something that happened.
pub trait Event: Serialize + DeserializeOwned + Send + Sync {
    /// Its stable name, for example `task.dispatched`.
    fn name(&self) -> &str;
}

/// Which subscriber's job hears of which events; listed once, in `app/wiring.rs`.
#[derive(Debug, Default)]
pub struct Subscriptions(HashMap<&'static str, Vec<&'static str>>);

impl Subscriptions {
    /// `job` hears of every event of this name.
    #[must_use]
    pub fn on(mut self, event: &'static str, job: &'static str) -> Self {
        self.0.entry(event).or_default().push(job);
        self
    }
}

/// Tells every subscriber, once this transaction commits.
pub async fn publish(tx: &mut Tx, ctx: &Ctx, event: &impl Event) -> Outcome<()> {
    let Some(subscribers) = ctx.subscriptions.0.get(event.name()) else { return Ok(()) };
    let payload = serde_json::to_value(event).map_err(crate::app::Refusal::internal)?;
    for kind in subscribers {
        let job = NewJob { kind, payload: payload.clone(), run_at: ctx.now(), dedupe: None };
        jobs::enqueue(tx, JobId::new(&ctx.rng, ctx.now()), job).await?;
    }
    Ok(())
}
