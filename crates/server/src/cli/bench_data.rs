//! `bench-data`: many tasks for measurements, into an area that has people (a demo area, for example); made up, or from a file
//! whose rows other trackers can be given, too.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use kit::Day;
use serde::Deserialize;

use super::{Common, open, say};
use crate::{
    access,
    app::{App, Ctx},
    org::{self, PersonId, PostKind, UnitId},
    tasks::{self, BenchTask, Importance, TaskState, Urgency},
};

/// Rows of one transaction.
const BATCH: i64 = 10_000;

/// Columns of a file, by these names in its first line, in any order.
#[derive(Debug, Deserialize)]
struct Line {
    id: i64,
    dept_id: usize,
    assignee_id: usize,
    /// 1 new, 2 and 4 in progress, 3 resolved, 5 closed, 6 rejected.
    status_id: u8,
    /// 1 low to 5 immediate.
    priority_id: u8,
    progress: i64,
    created_at: String,
    due_date: String,
    closed_at: String,
    title: String,
    description: String,
}

/// The day a moment or a day begins with; nothing of an empty cell.
fn day(text: &str) -> anyhow::Result<Option<Day>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let day = text.get(..10).and_then(|day| day.parse().ok());
    Ok(Some(day.with_context(|| format!("no day: {text}"))?))
}

impl Line {
    fn task(self, units: &[Staffed]) -> anyhow::Result<BenchTask> {
        let unit = units.get(self.dept_id % units.len().max(1)).context("no units")?;
        let state = match self.status_id {
            1 => TaskState::Dispatched,
            3 => TaskState::Closed,
            5 => TaskState::Settled,
            6 => TaskState::Terminated,
            _ => TaskState::Active,
        };
        let (importance, urgency) = match self.priority_id {
            5 => (Importance::Major, Urgency::Critical),
            4 => (Importance::Important, Urgency::Urgent),
            3 => (Importance::Important, Urgency::Routine),
            _ => (Importance::Normal, Urgency::Routine),
        };
        let due = day(&self.due_date)?;
        Ok(BenchTask {
            number: format!("C-{:08}", self.id),
            title: self.title.chars().take(300).collect(),
            demand: self.description.chars().take(20_000).collect(),
            state,
            importance,
            urgency,
            created_on: day(&self.created_at)?.context("no created_at")?,
            due,
            closed_on: if state.is_done() { day(&self.closed_at)?.or(due) } else { None },
            progress: self.progress,
            unit: unit.id,
            person: unit.people.get(self.assignee_id % unit.people.len().max(1)).copied(),
        })
    }
}

/// A unit with those who work in it.
struct Staffed {
    id: UnitId,
    people: Vec<PersonId>,
}

pub(super) async fn make(common: &Common, count: Option<i64>, from: Option<&Path>) -> anyhow::Result<()> {
    let app = open::migrated(common).await?;
    let mut tx = app.db.read().await?;
    let person = access::find_person_by_login(&mut tx, "centre1").await?.context("load a demo area first: `shibicheng demo`")?;
    let actor = access::load_principal(&mut tx, person, app.clock.today()).await?.context("centre1 is not active")?;
    let ctx = app.ctx(Arc::new(actor));
    let mut units = Vec::new();
    for unit in org::list_units(&mut tx, &ctx).await?.into_iter().filter(|unit| unit.active && unit.depth > 0) {
        let staff = org::holders(&mut tx, unit.id, PostKind::Staff, ctx.today()).await?;
        units.push(Staffed { id: unit.id, people: staff.iter().map(|person| person.id).collect() });
    }
    drop(tx);
    if units.is_empty() {
        bail!("there are no units");
    }
    let started = std::time::Instant::now();
    let made = match from {
        Some(path) => from_file(&app, &ctx, &units, path).await?,
        None => made_up(&app, &ctx, &units, count.unwrap_or(0)).await?,
    };
    let mut tx = app.db.begin().await?;
    tasks::settle(&mut tx).await?;
    tx.commit().await?;
    say(format!("{made} 项任务，用时 {:.1} 秒", started.elapsed().as_secs_f64()));
    app.db.close().await;
    Ok(())
}

async fn made_up(app: &App, ctx: &Ctx, units: &[Staffed], count: i64) -> anyhow::Result<i64> {
    let units: Vec<_> = units.iter().map(|unit| (unit.id, unit.people.first().copied())).collect();
    let first = 1 + ctx.now().millis() % 10_000_000 * 10;
    let mut made = 0;
    while made < count {
        let batch = BATCH.min(count - made);
        let mut tx = app.db.begin().await?;
        tasks::make_many(&mut tx, ctx, &units, first + made, batch).await?;
        tx.commit().await?;
        made += batch;
        tracing::info!(made, of = count, "tasks");
    }
    Ok(made)
}

async fn from_file(app: &App, ctx: &Ctx, units: &[Staffed], path: &Path) -> anyhow::Result<i64> {
    let mut lines = csv::Reader::from_path(path).with_context(|| path.display().to_string())?;
    let mut lines = lines.deserialize::<Line>().enumerate();
    let mut made = 0;
    loop {
        let mut rows = Vec::new();
        for (index, line) in lines.by_ref().take(usize::try_from(BATCH)?) {
            // The heading is the first line.
            let at = || format!("line {}", index + 2);
            rows.push(line.with_context(at)?.task(units).with_context(at)?);
        }
        if rows.is_empty() {
            return Ok(made);
        }
        let mut tx = app.db.begin().await?;
        tasks::make_given(&mut tx, ctx, &rows).await?;
        tx.commit().await?;
        made += i64::try_from(rows.len())?;
        tracing::info!(made, "tasks");
    }
}
