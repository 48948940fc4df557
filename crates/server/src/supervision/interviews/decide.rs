//! What somebody makes of a suggestion.

use db::Tx;
use kit::{Day, Moment, id_types, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    store::{self, DecidedRow},
    suggest,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    audit,
    org::{self, PersonRef, UnitId, UnitRef},
};

id_types! {
    /// What was decided on a suggested talk.
    InterviewId,
}

text_enum! {
    /// What came of a suggestion.
    InterviewOutcome {
        Held = "held", "已约谈";
        Dismissed = "dismissed", "不约谈";
    }
}

/// A decision on a suggestion.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InterviewInput {
    /// Which unit.
    unit_id: UnitId,
    /// What came of it.
    outcome: InterviewOutcome,
    /// When the talk was; not after today.
    day: Option<Day>,
    /// Who had it, at most 100 characters.
    by_whom: Option<String>,
    /// What was said, or why there is no talk, at most 2,000 characters.
    note: String,
    /// The suggestion's version that was looked at.
    version: i64,
}

/// What was decided.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Interview {
    id: InterviewId,
    unit: UnitRef,
    /// As `2026Q1`.
    quarter: String,
    outcome: InterviewOutcome,
    /// When the talk was.
    day: Option<Day>,
    /// Who had it.
    by_whom: Option<String>,
    note: String,
    /// Why it was suggested, as it was then.
    basis: serde_json::Value,
    decided_by: PersonRef,
    decided_at: Moment,
}

/// How far back a talk may lie that is written down.
const BACK: i64 = 90;

/// Writes down that the talk was held, or that there is none. Nothing else follows from it.
pub(super) async fn decide(tx: &mut Tx, ctx: &Ctx, input: &InterviewInput) -> Outcome<()> {
    let mut fields = Fields::default();
    let note = fields.text("note", &input.note, 2000);
    let by_whom = fields.optional_text("by_whom", input.by_whom.as_deref(), 100);
    let today = ctx.today();
    let (day, by_whom) = match input.outcome {
        InterviewOutcome::Held => {
            match input.day {
                None => fields.add("day", "请选择约谈日期"),
                Some(day) if day > today => fields.add("day", "不能晚于今天"),
                Some(day) if day < today.plus_days(-BACK) => fields.add("day", say!("不能早于 {BACK} 天前")),
                Some(_) => {}
            }
            if by_whom.is_none() {
                fields.add("by_whom", "请填写约谈人");
            }
            (input.day, by_whom)
        }
        InterviewOutcome::Dismissed => (None, None),
    };
    fields.finish()?;
    // Two who decide at a time: the second learns of the first.
    tx.hold_names(vec![format!("interview:{}", input.unit_id)]).await?;
    let scope = &ctx.actor.scope;
    if !scope.sees_everything() && !scope.units().contains(&input.unit_id) {
        return Err(Refusal::NotFound);
    }
    let unit = org::unit_refs(tx, [input.unit_id]).await?.into_iter().next().ok_or(Refusal::NotFound)?;
    let (quarter, _) = suggest::quarter(today);
    let turns = store::of_quarter(tx, scope, &quarter).await?;
    let version = turns.iter().filter(|row| row.unit_id == unit.id).map(|row| row.turn).max().unwrap_or(0);
    if version != input.version {
        return Err(Refusal::Stale);
    }
    let suggestion = suggest::suggestions(tx, ctx).await?.into_iter().find(|one| one.unit.id == unit.id);
    let Some(suggestion) = suggestion else {
        return Err(Refusal::conflict("not_now", "这个单位现在没有约谈建议。"));
    };
    let basis = serde_json::to_string(&suggestion).map_err(Refusal::internal)?;
    let row = DecidedRow {
        id: InterviewId::new(&ctx.rng, ctx.now()),
        unit_id: unit.id,
        quarter,
        turn: version + 1,
        outcome: input.outcome,
        day,
        by_whom,
        note,
        basis,
        decided_by: ctx.actor.person,
        decided_at: ctx.now(),
    };
    store::insert(tx, &row).await?;
    let name = unit.name.as_str();
    let (action, words) = match row.day {
        Some(day) => ("interview_held", say!("记录对{name}的约谈（{day}，{who}）", who = row.by_whom.as_deref().unwrap_or_default())),
        None => ("interview_dismissed", say!("不约谈{name}：{note}", note = row.note)),
    };
    let data = json!({ "interview": row.id, "unit": row.unit_id, "quarter": row.quarter, "turn": row.turn, "outcome": row.outcome,
        "day": row.day, "by_whom": row.by_whom, "note": row.note, "basis": suggestion });
    audit::record(tx, ctx, audit::Entry::organisation(action, words, data)).await
}

/// The latest decisions on units the actor sees.
pub(super) async fn latest(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<Interview>> {
    let rows = store::latest(tx, &ctx.actor.scope, 100).await?;
    let units = org::unit_refs(tx, rows.iter().map(|row| row.unit_id)).await?;
    let people = org::person_refs(tx, rows.iter().map(|row| row.decided_by)).await?;
    let shown = |row: DecidedRow| {
        Some(Interview {
            unit: units.iter().find(|unit| unit.id == row.unit_id)?.clone(),
            decided_by: people.iter().find(|person| person.id == row.decided_by)?.clone(),
            basis: serde_json::from_str(&row.basis).unwrap_or_default(),
            id: row.id,
            quarter: row.quarter,
            outcome: row.outcome,
            day: row.day,
            by_whom: row.by_whom,
            note: row.note,
            decided_at: row.decided_at,
        })
    };
    Ok(rows.into_iter().filter_map(shown).collect())
}
