//! The numbers that deliveries keep to: everybody who watches may look, who keeps rules may change them.

use axum::response::Response;
use wording::say;

use super::rules::DeliveryRules;
use crate::{
    access::{KeepRules, Permitted, WatchSystem},
    http::{Idem, Json, Problem},
    rules::{self, RulesInput, RulesView},
};

/// Shows when messages may leave, how many, and what they cost.
#[utoipa::path(get, path = "/delivery-rules", tag = "notify", operation_id = "delivery_rules", responses((status = 200, body = RulesView<DeliveryRules>)))]
pub(super) async fn show(me: Permitted<WatchSystem>) -> Result<Json<RulesView<DeliveryRules>>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(rules::shown(&mut tx, &me.ctx).await?))
}

/// Writes the next version of the numbers.
#[utoipa::path(post, path = "/delivery-rules", tag = "notify", operation_id = "write_delivery_rules", request_body = RulesInput<DeliveryRules>,
    responses((status = 201, body = RulesView<DeliveryRules>)))]
pub(super) async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<RulesInput<DeliveryRules>>) -> Result<Response, Problem> {
    let found = input.rules.check();
    let words = |from, reason: &str| say!("修改发送规则，自{from}起执行（{reason}）");
    rules::keep(&me, &idem, input.checked(found)?, words, rules::nothing_else, rules::shown::<DeliveryRules>).await
}
