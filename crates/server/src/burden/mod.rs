//! The burden on people (减负护栏): how much a person is asked and told in a week, against a budget; what is asked twice; and the
//! statement of it.
//!
//! *Invariants.* Nothing is refused for a budget: it is shown before more is asked. Nothing here counts log-ins, time or clicks, and no
//! list is ordered by how much a person has.
//!
//! Table: `task_alike`. *Not here*: what is alike (`search`, which has the words).

mod forecast;
mod http;
mod keeping;
mod measure;
mod paper;
mod rules;
mod spread;
mod statement;
mod store;
mod table;
mod week;
mod whose;

use std::collections::HashMap;

use db::Tx;
use kit::Moment;

pub use http::routes;
pub use rules::BurdenRules;
pub use week::monday;

use crate::{
    app::{Ctx, Outcome},
    org::PersonId,
    tasks::TaskId,
};

/// Writes down that a task that has gone out asks for what another one asks for.
pub async fn note_alike(tx: &mut Tx, ctx: &Ctx, task: TaskId, other: TaskId, similarity: i64, same_issuer: bool) -> Outcome<()> {
    Ok(store::note_alike(tx, task, other, similarity, same_issuer, ctx.now()).await?)
}

/// How many messages each person got between two moments that were no reminders.
pub async fn messages_apart(tx: &mut Tx, from: Moment, to: Moment) -> Outcome<HashMap<PersonId, i64>> {
    Ok(store::messages(tx, from, to, true).await?.into_iter().collect())
}
