//! Supervision: pressing for a task (督办), and who is told when something happens to one.
//!
//! Decides *when* and *whom*; how a message reaches a person is `notify`'s business.
//!
//! Table: `urge`. Jobs: `supervision.notices`, which hears of every event of a task.

mod http;
mod model;
mod notices;
mod store;
mod urge;

pub use http::routes;
pub use model::{Urge, UrgeId};
pub use notices::{EVENTS, JOB, tell};
pub use urge::{UrgeInput, owed_replies, reply, urge, urges_of};

use db::Tx;

use crate::{
    app::{Outcome, Text},
    tasks::TaskId,
};

/// What can be searched for in urges.
pub async fn texts(tx: &mut Tx, tasks: &[TaskId]) -> Outcome<Vec<Text>> {
    Ok(store::texts(tx, tasks).await?)
}
