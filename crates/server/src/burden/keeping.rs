//! The numbers of the burden: everybody may look, who keeps rules may change them.

use axum::{http::StatusCode, response::Response};
use db::Tx;
use kit::{Day, Moment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::say;

use super::rules::BurdenRules;
use crate::{
    access::{KeepRules, Permitted, SignedIn},
    app::{Ctx, Fields, Outcome},
    http::{Idem, Json, Problem, mutate},
    org::{self, PersonRef},
    rules,
};

/// One version of the numbers.
#[derive(Debug, Serialize, ToSchema)]
struct BurdenRulesVersion {
    version: i64,
    /// The first day on which it is in force.
    from_day: Day,
    rules: BurdenRules,
    reason: String,
    by: Option<PersonRef>,
    at: Moment,
}

/// The numbers in force, those the program is delivered with, and how they came about.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BurdenRulesView {
    /// The last version that was written, 0 where none was. To be sent with a change.
    version: i64,
    /// The version in force today, 0 for the defaults.
    in_force: i64,
    rules: BurdenRules,
    defaults: BurdenRules,
    /// Versions, the latest first; one that begins later is not in force yet.
    history: Vec<BurdenRulesVersion>,
}

async fn shown(tx: &mut Tx, ctx: &Ctx) -> Outcome<BurdenRulesView> {
    let kept = rules::kept::<BurdenRules>(tx, ctx.today()).await?;
    let people = org::person_refs(tx, kept.history.iter().filter_map(|(row, _)| row.made_by)).await?;
    let history = kept.history.into_iter().map(|(row, rules)| BurdenRulesVersion {
        version: row.version,
        from_day: row.from_day,
        rules,
        reason: row.reason,
        by: row.made_by.and_then(|id| people.iter().find(|person| person.id == id).cloned()),
        at: row.made_at,
    });
    let history = history.collect();
    Ok(BurdenRulesView { version: kept.version, in_force: kept.in_force, rules: kept.rules, defaults: BurdenRules::default(), history })
}

/// Shows how much may be asked of a person in a week, and from when on two tasks are alike.
#[utoipa::path(get, path = "/burden-rules", tag = "burden", operation_id = "burden_rules", responses((status = 200, body = BurdenRulesView)))]
pub(super) async fn show(me: Permitted<SignedIn>) -> Result<Json<BurdenRulesView>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(shown(&mut tx, &me.ctx).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BurdenRulesInput {
    rules: BurdenRules,
    /// The first day on which they are in force; today when missing.
    from_day: Option<Day>,
    /// Why, 1 to 200 characters.
    reason: String,
    /// The version that was looked at.
    version: i64,
}

/// Writes the next version of the numbers.
#[utoipa::path(post, path = "/burden-rules", tag = "burden", operation_id = "write_burden_rules", request_body = BurdenRulesInput,
    responses((status = 201, body = BurdenRulesView)))]
pub(super) async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<BurdenRulesInput>) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let reason = fields.text("reason", &input.reason, 200);
    fields.under("rules.");
    if let Err(refusal) = input.rules.check() {
        fields.absorb(refusal)?;
    }
    fields.finish()?;
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let from = input.from_day.unwrap_or(me.ctx.today());
        let words = say!("修改减负规则，自{from}起执行（{reason}）");
        rules::write(tx, &me.ctx, &input.rules, from, &reason, input.version, words).await?;
        shown(tx, &me.ctx).await
    });
    match done.await {
        Err(problem) if problem.is_late() => {
            let mut tx = me.app.db.read().await?;
            Err(problem.with_current(serde_json::to_value(shown(&mut tx, &me.ctx).await?).unwrap_or_default()))
        }
        other => other,
    }
}
