//! Duties to report by whose they are: for whoever adds up what is asked of people. Scope is the caller's business.

use db::Tx;
use kit::Day;

use super::{TaskId, store};
use crate::{
    app::Outcome,
    org::{PersonId, UnitId},
};

/// A duty to report of an open task, towards one of the parties that lead it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Owed {
    /// Of which task.
    pub task_id: TaskId,
    /// By when.
    pub due_day: Day,
    /// Somebody asked for it on the spot; otherwise it follows from the task's rule.
    pub asked: bool,
    /// Whose it is; where nobody is named, the unit's.
    pub person_id: Option<PersonId>,
    /// The unit that leads.
    pub unit_id: UnitId,
    /// Who issued the task.
    pub issuer_unit_id: Option<UnitId>,
}

/// How many duties fell to somebody on a day.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwedDay {
    /// Whose they are; where nobody is named, the unit's.
    pub person_id: Option<PersonId>,
    /// The unit that leads.
    pub unit_id: UnitId,
    /// The day.
    pub due_day: Day,
    /// How many.
    pub n: i64,
}

/// Duties of these persons, and those of these units for which nobody is named, met or not.
pub async fn owed(tx: &mut Tx, persons: &[PersonId], units: &[UnitId], from: Day, to: Day) -> Outcome<Vec<Owed>> {
    Ok(store::owed_reports(tx, persons, units, from, to).await?)
}

/// All duties of a period by whose they are and by day, also of tasks that have ended since.
pub async fn owed_by_day(tx: &mut Tx, from: Day, to: Day) -> Outcome<Vec<OwedDay>> {
    Ok(store::owed_by_day(tx, from, to).await?)
}

/// The days of a task's own duties from a day on, each with whether it stays when the rule changes: somebody asked for it, or it has
/// been met.
pub async fn own_days(tx: &mut Tx, task: TaskId, from: Day) -> Outcome<Vec<(Day, bool)>> {
    let dues = store::report_dues(tx, task).await?.into_iter().filter(|due| due.due_day >= from);
    Ok(dues.map(|due| (due.due_day, due.asked_by.is_some() || due.report_id.is_some())).collect())
}
