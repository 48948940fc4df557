//! 微信公众号, and the work messengers 企业微信, 钉钉 and 飞书.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use futures_util::future::BoxFuture;
use gateway::{SendError, Told};
use kit::{Clock, Secret};
use serde::Deserialize;
use wechat::{
    CallbackKeys, Client, DingTalk, DingTalkAccount, Event, Feishu, FeishuAccount, FeishuId, Official, OfficialAccount, Outgoing, Template,
    WeCom, WeComAccount,
};

use super::Tools;
use crate::notify::{
    address::AddressKind,
    delivery::gateway::{Asked, Call, Gateway, Handed, Heard, Letter},
    model::Channel,
};

/// 公众号.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfficialEntry {
    base_url: Option<String>,
    /// Where browsers are sent to learn who they are.
    authorize_url: Option<String>,
    app_id: String,
    app_secret: Secret<String>,
    /// `Token` of 服务器配置; without it nobody can bind, and no receipt is heard.
    callback_token: Option<Secret<String>>,
    /// `EncodingAESKey`.
    callback_aes_key: Option<Secret<String>>,
    /// What stands in the template's places: `{title}`, `{text}` and `{time}` are filled in.
    fields: BTreeMap<String, String>,
}

/// 企业微信.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WeComEntry {
    base_url: Option<String>,
    corp_id: String,
    secret: Secret<String>,
    agent_id: u64,
    callback_token: Option<Secret<String>>,
    callback_aes_key: Option<Secret<String>>,
}

/// 钉钉.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DingTalkEntry {
    api_url: Option<String>,
    oapi_url: Option<String>,
    app_key: String,
    app_secret: Secret<String>,
    agent_id: u64,
}

/// 飞书.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeishuEntry {
    base_url: Option<String>,
    app_id: String,
    app_secret: Secret<String>,
    /// What people are called by: `user_id`, which it is where nothing is said, `open_id` or `email`.
    to: Option<String>,
}

/// How one of the clients is spoken to.
enum Speaks {
    /// 公众号, with the template and what stands in its places.
    Official(Box<Official>, String, BTreeMap<String, String>),
    House(Box<dyn Client>),
}

/// A house in which people are.
pub(super) struct House {
    code: String,
    speaks: Speaks,
    /// It can be asked what became of a message.
    asked: bool,
    /// It drops a second message of our id.
    dedupes: bool,
    public_url: String,
    clock: Clock,
}

fn keys(token: Option<Secret<String>>, aes_key: Option<Secret<String>>) -> Option<CallbackKeys> {
    token.map(|token| CallbackKeys { token, aes_key })
}

const NO_CLIENT: &str = "an address is not of the form https://host, or callback_aes_key is none";

impl House {
    fn of(code: String, speaks: Speaks, tools: &Tools<'_>) -> Self {
        Self { code, speaks, asked: false, dedupes: true, public_url: tools.public_url.to_owned(), clock: tools.clock.clone() }
    }

    fn client(&self) -> &dyn Client {
        match &self.speaks {
            Speaks::Official(client, ..) => client.as_ref(),
            Speaks::House(client) => client.as_ref(),
        }
    }
}

impl OfficialEntry {
    pub(super) fn open(self, code: String, template: Option<String>, tools: &Tools<'_>) -> anyhow::Result<House> {
        let template = template.context("template: official accounts send registered templates only")?;
        ensure!(!self.fields.is_empty(), "wechat.fields: says what stands in the template's places");
        let account = OfficialAccount {
            base_url: self.base_url.unwrap_or_else(|| "https://api.weixin.qq.com".to_owned()),
            authorize_url: self.authorize_url.unwrap_or_else(|| "https://open.weixin.qq.com/connect/oauth2/authorize".to_owned()),
            app_id: self.app_id,
            app_secret: self.app_secret,
            callback: keys(self.callback_token, self.callback_aes_key),
        };
        let client = Official::new(account, tools.http.clone(), tools.tokens.clone(), tools.clock.clone(), tools.rng.clone());
        Ok(House::of(code, Speaks::Official(Box::new(client.context(NO_CLIENT)?), template, self.fields), tools))
    }
}

impl WeComEntry {
    pub(super) fn open(self, code: String, tools: &Tools<'_>) -> anyhow::Result<House> {
        let account = WeComAccount {
            base_url: self.base_url.unwrap_or_else(|| "https://qyapi.weixin.qq.com".to_owned()),
            corp_id: self.corp_id,
            secret: self.secret,
            agent_id: self.agent_id,
            callback: keys(self.callback_token, self.callback_aes_key),
        };
        let client = WeCom::new(account, tools.http.clone(), tools.tokens.clone(), tools.clock.clone(), tools.rng.clone());
        // Knows words and not ids: the same words twice in half an hour are dropped.
        Ok(House::of(code, Speaks::House(Box::new(client.context(NO_CLIENT)?)), tools))
    }
}

impl DingTalkEntry {
    pub(super) fn open(self, code: String, tools: &Tools<'_>) -> anyhow::Result<House> {
        let account = DingTalkAccount {
            api_url: self.api_url.unwrap_or_else(|| "https://api.dingtalk.com".to_owned()),
            oapi_url: self.oapi_url.unwrap_or_else(|| "https://oapi.dingtalk.com".to_owned()),
            app_key: self.app_key,
            app_secret: self.app_secret,
            agent_id: self.agent_id,
        };
        let client = DingTalk::new(account, tools.http.clone(), tools.tokens.clone(), tools.clock.clone());
        Ok(House { asked: true, ..House::of(code, Speaks::House(Box::new(client.context(NO_CLIENT)?)), tools) })
    }
}

impl FeishuEntry {
    pub(super) fn open(self, code: String, tools: &Tools<'_>) -> anyhow::Result<House> {
        let to = match self.to.as_deref() {
            None | Some("user_id") => FeishuId::User,
            Some("open_id") => FeishuId::Open,
            Some("email") => FeishuId::Email,
            Some(other) => bail!("feishu.to: user_id, open_id or email, not {other}"),
        };
        let account = FeishuAccount {
            base_url: self.base_url.unwrap_or_else(|| "https://open.feishu.cn".to_owned()),
            app_id: self.app_id,
            app_secret: self.app_secret,
            to,
        };
        let client = Feishu::new(account, tools.http.clone(), tools.tokens.clone(), tools.clock.clone());
        Ok(House { asked: true, ..House::of(code, Speaks::House(Box::new(client.context(NO_CLIENT)?)), tools) })
    }
}

impl Gateway for House {
    fn code(&self) -> &str {
        &self.code
    }

    fn channel(&self) -> Channel {
        Channel::Wechat
    }

    fn writes_to(&self) -> AddressKind {
        if matches!(self.speaks, Speaks::Official(..)) { AddressKind::Openid } else { AddressKind::Userid }
    }

    fn dedupes(&self) -> bool {
        self.dedupes
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Handed> {
        let path = letter.link.as_deref().unwrap_or("/inbox");
        let opens = |path: String| (!self.public_url.is_empty()).then(|| format!("{}{path}", self.public_url));
        let (url, template) = match &self.speaks {
            // By way of WeChat, which says who it is that comes.
            Speaks::Official(_, template, fields) => {
                let at = self.clock.now().wall().format("%Y年%m月%d日 %H:%M").to_string();
                let filled = |text: &String| text.replace("{title}", &letter.title).replace("{text}", &letter.text).replace("{time}", &at);
                let fields = fields.iter().map(|(name, text)| (name.clone(), filled(text))).collect();
                (opens(format!("/api/v1/gateways/{}/entry?to={path}", self.code)), Some(Template { code: template.clone(), fields }))
            }
            Speaks::House(_) => (opens(format!("/m{path}")), None),
        };
        let outgoing = Outgoing {
            own_id: letter.id.simple().to_string(),
            to: letter.to.clone(),
            title: letter.title.clone(),
            text: letter.text.clone(),
            url,
            template,
        };
        Box::pin(async move { Handed::to_one(letter, self.client().send(&outgoing).await) })
    }

    fn can_be_asked(&self) -> bool {
        self.asked
    }

    fn ask<'a>(&'a self, asked: &'a [Asked]) -> BoxFuture<'a, Result<Vec<Told>, SendError>> {
        let asked: Vec<_> = asked.iter().map(|one| wechat::Asked { provider_id: one.provider_id.clone(), to: one.to.clone() }).collect();
        Box::pin(async move { self.client().ask(&asked).await })
    }

    fn hear(&self, call: &Call) -> Result<Heard, String> {
        let heard =
            self.client().hear(&wechat::Call { query: &call.query, body: &call.body }).map_err(|unreadable| unreadable.to_string())?;
        let mut out = Heard { answer: (heard.answer.content_type, heard.answer.body), ..Heard::default() };
        for event in heard.events {
            match event {
                Event::Told(told) => out.told.push(told),
                Event::Came { who, scene } => out.came.push((who, scene)),
                Event::Left { who } => out.left.push(who),
            }
        }
        Ok(out)
    }

    fn answer(&self, call: &Call, words: &str) -> Option<String> {
        let heard = self.client().hear(&wechat::Call { query: &call.query, body: &call.body }).ok()?;
        Some(self.client().answer(&heard, words).body)
    }

    fn official(&self) -> Option<&Official> {
        match &self.speaks {
            Speaks::Official(client, ..) => Some(client),
            Speaks::House(_) => None,
        }
    }
}
