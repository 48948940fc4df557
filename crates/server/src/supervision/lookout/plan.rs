//! When which step of which rule is due in a task: values in, values out.
//!
//! An *anchor* is what a rule counts from in one task: its due day, a party that has not signed, an urge. Its key names the
//! occasion: a due day that moves is another occasion, and the ladder that counted from the old one has ended.

use chrono::{NaiveDateTime, NaiveTime};
use kit::{Day, Moment, uuid::Uuid};
use workdays::{Calendar, Hours};

use super::{
    condition::{Fact, Known},
    rule::{DelayUnit, Rule, Step, Trigger},
};
use crate::{
    supervision::{UrgeId, orders::OrderId},
    tasks::{Lamp, PartyId, PartyRow, PartyState, Task, TaskState, Watched},
};

/// An urge that waits for an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenUrge {
    pub(super) id: UrgeId,
    pub(super) party: PartyId,
    /// By when.
    pub(super) owed_day: Day,
    /// It is a leader's instruction.
    pub(super) instruction: bool,
}

/// A supervision order that waits for an answer, at the task it is reminded of with: the first of those it is about that are open.
#[derive(Clone, Debug)]
pub(super) struct OpenOrder {
    pub(super) id: OrderId,
    pub(super) number: String,
    /// What the addressed unit has in that task.
    pub(super) party: PartyId,
    /// By when.
    pub(super) due_day: Day,
}

/// A task with what presses it.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    pub(super) watched: Watched,
    pub(super) urges: Vec<OpenUrge>,
    pub(super) orders: Vec<OpenOrder>,
}

/// What a plan is made with.
#[derive(Clone, Copy)]
pub(super) struct Env<'a> {
    pub(super) calendar: &'a Calendar,
    pub(super) hours: &'a Hours,
    pub(super) today: Day,
}

/// What a rule counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Day(Day),
    Moment(Moment),
}

/// One occasion of a rule in a task.
#[derive(Clone, Debug)]
pub(super) struct Anchor {
    /// Names the occasion within the rule and the task.
    pub(super) key: String,
    pub(super) base: Base,
    /// The day it is about, for words.
    pub(super) day: Option<Day>,
    /// That day is today.
    pub(super) is_today: bool,
    /// Its name, for words.
    pub(super) name: Option<String>,
    /// The party it concerns; the leads where it is none in particular.
    pub(super) party: Option<PartyId>,
    /// What else it is about.
    pub(super) subject: Option<Uuid>,
}

/// What the rule counts from in this task, as things stand.
pub(super) fn anchors(trigger: &Trigger, sight: &Sight, env: Env<'_>) -> Vec<Anchor> {
    let (task, out) = (&sight.watched.task, sight.watched.task.state.is_open());
    let of_day = |key: String, day: Day| Anchor {
        key,
        base: Base::Day(day),
        day: Some(day),
        is_today: day == env.today,
        name: None,
        party: None,
        subject: None,
    };
    if !out {
        return Vec::new();
    }
    match trigger {
        Trigger::Dispatched => {
            let of = |at: Moment| Anchor { base: Base::Moment(at), ..of_day(format!("out:{}", at.millis()), at.day()) };
            task.dispatched_at.map(of).into_iter().collect()
        }
        Trigger::Unsigned => {
            let waiting = sight.watched.parties.iter().filter(|party| party.role.works() && party.state == PartyState::Unsigned);
            let anchor = |party: &PartyRow| {
                let since = party.assigned_at.or(task.dispatched_at)?;
                Some(Anchor {
                    base: Base::Moment(since),
                    party: Some(party.id),
                    ..of_day(format!("sign:{}:{}", party.id, since.millis()), since.day())
                })
            };
            waiting.filter_map(anchor).collect()
        }
        Trigger::Due if !sight.watched.stopped => task.due_day.map(|day| of_day(format!("due:{day}"), day)).into_iter().collect(),
        Trigger::PartDue => {
            let open = |party: &&PartyRow| party.role.assists() && party.state == PartyState::Signed;
            let own = |party: &PartyRow| {
                let day = party.due_day?;
                Some(Anchor { party: Some(party.id), ..of_day(format!("part:{}:{day}", party.id), day) })
            };
            sight.watched.parties.iter().filter(open).filter_map(own).collect()
        }
        Trigger::ReportDue if task.state == TaskState::Active => {
            sight.watched.report_day.map(|day| of_day(format!("report:{day}"), day)).into_iter().collect()
        }
        Trigger::Milestone if task.state == TaskState::Active => {
            let steps = sight.watched.steps.iter();
            steps
                .map(|(id, title, day)| Anchor {
                    name: Some(title.clone()),
                    subject: Some(*id),
                    ..of_day(format!("step:{id}:{day}"), *day)
                })
                .collect()
        }
        Trigger::Lamp { lamp } => {
            let turned = turns(task).find(|(colour, _)| colour == lamp);
            turned.map(|(_, day)| of_day(lamp_key(*lamp, day), day)).into_iter().collect()
        }
        Trigger::Silent { workdays } if task.state == TaskState::Active && !task.is_summed() && !sight.watched.stopped => {
            let Some(last) = task.last_report_at.or(task.dispatched_at) else { return Vec::new() };
            let Some(day) = Day::new(env.calendar.add_workdays(last.day().date(), *workdays)) else { return Vec::new() };
            vec![Anchor { day: Some(last.day()), is_today: false, ..of_day(format!("silent:{}", last.millis()), day) }]
        }
        Trigger::Urge | Trigger::Instruction => {
            let owed = sight.urges.iter().filter(|urge| urge.instruction == matches!(trigger, Trigger::Instruction));
            owed.map(|urge| Anchor {
                party: Some(urge.party),
                subject: Some(urge.id.0),
                ..of_day(format!("urge:{}:{}", urge.id, urge.owed_day), urge.owed_day)
            })
            .collect()
        }
        Trigger::Order => {
            let owed = sight.orders.iter();
            owed.map(|order| Anchor {
                name: Some(order.number.clone()),
                party: Some(order.party),
                subject: Some(order.id.0),
                ..of_day(format!("order:{}:{}", order.id, order.due_day), order.due_day)
            })
            .collect()
        }
        Trigger::Request => {
            let asked = sight.watched.requests.iter();
            asked
                .map(|request| Anchor {
                    // Whoever agrees last has as long as whoever agreed first.
                    base: Base::Moment(request.agreed_at.unwrap_or(request.at)),
                    name: Some(request.kind.label().to_owned()),
                    subject: Some(request.id.0),
                    ..of_day(format!("request:{}:{}", request.id, request.agreed_at.map_or(0, Moment::millis)), request.at.day())
                })
                .collect()
        }
        Trigger::Due | Trigger::ReportDue | Trigger::Milestone | Trigger::Silent { .. } => Vec::new(),
    }
}

const MORNING: (u32, u32) = (9, 0);

/// When a step is due. A step that counts in days comes at its time of day; one that counts from a moment keeps that time,
/// within the hours in which people work.
pub(super) fn due_at(step: &Step, base: Base, env: Env<'_>) -> Moment {
    let (n, unit) = (step.after.n, step.after.unit);
    let morning = NaiveTime::from_hms_opt(MORNING.0, MORNING.1, 0).unwrap_or_default();
    let from = match base {
        Base::Day(day) => match unit {
            // An hour count begins when the day it counts from has passed.
            DelayUnit::WorkHours | DelayUnit::Hours => day.plus_days(1).start().wall(),
            _ => day.date().and_time(step.at.map_or(morning, |at| at.0)),
        },
        Base::Moment(at) => at.wall(),
    };
    let at = match unit {
        DelayUnit::Workdays => {
            let day = env.calendar.add_workdays(from.date(), n);
            within_hours(day.and_time(from.time()), base, env)
        }
        DelayUnit::Days => within_hours(from + chrono::TimeDelta::days(n), base, env),
        DelayUnit::WorkHours => env.hours.add_minutes(env.calendar, from, n * 60),
        DelayUnit::Hours => from + chrono::TimeDelta::hours(n),
    };
    Moment::of_wall(at)
}

fn within_hours(at: NaiveDateTime, base: Base, env: Env<'_>) -> NaiveDateTime {
    if matches!(base, Base::Moment(_)) { env.hours.open_from(env.calendar, at, false) } else { at }
}

/// What a turn of the lamp is known by.
pub(super) fn lamp_key(lamp: Lamp, day: Day) -> String {
    format!("lamp:{}:{day}", lamp.word())
}

/// Which lamp a key is about, where it is about one.
pub(super) fn lamp_of(key: &str) -> Option<Lamp> {
    Lamp::from_word(key.strip_prefix("lamp:")?.split(':').next()?)
}

/// From which day a task's lamp is of each colour that warns, or of a worse one.
pub(super) fn turns(task: &Task) -> impl Iterator<Item = (Lamp, Day)> {
    let (yellow, orange, red) = (task.yellow_from, task.orange_from, task.red_from);
    let from = [(Lamp::Yellow, [yellow, orange, red]), (Lamp::Orange, [None, orange, red]), (Lamp::Red, [None, None, red])];
    from.into_iter().filter_map(|(lamp, days)| Some((lamp, days.into_iter().flatten().min()?)))
}

/// The moments of a ladder, its repetitions among them: step by step, in order.
pub(super) fn moments(rule: &Rule, base: Base, env: Env<'_>) -> Vec<Moment> {
    let mut all: Vec<Moment> = rule.steps.iter().map(|step| due_at(step, base, env)).collect();
    if let (Some(repeat), Some(last)) = (rule.repeat, all.last().copied()) {
        let mut at = last.wall();
        for _ in 0..repeat.times {
            at = env.calendar.add_workdays(at.date(), repeat.every).and_time(at.time());
            all.push(Moment::of_wall(at));
        }
    }
    all
}

/// The step that the `n`-th moment of a ladder is: a repetition is the last one again.
pub(super) fn step_of(rule: &Rule, n: usize) -> Option<&Step> {
    rule.steps.get(n).or_else(|| rule.steps.last())
}

/// Whether the rule speaks about this task at all; `leads_in` says whether one of its units leads it.
pub(super) fn concerns(rule: &Rule, sight: &Sight, leads_in: bool) -> bool {
    let kinds = rule.source_kinds.is_empty() || rule.source_kinds.contains(&sight.watched.task.source_kind);
    rule.enabled && kinds && (rule.units.is_empty() || leads_in)
}

/// A sight on a day, to ask conditions of.
pub(super) struct OnDay<'a> {
    pub(super) sight: &'a Sight,
    pub(super) env: Env<'a>,
}

impl Known for OnDay<'_> {
    fn word(&self, fact: Fact) -> Option<&str> {
        let task = &self.sight.watched.task;
        Some(match fact {
            Fact::Importance => task.importance.word(),
            Fact::Urgency => task.urgency.word(),
            Fact::SourceKind => &task.source_kind,
            Fact::State => task.state.word(),
            Fact::Lamp => {
                let turned = |from: Option<Day>| from.is_some_and(|from| from <= self.env.today);
                let lamp = if turned(task.red_from) {
                    Lamp::Red
                } else if turned(task.orange_from) {
                    Lamp::Orange
                } else if turned(task.yellow_from) {
                    Lamp::Yellow
                } else if task.state == TaskState::Active && task.start_day.is_none_or(|start| start <= self.env.today) {
                    Lamp::Green
                } else {
                    Lamp::Grey
                };
                lamp.word()
            }
            Fact::Progress | Fact::DaysToDue | Fact::Children | Fact::OpenRisks => return None,
        })
    }

    fn number(&self, fact: Fact) -> Option<i64> {
        let task = &self.sight.watched.task;
        match fact {
            Fact::Progress => Some(task.progress.0 / 10_000),
            Fact::DaysToDue => task.due_day.map(|due| self.env.calendar.workdays_between(self.env.today.date(), due.date())),
            Fact::Children => Some(task.children),
            Fact::OpenRisks => Some(task.open_risks),
            _ => None,
        }
    }
}
