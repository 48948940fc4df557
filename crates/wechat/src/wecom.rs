//! 企业微信: messages of an application.
//!
//! After the vendor's documents at developer.work.weixin.qq.com/document: “获取access_token” (path/91039), “发送应用消息” (90236),
//! “回调配置” (90930), “全局错误码” (90313).

use std::sync::Arc;

use gateway::{Http, SendError, Taken};
use kit::{Clock, Rng, Secret};
use reqwest::{Client as Requests, RequestBuilder};
use serde_json::json;

use crate::{
    Call, CallAnswer, CallbackKeys, Client, Heard, Later, Outgoing, TokenStore, Unreadable,
    callback::Door,
    read::{self, Fault, Kind, address, base, cut, cut_octets, one, opened, text, told},
    token::{Caller, House},
};

/// In seconds; whoever tries again does so before.
const SAME_WORDS: u64 = 600;

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct WeComAccount {
    /// `https://qyapi.weixin.qq.com`, or the address of one's own installation, a proxy or a fake.
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
/// words within ten minutes; our own id does not reach it.
pub struct WeCom {
    account: Account,
    caller: Caller,
    agent: u64,
    door: Option<Door>,
}

struct Account {
    base: String,
    id: String,
    secret: Secret<String>,
}

impl House for Account {
    fn token(&self, client: &Requests, _force: bool) -> RequestBuilder {
        let params = [("corpid", self.id.as_str()), ("corpsecret", self.secret.reveal())];
        client.get(address(&format!("{}/cgi-bin/gettoken", self.base), &params))
    }

    fn kind(code: &str) -> Kind {
        match code {
            "40014" | "41001" | "42001" => Kind::Token,
            // Not a name, not in the house, not within the application's reach.
            "40003" | "40031" | "46004" | "60111" | "81013" => Kind::Gone,
            "-1" | "45009" | "45033" | "45031" => Kind::Busy,
            // Secret, corporation, application, address, permission.
            "40001" | "40013" | "40056" | "41002" | "41004" | "41011" | "48001" | "48002" | "48004" | "50001" | "60011" | "60020"
            | "301002" => Kind::Barred,
            _ => Kind::Refused,
        }
    }
}

impl WeCom {
    /// A client, or nothing where the base address is none or the keys of the callback are none.
    pub fn new(account: WeComAccount, http: Http, tokens: Arc<dyn TokenStore>, clock: Clock, rng: Rng) -> Option<Self> {
        let WeComAccount { base_url, corp_id: id, secret, agent_id: agent, callback } = account;
        let door = match callback {
            Some(keys) => Some(Door::new(&keys, &id, true, clock.clone(), rng)?),
            None => None,
        };
        let caller = Caller::new(format!("wecom:{id}:{agent}"), http, tokens, clock);
        Some(Self { account: Account { base: base(&base_url)?, id, secret }, caller, agent, door })
    }
}

impl Client for WeCom {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        Box::pin(async move {
            let to = one(&message.to)?;
            let mut body = json!({
                "touser": to, "agentid": self.agent, "enable_duplicate_check": 1, "duplicate_check_interval": SAME_WORDS,
            });
            match opened(message.url.as_deref())? {
                Some(url) => {
                    body["msgtype"] = "textcard".into();
                    // Its description takes marks of HTML, which words of others are not to set.
                    let description = message.text.replace('<', "＜").replace('>', "＞");
                    body["textcard"] = json!({ "title": cut(&message.title, 128), "description": cut(&description, 512), "url": url });
                }
                None => {
                    body["msgtype"] = "text".into();
                    body["text"] = json!({ "content": cut_octets(&format!("{}\n{}", message.title, message.text), 2048) });
                }
            }
            let url = format!("{}/cgi-bin/message/send", self.account.base);
            let said = self
                .caller
                .call(&self.account, &|client, token| read::json(client.post(address(&url, &[("access_token", token)])), &body))
                .await?;
            // With status 0, too: it speaks of a list of receivers, of which ours is the only one.
            let named = |list: &str| text(&said, list).is_some_and(|names| names.split('|').any(|name| name.eq_ignore_ascii_case(to)));
            if named("invaliduser") {
                return Err(Fault::new(Kind::Gone, "invaliduser", "not in the house, or not within the application's reach").error);
            }
            if named("unlicenseduser") {
                return Err(SendError::Refused { code: "unlicenseduser".to_owned(), text: "this person has no licence there".to_owned() });
            }
            Ok(Taken { provider_id: Some(told(&said, "msgid")?), parts: 1 })
        })
    }

    fn hear(&self, call: &Call<'_>) -> Result<Heard, Unreadable> {
        self.door.as_ref().ok_or(Unreadable::new("there are no keys for calls"))?.hear(call)
    }

    fn answer(&self, heard: &Heard, words: &str) -> CallAnswer {
        self.door.as_ref().and_then(|door| door.answer(heard, words)).unwrap_or_else(|| heard.answer.clone())
    }
}
