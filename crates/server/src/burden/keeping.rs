//! The numbers of the burden: everybody may look, who keeps rules may change them.

use axum::response::Response;
use wording::say;

use super::rules::BurdenRules;
use crate::{
    access::{KeepRules, Permitted, SignedIn},
    http::{Idem, Json, Problem},
    rules::{self, RulesInput, RulesView},
};

/// Shows how much may be asked of a person in a week, and from when on two tasks are alike.
#[utoipa::path(get, path = "/burden-rules", tag = "burden", operation_id = "burden_rules", responses((status = 200, body = RulesView<BurdenRules>)))]
pub(super) async fn show(me: Permitted<SignedIn>) -> Result<Json<RulesView<BurdenRules>>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(rules::shown(&mut tx, &me.ctx).await?))
}

/// Writes the next version of the numbers.
#[utoipa::path(post, path = "/burden-rules", tag = "burden", operation_id = "write_burden_rules", request_body = RulesInput<BurdenRules>,
    responses((status = 201, body = RulesView<BurdenRules>)))]
pub(super) async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<RulesInput<BurdenRules>>) -> Result<Response, Problem> {
    let found = input.rules.check();
    let words = |from, reason: &str| say!("修改减负规则，自{from}起执行（{reason}）");
    rules::keep(&me, &idem, input.checked(found)?, words, rules::nothing_else, rules::shown::<BurdenRules>).await
}
