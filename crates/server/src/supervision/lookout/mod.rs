//! Looking out for tasks: rules say of what, when and whom; nothing is forgotten, nothing is said twice.
//!
//! *How it is kept*. Each open task has one row that says when to look at it again. What happens to a task is looked at by the job
//! that hears of it, a sweep finds what is due, and whatever made a task without an event is found by an hourly look at what has no
//! row. A ladder (one occasion of a rule in a task) gets a row with its first step; the row, its messages and the next look commit
//! together, so a step is taken once, whatever crashes. After a stand-still the latest step that is due is taken, says that it is
//! late, and those before it are passed over.
//!
//! *Invariants*. At most one ladder for (task, rule, occasion); at most one row for a step of it; at most one message a person for a
//! step. A ladder keeps the version of the rules it began with. Who acts on the cause ends it.
//!
//! Tables: `lookout`, `occurrence`, `occurrence_step`. Jobs: [`SWEEP`], [`MORE`], [`MISSED`].

mod ahead;
mod answers;
mod condition;
mod defaults;
mod http;
mod model;
mod people;
mod plan;
mod rule;
mod store;
mod text;
mod trial;
mod watch;

use db::Tx;
use futures_util::future::BoxFuture;
use jobs::{JobId, NewJob};
use kit::uuid::Uuid;
use serde_json::json;

pub use answers::{REPLIED_JOB, take_answer};
pub(super) use http::routes;

use crate::{
    app::{Ctx, Outcome},
    tasks::TaskId,
};

/// Looks at what is due.
pub const SWEEP: &str = "supervision.sweep";
/// Goes on with what the sweep left.
pub const MORE: &str = "supervision.sweep_more";
/// Looks for open tasks that nobody looks at.
pub const MISSED: &str = "supervision.sweep_missed";

/// Tasks looked at in one transaction: whoever else writes on SQLite waits for it.
const AT_ONCE: i64 = 100;

/// Looks at some of the tasks that are due, or were planned with older rules; asks for another turn when there are more.
pub async fn sweep(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    let mut tasks = store::due(tx, ctx.now(), AT_ONCE).await?;
    if tasks.is_empty() {
        tasks = store::planned_before(tx, ctx.generation, AT_ONCE).await?;
    }
    if tasks.is_empty() {
        return Ok(());
    }
    let more = i64::try_from(tasks.len()).is_ok_and(|n| n >= AT_ONCE);
    watch::Watch::new(ctx)?.look(tx, ctx, &tasks).await?;
    if more { go_on(tx, ctx, MORE).await } else { Ok(()) }
}

/// Takes in some open tasks that have no row: those of an installation before this version, and of bulk loads.
pub async fn take_in(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    let tasks = store::unseen(tx, AT_ONCE * 5).await?;
    watch::Watch::new(ctx)?.look(tx, ctx, &tasks).await?;
    if i64::try_from(tasks.len()).is_ok_and(|n| n >= AT_ONCE * 5) {
        go_on(tx, ctx, MISSED).await?;
    }
    Ok(())
}

async fn go_on(tx: &mut Tx, ctx: &Ctx, kind: &str) -> Outcome<()> {
    let job = NewJob { kind, payload: json!({}), run_at: ctx.now(), dedupe: None };
    jobs::enqueue(tx, JobId::new(&ctx.rng, ctx.now()), job).await?;
    Ok(())
}

/// Looks at a task to which something has happened.
pub(super) async fn look_again(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<()> {
    let system = ctx.acting(crate::access::system_principal());
    watch::Watch::new(&system)?.look(tx, &system, &[task]).await
}

/// [`look_again`] at several tasks, for `notify`, which stands below this room, before anything about them leaves the house.
pub fn look_first<'a>(tx: &'a mut Tx, ctx: &'a Ctx, tasks: &'a [Uuid]) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        if tasks.is_empty() {
            return Ok(());
        }
        let tasks: Vec<TaskId> = tasks.iter().copied().map(TaskId).collect();
        watch::Watch::new(ctx)?.look(tx, ctx, &tasks).await
    })
}
