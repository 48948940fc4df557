//! Talk: what people say about tasks and units beside the work itself, and who wants to hear of what.
//!
//! Leaders' notes with stars (点评), comments, following and muting, the inbox by task. Each thing said about a task is one
//! event of its ledger, in the same transaction.
//!
//! *Invariants.* A leader says one thing about one subject a day, and corrects it that day. Nobody rates their own work. What
//! was deleted is gone from the page and not from the ledger. Of what somebody wants to hear, the nearest word on the way up the
//! tree decides.
//!
//! Tables: `review_note`, `comment`, `comment_mention`, `watch`. *Not here*: who is told what and when (`supervision`), how many
//! stars count for what (the rooms above; they get means from [`stars_of_tasks`] and [`stars_of_units`]).

mod comments;
mod http;
mod inbox;
mod model;
mod notes;
mod page;
mod record;
mod sight;
mod store;
mod watch;

use db::Tx;

use crate::{
    app::{Outcome, Text},
    tasks::TaskId,
};

pub use comments::{CommentInput, comment, said};
pub use http::routes;
pub use model::{CommentId, NoteId, Stars, WatchMode};
pub use notes::{NoteInput, NoteWords, UNIT_RATED, UnitRated, correct, note_words, rate, rate_unit, stars_of_tasks, stars_of_units};
pub use record::{CommentRecord, NoteRecord, record_of};
pub use watch::{followers, muted, set as set_watch};

/// What can be searched for in comments and in leaders' notes.
pub async fn texts(tx: &mut Tx, tasks: &[TaskId]) -> Outcome<Vec<Text>> {
    Ok(store::texts(tx, tasks).await?)
}
