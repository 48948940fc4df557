//! Supervision: pressing for a task (督办), by a word or by a numbered order, leaders' instructions (批示), and who is told when something happens to one.
//!
//! Decides *when* and *whom*; how a message reaches a person is `notify`'s business.
//!
//! Tables: `urge`, `urge_turn`, those of [`orders`] and [`interviews`], and those of [`lookout`], which reminds by rules. Jobs: `supervision.notices`, which hears of every event of a task, `supervision.unit_notes`, `supervision.series_stuck`, and
//! `supervision.followed_red`, which looks for followed tasks that have turned red.

mod followers;
mod http;
mod instruct;
mod interviews;
mod lookout;
mod model;
mod notices;
mod orders;
mod record;
mod series;
mod spoken;
mod store;
mod urge;

pub use followers::{RED_JOB, tell_red};
pub use http::routes;
pub use instruct::{InstructionInput, instruct};
pub use lookout::{
    LOOK, MISSED, Missed, REPLIED_JOB, SWEEP, audit, gauges, is_due, look_again, look_first, rule_names, still_open, sweep, take_answer,
    take_in,
};
pub use model::{Instruction, Urge, UrgeId, UrgeMethod, UrgeTurn};
pub use notices::{JOB, UNHEARD, hear};
pub use orders::{
    Order, OrderId, OrderRecord, accept as accept_order, answer_order, issue_in_bulk, issue_order, orders_to_decide, owed_answers,
    record_of as orders_of,
};
pub use record::{UrgeRecord, record_of};
pub use series::{SERIES_JOB, tell_stuck};
pub use spoken::{UNIT_JOB, tell_unit};
pub use urge::{UrgeInput, accept, open_urges, owed_replies, reply, urge, urges_of};

use db::Tx;

use crate::{
    app::{Outcome, Text},
    tasks::TaskId,
};

/// What can be searched for in urges and orders.
pub async fn texts(tx: &mut Tx, tasks: &[TaskId]) -> Outcome<Vec<Text>> {
    let mut texts = store::texts(tx, tasks).await?;
    texts.extend(orders::texts(tx, tasks).await?);
    Ok(texts)
}
