//! Series as people see them: rows of a list, and one with what comes next and why.

use std::collections::BTreeMap;

use db::Tx;
use kit::{Day, Moment};
use serde::Serialize;
use utoipa::ToSchema;
use wording::Words;

use super::{
    super::{
        model::TaskId,
        pattern::{self, LaidTask},
        store,
        templates::TemplateId,
        view::{self, TaskRow},
    },
    OccurrenceState, Series, SeriesId, SeriesMode, SeriesState,
    plan::{HORIZON, Time},
    rule::{RecurrenceView, SeriesDue, title_of},
};
use crate::{
    app::{Ctx, Outcome},
    audit,
    org::{self, PersonId, PersonRef},
};

/// So many times ahead are shown.
const AHEAD: usize = 12;
/// So many that have come out, or were to, are shown.
const PAST: usize = 24;
/// So many events of its own chain are shown.
const EVENTS: usize = 60;

/// A series in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct SeriesLine {
    id: SeriesId,
    name: String,
    state: SeriesState,
    /// Why it does not go on.
    reason: Option<String>,
    /// How often, for people.
    sentence: Words,
    /// The title of its tasks, with places for the period.
    title: String,
    mode: SeriesMode,
    /// In whose name its tasks are set.
    keeper: PersonRef,
    unit_name: Option<String>,
    /// What comes next.
    next: Option<SeriesTime>,
    /// How many have come out.
    out: i64,
    /// How many could not.
    stuck: i64,
    /// The last day on which one may fall.
    until: Option<Day>,
    /// How many there are at most.
    times: Option<i64>,
    created_at: Moment,
    /// The asker may change it.
    may_change: bool,
    /// Counts changes.
    version: i64,
}

/// One time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct SeriesTime {
    /// The period's stable name.
    period: String,
    /// The period, for people.
    words: Words,
    state: OccurrenceState,
    title: String,
    /// When it begins.
    day: Day,
    /// When it is due.
    due_day: Day,
    /// When it is made.
    out_day: Day,
    /// How its day came about, where it is not simply the one the rule names.
    why: Vec<Words>,
    /// How its due day came about.
    due_why: Vec<Words>,
    /// Why it was changed or skipped, or could not come out.
    reason: Option<Words>,
    /// Working days it came out late.
    late_days: i64,
    /// What came out, where the asker sees it.
    task: Option<TaskRow>,
}

/// What happened to the series itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct SeriesEvent {
    at: Moment,
    /// Nobody where the system did it.
    by: Option<PersonRef>,
    sentence: Words,
}

/// A series with what it makes, what comes next, and what has been.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct SeriesDetail {
    #[serde(flatten)]
    line: SeriesLine,
    rule: RecurrenceView,
    due: SeriesDue,
    ahead: i64,
    /// The template it was taken from; that one may have been changed since, which changes nothing here.
    template_id: Option<TemplateId>,
    /// That template has a newer version.
    template_changed: bool,
    /// What the next one makes, with its days.
    makes: Vec<LaidTask>,
    /// What comes next, at most twelve.
    upcoming: Vec<SeriesTime>,
    /// What has come out or was skipped, the newest first.
    past: Vec<SeriesTime>,
    /// What happened, the newest first.
    history: Vec<SeriesEvent>,
}

/// What a series would be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct SeriesPreview {
    rule: RecurrenceView,
    /// What the first one makes, with its days.
    makes: Vec<LaidTask>,
    /// What comes next, at most twelve.
    upcoming: Vec<SeriesTime>,
}

/// Of which series a task is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::tasks) struct TaskSeries {
    id: SeriesId,
    name: String,
    /// The period's stable name.
    period: String,
}

fn shown(time: &Time<'_>, task: Option<TaskRow>) -> SeriesTime {
    let row = time.row;
    let title = row.and_then(|row| row.title.clone()).unwrap_or_else(|| title_of(&time.rule.pattern.title, &time.one));
    SeriesTime {
        words: time.one.words(),
        state: time.state(),
        title: task.as_ref().map_or(title, |task| task.title.clone()),
        day: time.day,
        due_day: task.as_ref().and_then(|task| task.due_day).unwrap_or(time.due),
        out_day: time.out_on,
        why: time.why.clone(),
        due_why: time.due_why.clone(),
        reason: row.and_then(|row| row.reason.clone()),
        late_days: row.map_or(0, |row| row.late_days),
        period: time.period.clone(),
        task,
    }
}

fn upcoming(ctx: &Ctx, series: &Series) -> Vec<SeriesTime> {
    if series.row.state == SeriesState::Ended {
        return Vec::new();
    }
    let today = ctx.today();
    // What was skipped stays in sight until its day has passed, so that it can be taken back.
    let shows = |time: &Time<'_>| time.is_ahead() || (time.state() == OccurrenceState::Skipped && time.day >= today);
    series.all(ctx).filter(shows).take(AHEAD).map(|time| shown(&time, None)).collect()
}

fn line(ctx: &Ctx, series: &Series) -> Outcome<SeriesLine> {
    let (row, rule) = (&series.row, series.newest()?);
    let count = |state: OccurrenceState| i64::try_from(series.occurrences.iter().filter(|one| one.state == state).count()).unwrap_or(0);
    let next = if row.state == SeriesState::Ended { None } else { series.all(ctx).find(Time::is_ahead).map(|time| shown(&time, None)) };
    Ok(SeriesLine {
        next,
        out: count(OccurrenceState::Out),
        stuck: count(OccurrenceState::Stuck),
        may_change: series.may_change(ctx),
        id: row.id,
        name: row.name.clone(),
        state: row.state,
        reason: row.reason.clone(),
        sentence: rule.recurrence.words(),
        title: rule.pattern.title.clone(),
        mode: rule.mode,
        keeper: PersonRef { id: row.person_id, name: row.person_name.clone() },
        unit_name: row.unit_name.clone(),
        until: row.until_day,
        times: row.times,
        created_at: row.created_at,
        version: row.version,
    })
}

/// The series the actor sees.
pub(in crate::tasks) async fn list(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<SeriesLine>> {
    let mut out = Vec::new();
    for row in store::series(tx, &ctx.actor.scope, ctx.actor.person, None).await? {
        let series = Series::load(tx, row).await?;
        out.push(line(ctx, &series)?);
    }
    Ok(out)
}

/// What the next one makes.
async fn makes(tx: &mut Tx, ctx: &Ctx, series: &Series) -> Outcome<Vec<LaidTask>> {
    let next = series.all(ctx).find(Time::is_ahead);
    let mut pattern = match &next {
        Some(time) => time.rule.pattern.clone(),
        None => series.newest()?.pattern.clone(),
    };
    let (start, due) = match &next {
        Some(time) => {
            pattern.each_mut(&mut |_, node| node.title = title_of(&node.title, &time.one));
            if let Some(title) = time.row.and_then(|row| row.title.clone()) {
                pattern.title = title;
            }
            let due = super::super::due::Due { day: Some(time.due), explanation: time.due_why.clone(), ..Default::default() };
            (time.day, Some(due))
        }
        None => (ctx.today(), None),
    };
    let laid = pattern::lay_out(ctx, &pattern, start, due.as_ref());
    pattern::shown(tx, &laid).await
}

/// What a series that is written nowhere would make.
pub(super) async fn preview(tx: &mut Tx, ctx: &Ctx, series: &Series) -> Outcome<SeriesPreview> {
    let rule = RecurrenceView::of(series.newest()?.recurrence);
    Ok(SeriesPreview { rule, makes: makes(tx, ctx, series).await?, upcoming: upcoming(ctx, series) })
}

/// One series.
pub(in crate::tasks) async fn detail(tx: &mut Tx, ctx: &Ctx, id: SeriesId) -> Outcome<SeriesDetail> {
    let series = Series::look(tx, ctx, id).await?;
    let rule = series.newest()?;
    let today = ctx.today();
    let mut past: Vec<Time<'_>> = series
        .times(ctx, today.plus_days(HORIZON))
        .filter(|time| time.state() == OccurrenceState::Out || (time.state() == OccurrenceState::Skipped && time.day < today))
        .collect();
    past.reverse();
    past.truncate(PAST);
    let ids: Vec<TaskId> = past.iter().filter_map(|time| time.row.and_then(|row| row.task_id)).collect();
    let tasks: BTreeMap<TaskId, TaskRow> = view::rows_of(tx, ctx, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let past = past.iter().map(|time| shown(time, time.row.and_then(|row| row.task_id).and_then(|id| tasks.get(&id).cloned()))).collect();
    let mut events = audit::whole_stream(tx, id.0).await?;
    events.reverse();
    events.truncate(EVENTS);
    let persons: Vec<PersonId> = events.iter().filter_map(|event| event.actor_id).map(PersonId).collect();
    let names: BTreeMap<PersonId, PersonRef> = org::person_refs(tx, persons).await?.into_iter().map(|one| (one.id, one)).collect();
    let history = events
        .into_iter()
        .map(|event| SeriesEvent {
            at: event.at,
            by: event.actor_id.and_then(|id| names.get(&PersonId(id)).cloned()),
            sentence: event.words,
        })
        .collect();
    let newer = match rule.template {
        Some((template, version)) => store::template_version(tx, template).await?.is_some_and(|now| now > version),
        None => false,
    };
    Ok(SeriesDetail {
        line: line(ctx, &series)?,
        rule: RecurrenceView::of(rule.recurrence),
        due: rule.due,
        ahead: rule.ahead,
        template_id: rule.template.map(|(id, _)| id),
        template_changed: newer,
        makes: makes(tx, ctx, &series).await?,
        upcoming: upcoming(ctx, &series),
        past,
        history,
    })
}

/// Of which series a task is; the name is the series', and no secret of whoever sees the task.
pub(in crate::tasks) async fn of_task(tx: &mut Tx, task: TaskId) -> Outcome<Option<TaskSeries>> {
    Ok(store::series_of(tx, task).await?.map(|(id, name, period)| TaskSeries { id, name, period }))
}
