//! From draft to task: submission, approval, and going out with a number.

use db::Tx;
use kit::Day;
use serde_json::json;
use utoipa::ToSchema;
use wording::{Join, Words, say};

use super::{
    case::{self, Case, Step},
    draft, due, follow,
    kinds::{self, Occasion, Pattern},
    model::{PartyRole, Share, Task, TaskId, TaskState},
    policy::{self, Action},
    store,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    org,
};

/// Submits a draft with the drafts below it, or sends out the drafts below a task that is out. Kinds of source that need
/// approval wait for it; the others go out at once. Answers how many went out.
pub async fn submit(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: Option<i64>, not_secret: bool) -> Outcome<i64> {
    let mut case = Case::open(tx, ctx, id, version).await?;
    if case.task.state != TaskState::Draft {
        case.require(ctx, Action::DispatchChildren)?;
        return send_children(tx, ctx, case, not_secret).await;
    }
    case.require(ctx, Action::Submit)?;
    confirm(not_secret || case.task.not_secret)?;
    draft::require_fields(tx, &case.task).await?;
    check_tree(tx, &case.task).await?;
    if let Some(parent) = case.task.parent_id {
        check_siblings(tx, parent).await?;
    }
    let needs_approval = store::source_kind(tx, &case.task.source_kind).await?.is_some_and(|kind| kind.needs_approval);
    if needs_approval && case.task.parent_id.is_none() {
        case.task.not_secret = true;
        case.task.state = TaskState::Approval;
        (case.task.submitted_by, case.task.submitted_at) = (Some(ctx.actor.person), Some(ctx.now()));
        let words = say!("提交立项审批：“{title}”", title = case.task.title);
        case.finish(tx, ctx, Step::new("submitted", words, json!({}))).await?;
        return Ok(0);
    }
    let task = case.task;
    let sent = send(tx, ctx, task.clone()).await?;
    follow::above(tx, ctx, &task).await?;
    Ok(sent)
}

fn confirm(not_secret: bool) -> Outcome<()> {
    if not_secret {
        return Ok(());
    }
    Err(Refusal::field("not_secret", "请确认任务内容和附件不涉及国家秘密"))
}

async fn send_children(tx: &mut Tx, ctx: &Ctx, case: Case, not_secret: bool) -> Outcome<i64> {
    confirm(not_secret)?;
    check_tree(tx, &case.task).await?;
    let (mut sent, mut last) = (0, None);
    for child in store::children(tx, case.task.id).await? {
        if child.state == TaskState::Draft && policy::is_issuer(&child, &ctx.actor) {
            sent += send(tx, ctx, child.clone()).await?;
            last = Some(child);
        }
    }
    let words = say!("下达 {sent} 项下级任务");
    case.finish(tx, ctx, Step::new("children_dispatched", words, json!({ "count": sent }))).await?;
    // Once for all, and after the task has been put back: what is above looks at everything below it.
    if let Some(child) = last {
        follow::above(tx, ctx, &child).await?;
    }
    Ok(sent)
}

/// What a person decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Yes.
    Approve,
    /// No, with a reason.
    Reject,
}

/// Decides on a submitted task: it goes out, or becomes a draft again.
pub async fn approve(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64, decision: Decision, reason: Option<&str>) -> Outcome<()> {
    let mut case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Approve)?;
    let mut fields = Fields::default();
    let reason = match decision {
        Decision::Reject => Some(fields.text("reason", reason.unwrap_or_default(), 2000)),
        Decision::Approve => fields.optional_text("reason", reason, 2000),
    };
    fields.finish()?;
    let data = json!({ "reason": reason });
    match decision {
        Decision::Reject => {
            case.task.state = TaskState::Draft;
            let words = say!("立项审批未通过：{reason}", reason = reason.unwrap_or_default());
            case.finish(tx, ctx, Step::new("rejected", words, data)).await
        }
        Decision::Approve => {
            check_tree(tx, &case.task).await?;
            case::note(tx, ctx, &case.task, Step::new("approved", "立项审批通过", data)).await?;
            send(tx, ctx, case.task).await?;
            Ok(())
        }
    }
}

/// What goes out alone still makes a whole with the tasks beside it.
async fn check_siblings(tx: &mut Tx, parent: TaskId) -> Outcome<()> {
    let live = store::children(tx, parent).await?.into_iter().filter(|task| task.state != TaskState::Terminated);
    let sum = Share(live.map(|task| task.weight.0).sum());
    if sum == Share::WHOLE {
        return Ok(());
    }
    Err(Refusal::field("weight", say!("与同级任务的权重合计应为 100%，现为 {sum}，请先在上级任务中调整分解", sum = sum.words())))
}

/// Checks a tree of drafts: a lead on every leaf, no child later than its parent, weights that make a whole.
async fn check_tree(tx: &mut Tx, top: &Task) -> Outcome<()> {
    let mut fields = Fields::default();
    let mut queue = vec![(top.clone(), String::new())];
    while let Some((task, path)) = queue.pop() {
        let (top, title) = (path.is_empty(), &task.title);
        let below = if task.children > 0 { store::children(tx, task.id).await? } else { Vec::new() };
        let live: Vec<_> = below.iter().filter(|child| child.state != TaskState::Terminated).collect();
        if task.state == TaskState::Draft {
            let parties = store::parties(tx, task.id).await?;
            if live.is_empty() && !parties.iter().any(|party| party.role == PartyRole::Lead) {
                let words = if top {
                    "没有牵头单位，不能交办".into()
                } else {
                    say!("“{title}”：没有牵头单位，不能交办")
                };
                fields.add(&format!("{path}parties"), words);
            }
        }
        let sum: i64 = live.iter().map(|child| child.weight.0).sum();
        if !live.is_empty() && sum != Share::WHOLE.0 {
            let sum = Share(sum).words();
            let words = if top {
                say!("下级任务权重合计应为 100%，现为 {sum}")
            } else {
                say!("“{title}”：下级任务权重合计应为 100%，现为 {sum}")
            };
            fields.add(&format!("{path}children"), words);
        }
        for (index, child) in live.into_iter().enumerate() {
            if let (Some(due), Some(limit)) = (child.due_day, task.due_day)
                && due > limit
            {
                let words = say!("“{title}”的期限 {due} 晚于上级任务的期限 {limit}", title = child.title);
                fields.add(&format!("{path}children[{index}].due"), words);
            }
            if child.state == TaskState::Draft {
                queue.push((child.clone(), format!("{path}children[{index}].")));
            }
        }
    }
    fields.finish()
}

/// Sends a task and every draft below it out; answers how many.
async fn send(tx: &mut Tx, ctx: &Ctx, top: Task) -> Outcome<i64> {
    let mut sent = 0;
    let (parent_number, limit) = match top.parent_id {
        Some(parent) => store::find(tx, parent).await?.map_or((None, None), |task| (task.number, task.due_day)),
        None => (None, None),
    };
    let mut queue = vec![(top, parent_number, limit)];
    while let Some((mut task, parent_number, limit)) = queue.pop() {
        if let (None, Some(limit)) = (task.due_day, limit) {
            // What is part of something that ends, ends with it: without a day nobody would ever be late with it.
            due::decide(&mut task, limit, say!("没有单独设定期限，随上级任务，{limit}前办结"))?;
        }
        let below = if task.children > 0 { store::children(tx, task.id).await? } else { Vec::new() };
        let number = match (&task.number, &parent_number) {
            // It was out before and was taken back.
            (Some(own), _) => own.clone(),
            (None, Some(above)) => format!("{above}-{:02}", task.position),
            (None, None) => root_number(tx, ctx, &task).await?,
        };
        let live = || below.iter().filter(|child| !matches!(child.state, TaskState::Terminated | TaskState::Approval));
        let (out, done) = (live().count(), live().filter(|child| child.state.is_done()).count());
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        for child in below.into_iter().filter(|child| child.state == TaskState::Draft) {
            queue.push((child, Some(number.clone()), task.due_day));
        }
        go_out(tx, ctx, &mut task, number).await?;
        if out > 0 {
            store::set_out_below(tx, task.id, count(out), count(out - done)).await?;
        }
        sent += 1;
    }
    Ok(sent)
}

/// The next number of the task's kind.
async fn root_number(tx: &mut Tx, ctx: &Ctx, task: &Task) -> Outcome<String> {
    let own = kinds::numbering(tx, &task.source_kind).await?;
    let pattern = Pattern::read(own.as_deref().unwrap_or(kinds::USUAL)).map_err(|words| Refusal::internal(words.zh()))?;
    let unit = match task.issuer_unit_id {
        Some(unit) => org::unit_refs(tx, [unit]).await?.into_iter().next().map(|unit| unit.short_name).unwrap_or_default(),
        None => String::new(),
    };
    let day = ctx.today().to_string();
    let occasion = Occasion { day: &day, unit: &unit };
    let counter = format!("task:{}", pattern.counter(occasion));
    loop {
        let number = pattern.number(occasion, store::next_value(tx, &counter).await?);
        // In use only where patterns were changed, or a ledger brought numbers of its own.
        if !store::is_taken(tx, &number).await? {
            return Ok(number);
        }
    }
}

async fn go_out(tx: &mut Tx, ctx: &Ctx, task: &mut Task, number: String) -> Outcome<()> {
    let (now, today) = (ctx.now(), ctx.today());
    let before = task.clone();
    task.number = Some(number.clone());
    task.state = TaskState::Dispatched;
    task.dispatched_at = Some(now);
    task.submitted_by = task.submitted_by.or(Some(ctx.actor.person));
    task.not_secret = true;
    let start: Day = task.start_day.unwrap_or(today);
    task.start_day = Some(start.min(task.due_day.unwrap_or(start)));
    task.original_due_day = task.due_day;
    let parties = store::parties(tx, task.id).await?;
    // A heading over other tasks has nobody who could sign it.
    if !parties.iter().any(|party| party.role.leads()) {
        task.state = TaskState::Active;
    }
    // Words were read when they were written down, perhaps by an older calendar.
    task.planned_by = if task.due_from.is_some() { 0 } else { ctx.generation };
    draft::plan_dues(tx, ctx, task, today).await?;
    store::assign_parties(tx, task.id, now).await?;
    case::light(tx, ctx, task, &[], &parties).await?;
    store::save(tx, &before, task).await?;
    let names = Words::join(Join::Things, parties.iter().map(|party| party.role.of(&party.unit_name)));
    let to = if parties.is_empty() { say!("编号 {number}，交办") } else { say!("编号 {number}，交办给{names}") };
    let words = to.then(Join::Parts, task.due_day.map(|day| say!("{day}前办结")).unwrap_or_default());
    let data = json!({ "number": number, "due_day": task.due_day, "parties": parties.iter().map(|p| p.unit_id).collect::<Vec<_>>() });
    case::note(tx, ctx, task, Step::new("dispatched", words, data)).await
}
