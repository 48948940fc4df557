//! The to-do list: what waits in tasks, and urges and orders that want an answer.

use std::collections::BTreeMap;

use db::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use wording::say;

use crate::{
    app::{Ctx, Outcome},
    supervision::{self, Order},
    tasks::{self, Duty, DutyKind},
};

/// What waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Todo {
    /// What is due first on top; unanswered orders and urges before everything else.
    pub(super) items: Vec<Duty>,
    /// How many of each kind.
    pub(super) counts: BTreeMap<&'static str, i64>,
    /// More waits than is shown: only what is due first of it was looked at.
    pub(super) truncated: bool,
}

/// What waits for the actor.
pub(super) async fn todo(tx: &mut Tx, ctx: &Ctx) -> Outcome<Todo> {
    let mut items = orders(tx, ctx).await?;
    let owed = supervision::owed_replies(tx, ctx).await?;
    let ids: Vec<_> = owed.iter().map(|urge| urge.task_id).collect();
    let rows = tasks::rows_of(tx, ctx, &ids).await?;
    for urge in owed {
        let Some(task) = rows.iter().find(|row| row.id == urge.task_id).cloned() else { continue };
        items.push(Duty {
            id: format!("reply:{}", urge.id),
            kind: DutyKind::Reply,
            task,
            text: match urge.instruction {
                None => say!("{name}督办：{text}", name = urge.by.name, text = urge.asked),
                Some(_) => say!("{name}批示：{text}", name = urge.by.name, text = urge.asked),
            },
            due_day: urge.owed_day,
            overdue: urge.overdue,
            since: urge.at,
        });
    }
    let (duties, truncated) = tasks::duties(tx, ctx).await?;
    items.extend(duties);
    let mut counts = BTreeMap::new();
    for duty in &items {
        *counts.entry(duty.kind.word()).or_default() += 1;
    }
    Ok(Todo { items, counts, truncated })
}

/// Orders the actor owes an answer, and answers to their own that they have not judged. One that is about several tasks stands with the
/// first of them they see.
async fn orders(tx: &mut Tx, ctx: &Ctx) -> Outcome<Vec<Duty>> {
    let owed = supervision::owed_answers(tx, ctx).await?.into_iter().map(|order| (DutyKind::AnswerOrder, order));
    let answered = supervision::orders_to_decide(tx, ctx).await?.into_iter().map(|order| (DutyKind::DecideOrder, order));
    let orders: Vec<(DutyKind, Order)> = owed.chain(answered).collect();
    let ids: Vec<_> = orders.iter().filter_map(|(_, order)| order.tasks.first()).map(|task| task.id).collect();
    let rows = tasks::rows_of(tx, ctx, &ids).await?;
    let duty = |(kind, order): (DutyKind, Order)| {
        let task = rows.iter().find(|row| order.tasks.first().is_some_and(|task| task.id == row.id)).cloned()?;
        let (number, demand, unit) = (order.number.as_str(), order.demand.as_str(), order.unit.name.as_str());
        let text = match kind {
            DutyKind::AnswerOrder => say!("督办单{number}：{demand}"),
            _ => say!("{unit}已反馈督办单{number}，请认定"),
        };
        let due_day = (kind == DutyKind::AnswerOrder).then_some(order.due_day);
        Some(Duty { id: format!("order:{}", order.id), kind, task, text, due_day, overdue: order.overdue, since: order.at })
    };
    Ok(orders.into_iter().filter_map(duty).collect())
}
