//! Waiting for somebody: who leads a task says for whom it waits, and whose turn it is stands on it until the wait ends.
//!
//! A wait moves no due day: whoever needs more time asks for it, with “waiting” as the class of the reason, and the time that
//! was waited stands beside the request (ADR 0013).

use db::Tx;
use kit::{Day, Moment};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    case::{Case, Step},
    model::{PartyId, PartyState, TaskId, WaitId},
    policy::{self, Action},
    store,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    org::PersonId,
};

/// So many waits of one task may be open.
const MOST: usize = 10;

/// Whom a task waits for, and what for: a party of the task, or whoever is named.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitInput {
    /// A party of the task.
    pub on_party_id: Option<PartyId>,
    /// Anybody else, such as a superior authority; at most 100 characters.
    pub on_name: Option<String>,
    /// What is waited for, at most 1,000 characters.
    pub text: String,
    /// By when it is expected.
    pub expected_day: Option<Day>,
}

/// A wait as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct WaitRow {
    pub id: WaitId,
    pub task_id: TaskId,
    pub party_id: PartyId,
    pub on_party_id: Option<PartyId>,
    pub on_name: Option<String>,
    /// The name of the unit that is waited for, where it is a party.
    pub on_unit: Option<String>,
    pub text: String,
    pub person_id: PersonId,
    pub at: Moment,
    pub expected_day: Option<Day>,
    pub ended_at: Option<Moment>,
    pub ended_by: Option<PersonId>,
    pub end_text: Option<String>,
}

impl WaitRow {
    /// Who is waited for.
    pub(super) fn on(&self) -> &str {
        self.on_unit.as_deref().or(self.on_name.as_deref()).unwrap_or_default()
    }

    /// Working days from its beginning to its end, or to today.
    pub(super) fn workdays(&self, ctx: &Ctx) -> i64 {
        let until = self.ended_at.map_or_else(|| ctx.today(), Moment::day);
        ctx.calendar.workdays_between(self.at.day().date(), until.date())
    }
}

/// Says that a task waits.
pub async fn wait(tx: &mut Tx, ctx: &Ctx, id: TaskId, input: &WaitInput) -> Outcome<WaitId> {
    let mut case = Case::open(tx, ctx, id, None).await?;
    case.require(ctx, Action::Wait)?;
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, 1000);
    let name = fields.optional_text("on_name", input.on_name.as_deref(), 100);
    if input.expected_day.is_some_and(|day| day < ctx.today()) {
        fields.add("expected_day", "不能早于今天");
    }
    let Some(mine) = case.mine(ctx).find(|party| party.role.leads()).map(|party| (party.id, party.unit_name.clone())) else {
        return Err(Refusal::NotFound);
    };
    let on = input.on_party_id.and_then(|on| case.parties.iter().find(|party| party.id == on));
    match (input.on_party_id, on, &name) {
        (None, _, None) | (Some(_), _, Some(_)) => fields.add("on_party_id", "请选择等待的责任方，或填写等待的单位"),
        (Some(_), None, _) => fields.add("on_party_id", "这一方不在这项任务中"),
        (Some(_), Some(party), _) if party.id == mine.0 || !party.role.works() => fields.add("on_party_id", "请选择其他责任方"),
        (Some(_), Some(party), _) if party.state == PartyState::Done => fields.add("on_party_id", "这一方已经完成配合"),
        _ => {}
    }
    if case.waits.len() >= MOST {
        fields.add("on_party_id", say!("同时最多等待 {MOST} 方"));
    }
    let again = |row: &&WaitRow| row.on_party_id == input.on_party_id && row.on_name == name;
    if let Some(row) = case.waits.iter().find(again) {
        fields.add("on_party_id", say!("已经在等待“{name}”", name = row.on()));
    }
    fields.finish()?;
    let row = WaitRow {
        id: WaitId::new(&ctx.rng, ctx.now()),
        task_id: id,
        party_id: mine.0,
        on_party_id: input.on_party_id,
        on_unit: on.map(|party| party.unit_name.clone()),
        on_name: name,
        text,
        person_id: ctx.actor.person,
        at: ctx.now(),
        expected_day: input.expected_day,
        ended_at: None,
        ended_by: None,
        end_text: None,
    };
    store::insert_wait(tx, &row).await?;
    let (unit, name, text) = (mine.1, row.on(), &row.text);
    let words = match row.expected_day {
        Some(day) => say!("{unit}等待{name}（预计{day}）：{text}"),
        None => say!("{unit}等待{name}：{text}"),
    };
    let data = json!({ "wait": row.id, "on_party": row.on_party_id, "on": name, "expected_day": row.expected_day });
    let wait = row.id;
    case.waits.insert(0, row);
    case.finish(tx, ctx, Step::new("waiting", words, data).about(wait.0)).await?;
    Ok(wait)
}

/// What was waited for has come, or is waited for no more. By whoever waits, whoever is waited for, or the issuer.
pub async fn end_wait(tx: &mut Tx, ctx: &Ctx, wait: WaitId, text: &str) -> Outcome<TaskId> {
    let id = store::wait(tx, wait).await?.ok_or(Refusal::NotFound)?.task_id;
    let mut case = Case::open(tx, ctx, id, None).await?;
    let Some(at) = case.waits.iter().position(|row| row.id == wait) else {
        return Err(Refusal::conflict("decided", "这次等待已经结束。"));
    };
    let row = case.waits.get(at).cloned().ok_or(Refusal::NotFound)?;
    if !may_end(&case, ctx, &row) {
        return Err(Refusal::forbidden("只有等待的一方、被等待的一方和交办方可以结束等待。"));
    }
    let mut fields = Fields::default();
    let text = fields.text("text", text, 2000);
    fields.finish()?;
    end(tx, ctx, &mut case, at, &text).await?;
    let by = case.parties.iter().find(|party| Some(party.id) == row.on_party_id && policy::is_doer(party, &ctx.actor));
    let (name, n) = (row.on(), row.workdays(ctx));
    let words = match by {
        Some(_) => say!("{name}答复：{text}（等待 {n} 个工作日）"),
        None => say!("结束等待{name}：{text}（等待 {n} 个工作日）"),
    };
    let data = json!({ "wait": wait, "workdays": n });
    case.finish(tx, ctx, Step::new("wait_ended", words, data).about(wait.0)).await?;
    Ok(id)
}

/// Whether the actor may say that a wait is over.
pub(super) fn may_end(case: &Case, ctx: &Ctx, row: &WaitRow) -> bool {
    let sides = [Some(row.party_id), row.on_party_id];
    let doer = case.parties.iter().any(|party| sides.contains(&Some(party.id)) && policy::is_doer(party, &ctx.actor));
    row.ended_at.is_none() && (doer || policy::is_issuer(&case.task, &ctx.actor))
}

async fn end(tx: &mut Tx, ctx: &Ctx, case: &mut Case, at: usize, text: &str) -> Outcome<()> {
    let row = case.waits.remove(at);
    Ok(store::end_wait(tx, row.id, ctx.now(), ctx.actor.person, text).await?)
}

/// The party has done its part or is let go: nobody waits for it any more.
pub(super) async fn answered(tx: &mut Tx, ctx: &Ctx, case: &mut Case, party: PartyId, text: &str) -> Outcome<()> {
    while let Some(at) = case.waits.iter().position(|row| row.on_party_id == Some(party)) {
        end(tx, ctx, case, at, text).await?;
    }
    Ok(())
}
