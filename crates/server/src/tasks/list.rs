//! Lists and figures of tasks within a scope.

use std::collections::BTreeMap;

use db::Tx;
use kit::{Day, Moment};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    filter::{Filter, FilterQuery, SortValue},
    lamp::{self, Lamp},
    model::{Share, Task, TaskId},
    store::{self, Counted, Summary},
    view::{self, TaskRow},
};
use crate::{
    access::Role,
    app::{Ctx, Outcome, Refusal},
    http::Cursor,
    org::{self, UnitId, UnitRef},
};

/// A page of tasks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskPage {
    /// The rows.
    pub items: Vec<TaskRow>,
    /// Where the next page begins; absent on the last.
    pub next_cursor: Option<String>,
}

/// Working days ahead within which a task is due soon.
const SOON: i64 = 5;

pub(super) fn eye(ctx: &Ctx) -> store::Eye<'_> {
    let today = ctx.today();
    let soon = Day::new(ctx.calendar.add_workdays(today.date(), SOON)).unwrap_or(today);
    store::Eye { scope: &ctx.actor.scope, me: ctx.actor.person, today, soon }
}

/// A page of the tasks the actor sees, and where the next one begins.
pub(super) async fn page(tx: &mut Tx, ctx: &Ctx, query: &FilterQuery) -> Outcome<(Vec<Task>, Option<String>)> {
    let (filter, sort) = query.read()?;
    let limit = query.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Refusal::field("limit", "每页 1 至 200 条"));
    }
    // A cursor belongs to the order it was given in.
    let order = query.sort.clone().unwrap_or_default();
    let after = match query.cursor.as_deref().map(Cursor::read::<(String, SortValue, TaskId)>).transpose()? {
        None => None,
        Some((of, value, id)) if of == order => Some((value, id)),
        Some(_) => return Err(Refusal::field("cursor", "翻页标记属于另一种排序，请重新查询")),
    };
    let today = ctx.today();
    let mut tasks = store::list(tx, &eye(ctx), &filter, sort, after, limit + 1).await?;
    let next_cursor = Cursor::cut(&mut tasks, limit, |last| {
        let lamp = lamp::on(last, &ctx.calendar, today).lamp;
        (order.clone(), sort.value(last, lamp), last.id)
    })?;
    Ok((tasks, next_cursor))
}

/// A page of the tasks the actor sees.
pub async fn list(tx: &mut Tx, ctx: &Ctx, query: &FilterQuery) -> Outcome<TaskPage> {
    let (tasks, next_cursor) = page(tx, ctx, query).await?;
    Ok(TaskPage { items: view::rows(tx, ctx, tasks).await?, next_cursor })
}

/// How many tasks there are, by lamp and by state.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct TaskCount {
    /// All of them.
    pub total: i64,
    /// By lamp; every lamp is there.
    pub by_lamp: BTreeMap<&'static str, i64>,
    /// By state; states without tasks are left out.
    pub by_state: BTreeMap<&'static str, i64>,
}

/// Counts what [`list`] would find.
pub async fn count(tx: &mut Tx, ctx: &Ctx, filter: &Filter) -> Outcome<TaskCount> {
    let mut out = TaskCount { by_lamp: Lamp::ALL.iter().map(|lamp| (lamp.word(), 0)).collect(), ..TaskCount::default() };
    for (state, severity, n) in store::counts(tx, &eye(ctx), filter).await? {
        out.total += n;
        *out.by_state.entry(state.word()).or_default() += n;
        if let Some(lamp) = Lamp::ALL.iter().find(|lamp| i64::from(lamp::severity(**lamp)) == severity) {
            *out.by_lamp.entry(lamp.word()).or_default() += n;
        }
    }
    Ok(out)
}

/// How many [`list`] would find.
pub async fn total(tx: &mut Tx, ctx: &Ctx, filter: &Filter) -> Outcome<i64> {
    Ok(store::count(tx, &eye(ctx), filter).await?)
}

/// Volume of a period as of a moment; the moment is now when none is said.
pub async fn summary(tx: &mut Tx, ctx: &Ctx, from: Day, to: Day, as_of: Option<Moment>) -> Outcome<Summary> {
    if to < from {
        return Err(Refusal::field("created_to", "不能早于开始日期"));
    }
    let as_of = as_of.unwrap_or_else(|| ctx.now());
    Ok(store::summary(tx, &ctx.actor.scope, from.start(), to.end(), as_of).await?)
}

/// A unit's load.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitLoad {
    /// The unit.
    pub unit: UnitRef,
    /// Units below it are counted with it.
    pub with_below: bool,
    /// Tasks it leads that are open.
    pub open: i64,
    /// Of these, past due.
    pub overdue: i64,
    /// By lamp.
    pub by_lamp: BTreeMap<&'static str, i64>,
    /// Closed and struck off.
    pub closed: i64,
    /// Mean verified progress of the open ones in percent.
    pub progress: Share,
}

/// Load by lead unit, the most overdue first. Whoever oversees several units sees each with the units below it; whoever
/// stands for a unit sees its parts.
pub async fn by_unit(tx: &mut Tx, ctx: &Ctx, filter: &Filter) -> Outcome<Vec<UnitLoad>> {
    let mut loads = store::by_unit(tx, &eye(ctx), filter).await?;
    let with_below = ctx.actor.scope.sees_everything() || ctx.actor.is(Role::Leader);
    if with_below {
        let tops = org::tops(tx).await?;
        loads = gather(loads, |unit| tops.get(&unit).copied().unwrap_or(unit));
    }
    let units = org::unit_refs(tx, loads.iter().map(|load| load.unit_id)).await?;
    Ok(loads
        .into_iter()
        .filter_map(|load| {
            Some(UnitLoad {
                unit: units.iter().find(|unit| unit.id == load.unit_id)?.clone(),
                with_below,
                open: load.open,
                overdue: load.overdue,
                by_lamp: [
                    ("grey", load.grey),
                    ("green", load.green),
                    ("yellow", load.yellow),
                    ("orange", load.orange),
                    ("red", load.red),
                    ("blue", load.closed),
                ]
                .into(),
                closed: load.closed,
                progress: Share(load.progress),
            })
        })
        .collect())
}

/// Adds up the loads of units that belong together.
fn gather(loads: Vec<store::UnitLoad>, top: impl Fn(UnitId) -> UnitId) -> Vec<store::UnitLoad> {
    let mut out: Vec<store::UnitLoad> = Vec::new();
    for mut load in loads {
        load.unit_id = top(load.unit_id);
        match out.iter_mut().find(|sum| sum.unit_id == load.unit_id) {
            None => out.push(load),
            Some(sum) => sum.add(&load),
        }
    }
    out.sort_by_key(|load| (std::cmp::Reverse(load.overdue), std::cmp::Reverse(load.open)));
    out
}

/// Volume of one month.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MonthFigures {
    /// `YYYY-MM`.
    pub month: String,
    /// Created in it.
    pub created: i64,
    /// Closed in it.
    pub closed: i64,
    /// Due in it and still open past due.
    pub overdue: i64,
}

/// The last `months` months, the present one last.
pub async fn trend(tx: &mut Tx, ctx: &Ctx, months: usize) -> Outcome<Vec<MonthFigures>> {
    let today = ctx.today();
    let mut starts = vec![today.month_start()];
    while starts.len() < months {
        let Some(first) = starts.last() else { break };
        starts.push(first.plus_days(-1).month_start());
    }
    starts.reverse();
    let mut out: Vec<MonthFigures> =
        starts.iter().map(|day| MonthFigures { month: day.month(), created: 0, closed: 0, overdue: 0 }).collect();
    for what in [Counted::Created, Counted::Closed, Counted::Overdue] {
        for (bucket, n) in store::by_month(tx, &ctx.actor.scope, &starts, today, what).await? {
            let Some(month) = usize::try_from(bucket).ok().and_then(|at| out.get_mut(at)) else { continue };
            match what {
                Counted::Created => month.created = n,
                Counted::Closed => month.closed = n,
                Counted::Overdue => month.overdue = n,
            }
        }
    }
    Ok(out)
}
