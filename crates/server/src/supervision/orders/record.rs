//! Orders as they are kept for the long term. The keys are the archive's words and are the same for every reader.

use std::collections::HashMap;

use db::Tx;
use kit::{Day, Moment};
use serde::Serialize;

use super::{
    model::{OrderId, OrderTurnId},
    store,
};
use crate::{
    app::Outcome,
    org::{self, PersonId},
    tasks::{Named, TaskId},
};

/// An order about a task, with everything that was answered and said to it.
#[derive(Debug, Serialize)]
pub struct OrderRecord {
    #[serde(rename = "标识")]
    id: OrderId,
    #[serde(rename = "编号")]
    number: String,
    #[serde(rename = "级别")]
    level: &'static str,
    #[serde(rename = "状态")]
    state: &'static str,
    #[serde(rename = "督办对象")]
    unit: Named,
    #[serde(rename = "签发单位")]
    issuer: Named,
    #[serde(rename = "签发人")]
    by: Option<Named>,
    #[serde(rename = "签发时间")]
    at: Moment,
    #[serde(rename = "督办要求")]
    demand: String,
    #[serde(rename = "反馈期限")]
    due_day: Day,
    #[serde(rename = "升级自")]
    follows: Option<OrderId>,
    #[serde(rename = "过程")]
    turns: Vec<TurnRecord>,
}

#[derive(Debug, Serialize)]
struct TurnRecord {
    #[serde(rename = "标识")]
    id: OrderTurnId,
    #[serde(rename = "事项")]
    kind: &'static str,
    #[serde(rename = "人员")]
    by: Option<Named>,
    #[serde(rename = "时间")]
    at: Moment,
    #[serde(rename = "内容")]
    text: String,
    #[serde(rename = "重报期限")]
    due_day: Option<Day>,
}

/// A task's orders, the oldest first; who may have them is decided where the task's record is asked for.
pub async fn record_of(tx: &mut Tx, task: TaskId) -> Outcome<Vec<OrderRecord>> {
    let rows = store::all_of_task(tx, task).await?;
    let mut turns = store::turns(tx, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    let people: Vec<PersonId> = rows.iter().map(|row| row.issued_by).chain(turns.iter().map(|turn| turn.person_id)).collect();
    let names: HashMap<PersonId, String> = org::person_refs(tx, people).await?.into_iter().map(|one| (one.id, one.name)).collect();
    let person = |id: PersonId| Some(Named { id: id.0, name: names.get(&id)?.clone() });
    let record = |row: store::OrderRow| OrderRecord {
        turns: turns
            .extract_if(.., |turn| turn.order_id == row.id)
            .map(|turn| TurnRecord {
                id: turn.id,
                kind: turn.kind.label(),
                by: person(turn.person_id),
                at: turn.at,
                text: turn.text,
                due_day: turn.due_day,
            })
            .collect(),
        id: row.id,
        number: row.number,
        level: row.level.label(),
        state: row.state.label(),
        unit: Named { id: row.unit_id.0, name: row.unit_name },
        issuer: Named { id: row.issuer_unit_id.0, name: row.issuer_name },
        by: person(row.issued_by),
        at: row.issued_at,
        demand: row.demand,
        due_day: row.first_due_day,
        follows: row.follows_id,
    };
    Ok(rows.into_iter().map(record).collect())
}
