//! What reminders depend on, of many tasks at once; for the room that reminds.

use db::Tx;
use kit::{Day, uuid::Uuid};

use super::{
    case::Case,
    model::{PartyRow, RequestRow, Task, TaskId},
    store,
};
use crate::app::{Ctx, Outcome};

/// A task with everything that falls due in it.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The task.
    pub task: Task,
    /// Its parties.
    pub parties: Vec<PartyRow>,
    /// Undecided requests.
    pub requests: Vec<RequestRow>,
    /// Steps that nobody has said to be reached: id, title, day.
    pub steps: Vec<(Uuid, String, Day)>,
    /// The earliest report that is owed.
    pub report_day: Option<Day>,
    /// Nobody can be late with it now: it is asked to be closed or put off, or whose it is.
    pub stopped: bool,
}

/// Those of the tasks that exist and that the actor sees, in no particular order.
pub async fn watched(tx: &mut Tx, ctx: &Ctx, ids: &[TaskId]) -> Outcome<Vec<Watched>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tasks = store::seen_tasks(tx, &ctx.actor.scope, ids).await?;
    let open: Vec<TaskId> = tasks.iter().filter(|task| task.state.is_open()).map(|task| task.id).collect();
    let mut nodes = store::nodes_of(tx, &open).await?;
    let watched = |case: Case| {
        let (steps, dues) = nodes.remove(&case.task.id).unwrap_or_default();
        let open = steps.into_iter().filter(|step| step.done_at.is_none() && step.report_id.is_none());
        Watched {
            steps: open.map(|step| (step.id.0, step.title, step.due_day)).collect(),
            report_day: dues.iter().find(|due| due.report_id.is_none()).map(|due| due.due_day),
            stopped: case.is_stopped(),
            task: case.task,
            parties: case.parties,
            requests: case.requests,
        }
    };
    Ok(Case::look_at_all(tx, tasks).await?.into_iter().map(watched).collect())
}

/// Open tasks after this one, in the order of their ids: for whoever has to go through all of them.
pub async fn open_after(tx: &mut Tx, after: Option<TaskId>, limit: i64) -> Outcome<Vec<TaskId>> {
    Ok(store::open_after(tx, after, limit).await?)
}
