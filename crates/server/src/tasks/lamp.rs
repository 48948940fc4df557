//! The lamp: a task's health with reasons, as a function of the day.
//!
//! Between two events a lamp can only get worse, and when it does is known in advance. So what is computed here, at every
//! change, is a *plan*: from which day each lamp shows and why. Reading a lamp on any day is then a comparison of dates,
//! in Rust or in SQL, and no nightly sweep can be missed.
//!
//! Rules: DOMAIN §4, with two refinements of docs/adr/0005: planned progress is judged from a fifth of the plan on, and
//! for a task that reports at nodes it is the plan at the last node, since nobody was asked since.

use kit::{Day, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::{Words, say};
use workdays::Calendar;

use super::{
    model::{MilestoneRow, ReportDueRow, Share, Task, TaskState},
    rules::{Colours, TaskRules},
};

text_enum! {
    /// Health at a glance: colour, shape and word.
    Lamp {
        Grey = "grey", "未启动";
        Green = "green", "正常";
        Yellow = "yellow", "预警";
        Orange = "orange", "滞后";
        Red = "red", "逾期";
        Blue = "blue", "办结";
    }
}

text_enum! {
    /// Why a lamp shows.
    Why {
        BehindPlan = "behind_plan", "进度落后于计划";
        DueSoon = "due_soon", "临近到期";
        ReportLate = "report_late", "未按期上报";
        MilestoneLate = "milestone_late", "节点逾期";
        PastDue = "past_due", "已逾期";
        LongOrange = "long_orange", "长期滞后";
    }
}

/// One entry of a plan: from this day on, at least this lamp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Turn {
    /// The first day.
    pub from: Day,
    /// Which lamp.
    pub lamp: Lamp,
    /// Why.
    pub why: Why,
    /// The day it is about: the due day, the node, the milestone.
    pub day: Option<Day>,
    /// Its name, for a milestone.
    pub name: Option<String>,
}

/// What a lamp depends on.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    /// The task.
    pub task: &'a Task,
    /// Its milestones, by day.
    pub milestones: &'a [MilestoneRow],
    /// Its duties to report, by day.
    pub dues: &'a [ReportDueRow],
    /// Since when its clock stands: it is asked to be closed or put off, or whose it is. Until that is decided nothing gets worse.
    pub stopped: Option<Day>,
}

/// From which days on which lamps show, if nothing else happens.
pub(super) fn plan(facts: &Facts<'_>, calendar: &Calendar, rules: &TaskRules) -> Vec<Turn> {
    let task = facts.task;
    if !task.state.is_open() {
        return Vec::new();
    }
    let mut turns = Vec::new();
    let mut turn = |from: Day, lamp, why, day: Option<Day>, name: Option<&str>| {
        turns.push(Turn { from, lamp, why, day, name: name.map(str::to_owned) });
    };
    let workday = |day: Day, n: i64| Day::new(calendar.add_workdays(day.date(), n)).unwrap_or(day);
    // Signing has a deadline of its own (supervision); until then only the due day counts.
    if task.state == TaskState::Active {
        if let Some(behind) = first_behind(facts, calendar, rules, rules.yellow_ratio) {
            turn(behind, Lamp::Yellow, Why::BehindPlan, None, None);
        }
        if let Some(behind) = first_behind(facts, calendar, rules, rules.orange_ratio) {
            turn(behind, Lamp::Orange, Why::BehindPlan, None, None);
        }
        if let (Some(start), Some(due)) = (task.start_day, task.due_day)
            && task.progress.percent() < percent(rules.nearly_done)
        {
            let span = span(task, calendar).unwrap_or(1);
            let ahead = |least: i64, share: i64| least.max((span * share + 99) / 100);
            let near = |n: i64| workday(due, -n).max(start);
            turn(near(ahead(rules.yellow_remain, rules.yellow_remain_share)), Lamp::Yellow, Why::DueSoon, Some(due), None);
            turn(near(ahead(rules.orange_remain, rules.orange_remain_share)), Lamp::Orange, Why::DueSoon, Some(due), None);
        }
        if let Some(due) = facts.dues.iter().find(|due| due.report_id.is_none()) {
            turn(workday(due.due_day, 1), Lamp::Yellow, Why::ReportLate, Some(due.due_day), None);
            turn(workday(due.due_day, rules.report_late + 1), Lamp::Red, Why::ReportLate, Some(due.due_day), None);
        }
        // A step that was reported as reached waits for the reviewer, not for the unit.
        if let Some(step) = facts.milestones.iter().find(|step| step.done_at.is_none() && step.report_id.is_none()) {
            turn(step.due_day.plus_days(1), Lamp::Orange, Why::MilestoneLate, Some(step.due_day), Some(&step.title));
        }
    }
    if let Some(due) = task.due_day
        && facts.stopped.is_none()
    {
        turn(due.plus_days(1), Lamp::Red, Why::PastDue, Some(due), None);
    }
    if let Some(orange) = turns.iter().filter(|t| t.lamp == Lamp::Orange).map(|t| t.from).min() {
        turns.push(Turn {
            from: workday(orange, rules.orange_days + 1),
            lamp: Lamp::Red,
            why: Why::LongOrange,
            day: Some(orange),
            name: None,
        });
    }
    if let Some(since) = facts.stopped {
        turns.retain(|turn| turn.from <= since);
    }
    if rules.colours == Colours::Three {
        for turn in &mut turns {
            if turn.lamp == Lamp::Orange {
                turn.lamp = Lamp::Yellow;
            }
        }
    }
    turns.sort_by_key(|t| (t.from, t.lamp));
    turns
}

#[expect(clippy::cast_precision_loss, reason = "percentages")]
fn percent(n: i64) -> f64 {
    n as f64
}

/// Working days from the start to the original due day, at least one.
fn span(task: &Task, calendar: &Calendar) -> Option<i64> {
    let (start, due) = (task.start_day?, task.original_due_day.or(task.due_day)?);
    Some(calendar.workdays_between(start.date(), due.date()).max(1))
}

/// The day from which the plan runs: later than the start by as many working days as it has stood still.
fn begun(task: &Task, calendar: &Calendar) -> Option<Day> {
    let start = task.start_day?;
    if task.stood_days == 0 { Some(start) } else { Day::new(calendar.add_workdays(start.date(), task.stood_days)) }
}

/// The first day on which verified progress is below `ratio` percent of what was planned.
fn first_behind(facts: &Facts<'_>, calendar: &Calendar, rules: &TaskRules, ratio: i64) -> Option<Day> {
    let behind = |planned: i64| {
        // planned ≥ judged_from % and progress / planned < ratio %, in millionths.
        planned * 100 >= rules.judged_from * Share::WHOLE.0 && facts.task.progress.0 * 100 < planned * ratio
    };
    if !facts.milestones.is_empty() {
        let mut planned = 0;
        return facts.milestones.iter().find_map(|step| {
            planned += step.weight.0;
            behind(planned).then(|| step.due_day.plus_days(1))
        });
    }
    let (start, span) = (begun(facts.task, calendar)?, span(facts.task, calendar)?);
    let linear = |day: Day| calendar.workdays_between(start.date(), day.date()).clamp(0, span) * Share::WHOLE.0 / span;
    // What was asked for on the spot says nothing about the plan.
    let planned: Vec<_> = facts.dues.iter().filter(|due| due.asked_by.is_none()).collect();
    if !planned.is_empty() {
        // The duty that is open now may still be met on its day, so its plan counts from the day after.
        return planned.iter().find(|due| behind(linear(due.due_day))).map(|due| due.due_day.plus_days(1));
    }
    let days = (1..=span).find(|n| behind(n * Share::WHOLE.0 / span))?;
    Day::new(calendar.add_workdays(start.date(), days))
}

/// Planned progress on a day: from milestones, else the elapsed share of the span.
pub(super) fn planned(task: &Task, milestones: &[MilestoneRow], calendar: &Calendar, today: Day) -> Option<Share> {
    if !milestones.is_empty() {
        return Some(Share(milestones.iter().filter(|step| step.due_day < today).map(|step| step.weight.0).sum()));
    }
    Some(linear(task.start_day?, task.original_due_day.or(task.due_day)?, task.stood_days, calendar, today))
}

/// The elapsed share of the working days from the start to the original due day, on a plan that is later by as many as it stood still.
pub(super) fn linear(start: Day, end: Day, stood_days: i64, calendar: &Calendar, today: Day) -> Share {
    let span = calendar.workdays_between(start.date(), end.date()).max(1);
    let begun = if stood_days == 0 { start.date() } else { calendar.add_workdays(start.date(), stood_days) };
    Share(calendar.workdays_between(begun, today.date()).clamp(0, span) * Share::WHOLE.0 / span)
}

/// A lamp with its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LampView {
    /// Which.
    pub lamp: Lamp,
    /// Why, in words.
    pub reasons: Vec<Words>,
    /// It was red once and has recovered (曾红).
    pub was_red: bool,
}

/// The lamp of a task on a day.
pub(super) fn on(task: &Task, calendar: &Calendar, today: Day) -> LampView {
    let turns: Vec<Turn> = serde_json::from_str(&task.lamp_plan).unwrap_or_default();
    let shown: Vec<&Turn> = turns.iter().filter(|t| t.from <= today).collect();
    let base = match task.state {
        TaskState::Closed | TaskState::Settled => Lamp::Blue,
        TaskState::Active if task.start_day.is_none_or(|start| start <= today) => Lamp::Green,
        _ => Lamp::Grey,
    };
    let lamp = shown.iter().map(|t| t.lamp).max_by_key(|lamp| severity(*lamp)).unwrap_or(base);
    let mut reasons: Vec<Words> = Vec::new();
    let mut worst_first = shown;
    worst_first.sort_by_key(|t| std::cmp::Reverse(severity(t.lamp)));
    let mut said = Vec::new();
    for turn in worst_first {
        if !said.contains(&(turn.why, turn.day)) {
            said.push((turn.why, turn.day));
            reasons.push(words(turn, task, calendar, today));
        }
    }
    LampView { lamp, reasons, was_red: lamp != Lamp::Red && task.red_since.is_some() }
}

/// How bad it is: 0 done, 1 not begun, 2 well, to 5 red.
pub const fn severity(lamp: Lamp) -> u8 {
    match lamp {
        Lamp::Blue => 0,
        Lamp::Grey => 1,
        Lamp::Green => 2,
        Lamp::Yellow => 3,
        Lamp::Orange => 4,
        Lamp::Red => 5,
    }
}

/// Working days by which a day has been missed, for people: on the first day after one that was followed by days off no working day has
/// passed, and it is late all the same.
pub(super) fn late_workdays(calendar: &Calendar, day: Day, today: Day) -> i64 {
    calendar.workdays_between(day.date(), today.date()).max(1)
}

fn words(turn: &Turn, task: &Task, calendar: &Calendar, today: Day) -> Words {
    let day = turn.day.map(|day| day.to_string()).unwrap_or_default();
    let progress = task.progress.words();
    let since = |from: Option<Day>| from.map_or(0, |from| calendar.workdays_between(from.date(), today.date()));
    let late = |day: Option<Day>| day.map_or(0, |day| late_workdays(calendar, day, today));
    match turn.why {
        Why::BehindPlan => say!("核定进度{progress}，落后于计划进度"),
        Why::DueSoon => match since(turn.day) {
            late if late >= 0 => say!("{day}到期，进度{progress}"),
            remain => say!("距{day}到期还有{n}个工作日，进度{progress}", n = -remain),
        },
        Why::ReportLate => say!("应于{day}上报进展，已晚{n}个工作日", n = late(turn.day)),
        Why::MilestoneLate => say!("节点“{name}”应于{day}完成", name = turn.name.as_deref().unwrap_or_default()),
        Why::PastDue => say!("应于{day}办结，已逾期{n}个工作日", n = late(turn.day)),
        Why::LongOrange => say!("自{day}起滞后，已{n}个工作日", n = since(turn.day)),
    }
}

/// Writes the plan into the task, and remembers a red that ends with this change.
pub(super) fn apply(task: &mut Task, turns: &[Turn], today: Day, generation: i64) {
    // Only whoever works out duties and due day anew, too, says that it is of this generation.
    task.planned_by = task.planned_by.min(generation);
    if let Some(red) = task.red_from.filter(|from| *from <= today) {
        task.red_since.get_or_insert(red);
    }
    let first = |lamp: Lamp| turns.iter().filter(|t| t.lamp == lamp).map(|t| t.from).min();
    task.yellow_from = first(Lamp::Yellow);
    task.orange_from = first(Lamp::Orange);
    task.red_from = first(Lamp::Red);
    task.lamp_plan = serde_json::to_string(turns).unwrap_or_else(|_| "[]".to_owned());
}

#[cfg(test)]
#[path = "lamp_tests.rs"]
mod tests;
