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
//! Tables: `lookout`, `occurrence`, `occurrence_step`. Jobs: [`SWEEP`], found by looking ([`is_due`]), [`LOOK`], [`MISSED`], and the hourly audit.

mod ahead;
mod answers;
mod condition;
mod defaults;
mod gauges;
mod http;
mod model;
mod people;
mod plan;
mod rule;
mod store;
mod text;
mod trial;
mod watch;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::Duration,
};

use db::Tx;
use futures_util::future::BoxFuture;
use jobs::{JobId, NewJob};
use kit::{Moment, uuid::Uuid};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use answers::{REPLIED_JOB, take_answer};
pub use gauges::gauges;
pub(super) use http::routes;

use crate::{
    app::{Ctx, Outcome},
    supervision,
    tasks::TaskId,
};

/// The names of the rules in force, by code.
pub fn rule_names(ctx: &Ctx) -> HashMap<String, String> {
    ctx.rules.get::<rule::LookoutRules>().rules.iter().map(|rule| (rule.code.clone(), rule.name.clone())).collect()
}

/// Looks at what is due.
pub const SWEEP: &str = "supervision.sweep";
/// Looks at a task whose plan has moved.
pub const LOOK: &str = "supervision.look";
/// Looks for open tasks that nobody looks at.
pub const MISSED: &str = "supervision.sweep_missed";

/// Tasks looked at in one transaction: whoever else writes on SQLite waits for it.
const AT_ONCE: i64 = 100;

/// Looks at some of the tasks that are due, or were planned with older rules.
pub async fn sweep(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    let mut tasks = store::due(tx, ctx.now(), AT_ONCE).await?;
    if tasks.is_empty() {
        tasks = store::planned_before(tx, ctx.generation, AT_ONCE).await?;
    }
    look_each(tx, ctx, &tasks).await
}

/// A task that could not be looked at is tried again after so long.
const TRIED_AGAIN: Duration = Duration::from_secs(600);

/// Looks at tasks; one that cannot be looked at is put aside, named, and keeps none of the others back.
async fn look_each(tx: &mut Tx, ctx: &Ctx, tasks: &[TaskId]) -> Outcome<()> {
    let all = tx.attempt(async |tx| watch::Watch::new(ctx)?.look(tx, ctx, tasks).await).await?;
    if all.is_ok() {
        return Ok(());
    }
    for task in tasks {
        if let Err(why) = tx.attempt(async |tx| watch::Watch::new(ctx)?.look(tx, ctx, &[*task]).await).await? {
            tracing::error!(%task, %why, "a task cannot be looked at");
            store::put_aside(tx, *task, ctx.now(), ctx.now().plus(TRIED_AGAIN), ctx.generation, &why.to_string()).await?;
        }
    }
    Ok(())
}

/// Whether there is something for [`sweep`].
pub async fn is_due(tx: &mut Tx, ctx: &Ctx) -> Outcome<bool> {
    Ok(store::is_due(tx, ctx.now(), ctx.generation).await?)
}

/// Open tasks that have no row: those of an installation before this version, and of bulk loads.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Missed {
    /// The last of those found before.
    after: Option<TaskId>,
    /// Some of those after it.
    tasks: Vec<TaskId>,
}

impl Missed {
    /// How many were found.
    pub const fn count(&self) -> usize {
        self.tasks.len()
    }

    /// Looks for those after the ones found before. To be read before whatever writes begins: all open tasks may be gone through.
    pub async fn more(&self, tx: &mut Tx) -> Outcome<Self> {
        let after = self.tasks.last().copied().or(self.after);
        let tasks = store::unseen(tx, after.map_or(Uuid::nil(), |task| task.0), AT_ONCE * 5).await?;
        Ok(Self { after, tasks })
    }
}

/// Takes in open tasks that had no row, and looks for more after them.
pub async fn take_in(tx: &mut Tx, ctx: &Ctx, missed: &Missed) -> Outcome<()> {
    let Some(last) = missed.tasks.last() else { return Ok(()) };
    look_each(tx, ctx, &missed.tasks).await?;
    store::count_unseen(tx, i64::try_from(missed.tasks.len()).unwrap_or(0)).await?;
    look_for_missed(tx, ctx, Some(*last)).await
}

/// Of these rows those whose next look is not where it should be; one that cannot be looked at is the sweep's.
async fn astray(tx: &mut Tx, ctx: &Ctx, rows: &[(TaskId, Option<Moment>)]) -> Outcome<Vec<TaskId>> {
    if let Ok(astray) = tx.attempt(async |tx| watch::Watch::new(ctx)?.astray(tx, ctx, rows).await).await? {
        return Ok(astray);
    }
    let mut astray = Vec::new();
    for row in rows {
        if let Ok(one) = tx.attempt(async |tx| watch::Watch::new(ctx)?.astray(tx, ctx, &[*row]).await).await? {
            astray.extend(one);
        }
    }
    Ok(astray)
}

async fn look_for_missed(tx: &mut Tx, ctx: &Ctx, after: Option<TaskId>) -> Outcome<()> {
    let job = NewJob { kind: MISSED, payload: json!({ "after": after }), run_at: ctx.now(), dedupe: None };
    jobs::enqueue(tx, JobId::new(&ctx.rng, ctx.now()), job).await?;
    Ok(())
}

/// Rows looked through by one audit: from a place thrown anew each time, so that all have their turn.
const AUDITED: i64 = 200;
/// How far back such a place may lie.
const AUDITED_BACK: Duration = Duration::from_secs(2 * 365 * 24 * 3600);
/// What is due is looked for every few seconds; what has waited so long was missed.
const MISSED_AFTER: Duration = Duration::from_secs(600);
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// Looks for what should have been looked at and was not: has what has no row taken in, and mends rows whose next look is wrong.
pub async fn audit(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    let now = ctx.now();
    let late = store::late(tx, now.minus(MISSED_AFTER)).await?;
    // Ids sort by the moment they were made.
    let from = now.minus(Duration::from_secs(ctx.rng.below(AUDITED_BACK.as_secs())));
    let first = Uuid::from_u128(u128::try_from(from.millis()).unwrap_or(0) << 80);
    let mut sample = store::sample(tx, first, AUDITED).await?;
    // What is left of the number is taken from the beginning: a small area is looked through as a whole each time.
    let left = AUDITED - i64::try_from(sample.len()).unwrap_or(AUDITED);
    if left > 0 {
        sample.extend(store::sample(tx, Uuid::nil(), left).await?.into_iter().filter(|(task, _)| task.0 < first));
    }
    let mut astray = astray(tx, ctx, &sample).await?;
    if !astray.is_empty() {
        // What has just happened to a task is still to be heard of.
        let unheard = jobs::unfinished(tx, &[LOOK, supervision::JOB]).await?;
        let tasks: HashSet<&str> = unheard.iter().filter_map(|payload| payload.get("task")?.as_str()).collect();
        astray.retain(|task| !tasks.contains(task.to_string().as_str()));
    }
    if late + i64::try_from(astray.len()).unwrap_or(0) > 0 {
        tracing::warn!(late, astray = astray.len(), "reminders were not where they should have been");
    }
    look_each(tx, ctx, &astray).await?;
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let row = store::AuditRow { at: now, checked: count(sample.len()), unseen: 0, astray: count(astray.len()), late };
    store::insert_audit(tx, model::OccurrenceId::new(&ctx.rng, now), &row, now.minus(KEPT)).await?;
    look_for_missed(tx, ctx, None).await
}

/// Looks at tasks anew: what lies ahead of them has moved.
pub async fn look_again(tx: &mut Tx, ctx: &Ctx, tasks: &BTreeSet<TaskId>) -> Outcome<()> {
    look(tx, ctx, tasks, false).await
}

/// Looks at tasks to which something has happened; `just_out` where that is that they have gone out.
pub(super) async fn look(tx: &mut Tx, ctx: &Ctx, tasks: &BTreeSet<TaskId>, just_out: bool) -> Outcome<()> {
    if tasks.is_empty() {
        return Ok(());
    }
    let system = ctx.acting(crate::access::system_principal());
    let mut watch = watch::Watch::new(&system)?;
    watch.just_out = just_out;
    watch.look(tx, &system, &tasks.iter().copied().collect::<Vec<_>>()).await
}

/// [`look_again`] for `notify`, which stands below this room, before anything about them leaves the house.
pub fn look_first<'a>(tx: &'a mut Tx, ctx: &'a Ctx, tasks: &'a [Uuid]) -> BoxFuture<'a, Outcome<()>> {
    Box::pin(async move {
        if tasks.is_empty() {
            return Ok(());
        }
        let tasks: Vec<TaskId> = tasks.iter().copied().map(TaskId).collect();
        look_each(tx, ctx, &tasks).await
    })
}

/// Of these occasions those that still ask for something.
pub fn still_open<'a>(tx: &'a mut Tx, occasions: &'a [Uuid]) -> BoxFuture<'a, Outcome<HashSet<Uuid>>> {
    Box::pin(async move { Ok(store::open_of(tx, occasions).await?) })
}
