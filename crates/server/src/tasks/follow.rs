//! What follows above when a task changes: progress rolls up by weight, and a task that nobody leads (a heading over
//! others, such as a document with its clauses) begins and ends with the tasks below it.

use db::Tx;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    case::{self, Step},
    model::{ClosureId, ClosureRow, Share, Task, TaskId, TaskState},
    store,
};
use crate::{
    access,
    app::{Ctx, Outcome},
    events,
};

/// The name of [`PlanMoved`].
pub const PLAN_MOVED: &str = "tasks.plan_moved";

/// What lies ahead of an open task has moved though nothing has happened to the task itself: what is below it has, or further duties
/// were planned. For rooms that have planned by it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PlanMoved {
    /// Which task.
    pub task: TaskId,
}

impl events::Event for PlanMoved {
    fn name(&self) -> &str {
        PLAN_MOVED
    }
}

/// Works out every task above this one anew; stops where nothing changes. Touches ancestors only.
pub(super) async fn above(tx: &mut Tx, ctx: &Ctx, task: &Task) -> Outcome<()> {
    from(tx, ctx, task.parent_id).await
}

/// The same for a task in which what is below it counts otherwise than before, and for those above it.
pub(super) async fn below(tx: &mut Tx, ctx: &Ctx, id: TaskId) -> Outcome<()> {
    from(tx, ctx, Some(id)).await
}

async fn from(tx: &mut Tx, ctx: &Ctx, mut next: Option<TaskId>) -> Outcome<()> {
    while let Some(id) = next {
        let Some(store::Above { task: mut parent, below, has_requests }) = store::find_above(tx, id).await? else { break };
        let known = |task: &Task| (task.progress, task.claimed, task.state, task.children, task.children_out, task.children_open);
        let before = known(&parent);
        let ahead = what_is_ahead(&parent);
        below.count_in(&mut parent);
        let step = if turns(parent.state, below) { step(tx, ctx, &mut parent, below).await? } else { None };
        if below.out() > 0 && below.weight > 0 && !(before.2.is_done() && parent.state.is_done()) {
            // Weights of live children need not add up to the whole when one was terminated: their sum is the whole then.
            parent.progress = Share(below.progress / below.weight);
            parent.claimed = Share(below.claimed / below.weight);
        }
        if before == known(&parent) {
            break;
        }
        // Only what somebody has asked for stops a clock.
        let (parties, requests) =
            if has_requests { (store::parties(tx, id).await?, store::open_requests(tx, id).await?) } else { (Vec::new(), Vec::new()) };
        case::light(tx, ctx, &mut parent, &requests, &parties).await?;
        store::save_derived(tx, &parent).await?;
        if before.2.is_open() != parent.state.is_open() {
            store::move_parties(tx, &parent).await?;
        }
        if let Some(step) = step {
            case::note(tx, &ctx.acting(access::system_principal()), &parent, step).await?;
        } else if parent.state.is_open() && what_is_ahead(&parent) != ahead {
            events::publish(tx, ctx, &PlanMoved { task: parent.id }).await?;
        }
        next = parent.parent_id;
    }
    Ok(())
}

/// What others may have planned by: the days on which its lamp turns, and whether its progress is that of tasks below.
const fn what_is_ahead(task: &Task) -> ([Option<kit::Day>; 3], bool) {
    ([task.yellow_from, task.orange_from, task.red_from], task.children_out == 0)
}

async fn has_no_lead(tx: &mut Tx, task: &Task) -> Outcome<bool> {
    Ok(task.dispatched_at.is_some() && !store::parties(tx, task.id).await?.iter().any(|party| party.role.leads()))
}

fn is_all_done(below: store::Below) -> bool {
    below.live > 0 && below.open + below.drafts == 0
}

fn is_all_settled(below: store::Below) -> bool {
    is_all_done(below) && below.settled == below.live
}

/// Whether a task in this state may begin or end with the tasks below it; few changes are such that it is worth asking who
/// leads it.
fn turns(state: TaskState, below: store::Below) -> bool {
    match state {
        TaskState::Active => is_all_done(below),
        TaskState::Closed => is_all_settled(below) || !is_all_done(below),
        TaskState::Settled => !is_all_settled(below),
        _ => false,
    }
}

/// A heading ends with the tasks below it. Any task that was closed over them begins again when one of them does.
async fn step(tx: &mut Tx, ctx: &Ctx, task: &mut Task, below: store::Below) -> Outcome<Option<Step>> {
    let reopens = matches!(task.state, TaskState::Closed | TaskState::Settled) && !is_all_done(below);
    if !reopens && !has_no_lead(tx, task).await? {
        return Ok(None);
    }
    let now = ctx.now();
    let (all_done, all_settled) = (is_all_done(below), is_all_settled(below));
    let step = |action, words: &'static str| Ok(Some(Step::new(action, words, json!({}))));
    match task.state {
        TaskState::Active if all_done => {
            task.state = TaskState::Closed;
            task.closed_at = Some(now);
            let row = ClosureRow { asked_by: None, granted_by: None, progress: task.progress };
            store::insert_closure(tx, ClosureId::new(&ctx.rng, now), task.id, now, row).await?;
            store::withdraw_open_requests(tx, task.id, now, true).await?;
            store::end_waits_and_risks(tx, task.id, now, None).await?;
            task.waits_for = None;
            task.open_risks = 0;
            step("closed", "下级任务全部办结，自动办结")
        }
        TaskState::Closed if all_settled => {
            task.state = TaskState::Settled;
            task.settled_at = Some(now);
            step("settled", "下级任务全部销号，自动销号")
        }
        TaskState::Closed | TaskState::Settled if !all_done => {
            if let Some(closed) = task.closed_at {
                store::remove_dues_between(tx, task.id, closed.day(), ctx.today()).await?;
            }
            task.state = TaskState::Active;
            task.closed_at = None;
            task.settled_at = None;
            store::undo_closure(tx, task.id, now).await?;
            store::reopen_parties(tx, task.id).await?;
            step("reopened", "下级任务重新办理，随之恢复办理")
        }
        TaskState::Settled if !all_settled => {
            task.state = TaskState::Closed;
            task.settled_at = None;
            step("unsettled", "下级任务有未销号的，撤销销号")
        }
        _ => Ok(None),
    }
}
