//! 飞书: messages of an application's bot.
//!
//! After the vendor's documents at open.feishu.cn/document: “自建应用获取 tenant_access_token”, “发送消息”, “查询消息已读信息”,
//! “通用错误码”.

use std::sync::Arc;

use gateway::{Fate, Http, Receipt, SendError, Taken, Told};
use kit::{Clock, Secret};
use reqwest::{Client as Requests, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    Asked, Client, Later, Outgoing, TokenStore,
    read::{self, Kind, address, base, cut, one, opened, refused, told},
    token::{Caller, House},
};

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct FeishuAccount {
    /// `https://open.feishu.cn`, or the address of one's own installation, a proxy or a fake.
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

/// A client of 飞书: a card that opens the address. The message's name goes as `uuid`, by which a second one within an hour is dropped.
pub struct Feishu {
    account: Account,
    caller: Caller,
    kind: &'static str,
}

struct Account {
    base: String,
    id: String,
    secret: Secret<String>,
}

impl House for Account {
    fn token(&self, client: &Requests, _force: bool) -> RequestBuilder {
        let body = json!({ "app_id": self.id, "app_secret": self.secret.reveal() });
        read::json(client.post(format!("{}/open-apis/auth/v3/tenant_access_token/internal", self.base)), &body)
    }

    fn kind(code: &str) -> Kind {
        match code {
            "99991661" | "99991663" | "99991664" | "99991668" => Kind::Token,
            // Not within the bot's reach, has left, nobody of this name, wants no messages of it.
            "230013" | "230029" | "230034" | "230053" => Kind::Gone,
            "99991400" | "230020" | "11232" | "11247" => Kind::Busy,
            // The message of this uuid is just being sent.
            "230049" => Kind::Unknown,
            // Name, secret, state of the application, its bot, its permissions, where it may call from.
            "10003" | "10014" | "99991401" | "99991543" | "99991662" | "99991672" | "99991673" | "99991679" | "230006" | "230027" => {
                Kind::Barred
            }
            _ => Kind::Refused,
        }
    }
}

impl Feishu {
    /// A client, or nothing where the base address is none.
    pub fn new(account: FeishuAccount, http: Http, tokens: Arc<dyn TokenStore>, clock: Clock) -> Option<Self> {
        let FeishuAccount { base_url, app_id: id, app_secret: secret, to } = account;
        let kind = match to {
            FeishuId::User => "user_id",
            FeishuId::Open => "open_id",
            FeishuId::Email => "email",
        };
        let caller = Caller::new(format!("feishu:{id}"), http, tokens, clock);
        Some(Self { account: Account { base: base(&base_url)?, id, secret }, caller, kind })
    }

    fn messages(&self) -> String {
        format!("{}/open-apis/im/v1/messages", self.account.base)
    }
}

impl Client for Feishu {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        Box::pin(async move {
            if !(1..=50).contains(&message.own_id.len()) {
                return Err(refused("own_id", "a name has at most 50 characters"));
            }
            let plain = |text: String| json!({ "tag": "plain_text", "content": text });
            let mut card = json!({
                "header": { "title": plain(cut(&message.title, 100)) },
                "elements": [{ "tag": "div", "text": plain(cut(&message.text, 2000)) }],
            });
            if let Some(url) = opened(message.url.as_deref())? {
                card["card_link"] = json!({ "url": url });
            }
            let body = json!({
                "receive_id": one(&message.to)?, "msg_type": "interactive", "content": card.to_string(), "uuid": message.own_id,
            });
            let url = address(&self.messages(), &[("receive_id_type", self.kind)]);
            let said = self.caller.call(&self.account, &|client, token| read::json(client.post(&url).bearer_auth(token), &body)).await?;
            Ok(Taken { provider_id: Some(told(said.get("data").unwrap_or(&Value::Null), "message_id")?), parts: 1 })
        })
    }

    /// Who has read, a request for each message. It is a talk of two: whoever has read is the receiver.
    fn ask<'a>(&'a self, asked: &'a [Asked]) -> Later<'a, Vec<Told>> {
        Box::pin(async move {
            let mut receipts = Vec::new();
            for Asked { provider_id, to } in
                asked.iter().filter(|asked| asked.provider_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
            {
                let url = address(&format!("{}/{provider_id}/read_users", self.messages()), &[("user_id_type", "open_id")]);
                let asking = self.caller.call(&self.account, &|client, token| client.get(&url).bearer_auth(token)).await;
                let said = match asking {
                    Ok(said) => said,
                    // Older than seven days, or not ours.
                    Err(SendError::Refused { .. }) => continue,
                    Err(error) => return Err(error),
                };
                if let Some(reader) = said.pointer("/data/items/0") {
                    let at = read::text(reader, "timestamp").and_then(|at| at.parse().ok());
                    let receipt = Receipt { provider_id: Some(provider_id.clone()), own_id: None, to: to.clone(), fate: Fate::Read, at };
                    receipts.push(Told::Receipt(receipt));
                }
            }
            Ok(receipts)
        })
    }
}
