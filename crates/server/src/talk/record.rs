//! What was said about a task, for whoever keeps its record outside of the program.
//!
//! Names of fields are Chinese: a package is read by people with no program of ours (`archive/format.md`).

use std::collections::HashMap;

use db::Tx;
use kit::{Moment, uuid::Uuid};
use serde::Serialize;

use super::{
    model::{CommentId, NoteId},
    store,
};
use crate::{
    app::Outcome,
    org::{self, PersonId},
    tasks::{Named, TaskId},
};

/// Of so many comments those addressed are read at once.
const AT_ONCE: usize = 1000;

/// A leader's note.
#[derive(Debug, Serialize)]
pub struct NoteRecord {
    #[serde(rename = "标识")]
    id: NoteId,
    #[serde(rename = "点评人")]
    by: Option<Named>,
    #[serde(rename = "点评时间")]
    at: Moment,
    /// The report it is about; none for the task as a whole.
    #[serde(rename = "上报", skip_serializing_if = "Option::is_none")]
    report: Option<Uuid>,
    #[serde(rename = "星级")]
    stars: i64,
    #[serde(rename = "点评意见")]
    text: Option<String>,
    #[serde(rename = "更正时间", skip_serializing_if = "Option::is_none")]
    corrected_at: Option<Moment>,
}

/// A comment. One that was deleted has no words here, as on the page; the ledger has them.
#[derive(Debug, Serialize)]
pub struct CommentRecord {
    #[serde(rename = "标识")]
    id: CommentId,
    #[serde(rename = "发言人")]
    by: Option<Named>,
    #[serde(rename = "发言时间")]
    at: Moment,
    #[serde(rename = "内容")]
    text: String,
    #[serde(rename = "提到", skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<Named>,
    #[serde(rename = "引用讨论", skip_serializing_if = "Option::is_none")]
    quoted_comment: Option<CommentId>,
    #[serde(rename = "引用台账序号", skip_serializing_if = "Option::is_none")]
    quoted_event: Option<i64>,
    #[serde(rename = "修改时间", skip_serializing_if = "Option::is_none")]
    edited_at: Option<Moment>,
    #[serde(rename = "删除时间", skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Moment>,
    #[serde(rename = "删除人", skip_serializing_if = "Option::is_none")]
    deleted_by: Option<Named>,
}

/// A task's notes and comments, the oldest first; who may have them is decided where the task's record is asked for.
pub async fn record_of(tx: &mut Tx, task: TaskId) -> Outcome<(Vec<NoteRecord>, Vec<CommentRecord>)> {
    let mut notes = store::notes_of_task(tx, task, i64::MAX).await?;
    notes.sort_by_key(|note| note.id);
    let mut comments = store::comments(tx, task, None, i64::MAX).await?;
    comments.sort_by_key(|comment| comment.id);
    let mut mentions: HashMap<CommentId, Vec<PersonId>> = HashMap::new();
    for some in comments.chunks(AT_ONCE) {
        for (comment, person) in store::mentions(tx, &some.iter().map(|comment| comment.id).collect::<Vec<_>>()).await? {
            mentions.entry(comment).or_default().push(person);
        }
    }
    let mut people: Vec<PersonId> = notes.iter().map(|note| note.person_id).collect();
    people.extend(comments.iter().flat_map(|comment| [Some(comment.person_id), comment.deleted_by]).flatten());
    people.extend(mentions.values().flatten());
    let names: HashMap<PersonId, String> = org::person_refs(tx, people).await?.into_iter().map(|person| (person.id, person.name)).collect();
    let named = |id: PersonId| Some(Named { id: id.0, name: names.get(&id)?.clone() });
    let notes = notes.into_iter().map(|note| NoteRecord {
        id: note.id,
        by: named(note.person_id),
        at: note.at,
        report: note.report_id.map(|report| report.0),
        stars: note.stars,
        text: note.text,
        corrected_at: note.corrected_at,
    });
    let comments = comments.into_iter().map(|comment| {
        let mut mentions = mentions.remove(&comment.id).unwrap_or_default();
        mentions.sort_unstable();
        CommentRecord {
            id: comment.id,
            by: named(comment.person_id),
            at: comment.at,
            text: comment.text,
            mentions: mentions.into_iter().filter_map(named).collect(),
            quoted_comment: comment.quote_comment_id,
            quoted_event: comment.quote_seq,
            edited_at: comment.edited_at,
            deleted_at: comment.deleted_at,
            deleted_by: comment.deleted_by.and_then(named),
        }
    });
    Ok((notes.collect(), comments.collect()))
}
