//! 钉钉, work notices (工作通知).

use std::sync::Arc;

use gateway::{Http, Taken, Told};
use kit::{Clock, Secret};

use crate::{Asked, Client, Later, Outgoing, TokenStore};

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct DingTalkAccount {
    /// `https://api.dingtalk.com`, which gives tokens, or a proxy or a fake, without a path.
    pub api_url: String,
    /// `https://oapi.dingtalk.com`, which takes notices, or a proxy or a fake, without a path.
    pub oapi_url: String,
    /// `AppKey` (Client ID).
    pub app_key: String,
    /// `AppSecret` (Client Secret).
    pub app_secret: Secret<String>,
    /// `AgentId`.
    pub agent_id: u64,
}

/// A client of 钉钉. It takes a message and sends it later: what became of it is asked for. The same words reach the same person once
/// a day.
pub struct DingTalk {}

impl DingTalk {
    /// A client, or nothing where one of the addresses is none.
    pub fn new(account: DingTalkAccount, http: Http, tokens: Arc<dyn TokenStore>, clock: Clock) -> Option<Self> {
        todo!()
    }
}

impl Client for DingTalk {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        todo!()
    }

    fn ask<'a>(&'a self, asked: &'a [Asked]) -> Later<'a, Vec<Told>> {
        todo!()
    }
}
