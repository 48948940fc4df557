//! The numbers orders go by: everybody may look, who keeps rules may change them.

use axum::response::Response;
use wording::say;

use super::rules::OrderRules;
use crate::{
    access::{KeepRules, Permitted, SignedIn},
    http::{Idem, Json, Problem},
    rules::{self, RulesInput, RulesView},
};

/// Shows by when urges and orders are answered, how orders are numbered, and when a talk is suggested.
#[utoipa::path(get, path = "/order-rules", tag = "supervision", operation_id = "order_rules", responses((status = 200, body = RulesView<OrderRules>)))]
pub(super) async fn show(me: Permitted<SignedIn>) -> Result<Json<RulesView<OrderRules>>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(rules::shown(&mut tx, &me.ctx).await?))
}

/// Writes the next version of the numbers. Orders that are out keep their day.
#[utoipa::path(post, path = "/order-rules", tag = "supervision", operation_id = "write_order_rules", request_body = RulesInput<OrderRules>,
    responses((status = 201, body = RulesView<OrderRules>)))]
pub(super) async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<RulesInput<OrderRules>>) -> Result<Response, Problem> {
    let found = input.rules.check();
    let words = |from, reason: &str| say!("修改督办单规则，自{from}起执行（{reason}）");
    rules::keep(&me, &idem, input.checked(found)?, words, rules::nothing_else, rules::shown::<OrderRules>).await
}
