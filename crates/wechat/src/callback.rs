//! What 公众号 and 企业微信 call us with.

use gateway::Told;
use kit::Secret;

/// What secures the address that is called: 服务器配置 of 公众号, 接收消息 of 企业微信.
#[derive(Clone, Debug)]
pub struct CallbackKeys {
    /// `Token`.
    pub token: Secret<String>,
    /// `EncodingAESKey`, 43 letters and digits. Where it is given, what comes unencrypted is refused. 企业微信 always has one.
    pub aes_key: Option<Secret<String>>,
}

/// A call: GET when the address is written down over there, POST later.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The query as it stands.
    pub query: &'a str,
    /// The body; empty with GET.
    pub body: &'a [u8],
}

/// A call that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What it tells; nothing where it is about something that does not concern messages.
    pub events: Vec<Event>,
    /// The answer to be given once all of it is kept, with status 200; until then an error (503), so that the house calls again.
    pub answer: String,
    /// Whom an answer in words would be for, and as whom, where the call allows one.
    pub(crate) between: Option<(String, String)>,
}

/// What a call tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What became of a message, or what somebody wrote.
    Told(Told),
    /// Somebody follows us, or has scanned a code of ours ([`crate::Official::qr_code`]).
    Came {
        /// Who.
        who: String,
        /// What the code stood for.
        scene: Option<String>,
    },
    /// Somebody follows us no more: nothing reaches them.
    Left {
        /// Who.
        who: String,
    },
}

/// A call that is not what the house sends, or not from it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the call cannot be read: {0}")]
pub struct Unreadable(String);

impl Unreadable {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}
