//! Standing tasks never end by themselves: a daily job plans the duties to report that come into sight, and the day by which
//! whoever set the task says each quarter whether it goes on. That duty is the issuer's and lights their to-do list only: nobody who
//! does the work is late with it.

use db::Tx;
use kit::{Day, text_enum};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wording::{Join, Words, say};

use super::{
    case::{Case, Step},
    draft, due,
    follow::PlanMoved,
    model::{DueInput, RequestKind, Task, TaskId},
    policy::Action,
    requests::{self, RequestInput},
    store,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    events,
};

/// A standing task gets new duties when the last one planned is nearer than this.
const TOP_UP_DAYS: i64 = 180;
/// A quarter that ends sooner is not long enough to be reviewed.
const SHORTEST: i64 = 30;
/// So many calendar days before its day a review comes into the list.
pub(super) const REVIEW_AHEAD: i64 = 10;

text_enum! {
    /// What becomes of a standing task.
    StandingDecision {
        Keep = "keep", "继续推进";
        SetEnd = "set_end", "设定期限";
        End = "end", "申请终止";
    }
}

/// A quarterly review.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StandingReview {
    /// The version that was looked at.
    version: i64,
    /// What becomes of it.
    decision: StandingDecision,
    /// Why, or what was found; needed where it is to end.
    #[serde(default)]
    text: String,
    /// By when, where an end is set.
    due: Option<DueInput>,
}

/// Plans further duties for every open task with a rule and without a due day, and the reviews of those that have none yet; answers
/// how many tasks.
pub async fn plan_ahead(tx: &mut Tx, ctx: &Ctx) -> Outcome<usize> {
    let short = store::standing_running_short(tx, ctx.today().plus_days(TOP_UP_DAYS)).await?;
    let tasks = short.len();
    for (id, last) in short {
        let case = Case::open(tx, ctx, id, None).await?;
        draft::plan_dues(tx, ctx, &case.task, last.unwrap_or_else(|| ctx.today())).await?;
        // A duty that will be missed shows from its day on.
        case.relight(tx, ctx).await?;
        events::publish(tx, ctx, &PlanMoved { task: id }).await?;
    }
    for id in store::standing_unreviewed(tx).await? {
        store::set_review_day(tx, id, next_review(ctx)).await?;
    }
    Ok(tasks)
}

/// The last working day of this quarter, or of the next one where this one is nearly over.
fn next_review(ctx: &Ctx) -> Option<Day> {
    let rule =
        workdays::Recurrence { every: workdays::Every::Quarter, interval: 1, day: None, month: Some(3), moved: workdays::Moved::Before };
    let from = ctx.today().plus_days(SHORTEST);
    rule.occurrences(from.date(), &ctx.calendar).next().and_then(|one| Day::new(one.day))
}

/// Whether a task is one that goes on without end and is reviewed by itself, and not with the one above it.
pub(super) const fn is_reviewed(task: &Task) -> bool {
    task.state.is_open() && task.due_day.is_none() && task.review_day.is_some()
}

/// Says whether a standing task goes on, until when, or that it is to end.
pub(super) async fn review(tx: &mut Tx, ctx: &Ctx, id: TaskId, input: &StandingReview) -> Outcome<()> {
    let mut case = Case::open(tx, ctx, id, Some(input.version)).await?;
    case.require(ctx, Action::ReviewStanding)?;
    let mut fields = Fields::default();
    let text = if input.decision == StandingDecision::End {
        Some(fields.text("text", &input.text, 2000))
    } else {
        fields.optional_text("text", Some(&input.text), 2000)
    };
    fields.finish()?;
    let note = text.clone().map_or_else(|| "".into(), Words::raw);
    let data = json!({ "decision": input.decision, "text": text, "review_day": case.task.review_day });
    let step = |words: Words| Step::new("standing_reviewed", words.then(Join::Clauses, note), data);
    match input.decision {
        StandingDecision::Keep => {
            case.task.review_day = next_review(ctx);
            case.finish(tx, ctx, step("季度复核：继续推进".into())).await
        }
        StandingDecision::SetEnd => {
            let given = input.due.as_ref().ok_or_else(|| Refusal::field("due", "请填写期限"))?;
            let read = due::read(given, ctx.today(), &ctx.calendar)?;
            let Some(day) = read.day.filter(|day| *day >= ctx.today()) else {
                return Err(Refusal::field("due", "请填写今天以后的期限"));
            };
            if let Some(below) = store::latest_child_due(tx, id).await?.filter(|below| day < *below) {
                return Err(Refusal::field("due", say!("不能早于下级任务的期限 {child}", child = below)));
            }
            let task = &mut case.task;
            task.due_day = Some(day);
            task.original_due_day = task.original_due_day.or(Some(day));
            task.due_text = read.text;
            task.due_from = read.from;
            task.due_explanation = due::explanation_to_store(&read.explanation)?;
            task.review_day = None;
            store::remove_open_dues(tx, id, ctx.today()).await?;
            draft::plan_dues(tx, ctx, task, ctx.today()).await?;
            case.finish(tx, ctx, step(say!("季度复核：设定期限 {day}"))).await
        }
        StandingDecision::End => {
            // Whoever has to agree to ending a task has to agree here, too; should they not, the next quarter asks again.
            case.task.review_day = next_review(ctx);
            case.finish(tx, ctx, step("季度复核：申请终止".into())).await?;
            let version = Case::look(tx, ctx, id).await?.task.version;
            let request = RequestInput {
                version,
                kind: RequestKind::Terminate,
                reason: text.unwrap_or_default(),
                reason_class: None,
                new_day: None,
                unit_id: None,
                basis: None,
                subject_id: None,
                file_ids: Vec::new(),
            };
            requests::ask(tx, ctx, id, &request).await.map(drop)
        }
    }
}
