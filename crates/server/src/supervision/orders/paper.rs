//! An order as a paper that can be printed, stamped and filed.

use db::Tx;
use officedoc::letter::{Letter, Part};

use super::{
    model::{Order, OrderId, OrderTurnKind},
    view,
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    tasks::{self, TaskId, TaskRow},
};

/// An order as a DOCX with its file name; always Chinese, as papers are.
pub(super) async fn paper(tx: &mut Tx, ctx: &Ctx, id: OrderId) -> Outcome<(String, Vec<u8>)> {
    let order = view::find(tx, ctx, id).await?;
    let ids: Vec<TaskId> = order.tasks.iter().map(|task| task.id).collect();
    let rows = tasks::rows_of(tx, ctx, &ids).await?;
    let name = format!("{}.docx", order.number);
    let letter = written(&order, &rows);
    Ok((name, letter.docx().map_err(Refusal::internal)?))
}

fn written(order: &Order, rows: &[TaskRow]) -> Letter {
    let mut body = vec![Part::Heading("一、督办事项".to_owned())];
    for (task, n) in order.tasks.iter().zip(1..) {
        let row = rows.iter().find(|row| row.id == task.id);
        let due = row.and_then(|row| row.due_day).map(|day| format!("，{day}前办结")).unwrap_or_default();
        let number = task.number.as_ref().map(|number| format!("（{number}）")).unwrap_or_default();
        body.push(Part::Text(format!("{n}. {}{number}{due}。", task.title)));
    }
    let hidden = order.task_count - i64::try_from(order.tasks.len()).unwrap_or(0);
    if hidden > 0 {
        body.push(Part::Text(format!("另有 {hidden} 项任务不在您的查看范围内。")));
    }
    body.push(Part::Heading("二、督办要求".to_owned()));
    body.push(Part::Text(order.demand.clone()));
    if let Some(before) = &order.follows {
        body.push(Part::Text(format!("{}督办单{}到期未反馈或反馈未获认定，现升级督办。", before.level.label(), before.number)));
    }
    body.push(Part::Heading("三、反馈期限".to_owned()));
    body.push(Part::Text(format!("请于{}前反馈办理情况。", order.first_due_day)));
    if !order.turns.is_empty() {
        body.push(Part::Heading("四、反馈与认定".to_owned()));
    }
    for turn in &order.turns {
        let due = turn.due_day.map(|day| format!("（{day}前重新反馈）")).unwrap_or_default();
        let text = if turn.text.is_empty() && turn.kind == OrderTurnKind::Accept { "同意。" } else { turn.text.as_str() };
        body.push(Part::Text(format!("{} {} {}{due}：{text}", turn.at.day(), turn.by.name, turn.kind.label())));
    }
    Letter {
        mark: order.issuer_unit.name.clone(),
        number: order.number.clone(),
        title: format!("{}督办单", order.level.label()),
        to: order.unit.name.clone(),
        body,
        signed: order.issuer_unit.name.clone(),
        day: order.at.day().date(),
    }
}
