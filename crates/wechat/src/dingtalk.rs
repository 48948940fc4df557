//! 钉钉: work notices (工作通知).
//!
//! After the vendor's documents at open.dingtalk.com: “获取企业内部应用的accessToken”, “发送工作通知” (asyncsend_v2),
//! “获取工作通知消息的发送结果” (getsendresult), “服务端API错误码”.

use std::sync::Arc;

use gateway::{Fate, Http, Receipt, SendError, Taken, Told};
use kit::{Clock, Secret};
use reqwest::{Client as Requests, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    Asked, Client, Later, Outgoing, TokenStore,
    read::{self, Kind, address, base, cut, cut_octets, one, opened, text, told},
    token::{Caller, House},
};

/// The same words went to the same person that day.
const SAME_WORDS: [&str; 2] = ["143106", "143206"];

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct DingTalkAccount {
    /// `https://api.dingtalk.com`, which gives tokens, or a proxy or a fake.
    pub api_url: String,
    /// `https://oapi.dingtalk.com`, which takes notices, or a proxy or a fake.
    pub oapi_url: String,
    /// `AppKey` (Client ID).
    pub app_key: String,
    /// `AppSecret` (Client Secret).
    pub app_secret: Secret<String>,
    /// `AgentId`.
    pub agent_id: u64,
}

/// A client of 钉钉. It takes a message and sends it later: what became of it is asked for. The same words reach the same person once a
/// day; a second time they count as delivered, which they are.
pub struct DingTalk {
    account: Account,
    caller: Caller,
    oapi: String,
    agent: u64,
}

struct Account {
    api: String,
    key: String,
    secret: Secret<String>,
}

impl House for Account {
    fn token(&self, client: &Requests, _force: bool) -> RequestBuilder {
        let body = json!({ "appKey": self.key, "appSecret": self.secret.reveal() });
        read::json(client.post(format!("{}/v1.0/oauth2/accessToken", self.api)), &body)
    }

    fn kind(code: &str) -> Kind {
        match code {
            "40001" | "40014" | "41001" | "42001" | "InvalidAuthentication" => Kind::Token,
            // Not a name, not in the house, not within the application's reach.
            "33012" | "40003" | "40031" | "50002" | "60121" => Kind::Gone,
            // Busy, and too many at once or in a minute.
            "-1" | "90002" | "90005" | "90006" | "90018" | "143103" | "143104" | "1430003" | "ServiceUnavailable" => Kind::Busy,
            _ if code.starts_with("Throttling") => Kind::Busy,
            // The application's name and secret, its permission, the address it calls from, its day's number.
            "33001" | "40013" | "40035" | "40056" | "40089" | "40078" | "41002" | "41022" | "41030" | "48002" | "50001" | "52019"
            | "60011" | "60020" | "71006" => Kind::Barred,
            _ => Kind::Refused,
        }
    }
}

impl DingTalk {
    /// A client, or nothing where one of the addresses is none.
    pub fn new(account: DingTalkAccount, http: Http, tokens: Arc<dyn TokenStore>, clock: Clock) -> Option<Self> {
        let DingTalkAccount { api_url, oapi_url, app_key: key, app_secret: secret, agent_id: agent } = account;
        let caller = Caller::new(format!("dingtalk:{key}"), http, tokens, clock);
        Some(Self { account: Account { api: base(&api_url)?, key, secret }, caller, oapi: base(&oapi_url)?, agent })
    }

    async fn post(&self, name: &str, body: &Value) -> Result<Value, SendError> {
        let url = format!("{}/topapi/message/corpconversation/{name}", self.oapi);
        self.caller.call(&self.account, &|client, token| read::json(client.post(address(&url, &[("access_token", token)])), body)).await
    }
}

impl Client for DingTalk {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        Box::pin(async move {
            let (title, words) = (cut(&message.title, 100), cut(&message.text, 500));
            let notice = match opened(message.url.as_deref())? {
                // The house writes the application's name where the head's text stands.
                Some(url) => json!({
                    "msgtype": "oa",
                    "oa": { "message_url": url, "head": { "bgcolor": "FFBBBBBB", "text": "" }, "body": { "title": title, "content": words } },
                }),
                None => json!({ "msgtype": "text", "text": { "content": cut_octets(&format!("{title}\n{words}"), 2048) } }),
            };
            let body = json!({ "agent_id": self.agent, "userid_list": one(&message.to)?, "msg": notice });
            let said = self.post("asyncsend_v2", &body).await?;
            Ok(Taken { provider_id: Some(told(&said, "task_id")?), parts: 1 })
        })
    }

    /// A request for each message.
    fn ask<'a>(&'a self, asked: &'a [Asked]) -> Later<'a, Vec<Told>> {
        Box::pin(async move {
            let mut receipts = Vec::new();
            for one in asked {
                let Ok(number) = one.provider_id.parse::<u64>() else { continue };
                match self.post("getsendresult", &json!({ "agent_id": self.agent, "task_id": number })).await {
                    Ok(said) => receipts.push(receipt(&said, one)),
                    // It does not know the message, or not any more.
                    Err(SendError::Refused { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(receipts)
        })
    }
}

fn receipt(said: &Value, asked: &Asked) -> Told {
    let empty = Value::Null;
    let result = said.get("send_result").unwrap_or(&empty);
    let list = |name: &str| result.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let among = |name: &str| list(name).iter().any(|id| id.as_str() == Some(&asked.to));
    let forbidden = list("forbidden_list").iter().find(|entry| entry.get("userid").and_then(Value::as_str) == Some(&asked.to));
    let failed = |code: &str| Fate::Failed { code: SendError::shorten(code), text: String::new() };
    let fate = if among("read_user_id_list") {
        Fate::Read
    } else if among("unread_user_id_list") {
        Fate::Delivered
    } else if let Some(code) = forbidden.and_then(|entry| text(entry, "code")) {
        if SAME_WORDS.contains(&code.as_str()) { Fate::Delivered } else { failed(&code) }
    } else {
        let lost = ["invalid_user_id_list", "failed_user_id_list", "forbidden_user_id_list"].into_iter().find(|name| among(name));
        lost.map_or(Fate::Pending, |name| failed(name.trim_end_matches("_user_id_list")))
    };
    Told::Receipt(Receipt { provider_id: Some(asked.provider_id.clone()), own_id: None, to: asked.to.clone(), fate, at: None })
}
