//! One action on many tasks: each task is done or refused by itself, with the words a person would have read there.
//!
//! The tasks are written down first; a job then does some at a time, as the person who asked, and asks for another turn. A
//! row's change, its ledger event and its mark commit together, so a run that was cut off goes on where it stood: no row is
//! done twice and none is left out.

mod http;
mod store;

use db::Tx;
use jobs::{JobId, NewJob};
use kit::{Day, Moment, id_types, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wording::{Join, Words, say};

pub(super) use http::routes;

use crate::{
    access,
    app::{App, Ctx, Fields, Outcome, Refusal},
    audit,
    org::PersonId,
    supervision::{self, UrgeInput},
    tasks::{self, Case, CloseDecision, FilterQuery, Review, TaskId, VerificationResult},
};

/// The job.
pub const JOB: &str = "operations.bulk";

/// So many tasks at a time.
const MOST: usize = 2000;

/// So many rows a turn: on SQLite every other writer waits for it.
const A_TURN: i64 = 20;

id_types! {
    /// One action on many tasks.
    BulkId,
}

text_enum! {
    /// What is done to each task.
    BulkAction {
        Sign = "sign", "签收";
        Submit = "submit", "提交";
        Delete = "delete", "删除";
        Recall = "recall", "撤回交办";
        Urge = "urge", "督办";
        Order = "order", "发督办单";
        AskReport = "ask_report", "要求上报";
        AcceptReports = "accept_reports", "采纳上报";
        GrantClose = "grant_close", "同意办结";
        Verify = "verify", "核查通过";
        Tag = "tag", "加标签";
    }
}

text_enum! {
    /// Where a row stands.
    BulkRowState {
        Waiting = "waiting", "排队中";
        Done = "done", "已完成";
        Refused = "refused", "未完成";
    }
}

/// What is to be done.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkInput {
    /// What is done to each.
    action: BulkAction,
    /// Which tasks, at most 2,000; or `filter`.
    #[serde(default)]
    ids: Vec<TaskId>,
    /// Everything the list finds with this filter, in its order.
    filter: Option<FilterQuery>,
    /// What is said with it: the demand of an urge or of an order, the reason of a recall, the remark of a decision, the tag.
    text: Option<String>,
    /// By when an urge or an order is to be answered, or a report is due.
    due_day: Option<Day>,
    /// For `submit`: nothing in them is a state secret (不涉密).
    #[serde(default)]
    not_secret: bool,
}

/// What every row needs to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Particulars {
    text: Option<String>,
    due_day: Option<Day>,
}

/// Where an action on many tasks stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Bulk {
    id: BulkId,
    action: BulkAction,
    at: Moment,
    finished_at: Option<Moment>,
    total: i64,
    done: i64,
    refused: i64,
    /// Rows in their order, the refused ones first; at most 2,000.
    rows: Vec<BulkRow>,
}

/// One task of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct BulkRow {
    task_id: TaskId,
    /// What the asker may read of it.
    title: Option<String>,
    number: Option<String>,
    state: BulkRowState,
    /// Why it was refused.
    words: Option<Words>,
}

/// Writes down what is to be done to which tasks; the job does it.
async fn begin(tx: &mut Tx, ctx: &Ctx, input: &BulkInput) -> Outcome<BulkId> {
    let mut fields = Fields::default();
    let text = fields.optional_text("text", input.text.as_deref(), 1000);
    let needs_text =
        matches!(input.action, BulkAction::Urge | BulkAction::Order | BulkAction::Recall | BulkAction::AskReport | BulkAction::Tag);
    if needs_text && text.is_none() {
        fields.add("text", "不能为空");
    }
    if input.action == BulkAction::AskReport && input.due_day.is_none() {
        fields.add("due_day", "请选择上报日期");
    }
    if input.due_day.is_some_and(|day| day < ctx.today()) {
        fields.add("due_day", "不能早于今天");
    }
    if input.action == BulkAction::Submit && !input.not_secret {
        fields.add("not_secret", "请确认任务内容和附件不涉及国家秘密");
    }
    let mut ids = match &input.filter {
        Some(filter) if input.ids.is_empty() => tasks::found(tx, ctx, filter, MOST + 1).await?,
        Some(_) => {
            fields.add("filter", "请选择任务，或按筛选条件全部处理，二者只能选一");
            Vec::new()
        }
        None => input.ids.clone(),
    };
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    if ids.is_empty() {
        fields.add("ids", "请选择任务");
    }
    if ids.len() > MOST {
        fields.add("ids", say!("一次最多处理 {MOST} 项任务"));
    }
    fields.finish()?;
    let id = BulkId::new(&ctx.rng, ctx.now());
    let particulars = serde_json::to_string(&Particulars { text, due_day: input.due_day }).map_err(Refusal::internal)?;
    store::insert(tx, id, ctx.actor.person, input.action, &particulars, ctx.now(), &ids).await?;
    let words = say!("批量{action} {n} 项任务", action = input.action.words(), n = ids.len());
    let data = json!({ "bulk": id, "action": input.action, "tasks": ids });
    audit::record(tx, ctx, audit::Entry { stream: id.0, task: None, action: "bulk_begun", words, data }).await?;
    again(tx, ctx, id).await?;
    Ok(id)
}

async fn again(tx: &mut Tx, ctx: &Ctx, id: BulkId) -> Outcome<()> {
    let job = NewJob { kind: JOB, payload: json!({ "bulk": id }), run_at: ctx.now(), dedupe: None };
    jobs::enqueue(tx, JobId::new(&ctx.rng, ctx.now()), job).await?;
    Ok(())
}

/// Does the next rows.
pub async fn go_on(tx: &mut Tx, app: &App, payload: &serde_json::Value) -> Outcome<()> {
    let id: BulkId = serde_json::from_value(payload.get("bulk").cloned().unwrap_or_default()).map_err(Refusal::internal)?;
    let Some(bulk) = store::find(tx, id).await? else { return Ok(()) };
    let system = app.ctx_in(tx, access::system_principal()).await?;
    let particulars: Particulars = serde_json::from_str(&bulk.input).map_err(Refusal::internal)?;
    let principal = access::load_principal(tx, bulk.person_id, system.today()).await?;
    let rows = store::waiting(tx, id, A_TURN).await?;
    let more = i64::try_from(rows.len()).unwrap_or(0) == A_TURN;
    let ctx = principal.map(|principal| system.acting(std::sync::Arc::new(principal)));
    for (position, task) in rows {
        let result = match &ctx {
            Some(ctx) => tx.attempt(async |tx| act(tx, ctx, id, bulk.action, task, &particulars).await).await?,
            None => Err(Refusal::forbidden("账号已停用，没有继续处理。")),
        };
        match result {
            Ok(()) => store::mark(tx, id, position, BulkRowState::Done, None).await?,
            // Neither the task's fault nor the person's: the whole turn is tried again.
            Err(Refusal::Db(error)) if error.is_conflict() || error.is_unavailable() => return Err(error.into()),
            Err(refusal) => {
                if matches!(refusal, Refusal::Db(_) | Refusal::Internal(_)) {
                    tracing::error!(%refusal, %task, "a row of an action on many tasks");
                }
                store::mark(tx, id, position, BulkRowState::Refused, Some(&said(refusal).stored())).await?;
            }
        }
    }
    if more {
        return again(tx, &system, id).await;
    }
    store::finish(tx, id, system.now()).await?;
    Ok(())
}

/// What a person would have read.
fn said(refusal: Refusal) -> Words {
    match refusal {
        Refusal::NotFound => "没有这项任务，或您看不到它。".into(),
        Refusal::Forbidden(words)
        | Refusal::Conflict { detail: words, .. }
        | Refusal::Full { detail: words, .. }
        | Refusal::TooLarge(words) => words,
        Refusal::Stale => "别人刚刚改动了它，请重试。".into(),
        Refusal::Invalid(errors) | Refusal::Secret { fields: errors, .. } => {
            Words::join(Join::Clauses, errors.into_iter().map(|error| error.message))
        }
        Refusal::TooMany(_) | Refusal::Db(_) | Refusal::Internal(_) => "没有完成，请重试。".into(),
    }
}

async fn act(tx: &mut Tx, ctx: &Ctx, bulk: BulkId, action: BulkAction, task: TaskId, input: &Particulars) -> Outcome<()> {
    let text = input.text.as_deref();
    match action {
        BulkAction::Sign => tasks::sign(tx, ctx, task, None, None).await,
        BulkAction::Submit => tasks::submit(tx, ctx, task, None, true).await.map(drop),
        BulkAction::Delete => {
            let version = Case::look(tx, ctx, task).await?.task.version;
            tasks::delete(tx, ctx, task, version).await
        }
        BulkAction::Recall => {
            let version = Case::look(tx, ctx, task).await?.task.version;
            tasks::recall(tx, ctx, task, version, text.unwrap_or_default()).await
        }
        BulkAction::Urge => {
            let urge = UrgeInput {
                text: text.unwrap_or_default().to_owned(),
                method: None,
                reply_due_day: input.due_day,
                party_ids: None,
                answer: None,
            };
            supervision::urge(tx, ctx, task, &urge).await.map(drop)
        }
        BulkAction::Order => supervision::issue_in_bulk(tx, ctx, bulk.0, task, text.unwrap_or_default(), input.due_day).await,
        BulkAction::AskReport => {
            tasks::ask_report(tx, ctx, task, input.due_day.unwrap_or_else(|| ctx.today()), text.unwrap_or_default()).await
        }
        BulkAction::AcceptReports => {
            Case::look(tx, ctx, task).await?;
            let reports = tasks::unreviewed(tx, ctx, task).await?;
            if reports.is_empty() {
                return Err(Refusal::conflict("not_now", "没有待审核的上报。"));
            }
            for report in reports {
                tasks::review(tx, ctx, report, Review::Accept, None, text).await?;
            }
            Ok(())
        }
        BulkAction::GrantClose => {
            let case = Case::look(tx, ctx, task).await?;
            let asked = case.requests.iter().find(|request| request.kind == tasks::RequestKind::Close).map(|request| request.id);
            let request = asked.ok_or_else(|| Refusal::conflict("not_now", "没有待审核的办结申请。"))?;
            tasks::decide_closing(tx, ctx, request, CloseDecision::Grant, text).await.map(drop)
        }
        BulkAction::Tag => tasks::add_tag(tx, ctx, task, text.unwrap_or_default()).await,
        BulkAction::Verify => {
            let version = Case::look(tx, ctx, task).await?.task.version;
            tasks::verify(tx, ctx, task, version, VerificationResult::Pass, text.unwrap_or_default()).await
        }
    }
}

/// Where it stands; for whoever asked for it.
async fn show(tx: &mut Tx, ctx: &Ctx, id: BulkId) -> Outcome<Bulk> {
    let bulk = store::find(tx, id).await?.filter(|bulk| bulk.person_id == ctx.actor.person).ok_or(Refusal::NotFound)?;
    let rows = store::rows(tx, id).await?;
    let ids: Vec<TaskId> = rows.iter().map(|row| row.task_id).collect();
    let names: std::collections::HashMap<_, _> =
        tasks::names_of(tx, ctx, &ids).await?.into_iter().map(|row| (row.0, (row.1, row.2))).collect();
    let count = |state: BulkRowState| i64::try_from(rows.iter().filter(|row| row.state == state).count()).unwrap_or(0);
    Ok(Bulk {
        id,
        action: bulk.action,
        at: bulk.at,
        finished_at: bulk.finished_at,
        total: i64::try_from(rows.len()).unwrap_or(0),
        done: count(BulkRowState::Done),
        refused: count(BulkRowState::Refused),
        rows: rows
            .into_iter()
            .map(|row| {
                let (number, title) = names.get(&row.task_id).cloned().map_or((None, None), |(number, title)| (number, Some(title)));
                let words = row.words.as_deref().map(Words::from_stored);
                BulkRow { task_id: row.task_id, title, number, state: row.state, words }
            })
            .collect(),
    })
}

/// What was asked for, as it stands in the database.
#[derive(Debug, sqlx::FromRow)]
struct BulkRecord {
    person_id: PersonId,
    action: BulkAction,
    input: String,
    at: Moment,
    finished_at: Option<Moment>,
}

/// Removes what was finished long ago; the ledger keeps what was done.
pub async fn sweep(tx: &mut Tx, now: Moment) -> Outcome<()> {
    Ok(store::remove_before(tx, now.minus(std::time::Duration::from_secs(90 * 86_400))).await?)
}
