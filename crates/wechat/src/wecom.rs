//! 企业微信, messages of an application.

use std::sync::Arc;

use gateway::{Http, Taken};
use kit::{Clock, Rng, Secret};

use crate::{Call, CallbackKeys, Client, Heard, Later, Outgoing, TokenStore, Unreadable};

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct WeComAccount {
    /// `https://qyapi.weixin.qq.com`, or the address of one's own installation, a proxy or a fake, without a path.
    pub base_url: String,
    /// `corpid`.
    pub corp_id: String,
    /// The application's `Secret`.
    pub secret: Secret<String>,
    /// The application's `AgentId`.
    pub agent_id: u64,
    /// What secures the callback; without it nobody is heard.
    pub callback: Option<CallbackKeys>,
}

/// A client of 企业微信: a 文本卡片 where there is an address to open, plain text otherwise. The house drops a second message of the same
/// words within 30 minutes; our own id does not reach it.
pub struct WeCom {}

impl WeCom {
    /// A client, or nothing where the base address is none or the keys of the callback are none.
    pub fn new(account: WeComAccount, http: Http, tokens: Arc<dyn TokenStore>, clock: Clock, rng: Rng) -> Option<Self> {
        todo!()
    }
}

impl Client for WeCom {
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
