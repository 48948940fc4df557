use kit::{Moment, id_types, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;
use wording::Words;

id_types! {
    /// A message.
    MessageId,
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
    /// When it was read.
    pub read_at: Option<Moment>,
}
