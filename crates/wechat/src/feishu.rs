//! 飞书, messages of an application's bot.

use std::sync::Arc;

use gateway::{Http, Taken, Told};
use kit::{Clock, Secret};

use crate::{Asked, Client, Later, Outgoing, TokenStore};

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct FeishuAccount {
    /// `https://open.feishu.cn`, or the address of one's own installation, a proxy or a fake, without a path.
    pub base_url: String,
    /// `App ID`.
    pub app_id: String,
    /// `App Secret`.
    pub app_secret: Secret<String>,
    /// What people are called by.
    pub to: FeishuId,
}

/// What people are called by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeishuId {
    /// `user_id`, the house's own and the same for all applications.
    #[default]
    User,
    /// `open_id`, for one application.
    Open,
    /// The address of their mail.
    Email,
}

/// A client of 飞书. The message's name goes as `uuid`, by which a second one within an hour is dropped.
pub struct Feishu {}

impl Feishu {
    /// A client, or nothing where the base address is none.
    pub fn new(account: FeishuAccount, http: Http, tokens: Arc<dyn TokenStore>, clock: Clock) -> Option<Self> {
        todo!()
    }
}

impl Client for Feishu {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        todo!()
    }

    fn ask<'a>(&'a self, asked: &'a [Asked]) -> Later<'a, Vec<Told>> {
        todo!()
    }
}
