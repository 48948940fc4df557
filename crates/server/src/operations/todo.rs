//! The to-do list: what waits in tasks, and urges that want an answer.

use std::collections::BTreeMap;

use db::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use wording::say;

use crate::{
    app::{Ctx, Outcome},
    supervision,
    tasks::{self, Duty, DutyKind},
};

/// What waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Todo {
    /// What is due first on top; unanswered urges before everything else.
    pub(super) items: Vec<Duty>,
    /// How many of each kind.
    pub(super) counts: BTreeMap<&'static str, i64>,
    /// More waits than is shown: only what is due first of it was looked at.
    pub(super) truncated: bool,
}

/// What waits for the actor.
pub(super) async fn todo(tx: &mut Tx, ctx: &Ctx) -> Outcome<Todo> {
    let mut items = Vec::new();
    let owed = supervision::owed_replies(tx, ctx).await?;
    let ids: Vec<_> = owed.iter().map(|urge| urge.task_id).collect();
    let rows = tasks::rows_of(tx, ctx, &ids).await?;
    for urge in owed {
        let Some(task) = rows.iter().find(|row| row.id == urge.task_id).cloned() else { continue };
        items.push(Duty {
            id: format!("reply:{}", urge.id),
            kind: DutyKind::Reply,
            task,
            text: say!("{name}督办：{text}", name = urge.by.name, text = urge.asked),
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
