//! The newest report: of a task, of a unit, of a person.

use std::collections::HashMap;

use db::Tx;
use kit::Moment;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    model::{ReportId, Share, TaskId},
    store::{self, LatestRow, Reporter},
};
use crate::{
    app::{Ctx, Outcome},
    org::{PersonId, PersonRef, UnitId},
};

/// What was reported last.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LastReport {
    /// Which report.
    pub id: ReportId,
    /// On which task.
    pub task_id: TaskId,
    /// Its title.
    pub task_title: String,
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: PersonRef,
    /// Claimed progress in percent.
    pub claimed: Share,
    /// In which words.
    pub text: String,
}

impl From<LatestRow> for LastReport {
    fn from(row: LatestRow) -> Self {
        Self {
            by: PersonRef { id: row.person_id, name: row.person_name },
            id: row.id,
            task_id: row.task_id,
            task_title: row.task_title,
            at: row.at,
            claimed: row.claimed,
            text: row.text,
        }
    }
}

/// The newest report of each of some tasks, of which the actor is known to see all.
pub async fn last_reports(tx: &mut Tx, tasks: &[TaskId]) -> Outcome<HashMap<TaskId, LastReport>> {
    Ok(store::latest_of_tasks(tx, tasks).await?.into_iter().map(|row| (row.task_id, row.into())).collect())
}

/// A unit's newest report, or of one below it, on a task that the actor sees.
pub async fn last_report_of_unit(tx: &mut Tx, ctx: &Ctx, unit: UnitId) -> Outcome<Option<LastReport>> {
    Ok(store::latest_by(tx, &ctx.actor.scope, Reporter::Unit(unit)).await?.map(Into::into))
}

/// A person's newest report on a task that the actor sees.
pub async fn last_report_of_person(tx: &mut Tx, ctx: &Ctx, person: PersonId) -> Outcome<Option<LastReport>> {
    Ok(store::latest_by(tx, &ctx.actor.scope, Reporter::Person(person)).await?.map(Into::into))
}
