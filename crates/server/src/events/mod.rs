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
pub struct Subscriptions {
    named: HashMap<&'static str, Vec<&'static str>>,
    /// Jobs that hear of every event whose name begins so, but for these.
    all_of: Vec<(&'static str, &'static [&'static str], &'static str)>,
}

impl Subscriptions {
    /// `job` hears of every event of this name.
    #[must_use]
    pub fn on(mut self, event: &'static str, job: &'static str) -> Self {
        self.named.entry(event).or_default().push(job);
        self
    }

    /// `job` hears of every event whose name begins with `prefix`, of those that are not thought of yet, too.
    #[must_use]
    pub fn on_all(self, prefix: &'static str, job: &'static str) -> Self {
        self.on_all_but(prefix, &[], job)
    }

    /// As [`Self::on_all`], but for events that are known to concern `job` in no way: a job less for each.
    #[must_use]
    pub fn on_all_but(mut self, prefix: &'static str, names: &'static [&'static str], job: &'static str) -> Self {
        self.all_of.push((prefix, names, job));
        self
    }

    fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'static str> + 'a {
        let hears = move |(prefix, but, _): &&(&str, &[&str], &str)| name.starts_with(prefix) && !but.contains(&name);
        let all_of = self.all_of.iter().filter(hears).map(|(_, _, job)| *job);
        self.named.get(name).into_iter().flatten().copied().chain(all_of)
    }
}

/// Tells every subscriber, once this transaction commits.
pub async fn publish(tx: &mut Tx, ctx: &Ctx, event: &impl Event) -> Outcome<()> {
    let mut subscribers = ctx.subscriptions.of(event.name()).peekable();
    if subscribers.peek().is_none() {
        return Ok(());
    }
    let payload = serde_json::to_value(event).map_err(crate::app::Refusal::internal)?;
    for kind in subscribers {
        let job = NewJob { kind, payload: payload.clone(), run_at: ctx.now(), dedupe: None };
        jobs::enqueue(tx, JobId::new(&ctx.rng, ctx.now()), job).await?;
    }
    Ok(())
}
