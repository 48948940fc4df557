use kit::{Day, Moment, id_types, text_enum};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    files::FileRef,
    notify::Reader,
    org::{PersonRef, UnitRef},
    tasks::{PartyId, TaskId},
};

id_types! {
    /// Pressing for a task.
    UrgeId,
    /// A turn of such a thread after the first question and answer.
    TurnId,
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

text_enum! {
    /// How somebody presses.
    UrgeMethod {
        Message = "message", "消息";
        Call = "call", "电话";
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

/// What makes such a thread a leader's instruction (批示).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Instruction {
    /// When it was said.
    pub said_on: Day,
    /// Who wrote it down, where that was somebody else.
    pub entered_by: Option<PersonRef>,
    /// The document it stands on.
    pub document: Option<String>,
    /// The place in it.
    pub clause: Option<String>,
}

/// Somebody presses for a task, or a leader instructs; it is answered by a day.
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
    /// Who presses, or whose instruction it is.
    pub by: PersonRef,
    /// A leader's instruction; pressing where missing.
    pub instruction: Option<Instruction>,
    /// When.
    pub at: Moment,
    /// By a message, or by a call of their own that they write down.
    pub method: UrgeMethod,
    /// What they say first, or said on the telephone.
    pub text: String,
    /// By when the first answer was expected.
    pub reply_due_day: Day,
    /// The first answer.
    pub reply: Option<String>,
    /// Who answered.
    pub replied_by: Option<PersonRef>,
    /// When.
    pub replied_at: Option<Moment>,
    /// Who wrote the first answer down, where it was given on the telephone.
    pub reply_entered_by: Option<PersonRef>,
    /// What was asked and answered after that, in order.
    pub turns: Vec<UrgeTurn>,
    /// The latest question, which is the first one where nothing followed.
    pub asked: String,
    /// By when the latest question is to be answered; nothing once it has been.
    pub owed_day: Option<Day>,
    /// An answer is owed and its day has passed.
    pub overdue: bool,
    /// When whoever pressed found the answer good, which ends the thread.
    pub accepted_at: Option<Moment>,
    /// Who was told of the questions and when they read them; only for whoever pressed, for leaders and the operations centre.
    pub readers: Option<Vec<Reader>>,
    /// The asker may ask again.
    pub may_ask: bool,
    /// The asker may find the answer good.
    pub may_accept: bool,
    /// The asker may answer.
    pub may_reply: bool,
    /// The asker may write down what they were answered on the telephone.
    pub may_record: bool,
    /// Files of the first answer.
    pub files: Vec<FileRef>,
}

text_enum! {
    /// What a turn of a thread is.
    TurnKind {
        Ask = "ask", "追问";
        Reply = "reply", "回复";
    }
}

/// A later question, or its answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UrgeTurn {
    /// Its id.
    pub id: TurnId,
    /// A question or an answer.
    pub kind: TurnKind,
    /// Whose.
    pub by: PersonRef,
    /// When.
    pub at: Moment,
    /// What they say.
    pub text: String,
    /// By when a question is to be answered.
    pub reply_due_day: Option<Day>,
    /// Who wrote an answer down that was given on the telephone.
    pub entered_by: Option<PersonRef>,
    /// Files of an answer.
    pub files: Vec<FileRef>,
}
