//! What all ways out have in common: what became of a message that was handed over, what comes back of it later, and an HTTP client
//! that tells "certainly not taken" from "perhaps taken".
//!
//! The crates that speak to one kind of gateway (`sms`, `wechat`, …) answer in these words, so that whoever sends need not know which
//! of them it was.
#![warn(missing_docs)]

mod http;
mod outward;

use std::time::Duration;

pub use http::{Answer, Http};

/// The gateway took a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The gateway's own name for it, by which receipts speak of it; nothing where it gives none.
    pub provider_id: Option<String>,
    /// How many parts are charged; 1 where nothing is known of parts.
    pub parts: u32,
}

/// Why a message was not taken, or perhaps not. What to do next depends on which it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The gateway will never take this message: the number, the template or the words. Another one may.
    #[error("refused: {code} {text}")]
    Refused {
        /// The gateway's own code.
        code: String,
        /// Its own words, shortened.
        text: String,
    },
    /// There is nobody at this address any more: unsubscribed, unfollowed, no such mailbox. No message will reach it until it is
    /// written down anew.
    #[error("gone: {code} {text}")]
    Gone {
        /// The gateway's own code.
        code: String,
        /// Its own words, shortened.
        text: String,
    },
    /// Not now: too many at once, or a fault of its own. Certainly not taken.
    #[error("busy: {code} {text}")]
    Busy {
        /// The gateway's own code.
        code: String,
        /// Its own words, shortened.
        text: String,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// The gateway refuses us, not the message: key, signature, balance, permission. Nothing passes until a person mends it.
    #[error("barred: {code} {text}")]
    Barred {
        /// The gateway's own code.
        code: String,
        /// Its own words, shortened.
        text: String,
    },
    /// Nobody was reached. Certainly not taken.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// The line broke, or the answer made no sense, after the message had gone out: perhaps taken.
    #[error("perhaps taken: {0}")]
    Unknown(String),
}

impl SendError {
    /// Whether the gateway certainly has not taken the message, so that another one may have it.
    pub const fn is_certain(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// At most 300 characters of what a gateway says: its words go into rows and pages.
    pub fn shorten(text: &str) -> String {
        text.chars().filter(|c| !c.is_control()).take(300).collect()
    }
}

/// What became of a message after it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is on its way; more will be heard.
    Pending,
    /// It has arrived.
    Delivered,
    /// The person has seen or confirmed it, where a gateway can know that.
    Read,
    /// It will not arrive.
    Failed {
        /// The gateway's own code.
        code: String,
        /// Its own words, shortened.
        text: String,
    },
}

/// A gateway's word on one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The gateway's name for the message.
    pub provider_id: Option<String>,
    /// Our own, where the gateway repeats it.
    pub own_id: Option<String>,
    /// To whom it went, as the gateway writes it.
    pub to: String,
    /// What became of it.
    pub fate: Fate,
    /// When, in milliseconds since 1970; nothing where it is not said.
    pub at: Option<i64>,
}

/// What somebody answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// From whom, as the gateway writes it.
    pub from: String,
    /// What they say.
    pub text: String,
    /// The gateway's own name for the answer, by which one that is told twice is known.
    pub reply_id: Option<String>,
    /// When, in milliseconds since 1970; nothing where it is not said.
    pub at: Option<i64>,
    /// The number or suffix it was sent to, which may say what it answers.
    pub to: Option<String>,
}

/// What a gateway tells us, unasked or asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// What became of a message.
    Receipt(Receipt),
    /// What somebody answered.
    Reply(Reply),
    /// What became of a telephone call.
    Call(CallReport),
}

/// What became of a telephone call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallReport {
    /// The gateway's name for the call.
    pub provider_id: Option<String>,
    /// Our name for it.
    pub own_id: Option<String>,
    /// Who was called.
    pub to: String,
    /// How it ended.
    pub ended: CallEnd,
    /// When, in milliseconds since 1970.
    pub at: Option<i64>,
}

/// How a telephone call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// It was heard and a key pressed to say so.
    Acknowledged,
    /// It was heard; whoever answered wishes to be called by a person.
    CallbackRequested,
    /// It was answered and no key was pressed.
    NoInput,
    /// It was answered and the line given up before the end.
    HungUp,
    /// Nobody could be spoken to: busy, no answer, declined, interrupted …, in a word for programs, and the line's own words.
    Failed {
        /// For programs.
        code: String,
        /// The line's own words.
        text: String,
    },
}
