//! Setting a task up: facts, parties, steps, due day.

use std::collections::BTreeSet;

use db::Tx;
use kit::Day;
use serde_json::json;
use wording::say;

use super::{
    case::{Case, Step, note},
    due::{self, Due},
    follow, kinds,
    model::{
        DueInput, Importance, MilestoneId, MilestoneInput, MilestoneRow, PartyId, PartyInput, PartyRole, PartyRow, PartyState, ReportDueId,
        ReportRule, RuleKind, Share, Task, TaskId, TaskInput, TaskState, Urgency,
    },
    policy::Action,
    store, tags,
};
use crate::{
    access::Role,
    app::{Ctx, Fields, Outcome, Refusal},
    files,
    org::{self, UnitId},
};

/// Levels of a tree.
const MAX_DEPTH: i64 = 10;
/// Parties of a task.
const MAX_PARTIES: usize = 200;
/// Steps of a task.
const MAX_MILESTONES: usize = 60;

/// Where a new task hangs.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The task above it.
    pub parent: &'a Task,
    /// Its place among the tasks beside it.
    pub position: i64,
    /// Its share of the task above.
    pub weight: Share,
    /// The unit that issues it.
    pub issuer: Option<UnitId>,
}

/// Makes a draft; answers its id. The caller holds the tree when there is one.
pub async fn create(tx: &mut Tx, ctx: &Ctx, input: &TaskInput, place: Option<Place<'_>>) -> Outcome<TaskId> {
    let id = TaskId::new(&ctx.rng, ctx.now());
    let parent = place.map(|place| place.parent);
    let mut task = Task {
        id,
        number: None,
        parent_id: parent.map(|p| p.id),
        root_id: parent.map_or(id, |p| p.root_id),
        depth: parent.map_or(0, |p| p.depth + 1),
        position: place.map_or(1, |p| p.position),
        title: String::new(),
        demand: String::new(),
        source_kind: parent.map_or_else(|| "other".to_owned(), |p| p.source_kind.clone()),
        source_document: parent.and_then(|p| p.source_document.clone()),
        clause: None,
        importance: parent.map_or(Importance::Normal, |p| p.importance),
        urgency: parent.map_or(Urgency::Routine, |p| p.urgency),
        state: TaskState::Draft,
        creator_id: ctx.actor.person,
        issuer_unit_id: place.map_or(ctx.actor.unit, |p| p.issuer),
        issuer_kind: None,
        submitted_by: None,
        submitted_at: None,
        created_at: ctx.now(),
        dispatched_at: None,
        closed_at: None,
        settled_at: None,
        last_report_at: None,
        start_day: None,
        due_day: None,
        original_due_day: None,
        due_text: None,
        due_from: None,
        due_explanation: "[]".to_owned(),
        rule_kind: RuleKind::None,
        rule_day: None,
        weight: place.map_or(Share::WHOLE, |p| p.weight),
        progress: Share::ZERO,
        claimed: Share::ZERO,
        children: 0,
        children_out: 0,
        children_open: 0,
        stage: None,
        sent_back: 0,
        red_since: None,
        yellow_from: None,
        orange_from: None,
        red_from: None,
        lamp_plan: "[]".to_owned(),
        planned_by: 0,
        review_day: None,
        waits_for: None,
        stopped: None,
        open_risks: 0,
        suspended_on: None,
        suspended_by: None,
        stood_days: 0,
        not_secret: false,
        version: 1,
    };
    if task.depth >= MAX_DEPTH {
        return Err(Refusal::field("parent_id", say!("任务最多分解 {MAX_DEPTH} 级")));
    }
    if input.title.is_none() {
        return Err(Refusal::field("title", "不能为空"));
    }
    let steps = set_facts(tx, ctx, &mut task, input).await?;
    if let (Some(due), Some(limit)) = (task.due_day, parent.and_then(|p| p.due_day))
        && due > limit
    {
        return Err(later_than_parent(limit));
    }
    store::insert(tx, &task).await?;
    if let Some(parties) = &input.parties {
        set_parties(tx, ctx, &task, Vec::new(), parties).await?;
    }
    if !steps.is_empty() {
        store::replace_milestones(tx, id, &steps).await?;
    }
    kinds::set(tx, &task, input.fields.as_ref(), false).await?;
    if let Some(names) = &input.tags {
        tags::set(tx, ctx, id, names).await?;
    }
    files::attach(tx, ctx, id.0, files::Owner::task(id.0), input.file_ids.as_deref().unwrap_or_default()).await?;
    let data = json!({ "title": task.title, "parent": task.parent_id });
    note(tx, ctx, &task, Step::new("created", say!("起草任务“{title}”", title = task.title), data)).await?;
    Ok(id)
}

pub(super) fn later_than_parent(limit: Day) -> Refusal {
    Refusal::field("due", say!("不能晚于上级任务的期限 {limit}"))
}

/// Puts what was given into the task; answers the steps it has from now on, empty when they stay as they are.
pub(super) async fn set_facts(tx: &mut Tx, ctx: &Ctx, task: &mut Task, input: &TaskInput) -> Outcome<Vec<MilestoneRow>> {
    let mut fields = Fields::default();
    if let Some(title) = &input.title {
        task.title = fields.text("title", title, 300).replace(['\n', '\r', '\t'], " ");
    }
    if let Some(demand) = &input.demand {
        task.demand = fields.optional_text("demand", Some(demand), 20_000).unwrap_or_default();
    }
    if let Some(document) = &input.source_document {
        task.source_document = fields.optional_text("source_document", Some(document), 300);
    }
    if let Some(clause) = &input.clause {
        task.clause = fields.optional_text("clause", Some(clause), 500);
    }
    if let Some(code) = &input.source_kind {
        if store::source_kind(tx, code).await?.is_none() {
            fields.add("source_kind", "没有这种任务来源");
        }
        task.source_kind.clone_from(code);
    }
    let due = input.due.as_ref().filter(|given| !due::says_nothing_new(task, given, input.start_day));
    task.importance = input.importance.unwrap_or(task.importance);
    task.urgency = input.urgency.unwrap_or(task.urgency);
    task.start_day = input.start_day.or(task.start_day);
    task.not_secret = input.not_secret.unwrap_or(task.not_secret);
    let mut steps = None;
    let mut rule = input.report_rule;
    if let Some(given) = due {
        match read_due(ctx, task, given) {
            Ok(due) => {
                task.due_day = due.day;
                task.due_text = due.text;
                task.due_from = due.from;
                task.due_explanation = due::explanation_to_store(&due.explanation)?;
                rule = rule.or(due.rule);
                if due.steps.len() > 1 {
                    steps = Some(steps_of(ctx, &due.steps));
                }
            }
            Err(refusal) => fields.absorb(refusal)?,
        }
    }
    if let Some(rule) = rule {
        match due::cadence_of(rule) {
            Ok(cadence) => {
                let days_of_its_own = matches!(rule.kind, RuleKind::Milestone | RuleKind::OnEvent);
                let rule = if days_of_its_own { ReportRule { day: None, ..rule } } else { due::rule_of(cadence) };
                task.rule_kind = rule.kind;
                task.rule_day = rule.day;
            }
            Err(refusal) => fields.absorb(refusal)?,
        }
    }
    if let (Some(start), Some(due)) = (task.start_day, task.due_day)
        && start > due
    {
        fields.add("start_day", "不能晚于到期日");
    }
    if let Some(given) = &input.milestones {
        steps = Some(checked_steps(tx, ctx, task, given, &mut fields).await?);
    }
    fields.finish()?;
    Ok(steps.unwrap_or_default())
}

fn read_due(ctx: &Ctx, task: &Task, given: &DueInput) -> Outcome<Due> {
    let from = task.start_day.unwrap_or_else(|| task.dispatched_at.map_or_else(|| ctx.today(), kit::Moment::day));
    due::read(given, from, &ctx.calendar)
}

/// Several days in one text become steps of equal weight.
fn steps_of(ctx: &Ctx, days: &[Day]) -> Vec<MilestoneRow> {
    let shares = equal_shares(days.len());
    days.iter()
        .zip(shares)
        .zip(1..)
        .map(|((day, weight), n)| MilestoneRow {
            id: MilestoneId::new(&ctx.rng, ctx.now()),
            title: say!("第{n}阶段（{day}）").spoken(),
            due_day: *day,
            weight,
            deliverable: None,
            report_id: None,
            done_at: None,
        })
        .collect()
}

/// `n` shares that add up to the whole; the first ones take what cannot be divided.
pub fn equal_shares(n: usize) -> Vec<Share> {
    let n = i64::try_from(n).unwrap_or(1).max(1);
    let (each, rest) = (Share::WHOLE.0 / n, Share::WHOLE.0 % n);
    (0..n).map(|index| Share(each + i64::from(index < rest))).collect()
}

async fn checked_steps(tx: &mut Tx, ctx: &Ctx, task: &Task, given: &[MilestoneInput], fields: &mut Fields) -> Outcome<Vec<MilestoneRow>> {
    if given.len() > MAX_MILESTONES {
        fields.add("milestones", say!("最多 {MAX_MILESTONES} 个节点"));
        return Ok(Vec::new());
    }
    let before = store::milestones(tx, task.id).await?;
    let shares = equal_shares(given.len());
    let weighted = given.iter().any(|step| step.weight.is_some());
    let mut rows = Vec::new();
    for (index, (step, equal)) in given.iter().zip(shares).enumerate() {
        let mut own = Fields::default();
        own.under(format!("milestones[{index}]."));
        let title = own.text("title", &step.title, 100);
        let deliverable = own.optional_text("deliverable", step.deliverable.as_deref(), 300);
        if task.due_day.is_some_and(|due| step.due_day > due) {
            own.add("due_day", "不能晚于任务的期限");
        }
        let weight = match step.weight.map(Share::from_percent) {
            Some(Some(weight)) => weight,
            None if !weighted => equal,
            _ => {
                own.add("weight", "权重应为 0 至 100，要么全部填写，要么全部留空");
                Share::ZERO
            }
        };
        let old = before.iter().find(|row| Some(row.id) == step.id);
        if old.is_some_and(|old| rows.iter().any(|row: &MilestoneRow| row.id == old.id)) {
            own.add("id", "同一个节点出现了两次");
        }
        if let Err(refusal) = own.finish() {
            fields.absorb(refusal)?;
        }
        rows.push(MilestoneRow {
            id: old.map_or_else(|| MilestoneId::new(&ctx.rng, ctx.now()), |row| row.id),
            title,
            due_day: step.due_day,
            weight,
            deliverable,
            report_id: old.and_then(|row| row.report_id),
            done_at: old.and_then(|row| row.done_at),
        });
    }
    if weighted && rows.iter().map(|row| row.weight.0).sum::<i64>() != Share::WHOLE.0 {
        fields.add("milestones", "节点权重合计应为 100%");
    }
    rows.sort_by_key(|row| row.due_day);
    Ok(rows)
}

/// Only the committee's side may task any unit; a unit tasks its own.
pub fn may_task(ctx: &Ctx, unit: UnitId) -> bool {
    ctx.actor.is(Role::Centre) || ctx.actor.is(Role::Leader) || ctx.actor.person.0 == kit::NIL || ctx.actor.acts_for(unit)
}

/// Replaces the parties. Those that stay keep their signature; those that go must not have worked yet.
pub(super) async fn set_parties(
    tx: &mut Tx,
    ctx: &Ctx,
    task: &Task,
    before: Vec<PartyRow>,
    given: &[PartyInput],
) -> Outcome<Vec<PartyRow>> {
    let mut fields = Fields::default();
    if given.len() > MAX_PARTIES {
        fields.add("parties", say!("最多 {MAX_PARTIES} 个责任方"));
        fields.finish()?;
        return Ok(Vec::new());
    }
    if given.iter().filter(|party| party.role == PartyRole::Lead).count() > 1 {
        fields.add("parties", "只能有一个牵头单位，其余可设为共同牵头");
    }
    let units: BTreeSet<UnitId> = given.iter().map(|party| party.unit_id).collect();
    let mut known = org::active_units(tx, units.iter().copied()).await?;
    let active: Vec<UnitId> = known.iter().map(|unit| unit.id).collect();
    if active.len() < units.len() {
        known = org::unit_refs(tx, units.iter().copied()).await?;
    }
    let mut seen = BTreeSet::new();
    for (index, party) in given.iter().enumerate() {
        let field = format!("parties[{index}].unit_id");
        let kept = before.iter().any(|row| row.unit_id == party.unit_id);
        match known.iter().find(|unit| unit.id == party.unit_id) {
            None => fields.add(&field, "单位不存在"),
            Some(unit) if !kept && !may_task(ctx, party.unit_id) => {
                fields.add(&field, say!("“{unit}”不在您的管理范围内，请报政务运营中心交办", unit = unit.name));
            }
            Some(unit) if !kept && !active.contains(&party.unit_id) => fields.add(&field, say!("“{unit}”已经停用", unit = unit.name)),
            Some(_) => {}
        }
        if !seen.insert(party.unit_id) {
            fields.add(&field, "同一单位重复出现");
        }
        if let Some(person) = party.person_id
            && !org::works_in(tx, person, party.unit_id, ctx.today()).await?
        {
            fields.add(&format!("parties[{index}].person_id"), "此人不在该单位");
        }
        if let (Some(due), Some(limit)) = (party.due_day.flatten(), task.due_day)
            && due > limit
        {
            fields.add(&format!("parties[{index}].due_day"), say!("不能晚于任务的期限 {limit}"));
        }
    }
    std::mem::take(&mut fields).finish()?;
    for row in &before {
        if !given.iter().any(|party| party.unit_id == row.unit_id && party.role == row.role) {
            if row.state != PartyState::Unsigned && task.dispatched_at.is_some() {
                let words = say!("“{unit}”已经签收，不能移除或改变角色", unit = row.unit_name);
                return Err(Refusal::field("parties", words));
            }
            tx.attempt(async |tx| store::remove_party(tx, row.id).await).await?.map_err(|error| match error {
                error if error.is_foreign_key_violation() => {
                    Refusal::field("parties", say!("“{unit}”已有督办或退回记录，不能移除", unit = row.unit_name))
                }
                error => error.into(),
            })?;
        }
    }
    let mut rows = Vec::new();
    for (party, position) in given.iter().zip(1_i64..) {
        let old = before.iter().find(|row| row.unit_id == party.unit_id && row.role == party.role);
        if let Some(old) = old {
            let mut row = old.clone();
            // Once it is out, a handler is changed and not forgotten.
            row.position = position;
            if party.demand.is_some() {
                row.demand = asked_of(party, position, &mut fields);
            }
            row.due_day = party.due_day.unwrap_or(row.due_day);
            row.person_id = party.person_id.or(row.person_id.filter(|_| task.dispatched_at.is_some()));
            store::save_party(tx, &row).await?;
            rows.push(row);
            continue;
        }
        let row = PartyRow {
            demand: asked_of(party, position, &mut fields),
            due_day: party.due_day.flatten(),
            done_at: None,
            done_by: None,
            done_text: None,
            waived: false,
            id: PartyId::new(&ctx.rng, ctx.now()),
            task_id: task.id,
            unit_id: party.unit_id,
            person_id: party.person_id,
            role: party.role,
            state: PartyState::Unsigned,
            position,
            assigned_at: task.dispatched_at.map(|_| ctx.now()),
            signed_at: None,
            signed_by: None,
            returned: 0,
            unit_name: known.iter().find(|unit| unit.id == party.unit_id).map(|unit| unit.name.clone()).unwrap_or_default(),
            unit_short: String::new(),
            person_name: None,
        };
        store::insert_party(tx, &row).await?;
        rows.push(row);
    }
    fields.finish()?;
    Ok(rows)
}

/// What is asked of one party in particular.
fn asked_of(party: &PartyInput, position: i64, fields: &mut Fields) -> Option<String> {
    let mut own = Fields::default();
    own.under(format!("parties[{index}].", index = position - 1));
    let demand = own.optional_text("demand", party.demand.as_deref(), 500);
    if let Err(refusal) = own.finish() {
        let _ = fields.absorb(refusal);
    }
    demand
}

/// Refuses a task that does not say what its kind asks for.
pub(super) async fn require_fields(tx: &mut Tx, task: &Task) -> Outcome<()> {
    let mut fields = Fields::default();
    for (code, name) in kinds::missing(tx, task).await? {
        fields.add(&format!("fields.{code}"), say!("请填写“{name}”"));
    }
    fields.finish()
}

/// A task ends within the one above it, and after everything in it.
pub(super) async fn check_limits(tx: &mut Tx, task: &Task, steps: &[MilestoneRow]) -> Outcome<()> {
    let Some(due) = task.due_day else { return Ok(()) };
    if let Some(parent) = task.parent_id
        && let Some(limit) = store::find(tx, parent).await?.and_then(|parent| parent.due_day)
        && due > limit
    {
        return Err(later_than_parent(limit));
    }
    if let Some(child) = store::latest_child_due(tx, task.id).await?.filter(|child| due < *child) {
        return Err(Refusal::field("due", say!("不能早于下级任务的期限 {child}")));
    }
    if let Some(step) = steps.iter().find(|step| step.due_day > due) {
        return Err(Refusal::field("due", say!("不能早于节点“{title}”的日期 {day}", title = step.title, day = step.due_day)));
    }
    Ok(())
}

/// Standing tasks get their duties so far ahead; a daily job adds what comes into sight.
pub(super) const STANDING_AHEAD_DAYS: i64 = 370;

/// Writes the duties to report that follow from the task's rule, from the day after `from` to its due day.
pub(super) async fn plan_dues(tx: &mut Tx, ctx: &Ctx, task: &Task, from: Day) -> Outcome<()> {
    let until = task.due_day.unwrap_or_else(|| from.plus_days(STANDING_AHEAD_DAYS));
    for day in days_of_rule(tx, ctx, task, from, until).await? {
        store::insert_report_due(tx, ReportDueId::new(&ctx.rng, ctx.now()), task.id, day).await?;
    }
    Ok(())
}

/// The days on which the task's rule asks for a report, after `from` and up to `until`.
pub(super) async fn days_of_rule(tx: &mut Tx, ctx: &Ctx, task: &Task, from: Day, until: Day) -> Outcome<Vec<Day>> {
    let rule = ReportRule { kind: task.rule_kind, day: task.rule_day };
    let mut steps = Vec::new();
    if rule.kind == RuleKind::Milestone {
        steps.extend(store::milestones(tx, task.id).await?.into_iter().filter(|step| step.done_at.is_none()).map(|step| step.due_day));
    }
    days_of(ctx, rule, task.start_day, &steps, from, until)
}

/// The days on which a rule asks for a report, after `from` and up to `until`; `steps` are those that are open, in their order.
pub fn days_of(ctx: &Ctx, rule: ReportRule, start: Option<Day>, steps: &[Day], from: Day, until: Day) -> Outcome<Vec<Day>> {
    if rule.kind == RuleKind::Milestone {
        let mut days: Vec<Day> = steps.iter().filter_map(|day| Day::new(ctx.calendar.workday_on_or_before(day.date()))).collect();
        days.retain(|day| *day > from && *day <= until);
        days.dedup();
        return Ok(days);
    }
    let cadence = due::cadence_of(rule)?;
    let start = start.unwrap_or(from).max(from).plus_days(1);
    if cadence == workdays::Cadence::None || start > until {
        return Ok(Vec::new());
    }
    let days = cadence.due_days(start.date(), until.date(), &ctx.calendar).take(400);
    Ok(days.filter_map(|due| Day::new(due.day)).collect())
}

/// Removes a draft and the drafts below it.
pub async fn delete(tx: &mut Tx, ctx: &Ctx, id: TaskId, version: i64) -> Outcome<()> {
    let case = Case::open(tx, ctx, id, Some(version)).await?;
    case.require(ctx, Action::Delete)?;
    let task = case.task;
    let ids = drafts_below(tx, &task).await?;
    let words = say!("删除草稿“{title}”", title = task.title);
    let above = match task.parent_id {
        Some(parent) => store::find(tx, parent).await?,
        None => None,
    };
    // The ledger keeps what the tables forget; the parent's time line shows it.
    note(tx, ctx, above.as_ref().unwrap_or(&task), Step::new("draft_deleted", words, json!({ "task": id, "title": task.title }))).await?;
    store::remove_drafts(tx, &ids).await.map_err(spoken_of)?;
    follow::above(tx, ctx, &task).await
}

/// Somebody has commented on it, follows it or has linked it: what hangs on it is not thrown away with it.
pub(super) fn spoken_of(error: db::Error) -> Refusal {
    if error.is_foreign_key_violation() {
        return Refusal::conflict("not_now", "草稿已有评论、关注、关联或其他记录，不能删除。");
    }
    error.into()
}

/// A draft with every draft below it, parents before children.
pub(super) async fn drafts_below(tx: &mut Tx, task: &Task) -> Outcome<Vec<TaskId>> {
    let mut ids = vec![task.id];
    let mut index = 0;
    while let Some(id) = ids.get(index).copied() {
        let below = store::children(tx, id).await?;
        ids.extend(below.iter().filter(|child| child.state == TaskState::Draft).map(|child| child.id));
        index += 1;
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shares_always_make_a_whole() {
        for n in 1..=10_000 {
            assert_eq!(equal_shares(n).iter().map(|share| share.0).sum::<i64>(), 1_000_000, "{n}");
        }
    }
}
