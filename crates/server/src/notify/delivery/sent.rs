use gateway::SendError;
use kit::{Moment, uuid::Uuid};

use super::model::DeliveryId;
use crate::notify::model::Channel;

/// One that was handed over.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) id: DeliveryId,
    pub(super) lease: Uuid,
    pub(super) gateway: String,
    pub(super) channel: Channel,
    pub(super) attempts: i64,
    /// It may have gone out before this time.
    pub(super) unsure: bool,
    /// Since when it could have left and did not.
    pub(super) stuck_since: Option<Moment>,
    /// When it began to be handed over; when it was taken in hand, for as long as it was not.
    pub(super) begun: Moment,
    /// The address it went to, and those of them at which nobody is any more.
    pub(super) to: String,
    pub(super) gone: Vec<String>,
    pub(super) fate: SentFate,
}

#[derive(Debug)]
pub(super) enum SentFate {
    /// It has not left.
    Kept,
    Taken {
        provider_id: Option<String>,
        parts: u32,
    },
    Refused {
        code: String,
        text: String,
    },
    Busy {
        code: String,
        text: String,
        after: Option<u64>,
    },
    Barred {
        code: String,
        text: String,
    },
    Unreachable(String),
    Unknown(String),
}

impl From<SendError> for SentFate {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Refused { code, text } | SendError::Gone { code, text } => Self::Refused { code, text },
            SendError::Busy { code, text, retry_after } => Self::Busy { code, text, after: retry_after.map(|wait| wait.as_secs()) },
            SendError::Barred { code, text } => Self::Barred { code, text },
            SendError::Unreachable(text) => Self::Unreachable(text),
            SendError::Unknown(text) => Self::Unknown(text),
        }
    }
}
