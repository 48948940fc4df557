use std::collections::BTreeSet;

use axum::{http::StatusCode, response::Response};
use db::Tx;
use kit::{Day, Moment, uuid::Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use wording::say;

use super::{
    ahead::{self, TaskReminders},
    rule::{LookoutRules, Rule},
    store,
    trial::{self, Trial},
    watch,
};
use crate::{
    access::{KeepRules, Permitted, SignedIn, WatchSystem},
    app::{App, Ctx, Fields, Outcome, Refusal},
    guarded,
    http::{Idem, Json, Path, Problem, mutate},
    org::{self, PersonId, PersonRef},
    rules::{self, RulesInput, RulesView},
    tasks::TaskId,
};

/// The routes of reminders.
pub(in crate::supervision) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(show, write))
        .routes(guarded!(try_out))
        .routes(guarded!(of_task))
        .routes(guarded!(acknowledge))
        .routes(guarded!(state))
}

/// The rules in force, those the program is delivered with, and how they came about.
#[derive(Debug, Serialize, ToSchema)]
struct ReminderRulesView {
    #[serde(flatten)]
    kept: RulesView<LookoutRules>,
    /// Who is named in any of them.
    people: Vec<PersonRef>,
}

/// Refuses rules that make no sense, or name somebody who is not there.
async fn check(tx: &mut Tx, set: &LookoutRules) -> Outcome<()> {
    let mut fields = Fields::default();
    if let Err(refusal) = set.check() {
        fields.absorb(refusal)?;
    }
    let named: BTreeSet<PersonId> = set.rules.iter().flat_map(Rule::persons).collect();
    let there: BTreeSet<PersonId> = org::person_refs(tx, named).await?.into_iter().map(|person| person.id).collect();
    for (index, rule) in set.rules.iter().enumerate() {
        for (at, step) in rule.steps.iter().enumerate().filter(|(_, step)| !step.persons.is_subset(&there)) {
            fields.under(format!("rules[{index}].steps[{at}]."));
            fields.add("persons", say!("有 {n} 人查无此人", n = step.persons.difference(&there).count()));
        }
    }
    fields.finish()
}

async fn shown(tx: &mut Tx, ctx: &Ctx) -> Outcome<ReminderRulesView> {
    let kept = rules::shown::<LookoutRules>(tx, ctx).await?;
    let named: BTreeSet<PersonId> = kept.all().flat_map(|set| &set.rules).flat_map(Rule::persons).collect();
    Ok(ReminderRulesView { people: org::person_refs(tx, named).await?, kept })
}

/// Shows of what, when and whom the system reminds by itself.
#[utoipa::path(get, path = "/reminder-rules", tag = "supervision", operation_id = "reminder_rules", responses((status = 200, body = ReminderRulesView)))]
async fn show(me: Permitted<SignedIn>) -> Result<Json<ReminderRulesView>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(shown(&mut tx, &me.ctx).await?))
}

/// Writes the next version of the rules. What has begun keeps the version it began with.
#[utoipa::path(post, path = "/reminder-rules", tag = "supervision", operation_id = "write_reminder_rules", request_body = RulesInput<LookoutRules>,
    responses((status = 201, body = ReminderRulesView)))]
async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<RulesInput<LookoutRules>>) -> Result<Response, Problem> {
    let found = check(&mut me.app.db.read().await?, &input.rules).await;
    let words = |from, reason: &str| say!("修改提醒规则，自{from}起执行（{reason}）");
    rules::keep(&me, &idem, input.checked(found)?, words, rules::nothing_else, shown).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReminderRulesTrial {
    rules: LookoutRules,
    /// Any day of the month to be worked out; the month before this one when missing.
    month: Option<Day>,
}

/// Works out what rules would have sent in a past month, beside the rules in force. Changes and sends nothing.
#[utoipa::path(post, path = "/reminder-rules/trials", tag = "supervision", operation_id = "try_reminder_rules", request_body = ReminderRulesTrial,
    responses((status = 200, body = Trial)))]
async fn try_out(me: Permitted<KeepRules>, Json(input): Json<ReminderRulesTrial>) -> Result<Json<Trial>, Problem> {
    let mut tx = me.app.db.read().await?;
    rules::refuse(check(&mut tx, &input.rules).await)?;
    let month = input.month.unwrap_or_else(|| me.ctx.today().month_start().plus_days(-1));
    Ok(Json(trial::run(&mut tx, &me.ctx, &input.rules, month).await?))
}

/// Shows what a task has ahead of it, and what it was reminded of.
#[utoipa::path(get, path = "/tasks/{id}/reminders", tag = "supervision", operation_id = "task_reminders", params(("id" = String, Path)),
    responses((status = 200, body = TaskReminders)))]
async fn of_task(me: Permitted<SignedIn>, Path(id): Path<TaskId>) -> Result<Json<TaskReminders>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(ahead::of_task(&mut tx, &me.ctx, id).await?))
}

/// Says that a reminder was taken note of; where its rule has it so, it is not repeated.
#[utoipa::path(post, path = "/messages/{id}/acknowledgement", tag = "supervision", operation_id = "acknowledge_message", params(("id" = String, Path)),
    responses((status = 204)))]
async fn acknowledge(me: Permitted<SignedIn>, Path(id): Path<Uuid>, idem: Idem) -> Result<Response, Problem> {
    mutate(&me.app, &me.ctx, &idem, StatusCode::NO_CONTENT, async |tx| {
        let found = store::of_message(tx, me.actor().person, id).await?.ok_or(Refusal::NotFound)?;
        watch::acknowledge(tx, &me.ctx, found, "app").await
    })
    .await
}

/// Whether the system is really watching.
#[derive(Debug, Serialize, ToSchema)]
struct LookoutState {
    /// Open tasks it looks out for.
    tasks: i64,
    /// How many of them are due to be looked at now.
    due: i64,
    /// Since when the longest of them has been due.
    oldest: Option<Moment>,
    /// How many were planned with older rules or another calendar.
    outdated: i64,
    /// Tasks that cannot be looked at, at most twenty: what stands in the database about them cannot be read.
    troubled: Vec<TroubledTask>,
    now: Moment,
    /// The last audit; none within the first hour.
    audit: Option<AuditView>,
    /// What all of it is done by: messages are written, sent and answered by jobs.
    jobs: JobsView,
}

/// How the queue of jobs stands.
#[derive(Debug, Serialize, ToSchema)]
struct JobsView {
    /// Due now.
    waiting: i64,
    /// Since when the longest of them has been.
    oldest_due: Option<Moment>,
    /// Given up after all their tries.
    given_up: i64,
}

/// A task that cannot be looked at.
#[derive(Debug, Serialize, ToSchema)]
struct TroubledTask {
    #[schema(value_type = String)]
    task: TaskId,
    /// For whoever keeps the system.
    why: String,
}

/// What an audit found, and mended.
#[derive(Debug, Serialize, ToSchema)]
struct AuditView {
    at: Moment,
    /// Rows looked through.
    checked: i64,
    /// Open tasks nobody looked at.
    unseen: i64,
    /// Rows whose next look was wrong.
    astray: i64,
    /// What had been due for ten minutes.
    late: i64,
}

/// Shows whether the system is really watching; for who keeps it and for the operations centre.
#[utoipa::path(get, path = "/reminders/state", tag = "supervision", operation_id = "reminders_state", responses((status = 200, body = LookoutState)))]
async fn state(me: Permitted<WatchSystem>) -> Result<Json<LookoutState>, Problem> {
    let mut tx = me.app.db.read().await?;
    let (tasks, oldest, due, outdated) = store::state(&mut tx, me.ctx.now(), me.ctx.generation).await?;
    let audit = store::last_audit(&mut tx).await?.map(|row| AuditView {
        at: row.at,
        checked: row.checked,
        unseen: row.unseen,
        astray: row.astray,
        late: row.late,
    });
    let troubled = store::troubled(&mut tx, 20).await?.into_iter().map(|(task, why)| TroubledTask { task, why }).collect();
    let depth = jobs::depth(&mut tx, me.ctx.now()).await.map_err(Refusal::internal)?;
    let jobs = JobsView { waiting: depth.due, oldest_due: depth.oldest, given_up: depth.failed };
    Ok(Json(LookoutState { tasks, due, oldest, outdated, troubled, now: me.ctx.now(), audit, jobs }))
}
