//! What reminders depend on, of many tasks at once; for the room that reminds.

use std::collections::HashMap;

use db::Tx;
use kit::{Day, Moment, uuid::Uuid};

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

/// A task with what fell due in it over time, and when that was done.
#[derive(Clone, Debug)]
pub struct Lived {
    /// As it stands.
    pub watched: Watched,
    /// Reports that were owed: by when, and the day one came.
    pub reports: Vec<(Day, Option<Day>)>,
    /// Steps: id, title, day, when it was reached.
    pub steps: Vec<(Uuid, String, Day, Option<Moment>)>,
    /// What was asked for, decided or not.
    pub requests: Vec<RequestRow>,
}

/// Tasks that were out between two moments, after this one by id, at most so many.
pub async fn lived(tx: &mut Tx, from: Moment, to: Moment, after: Option<TaskId>, limit: i64) -> Outcome<Vec<Lived>> {
    let tasks = store::out_between(tx, from, to, after, limit).await?;
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    let mut parties: HashMap<TaskId, Vec<PartyRow>> = HashMap::new();
    for party in store::parties_of(tx, ids.iter().copied()).await? {
        parties.entry(party.task_id).or_default().push(party);
    }
    let mut requests: HashMap<TaskId, Vec<RequestRow>> = HashMap::new();
    for request in store::requests_of(tx, &ids).await? {
        requests.entry(request.task_id).or_default().push(request);
    }
    let mut nodes = store::nodes_of(tx, &ids).await?;
    let lived = |task: Task| {
        let (steps, dues) = nodes.remove(&task.id).unwrap_or_default();
        let asked = requests.remove(&task.id).unwrap_or_default();
        Lived {
            reports: dues.into_iter().map(|due| (due.due_day, due.met_day)).collect(),
            steps: steps.into_iter().map(|step| (step.id.0, step.title, step.due_day, step.done_at)).collect(),
            requests: asked.clone(),
            watched: Watched {
                parties: parties.remove(&task.id).unwrap_or_default(),
                // Decided or not: it may have waited at the moment that is looked at.
                requests: asked,
                steps: Vec::new(),
                report_day: None,
                stopped: false,
                task,
            },
        }
    };
    Ok(tasks.into_iter().map(lived).collect())
}
