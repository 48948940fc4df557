//! 微信公众号.

use std::{sync::Arc, time::Duration};

use gateway::{Http, SendError, Taken};
use kit::{Clock, Rng, Secret};

use crate::{Call, CallbackKeys, Client, Heard, Later, Outgoing, TokenStore, Unreadable};

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct OfficialAccount {
    /// `https://api.weixin.qq.com`, or the address of a proxy or a fake, without a path.
    pub base_url: String,
    /// `AppID`.
    pub app_id: String,
    /// `AppSecret`.
    pub app_secret: Secret<String>,
    /// What secures the callback; without it nobody is heard.
    pub callback: Option<CallbackKeys>,
}

/// A code to be scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrCode {
    /// What the code says, to be drawn by ourselves.
    pub url: String,
    /// Its ticket: `https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=` and it, encoded, gives a picture.
    pub ticket: String,
    /// For how many seconds it is good.
    pub seconds: u64,
}

/// A client of 公众号. The message's name goes as `client_msg_id`, by which a second one within ten minutes is dropped.
pub struct Official {}

impl Official {
    /// A client, or nothing where the base address is none or the key of the callback is not one.
    pub fn new(account: OfficialAccount, http: Http, tokens: Arc<dyn TokenStore>, clock: Clock, rng: Rng) -> Option<Self> {
        todo!()
    }

    /// A code that stands for `scene` (1 to 64 characters), good for `lasting` (a minute to 30 days). Who scans it comes as
    /// [`crate::Event::Came`].
    ///
    /// # Errors
    /// As [`Client::send`] has them.
    pub async fn qr_code(&self, scene: &str, lasting: Duration) -> Result<QrCode, SendError> {
        todo!()
    }

    /// Where a browser inside WeChat is sent to learn who it is (`snsapi_base`): it comes back to `back` with `code` and `state`.
    pub fn authorize_url(&self, back: &str, state: &str) -> String {
        todo!()
    }

    /// Whose the `code` is that a browser came back with.
    ///
    /// # Errors
    /// [`SendError::Refused`] for a code that is made up, used or too old.
    pub async fn openid(&self, code: &str) -> Result<String, SendError> {
        todo!()
    }
}

impl Client for Official {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        todo!()
    }

    fn hear(&self, call: &Call<'_>) -> Result<Heard, Unreadable> {
        todo!()
    }

    fn answer(&self, heard: &Heard, words: &str) -> String {
        todo!()
    }
}
