//! 微信公众号: template messages, codes to be scanned, who somebody is.
//!
//! After the vendor's documents at developers.weixin.qq.com/doc/offiaccount: “获取稳定版接口调用凭据”, “模板消息接口”,
//! “生成带参数的二维码”, “网页授权”, “接收事件推送”, “全局返回码”.

use std::{sync::Arc, time::Duration};

use gateway::{Http, SendError, Taken};
use kit::{Clock, Rng, Secret};
use reqwest::{Client as Requests, RequestBuilder};
use serde_json::{Map, Value, json};

use crate::{
    Call, CallAnswer, CallbackKeys, Client, Heard, Later, Outgoing, TokenStore, Unreadable,
    callback::Door,
    fields::fitted,
    read::{self, Kind, address, base, one, opened, refused, told},
    token::{Caller, House},
};

const MONTH: u64 = 30 * 86_400;

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct OfficialAccount {
    /// `https://api.weixin.qq.com`, or the address of a proxy or a fake.
    pub base_url: String,
    /// `https://open.weixin.qq.com/connect/oauth2/authorize`, or the address of a fake: where browsers are sent.
    pub authorize_url: String,
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
pub struct Official {
    account: Account,
    authorize_url: String,
    caller: Caller,
    door: Option<Door>,
}

/// What a request for a token needs.
struct Account {
    base: String,
    id: String,
    secret: Secret<String>,
}

impl House for Account {
    const FORCED: bool = true;

    fn token(&self, client: &Requests, force: bool) -> RequestBuilder {
        let body = json!({
            "grant_type": "client_credential", "appid": self.id, "secret": self.secret.reveal(), "force_refresh": force,
        });
        read::json(client.post(format!("{}/cgi-bin/stable_token", self.base)), &body)
    }

    fn kind(code: &str) -> Kind {
        match code {
            "40001" | "40014" | "41001" | "42001" => Kind::Token,
            // Nobody of this name; does not follow; does not want messages.
            "40003" | "43004" | "43101" => Kind::Gone,
            // Busy; calls by the minute; answers to one; one at a time to one.
            "-1" | "45011" | "45047" | "43108" => Kind::Busy,
            // Calls and messages by the day; tokens by force.
            "45009" | "45029" => Kind::Spent,
            // Name, secret, address, permission, frozen, banned.
            "40002" | "40013" | "40125" | "40164" | "40243" | "41002" | "41004" | "43107" | "48001" | "48004" | "50001" | "50002"
            | "50004" | "50007" | "61024" | "89503" | "89501" | "89506" | "89507" => Kind::Barred,
            // The template (40036, 40037, 41028), its places (47001, 47003), the words, the address.
            _ => Kind::Refused,
        }
    }
}

impl Official {
    /// A client, or nothing where the base address is none or the key of the callback is not one.
    pub fn new(account: OfficialAccount, http: Http, tokens: Arc<dyn TokenStore>, clock: Clock, rng: Rng) -> Option<Self> {
        let OfficialAccount { base_url, authorize_url, app_id: id, app_secret: secret, callback } = account;
        let door = match callback {
            Some(keys) => Some(Door::new(&keys, &id, false, clock.clone(), rng)?),
            None => None,
        };
        let caller = Caller::new(format!("wechat:{id}"), http, tokens, clock);
        Some(Self { account: Account { base: base(&base_url)?, id, secret }, authorize_url, caller, door })
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, SendError> {
        let url = format!("{}{path}", self.account.base);
        self.caller.call(&self.account, &|client, token| read::json(client.post(address(&url, &[("access_token", token)])), body)).await
    }

    /// A code that stands for `scene` (1 to 64 characters), good for `lasting` (a minute to 30 days). Who scans it comes as
    /// [`crate::Event::Came`].
    ///
    /// # Errors
    /// As [`Client::send`] has them.
    pub async fn qr_code(&self, scene: &str, lasting: Duration) -> Result<QrCode, SendError> {
        if !(1..=64).contains(&scene.len()) || !scene.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused("scene", "a scene has 1 to 64 characters"));
        }
        let body = json!({
            "expire_seconds": lasting.as_secs().clamp(60, MONTH), "action_name": "QR_STR_SCENE", "action_info": { "scene": { "scene_str": scene } },
        });
        let said = self.post("/cgi-bin/qrcode/create", &body).await?;
        let seconds = said.get("expire_seconds").and_then(Value::as_u64).unwrap_or_default();
        Ok(QrCode { url: told(&said, "url")?, ticket: told(&said, "ticket")?, seconds })
    }

    /// Where a browser inside WeChat is sent to learn who it is (`snsapi_base`): it comes back to `back` with `code` and `state`.
    pub fn authorize_url(&self, back: &str, state: &str) -> String {
        let params = [
            ("appid", self.account.id.as_str()),
            ("redirect_uri", back),
            ("response_type", "code"),
            ("scope", "snsapi_base"),
            ("state", state),
        ];
        format!("{}#wechat_redirect", address(&self.authorize_url, &params))
    }

    /// Whose the `code` is that a browser came back with.
    ///
    /// # Errors
    /// [`SendError::Refused`] for a code that is made up, used or too old.
    pub async fn openid(&self, code: &str) -> Result<String, SendError> {
        let params = [
            ("appid", self.account.id.as_str()),
            ("secret", self.account.secret.reveal()),
            ("code", code),
            ("grant_type", "authorization_code"),
        ];
        let url = address(&format!("{}/sns/oauth2/access_token", self.account.base), &params);
        let said = self.caller.once::<Account>(self.caller.http().client().get(url)).await.map_err(|fault| fault.error)?;
        told(&said, "openid")
    }
}

impl Client for Official {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        Box::pin(async move {
            let template = message.template.as_ref().ok_or_else(|| refused("template", "this way sends registered templates only"))?;
            let id = message.own_id.replace('-', "");
            if !(1..=32).contains(&id.len()) {
                return Err(refused("own_id", "a name has at most 32 letters and digits"));
            }
            let mut data = Map::new();
            for (name, value) in &template.fields {
                data.insert(name.clone(), json!({ "value": fitted(name, value)? }));
            }
            let mut body = json!({ "touser": one(&message.to)?, "template_id": template.code, "client_msg_id": id, "data": data });
            if let Some(url) = opened(message.url.as_deref())? {
                body["url"] = url.into();
            }
            let said = self.post("/cgi-bin/message/template/send", &body).await?;
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
