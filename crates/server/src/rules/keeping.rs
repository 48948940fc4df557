//! Sets on the wire: how one is kept, who wrote what when, and the next version. Whose page that is, and what a set is called there, its
//! room says.

use axum::{http::StatusCode, response::Response};
use db::Tx;
use kit::{Day, Moment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::Words;

use super::{kept, write};
use crate::{
    access::{KeepRules, Permitted},
    app::{Ctx, Fields, Outcome, RuleSet},
    http::{Idem, Problem, mutate},
    org::{self, PersonRef},
};

/// One version of a set.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesVersion<R> {
    version: i64,
    /// The first day on which it is in force.
    from_day: Day,
    rules: R,
    reason: String,
    by: Option<PersonRef>,
    at: Moment,
}

/// What is in force, what the program is delivered with, and how it came about.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesView<R> {
    /// The last version that was written, 0 where none was. To be sent with a change.
    version: i64,
    /// The version in force today, 0 for the defaults.
    in_force: i64,
    rules: R,
    defaults: R,
    /// Versions, the latest first, at most fifty; one that begins later is not in force yet.
    history: Vec<RulesVersion<R>>,
}

impl<R> RulesView<R> {
    /// What is in force, and every version there is.
    pub fn all(&self) -> impl Iterator<Item = &R> {
        self.history.iter().map(|version| &version.rules).chain([&self.rules])
    }
}

/// How a set is kept today.
pub async fn shown<R: RuleSet>(tx: &mut Tx, ctx: &Ctx) -> Outcome<RulesView<R>> {
    let kept = kept::<R>(tx, ctx.today()).await?;
    let people = org::person_refs(tx, kept.history.iter().filter_map(|(row, _)| row.made_by)).await?;
    let history = kept.history.into_iter().map(|(row, rules)| RulesVersion {
        version: row.version,
        from_day: row.from_day,
        rules,
        reason: row.reason,
        by: row.made_by.and_then(|id| people.iter().find(|person| person.id == id).cloned()),
        at: row.made_at,
    });
    Ok(RulesView { version: kept.version, in_force: kept.in_force, rules: kept.rules, defaults: R::default(), history: history.collect() })
}

/// The next version of a set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulesInput<R> {
    /// Numbers that are left out are those of the defaults.
    pub rules: R,
    /// The first day on which they are in force; today when missing.
    pub from_day: Option<Day>,
    /// Why, 1 to 200 characters.
    pub reason: String,
    /// The version that was looked at.
    pub version: i64,
}

/// A next version in which nothing was found amiss.
#[derive(Debug)]
pub struct Checked<R> {
    set: R,
    from: Option<Day>,
    reason: String,
    since: i64,
}

/// Refuses a set as what it is within a request: `rules`.
pub fn refuse(found: Outcome<()>) -> Outcome<()> {
    let mut fields = Fields::default();
    under_rules(&mut fields, found)?;
    fields.finish()
}

fn under_rules(fields: &mut Fields, found: Outcome<()>) -> Outcome<()> {
    fields.under("rules.");
    found.or_else(|refusal| fields.absorb(refusal))
}

impl<R> RulesInput<R> {
    /// Refuses it for its reason, and for what its room found amiss with the set.
    pub fn checked(self, found: Outcome<()>) -> Outcome<Checked<R>> {
        let mut fields = Fields::default();
        let reason = fields.text("reason", &self.reason, 200);
        under_rules(&mut fields, found)?;
        fields.finish()?;
        Ok(Checked { set: self.rules, from: self.from_day, reason, since: self.version })
    }
}

/// Writes the next version and answers how the set is kept then. `words` say for the audit from which day on and why; `then` is what
/// follows in the same transaction. Whoever was not the first is answered with what the first wrote.
pub async fn keep<R: RuleSet + Serialize, V: Serialize>(
    me: &Permitted<KeepRules>,
    idem: &Idem,
    new: Checked<R>,
    words: impl FnOnce(Day, &str) -> Words,
    then: impl AsyncFnOnce(&mut Tx) -> Outcome<()>,
    show: impl AsyncFn(&mut Tx, &Ctx) -> Outcome<V>,
) -> Result<Response, Problem> {
    let done = mutate(&me.app, &me.ctx, idem, StatusCode::CREATED, async |tx| {
        let from = new.from.unwrap_or(me.ctx.today());
        write(tx, &me.ctx, &new.set, from, &new.reason, new.since, words(from, &new.reason)).await?;
        then(tx).await?;
        show(tx, &me.ctx).await
    });
    match done.await {
        Err(problem) if problem.is_late() => {
            let mut tx = me.app.db.read().await?;
            Err(problem.with_current(serde_json::to_value(show(&mut tx, &me.ctx).await?).unwrap_or_default()))
        }
        other => other,
    }
}

/// What follows where nothing does.
pub async fn nothing_else(_: &mut Tx) -> Outcome<()> {
    Ok(())
}
