//! Numbers the house goes by, as data: sets in versions, each from a day on, never changed, only followed.
//!
//! A room declares its set as a type ([`crate::app::RuleSet`]), checks what is written and shows it; here the versions are
//! kept. Which one is in force is part of every verb's surroundings ([`crate::app::RuleBook`]).
//!
//! Table: `rule_version`. *Not here*: what a number means, and what has to be worked out anew when it changes (its room).

mod store;

use db::Tx;
use kit::Day;
use serde_json::json;
use wording::Words;

pub use store::{RuleVersion, history, in_force, versions};

use crate::{
    app::{Ctx, Outcome, Refusal, RuleSet},
    audit,
};

/// Writes the next version of a set, in force from a day on that is not past. `since` is the version its author looked at:
/// somebody else's change in between is not overwritten.
pub async fn write<R: RuleSet + serde::Serialize>(
    tx: &mut Tx,
    ctx: &Ctx,
    set: &R,
    from: Day,
    reason: &str,
    since: i64,
    words: Words,
) -> Outcome<i64> {
    if from < ctx.today() {
        return Err(Refusal::field("from_day", "不能早于今天"));
    }
    if store::latest(tx, R::KIND).await? != since {
        return Err(Refusal::Stale);
    }
    let body = serde_json::to_string(set).map_err(Refusal::internal)?;
    let version = store::next(tx).await?;
    store::insert(tx, version, R::KIND, from, &body, reason, ctx.actor.person, ctx.now()).await?;
    let data = json!({ "kind": R::KIND, "version": version, "from_day": from, "body": body, "reason": reason });
    audit::record(tx, ctx, audit::Entry::organisation("rules_changed", words, data)).await?;
    Ok(version)
}
