use kit::{Day, Moment, id_types, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    files::FileRef,
    org::{PersonRef, UnitRef},
    tasks::{PartyId, TaskId},
};

id_types! {
    /// Pressing for a task.
    UrgeId,
}

text_enum! {
    /// Whose urges.
    Side {
        All = "all", "全部";
        Sent = "sent", "我发出的";
        Received = "received", "我收到的";
    }
}

text_enum! {
    /// What became of an urge.
    Answer {
        Open = "open", "待回复";
        Overdue = "overdue", "超时未回复";
        Given = "given", "已回复";
    }
}

/// Which urges are looked for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) side: Side,
    pub(super) answer: Option<Answer>,
    /// Older than this one.
    pub(super) before: Option<UrgeId>,
    pub(super) today: Day,
}

/// Somebody presses for a task; it is answered by a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Urge {
    /// Its id.
    pub id: UrgeId,
    /// Which task.
    pub task_id: TaskId,
    /// Its title.
    pub task_title: String,
    /// Its number.
    pub task_number: Option<String>,
    /// Which party.
    pub party_id: PartyId,
    /// Whose unit.
    pub to_unit: UnitRef,
    /// Who in it.
    pub to_person: Option<PersonRef>,
    /// Who presses.
    pub by: PersonRef,
    /// When.
    pub at: Moment,
    /// What they say.
    pub text: String,
    /// By when an answer is expected.
    pub reply_due_day: Day,
    /// The answer.
    pub reply: Option<String>,
    /// Who answered.
    pub replied_by: Option<PersonRef>,
    /// When.
    pub replied_at: Option<Moment>,
    /// There is no answer and the day has passed.
    pub overdue: bool,
    /// The asker may answer.
    pub may_reply: bool,
    /// Files of the answer.
    pub files: Vec<FileRef>,
}
