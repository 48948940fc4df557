//! Supervision: pressing for a task (督办), and who is told when something happens to one.
//!
//! Decides *when* and *whom*; how a message reaches a person is `notify`'s business.
//!
//! Tables: `urge`, `urge_turn`, and those of [`lookout`], which reminds by rules. Jobs: `supervision.notices`, which hears of every event of a task, `supervision.unit_notes`, `supervision.series_stuck`, and
//! `supervision.followed_red`, which looks for followed tasks that have turned red.

mod followers;
mod http;
mod lookout;
mod model;
mod notices;
mod record;
mod series;
mod spoken;
mod store;
mod urge;

pub use followers::{RED_JOB, tell_red};
pub use http::routes;
pub use lookout::{MISSED, REPLIED_JOB, SWEEP, audit, is_due, look_first, rule_names, sweep, take_answer, take_in};
pub use model::{Urge, UrgeId, UrgeMethod, UrgeTurn};
pub use notices::{JOB, UNHEARD, hear};
pub use record::{UrgeRecord, record_of};
pub use series::{SERIES_JOB, tell_stuck};
pub use spoken::{UNIT_JOB, tell_unit};
pub use urge::{UrgeInput, accept, open_urges, owed_replies, reply, urge, urges_of};

use db::Tx;

use crate::{
    app::{Outcome, Text},
    tasks::TaskId,
};

/// What can be searched for in urges.
pub async fn texts(tx: &mut Tx, tasks: &[TaskId]) -> Outcome<Vec<Text>> {
    Ok(store::texts(tx, tasks).await?)
}
