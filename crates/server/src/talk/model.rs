use kit::{Moment, id_types, text_enum};
use serde::Serialize;
use utoipa::ToSchema;
use wording::Words;

use crate::{
    files::FileRef,
    notify::{Message, Reader},
    org::{PersonRef, UnitRef},
    tasks::{ReportId, TaskId, TaskRow},
};

id_types! {
    /// What a leader thinks of something.
    NoteId,
    /// Something said about a task.
    CommentId,
}

text_enum! {
    /// What somebody wants to hear of a task.
    WatchMode {
        Follow = "follow", "关注";
        Mute = "mute", "免打扰";
    }
}

/// A mean of stars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Stars {
    /// The mean, to one decimal.
    pub mean: f64,
    /// How many it is made of: the newest of each leader for each subject.
    pub count: i64,
}

impl Stars {
    /// Of so many stars altogether; nothing where nobody gave any.
    pub(super) fn of(sum: i64, count: i64) -> Option<Self> {
        // Whole tenths, rounded half up, so that no sum of floats decides.
        let tenths = (sum * 20 + count).checked_div(count * 2)?;
        Some(Self { mean: f64::from(i32::try_from(tenths).ok()?) / 10.0, count })
    }
}

/// What a leader thinks of a task, a report or a unit (点评).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Note {
    pub(super) id: NoteId,
    /// The task it is about, also where it is about a report of it.
    pub(super) task_id: Option<TaskId>,
    pub(super) report_id: Option<ReportId>,
    pub(super) unit: Option<UnitRef>,
    pub(super) by: PersonRef,
    pub(super) at: Moment,
    /// One to five.
    pub(super) stars: i64,
    pub(super) text: Option<String>,
    /// It was corrected on the day it was given; the ledger has both.
    pub(super) corrected_at: Option<Moment>,
    /// The asker may correct it now.
    pub(super) may_correct: bool,
    /// Who was told and when they read it; only for leaders and the operations centre.
    pub(super) readers: Option<Vec<Reader>>,
    pub(super) version: i64,
}

/// What was quoted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Quote {
    /// An earlier comment.
    pub(super) comment_id: Option<CommentId>,
    /// An event of the time line.
    pub(super) seq: Option<i64>,
    pub(super) by: Option<PersonRef>,
    pub(super) at: Moment,
    /// Its first 200 characters; empty where it is a comment that was deleted.
    pub(super) text: Words,
    pub(super) deleted: bool,
}

/// Something said about a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Comment {
    pub(super) id: CommentId,
    pub(super) task_id: TaskId,
    pub(super) by: PersonRef,
    pub(super) at: Moment,
    /// Empty once it is deleted.
    pub(super) text: String,
    /// Who was addressed by name.
    pub(super) mentions: Vec<PersonRef>,
    pub(super) quote: Option<Quote>,
    pub(super) files: Vec<FileRef>,
    pub(super) edited_at: Option<Moment>,
    pub(super) deleted_at: Option<Moment>,
    pub(super) deleted_by: Option<PersonRef>,
    /// The asker may change it: it is theirs, fresh, and nobody has said anything since.
    pub(super) may_edit: bool,
    pub(super) may_delete: bool,
}

/// What the asker wants to hear of a task.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Watch {
    /// What counts: the nearest word on the way up.
    pub(super) mode: Option<WatchMode>,
    /// What they said of this task itself.
    pub(super) own: Option<WatchMode>,
}

/// What is said about a task beside the work: everything but the comments themselves, which are many.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TaskTalk {
    /// Newest first.
    pub(super) notes: Vec<Note>,
    /// Of the task and its reports.
    pub(super) stars: Option<Stars>,
    /// Comments that stand.
    pub(super) comments: i64,
    pub(super) watch: Watch,
    /// Messages about it that the asker has not read.
    pub(super) unread: i64,
    /// The asker may give a note.
    pub(super) can_rate: bool,
    /// The asker may comment.
    pub(super) can_comment: bool,
}

/// Messages about one task; one that is about none stands alone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct InboxEntry {
    /// The task, where the asker still sees it.
    pub(super) task: Option<TaskRow>,
    pub(super) newest: Message,
    pub(super) count: i64,
    pub(super) unread: i64,
    pub(super) muted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_rounded_to_a_tenth() {
        let mean = |sum, count| Stars::of(sum, count).map(|stars| stars.mean.to_string());
        assert_eq!(mean(13, 3).as_deref(), Some("4.3"));
        assert_eq!(mean(14, 3).as_deref(), Some("4.7"));
        assert_eq!(mean(9, 2).as_deref(), Some("4.5"));
        assert_eq!(mean(17, 4).as_deref(), Some("4.3"));
        assert_eq!(mean(5, 1).as_deref(), Some("5"));
        assert_eq!(mean(0, 0), None);
    }
}
