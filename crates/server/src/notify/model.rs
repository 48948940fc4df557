use kit::{Moment, id_types, text_enum, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;
use wording::Words;

use crate::org::PersonRef;

id_types! {
    /// A message.
    MessageId,
}

text_enum! {
    /// A way out of the system to a person.
    Channel {
        Wechat = "wechat", "微信";
        Sms = "sms", "短信";
        Voice = "voice", "语音电话";
        Email = "email", "邮件";
        Push = "push", "浏览器通知";
    }
}

/// A message to a person.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Message {
    /// Its id; later ones sort later.
    pub id: MessageId,
    /// When.
    pub at: Moment,
    /// What it is, for programs: `dispatched`, `urged`.
    pub kind: String,
    /// One line.
    pub title: Words,
    /// What it says.
    pub text: Words,
    /// The task it is about.
    pub task_id: Option<Uuid>,
    /// The urge it is about.
    pub urge_id: Option<Uuid>,
    /// What else it is about: the note, the comment, the report.
    pub subject_id: Option<Uuid>,
    /// The occasion it reminds of; such a one can be acknowledged.
    pub occurrence_id: Option<Uuid>,
    /// When somebody, not necessarily this reader, acknowledged that occasion.
    pub acked_at: Option<Moment>,
    /// It is of a task its reader has muted: it does not count as unread.
    pub quiet: bool,
    /// When it was read.
    pub read_at: Option<Moment>,
}

/// Who was told of something, and when they read it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reader {
    /// Who.
    pub person: PersonRef,
    /// When they read it; nothing while it lies unread.
    pub read_at: Option<Moment>,
}

/// A person's messages about one task; one that is about none is alone.
#[derive(Clone, Debug)]
pub struct MessageGroup {
    /// The newest of them.
    pub newest: Message,
    /// How many there are.
    pub count: i64,
    /// How many of them are not read yet.
    pub unread: i64,
}
