//! What comes out today: made in the keeper's name, once, however late.

use std::sync::Arc;

use db::Tx;
use jobs::{JobId, NewJob};
use kit::Day;
use serde::{Deserialize, Serialize};
use serde_json::json;
use wording::{Join, Words, say};

use super::{
    super::{
        case::{Case, Step, note},
        dispatch, due,
        model::{TaskId, TaskState},
        pattern::{self, Making},
        store,
    },
    OccurrenceRow, OccurrenceState, Series, SeriesId, SeriesMode, SeriesState,
    plan::{HORIZON, Time},
    rule::title_of,
};
use crate::{
    access::{self, Permission as _, SetTasks},
    app::{Ctx, Outcome, Refusal},
    audit, events,
    org::{PersonId, UnitId},
};

/// The name of [`SeriesStuck`].
pub const STUCK: &str = "series.stuck";

/// A time of a series could not come out; for whoever has to do something about it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeriesStuck {
    /// Which series.
    pub series: kit::uuid::Uuid,
    /// Its name.
    pub name: String,
    /// Who keeps it.
    pub keeper: PersonId,
    /// Whose it is.
    pub unit: Option<UnitId>,
    /// The period, as words that are stored.
    pub period: String,
    /// Why, as words that are stored.
    pub reason: String,
}

impl events::Event for SeriesStuck {
    fn name(&self) -> &str {
        STUCK
    }
}

/// So many series are held in one transaction.
const AT_ONCE: i64 = 20;
/// After a pause so many times of one series come out in a transaction; the rest follow in the next turn.
const TIMES_AT_ONCE: usize = 12;

/// The job that does at once what need not wait for the hour.
pub const MORE: &str = "tasks.series_more";

/// Makes what is due of every series, and asks for another turn when there may be more.
pub async fn sweep(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    let due = store::series_due(tx, ctx.today(), ctx.generation, AT_ONCE).await?;
    let mut more = i64::try_from(due.len()).is_ok_and(|n| n == AT_ONCE);
    for id in due {
        more |= one(tx, ctx, id).await?;
    }
    if more {
        soon(tx, ctx).await?;
    }
    Ok(())
}

/// Asks for a turn at once.
pub(super) async fn soon(tx: &mut Tx, ctx: &Ctx) -> Outcome<()> {
    let job = NewJob { kind: MORE, payload: json!({}), run_at: ctx.now(), dedupe: None };
    jobs::enqueue(tx, JobId::new(&ctx.rng, ctx.now()), job).await?;
    Ok(())
}

async fn one(tx: &mut Tx, ctx: &Ctx, id: SeriesId) -> Outcome<bool> {
    store::lock_series(tx, id).await?;
    let series = Series::look(tx, ctx, id).await?;
    // Another node was faster.
    if series.row.state != SeriesState::Active {
        return Ok(false);
    }
    let today = ctx.today();
    let due: Vec<Time<'_>> =
        series.times(ctx, today.plus_days(HORIZON)).filter(|time| time.is_ahead() && time.out_on <= today).take(TIMES_AT_ONCE).collect();
    let more = due.len() == TIMES_AT_ONCE;
    let mut stuck = false;
    for time in &due {
        stuck |= !come_out(tx, ctx, &series, time).await?;
    }
    let after = Series::look(tx, ctx, id).await?;
    let next = match after.next(ctx) {
        // What is stuck is tried again tomorrow, and not each hour.
        Some(next) if next <= today => Some(if stuck || !more { today.plus_days(1) } else { today }),
        next => next,
    };
    let state = if next.is_none() { SeriesState::Ended } else { SeriesState::Active };
    if state == SeriesState::Ended {
        let words = say!("周期任务“{name}”的各期已全部生成，结束", name = series.row.name);
        record(tx, ctx, &series, "series_ended", words, json!({})).await?;
    }
    store::plan_series(tx, id, state, next, ctx.generation).await?;
    Ok(more && !stuck)
}

/// Makes one time; `false` when that could not be done.
async fn come_out(tx: &mut Tx, ctx: &Ctx, series: &Series, time: &Time<'_>) -> Outcome<bool> {
    let since = time.out_on.max(series.row.since_day).max(time.rule.not_before);
    let late = ctx.calendar.workdays_between(since.date(), ctx.today().date()).max(0);
    let made = match keeper(tx, ctx, series).await? {
        Ok(keeper) => {
            let dispatching = time.rule.mode == SeriesMode::Dispatch;
            match tx.attempt(async |tx| make(tx, &keeper, series, time, late, dispatching).await).await? {
                Err(refusal) if dispatching => {
                    // It cannot go out as it is: somebody has to look at it.
                    let reason = said(refusal)?;
                    tx.attempt(async |tx| make(tx, &keeper, series, time, late, false).await)
                        .await?
                        .map(|(id, notes)| (id, Words::join(Join::Clauses, [reason, notes])))
                }
                done => done,
            }
        }
        Err(refusal) => Err(refusal),
    };
    match made {
        Ok((task, notes)) => {
            tell(tx, ctx, series, time, task, late, &notes).await?;
            Ok(true)
        }
        Err(refusal) => {
            let reason = said(refusal)?;
            stick(tx, ctx, series, time, &reason).await?;
            Ok(false)
        }
    }
}

/// The keeper as they are today, when they may still set tasks.
async fn keeper(tx: &mut Tx, ctx: &Ctx, series: &Series) -> Outcome<Result<Ctx, Refusal>> {
    let principal = access::load_principal(tx, series.row.person_id, ctx.today()).await?;
    Ok(match principal.filter(SetTasks::granted) {
        Some(principal) => Ok(ctx.acting(Arc::new(principal))),
        None => {
            let name = &series.row.person_name;
            Err(Refusal::forbidden(say!("负责人{name}已不在岗，或不再能交办任务，请由他人接管")))
        }
    })
}

async fn make(tx: &mut Tx, keeper: &Ctx, series: &Series, time: &Time<'_>, late: i64, dispatching: bool) -> Outcome<(TaskId, Words)> {
    let mut pattern = time.rule.pattern.clone();
    pattern.each_mut(&mut |_, node| node.title = title_of(&node.title, &time.one));
    if let Some(title) = time.row.and_then(|row| row.title.clone()) {
        pattern.title = title;
    }
    let (start, due, why) = days(keeper, time, late);
    let due = due::Due { day: Some(due), explanation: why, ..due::Due::default() };
    let made = pattern::make(tx, keeper, &Making { pattern: &pattern, start, due: Some(due), files: false }).await?;
    if dispatching {
        dispatch::submit(tx, keeper, made.id, None, true).await?;
    }
    let row = OccurrenceRow {
        period: time.period.clone(),
        nominal_day: Day::new(time.one.nominal).unwrap_or(start),
        state: OccurrenceState::Out,
        day: Some(start),
        due_day: None,
        title: None,
        reason: None,
        person_id: None,
        at: keeper.now(),
        task_id: Some(made.id),
        late_days: late,
    };
    if !store::put_occurrence(tx, series.row.id, &row).await? {
        return Err(Refusal::internal("a period that has come out before"));
    }
    Ok((made.id, Words::join(Join::Clauses, made.notes)))
}

/// When it begins and is due. Whoever does it has as long as the rule gives them, even when it comes late.
fn days(ctx: &Ctx, time: &Time<'_>, late: i64) -> (Day, Day, Vec<Words>) {
    let today = ctx.today();
    let mut why = time.due_why.clone();
    if late == 0 || today <= time.day {
        return (time.day, time.due, why);
    }
    let span = ctx.calendar.workdays_between(time.day.date(), time.due.date()).max(1);
    let due = Day::new(ctx.calendar.add_workdays(today.date(), span)).unwrap_or(time.due).max(time.due);
    why.push(say!("本期应于{day}开始，晚了{late}个工作日才生成，期限顺延 → {due}", day = time.day));
    (today, due, why)
}

/// Says on both sides what came out.
async fn tell(tx: &mut Tx, ctx: &Ctx, series: &Series, time: &Time<'_>, id: TaskId, late: i64, notes: &Words) -> Outcome<()> {
    let task = Case::look(tx, ctx, id).await?.task;
    let (name, period) = (&series.row.name, time.one.words());
    let lateness: Words = if late > 0 { say!("应于{day}生成，晚了{late}个工作日", day = time.out_on) } else { "".into() };
    let beside = Words::join(Join::Clauses, [lateness, notes.clone()]);
    let data =
        json!({ "series": series.row.id, "period": time.period, "task": id, "late_days": late, "day": time.day, "due_day": task.due_day });
    let (action, words) = if task.state == TaskState::Draft {
        ("series_drafted", say!("周期任务“{name}”{period}生成草稿，待确认后交办"))
    } else {
        ("series_out", say!("周期任务“{name}”{period}自动生成"))
    };
    note(tx, ctx, &task, Step::new(action, words.then(Join::Clauses, beside.clone()), data.clone())).await?;
    let words = say!("{period}生成“{title}”", title = task.title).then(Join::Clauses, beside);
    record(tx, ctx, series, "occurrence_out", words, data).await
}

/// It could not come out: the page shows why, and whoever can do something about it is told, once.
async fn stick(tx: &mut Tx, ctx: &Ctx, series: &Series, time: &Time<'_>, reason: &Words) -> Outcome<()> {
    let known = time.row.is_some_and(|row| row.state == OccurrenceState::Stuck);
    let row = OccurrenceRow {
        period: time.period.clone(),
        nominal_day: Day::new(time.one.nominal).unwrap_or(time.day),
        state: OccurrenceState::Stuck,
        day: time.row.and_then(|row| row.day),
        due_day: time.row.and_then(|row| row.due_day),
        title: time.row.and_then(|row| row.title.clone()),
        reason: Some(reason.clone()),
        person_id: None,
        at: ctx.now(),
        task_id: None,
        late_days: 0,
    };
    store::put_occurrence(tx, series.row.id, &row).await?;
    if known {
        return Ok(());
    }
    let period = time.one.words();
    let stuck = SeriesStuck {
        series: series.row.id.0,
        name: series.row.name.clone(),
        keeper: series.row.person_id,
        unit: series.row.unit_id,
        period: period.stored(),
        reason: reason.stored(),
    };
    record(tx, ctx, series, "occurrence_stuck", say!("{period}未能生成：{reason}"), json!({ "period": time.period })).await?;
    events::publish(tx, ctx, &stuck).await
}

/// Writes into the series' own chain.
pub(super) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    series: &Series,
    action: &'static str,
    words: Words,
    data: serde_json::Value,
) -> Outcome<()> {
    audit::record(tx, ctx, audit::Entry { stream: series.row.id.0, task: None, action, words, data }).await
}

/// What a person would have read; what is nobody's fault is tried again as a whole.
fn said(refusal: Refusal) -> Outcome<Words> {
    Ok(match refusal {
        Refusal::Forbidden(words) | Refusal::Conflict { detail: words, .. } | Refusal::TooLarge(words) => words,
        Refusal::Invalid(errors) => Words::join(Join::Clauses, errors.into_iter().map(|error| error.message)),
        other => return Err(other),
    })
}
