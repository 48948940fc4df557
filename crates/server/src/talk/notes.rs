//! 点评: a leader's stars and words on a task, a report or a unit.

use std::collections::HashMap;

use db::Tx;
use kit::uuid::Uuid;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    model::{Note, NoteId, Stars},
    store::{self, NoteRow},
};
use crate::{
    access::{Principal, Role},
    app::{Ctx, Fields, Outcome, Refusal},
    audit, events, notify,
    org::{self, PersonId, PersonRef, PostKind, UnitId, UnitRef},
    tasks::{self, Case, PartyRow, ReportId, Step, TaskId},
};

/// Words that are given with as few stars as this have to say why.
const NEEDS_WORDS: i64 = 2;

/// So many of a task are shown, the newest.
const SHOWN: i64 = 200;

/// The kind of message those addressed get; who has read it is asked by this.
const TOLD: &str = "task.rated";

/// The name of [`UnitRated`].
pub const UNIT_RATED: &str = "talk.unit_rated";

/// A leader has given or corrected a note on a unit.
#[derive(Debug, Serialize, Deserialize)]
pub struct UnitRated {
    /// Which note.
    pub note: NoteId,
}

impl events::Event for UnitRated {
    fn name(&self) -> &'static str {
        UNIT_RATED
    }
}

/// A leader's note.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteInput {
    /// One to five.
    pub stars: i64,
    /// At most 1,000 characters; needed with one or two stars.
    pub text: Option<String>,
    /// The report it is about; the task as a whole when missing.
    #[serde(default)]
    pub report_id: Option<ReportId>,
}

impl NoteInput {
    fn check(&self) -> Outcome<Option<String>> {
        let mut fields = Fields::default();
        if !(1..=5).contains(&self.stars) {
            fields.add("stars", "请选择 1 至 5 星");
        }
        let text = fields.optional_text("text", self.text.as_deref(), 1000);
        if self.stars <= NEEDS_WORDS && text.is_none() {
            fields.add("text", "给 1 至 2 星时请写明原因");
        }
        fields.finish()?;
        Ok(text)
    }
}

/// Whether the person may rate a task of these parties: a leader, and not one who does the work in person. A leader whose unit
/// has the task may.
pub(super) fn may_rate(case: &Case, who: &Principal) -> bool {
    who.is(Role::Leader)
        && case.task.dispatched_at.is_some()
        && case.parties.iter().all(|party| !(party.role.works() && party.person_id.is_some_and(|person| who.acts_as(person))))
}

fn may_rate_unit(unit: UnitId, who: &Principal) -> bool {
    who.is(Role::Leader) && (who.scope.sees_everything() || who.scope.units().contains(&unit)) && !who.acts_for(unit)
}

/// Gives a note on a task or on one of its reports; answers its id.
pub async fn rate(tx: &mut Tx, ctx: &Ctx, task: TaskId, input: &NoteInput) -> Outcome<NoteId> {
    let case = Case::open(tx, ctx, task, None).await?;
    if !may_rate(&case, &ctx.actor) {
        return Err(not_allowed(&case, &ctx.actor));
    }
    if let Some(report) = input.report_id {
        match tasks::report_of(tx, report).await? {
            Some((of, _, by)) if of == task => {
                if by == ctx.actor.person {
                    return Err(own());
                }
            }
            _ => return Err(Refusal::field("report_id", "没有这次上报")),
        }
    }
    let text = input.check()?;
    let note = NoteRow {
        task_id: Some(task),
        report_id: input.report_id,
        subject_id: input.report_id.map_or(task.0, |report| report.0),
        ..fresh(ctx, input.stars, text)
    };
    put(tx, &note).await?;
    let words = match (input.report_id, &note.text) {
        (None, None) => say!("点评 {stars} 星", stars = note.stars),
        (None, Some(text)) => say!("点评 {stars} 星：{text}", stars = note.stars),
        (Some(_), None) => say!("点评上报 {stars} 星", stars = note.stars),
        (Some(_), Some(text)) => say!("点评上报 {stars} 星：{text}", stars = note.stars),
    };
    let data = json!({ "note": note.id, "report": note.report_id, "stars": note.stars, "text": note.text });
    tasks::note(tx, ctx, &case.task, Step::new("rated", words, data).about(note.id.0)).await?;
    Ok(note.id)
}

/// Gives a note on a unit; answers its id.
pub async fn rate_unit(tx: &mut Tx, ctx: &Ctx, unit: UnitId, input: &NoteInput) -> Outcome<NoteId> {
    let name = org::unit_refs(tx, [unit]).await?.pop().ok_or(Refusal::NotFound)?.name;
    if !may_rate_unit(unit, &ctx.actor) {
        return Err(Refusal::forbidden("只有分管这个单位的领导可以点评，且不能点评自己负责的单位。"));
    }
    if input.report_id.is_some() {
        return Err(Refusal::field("report_id", "点评单位时不能选择上报"));
    }
    let text = input.check()?;
    let note = NoteRow { unit_id: Some(unit), subject_id: unit.0, ..fresh(ctx, input.stars, text) };
    put(tx, &note).await?;
    let words = match &note.text {
        None => say!("点评{name} {stars} 星", stars = note.stars),
        Some(text) => say!("点评{name} {stars} 星：{text}", stars = note.stars),
    };
    let data = json!({ "note": note.id, "unit": unit, "stars": note.stars, "text": note.text });
    audit::record(tx, ctx, audit::Entry::organisation("unit_rated", words, data)).await?;
    events::publish(tx, ctx, &UnitRated { note: note.id }).await?;
    Ok(note.id)
}

/// Corrects one's own note on the day it was given.
pub async fn correct(tx: &mut Tx, ctx: &Ctx, id: NoteId, version: i64, input: &NoteInput) -> Outcome<NoteId> {
    let before = store::note(tx, id).await?.ok_or(Refusal::NotFound)?;
    let case = match before.task_id {
        Some(task) => Some(Case::open(tx, ctx, task, None).await?),
        None => None,
    };
    if before.person_id != ctx.actor.person {
        // On a unit: whoever may not read it does not learn that it is there.
        let reads = before.unit_id.is_none_or(|unit| may_read_unit(unit, &ctx.actor));
        return Err(if reads { Refusal::forbidden("只能修改自己的点评。") } else { Refusal::NotFound });
    }
    if before.day != ctx.today() {
        return Err(Refusal::conflict("too_late", "点评只能在当天修改，可以另写一条。"));
    }
    let allowed = match (&case, before.unit_id) {
        (Some(case), _) => may_rate(case, &ctx.actor),
        (None, unit) => unit.is_some_and(|unit| may_rate_unit(unit, &ctx.actor)),
    };
    if !allowed {
        return Err(Refusal::forbidden("您现在不能点评。"));
    }
    if input.report_id.is_some_and(|report| before.report_id != Some(report)) {
        return Err(Refusal::field("report_id", "不能改为点评另一次上报"));
    }
    let text = input.check()?;
    let now = NoteRow { stars: input.stars, text, corrected_at: Some(ctx.now()), ..before.clone() };
    if !store::correct_note(tx, &now, version).await? {
        return Err(Refusal::Stale);
    }
    let (was, is) = (before.stars, now.stars);
    let words = match &now.text {
        None => say!("修改点评：{was} 星改为 {is} 星"),
        Some(text) => say!("修改点评：{was} 星改为 {is} 星：{text}"),
    };
    let version_of = |note: &NoteRow| json!({ "stars": note.stars, "text": note.text });
    let data = json!({ "note": id, "unit": before.unit_id, "before": version_of(&before), "after": version_of(&now) });
    match case {
        Some(case) => tasks::note(tx, ctx, &case.task, Step::new("rating_corrected", words, data).about(id.0)).await?,
        None => {
            audit::record(tx, ctx, audit::Entry::organisation("unit_rating_corrected", words, data)).await?;
            events::publish(tx, ctx, &UnitRated { note: id }).await?;
        }
    }
    Ok(id)
}

fn fresh(ctx: &Ctx, stars: i64, text: Option<String>) -> NoteRow {
    NoteRow {
        id: NoteId::new(&ctx.rng, ctx.now()),
        subject_id: kit::NIL,
        task_id: None,
        report_id: None,
        unit_id: None,
        person_id: ctx.actor.person,
        at: ctx.now(),
        day: ctx.today(),
        stars,
        text,
        corrected_at: None,
        version: 1,
    }
}

async fn put(tx: &mut Tx, note: &NoteRow) -> Outcome<()> {
    if store::insert_note(tx, note).await? {
        return Ok(());
    }
    Err(Refusal::conflict("already", "您今天已经点评过，可以修改那一条。"))
}

fn own() -> Refusal {
    Refusal::forbidden("不能点评自己办理的工作。")
}

fn not_allowed(case: &Case, who: &Principal) -> Refusal {
    if !who.is(Role::Leader) {
        return Refusal::forbidden("只有管委领导可以点评。");
    }
    if case.task.dispatched_at.is_none() {
        return Refusal::conflict("not_now", "任务还没有交办，不能点评。");
    }
    own()
}

fn may_read_unit(unit: UnitId, who: &Principal) -> bool {
    who.scope.sees_everything() || who.scope.units().contains(&unit) || who.unit == Some(unit)
}

/// A task's notes, those on its reports too, newest first.
pub(super) async fn of_task(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<Vec<Note>> {
    let rows = store::notes_of_task(tx, task, SHOWN).await?;
    describe(tx, ctx, rows).await
}

/// A unit's notes, newest first, at most a hundred; none where the actor may not read them, and then `false`.
pub(super) async fn of_unit(tx: &mut Tx, ctx: &Ctx, unit: UnitId) -> Outcome<(Vec<Note>, bool)> {
    org::unit_refs(tx, [unit]).await?.pop().ok_or(Refusal::NotFound)?;
    if !may_read_unit(unit, &ctx.actor) {
        return Ok((Vec::new(), false));
    }
    let rows = store::notes_of_unit(tx, unit).await?;
    Ok((describe(tx, ctx, rows).await?, true))
}

/// Whether the actor may rate a unit.
pub(super) fn can_rate_unit(ctx: &Ctx, unit: UnitId) -> bool {
    may_rate_unit(unit, &ctx.actor)
}

/// One note, for whoever has just written it.
pub(super) async fn find(tx: &mut Tx, ctx: &Ctx, id: NoteId) -> Outcome<Note> {
    let row = store::note(tx, id).await?.ok_or(Refusal::NotFound)?;
    describe(tx, ctx, vec![row]).await?.pop().ok_or(Refusal::NotFound)
}

async fn describe(tx: &mut Tx, ctx: &Ctx, rows: Vec<NoteRow>) -> Outcome<Vec<Note>> {
    let who = &ctx.actor;
    let told = who.is(Role::Leader) || who.is(Role::Centre);
    let subjects: Vec<Uuid> = if told { rows.iter().map(|row| row.id.0).collect() } else { Vec::new() };
    let mut readers = notify::readers(tx, &subjects, TOLD).await?;
    let names: HashMap<PersonId, PersonRef> =
        org::person_refs(tx, rows.iter().map(|row| row.person_id)).await?.into_iter().map(|p| (p.id, p)).collect();
    let units: HashMap<UnitId, UnitRef> =
        org::unit_refs(tx, rows.iter().filter_map(|row| row.unit_id)).await?.into_iter().map(|u| (u.id, u)).collect();
    let today = ctx.today();
    let note = |row: NoteRow| Note {
        by: names.get(&row.person_id).cloned().unwrap_or(PersonRef { id: row.person_id, name: String::new() }),
        unit: row.unit_id.and_then(|unit| units.get(&unit).cloned()),
        may_correct: row.person_id == who.person && row.day == today,
        readers: told.then(|| readers.remove(&row.id.0).unwrap_or_default()),
        id: row.id,
        task_id: row.task_id,
        report_id: row.report_id,
        at: row.at,
        stars: row.stars,
        text: row.text,
        corrected_at: row.corrected_at,
        version: row.version,
    };
    Ok(rows.into_iter().map(note).collect())
}

/// Means of the stars on tasks, their reports included; tasks without any are missing. A leader counts once for each subject, with
/// the newest note.
pub async fn stars_of_tasks(tx: &mut Tx, tasks: &[TaskId]) -> Outcome<HashMap<TaskId, Stars>> {
    let rows = store::stars_of_tasks(tx, tasks).await?;
    Ok(rows.into_iter().filter_map(|(id, sum, n)| Some((id, Stars::of(sum, n)?))).collect())
}

/// The same of units, by what was said of the unit itself.
pub async fn stars_of_units(tx: &mut Tx, units: &[UnitId]) -> Outcome<HashMap<UnitId, Stars>> {
    let rows = store::stars_of_units(tx, units).await?;
    Ok(rows.into_iter().filter_map(|(id, sum, n)| Some((id, Stars::of(sum, n)?))).collect())
}

/// A note as messages tell of it.
#[derive(Clone, Debug)]
pub struct NoteWords {
    /// Which.
    pub id: NoteId,
    /// Who gave it.
    pub by: PersonRef,
    /// How many stars.
    pub stars: i64,
    /// Why.
    pub text: String,
    /// The unit, where it is about one.
    pub unit: Option<UnitRef>,
    /// Whose it is to read.
    pub to: Vec<PersonId>,
    /// Which version of it.
    pub version: i64,
}

/// What a note says, and to whom.
pub async fn note_words(tx: &mut Tx, ctx: &Ctx, id: NoteId) -> Outcome<Option<NoteWords>> {
    let Some(row) = store::note(tx, id).await? else { return Ok(None) };
    let Some(by) = org::person_refs(tx, [row.person_id]).await?.pop() else { return Ok(None) };
    let unit = match row.unit_id {
        Some(unit) => org::unit_refs(tx, [unit]).await?.pop(),
        None => None,
    };
    let to = addressed(tx, ctx, &row).await?;
    Ok(Some(NoteWords { id, by, stars: row.stars, text: row.text.unwrap_or_default(), unit, to, version: row.version }))
}

/// Whom a note is addressed to: the handlers, heads and liaisons of those who lead the task; of a report its reporter and whoever
/// stands for the reporter's unit; of a unit its heads.
async fn addressed(tx: &mut Tx, ctx: &Ctx, note: &NoteRow) -> Outcome<Vec<PersonId>> {
    let today = ctx.today();
    let mut to = Vec::new();
    if let Some(unit) = note.unit_id {
        to = org::role_holders_above(tx, unit, PostKind::Head, today).await?;
    }
    if let Some(task) = note.task_id {
        let case = Case::look(tx, ctx, task).await?;
        let report = match note.report_id {
            Some(report) => tasks::report_of(tx, report).await?,
            None => None,
        };
        to.extend(report.map(|(_, _, by)| by));
        let meant = |party: &&PartyRow| report.map_or_else(|| party.role.leads(), |(_, of, _)| party.id == of);
        for party in case.parties.iter().filter(meant) {
            to.extend(party.person_id);
            to.extend(org::role_holders_above(tx, party.unit_id, PostKind::Head, today).await?);
            to.extend(org::heads_and_liaisons(tx, party.unit_id, today).await?);
        }
    }
    to.retain(|person| *person != note.person_id);
    to.sort_unstable();
    to.dedup();
    Ok(to)
}
