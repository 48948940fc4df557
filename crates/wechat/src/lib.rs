//! Messages to people in the houses they already use: 微信公众号, 企业微信, 钉钉 and 飞书 behind one seam ([`Client`]).
//!
//! A client signs, sends once and reads; it keeps no queue, repeats nothing and knows no business. Time and chance are handed in, and
//! so is the place where the token lives that all nodes share ([`TokenStore`]).
#![warn(missing_docs)]

mod callback;
mod crypt;
mod dingtalk;
mod feishu;
mod fields;
mod official;
mod read;
mod token;
mod wecom;

use std::{future::Future, pin::Pin};

pub use callback::{Call, CallAnswer, CallbackKeys, Event, Heard, Unreadable};
pub use dingtalk::{DingTalk, DingTalkAccount};
pub use feishu::{Feishu, FeishuAccount, FeishuId};
use gateway::{SendError, Taken, Told};
pub use official::{Official, OfficialAccount, QrCode};
pub use token::{MemoryTokens, Token, TokenStore};
pub use wecom::{WeCom, WeComAccount};

/// What a call of [`Client`] answers, later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, SendError>> + Send + 'a>>;

/// A message to one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// Our own name for it, the same however often it is tried: a UUID, or at most 32 letters and digits.
    pub own_id: String,
    /// To whom: the `openid` of 公众号, the `userid` of 企业微信 and 钉钉, of 飞书 what [`FeishuAccount::to`] says.
    pub to: String,
    /// One line; cut where it is longer than the house takes.
    pub title: String,
    /// What it says; cut where it is longer than the house takes.
    pub text: String,
    /// What a touch opens.
    pub url: Option<String>,
    /// 公众号 sends registered templates only; the others do not look at it.
    pub template: Option<Template>,
}

/// A template of 公众号.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Its id.
    pub code: String,
    /// Name and value of each place (`thing1`, `time2`). The name says the kind and thereby the limit: too long ones are cut, and one
    /// that is not of its kind is refused by its name before anybody is called, as 47003 would do it afterwards.
    pub fields: Vec<(String, String)>,
}

/// A message to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The house's name for it, as [`Taken::provider_id`] had it.
    pub provider_id: String,
    /// To whom it went.
    pub to: String,
}

/// A way to people.
pub trait Client: Send + Sync {
    /// Hands over one message. Nothing is repeated but once with a new token, where the house said that it did not take the message
    /// because of the old one.
    ///
    /// # Errors
    /// As [`SendError`] has them; only [`SendError::Unknown`] leaves open whether the message was taken. [`SendError::Gone`]: not
    /// followed any more, unknown, not within reach of the application.
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken>;

    /// Asks what became of messages. What the house does not know is left out; one that cannot be asked tells nothing. 钉钉 knows a
    /// day, 飞书 who has read within seven; 公众号 calls ([`Client::hear`]); 企业微信 tells nothing.
    ///
    /// # Errors
    /// When the house does not answer.
    fn ask<'a>(&'a self, asked: &'a [Asked]) -> Later<'a, Vec<Told>> {
        let _ = asked;
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Reads what the house calls us with, and checks that it is the house. 公众号 and 企业微信 only.
    ///
    /// # Errors
    /// When it is not what the house sends, or not signed by it: to be answered with 400.
    fn hear(&self, call: &Call<'_>) -> Result<Heard, Unreadable> {
        let _ = call;
        Err(Unreadable::new("this way does not call"))
    }

    /// What takes the place of [`Heard::answer`] where whoever caused the call is to read words in the chat; encrypted where the call was.
    fn answer(&self, heard: &Heard, words: &str) -> CallAnswer {
        let _ = words;
        heard.answer.clone()
    }
}
