//! Short messages: one seam ([`Client`]) and thin clients behind it, for three public clouds, for
//! HTTP gateways that are described by a configuration, and for operators' lines (SMPP, CMPP).
//!
//! A client signs and sends; it keeps no queue, repeats nothing and knows no business. What became of a message comes back by
//! callbacks ([`Client::read_callback`]) or is asked for ([`Client::ask`]). Time and chance are handed in.
#![warn(missing_docs)]

mod aliyun;
mod cmpp;
#[cfg(feature = "fake")]
pub mod fake;
pub mod http_gateway;
mod huawei;
mod line;
mod outgoing;
mod read;
pub mod segments;
mod sign;
mod smpp;
mod tencent;

use std::{future::Future, pin::Pin};

pub use aliyun::{Aliyun, AliyunAccount};
pub use cmpp::{Cmpp, CmppAccount, Version};
use gateway::{SendError, Taken, Told};
pub use huawei::{Huawei, HuaweiAccount};
pub use line::{Inbox, Incoming, LineSettings};
pub use outgoing::{Number, Outgoing, Template};
use reqwest::header::HeaderMap;
pub use smpp::{Ids, Joined, Smpp, SmppAccount};
pub use tencent::{Tencent, TencentAccount};

/// What a call of [`Client`] answers, later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, SendError>> + Send + 'a>>;

/// A way to send short messages.
pub trait Client: Send + Sync {
    /// Hands over one message to one number. Nothing is repeated: whoever asks knows whether it may be.
    ///
    /// # Errors
    /// As [`SendError`] has them; only [`SendError::Unknown`] leaves open whether the message was taken.
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken>;

    /// Asks what became of messages that nothing was heard of, and what was answered. What the gateway does not know is left out; a
    /// gateway that cannot be asked tells nothing.
    ///
    /// # Errors
    /// When the gateway does not answer.
    fn ask<'a>(&'a self, asked: &'a [Asked]) -> Later<'a, Vec<Told>> {
        let _ = asked;
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Reads what the gateway posts to us. `body` is the query where it calls with GET. Nothing is checked but the form: who may
    /// call is a matter of the address.
    ///
    /// # Errors
    /// When the body is not what this gateway posts; nothing of it is told then.
    fn read_callback(&self, headers: &HeaderMap, body: &[u8]) -> Result<Callback, Unreadable>;
}

/// A message to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The gateway's name for it, where it gave one.
    pub provider_id: Option<String>,
    /// To whom it went, as it stood in [`Outgoing::to`].
    pub to: String,
    /// When it was handed over, in milliseconds since 1970.
    pub at: i64,
}

/// A callback that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback {
    /// What it tells.
    pub told: Vec<Told>,
    /// What is to be answered once all of it is kept; until then an error (503), so that the gateway calls again.
    pub answer: CallbackAnswer,
}

/// The answer that a gateway expects, with status 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackAnswer {
    /// Its media type.
    pub content_type: &'static str,
    /// Its body.
    pub body: String,
}

/// A callback that is not what the gateway posts. To be answered with 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the callback cannot be read: {0}")]
pub struct Unreadable(pub(crate) String);
