//! What a list is narrowed down to beyond what the task itself says: who holds it, and what the figures of progress count.

use kit::{text_enum, uuid::Uuid};
use wording::say;

use super::{filter::FilterQuery, model::TaskId};
use crate::{app::Fields, org::PersonId};

text_enum! {
    /// Which due day a closing is held against.
    DueKind {
        Approved = "approved", "批准期限";
        Original = "original", "原定期限";
    }
}

/// Whose charge a task falls under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charged {
    /// Nobody is in charge of the unit that leads it.
    Nobody,
    /// This person.
    By(PersonId),
}

impl Charged {
    /// The word that stands for nobody, where otherwise an id stands.
    pub const NOBODY: &'static str = "none";
}

/// The part of a filter that is kept here.
#[derive(Clone, Debug, Default)]
pub struct Narrow {
    /// The leader whose charge it falls under: who is named on it, else whoever is in charge of the lead unit.
    pub charge_leader: Option<Charged>,
    /// Named on the lead part.
    pub handler_id: Option<PersonId>,
    /// Named on another part.
    pub helper_id: Option<PersonId>,
    /// A unit leads, or none does.
    pub has_lead: Option<bool>,
    /// Somebody is named on the lead part, or nobody is.
    pub has_handler: Option<bool>,
    /// In the tree below this one.
    pub root_id: Option<TaskId>,
    /// Open and due within five working days, or not.
    pub due_soon: Option<bool>,
    /// Open and under way, or open and not begun.
    pub started: Option<bool>,
    /// Open and waiting for somebody, or not.
    pub waiting: Option<bool>,
    /// Open with a risk that nobody has answered, or not.
    pub at_risk: Option<bool>,
    /// Closed or past due by this day: whether it was on time is known.
    pub judged: Option<DueKind>,
    /// Closed by this day.
    pub on_time: Option<DueKind>,
    /// It says which document it comes from, or does not.
    pub has_document: Option<bool>,
    /// It has a due day, or none.
    pub has_due: Option<bool>,
}

impl Narrow {
    pub(super) fn read(query: &FilterQuery, fields: &mut Fields) -> Self {
        let charge_leader = match query.charge_leader.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(Charged::NOBODY) => Some(Charged::Nobody),
            Some(text) => match Uuid::parse_str(text) {
                Ok(id) => Some(Charged::By(PersonId(id))),
                Err(_) => {
                    fields.add("charge_leader", say!("没有“{text}”这一项"));
                    None
                }
            },
        };
        Self {
            charge_leader,
            handler_id: query.handler_id,
            helper_id: query.helper_id,
            has_lead: query.has_lead,
            has_handler: query.has_handler,
            root_id: query.root_id,
            due_soon: query.due_soon,
            started: query.started,
            waiting: query.waiting,
            at_risk: query.at_risk,
            judged: query.judged,
            on_time: query.on_time,
            has_document: query.has_document,
            has_due: query.has_due,
        }
    }
}
