//! The numbers of tasks: everybody may look, who keeps them may change them.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use db::Tx;
use jobs::{JobId, NewJob};
use kit::{Day, Moment};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use crate::{
    access::{KeepRules, Permitted, SignedIn},
    app::{Ctx, Fields, Outcome, Refusal, RuleSet as _},
    http::{Idem, Json, Problem, mutate},
    org::{self, PersonRef},
    rules,
    tasks::{Lamp, REPLAN, TaskRules, replan},
};

/// One version of the numbers.
#[derive(Debug, Serialize, ToSchema)]
struct TaskRulesVersion {
    version: i64,
    /// The first day on which it is in force.
    from_day: Day,
    rules: TaskRules,
    reason: String,
    by: Option<PersonRef>,
    at: Moment,
}

/// The numbers in force, those the program is delivered with, and how they came about.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskRulesView {
    /// The last version that was written, 0 where none was. To be sent with a change.
    version: i64,
    /// The version in force today, 0 for the defaults.
    in_force: i64,
    rules: TaskRules,
    defaults: TaskRules,
    /// Versions, the latest first; one that begins later is not in force yet.
    history: Vec<TaskRulesVersion>,
}

async fn shown(tx: &mut Tx, ctx: &Ctx) -> Outcome<TaskRulesView> {
    let rows = rules::history(tx, TaskRules::KIND, 50).await?;
    let people = org::person_refs(tx, rows.iter().filter_map(|row| row.made_by)).await?;
    let in_force = rules::in_force(tx, ctx.today()).await?.remove(TaskRules::KIND);
    let read = |body: &str| serde_json::from_str::<TaskRules>(body).map_err(Refusal::internal);
    let history = rows.into_iter().map(|row| {
        Ok(TaskRulesVersion {
            version: row.version,
            from_day: row.from_day,
            rules: read(&row.body)?,
            reason: row.reason,
            by: row.made_by.and_then(|id| people.iter().find(|person| person.id == id).cloned()),
            at: row.made_at,
        })
    });
    let history = history.collect::<Outcome<Vec<_>>>()?;
    Ok(TaskRulesView {
        version: history.first().map_or(0, |last| last.version),
        in_force: in_force.as_ref().map_or(0, |written| written.version),
        rules: in_force.map_or_else(|| Ok(TaskRules::default()), |written| read(&written.body))?,
        defaults: TaskRules::default(),
        history,
    })
}

/// Shows the numbers by which tasks warn, wait and are checked.
#[utoipa::path(get, path = "/task-rules", tag = "rules", operation_id = "task_rules", responses((status = 200, body = TaskRulesView)))]
pub(super) async fn show(me: Permitted<SignedIn>) -> Result<Json<TaskRulesView>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(shown(&mut tx, &me.ctx).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskRulesInput {
    /// Numbers that are left out are those of the defaults.
    rules: TaskRules,
    /// The first day on which they are in force; today when missing.
    from_day: Option<Day>,
    /// Why, 1 to 200 characters.
    reason: String,
    /// The version that was looked at.
    version: i64,
}

/// Writes the next version of the numbers. Open tasks are lit anew by a job, at once or on the day it begins.
#[utoipa::path(post, path = "/task-rules", tag = "rules", operation_id = "write_task_rules", request_body = TaskRulesInput,
    responses((status = 201, body = TaskRulesView)))]
pub(super) async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<TaskRulesInput>) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let reason = fields.text("reason", &input.reason, 200);
    fields.under("rules.");
    if let Err(refusal) = input.rules.check() {
        fields.absorb(refusal)?;
    }
    fields.finish()?;
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let from = input.from_day.unwrap_or(me.ctx.today());
        let words = say!("修改任务规则，自{from}起执行（{reason}）");
        rules::write(tx, &me.ctx, &input.rules, from, &reason, input.version, words).await?;
        let job = NewJob { kind: REPLAN, payload: json!({}), run_at: me.ctx.now(), dedupe: None };
        jobs::enqueue(tx, JobId::new(&me.ctx.rng, me.ctx.now()), job).await?;
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

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaskRulesTrial {
    rules: TaskRules,
}

/// How open tasks would be lit today.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaskRulesPreview {
    /// Open tasks that were looked at.
    tasks: i64,
    /// There are more; these are the ones that are due first.
    truncated: bool,
    /// By lamp, with the numbers in force.
    #[schema(value_type = BTreeMap<String, i64>)]
    now: BTreeMap<Lamp, i64>,
    /// By lamp, with the numbers on trial.
    #[schema(value_type = BTreeMap<String, i64>)]
    then: BTreeMap<Lamp, i64>,
    /// How many would show another lamp.
    changed: i64,
}

/// Tries numbers on the tasks that are open today. Changes nothing.
#[utoipa::path(post, path = "/task-rules/previews", tag = "rules", operation_id = "preview_task_rules", request_body = TaskRulesTrial,
    responses((status = 200, body = TaskRulesPreview)))]
pub(super) async fn preview(me: Permitted<KeepRules>, Json(input): Json<TaskRulesTrial>) -> Result<Json<TaskRulesPreview>, Problem> {
    let mut fields = Fields::default();
    fields.under("rules.");
    if let Err(refusal) = input.rules.check() {
        fields.absorb(refusal)?;
    }
    fields.finish()?;
    let mut tx = me.app.db.read().await?;
    let trial = replan::trial(&mut tx, &me.ctx, &input.rules).await?;
    let count = |lamps: Vec<Lamp>| {
        let mut counts = BTreeMap::new();
        for lamp in lamps {
            *counts.entry(lamp).or_insert(0) += 1;
        }
        counts
    };
    let changed = trial.lamps.iter().filter(|(now, then)| now != then).count();
    let (now, then): (Vec<_>, Vec<_>) = trial.lamps.into_iter().unzip();
    Ok(Json(TaskRulesPreview {
        tasks: i64::try_from(now.len()).unwrap_or(0),
        truncated: trial.truncated,
        changed: i64::try_from(changed).unwrap_or(0),
        now: count(now),
        then: count(then),
    }))
}
