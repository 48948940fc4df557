//! The numbers orders go by: everybody may look, who keeps rules may change them.

use axum::{http::StatusCode, response::Response};
use db::Tx;
use kit::{Day, Moment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::say;

use super::rules::OrderRules;
use crate::{
    access::{KeepRules, Permitted, SignedIn},
    app::{Ctx, Fields, Outcome},
    http::{Idem, Json, Problem, mutate},
    org::{self, PersonRef},
    rules,
};

/// One version of the numbers.
#[derive(Debug, Serialize, ToSchema)]
struct OrderRulesVersion {
    version: i64,
    /// The first day on which it is in force.
    from_day: Day,
    rules: OrderRules,
    reason: String,
    by: Option<PersonRef>,
    at: Moment,
}

/// The numbers in force, those the program is delivered with, and how they came about.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderRulesView {
    /// The last version that was written, 0 where none was. To be sent with a change.
    version: i64,
    /// The version in force today, 0 for the defaults.
    in_force: i64,
    rules: OrderRules,
    defaults: OrderRules,
    /// Versions, the latest first; one that begins later is not in force yet.
    history: Vec<OrderRulesVersion>,
}

async fn shown(tx: &mut Tx, ctx: &Ctx) -> Outcome<OrderRulesView> {
    let kept = rules::kept::<OrderRules>(tx, ctx.today()).await?;
    let people = org::person_refs(tx, kept.history.iter().filter_map(|(row, _)| row.made_by)).await?;
    let history = kept.history.into_iter().map(|(row, rules)| OrderRulesVersion {
        version: row.version,
        from_day: row.from_day,
        rules,
        reason: row.reason,
        by: row.made_by.and_then(|id| people.iter().find(|person| person.id == id).cloned()),
        at: row.made_at,
    });
    let history = history.collect();
    Ok(OrderRulesView { version: kept.version, in_force: kept.in_force, rules: kept.rules, defaults: OrderRules::default(), history })
}

/// Shows by when urges and orders are answered, how orders are numbered, and when a talk is suggested.
#[utoipa::path(get, path = "/order-rules", tag = "supervision", operation_id = "order_rules", responses((status = 200, body = OrderRulesView)))]
pub(super) async fn show(me: Permitted<SignedIn>) -> Result<Json<OrderRulesView>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(shown(&mut tx, &me.ctx).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderRulesInput {
    /// Numbers that are left out are those of the defaults.
    rules: OrderRules,
    /// The first day on which they are in force; today when missing.
    from_day: Option<Day>,
    /// Why, 1 to 200 characters.
    reason: String,
    /// The version that was looked at.
    version: i64,
}

/// Writes the next version of the numbers. Orders that are out keep their day.
#[utoipa::path(post, path = "/order-rules", tag = "supervision", operation_id = "write_order_rules", request_body = OrderRulesInput,
    responses((status = 201, body = OrderRulesView)))]
pub(super) async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<OrderRulesInput>) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let reason = fields.text("reason", &input.reason, 200);
    fields.under("rules.");
    if let Err(refusal) = input.rules.check() {
        fields.absorb(refusal)?;
    }
    fields.finish()?;
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let from = input.from_day.unwrap_or(me.ctx.today());
        let words = say!("修改督办单规则，自{from}起执行（{reason}）");
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
