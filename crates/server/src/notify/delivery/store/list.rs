//! Deliveries as people look for them.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::Duration,
};

use db::{Result, Sql, Tx};
use kit::{Day, Moment, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;

use super::{PartRow, ROWS, parts as parts_of};
use crate::{
    access::Scope,
    notify::{
        delivery::{
            model::{DeliveryId, DeliveryState},
            said::said,
        },
        model::Channel,
    },
    org::{PersonId, PersonRef, masked_phone},
};

/// A delivery for people to read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::notify::delivery) struct DeliveryView {
    pub(in crate::notify::delivery) id: DeliveryId,
    pub(in crate::notify::delivery) to: PersonRef,
    pub(in crate::notify::delivery) channel: Channel,
    pub(in crate::notify::delivery) state: DeliveryState,
    /// Why it failed or was not sent: `answered`, `merged`, `cap`, `task_cap`, `no_gateway`, `no_address`, `instead`, `gateway_down`, `unreachable`, or
    /// the gateway's code.
    pub(in crate::notify::delivery) reason: Option<String>,
    /// The gateway's own words.
    pub(in crate::notify::delivery) detail: Option<String>,
    pub(in crate::notify::delivery) critical: bool,
    pub(in crate::notify::delivery) created_at: Moment,
    /// Not before.
    pub(in crate::notify::delivery) due_at: Moment,
    pub(in crate::notify::delivery) attempts: i64,
    /// The line broke after it had gone out: it may have come twice.
    pub(in crate::notify::delivery) unsure: bool,
    pub(in crate::notify::delivery) gateway: Option<String>,
    /// Where it went, the middle masked.
    pub(in crate::notify::delivery) address: Option<String>,
    pub(in crate::notify::delivery) parts: Option<i64>,
    /// In thousandths of a yuan.
    pub(in crate::notify::delivery) cost: Option<i64>,
    /// It speaks of a task that the asker does not see: what it says and of which task, and what was answered, is left out.
    pub(in crate::notify::delivery) hidden: bool,
    /// What it said, or would say if it left now; of one that is about several tasks, in one of them, what it says of that one.
    pub(in crate::notify::delivery) text: Option<String>,
    pub(in crate::notify::delivery) sent_at: Option<Moment>,
    pub(in crate::notify::delivery) settled_at: Option<Moment>,
    pub(in crate::notify::delivery) acked_at: Option<Moment>,
    /// What was answered, the latest.
    pub(in crate::notify::delivery) answer: Option<String>,
    /// The task it is about, where that is one.
    #[schema(value_type = Option<String>)]
    pub(in crate::notify::delivery) task_id: Option<Uuid>,
    /// By which rules it reminded.
    pub(in crate::notify::delivery) rules: Vec<String>,
    /// It was sent again as this one.
    pub(in crate::notify::delivery) resent_as: Option<DeliveryId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: DeliveryId,
    person_id: PersonId,
    person_name: String,
    channel: Channel,
    state: DeliveryState,
    reason: Option<String>,
    detail: Option<String>,
    critical: bool,
    created_at: Moment,
    due_at: Moment,
    attempts: i64,
    unsure: bool,
    gateway: Option<String>,
    address: Option<String>,
    parts: Option<i64>,
    cost: Option<i64>,
    text: Option<String>,
    sent_at: Option<Moment>,
    settled_at: Option<Moment>,
    acked_at: Option<Moment>,
    answer: Option<String>,
    resent_as: Option<DeliveryId>,
}

/// Which deliveries.
#[derive(Debug, Default)]
pub(in crate::notify::delivery) struct Wanted {
    pub(in crate::notify::delivery) only: Option<DeliveryId>,
    pub(in crate::notify::delivery) task: Option<Uuid>,
    pub(in crate::notify::delivery) person: Option<PersonId>,
    pub(in crate::notify::delivery) channel: Option<Channel>,
    pub(in crate::notify::delivery) state: Option<DeliveryState>,
    /// Which rule reminded.
    pub(in crate::notify::delivery) rule: Option<String>,
    /// Written down from then on, and before then.
    pub(in crate::notify::delivery) from: Option<Moment>,
    pub(in crate::notify::delivery) until: Option<Moment>,
    /// In the figures of this day.
    pub(in crate::notify::delivery) counted: Option<Day>,
    pub(in crate::notify::delivery) before: Option<DeliveryId>,
}

/// A page of deliveries, the latest first; what they say only where every task they speak of is in the scope.
pub(in crate::notify::delivery) async fn list(tx: &mut Tx, scope: &Scope, wanted: &Wanted, limit: i64) -> Result<Vec<DeliveryView>> {
    let mut sql = Sql::new(
        "select d.id, d.person_id, e.name as person_name, d.channel, d.state, d.reason, d.detail, d.critical, d.created_at, d.due_at, d.attempts, \
           d.unsure, d.gateway, d.address, d.parts, d.cost, d.text, d.sent_at, d.settled_at, d.acked_at, \
           (select r.text from reply r where r.delivery_id = d.id order by r.received_at desc, r.id desc limit 1) as answer, \
           (select n.id from delivery n where n.resent_of = d.id) as resent_as \
         from delivery d join person e on e.id = d.person_id where 1 = 1",
    );
    if let Some(only) = wanted.only {
        sql.push(" and d.id = ").bind(only.0);
    }
    if let Some(task) = wanted.task {
        sql.push(" and d.id in (select x.delivery_id from delivery_message x join message m on m.id = x.message_id where m.task_id = ");
        sql.bind(task).push(")");
    }
    if let Some(person) = wanted.person {
        sql.push(" and d.person_id = ").bind(person.0);
    }
    if let Some(channel) = wanted.channel {
        sql.push(" and d.channel = ").bind(channel.word());
    }
    if let Some(state) = wanted.state {
        sql.push(" and d.state = ").bind(state.word());
    }
    if let Some(rule) = &wanted.rule {
        sql.push(" and d.id in (select x.delivery_id from delivery_message x join message m on m.id = x.message_id where m.rule = ");
        sql.bind(rule.as_str()).push(")");
    }
    // Ids sort by the moment they were made: one index bounds both.
    if let Some(from) = wanted.from {
        sql.push(" and d.id >= ").bind(first_id(from));
    }
    if let Some(until) = wanted.until {
        sql.push(" and d.id < ").bind(first_id(until));
    }
    if let Some(day) = wanted.counted {
        // Pages follow the ids, so that the ids have to end the search for what is not there.
        sql.push(" and d.id >= ").bind(first_id(day.start().minus(HELD_FOR)));
        counted_on(&mut sql, day);
    }
    if let Some(before) = wanted.before {
        sql.push(" and d.id < ").bind(before.0);
    }
    sql.push(" order by d.id desc limit ").bind(limit);
    let mut rows: Vec<Row> = sql.fetch_all(tx).await?;
    let mut rules = rules_of(tx, rows.iter().map(|row| row.id)).await?;
    let mut parts: HashMap<DeliveryId, Vec<PartRow>> = HashMap::new();
    for part in parts_of(tx, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await? {
        parts.entry(part.delivery_id).or_default().push(part);
    }
    if wanted.task.is_some() {
        for row in &mut rows {
            let Some(parts) = parts.get_mut(&row.id) else { continue };
            // Whoever sees one of the tasks need not see the others, nor what was answered to all of them at once.
            if parts.iter().any(|part| part.task_id != wanted.task) {
                parts.retain(|part| part.task_id == wanted.task);
                (row.text, row.answer) = (None, None);
            }
        }
    }
    let about: BTreeSet<Uuid> = parts.values().flatten().filter_map(|part| part.task_id).collect();
    let seen = seen(tx, scope, &about.into_iter().collect::<Vec<_>>()).await?;
    let view = |row: Row| {
        let (rules, parts) = (rules.remove(&row.id).unwrap_or_default(), parts.remove(&row.id).unwrap_or_default());
        view(row, &parts, &seen, rules)
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Of these tasks those in the scope.
async fn seen(tx: &mut Tx, scope: &Scope, tasks: &[Uuid]) -> Result<HashSet<Uuid>> {
    let mut seen = HashSet::new();
    for chunk in tasks.chunks(ROWS) {
        let mut sql = Sql::new("select t.id from task t where t.id in ");
        sql.bind_list(chunk.iter().copied()).push(" and");
        scope.tasks(&mut sql);
        seen.extend(sql.fetch_all::<(Uuid,)>(tx).await?.into_iter().map(|(id,)| id));
    }
    Ok(seen)
}

/// By which rules these reminded.
async fn rules_of(tx: &mut Tx, ids: impl Iterator<Item = DeliveryId>) -> Result<HashMap<DeliveryId, Vec<String>>> {
    let mut sql = Sql::new(
        "select distinct x.delivery_id, m.rule from delivery_message x join message m on m.id = x.message_id where m.rule is not null and x.delivery_id in ",
    );
    sql.bind_list(ids.map(|id| id.0)).push(" order by x.delivery_id, m.rule");
    let mut rules: HashMap<DeliveryId, Vec<String>> = HashMap::new();
    for (id, rule) in sql.fetch_all::<(DeliveryId, String)>(tx).await? {
        rules.entry(id).or_default().push(rule);
    }
    Ok(rules)
}

/// The first id that could be made at a moment.
pub(super) fn first_id(at: Moment) -> Uuid {
    Uuid::from_u128(u128::try_from(at.millis()).unwrap_or(0) << 80)
}

fn view(row: Row, parts: &[PartRow], seen: &HashSet<Uuid>, rules: Vec<String>) -> DeliveryView {
    let tasks: BTreeSet<Option<Uuid>> = parts.iter().map(|part| part.task_id).collect();
    let hidden = tasks.iter().flatten().any(|task| !seen.contains(task));
    let text = row.text.or_else(|| (!parts.is_empty()).then(|| said(parts).1));
    DeliveryView {
        id: row.id,
        to: PersonRef { id: row.person_id, name: row.person_name },
        channel: row.channel,
        state: row.state,
        reason: row.reason,
        detail: row.detail,
        critical: row.critical,
        created_at: row.created_at,
        due_at: row.due_at,
        attempts: row.attempts,
        unsure: row.unsure,
        gateway: row.gateway,
        address: row.address.as_deref().map(masked_phone),
        parts: row.parts,
        cost: row.cost,
        hidden,
        text: text.filter(|_| !hidden),
        sent_at: row.sent_at,
        settled_at: row.settled_at,
        acked_at: row.acked_at,
        answer: row.answer.filter(|_| !hidden),
        task_id: tasks.first().copied().flatten().filter(|_| tasks.len() == 1 && !hidden),
        rules,
        resent_as: row.resent_as,
    }
}

/// One delivery for people to read.
pub(in crate::notify::delivery) async fn one(tx: &mut Tx, scope: &Scope, id: DeliveryId) -> Result<Option<DeliveryView>> {
    let only = Wanted { only: Some(id), ..Wanted::default() };
    Ok(list(tx, scope, &only, 1).await?.pop())
}

/// So far back may have been written what leaves today: held over a week of holidays.
const HELD_FOR: Duration = Duration::from_secs(10 * 24 * 3600);

/// Narrows deliveries `d` to what the figures of a day count: what was written, sent or settled on it.
fn counted_on(sql: &mut Sql, day: Day) {
    let (from, until) = (day.start(), day.plus_days(1).start());
    sql.push(" and d.created_at >= ").bind(from.minus(HELD_FOR).millis());
    sql.push(" and (d.created_at >= ").bind(from.millis()).push(" and d.created_at < ").bind(until.millis());
    sql.push(" or d.sent_at >= ").bind(from.millis()).push(" and d.sent_at < ").bind(until.millis());
    sql.push(" or d.settled_at >= ").bind(from.millis()).push(" and d.settled_at < ").bind(until.millis()).push(")");
}

/// How many deliveries were written, sent or settled on a day, of each way and state: (channel, state, reason, how many, cost).
pub(in crate::notify::delivery) async fn figures(tx: &mut Tx, day: Day) -> Result<Vec<(Channel, DeliveryState, Option<String>, i64, i64)>> {
    let mut sql =
        Sql::new("select d.channel, d.state, d.reason, count(*), cast(coalesce(sum(d.cost), 0) as bigint) from delivery d where 1 = 1");
    counted_on(&mut sql, day);
    sql.push(" group by d.channel, d.state, d.reason order by d.channel, d.state, d.reason");
    sql.fetch_all(tx).await
}

/// What is due by each way and not handed over: (channel, how many, since when the oldest).
pub(in crate::notify::delivery) async fn queues(tx: &mut Tx, now: Moment) -> Result<Vec<(Channel, i64, Option<Moment>)>> {
    let mut sql = Sql::new("select channel, count(*), min(due_at) from delivery where state = 'queued' and due_at <= ");
    sql.bind(now.millis()).push(" group by channel");
    sql.fetch_all(tx).await
}

/// What could have left by now, or found no way out before, by each way: (channel, how many, since when).
pub(in crate::notify::delivery) async fn waiting(tx: &mut Tx, now: Moment) -> Result<Vec<(Channel, i64, Option<Moment>)>> {
    let mut sql = Sql::new(
        "select channel, count(*), min(coalesce(stuck_since, due_at)) from delivery \
         where state = 'queued' and (stuck_since is not null or due_at <= ",
    );
    sql.bind(now.millis()).push(") group by channel order by channel");
    sql.fetch_all(tx).await
}
