//! A house on the loopback that answers what it was told to and keeps what it was asked.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::StatusCode,
};
use gateway::Http;
use kit::{Clock, Moment, Rng, Secret};
use serde_json::{Value, json};
use wechat::{
    CallbackKeys, Client, DingTalk, DingTalkAccount, Feishu, FeishuAccount, FeishuId, Official, OfficialAccount, Outgoing, Template,
    TokenStore, WeCom, WeComAccount,
};

/// 2026-01-05 09:00 in China.
pub(crate) const NOW: i64 = 1_767_574_800_000;
pub(crate) const SECRET: &str = "the-secret";
pub(crate) const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// With its query.
    pub(crate) path: String,
    pub(crate) bearer: String,
    pub(crate) body: Value,
}

/// Status and body of what each path answers next.
type Answers = HashMap<String, VecDeque<(u16, String)>>;

#[derive(Clone, Default)]
pub(crate) struct House {
    answers: Arc<Mutex<Answers>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    pub(crate) url: String,
}

impl House {
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let house = Self { url: format!("http://{}", listener.local_addr().unwrap()), ..Self::default() };
        let router = Router::new().fallback(serve).with_state(house.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        house
    }

    /// What a path answers next; the last one stays.
    pub(crate) fn says(&self, path: &str, answer: &Value) {
        self.says_raw(path, 200, &answer.to_string());
    }

    pub(crate) fn says_raw(&self, path: &str, status: u16, answer: &str) {
        self.answers.lock().unwrap().entry(path.to_owned()).or_default().push_back((status, answer.to_owned()));
    }

    /// As [`House::says`], but nothing else any more.
    pub(crate) fn only_says(&self, path: &str, answer: &Value) {
        self.answers.lock().unwrap().remove(path);
        self.says(path, answer);
    }

    /// What was asked at paths that begin so.
    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.path.starts_with(path)).cloned().collect()
    }
}

async fn serve(State(house): State<House>, request: Request) -> (StatusCode, String) {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let bearer = parts.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    house.asked.lock().unwrap().push(Asked { path: parts.uri.to_string(), bearer, body });
    let mut answers = house.answers.lock().unwrap();
    let Some(next) = answers.get_mut(parts.uri.path()) else { return (StatusCode::NOT_FOUND, "no such path".to_owned()) };
    let (status, answer) = if next.len() > 1 { next.pop_front().unwrap() } else { next[0].clone() };
    (StatusCode::from_u16(status).unwrap(), answer)
}

pub(crate) fn http() -> Http {
    Http::new(Duration::from_secs(10)).unwrap()
}

pub(crate) fn clock() -> Clock {
    Clock::manual(Moment::from_millis(NOW))
}

fn secret() -> Secret<String> {
    Secret::new(SECRET.to_owned())
}

pub(crate) fn keys(aes: bool) -> CallbackKeys {
    CallbackKeys { token: Secret::new("the-token".to_owned()), aes_key: aes.then(|| Secret::new(KEY.to_owned())) }
}

pub(crate) fn official(house: &House, tokens: Arc<dyn TokenStore>, callback: Option<CallbackKeys>) -> Official {
    house.says("/cgi-bin/stable_token", &json!({ "access_token": "token-1", "expires_in": 7200 }));
    let account = OfficialAccount {
        base_url: house.url.clone(),
        authorize_url: "https://open.weixin.qq.com/connect/oauth2/authorize".to_owned(),
        app_id: "wx1".to_owned(),
        app_secret: secret(),
        callback,
    };
    Official::new(account, http(), tokens, clock(), Rng::seeded(1)).unwrap()
}

pub(crate) fn wecom(house: &House, tokens: Arc<dyn TokenStore>, callback: Option<CallbackKeys>) -> WeCom {
    house.says("/cgi-bin/gettoken", &json!({ "errcode": 0, "errmsg": "ok", "access_token": "token-1", "expires_in": 7200 }));
    let account = WeComAccount { base_url: house.url.clone(), corp_id: "ww1".to_owned(), secret: secret(), agent_id: 1_000_002, callback };
    WeCom::new(account, http(), tokens, clock(), Rng::seeded(1)).unwrap()
}

pub(crate) fn dingtalk(house: &House, tokens: Arc<dyn TokenStore>) -> DingTalk {
    house.says("/v1.0/oauth2/accessToken", &json!({ "accessToken": "token-1", "expireIn": 7200 }));
    let (api_url, oapi_url) = (house.url.clone(), house.url.clone());
    let account = DingTalkAccount { api_url, oapi_url, app_key: "ding1".to_owned(), app_secret: secret(), agent_id: 77 };
    DingTalk::new(account, http(), tokens, clock()).unwrap()
}

pub(crate) fn feishu(house: &House, tokens: Arc<dyn TokenStore>) -> Feishu {
    let path = "/open-apis/auth/v3/tenant_access_token/internal";
    house.says(path, &json!({ "code": 0, "msg": "ok", "tenant_access_token": "token-1", "expire": 7200 }));
    let account = FeishuAccount { base_url: house.url.clone(), app_id: "cli_1".to_owned(), app_secret: secret(), to: FeishuId::User };
    Feishu::new(account, http(), tokens, clock()).unwrap()
}

/// The four, with the paths where they ask for a token and where they send.
pub(crate) fn all(house: &House, tokens: &dyn Fn() -> Arc<dyn TokenStore>) -> [(Box<dyn Client>, &'static str, &'static str, Value); 4] {
    [
        (
            Box::new(official(house, tokens(), None)),
            "/cgi-bin/stable_token",
            "/cgi-bin/message/template/send",
            json!({ "errcode": 0, "errmsg": "ok", "msgid": 42 }),
        ),
        (
            Box::new(wecom(house, tokens(), None)),
            "/cgi-bin/gettoken",
            "/cgi-bin/message/send",
            json!({ "errcode": 0, "errmsg": "ok", "msgid": "42" }),
        ),
        (
            Box::new(dingtalk(house, tokens())),
            "/v1.0/oauth2/accessToken",
            "/topapi/message/corpconversation/asyncsend_v2",
            json!({ "errcode": 0, "errmsg": "ok", "task_id": 42, "request_id": "r" }),
        ),
        (
            Box::new(feishu(house, tokens())),
            "/open-apis/auth/v3/tenant_access_token/internal",
            "/open-apis/im/v1/messages",
            json!({ "code": 0, "msg": "success", "data": { "message_id": "42" } }),
        ),
    ]
}

pub(crate) fn message() -> Outgoing {
    Outgoing {
        own_id: "019b8c00-0000-7000-8000-000000000001".to_owned(),
        to: "somebody".to_owned(),
        title: "关于“防汛 & 抢险”的事项".to_owned(),
        text: "请于 5 日内 <办结>。".to_owned(),
        url: Some("https://example.gov.cn/t/1?a=1&b=2".to_owned()),
        template: Some(Template {
            code: "template-1".to_owned(),
            fields: vec![
                ("thing1".to_owned(), "关于开展全市防汛抢险工作专项督查的通知".repeat(2)),
                ("time2".to_owned(), "2026-01-05 09:00".to_owned()),
            ],
        }),
    }
}
