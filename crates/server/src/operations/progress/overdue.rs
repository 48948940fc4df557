//! What is overdue and who holds it.

use std::collections::HashMap;

use db::Tx;
use kit::{Day, Moment, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::{Ctx, Outcome},
    org::{self, Contact, PersonId, PersonRef, UnitId},
    supervision::{self, Urge, UrgeId, UrgeMethod},
    tasks::{self, FilterQuery, LastReport, TaskId, TaskPage, TaskRow},
};

text_enum! {
    /// As what somebody is turned to about a task.
    Standing {
        Handler = "handler", "经办人";
        Liaison = "liaison", "联络员";
        Head = "head", "负责人";
    }
}

/// Whom to turn to about a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Responsible {
    /// As what.
    standing: Standing,
    contact: Contact,
}

/// Somebody has pressed and waits for an answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct OpenUrge {
    id: UrgeId,
    by: PersonRef,
    at: Moment,
    method: UrgeMethod,
    /// What was asked last.
    asked: String,
    /// By when an answer is owed.
    owed_day: Option<Day>,
    /// That day has passed.
    overdue: bool,
}

impl From<Urge> for OpenUrge {
    fn from(urge: Urge) -> Self {
        let Urge { id, by, at, method, asked, owed_day, overdue, .. } = urge;
        Self { id, by, at, method, asked, owed_day, overdue }
    }
}

/// An overdue task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct OverdueRow {
    task: TaskRow,
    /// The handler, else a liaison, else a head of the lead unit.
    responsible: Option<Responsible>,
    last_report: Option<LastReport>,
    /// The latest first.
    urges: Vec<OpenUrge>,
}

/// A page of overdue tasks, the latest first and of one day the most important.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverduePage {
    items: Vec<OverdueRow>,
    /// Where the next page begins; absent on the last.
    next_cursor: Option<String>,
}

/// A page of the overdue tasks that a filter finds.
pub(super) async fn overdue(tx: &mut Tx, ctx: &Ctx, query: &FilterQuery) -> Outcome<OverduePage> {
    let sort = query.sort.clone().or_else(|| Some("lateness".to_owned()));
    let query = FilterQuery { overdue: Some(true), leaves: Some(true), sort, ..query.clone() };
    let TaskPage { items, next_cursor } = tasks::list(tx, ctx, &query).await?;
    let ids: Vec<TaskId> = items.iter().map(|row| row.id).collect();
    let mut reports = tasks::last_reports(tx, &ids).await?;
    let mut urges: HashMap<TaskId, Vec<OpenUrge>> = HashMap::new();
    for urge in supervision::open_urges(tx, ctx, &ids).await? {
        urges.entry(urge.task_id).or_default().push(urge.into());
    }
    let units: Vec<UnitId> = items.iter().filter_map(|row| row.lead.as_ref()).map(|lead| lead.unit.id).collect();
    let faces = org::faces(tx, &units, ctx.today()).await?;
    let whom = |row: &TaskRow| -> Option<(Standing, PersonId)> {
        let lead = row.lead.as_ref()?;
        if let Some(person) = &lead.person {
            return Some((Standing::Handler, person.id));
        }
        let faces = faces.get(&lead.unit.id)?;
        let liaison = faces.liaisons.first().map(|person| (Standing::Liaison, person.id));
        liaison.or_else(|| faces.heads.first().map(|person| (Standing::Head, person.id)))
    };
    let held: Vec<Option<(Standing, PersonId)>> = items.iter().map(whom).collect();
    let contacts = org::contacts(tx, ctx, held.iter().flatten().map(|(_, person)| *person)).await?;
    let row = |(task, held): (TaskRow, Option<(Standing, PersonId)>)| OverdueRow {
        responsible: held.and_then(|(standing, person)| Some(Responsible { standing, contact: contacts.get(&person)?.clone() })),
        last_report: reports.remove(&task.id),
        urges: urges.remove(&task.id).unwrap_or_default(),
        task,
    };
    Ok(OverduePage { items: items.into_iter().zip(held).map(row).collect(), next_cursor })
}
