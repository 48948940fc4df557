use db::{Result, Sql, Tx};
use kit::Day;

use super::{by_itself, lanes, push_narrow, select_task};
use crate::{
    access::{Principal, Role, Scope},
    org::PersonId,
    tasks::{
        filter::{Filter, Mine, Sort, SortKey, SortValue},
        lamp::Lamp,
        model::{Task, TaskId},
    },
};

/// Adds the severity of the task's lamp on a day: 5 red, 4 orange, 3 yellow, 2 green, 1 grey, 0 blue. The same as
/// [`crate::tasks::lamp::on`]; a test compares them.
pub(in crate::tasks) fn push_severity(sql: &mut Sql, today: Day) {
    let day = today.to_string();
    sql.push("(case when t.state in ('closed', 'settled') then 0 when t.state not in ('dispatched', 'active') then 1 when t.red_from <= ");
    sql.bind(day.clone()).push(" then 5 when t.orange_from <= ").bind(day.clone()).push(" then 4 when t.yellow_from <= ");
    sql.bind(day.clone()).push(" then 3 when t.state = 'dispatched' or t.start_day > ").bind(day).push(" then 1 else 2 end)");
}

fn push_lamp(sql: &mut Sql, lamp: Lamp, today: Day) {
    let day = today.to_string();
    let open = "t.state in ('dispatched', 'active')";
    match lamp {
        Lamp::Blue => {
            sql.push("t.state in ('closed', 'settled')");
        }
        Lamp::Red => {
            sql.push(open).push(" and t.red_from <= ").bind(day);
        }
        other => {
            let severity: i64 = match other {
                Lamp::Orange => 4,
                Lamp::Yellow => 3,
                Lamp::Green => 2,
                _ => 1,
            };
            push_severity(sql, today);
            sql.push(" = ").bind(severity);
        }
    }
}

/// Who looks, at what, when.
#[derive(Clone, Copy, Debug)]
pub(in crate::tasks) struct Eye<'a> {
    pub(in crate::tasks) scope: &'a Scope,
    pub(in crate::tasks) me: PersonId,
    pub(in crate::tasks) today: Day,
    /// The fifth working day from now: until then a task is due soon.
    pub(in crate::tasks) soon: Day,
}

/// Adds every condition of the filter, scope first.
pub(in crate::tasks) fn push_where(sql: &mut Sql, eye: &Eye<'_>, filter: &Filter) {
    sql.push(" where");
    eye.scope.all_tasks(sql, filter.only_open());
    push_filter(sql, eye, filter);
}

/// Adds every condition of the filter but the scope.
pub(super) fn push_filter(sql: &mut Sql, eye: &Eye<'_>, filter: &Filter) {
    let Eye { scope, me, today, .. } = *eye;
    if let Some(q) = &filter.q {
        let like = format!("%{}%", q.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        sql.push(" and (lower(t.title) like ").bind(like.clone()).push(" escape '\\' or lower(t.number) like ").bind(like.clone());
        sql.push(" escape '\\' or lower(t.source_document) like ").bind(like).push(" escape '\\')");
    }
    if filter.only_open() {
        // In the words of the indexes of what is open, so that the planner sees them.
        sql.push(" and t.state in ('dispatched', 'active')");
    }
    if !filter.state.is_empty() {
        sql.push(" and t.state in ").bind_list(filter.state.iter().map(|state| state.word()));
    }
    if !filter.lamp.is_empty() {
        sql.push(" and (");
        for (index, lamp) in filter.lamp.iter().enumerate() {
            if index > 0 {
                sql.push(" or ");
            }
            sql.push("(");
            push_lamp(sql, *lamp, today);
            sql.push(")");
        }
        sql.push(")");
    }
    match filter.overdue {
        Some(true) => {
            sql.push(" and t.state in ('dispatched', 'active') and t.stopped is null and t.due_day < ").bind(today.to_string());
        }
        Some(false) => {
            sql.push(" and (t.state not in ('dispatched', 'active') or t.stopped is not null or t.due_day is null or t.due_day >= ")
                .bind(today.to_string())
                .push(")");
        }
        None => {}
    }
    if !filter.importance.is_empty() {
        sql.push(" and t.importance in ").bind_list(filter.importance.iter().map(|importance| importance.word()));
    }
    if let Some(kind) = &filter.source_kind {
        sql.push(" and t.source_kind = ").bind(kind.as_str());
    }
    if let Some(document) = &filter.source_document {
        sql.push(" and t.source_document = ").bind(document.as_str());
    }
    if !filter.tags.is_empty() {
        sql.push(" and exists (select 1 from task_tag fk join tag fg on fg.id = fk.tag_id where fk.task_id = t.id and fg.folded in ");
        sql.bind_list(filter.tags.iter().map(String::as_str)).push(")");
    }
    for condition in &filter.fields {
        condition.push(sql);
    }
    if let Some(unit) = filter.unit_id {
        let roles = filter.unit_role.unwrap_or(crate::tasks::filter::UnitRole::Any);
        sql.push(
            " and exists (select 1 from party fp join unit_above fa on fa.unit_id = fp.unit_id where fp.task_id = t.id and fa.above_id = ",
        );
        sql.bind(unit.0).push(roles.condition()).push(")");
    }
    if let Some(unit) = filter.lead_unit_id {
        sql.push(
            " and exists (select 1 from party gp join unit_above ga on ga.unit_id = gp.unit_id \
               where gp.task_id = t.id and gp.role = 'lead' and ga.above_id = ",
        );
        sql.bind(unit.0).push(if filter.lead_only == Some(true) { " and ga.distance = 0)" } else { ")" });
    }
    push_narrow(sql, eye, &filter.narrow);
    match filter.mine {
        Some(Mine::Handling) => {
            // Named from the person's side: whoever sees everything would have everything gone through.
            sql.push(" and t.id in (select mp.task_id from party mp where mp.person_id");
            scope.is_person(sql);
            sql.push(")");
        }
        Some(Mine::Created) => {
            sql.push(" and t.creator_id");
            scope.is_person(sql);
        }
        Some(Mine::Unit) => {
            sql.push(" and exists (select 1 from party mp where mp.task_id = t.id and mp.unit_id in ");
            sql.bind_list(scope.units().iter().map(|unit| unit.0)).push(")");
        }
        Some(Mine::Followed) => {
            sql.push(" and t.id in (select mw.task_id from watch mw where mw.mode = 'follow' and mw.person_id = ").bind(me.0).push(")");
        }
        None => {}
    }
    if let Some(parent) = filter.parent_id {
        sql.push(" and t.parent_id = ").bind(parent.0);
    }
    if filter.roots == Some(true) {
        sql.push(" and t.parent_id is null");
    }
    if filter.leaves == Some(true) {
        sql.push(concat!(" and ", by_itself!()));
    }
    if filter.standing == Some(true) {
        sql.push(" and t.due_day is null and t.review_day is not null and t.state in ('dispatched', 'active')");
    }
    if let Some(day) = filter.created_from {
        sql.push(" and t.created_at >= ").bind(day.start().millis());
    }
    if let Some(day) = filter.created_to {
        sql.push(" and t.created_at <= ").bind(day.end().millis());
    }
    if let Some(day) = filter.closed_from {
        sql.push(" and t.closed_at >= ").bind(day.start().millis());
    }
    if let Some(day) = filter.closed_to {
        sql.push(" and t.closed_at <= ").bind(day.end().millis());
    }
    if let Some(day) = filter.due_from {
        sql.push(" and t.due_day >= ").bind(day.to_string());
    }
    if let Some(day) = filter.due_to {
        sql.push(" and t.due_day <= ").bind(day.to_string());
    }
}

const LATENESS: &str = "coalesce(t.due_day, '9999') || ' ' || cast(2 - t.importance_rank as text)";

fn push_sort(sql: &mut Sql, key: SortKey, today: Day) {
    match key {
        SortKey::CreatedAt => {
            sql.push("t.created_at");
        }
        SortKey::DueDay => {
            sql.push("coalesce(t.due_day, '9999')");
        }
        SortKey::Progress => {
            sql.push("t.progress");
        }
        SortKey::Importance => {
            sql.push("t.importance_rank");
        }
        SortKey::Number => {
            sql.push("coalesce(t.number, '')");
        }
        SortKey::Lamp => push_severity(sql, today),
        SortKey::Lateness => {
            sql.push(LATENESS);
        }
        SortKey::Worst => {
            sql.push("cast(9 - ");
            push_severity(sql, today);
            sql.push(" as text) || ' ' || ").push(LATENESS);
        }
    }
}

/// Where the page before ended.
pub(super) type After<'a> = Option<&'a (SortValue, TaskId)>;

pub(super) fn bind_value<'a>(sql: &'a mut Sql, value: &SortValue) -> &'a mut Sql {
    match value {
        SortValue::Int(n) => sql.bind(*n),
        SortValue::Text(text) => sql.bind(text.as_str()),
    }
}

/// One page of tasks in the scope.
pub(in crate::tasks) async fn list(
    tx: &mut Tx,
    eye: &Eye<'_>,
    filter: &Filter,
    sort: Sort,
    after: Option<(SortValue, TaskId)>,
    limit: i64,
) -> Result<Vec<Task>> {
    if let Some(sql) = lanes::page(eye, filter, sort, after.as_ref(), limit) {
        return sql.fetch_all(tx).await;
    }
    let today = eye.today;
    let mut sql = Sql::new(select_task!(""));
    push_where(&mut sql, eye, filter);
    if let Some((value, id)) = &after {
        sql.push(" and (");
        push_sort(&mut sql, sort.key, today);
        sql.push(if sort.descending { ", t.id) < (" } else { ", t.id) > (" });
        bind_value(&mut sql, value).push(", ").bind(id.0).push(")");
    }
    sql.push(" order by ");
    push_sort(&mut sql, sort.key, today);
    sql.push(if sort.descending { " desc, t.id desc limit " } else { ", t.id limit " }).bind(limit);
    sql.fetch_all(tx).await
}

/// Tasks whose signature, report or decision somebody waits for and that a person may owe: the to-do's raw material. Reports
/// count when they are due by `until`, reviews of standing tasks by `review`. Who sees everything is asked about what their post decides,
/// not about everything that waits for somebody. What was closed and waits to be checked comes after everything else: there may be
/// more of it than a list holds.
pub(in crate::tasks) async fn owed(tx: &mut Tx, who: &Principal, until: Day, review: Day, limit: i64) -> Result<Vec<Task>> {
    let scope = &who.scope;
    let units = scope.units();
    let mut sql = Sql::new(select_task!("where t.state in ('approval', 'dispatched', 'active', 'suspended', 'closed') and ("));
    // As a party: something unsigned, nobody named, or a report due.
    sql.push("(t.state in ('dispatched', 'active') and exists (select 1 from party op where op.task_id = t.id and (op.person_id");
    scope.is_person(&mut sql);
    if !units.is_empty() {
        sql.push(" or op.unit_id in ").bind_list(units.iter().map(|unit| unit.0));
    }
    sql.push(
        ") and op.role <> 'charge_leader' and (op.state = 'unsigned' or (op.state = 'signed' and (op.person_id is null or t.due_day <= ",
    );
    sql.bind(until.to_string());
    sql.push(" or exists (select 1 from report_due od where od.task_id = t.id and od.report_id is null and od.due_day <= ");
    sql.bind(until.to_string()).push(") or op.due_day <= ").bind(until.to_string());
    sql.push(" or (t.waits_for is not null and exists (select 1 from wait ow where ow.on_party_id = op.id and ow.ended_at is null)))))))");
    // As the issuer: something to decide.
    sql.push(" or (");
    push_issued(&mut sql, who);
    sql.push(
        " and (t.state in ('approval', 'closed') or t.open_risks > 0 \
           or (t.state in ('dispatched', 'active') and t.due_day is null and t.review_day <= ",
    );
    sql.bind(review.to_string()).push(
        ") or exists (select 1 from request oq where oq.task_id = t.id and (oq.state = 'open' \
             or (oq.kind = 'amend' and oq.state = 'granted' and oq.carried_out_at is null))) \
           or exists (select 1 from report oe where oe.task_id = t.id and oe.state = 'submitted')))",
    );
    // By one's post, whoever issued it.
    let leader = who.is(Role::Leader) && scope.sees_everything();
    if leader {
        sql.push(" or t.state = 'approval' or t.open_risks > 0");
        // What a unit has set itself and done is not for it alone to check.
        sql.push(
            " or (t.state = 'closed' and exists (select 1 from party cp where cp.task_id = t.id and cp.role in ('lead', 'co_lead') \
               and cp.unit_id = t.issuer_unit_id))",
        );
    }
    if leader || who.is(Role::Centre) {
        sql.push(" or exists (select 1 from request lq where lq.task_id = t.id and lq.state = 'open')");
    }
    if who.is(Role::Centre) {
        sql.push(" or t.state = 'closed'");
    }
    sql.push(") and");
    scope.tasks(&mut sql);
    sql.push(" order by case when t.state = 'closed' then 1 else 0 end, coalesce(t.due_day, '9999'), t.id limit ").bind(limit);
    sql.fetch_all(tx).await
}

/// Adds the condition that the person speaks for whoever issued the task `t` with its unit's kind in `iu`: see `policy::is_issuer`.
fn push_issued(sql: &mut Sql, who: &Principal) {
    sql.push("(t.creator_id");
    who.scope.is_person(sql);
    if !who.stands_for.is_empty() {
        sql.push(" or t.issuer_unit_id in ").bind_list(who.stands_for.iter().map(|unit| unit.0));
    }
    if who.is(Role::Centre) {
        sql.push(" or iu.kind is null or iu.kind in ('centre', 'committee')");
    }
    sql.push(")");
}

/// Those of the tasks that the person sees.
pub(in crate::tasks) async fn seen_tasks(tx: &mut Tx, scope: &Scope, ids: &[TaskId]) -> Result<Vec<Task>> {
    let mut sql = Sql::new(select_task!("where"));
    scope.tasks(&mut sql);
    sql.push(" and t.id in ").bind_list(ids.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}

/// Which of the tasks the person sees; for rooms that only know ids.
pub(in crate::tasks) async fn seen(tx: &mut Tx, scope: &Scope, ids: &[TaskId]) -> Result<Vec<TaskId>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("select t.id from task t where");
    scope.tasks(&mut sql);
    sql.push(" and t.id in ").bind_list(ids.iter().map(|id| id.0));
    let rows: Vec<(TaskId,)> = sql.fetch_all(tx).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Titles by id.
pub(in crate::tasks) async fn titles(tx: &mut Tx, ids: &[TaskId]) -> Result<Vec<(TaskId, String)>> {
    let mut sql = Sql::new("select id, title from task where id in ");
    sql.bind_list(ids.iter().map(|id| id.0));
    sql.fetch_all(tx).await
}
