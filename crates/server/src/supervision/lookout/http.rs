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
    rules,
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

/// One version of the rules.
#[derive(Debug, Serialize, ToSchema)]
struct ReminderRulesVersion {
    version: i64,
    /// The first day on which it is in force.
    from_day: Day,
    rules: LookoutRules,
    reason: String,
    by: Option<PersonRef>,
    at: Moment,
}

/// The rules in force, those the program is delivered with, and how they came about.
#[derive(Debug, Serialize, ToSchema)]
struct ReminderRulesView {
    /// The last version that was written, 0 where none was. To be sent with a change.
    version: i64,
    /// The version in force today, 0 for the defaults.
    in_force: i64,
    rules: LookoutRules,
    defaults: LookoutRules,
    /// Versions, the latest first; one that begins later is not in force yet.
    history: Vec<ReminderRulesVersion>,
    /// Who is named in any of them.
    people: Vec<PersonRef>,
}

/// Refuses rules that make no sense, or name somebody who is not there.
async fn check(tx: &mut Tx, set: &LookoutRules, fields: &mut Fields) -> Outcome<()> {
    fields.under("rules.");
    if let Err(refusal) = set.check() {
        fields.absorb(refusal)?;
    }
    let named: BTreeSet<PersonId> = set.rules.iter().flat_map(Rule::persons).collect();
    let there: BTreeSet<PersonId> = org::person_refs(tx, named).await?.into_iter().map(|person| person.id).collect();
    for (index, rule) in set.rules.iter().enumerate() {
        for (at, step) in rule.steps.iter().enumerate().filter(|(_, step)| !step.persons.is_subset(&there)) {
            fields.under(format!("rules.rules[{index}].steps[{at}]."));
            fields.add("persons", say!("有 {n} 人查无此人", n = step.persons.difference(&there).count()));
        }
    }
    Ok(())
}

async fn shown(tx: &mut Tx, ctx: &Ctx) -> Outcome<ReminderRulesView> {
    let kept = rules::kept::<LookoutRules>(tx, ctx.today()).await?;
    let people = org::person_refs(tx, kept.history.iter().filter_map(|(row, _)| row.made_by)).await?;
    let sets = kept.history.iter().map(|(_, rules)| rules).chain([&kept.rules]);
    let named: BTreeSet<PersonId> = sets.flat_map(|set| &set.rules).flat_map(Rule::persons).collect();
    let named = org::person_refs(tx, named).await?;
    let history = kept.history.into_iter().map(|(row, rules)| ReminderRulesVersion {
        version: row.version,
        from_day: row.from_day,
        rules,
        reason: row.reason,
        by: row.made_by.and_then(|id| people.iter().find(|person| person.id == id).cloned()),
        at: row.made_at,
    });
    Ok(ReminderRulesView {
        version: kept.version,
        in_force: kept.in_force,
        rules: kept.rules,
        defaults: LookoutRules::default(),
        history: history.collect(),
        people: named,
    })
}

/// Shows of what, when and whom the system reminds by itself.
#[utoipa::path(get, path = "/reminder-rules", tag = "supervision", operation_id = "reminder_rules", responses((status = 200, body = ReminderRulesView)))]
async fn show(me: Permitted<SignedIn>) -> Result<Json<ReminderRulesView>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(shown(&mut tx, &me.ctx).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReminderRulesInput {
    rules: LookoutRules,
    /// The first day on which they are in force; today when missing.
    from_day: Option<Day>,
    /// Why, 1 to 200 characters.
    reason: String,
    /// The version that was looked at.
    version: i64,
}

/// Writes the next version of the rules. What has begun keeps the version it began with.
#[utoipa::path(post, path = "/reminder-rules", tag = "supervision", operation_id = "write_reminder_rules", request_body = ReminderRulesInput,
    responses((status = 201, body = ReminderRulesView)))]
async fn write(me: Permitted<KeepRules>, idem: Idem, Json(input): Json<ReminderRulesInput>) -> Result<Response, Problem> {
    let mut fields = Fields::default();
    let reason = fields.text("reason", &input.reason, 200);
    check(&mut me.app.db.read().await?, &input.rules, &mut fields).await?;
    fields.finish()?;
    let done = mutate(&me.app, &me.ctx, &idem, StatusCode::CREATED, async |tx| {
        let from = input.from_day.unwrap_or(me.ctx.today());
        let words = say!("修改提醒规则，自{from}起执行（{reason}）");
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
    let mut fields = Fields::default();
    let mut tx = me.app.db.read().await?;
    check(&mut tx, &input.rules, &mut fields).await?;
    fields.finish()?;
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
    now: Moment,
    /// The last audit; none within the first hour.
    audit: Option<AuditView>,
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
    Ok(Json(LookoutState { tasks, due, oldest, outdated, now: me.ctx.now(), audit }))
}
