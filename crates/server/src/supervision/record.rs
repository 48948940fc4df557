//! Urges as they are kept for the long term. The keys are the archive's words and are the same for every reader.

use std::collections::HashMap;

use db::Tx;
use kit::{Day, Moment};
use serde::Serialize;

use super::{model::UrgeId, store};
use crate::{
    app::Outcome,
    org::{self, PersonId},
    tasks::{Named, TaskId},
};

/// Somebody pressed, and what they were answered.
#[derive(Debug, Serialize)]
pub struct UrgeRecord {
    #[serde(rename = "标识")]
    id: UrgeId,
    #[serde(rename = "督办单位")]
    unit: Named,
    #[serde(rename = "督办人")]
    by: Option<Named>,
    #[serde(rename = "督办时间")]
    at: Moment,
    #[serde(rename = "督办方式")]
    method: &'static str,
    #[serde(rename = "督办意见")]
    text: String,
    #[serde(rename = "批示日期", skip_serializing_if = "Option::is_none")]
    said_on: Option<Day>,
    #[serde(rename = "批示登记人", skip_serializing_if = "Option::is_none")]
    entered_by: Option<Named>,
    #[serde(rename = "批示所在文件", skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    #[serde(rename = "批示所在条款", skip_serializing_if = "Option::is_none")]
    clause: Option<String>,
    #[serde(rename = "回复期限")]
    reply_due_day: Day,
    #[serde(rename = "回复人")]
    replied_by: Option<Named>,
    #[serde(rename = "回复时间")]
    replied_at: Option<Moment>,
    #[serde(rename = "回复内容")]
    reply: Option<String>,
    /// Who wrote it down, where it was given on the telephone.
    #[serde(rename = "电话回复登记人", skip_serializing_if = "Option::is_none")]
    reply_entered_by: Option<Named>,
    #[serde(rename = "追问与回复", skip_serializing_if = "Vec::is_empty")]
    turns: Vec<TurnRecord>,
}

/// What was asked and answered after the first answer.
#[derive(Debug, Serialize)]
struct TurnRecord {
    #[serde(rename = "类别")]
    kind: &'static str,
    #[serde(rename = "人员")]
    by: Option<Named>,
    #[serde(rename = "时间")]
    at: Moment,
    #[serde(rename = "内容")]
    text: String,
    #[serde(rename = "回复期限", skip_serializing_if = "Option::is_none")]
    reply_due_day: Option<Day>,
    #[serde(rename = "电话回复登记人", skip_serializing_if = "Option::is_none")]
    entered_by: Option<Named>,
}

/// A task's urges, the oldest first; who may have them is decided where the task's record is asked for.
pub async fn record_of(tx: &mut Tx, task: TaskId) -> Outcome<Vec<UrgeRecord>> {
    let rows = store::all_of_task(tx, task).await?;
    let turns = store::turns(tx, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    let people: Vec<PersonId> = rows
        .iter()
        .flat_map(|row| [Some(row.person_id), row.entered_by, row.replied_by, row.reply_entered_by])
        .chain(turns.iter().flat_map(|turn| [Some(turn.person_id), turn.entered_by]))
        .flatten()
        .collect();
    let names: HashMap<PersonId, String> = org::person_refs(tx, people).await?.into_iter().map(|p| (p.id, p.name)).collect();
    let person = |id: Option<PersonId>| id.and_then(|id| Some(Named { id: id.0, name: names.get(&id)?.clone() }));
    let mut later: HashMap<UrgeId, Vec<TurnRecord>> = HashMap::new();
    for turn in turns {
        later.entry(turn.urge_id).or_default().push(TurnRecord {
            kind: turn.kind.label(),
            by: person(Some(turn.person_id)),
            at: turn.at,
            text: turn.text,
            reply_due_day: turn.reply_due_day,
            entered_by: person(turn.entered_by),
        });
    }
    Ok(rows
        .into_iter()
        .map(|row| UrgeRecord {
            unit: Named { id: row.unit_id.0, name: row.unit_name },
            by: person(Some(row.person_id)),
            replied_by: person(row.replied_by),
            reply_entered_by: person(row.reply_entered_by),
            turns: later.remove(&row.id).unwrap_or_default(),
            id: row.id,
            at: row.at,
            method: row.method.label(),
            text: row.text,
            said_on: row.said_on,
            entered_by: person(row.entered_by),
            document: row.document,
            clause: row.clause,
            reply_due_day: row.reply_due_day,
            replied_at: row.replied_at,
            reply: row.reply,
        })
        .collect())
}
