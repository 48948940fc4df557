//! Who hears of what becomes of an order.

use std::collections::HashSet;

use db::Tx;
use wording::{Words, say};

use super::{
    model::{OrderId, OrderTurnKind},
    store,
};
use crate::{
    access,
    app::{Ctx, Outcome},
    org::{self, PersonId, PostKind},
    tasks::TaskEvent,
};

/// Whom an event of an order concerns and what they are told. An order about several tasks has an event in each: only that of the
/// first one tells.
pub(in crate::supervision) async fn notice(tx: &mut Tx, ctx: &Ctx, event: &TaskEvent) -> Outcome<Option<(Vec<PersonId>, Words, Words)>> {
    let Some(id) = event.subject.map(OrderId) else { return Ok(None) };
    let system = access::system_principal();
    let Some(row) = store::find(tx, &system.scope, id).await? else { return Ok(None) };
    let tasks = store::tasks(tx, &[id]).await?;
    if tasks.first().is_none_or(|(_, task)| *task != event.task) {
        return Ok(None);
    }
    // A numbered paper concerns whoever answers for the unit, too, and not only who receives its post.
    let mut addressed = org::role_holders_above(tx, row.unit_id, PostKind::Head, ctx.today()).await?;
    addressed.extend(org::heads_and_liaisons(tx, row.unit_id, ctx.today()).await?);
    addressed.extend(store::handlers(tx, &[id]).await?.into_iter().map(|(_, person)| person));
    let mut told = HashSet::new();
    addressed.retain(|person| told.insert(*person));
    let turns = store::turns(tx, &[id]).await?;
    let said = |kind: OrderTurnKind| turns.iter().rev().find(|turn| turn.kind == kind).map(|turn| turn.text.clone()).unwrap_or_default();
    let (number, level, due, n) = (row.number.as_str(), row.level.words(), row.due_day, tasks.len());
    Ok(Some(match event.name.as_str() {
        "task.ordered" => {
            let text = say!("{level}督办单{number}，涉及{n}项任务，{due}前反馈：{demand}", demand = row.demand);
            (addressed, "收到督办单".into(), text)
        }
        "task.order_answered" => {
            let text = say!("{unit}反馈督办单{number}：{text}", unit = row.unit_name, text = said(OrderTurnKind::Answer));
            (vec![row.issued_by], "督办单已反馈，请认定".into(), text)
        }
        "task.order_sent_back" => {
            let text = say!("督办单{number}的反馈被退回，{due}前重新反馈：{text}", text = said(OrderTurnKind::SendBack));
            (addressed, "督办单反馈被退回".into(), text)
        }
        "task.order_accepted" => (addressed, "督办单已办结".into(), say!("督办单{number}的反馈已认定，督办办结。")),
        _ => {
            let text = say!("督办单{number}已撤回：{text}", text = said(OrderTurnKind::Withdraw));
            (addressed, "督办单撤回".into(), text)
        }
    }))
}
