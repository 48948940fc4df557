//! Many plausible tasks in little time, for measurements: the shape of lists and figures, without a ledger behind it.

use db::Tx;
use kit::{Day, Moment};

use super::{
    filter::FilterQuery,
    kinds, lamp,
    model::{Importance, PartyId, PartyRole, PartyRow, PartyState, RuleKind, Share, Task, TaskId, TaskState, Urgency},
    rules::TaskRules,
    store,
};
use crate::{
    access::Principal,
    app::{Ctx, Outcome},
    org::{PersonId, UnitId},
};

const VERBS: [&str; 8] = ["推进", "加快", "完善", "开展", "组织", "落实", "统筹", "做好"];
const OBJECTS: [&str; 10] = [
    "港口码头建设",
    "招商引资项目",
    "安全生产检查",
    "污水管网改造",
    "营商环境优化",
    "道路绿化提升",
    "企业用工服务",
    "土地征收工作",
    "统计数据报送",
    "应急预案演练",
];

/// A task to be written for measurements.
#[derive(Clone, Debug)]
pub struct BenchTask {
    /// Told apart by it.
    pub number: String,
    pub title: String,
    pub demand: String,
    pub state: TaskState,
    pub importance: Importance,
    pub urgency: Urgency,
    pub created_on: Day,
    pub due: Option<Day>,
    pub closed_on: Option<Day>,
    /// In percent.
    pub progress: i64,
    /// Who leads it.
    pub unit: UnitId,
    pub person: Option<PersonId>,
}

/// Writes `count` tasks, spread over three years before now and over the units; most of them are closed. `first` is the
/// number of the first, so that batches differ.
pub async fn make_many(tx: &mut Tx, ctx: &Ctx, units: &[(UnitId, Option<PersonId>)], first: i64, count: i64) -> Outcome<()> {
    let today = ctx.today();
    let below = |n: usize| i64::try_from(ctx.rng.below(n as u64)).unwrap_or(0);
    let pick = |n: usize| usize::try_from(ctx.rng.below(n as u64)).unwrap_or(0);
    let mut rows = Vec::new();
    for n in first..first + count {
        let created_on = today.plus_days(-below(1095));
        let due = created_on.plus_days(10 + below(110));
        let open = due >= today.plus_days(-5) || pick(60) == 0;
        let progress = if open { below(95) } else { 100 };
        let title =
            format!("{}{}（第{n}号）", VERBS.get(pick(VERBS.len())).unwrap_or(&""), OBJECTS.get(pick(OBJECTS.len())).unwrap_or(&""));
        let importance = if pick(100) < 15 { Importance::Important } else { Importance::Normal };
        let Some((unit, person)) = units.get(pick(units.len())).copied() else { break };
        rows.push(BenchTask {
            number: format!("B-{n:08}"),
            title,
            demand: "按方案要求推进，按月报送进展。".to_owned(),
            state: if open { TaskState::Active } else { TaskState::Settled },
            importance,
            urgency: Urgency::Routine,
            created_on,
            due: Some(due),
            closed_on: (!open).then_some(due),
            progress,
            unit,
            person,
        });
    }
    make(tx, ctx, &rows).await
}

/// Writes these tasks.
pub async fn make(tx: &mut Tx, ctx: &Ctx, rows: &[BenchTask]) -> Outcome<()> {
    let (now, today) = (ctx.now(), ctx.today());
    let (mut tasks, mut parties) = (Vec::new(), Vec::new());
    for row in rows {
        let open = row.state.is_open();
        let id = TaskId::new(&ctx.rng, Moment::from_millis(row.created_on.start().millis().min(now.millis())));
        let progress = Share(row.progress.clamp(0, 100) * 10_000);
        let out = row.created_on.start();
        let mut task = Task {
            id,
            number: Some(row.number.clone()),
            parent_id: None,
            root_id: id,
            depth: 0,
            position: 1,
            title: row.title.clone(),
            demand: row.demand.clone(),
            source_kind: "other".to_owned(),
            source_document: None,
            clause: None,
            importance: row.importance,
            urgency: row.urgency,
            state: row.state,
            creator_id: ctx.actor.person,
            issuer_unit_id: ctx.actor.unit,
            issuer_kind: None,
            submitted_by: None,
            submitted_at: None,
            created_at: out,
            dispatched_at: Some(out),
            closed_at: row.closed_on.map(Day::start),
            settled_at: None,
            last_report_at: None,
            start_day: Some(row.created_on.min(row.due.unwrap_or(row.created_on))),
            due_day: row.due,
            original_due_day: row.due,
            due_text: None,
            due_explanation: "[]".to_owned(),
            rule_kind: RuleKind::None,
            rule_day: None,
            weight: Share::WHOLE,
            progress,
            claimed: progress,
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
            due_from: None,
            not_secret: true,
            version: 1,
        };
        let facts = lamp::Facts { task: &task, milestones: &[], dues: &[], stopped: None };
        let turns = lamp::plan(&facts, &ctx.calendar, &ctx.rules.get::<TaskRules>());
        task.planned_by = ctx.generation;
        lamp::apply(&mut task, &turns, today, ctx.generation);
        parties.push(PartyRow {
            id: PartyId::new(&ctx.rng, now),
            task_id: id,
            unit_id: row.unit,
            person_id: row.person,
            role: PartyRole::Lead,
            state: if open { PartyState::Signed } else { PartyState::Done },
            position: 1,
            assigned_at: Some(now),
            signed_at: None,
            signed_by: None,
            returned: 0,
            demand: None,
            due_day: None,
            done_at: None,
            done_by: None,
            done_text: None,
            waived: false,
            unit_name: String::new(),
            unit_short: String::new(),
            person_name: None,
        });
        tasks.push(task);
    }
    store::insert_many(tx, &tasks).await?;
    store::insert_parties(tx, &parties).await?;
    Ok(())
}

/// The SQL of a page of the list and nothing else: the tasks, who takes part in them, and what is written beside them. The
/// floor of what a page can cost; no session, no words, no JSON. Answers how many tasks there were.
pub async fn raw_page(tx: &mut Tx, actor: &Principal, today: Day, query: &FilterQuery) -> Outcome<usize> {
    let (filter, sort) = query.read()?;
    let eye = store::Eye { scope: &actor.scope, me: actor.person, today, soon: today };
    let tasks = store::list(tx, &eye, &filter, sort, None, query.limit.unwrap_or(50) + 1).await?;
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    store::parties_of(tx, ids.iter().copied()).await?;
    store::kind_names(tx).await?;
    store::marks(tx, actor.person, &ids).await?;
    kinds::of(tx, &ids).await?;
    store::tags_of(tx, &ids).await?;
    Ok(ids.len())
}

/// Lets the planner know how the tables have grown.
pub async fn settle(tx: &mut Tx) -> Outcome<()> {
    Ok(tx.refresh_statistics(true).await?)
}
