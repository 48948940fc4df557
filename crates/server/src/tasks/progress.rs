//! How far the work is: figures of tasks put together by unit, person, document or period. Only what has nothing below it is counted, so
//! that each task counts once however deep its tree is.

use std::collections::HashMap;

use db::Tx;
use kit::{Day, text_enum, uuid::Uuid};

use super::{
    filter::Filter,
    lamp,
    list::eye,
    model::{Share, TaskId, TaskState},
    store::{self, Key},
    view::{self, TaskRow},
};
use crate::{
    app::{Ctx, Outcome},
    org::{self, UnitId},
};

text_enum! {
    /// What figures are put together by.
    ProgressBy {
        Unit = "unit", "单位";
        ChargeLeader = "charge_leader", "分管领导";
        Handler = "handler", "经办人";
        SourceKind = "source_kind", "任务来源";
        SourceDocument = "source_document", "来源文件";
        Importance = "importance", "重要程度";
        Month = "month", "月";
        Quarter = "quarter", "季度";
        Year = "year", "年";
    }
}

/// What was counted of some tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All that went out.
    pub total: i64,
    /// Open and not begun.
    pub fresh: i64,
    /// Open.
    pub open: i64,
    /// Open and due within five working days.
    pub due_soon: i64,
    /// Open and past due.
    pub overdue: i64,
    /// Closed, struck off or not.
    pub done: i64,
    /// Struck off.
    pub settled: i64,
    /// Standing still; in no rate.
    pub suspended: i64,
    /// Ended before they were done; in no rate.
    pub terminated: i64,
    /// Open ones by lamp.
    pub grey: i64,
    /// The same.
    pub green: i64,
    /// The same.
    pub yellow: i64,
    /// The same.
    pub orange: i64,
    /// The same.
    pub red: i64,
    /// Open and closed ones: what means are made of.
    pub counted: i64,
    /// Of these, due in the period.
    pub owed: i64,
    /// Of these, closed.
    pub owed_done: i64,
    /// Closed, or past due: whether the day was kept is known.
    pub judged: i64,
    /// Of these, closed by the day.
    pub kept: i64,
    /// The same by the original due day.
    pub judged_original: i64,
    /// The same by the original due day.
    pub kept_original: i64,
    /// Open and waiting for somebody.
    pub waiting: i64,
    /// Open with a risk nobody has answered.
    pub at_risk: i64,
    /// Weights of what is counted, in halves.
    weight: i64,
    /// Weight times verified progress.
    progress: i64,
    /// Weights of what has a plan, and of what is done.
    planned_weight: i64,
    /// Weight times what should be done by now.
    planned: i64,
}

impl Tally {
    /// Takes another in.
    pub fn add(&mut self, other: &Self) {
        macro_rules! sum {
            ($($field:ident)*) => { $(self.$field += other.$field;)* };
        }
        sum! {
            total fresh open due_soon overdue done settled suspended terminated grey green yellow orange red counted owed owed_done judged kept
            judged_original kept_original waiting at_risk weight progress planned_weight planned
        }
    }

    /// Mean verified progress by importance, of what is open or closed.
    pub fn progress(&self) -> Option<Share> {
        self.progress.checked_div(self.weight).map(Share)
    }

    /// Mean planned progress, of what has a plan or is closed.
    pub fn planned(&self) -> Option<Share> {
        self.planned.checked_div(self.planned_weight).map(Share)
    }
}

/// A part of a whole; nothing where there is no whole.
pub fn share(part: i64, whole: i64) -> Option<Share> {
    (part * Share::WHOLE.0).checked_div(whole).map(Share)
}

/// States of tasks that have gone out: all that figures of progress know of.
pub const GONE_OUT: [TaskState; 6] =
    [TaskState::Dispatched, TaskState::Active, TaskState::Closed, TaskState::Settled, TaskState::Suspended, TaskState::Terminated];

fn leaves(filter: &Filter) -> Filter {
    Filter { leaves: Some(true), ..filter.clone() }
}

/// Figures by key, of tasks that have gone out and have nothing below them. Rates are of what is due by `until`; where nothing is said the
/// filter names the period.
pub async fn progress(tx: &mut Tx, ctx: &Ctx, filter: &Filter, by: Option<ProgressBy>, until: Option<Day>) -> Outcome<HashMap<Key, Tally>> {
    let filter = leaves(filter);
    let mut sums: HashMap<Key, Tally> = HashMap::new();
    for row in store::done(tx, &eye(ctx), &filter, by, until).await? {
        let sum = sums.entry((row.id, row.word)).or_default();
        sum.done = row.done;
        sum.settled = row.settled;
        sum.owed_done = row.owed;
        sum.kept = row.kept + row.moved_kept;
        sum.kept_original = row.kept + row.kept_original;
        // Whoever has a due day has an original one.
        (sum.judged, sum.judged_original) = (row.judged, row.judged);
        (sum.total, sum.counted, sum.owed) = (row.done, row.done, row.owed);
        (sum.weight, sum.progress) = (row.weight, row.progress);
        (sum.planned_weight, sum.planned) = (row.weight, row.weight * Share::WHOLE.0);
    }
    for row in store::undone(tx, &eye(ctx), &filter, by, until).await? {
        let sum = sums.entry((row.id, row.word)).or_default();
        sum.total += row.open + row.suspended + row.terminated;
        sum.fresh = row.fresh;
        sum.open = row.open;
        sum.due_soon = row.due_soon;
        sum.overdue = row.overdue;
        sum.suspended = row.suspended;
        sum.terminated = row.terminated;
        (sum.grey, sum.green, sum.yellow, sum.orange, sum.red) = (row.grey, row.green, row.yellow, row.orange, row.red);
        sum.counted += row.open;
        sum.owed += row.owed;
        sum.judged += row.overdue;
        sum.judged_original += row.overdue_original;
        sum.waiting = row.waiting;
        sum.at_risk = row.at_risk;
        sum.weight += row.weight;
        sum.progress += row.progress;
    }
    let today = ctx.today();
    for row in store::planned(tx, &eye(ctx), &filter, by).await? {
        let sum = sums.entry((row.id, row.word)).or_default();
        sum.planned_weight += row.weight;
        sum.planned += match (row.start_day, row.end_day) {
            (Some(start), Some(end)) => row.weight * lamp::linear(start, end, row.stood_days, &ctx.calendar, today).0,
            _ => row.reached,
        };
    }
    if by == Some(ProgressBy::ChargeLeader) { by_leader(tx, today, sums).await } else { Ok(sums) }
}

/// Gives what was put together by unit to those in charge of the unit, to each of them where there are several.
async fn by_leader(tx: &mut Tx, today: Day, sums: HashMap<Key, Tally>) -> Outcome<HashMap<Key, Tally>> {
    let charged = org::charged(tx, today).await?;
    let mut out: HashMap<Key, Tally> = HashMap::new();
    for ((id, word), tally) in sums {
        if word.as_deref() != Some(store::BY_UNIT) {
            out.entry((id, None)).or_default().add(&tally);
            continue;
        }
        let leaders = id.and_then(|unit| charged.get(&UnitId(unit))).map(Vec::as_slice).unwrap_or_default();
        for leader in leaders {
            out.entry((Some(leader.0), None)).or_default().add(&tally);
        }
        if leaders.is_empty() {
            out.entry((None, None)).or_default().add(&tally);
        }
    }
    Ok(out)
}

/// All figures of a filter in one row.
pub async fn tally(tx: &mut Tx, ctx: &Ctx, filter: &Filter, until: Option<Day>) -> Outcome<Tally> {
    let mut sum = Tally::default();
    for tally in progress(tx, ctx, filter, None, until).await?.into_values() {
        sum.add(&tally);
    }
    Ok(sum)
}

/// The tops of those trees that alone hold all that comes from a document; by document, and as far as the actor sees them.
pub async fn tops_of_documents(tx: &mut Tx, ctx: &Ctx, filter: &Filter) -> Outcome<HashMap<Option<String>, TaskRow>> {
    let mut tops: HashMap<Option<String>, Option<TaskId>> = HashMap::new();
    for (document, root) in store::roots(tx, &eye(ctx), &Filter { state: GONE_OUT.to_vec(), ..leaves(filter) }).await? {
        // A second tree: then no stage is that of the whole.
        tops.entry(document).and_modify(|top| *top = None).or_insert(Some(root));
    }
    let ids: Vec<TaskId> = tops.values().copied().flatten().collect();
    let rows = view::rows_of(tx, ctx, &ids).await?;
    let row = |id: TaskId| rows.iter().find(|row| row.id == id).cloned();
    Ok(tops.into_iter().filter_map(|(document, id)| Some((document, row(id?)?))).collect())
}

/// Load of each unit with those below it: what is left to do of its open parts, by importance and role. Whoever asks learns of others only
/// where theirs stands among them.
pub async fn loads_of_units(tx: &mut Tx) -> Outcome<HashMap<UnitId, Load>> {
    Ok(store::loads_of_units(tx).await?.into_iter().map(|(id, sum)| (UnitId(id), Load(sum))).collect())
}

/// The same of persons.
pub async fn loads_of_people(tx: &mut Tx) -> Outcome<HashMap<Uuid, Load>> {
    Ok(store::loads_of_people(tx).await?.into_iter().map(|(id, sum)| (id, Load(sum))).collect())
}

/// What is left to do, in two-hundred-millionths of one ordinary task that is led and has not begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Load(i64);

impl Load {
    /// In ordinary tasks, to one decimal.
    pub fn tasks(self) -> f64 {
        const TENTH: i64 = 20_000_000;
        f64::from(i32::try_from((self.0 + TENTH / 2) / TENTH).unwrap_or(i32::MAX)) / 10.0
    }
}
