//! Numbers the house goes by, as data: sets in versions, each from a day on, never changed, only followed.
//!
//! A room declares its set as a type ([`crate::app::RuleSet`]), checks what is written and shows it; here the versions are
//! kept. Which one is in force is part of every verb's surroundings ([`crate::app::RuleBook`]).
//!
//! Table: `rule_version`. *Not here*: what a number means, and what has to be worked out anew when it changes (its room).

mod keeping;
mod store;

use db::Tx;
use kit::Day;
use serde_json::json;
use wording::Words;

pub use keeping::{RulesInput, RulesVersion, RulesView, keep, nothing_else, refuse, shown};
pub use store::{RuleVersion, in_force, versions, written};

use crate::{
    app::{Ctx, Outcome, Refusal, RuleSet},
    audit,
};

/// A set as it is kept.
#[derive(Debug)]
pub struct Kept<R> {
    /// The last version that was written, 0 where none was.
    pub version: i64,
    /// The version in force, 0 for the default.
    pub in_force: i64,
    /// What is in force.
    pub rules: R,
    /// Versions, the latest first, at most fifty.
    pub history: Vec<(RuleVersion, R)>,
}

/// How a set is kept, on a day.
pub async fn kept<R: RuleSet>(tx: &mut Tx, day: Day) -> Outcome<Kept<R>> {
    let read = |body: &str| serde_json::from_str::<R>(body).map_err(Refusal::internal);
    let rows = store::history(tx, R::KIND, 50).await?;
    let current = in_force(tx, day).await?.remove(R::KIND);
    let version = rows.first().map_or(0, |last| last.version);
    let history = rows.into_iter().map(|row| Ok((row.clone(), read(&row.body)?))).collect::<Outcome<Vec<_>>>()?;
    let in_force = current.as_ref().map_or(0, |written| written.version);
    let rules = current.map_or_else(|| Ok(R::default()), |written| read(&written.body))?;
    Ok(Kept { version, in_force, rules, history })
}

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
