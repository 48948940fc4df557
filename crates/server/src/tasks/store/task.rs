use db::{Result, Sql, Tx, execute, run};
use kit::{Day, Moment};
use wording::Words;

use super::move_parties;
use crate::org::UnitId;
use crate::tasks::model::{ClosureId, ClosureRow, Share, Task, TaskId, TaskState};

macro_rules! select_task {
    ($rest:literal) => {
        select_task!("", $rest)
    };
    // With further columns.
    ($more:literal, $rest:literal) => {
        concat!(
            "select t.id, t.number, t.parent_id, t.root_id, t.depth, t.position, t.title, t.demand, t.source_kind, t.source_document, \
             t.clause, t.importance, t.urgency, t.state, t.creator_id, t.issuer_unit_id, iu.kind as issuer_kind, t.submitted_by, t.submitted_at, \
             t.created_at, t.dispatched_at, t.closed_at, t.settled_at, t.last_report_at, t.start_day, t.due_day, t.original_due_day, \
             t.due_text, t.due_explanation, t.rule_kind, t.rule_day, t.weight, t.progress, t.claimed, t.children, t.children_out, t.children_open, t.stage, t.sent_back, \
             t.red_since, t.yellow_from, t.orange_from, t.red_from, t.lamp_plan, t.planned_by, t.review_day, t.due_from, t.suspended_on, t.suspended_by, t.stood_days, t.waits_for, t.open_risks, t.stopped, t.not_secret, t.version",
            $more,
            " from task t left join unit iu on iu.id = t.issuer_unit_id ",
            $rest
        )
    };
}
pub(in crate::tasks) use select_task;

/// Keeps every other writer of the task's whole tree waiting until this transaction ends; `false` when there is no such
/// task. One lock a verb, always the root: two verbs cannot wait for each other. Where this transaction is the only writer
/// anyway there is nothing to hold, and whether the task is there shows when it is read.
pub(in crate::tasks) async fn lock_tree(tx: &mut Tx, id: TaskId) -> Result<bool> {
    if tx.writes_alone() {
        return Ok(true);
    }
    let row: Option<(TaskId,)> =
        run!(tx, |c| sqlx::query_as("update task set version = version where id = (select root_id from task where id = $1) returning id")
            .bind(id)
            .fetch_optional(c))?;
    Ok(row.is_some())
}

/// [`lock_tree`] for two tasks at once, always the lower root first: two that link or merge the other way round do not wait
/// for each other.
pub(in crate::tasks) async fn lock_trees(tx: &mut Tx, one: TaskId, other: TaskId) -> Result<()> {
    if tx.writes_alone() {
        return Ok(());
    }
    let roots: Vec<(TaskId,)> = run!(tx, |c| sqlx::query_as("select distinct root_id from task where id in ($1, $2) order by root_id")
        .bind(one)
        .bind(other)
        .fetch_all(c))?;
    for (root,) in roots {
        lock_tree(tx, root).await?;
    }
    Ok(())
}

pub(in crate::tasks) async fn find(tx: &mut Tx, id: TaskId) -> Result<Option<Task>> {
    run!(tx, |c| sqlx::query_as(select_task!("where t.id = $1")).bind(id).fetch_optional(c))
}

/// A task to be taken in hand: whether there is anything to decide on it, and where the task above it stands.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::tasks) struct InHand {
    #[sqlx(flatten)]
    pub(in crate::tasks) task: Task,
    pub(in crate::tasks) has_requests: bool,
    pub(in crate::tasks) has_reports: bool,
    pub(in crate::tasks) parent_state: Option<TaskState>,
    pub(in crate::tasks) root_state: TaskState,
}

pub(in crate::tasks) async fn find_in_hand(tx: &mut Tx, id: TaskId) -> Result<Option<InHand>> {
    run!(tx, |c| sqlx::query_as(select_task!(
        ", exists (select 1 from request q where q.task_id = t.id and (q.state = 'open' \
             or (q.kind = 'amend' and q.state = 'granted' and q.carried_out_at is null))) as has_requests, \
           exists (select 1 from report r where r.task_id = t.id and r.state = 'submitted') as has_reports, \
           (select above.state from task above where above.id = t.parent_id) as parent_state, \
           (select top.state from task top where top.id = t.root_id) as root_state",
        "where t.id = $1"
    ))
    .bind(id)
    .fetch_optional(c))
}

pub(in crate::tasks) async fn children(tx: &mut Tx, id: TaskId) -> Result<Vec<Task>> {
    run!(tx, |c| sqlx::query_as(select_task!("where t.parent_id = $1 order by t.position, t.id")).bind(id).fetch_all(c))
}

/// A task with everything below it, at most `limit` nodes, the upper ones first.
pub(in crate::tasks) async fn subtree(tx: &mut Tx, top: TaskId, limit: usize) -> Result<Vec<Task>> {
    run!(tx, |c| sqlx::query_as(select_task!(
        "where t.id in (with recursive sub (id) as (select id from task where id = $1 \
           union all select below.id from task below join sub on below.parent_id = sub.id) select id from sub) \
         order by t.depth, t.position, t.id limit $2"
    ))
    .bind(top)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(c))
}

pub(in crate::tasks) async fn insert(tx: &mut Tx, task: &Task) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query(
            "insert into task (id, number, parent_id, root_id, depth, position, title, demand, source_kind, source_document, clause, \
           importance, urgency, state, creator_id, issuer_unit_id, created_at, start_day, due_day, original_due_day, due_text, \
           due_explanation, rule_kind, rule_day, weight, progress, claimed, children, sent_back, lamp_plan, not_secret, importance_rank, \
           version, due_from) \
         values ($1, null, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'draft', $13, $14, $15, $16, $17, $17, $18, $19, $20, $21, \
           $22, 0, 0, 0, 0, '[]', $23, $24, 1, $25)",
        )
        .bind(task.id)
        .bind(task.parent_id)
        .bind(task.root_id)
        .bind(task.depth)
        .bind(task.position)
        .bind(task.title.as_str())
        .bind(task.demand.as_str())
        .bind(task.source_kind.as_str())
        .bind(task.source_document.as_deref())
        .bind(task.clause.as_deref())
        .bind(task.importance)
        .bind(task.urgency)
        .bind(task.creator_id)
        .bind(task.issuer_unit_id)
        .bind(task.created_at)
        .bind(task.start_day)
        .bind(task.due_day)
        .bind(task.due_text.as_deref())
        .bind(task.due_explanation.as_str())
        .bind(task.rule_kind)
        .bind(task.rule_day)
        .bind(task.weight)
        .bind(task.not_secret)
        .bind(task.importance as i64)
        .bind(task.due_from)
        .execute(c)
    })?;
    Ok(())
}

/// Writes what has changed of a task since it was read and counts its version; the caller holds the tree. Most verbs move a
/// task along and leave what it says alone, which spares its longer half and the indexes on it.
pub(in crate::tasks) async fn save(tx: &mut Tx, before: &Task, task: &mut Task) -> Result<()> {
    task.version += 1;
    let changed = before.facts() != task.facts();
    // What is out has gone out: the moment is written before the state, and taken away after it.
    let goes_back = before.dispatched_at.is_some() && task.dispatched_at.is_none();
    if changed && !goes_back {
        save_facts(tx, task).await?;
    }
    save_course(tx, task).await?;
    if changed && goes_back {
        save_facts(tx, task).await?;
    }
    if (before.state.is_open(), before.due_day) != (task.state.is_open(), task.due_day) {
        move_parties(tx, task).await?;
    }
    Ok(())
}

async fn save_course(tx: &mut Tx, task: &Task) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update task set state = $2, submitted_by = $3, closed_at = $4, settled_at = $5, last_report_at = $6, weight = $7, progress = $8, \
           claimed = $9, children = $10, stage = $11, sent_back = $12, red_since = $13, yellow_from = $14, orange_from = $15, \
           red_from = $16, lamp_plan = $17, version = $18, planned_by = $19, \
           suspended_on = $20, suspended_by = $21, stood_days = $22, waits_for = $23, open_risks = $24, review_day = $25, stopped = $26, \
           submitted_at = $27 \
         where id = $1"
    )
    .bind(task.id)
    .bind(task.state)
    .bind(task.submitted_by)
    .bind(task.closed_at)
    .bind(task.settled_at)
    .bind(task.last_report_at)
    .bind(task.weight)
    .bind(task.progress)
    .bind(task.claimed)
    .bind(task.children)
    .bind(task.stage.as_deref())
    .bind(task.sent_back)
    .bind(task.red_since)
    .bind(task.yellow_from)
    .bind(task.orange_from)
    .bind(task.red_from)
    .bind(task.lamp_plan.as_str())
    .bind(task.version)
    .bind(task.planned_by)
    .bind(task.suspended_on)
    .bind(task.suspended_by)
    .bind(task.stood_days)
    .bind(task.waits_for.as_deref())
    .bind(task.open_risks)
    .bind(task.review_day)
    .bind(task.stopped)
    .bind(task.submitted_at)
    .execute(c))?;
    Ok(())
}

/// What a task says and when it is due: see [`Task::facts`].
async fn save_facts(tx: &mut Tx, task: &Task) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update task set number = $2, title = $3, demand = $4, source_kind = $5, source_document = $6, clause = $7, importance = $8, \
           urgency = $9, dispatched_at = $10, start_day = $11, due_day = $12, original_due_day = $13, due_text = $14, \
           due_explanation = $15, rule_kind = $16, rule_day = $17, not_secret = $18, importance_rank = $19, due_from = $20 \
         where id = $1"
    )
    .bind(task.id)
    .bind(task.number.as_deref())
    .bind(task.title.as_str())
    .bind(task.demand.as_str())
    .bind(task.source_kind.as_str())
    .bind(task.source_document.as_deref())
    .bind(task.clause.as_deref())
    .bind(task.importance)
    .bind(task.urgency)
    .bind(task.dispatched_at)
    .bind(task.start_day)
    .bind(task.due_day)
    .bind(task.original_due_day)
    .bind(task.due_text.as_deref())
    .bind(task.due_explanation.as_str())
    .bind(task.rule_kind)
    .bind(task.rule_day)
    .bind(task.not_secret)
    .bind(task.importance as i64)
    .bind(task.due_from)
    .execute(c))?;
    Ok(())
}

/// Writes only what follows from the tasks below: not a change that somebody's open page should stumble over, so the
/// version stays.
pub(in crate::tasks) async fn save_derived(tx: &mut Tx, task: &Task) -> Result<()> {
    execute!(tx, |c| sqlx::query(
        "update task set progress = $2, claimed = $3, red_since = $4, yellow_from = $5, orange_from = $6, red_from = $7, lamp_plan = $8, \
           state = $9, closed_at = $10, settled_at = $11, children = $12, planned_by = $13, waits_for = $14, open_risks = $15, \
           stopped = $16, children_out = $17, children_open = $18 where id = $1"
    )
    .bind(task.id)
    .bind(task.progress)
    .bind(task.claimed)
    .bind(task.red_since)
    .bind(task.yellow_from)
    .bind(task.orange_from)
    .bind(task.red_from)
    .bind(task.lamp_plan.as_str())
    .bind(task.state)
    .bind(task.closed_at)
    .bind(task.settled_at)
    .bind(task.children)
    .bind(task.planned_by)
    .bind(task.waits_for.as_deref())
    .bind(task.open_risks)
    .bind(task.stopped)
    .bind(task.children_out)
    .bind(task.children_open)
    .execute(c))?;
    Ok(())
}

/// Writes how many of the tasks below have gone out, where they do together with the task; otherwise [`save_derived`] does.
pub(in crate::tasks) async fn set_out_below(tx: &mut Tx, id: TaskId, out: i64, open: i64) -> Result<()> {
    execute!(tx, |c| sqlx::query("update task set children_out = $2, children_open = $3 where id = $1")
        .bind(id)
        .bind(out)
        .bind(open)
        .execute(c))?;
    Ok(())
}

/// Open tasks whose lamp plan comes from an older generation of calendar or rules, the oldest first.
pub(in crate::tasks) async fn planned_before(tx: &mut Tx, generation: i64, limit: i64) -> Result<Vec<TaskId>> {
    let rows: Vec<(TaskId,)> = run!(tx, |c| sqlx::query_as(
        "select id from task where state in ('dispatched', 'active') and planned_by < $1 order by planned_by, id limit $2"
    )
    .bind(generation)
    .bind(limit)
    .fetch_all(c))?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Every task below this one that is in one of these states, parents before children.
pub(in crate::tasks) async fn below_in(tx: &mut Tx, id: TaskId, states: &[TaskState]) -> Result<Vec<TaskId>> {
    let mut sql = Sql::new("with recursive below (id) as (select id from task where parent_id = ");
    sql.bind(id.0).push(
        " union all select c.id from task c join below b on c.parent_id = b.id) \
         select t.id from task t join below b on b.id = t.id where t.state in ",
    );
    sql.bind_list(states.iter().map(|state| state.word())).push(" order by t.depth, t.position, t.id");
    let rows: Vec<(TaskId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Open tasks, those due first in front.
pub(in crate::tasks) async fn open_by_due(tx: &mut Tx, limit: i64) -> Result<Vec<Task>> {
    run!(tx, |c| sqlx::query_as(select_task!("where t.state in ('dispatched', 'active') order by t.due_day, t.id limit $1"))
        .bind(limit)
        .fetch_all(c))
}

/// Tasks that were out between two moments, after this one by id.
pub(in crate::tasks) async fn out_between(tx: &mut Tx, from: Moment, to: Moment, after: Option<TaskId>, limit: i64) -> Result<Vec<Task>> {
    let mut sql = Sql::new(select_task!("where t.dispatched_at <= "));
    sql.bind(to.millis()).push(" and t.state <> 'draft' and (t.closed_at is null or t.closed_at >= ").bind(from.millis()).push(")");
    if let Some(after) = after {
        sql.push(" and t.id > ").bind(after.0);
    }
    sql.push(" order by t.id limit ").bind(limit);
    sql.fetch_all(tx).await
}

/// Sums over the tasks directly below.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub(in crate::tasks) struct Below {
    pub(in crate::tasks) live: i64,
    #[sqlx(rename = "below_weight")]
    pub(in crate::tasks) weight: i64,
    #[sqlx(rename = "below_progress")]
    pub(in crate::tasks) progress: i64,
    #[sqlx(rename = "below_claimed")]
    pub(in crate::tasks) claimed: i64,
    pub(in crate::tasks) drafts: i64,
    pub(in crate::tasks) open: i64,
    pub(in crate::tasks) settled: i64,
}

impl Below {
    /// Those that have gone out and were not given up.
    pub(in crate::tasks) const fn out(self) -> i64 {
        self.live - self.drafts
    }

    /// Writes into the task above how many there are.
    pub(in crate::tasks) const fn count_in(self, above: &mut Task) {
        (above.children, above.children_out, above.children_open) = (self.live, self.out(), self.open);
    }
}

/// What counts in figures, of a task `t`: a task with nothing below it that has gone out; and one that is open with all of that done,
/// for what is left of it is its own.
macro_rules! by_itself {
    () => {
        "(t.children_out = 0 or (t.children_open = 0 and t.state in ('dispatched', 'active', 'suspended')))"
    };
}
pub(in crate::tasks) use by_itself;

macro_rules! sums_below {
    () => {
        "select count(*) as live, \
           coalesce(cast(sum(weight) filter (where state not in ('draft', 'approval')) as bigint), 0) as below_weight, \
           coalesce(cast(sum(weight * progress) filter (where state not in ('draft', 'approval')) as bigint), 0) as below_progress, \
           coalesce(cast(sum(weight * claimed) filter (where state not in ('draft', 'approval')) as bigint), 0) as below_claimed, \
           count(*) filter (where state in ('draft', 'approval')) as drafts, \
           count(*) filter (where state in ('dispatched', 'active', 'suspended')) as open, \
           count(*) filter (where state = 'settled') as settled \
         from task where parent_id = $1 and state <> 'terminated'"
    };
}

/// The same for many tasks.
pub(in crate::tasks) async fn below_of(tx: &mut Tx, parents: &[TaskId]) -> Result<Vec<(TaskId, i64, i64)>> {
    if parents.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(
        "select parent_id, count(*) filter (where state in ('draft', 'approval')), \
           count(*) filter (where state in ('dispatched', 'active', 'suspended')) \
         from task where state <> 'terminated' and parent_id in ",
    );
    sql.bind_list(parents.iter().map(|id| id.0)).push(" group by parent_id");
    sql.fetch_all(tx).await
}

/// Where tasks stand.
pub(in crate::tasks) async fn states_of(tx: &mut Tx, ids: &[TaskId]) -> Result<Vec<(TaskId, TaskState)>> {
    let mut sql = Sql::new("select id, state from task where id in ");
    sql.bind_list(ids.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// The closings of many tasks that are closed.
pub(in crate::tasks) async fn closures_of(tx: &mut Tx, ids: &[TaskId]) -> Result<Vec<(TaskId, ClosureRow)>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        task_id: TaskId,
        #[sqlx(flatten)]
        row: ClosureRow,
    }
    let mut sql = Sql::new("select task_id, asked_by, granted_by, progress from closure where reopened_at is null and task_id in ");
    sql.bind_list(ids.iter().map(|id| id.0));
    Ok(sql.fetch_all::<Row>(tx).await?.into_iter().map(|Row { task_id, row }| (task_id, row)).collect())
}

pub(in crate::tasks) async fn below(tx: &mut Tx, parent: TaskId) -> Result<Below> {
    run!(tx, |c| sqlx::query_as(sums_below!()).bind(parent).fetch_one(c))
}

/// A task with the sums over those directly below it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::tasks) struct Above {
    #[sqlx(flatten)]
    pub(in crate::tasks) task: Task,
    #[sqlx(flatten)]
    pub(in crate::tasks) below: Below,
    pub(in crate::tasks) has_requests: bool,
}

pub(in crate::tasks) async fn find_above(tx: &mut Tx, id: TaskId) -> Result<Option<Above>> {
    run!(tx, |c| sqlx::query_as(concat!(
        select_task!(
            ", b.live, b.below_weight, b.below_progress, b.below_claimed, b.drafts, b.open, b.settled, \
               exists (select 1 from request q where q.task_id = t.id and q.state = 'open') as has_requests",
            "cross join ("
        ),
        sums_below!(),
        ") b where t.id = $1"
    ))
    .bind(id)
    .fetch_optional(c))
}

pub(in crate::tasks) async fn set_weight(tx: &mut Tx, id: TaskId, weight: Share) -> Result<()> {
    execute!(tx, |c| sqlx::query("update task set weight = $2, version = version + 1 where id = $1").bind(id).bind(weight).execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn set_position(tx: &mut Tx, id: TaskId, position: i64) -> Result<()> {
    execute!(tx, |c| sqlx::query("update task set position = $2 where id = $1").bind(id).bind(position).execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn next_position(tx: &mut Tx, parent: TaskId) -> Result<i64> {
    let (n,): (i64,) =
        run!(tx, |c| sqlx::query_as("select coalesce(max(position), 0) + 1 from task where parent_id = $1").bind(parent).fetch_one(c))?;
    Ok(n)
}

/// Removes drafts with what hangs on them; the caller has made sure that they are drafts.
pub(in crate::tasks) async fn remove_drafts(tx: &mut Tx, ids: &[TaskId]) -> Result<()> {
    for statement in [
        "delete from attachment where task_id = $1",
        "delete from milestone where task_id = $1",
        "delete from party where task_id = $1",
        "delete from task_field where task_id = $1",
        "delete from task_tag where task_id = $1",
        // A copy says of what it is one; a period that has come out does not come out again.
        "delete from link where task_id = $1 and kind = 'same_matter'",
        "update series_occurrence set task_id = null where task_id = $1",
    ] {
        for id in ids {
            execute!(tx, |c| sqlx::query(statement).bind(*id).execute(c))?;
        }
    }
    // Deepest first: a parent outlives its children.
    for id in ids.iter().rev() {
        execute!(tx, |c| sqlx::query("delete from task where id = $1 and state = 'draft'").bind(*id).execute(c))?;
    }
    Ok(())
}

/// The next value of a named counter, from 1. A gap is possible only where a transaction was given up later, which gives
/// up the value with it: there are none.
pub(in crate::tasks) async fn next_value(tx: &mut Tx, name: &str) -> Result<i64> {
    let (n,): (i64,) = run!(tx, |c| sqlx::query_as(
        "insert into counter (name, value) values ($1, 1) on conflict (name) do update set value = counter.value + 1 returning value"
    )
    .bind(name)
    .fetch_one(c))?;
    Ok(n)
}

/// Whether a task has this number.
pub(in crate::tasks) async fn is_taken(tx: &mut Tx, number: &str) -> Result<bool> {
    let (taken,): (bool,) = run!(tx, |c| sqlx::query_as("select exists (select 1 from task where number = $1)").bind(number).fetch_one(c))?;
    Ok(taken)
}

/// Titles of the tasks above, the root first.
pub(in crate::tasks) async fn ancestors(tx: &mut Tx, id: TaskId) -> Result<Vec<(TaskId, Option<String>, String)>> {
    run!(tx, |c| sqlx::query_as(
        "with recursive up (id, parent_id, number, title, depth) as ( \
           select id, parent_id, number, title, depth from task where id = (select parent_id from task where id = $1) \
           union all select p.id, p.parent_id, p.number, p.title, p.depth from task p join up on p.id = up.parent_id) \
         select id, number, title from up order by depth"
    )
    .bind(id)
    .fetch_all(c))
}

/// The latest due day of the children, and the earliest of the parent: what a changed due day must respect.
pub(in crate::tasks) async fn latest_child_due(tx: &mut Tx, id: TaskId) -> Result<Option<Day>> {
    let (day,): (Option<Day>,) =
        run!(tx, |c| sqlx::query_as("select max(due_day) from task where parent_id = $1 and state <> 'terminated'").bind(id).fetch_one(c))?;
    Ok(day)
}

/// A kind of source by name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(in crate::tasks) struct KindName {
    pub(in crate::tasks) code: String,
    pub(in crate::tasks) name: Words,
    pub(in crate::tasks) needs_approval: bool,
}

/// Every kind, also those that are no longer used: tasks go on naming them.
pub(in crate::tasks) async fn kind_names(tx: &mut Tx) -> Result<Vec<KindName>> {
    run!(tx, |c| sqlx::query_as("select code, name, needs_approval from source_kind order by position, code").fetch_all(c))
}

/// The kinds in use.
pub(in crate::tasks) async fn source_kinds(tx: &mut Tx) -> Result<Vec<KindName>> {
    run!(tx, |c| sqlx::query_as("select code, name, needs_approval from source_kind where active order by position, code").fetch_all(c))
}

pub(in crate::tasks) async fn source_kind(tx: &mut Tx, code: &str) -> Result<Option<KindName>> {
    run!(tx, |c| sqlx::query_as("select code, name, needs_approval from source_kind where active and code = $1")
        .bind(code)
        .fetch_optional(c))
}

/// Writes a closing down; `row` is where the task stood before.
pub(in crate::tasks) async fn insert_closure(tx: &mut Tx, id: ClosureId, task: TaskId, at: Moment, row: ClosureRow) -> Result<()> {
    execute!(tx, |c| {
        sqlx::query("insert into closure (id, task_id, closed_at, asked_by, granted_by, progress) values ($1, $2, $3, $4, $5, $6)")
            .bind(id)
            .bind(task)
            .bind(at)
            .bind(row.asked_by)
            .bind(row.granted_by)
            .bind(row.progress)
            .execute(c)
    })?;
    Ok(())
}

/// The closing of a task that is closed.
pub(in crate::tasks) async fn closure(tx: &mut Tx, task: TaskId) -> Result<Option<ClosureRow>> {
    run!(tx, |c| sqlx::query_as(
        "select asked_by, granted_by, progress from closure where task_id = $1 and reopened_at is null order by closed_at desc limit 1"
    )
    .bind(task)
    .fetch_optional(c))
}

/// The last closing, whether it was undone or not.
pub(in crate::tasks) async fn last_closure(tx: &mut Tx, task: TaskId) -> Result<Option<ClosureRow>> {
    run!(tx, |c| sqlx::query_as(
        "select asked_by, granted_by, progress from closure where task_id = $1 order by closed_at desc, id desc limit 1"
    )
    .bind(task)
    .fetch_optional(c))
}

/// Undoing the last closing was wrong: it stands again. Answers when it was.
pub(in crate::tasks) async fn redo_closure(tx: &mut Tx, task: TaskId) -> Result<Option<Moment>> {
    let row: Option<(Moment,)> = run!(tx, |c| {
        sqlx::query_as(
        "update closure set reopened_at = null where id = (select id from closure where task_id = $1 order by closed_at desc, id desc limit 1) \
         returning closed_at"
    )
    .bind(task)
    .fetch_optional(c)
    })?;
    Ok(row.map(|(at,)| at))
}

/// The tasks right below that the former lead has set are the new lead's.
pub(in crate::tasks) async fn hand_over_children(tx: &mut Tx, parent: TaskId, from: UnitId, to: UnitId) -> Result<()> {
    execute!(tx, |c| sqlx::query("update task set issuer_unit_id = $3 where parent_id = $1 and issuer_unit_id = $2")
        .bind(parent)
        .bind(from)
        .bind(to)
        .execute(c))?;
    Ok(())
}

pub(in crate::tasks) async fn undo_closure(tx: &mut Tx, task: TaskId, at: Moment) -> Result<()> {
    execute!(tx, |c| sqlx::query("update closure set reopened_at = $2 where task_id = $1 and reopened_at is null")
        .bind(task)
        .bind(at)
        .execute(c))?;
    Ok(())
}
