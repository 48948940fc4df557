//! The numbers of tasks: everybody may look, who keeps them may change them.

use std::collections::BTreeMap;

use axum::response::Response;
use db::Tx;
use jobs::{JobId, NewJob};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use crate::{
    access::{KeepRules, Permitted, SignedIn},
    http::{Idem, Json, Problem},
    rules::{self, RulesInput, RulesView},
    tasks::{Lamp, REPLAN, TaskRules, replan},
};

/// Shows the numbers by which tasks warn, wait and are checked.
#[utoipa::path(get, path = "/task-rules", tag = "rules", operation_id = "task_rules", responses((status = 200, body = RulesView<TaskRules>)))]
pub(super) async fn show(me: Permitted<SignedIn>) -> Result<Json<RulesView<TaskRules>>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(rules::shown(&mut tx, &me.ctx).await?))
}

/// Writes the next version of the numbers. Open tasks are lit anew by a job, at once or on the day it begins.
#[utoipa::path(post, path = "/task-rules", tag = "rules", operation_id = "write_task_rules", request_body = RulesInput<TaskRules>,
    responses((status = 201, body = RulesView<TaskRules>)))]
pub(super) async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<RulesInput<TaskRules>>) -> Result<Response, Problem> {
    let found = input.rules.check();
    let words = |from, reason: &str| say!("修改任务规则，自{from}起执行（{reason}）");
    let lit_anew = async |tx: &mut Tx| {
        let job = NewJob { kind: REPLAN, payload: json!({}), run_at: me.ctx.now(), dedupe: None };
        jobs::enqueue(tx, JobId::new(&me.ctx.rng, me.ctx.now()), job).await?;
        Ok(())
    };
    rules::keep(&me, &idem, input.checked(found)?, words, lit_anew, rules::shown::<TaskRules>).await
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
    rules::refuse(input.rules.check())?;
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
