use kit::{Moment, uuid::Uuid};

/// Something that can be searched for: what a room has to say about a task.
#[derive(Clone, Debug)]
pub struct Text {
    /// The task it belongs to: whoever sees that finds this.
    pub task: Uuid,
    /// What it is, one word of the API.
    pub kind: &'static str,
    /// Which one.
    pub id: Uuid,
    /// When it was written.
    pub at: Moment,
    /// What weighs more: a title, a name.
    pub head: String,
    /// Everything else.
    pub body: String,
}

impl Text {
    /// The parts that are there, one a line.
    pub fn lines<'a>(parts: impl IntoIterator<Item = Option<&'a str>>) -> String {
        parts.into_iter().flatten().map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }
}
