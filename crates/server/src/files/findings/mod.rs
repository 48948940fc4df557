//! What was found in contents of files — words of classified papers, viruses — and what became of it (ADR 0022, ADR 0023).
//!
//! A finding is about a content and holds for every file of the same bytes, those that come later included. While it is open the
//! file is held ([`super::gate`]); somebody of the operations centre, or a leader, decides: never on what they uploaded themselves.
//! What is removed is gone from the store at once; its rows stay, and say so.
//!
//! Table: `file_finding`. Each finding and each decision is an event of the chain of secrecy.

mod decide;
mod hold;
mod http;
mod store;

pub(super) use hold::infected;
pub(super) use http::routes;
pub(super) use store::{is_removed, open_counts};

pub use decide::{REMOVE, remove_content};
pub use hold::examine;

use kit::{id_types, text_enum};
use serde::{Deserialize, Serialize};

use crate::events::Event;

id_types! {
    /// Something that was found in a content.
    FindingId,
}

text_enum! {
    /// What was found.
    FindingKind {
        Secret = "secret", "疑似涉密";
        Virus = "virus", "病毒";
    }
}

text_enum! {
    /// What became of it.
    FindingState {
        Open = "open", "待核定";
        Cleared = "cleared", "已放行";
        Removed = "removed", "已移除";
    }
}

/// Published when a content was held, let go or removed: whoever keeps something of what is in it looks again.
pub const JUDGED: &str = "files.judged";

/// Which content.
#[derive(Debug, Serialize, Deserialize)]
pub struct Judged {
    /// Its digest.
    pub digest: String,
    /// It is gone for good.
    pub is_removed: bool,
}

impl Event for Judged {
    fn name(&self) -> &str {
        JUDGED
    }
}
