//! What a task has ahead of it, and what it was reminded of.

use std::collections::{BTreeSet, HashMap};

use db::Tx;
use kit::{Moment, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;
use wording::Words;

use super::{
    model::{Ending, StepOutcome},
    plan::{self, Env, OnDay, Sight},
    store::{self, OccurrenceRow},
    text,
    watch::{Ladder, Watch},
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    notify::Channel,
    org::{self, PersonId, PersonRef},
    tasks::{self, TaskId},
};

/// A reminder that will come unless something happens before.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Ahead {
    /// When.
    pub(super) at: Moment,
    /// The rule's code.
    pub(super) rule: String,
    /// Its name.
    pub(super) name: String,
    /// Whom, as things stand.
    pub(super) to: Vec<PersonRef>,
    /// How, beside the message in the system.
    pub(super) channels: Vec<Channel>,
    /// What it says, as of that day.
    pub(super) text: Words,
    /// Its condition does not hold today; it is not sent unless that changes.
    pub(super) idle: bool,
}

/// A step that was due.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Past {
    /// When it was due.
    pub(super) due_at: Moment,
    /// When it was dealt with.
    pub(super) taken_at: Moment,
    /// What became of it.
    pub(super) outcome: StepOutcome,
    /// How many were told.
    pub(super) people: i64,
}

/// An occasion on which a rule reminded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Occasion {
    pub(super) id: Uuid,
    /// The rule's code.
    pub(super) rule: String,
    /// Its name in the version it began with.
    pub(super) name: String,
    /// That version, 0 for the rules the program is delivered with.
    pub(super) rule_version: i64,
    pub(super) began_at: Moment,
    pub(super) ended_at: Option<Moment>,
    /// Why it ended.
    pub(super) reason: Option<Ending>,
    pub(super) acked_by: Option<PersonRef>,
    pub(super) acked_at: Option<Moment>,
    /// By which way: `app`, `sms`.
    pub(super) acked_through: Option<String>,
    pub(super) steps: Vec<Past>,
}

/// Reminders of a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TaskReminders {
    /// The next ones, in order, at most thirty.
    pub(super) ahead: Vec<Ahead>,
    /// What was, the latest first.
    pub(super) past: Vec<Occasion>,
}

const MOST: usize = 30;

/// What a task has ahead of it and behind it, for whoever sees it.
pub(super) async fn of_task(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<TaskReminders> {
    if !tasks::sees(tx, ctx, task).await? {
        return Err(Refusal::NotFound);
    }
    let mut watch = Watch::new(ctx)?;
    let sights = super::watch::sights(tx, ctx, &[task]).await?;
    let Some(sight) = sights.first() else { return Err(Refusal::NotFound) };
    let (ladders, _) = watch.ladders(tx, ctx, &sights).await?.pop().unwrap_or_default();
    let ahead = ahead(tx, ctx, &mut watch, sight, &ladders).await?;
    let rows = store::occurrences(tx, &[task]).await?;
    let past = past(tx, &mut watch, rows).await?;
    Ok(TaskReminders { ahead, past })
}

async fn ahead(tx: &mut Tx, ctx: &Ctx, watch: &mut Watch, sight: &Sight, ladders: &[Ladder]) -> Outcome<Vec<Ahead>> {
    let now = ctx.now();
    let mut coming: Vec<(Moment, &Ladder, usize)> = Vec::new();
    for ladder in ladders {
        coming.extend(ladder.moments.iter().enumerate().filter(|(_, at)| **at > now).map(|(n, at)| (*at, ladder, n)));
    }
    coming.sort_by_key(|(at, ..)| *at);
    coming.truncate(MOST);
    let mut found = Vec::new();
    let mut everybody = BTreeSet::new();
    for (at, ladder, n) in coming {
        let Some((rule, step)) = ladder.rule().and_then(|rule| Some((rule, plan::step_of(rule, n)?))) else { continue };
        let to = watch.meant(tx, ctx, step, sight, ladder).await?;
        everybody.extend(to.iter().copied());
        let days = ladder.anchor.day.map_or(0, |day| ctx.calendar.workdays_between(at.day().date(), day.date()));
        let then = plan::Anchor { is_today: ladder.anchor.day == Some(at.day()), ..ladder.anchor.clone() };
        let said = text::say_it(&rule.trigger, step.text.as_deref(), &sight.watched, &then, days);
        let day = OnDay { sight, env: Env { today: at.day(), ..watch.env(ctx) } };
        let idle = !rule.when.iter().chain(&step.only_if).all(|condition| condition.holds(&day));
        found.push((
            to,
            Ahead {
                at,
                rule: rule.code.clone(),
                name: rule.name.clone(),
                to: Vec::new(),
                channels: step.channels.iter().copied().collect(),
                text: said.text,
                idle,
            },
        ));
    }
    let names: HashMap<PersonId, PersonRef> =
        org::person_refs(tx, everybody).await?.into_iter().map(|person| (person.id, person)).collect();
    Ok(found.into_iter().map(|(to, ahead)| Ahead { to: to.iter().filter_map(|id| names.get(id).cloned()).collect(), ..ahead }).collect())
}

async fn past(tx: &mut Tx, watch: &mut Watch, rows: Vec<OccurrenceRow>) -> Outcome<Vec<Occasion>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut steps: HashMap<_, Vec<Past>> = HashMap::new();
    for row in store::steps(tx, &ids).await? {
        let past = Past { due_at: row.due_at, taken_at: row.taken_at, outcome: row.outcome, people: row.people };
        steps.entry(row.occurrence_id).or_default().push(past);
    }
    let ackers = org::person_refs(tx, rows.iter().filter_map(|row| row.acked_by)).await?;
    let mut past = Vec::new();
    for row in rows.into_iter().rev() {
        let set = watch.set_of(tx, row.rule_version).await?;
        let name = set.rules.iter().find(|rule| rule.code == row.rule).map_or_else(|| row.rule.clone(), |rule| rule.name.clone());
        past.push(Occasion {
            id: row.id.0,
            steps: steps.remove(&row.id).unwrap_or_default(),
            name,
            rule: row.rule,
            rule_version: row.rule_version,
            began_at: row.began_at,
            ended_at: row.ended_at,
            reason: row.reason,
            acked_by: row.acked_by.and_then(|id| ackers.iter().find(|person| person.id == id).cloned()),
            acked_at: row.acked_at,
            acked_through: row.acked_through,
        });
    }
    Ok(past)
}
