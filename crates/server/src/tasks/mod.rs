//! Tasks: the tree, and everything that happens to a task from draft to being struck off.
//!
//! Each verb (`draft`, `decompose`, `dispatch`, `sign`, `report`, `close`) takes a task in hand ([`case::Case`]), asks the
//! one policy ([`policy`]) whether it may, changes it and puts it back: ledger, lamp, roll-up and event follow from
//! that in one place.
//!
//! *Invariants*: weights of siblings that are out add up to the whole; a child is never due after its parent; every step is
//! one ledger event in the same transaction; a tree has one writer at a time ([`store::lock_tree`]).
//!
//! Tables: `task`, `party`, `milestone`, `report`, `report_due`, `request`, `closure`, `verification`, `wait`,
//! `risk`, `link`, `source_kind`, `source_field`, `task_field`, `tag`, `task_tag`, `task_import`, `task_template`, `task_series`, `series_rule`, `series_occurrence`. *Not here*: who is told and when (`supervision`), urging (`supervision`), home pages (`operations`).

mod alike;
mod bench;
mod case;
mod changes;
mod close;
mod cooperate;
mod copies;
mod decompose;
mod dispatch;
mod draft;
mod due;
mod duties;
mod edit;
mod export;
mod filter;
mod follow;
mod furnish;
mod http;
mod import;
mod kinds;
mod lamp;
mod latest;
mod links;
mod list;
mod model;
mod narrow;
mod owing;
mod pattern;
mod policy;
mod progress;
mod record;
mod reopen;
mod replan;
mod report;
mod requests;
mod risk;
mod rules;
mod saved;
mod series;
mod shapes;
mod sign;
mod standing;
mod store;
mod tags;
mod templates;
mod timeline;
mod undo;
mod versions;
mod view;
mod wait;
mod watched;

use std::collections::HashMap;

use db::Tx;
use futures_util::future::BoxFuture;
use kit::{Day, Moment, uuid::Uuid};
use wording::Words;

pub use alike::{Asking, askings, led_by};
pub use bench::{BenchTask, make as make_given, make_many, raw_page, settle};
pub use case::{Case, Step, TaskEvent, is_seen, note};
pub use close::{CloseDecision, ask as ask_to_close, decide as decide_closing, verify};
pub use cooperate::{complete as complete_part, reopen_part, waive as waive_part};
pub use decompose::{ChildInput, decompose};
pub use dispatch::{Decision, approve, submit};
pub use draft::{create, days_of, delete, equal_shares, may_task};
pub use due::{read as read_due, rule_of};
pub use duties::{Duty, DutyKind, duties};
pub use edit::edit;
pub use filter::{Filter, FilterQuery, Mine, UnitRole};
pub use follow::{PLAN_MOVED, PlanMoved};
pub use furnish::{furnish_kind, furnish_series, furnish_template};
pub use http::routes;
pub use import::{ImportId, ImportedAsking, askings_of_import, sweep as sweep_imports};
pub use kinds::SourceKind;
pub use lamp::{Lamp, LampView, severity};
pub use latest::{LastReport, last_report_of_person, last_report_of_unit, last_reports};
pub use links::{LinkKind, go_on_from, link, merge};
pub use list::{MonthFigures, TaskCount, TaskPage, UnitLoad, by_unit, count, list, summary, total, trend};
pub use model::{
    DueInput, Importance, MilestoneId, MilestoneInput, PartyId, PartyInput, PartyRole, PartyRow, PartyState, ReportId, ReportRule,
    RequestId, RiskId, RuleKind, Share, Task, TaskId, TaskInput, TaskState, Urgency, VerificationResult, WaitId,
};
pub use narrow::{Charged, DueKind, Narrow};
pub use owing::{Owed, OwedDay, owed, owed_by_day, own_days};
pub use policy::{Action, acts_as, is_doer, is_issuer, is_own};
pub use progress::{GONE_OUT, Load, ProgressBy, Tally, loads_of_people, loads_of_units, progress, share, tally, tops_of_documents};
pub use record::{Named, Record, of_task as record_of, tree_to_keep};
pub use reopen::reopen as work_again;
pub use replan::{REPLAN, replan};
pub use report::{ReportInput, Review, ask_report, report, review};
pub use requests::{
    Chain, ReasonClass, RequestDecision, RequestInput, RequestKind, RequestRow, RequestState, ask as ask_for, decide as decide_request,
    withdraw,
};
pub use risk::{RiskInput, answer as answer_risk, raise as raise_risk, said_early_by_person, said_early_by_unit};
pub use rules::{Colours, TaskRules};
pub use series::{MORE as SERIES_MORE, STUCK as SERIES_STUCK, SeriesStuck, sweep as sweep_series};
pub use sign::{Ruling, assign, give_back, rule, sign};
pub use standing::plan_ahead;
pub use store::Summary;
pub use tags::add as add_tag;
pub use timeline::{TimelineItem, recent};
pub use undo::{recall, withdraw_report};
pub use view::{TaskDetail, TaskRow, detail, rows, rows_of};
pub use wait::{WaitInput, end_wait, wait};
pub use watched::{Lived, Watched, lived, watched};

use crate::{
    app::{Ctx, Outcome, Refusal, Text},
    org::PersonId,
};

/// Whether the actor sees the task; for rooms that only know its id.
pub async fn sees(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<bool> {
    match Case::look(tx, ctx, task).await {
        Ok(_) => Ok(true),
        Err(Refusal::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// The steps of a task, by day; for whoever reports and must say which were reached.
pub async fn steps(tx: &mut Tx, task: TaskId) -> Outcome<Vec<(MilestoneId, Day)>> {
    Ok(store::milestones(tx, task).await?.into_iter().map(|step| (step.id, step.due_day)).collect())
}

/// Which task and party a report is of, and who handed it in.
pub async fn report_of(tx: &mut Tx, report: ReportId) -> Outcome<Option<(TaskId, PartyId, PersonId)>> {
    Ok(store::report(tx, report).await?.map(|row| (row.task_id, row.party_id, row.person_id)))
}

/// Who handed in this report or asked for this; for messages about what became of it.
pub async fn asker(tx: &mut Tx, subject: Uuid) -> Outcome<Option<PersonId>> {
    if let Some(person) = store::reporter(tx, ReportId(subject)).await? {
        return Ok(Some(person));
    }
    Ok(store::requester(tx, RequestId(subject)).await?)
}

/// Whether a leader of the committee has to agree last.
pub fn needs_leader(ctx: &Ctx, case: &Case, request: &RequestRow) -> bool {
    requests::chain::of_request(request, &case.task, &ctx.rules.get::<TaskRules>()) == Chain::IssuerLeader
}

/// Ids of the tasks a list finds, in its order, at most so many.
pub async fn found(tx: &mut Tx, ctx: &Ctx, query: &FilterQuery, most: usize) -> Outcome<Vec<TaskId>> {
    let mut page = FilterQuery { limit: Some(200), cursor: None, ..query.clone() };
    let mut ids = Vec::new();
    while ids.len() < most {
        let TaskPage { items, next_cursor, .. } = list(tx, ctx, &page).await?;
        ids.extend(items.into_iter().map(|row| row.id));
        page.cursor = next_cursor;
        if page.cursor.is_none() {
            break;
        }
    }
    ids.truncate(most);
    Ok(ids)
}

/// Number and title of those tasks that the actor sees.
pub async fn names_of(tx: &mut Tx, ctx: &Ctx, ids: &[TaskId]) -> Outcome<Vec<(TaskId, Option<String>, String)>> {
    Ok(store::seen_tasks(tx, &ctx.actor.scope, ids).await?.into_iter().map(|task| (task.id, task.number, task.title)).collect())
}

/// Reports of a task that nobody has reviewed and that the actor has not written, oldest first.
pub async fn unreviewed(tx: &mut Tx, ctx: &Ctx, task: TaskId) -> Outcome<Vec<ReportId>> {
    let reports = store::reports(tx, task)
        .await?
        .into_iter()
        .filter(|row| row.state == model::ReportState::Submitted && !ctx.actor.acts_as(row.person_id));
    Ok(reports.rev().map(|row| row.id).collect())
}

/// What somebody asked for; for messages about it.
pub async fn request_of(tx: &mut Tx, subject: Uuid) -> Outcome<Option<RequestRow>> {
    Ok(store::request(tx, RequestId(subject)).await?)
}

/// Which party waits for which one; the second is nothing where somebody outside the task is waited for.
pub async fn waiting_parties(tx: &mut Tx, subject: Uuid) -> Outcome<Option<(PartyId, Option<PartyId>)>> {
    Ok(store::wait(tx, WaitId(subject)).await?.map(|row| (row.party_id, row.on_party_id)))
}

/// Who said that this may go wrong.
pub async fn raiser(tx: &mut Tx, subject: Uuid) -> Outcome<Option<PersonId>> {
    Ok(store::risk(tx, RiskId(subject)).await?.map(|row| row.person_id))
}

/// Where tasks come from, also what is no longer used: codes with their names, in their order.
pub async fn source_kind_names(tx: &mut Tx) -> Outcome<Vec<(String, Words)>> {
    Ok(store::kind_names(tx).await?.into_iter().map(|kind| (kind.code, kind.name)).collect())
}

/// What can be searched for in tasks.
pub async fn texts(tx: &mut Tx, ids: &[TaskId]) -> Outcome<Vec<Text>> {
    Ok(store::texts(tx, ids).await?)
}

/// Whom each task names: the persons and units one of which a person must be, or see, to see the task.
pub async fn named(tx: &mut Tx, ids: &[TaskId]) -> Outcome<HashMap<TaskId, Vec<Uuid>>> {
    Ok(store::named(tx, ids).await?)
}

/// Tasks from before a moment, the newest first, with the moment of the last of them.
pub async fn made_before(tx: &mut Tx, before: Moment, limit: i64) -> Outcome<Option<(Vec<TaskId>, Moment)>> {
    Ok(store::made_before(tx, before, limit).await?)
}

/// The task of this number, should there be one; whether the actor sees it is not asked.
pub async fn of_number(tx: &mut Tx, number: &str) -> Outcome<Option<TaskId>> {
    Ok(store::of_number(tx, number).await?)
}

/// Whether a pattern of numbers is understood; what is wrong with it where it is not.
pub fn check_numbering(pattern: &str) -> Result<(), Words> {
    match kinds::given(Some(pattern))? {
        Some(_) => Ok(()),
        None => Err("不能为空".into()),
    }
}

/// The next number of a series that is kept as that of tasks is: what the pattern says, counted from 1 for everything that reads the
/// same around its count.
pub async fn next_number(tx: &mut Tx, series: &str, pattern: &str, day: Day, unit: &str) -> Outcome<String> {
    let pattern = kinds::Pattern::read(pattern).map_err(|words| Refusal::internal(words.zh()))?;
    let day = day.to_string();
    let occasion = kinds::Occasion { day: &day, unit };
    let n = store::next_value(tx, &format!("{series}:{}", pattern.counter(occasion))).await?;
    Ok(pattern.number(occasion, n))
}

/// [`sees`] as a value that can be handed to `files`, which stands below this room.
pub fn sees_boxed<'a>(tx: &'a mut Tx, ctx: &'a Ctx, task: Uuid) -> BoxFuture<'a, Outcome<bool>> {
    Box::pin(sees(tx, ctx, TaskId(task)))
}
