//! Progress comes in and is verified.

use db::Tx;
use kit::Day;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::say;

use super::{
    case::{Case, Step},
    model::{MilestoneId, PartyState, ReportDueId, ReportId, ReportRow, ReportState, Share, TaskId},
    policy::Action,
    store,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    files,
};

/// A progress report.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportInput {
    /// Progress in percent; of a task with tasks below it, theirs counts and this is passed over.
    pub claimed_progress: f64,
    /// What was done, at most 5,000 characters.
    pub text: String,
    /// What stands in the way.
    pub problem: Option<String>,
    /// What comes next.
    pub next_step: Option<String>,
    /// Why progress is lower than before; needed exactly then.
    pub fall_reason: Option<String>,
    /// Files that belong to it.
    #[serde(default)]
    pub file_ids: Vec<files::FileId>,
    /// Steps that have been reached.
    #[serde(default)]
    pub milestone_ids: Vec<MilestoneId>,
}

/// Hands in a report: closes the earliest open duty to report.
pub async fn report(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: Option<i64>, input: &ReportInput) -> Outcome<ReportId> {
    let mut case = Case::open(tx, ctx, id, version).await?;
    case.require(ctx, Action::Report)?;
    let mut fields = Fields::default();
    let text = fields.text("text", &input.text, 5000);
    let problem = fields.optional_text("problem", input.problem.as_deref(), 5000);
    let next_step = fields.optional_text("next_step", input.next_step.as_deref(), 5000);
    let fall_reason = fields.optional_text("fall_reason", input.fall_reason.as_deref(), 2000);
    let claimed = Share::from_percent(input.claimed_progress).unwrap_or_else(|| {
        fields.add("claimed_progress", "进度应为 0 至 100");
        Share::ZERO
    });
    let me = ctx.actor.person;
    // The part that is named after the reporter comes before the part of the reporter's unit, and a lead's before another's.
    let party = case
        .mine(ctx)
        .filter(|party| party.role.works() && party.state == PartyState::Signed)
        .min_by_key(|party| (party.person_id != Some(me), !party.role.leads(), party.position))
        .map(|party| (party.id, party.unit_id, party.unit_name.clone(), party.role));
    let Some((party_id, unit_id, unit, role)) = party else { return Err(Refusal::NotFound) };
    // Whoever takes part reports on their part; how far the whole is, its leads say.
    let moves = role.leads();
    let rolled_up = moves && case.task.is_summed();
    let before = if moves { case.task.claimed } else { store::last_claim_of(tx, id, party_id).await?.unwrap_or_default() };
    if !rolled_up && claimed < before && fall_reason.is_none() {
        fields.add("fall_reason", say!("进度由 {before} 降为 {claimed}，请说明原因", before = before.words(), claimed = claimed.words()));
    }
    if !moves && !input.milestone_ids.is_empty() {
        fields.add("milestone_ids", "节点由牵头单位上报");
    }
    if input.milestone_ids.len() > 60 {
        fields.add("milestone_ids", "节点过多");
    }
    fields.finish()?;
    let row = ReportRow {
        id: ReportId::new(&ctx.rng, ctx.now()),
        task_id: id,
        party_id,
        unit_id,
        person_id: me,
        at: ctx.now(),
        claimed: if rolled_up { case.task.claimed } else { claimed },
        verified: None,
        text,
        problem,
        next_step,
        fall_reason,
        state: ReportState::Submitted,
        reviewed_by: None,
        reviewed_at: None,
        review_text: None,
    };
    store::insert_report(tx, &row).await?;
    let met = if moves { store::meet_earliest_due(tx, id, row.id, ctx.today()).await? } else { None };
    for milestone in &input.milestone_ids {
        if !store::claim_milestone(tx, id, *milestone, row.id).await? {
            return Err(Refusal::field("milestone_ids", "没有这个节点"));
        }
    }
    files::attach(tx, ctx, id.0, files::Owner::report(row.id.0), &input.file_ids).await?;
    if moves {
        case.task.claimed = row.claimed;
    }
    case.task.last_report_at = Some(ctx.now());
    let (progress, text) = (row.claimed.words(), &row.text);
    let words = match met {
        Some(day) => say!("{unit}上报进展{progress}（{day}应报）：{text}"),
        None => say!("{unit}上报进展{progress}：{text}"),
    };
    let data = json!({ "report": row.id, "claimed": row.claimed, "due_day": met, "files": input.file_ids });
    case.finish(tx, ctx, Step::new("reported", words, data).about(row.id.0)).await?;
    Ok(row.id)
}

/// Asks for a report by a day: it is due then, whatever the rule says. Moved to the working day before when it is a day off.
pub async fn ask_report(tx: &mut Tx, ctx: &Ctx, id: TaskId, due: Day, text: &str) -> Outcome<()> {
    let case = Case::open(tx, ctx, id, None).await?;
    case.require(ctx, Action::AskReport)?;
    let today = ctx.today();
    let mut fields = Fields::default();
    let text = fields.text("text", text, 1000);
    let day = Day::new(ctx.calendar.workday_on_or_before(due.date())).unwrap_or(due).max(today);
    if due < today {
        fields.add("due_day", "不能早于今天");
    }
    if due > today.plus_days(366) {
        fields.add("due_day", "不能晚于一年后");
    }
    fields.finish()?;
    let node = ReportDueId::new(&ctx.rng, ctx.now());
    if !store::ask_report(tx, node, id, day, ctx.actor.person, &text).await? {
        return Err(Refusal::conflict("not_now", say!("{day}的进展已经上报。")));
    }
    let data = json!({ "due_day": day });
    case.finish(tx, ctx, Step::new("report_asked", say!("要求{day}前上报进展：{text}"), data).about(node.0)).await
}

/// What a reviewer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// Taken, with the progress it proves.
    Accept,
    /// Not enough: the duty to report is open again.
    SendBack,
}

/// Reviews a report; nobody reviews their own. Accepted progress is verified progress and rolls up.
pub async fn review(tx: &mut Tx, ctx: &Ctx, id: ReportId, decision: Review, verified: Option<f64>, text: Option<&str>) -> Outcome<TaskId> {
    let mut row = store::report(tx, id).await?.ok_or(Refusal::NotFound)?;
    let mut case = Case::open(tx, ctx, row.task_id, None).await?;
    if !tx.writes_alone() {
        // Read again: the tree is held now.
        row = store::report(tx, id).await?.ok_or(Refusal::NotFound)?;
    }
    if row.state != ReportState::Submitted {
        return Err(Refusal::conflict("decided", "这份上报已经审核。"));
    }
    case.require(ctx, Action::Review)?;
    if ctx.actor.acts_as(row.person_id) {
        return Err(Refusal::forbidden("不能审核自己的上报。"));
    }
    let mut fields = Fields::default();
    let text = match decision {
        Review::SendBack => Some(fields.text("text", text.unwrap_or_default(), 2000)),
        Review::Accept => fields.optional_text("text", text, 2000),
    };
    let verified = match verified.map(Share::from_percent) {
        Some(None) => {
            fields.add("verified_progress", "进度应为 0 至 100");
            row.claimed
        }
        Some(Some(share)) => share,
        None => row.claimed,
    };
    let moves = case.parties.iter().any(|party| party.id == row.party_id && party.role.leads()) && !case.task.is_summed();
    let (superseded, waiting) = if moves { store::reports_beside(tx, &row).await? } else { (false, None) };
    let falls = moves && !superseded && verified < case.task.progress;
    if decision == Review::Accept && falls && text.is_none() && row.fall_reason.is_none() {
        let words =
            say!("核定进度由 {before} 降为 {verified}，请说明原因", before = case.task.progress.words(), verified = verified.words());
        fields.add("text", words);
    }
    fields.finish()?;
    row.reviewed_by = Some(ctx.actor.person);
    row.reviewed_at = Some(ctx.now());
    row.review_text.clone_from(&text);
    let (action, words) = match decision {
        Review::Accept => {
            row.state = ReportState::Accepted;
            row.verified = Some(verified);
            if case.task.stage.is_some() {
                store::finish_milestones(tx, id, row.at).await?;
            }
            // What was handed in later and has been accepted already says more.
            if moves && !superseded {
                case.task.progress = verified;
            }
            let progress = verified.words();
            let words = match text {
                Some(text) => say!("采纳上报，核定进度{progress}：{text}"),
                None => say!("采纳上报，核定进度{progress}"),
            };
            ("report_accepted", words)
        }
        Review::SendBack => {
            row.state = ReportState::SentBack;
            store::reopen_due(tx, id).await?;
            store::unclaim_milestones(tx, id).await?;
            ("report_sent_back", say!("退回上报：{reason}", reason = text.unwrap_or_default()))
        }
    };
    store::save_review(tx, &row).await?;
    if moves {
        case.task.claimed = waiting.unwrap_or(case.task.progress);
    }
    let task = row.task_id;
    let data = json!({ "report": id, "verified": row.verified });
    case.finish(tx, ctx, Step::new(action, words, data).about(id.0)).await?;
    Ok(task)
}
