//! What is counted, and which tasks those are.

use std::collections::BTreeMap;

use kit::{Day, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    app::{Outcome, Refusal},
    tasks::{DueKind, FilterQuery, GONE_OUT, Lamp, Share, Tally, TaskState, share},
};

text_enum! {
    /// What is counted.
    Count {
        Total = "total", "任务总数";
        Fresh = "fresh", "未启动";
        Open = "open", "在办";
        DueSoon = "due_soon", "五个工作日内到期";
        Overdue = "overdue", "逾期";
        Done = "done", "办结";
        Settled = "settled", "已销号";
        Suspended = "suspended", "中止";
        Terminated = "terminated", "终止";
        Grey = "grey", "在办灰灯";
        Green = "green", "绿灯";
        Yellow = "yellow", "黄灯";
        Orange = "orange", "橙灯";
        Red = "red", "红灯";
        Counted = "counted", "计入平均进度";
        Owed = "owed", "应办结";
        OwedDone = "owed_done", "应办结中已办结";
        Judged = "judged", "按批准期限应评";
        Kept = "kept", "按批准期限办结";
        JudgedOriginal = "judged_original", "按原定期限应评";
        KeptOriginal = "kept_original", "按原定期限办结";
        Waiting = "waiting", "等待中";
        AtRisk = "at_risk", "有风险未答复";
    }
}

/// A part of a query of `/tasks`.
pub(super) type Conditions = BTreeMap<String, String>;

const LIVE: [TaskState; 4] = [TaskState::Dispatched, TaskState::Active, TaskState::Closed, TaskState::Settled];
const OPEN: [TaskState; 2] = [TaskState::Dispatched, TaskState::Active];
const DONE: [TaskState; 2] = [TaskState::Closed, TaskState::Settled];

impl Count {
    fn of(self, tally: &Tally) -> i64 {
        match self {
            Self::Total => tally.total,
            Self::Fresh => tally.fresh,
            Self::Open => tally.open,
            Self::DueSoon => tally.due_soon,
            Self::Overdue => tally.overdue,
            Self::Done => tally.done,
            Self::Settled => tally.settled,
            Self::Suspended => tally.suspended,
            Self::Terminated => tally.terminated,
            Self::Grey => tally.grey,
            Self::Green => tally.green,
            Self::Yellow => tally.yellow,
            Self::Orange => tally.orange,
            Self::Red => tally.red,
            Self::Counted => tally.counted,
            Self::Owed => tally.owed,
            Self::OwedDone => tally.owed_done,
            Self::Judged => tally.judged,
            Self::Kept => tally.kept,
            Self::JudgedOriginal => tally.judged_original,
            Self::KeptOriginal => tally.kept_original,
            Self::Waiting => tally.waiting,
            Self::AtRisk => tally.at_risk,
        }
    }

    /// What the query of a row has to say besides, so that it lists what is counted here. Where nothing names a period, what is due by
    /// `until` counts as owed.
    fn conditions(self, until: Option<Day>) -> Conditions {
        let state = |states: &[TaskState]| {
            let words: Vec<&str> = states.iter().map(|state| state.word()).collect();
            FilterQuery { state: Some(words.join(",")), ..FilterQuery::default() }
        };
        let lamp = |lamp: Lamp| FilterQuery { lamp: Some(lamp.word().to_owned()), ..state(&OPEN) };
        let owed = |states| FilterQuery { due_to: until, has_due: until.is_none().then_some(true), ..state(states) };
        let judged = |kind| FilterQuery { judged: Some(kind), ..FilterQuery::default() };
        let kept = |kind| FilterQuery { on_time: Some(kind), ..FilterQuery::default() };
        query(&match self {
            Self::Total => state(&GONE_OUT),
            Self::Fresh => FilterQuery { started: Some(false), ..FilterQuery::default() },
            Self::Open => state(&OPEN),
            Self::DueSoon => FilterQuery { due_soon: Some(true), ..FilterQuery::default() },
            Self::Overdue => FilterQuery { overdue: Some(true), ..FilterQuery::default() },
            Self::Done => state(&DONE),
            Self::Settled => state(&[TaskState::Settled]),
            Self::Suspended => state(&[TaskState::Suspended]),
            Self::Terminated => state(&[TaskState::Terminated]),
            Self::Grey => lamp(Lamp::Grey),
            Self::Green => lamp(Lamp::Green),
            Self::Yellow => lamp(Lamp::Yellow),
            Self::Orange => lamp(Lamp::Orange),
            Self::Red => lamp(Lamp::Red),
            Self::Counted => state(&LIVE),
            Self::Owed => owed(&LIVE),
            Self::OwedDone => owed(&DONE),
            Self::Judged => judged(DueKind::Approved),
            Self::Kept => kept(DueKind::Approved),
            Self::JudgedOriginal => judged(DueKind::Original),
            Self::KeptOriginal => kept(DueKind::Original),
            Self::Waiting => FilterQuery { waiting: Some(true), ..FilterQuery::default() },
            Self::AtRisk => FilterQuery { at_risk: Some(true), ..FilterQuery::default() },
        })
    }
}

/// For each count what has to be added to a row's query, so that `/tasks` lists what it counts.
pub(super) fn all_conditions(until: Option<Day>) -> BTreeMap<&'static str, Conditions> {
    Count::ALL.iter().map(|count| (count.word(), count.conditions(until))).collect()
}

/// A query by its fields; those that say nothing are left out.
pub(super) fn query(query: &FilterQuery) -> Conditions {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(query) else { return Conditions::new() };
    let text = |value| match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    fields.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect()
}

/// The query of a row of figures: everything but order and page, of tasks with nothing below them. What a figure says itself is refused.
pub(super) fn base(query: &FilterQuery) -> Outcome<FilterQuery> {
    let said = [
        ("state", query.state.is_some()),
        ("lamp", query.lamp.is_some()),
        ("overdue", query.overdue.is_some()),
        ("due_soon", query.due_soon.is_some()),
        ("started", query.started.is_some()),
        ("waiting", query.waiting.is_some()),
        ("at_risk", query.at_risk.is_some()),
        ("judged", query.judged.is_some()),
        ("on_time", query.on_time.is_some()),
    ];
    if let Some((field, _)) = said.into_iter().find(|(_, said)| *said) {
        return Err(Refusal::field(field, "进展统计已按此分列，不能再按此筛选"));
    }
    Ok(FilterQuery { leaves: Some(true), sort: None, cursor: None, limit: None, ..query.clone() })
}

/// Figures of some tasks. Suspended and terminated ones are shown, and are in no mean and no rate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Figures {
    /// The query of `/tasks` that these stand in; a count's conditions are added to it.
    #[schema(value_type = BTreeMap<String, String>)]
    pub(super) query: Conditions,
    /// How many of each.
    #[schema(value_type = BTreeMap<String, i64>)]
    pub(super) counts: BTreeMap<&'static str, i64>,
    /// Mean verified progress by importance, in percent.
    pub(super) progress: Option<Share>,
    /// What should be done by now, in percent: of closed ones all, of open ones what their steps or days say.
    pub(super) planned: Option<Share>,
    /// Closed of what is due in the period, in percent.
    pub(super) completion: Option<Share>,
    /// Closed by the approved due day, of those closed or past due, in percent.
    pub(super) on_time: Option<Share>,
    /// The same by the original due day.
    pub(super) on_time_original: Option<Share>,
}

impl Figures {
    pub(super) fn of(base: &FilterQuery, tally: &Tally) -> Self {
        Self {
            query: query(base),
            counts: Count::ALL.iter().map(|count| (count.word(), count.of(tally))).collect(),
            progress: tally.progress(),
            planned: tally.planned(),
            completion: share(tally.owed_done, tally.owed),
            on_time: share(tally.kept, tally.judged),
            on_time_original: share(tally.kept_original, tally.judged_original),
        }
    }
}
