use kit::{Day, Moment, id_types};
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

/// Somebody presses for a task; it is answered by a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Urge {
    /// Its id.
    pub id: UrgeId,
    /// Which task.
    pub task_id: TaskId,
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
