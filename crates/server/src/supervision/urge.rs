//! 督办: a person presses for a task, and gets an answer by a day.

use std::collections::HashMap;

use db::Tx;
use kit::Day;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    model::{Urge, UrgeId, Wanted},
    store::{self, NewUrge, UrgeRow},
};
use crate::{
    access::Role,
    app::{Ctx, Fields, Outcome, Refusal},
    files,
    org::{self, PersonId, PersonRef, UnitRef},
    tasks::{self, Case, PartyId, Step, TaskId},
};

/// Pressing for a task.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UrgeInput {
    /// What is said, at most 1,000 characters.
    pub text: String,
    /// By when an answer is expected; the next working day when missing.
    pub reply_due_day: Option<Day>,
    /// Which parties; the lead ones when missing.
    pub party_ids: Option<Vec<PartyId>>,
}

fn may_urge(case: &Case, ctx: &Ctx) -> bool {
    let who = &ctx.actor;
    case.task.state.is_open() && (who.is(Role::Leader) || who.is(Role::Centre) || tasks::is_issuer(&case.task, who))
}

/// Presses for a task; answers what was sent, one for each party.
pub async fn urge(tx: &mut Tx, ctx: &Ctx, task: TaskId, input: &UrgeInput) -> Outcome<Vec<Urge>> {
    let case = Case::open(tx, ctx, task, None).await?;
    if !case.task.state.is_open() {
        return Err(Refusal::conflict("not_now", say!("任务现为“{state}”，不需要督办。", state = case.task.state.words())));
    }
    if !may_urge(&case, ctx) {
        return Err(Refusal::forbidden("只有领导、运营中心和交办单位可以督办这项任务。"));
    }
    let today = ctx.today();
    let next = Day::new(ctx.calendar.add_workdays(today.date(), 1)).unwrap_or(today);
    let due = input.reply_due_day.unwrap_or(next);
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, 1000);
    if due < today {
        fields.add("reply_due_day", "不能早于今天");
    }
    if due > today.plus_days(90) {
        fields.add("reply_due_day", "不能晚于 90 天后");
    }
    let targets: Vec<_> = case
        .parties
        .iter()
        .filter(|party| input.party_ids.as_ref().map_or_else(|| party.role.leads(), |ids| ids.contains(&party.id)))
        .filter(|party| party.role.works())
        .collect();
    if targets.is_empty() {
        fields.add("party_ids", "请选择要督办的责任方");
    }
    fields.finish()?;
    for party in &targets {
        let id = UrgeId::new(&ctx.rng, ctx.now());
        let new = NewUrge { id, task, party: party.id, by: ctx.actor.person, at: ctx.now(), text: &text, reply_due_day: due };
        store::insert(tx, &new).await?;
        let words = say!("督办{unit}：{text}（{due}前回复）", unit = party.unit_name);
        let data = json!({ "urge": id, "party": party.id, "reply_due_day": due });
        tasks::note(tx, ctx, &case.task, Step::new("urged", words, data).about(id.0)).await?;
    }
    let rows = store::of_task(tx, task).await?.into_iter().take(targets.len()).collect();
    describe(tx, ctx, rows).await
}

/// Answers an urge, once; by the handler or whoever stands for the unit.
pub async fn reply(tx: &mut Tx, ctx: &Ctx, id: UrgeId, text: &str, file_ids: &[files::FileId]) -> Outcome<Urge> {
    let row = store::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    let case = Case::open(tx, ctx, row.task_id, None).await?;
    let party = case.parties.iter().find(|party| party.id == row.party_id).ok_or(Refusal::NotFound)?;
    if !tasks::is_doer(party, &ctx.actor) {
        return Err(Refusal::forbidden("这条督办不是发给您的。"));
    }
    let mut fields = Fields::default();
    let text = fields.text("text", text, 2000);
    fields.finish()?;
    if !store::answer(tx, id, &text, ctx.actor.person, ctx.now()).await? {
        return Err(Refusal::conflict("decided", "这条督办已经回复。"));
    }
    files::attach(tx, ctx, row.task_id.0, files::Owner::urge(id.0), file_ids).await?;
    let words = say!("{unit}回复督办：{text}", unit = party.unit_name);
    let data = json!({ "urge": id, "files": file_ids });
    tasks::note(tx, ctx, &case.task, Step::new("urge_replied", words, data).about(id.0)).await?;
    find(tx, ctx, id).await
}

/// One urge about a task the actor sees.
pub(super) async fn find(tx: &mut Tx, ctx: &Ctx, id: UrgeId) -> Outcome<Urge> {
    let row = store::find(tx, id).await?.ok_or(Refusal::NotFound)?;
    Case::look(tx, ctx, row.task_id).await?;
    describe(tx, ctx, vec![row]).await?.into_iter().next().ok_or(Refusal::NotFound)
}

/// A task's urges, newest first, and whether the actor may press.
pub async fn urges_of(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<(Vec<Urge>, bool)> {
    let case = Case::look(tx, ctx, task).await?;
    let rows = store::of_task(tx, task).await?;
    let may = may_urge(&case, ctx);
    Ok((describe(tx, ctx, rows).await?, may))
}

async fn describe(tx: &mut Tx, ctx: &Ctx, rows: Vec<UrgeRow>) -> Outcome<Vec<Urge>> {
    let people = rows.iter().flat_map(|row| [Some(row.person_id), row.replied_by]).flatten().collect::<Vec<_>>();
    let names: HashMap<PersonId, PersonRef> = org::person_refs(tx, people).await?.into_iter().map(|p| (p.id, p)).collect();
    let name = |id: PersonId| names.get(&id).cloned().unwrap_or(PersonRef { id, name: String::new() });
    let mut files = files::of_owners(tx, &rows.iter().map(|row| row.id.0).collect::<Vec<_>>()).await?;
    let today = ctx.today();
    let urge = |row: UrgeRow| Urge {
        to_unit: UnitRef { id: row.unit_id, name: row.unit_name, short_name: row.unit_short },
        to_person: row.handler_id.zip(row.handler_name).map(|(id, name)| PersonRef { id, name }),
        by: name(row.person_id),
        replied_by: row.replied_by.map(name),
        overdue: row.replied_at.is_none() && row.reply_due_day < today,
        may_reply: row.replied_at.is_none() && tasks::acts_as(row.unit_id, row.handler_id, &ctx.actor),
        files: files.remove(&row.id.0).unwrap_or_default(),
        id: row.id,
        task_id: row.task_id,
        task_title: row.task_title,
        task_number: row.task_number,
        party_id: row.party_id,
        at: row.at,
        text: row.text,
        reply_due_day: row.reply_due_day,
        reply: row.reply,
        replied_at: row.replied_at,
    };
    Ok(rows.into_iter().map(urge).collect())
}

/// A page of urges about tasks the actor sees, newest first; one more than `limit` where there are more.
pub(super) async fn list(tx: &mut Tx, ctx: &Ctx, wanted: &Wanted, limit: i64) -> Outcome<Vec<Urge>> {
    let rows = store::list(tx, &ctx.actor.scope, &ctx.actor, wanted, limit + 1).await?;
    describe(tx, ctx, rows).await
}

/// Urges that the actor owes an answer.
pub async fn owed_replies(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<Urge>> {
    let units = ctx.actor.stands_for.iter().copied();
    let rows = store::owed(tx, &ctx.actor.scope, ctx.actor.person, units).await?;
    describe(tx, ctx, rows).await
}

/// Whom an urge is addressed to and who pressed, for messages.
pub(super) async fn sides(tx: &mut Tx, id: UrgeId) -> Outcome<Option<(PartyId, PersonId, String, Option<String>)>> {
    Ok(store::find(tx, id).await?.map(|row| (row.party_id, row.person_id, row.text, row.reply)))
}
