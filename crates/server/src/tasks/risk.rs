//! What may go wrong, said before it does. Whoever says it while the lamp is still well has said it early, which counts for
//! them (initiative, DOMAIN §6): the lamp of that moment is kept.

use db::Tx;
use kit::Moment;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    case::{Case, Step},
    lamp::{self, Lamp},
    model::{PartyId, RiskId, TaskId},
    policy::Action,
    store,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    files,
    org::{PersonId, UnitId},
};

/// So many risks of one task may wait for an answer.
const MOST: i64 = 20;

/// A risk.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskInput {
    /// What may go wrong and why, at most 2,000 characters.
    pub text: String,
    /// What would help, at most 1,000 characters.
    pub help: Option<String>,
    /// Files that show it.
    #[serde(default)]
    pub file_ids: Vec<files::FileId>,
}

/// A risk as it stands in the database.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct RiskRow {
    pub id: RiskId,
    pub task_id: TaskId,
    pub party_id: PartyId,
    pub person_id: PersonId,
    pub at: Moment,
    pub text: String,
    pub help: Option<String>,
    /// The lamp when it was said.
    pub lamp: Lamp,
    pub ended_at: Option<Moment>,
    pub ended_by: Option<PersonId>,
    pub end_text: Option<String>,
}

/// Of how many tasks a unit or those below it have said since then, while the lamp was still well, what may go wrong. Tasks are counted,
/// and not words: whoever says it twenty times has said it once.
pub async fn said_early_by_unit(tx: &mut Tx, unit: UnitId, since: Moment) -> Outcome<i64> {
    Ok(store::said_early_by_unit(tx, unit, since).await?)
}

/// The same of a person.
pub async fn said_early_by_person(tx: &mut Tx, person: PersonId, since: Moment) -> Outcome<i64> {
    Ok(store::said_early_by_person(tx, person, since).await?)
}

/// Says what may go wrong.
pub async fn raise(tx: &mut Tx, ctx: &Ctx, id: TaskId, input: &RiskInput) -> Outcome<RiskId> {
    let mut case = Case::open(tx, ctx, id, None).await?;
    case.require(ctx, Action::RaiseRisk)?;
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, 2000);
    let help = fields.optional_text("help", input.help.as_deref(), 1000);
    if case.task.open_risks >= MOST {
        fields.add("text", say!("还有 {MOST} 条风险没有回应，请先等待回应"));
    }
    fields.finish()?;
    let me = ctx.actor.person;
    let party = case
        .mine(ctx)
        .filter(|party| party.role.works())
        .min_by_key(|party| (party.person_id != Some(me), !party.role.leads(), party.position))
        .map(|party| (party.id, party.unit_name.clone()));
    let Some((party, unit)) = party else { return Err(Refusal::NotFound) };
    let lamp = lamp::on(&case.task, &ctx.calendar, ctx.today()).lamp;
    let id_of_risk = RiskId::new(&ctx.rng, ctx.now());
    let row = RiskRow {
        id: id_of_risk,
        task_id: id,
        party_id: party,
        person_id: me,
        at: ctx.now(),
        text,
        help,
        lamp,
        ended_at: None,
        ended_by: None,
        end_text: None,
    };
    store::insert_risk(tx, &row).await?;
    files::attach(tx, ctx, id.0, files::Owner::risk(row.id.0), &input.file_ids).await?;
    case.task.open_risks += 1;
    let text = &row.text;
    let words = match &row.help {
        Some(help) => say!("{unit}提示风险：{text}（需要：{help}）"),
        None => say!("{unit}提示风险：{text}"),
    };
    let data = json!({ "risk": row.id, "party": party, "lamp": lamp, "files": input.file_ids });
    case.finish(tx, ctx, Step::new("risk_raised", words, data).about(row.id.0)).await?;
    Ok(id_of_risk)
}

/// Answers a risk: by the issuer or a leader; or it has passed, as whoever raised it says.
pub async fn answer(tx: &mut Tx, ctx: &Ctx, risk: RiskId, text: &str) -> Outcome<TaskId> {
    let id = store::risk(tx, risk).await?.ok_or(Refusal::NotFound)?.task_id;
    let mut case = Case::open(tx, ctx, id, None).await?;
    // Read again: the tree is held now.
    let row = store::risk(tx, risk).await?.ok_or(Refusal::NotFound)?;
    if row.ended_at.is_some() {
        return Err(Refusal::conflict("decided", "这条风险已经回应。"));
    }
    let own = ctx.actor.acts_as(row.person_id);
    if !own {
        case.require(ctx, Action::AnswerRisk)?;
    }
    let mut fields = Fields::default();
    let text = fields.text("text", text, 2000);
    fields.finish()?;
    store::end_risk(tx, risk, ctx.now(), ctx.actor.person, &text).await?;
    case.task.open_risks = (case.task.open_risks - 1).max(0);
    let words = if own { say!("解除风险：{text}") } else { say!("回应风险：{text}") };
    case.finish(tx, ctx, Step::new("risk_answered", words, json!({ "risk": risk })).about(risk.0)).await?;
    Ok(id)
}
