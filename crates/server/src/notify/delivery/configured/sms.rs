//! Short messages.

use anyhow::bail;
use futures_util::future::BoxFuture;
use gateway::{Http, SendError, Told};
use kit::{Clock, Rng, Secret};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use sms::{
    Aliyun, AliyunAccount, Client, Cmpp, CmppAccount, Huawei, HuaweiAccount, Ids, Inbox, Joined, LineSettings, Number, Outgoing, Smpp,
    SmppAccount, Template, Tencent, TencentAccount, Version, http_gateway::HttpGateway,
};

use super::{Entry, same};
use crate::notify::{
    delivery::gateway::{Asked, Call, Gateway, Handed, Heard, Letter},
    model::Channel,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AliyunEntry {
    base_url: Option<String>,
    key_id: String,
    key_secret: Secret<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TencentEntry {
    base_url: Option<String>,
    secret_id: String,
    secret_key: Secret<String>,
    app_id: String,
    region: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HuaweiEntry {
    base_url: String,
    app_key: String,
    app_secret: Secret<String>,
    sender: String,
    status_callback: Option<String>,
}

/// An operator's line: one session for each process that reads the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SmppEntry {
    address: String,
    system_id: String,
    password: Secret<String>,
    #[serde(default)]
    system_type: String,
    #[serde(default)]
    source: String,
    /// Ids are hexadecimal in answers and decimal in receipts.
    #[serde(default)]
    decimal_receipts: bool,
    /// Parts of a long text are joined by parameters and not by a header.
    #[serde(default)]
    sar: bool,
    #[serde(default)]
    per_second: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CmppEntry {
    address: String,
    /// `SP_Id`.
    provider: String,
    secret: Secret<String>,
    /// 3 speaks CMPP 3.0, 2 speaks 2.0.
    version: u8,
    /// `Service_Id`.
    service: String,
    /// `Src_Id`.
    source: String,
    #[serde(default)]
    per_second: u32,
}

/// Short messages through one of the clients.
pub(super) struct Sms {
    code: String,
    client: Box<dyn Client>,
    signature: Option<String>,
    template: Option<(String, String)>,
    dedupes: bool,
    /// It can be asked what became of a message.
    asked: bool,
    /// What people answer comes back.
    answered: bool,
    token: Option<Secret<String>>,
}

impl Gateway for Sms {
    fn code(&self) -> &str {
        &self.code
    }

    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn dedupes(&self) -> bool {
        self.dedupes
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Handed> {
        let template =
            self.template.as_ref().map(|(code, param)| Template { code: code.clone(), params: vec![(param.clone(), letter.text.clone())] });
        let outgoing = Outgoing {
            own_id: letter.id.to_string(),
            to: international(&letter.to),
            text: letter.text.clone(),
            signature: self.signature.clone(),
            template,
        };
        Box::pin(async move { Handed::to_one(letter, self.client.send(&outgoing).await) })
    }

    fn takes_answers(&self) -> bool {
        self.answered
    }

    fn can_be_asked(&self) -> bool {
        self.asked
    }

    fn ask<'a>(&'a self, asked: &'a [Asked]) -> BoxFuture<'a, Result<Vec<Told>, SendError>> {
        let asked: Vec<_> = asked
            .iter()
            .map(|one| sms::Asked { provider_id: Some(one.provider_id.clone()), to: international(&one.to), at: one.sent_at })
            .collect();
        Box::pin(async move { self.client.ask(&asked).await })
    }

    fn hear(&self, call: &Call) -> Result<Heard, String> {
        let Some(token) = &self.token else { return Err("this gateway has no call_token, so nobody may call".to_owned()) };
        let given = call.query.split('&').find_map(|pair| pair.strip_prefix("token=")).unwrap_or_default();
        if !same(given.as_bytes(), token.reveal().as_bytes()) {
            return Err("the token is another".to_owned());
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
                headers.append(name, value);
            }
        }
        let body = if call.body.is_empty() { call.query.as_bytes() } else { &call.body };
        let callback = self.client.read_callback(&headers, body).map_err(|unreadable| unreadable.to_string())?;
        Ok(Heard { told: callback.told, answer: (callback.answer.content_type, callback.answer.body), ..Heard::default() })
    }
}

/// A number of mainland China as the world dials it.
fn international(number: &str) -> String {
    if number.starts_with('+') { number.to_owned() } else { format!("+86{number}") }
}

/// The client that an entry names, and what it hears of its own accord.
pub(super) fn open(entry: Entry, http: &Http, clock: &Clock, rng: &Rng) -> anyhow::Result<(Sms, Option<Inbox>)> {
    let (http, clock, rng) = (http.clone(), clock.clone(), rng.clone());
    let cloud = entry.aliyun.is_some() || entry.tencent.is_some() || entry.huawei.is_some();
    if cloud && entry.template.is_none() {
        bail!("template: public clouds send registered templates only");
    }
    let no_url = || anyhow::anyhow!("base_url: not an address of the form https://host");
    let too_long = || anyhow::anyhow!("a word of the account is longer than the protocol has room for, or is not ASCII");
    let asked = entry.aliyun.is_some() || entry.tencent.is_some();
    let calls = entry.call_token.is_some();
    let mut answered = cloud && calls;
    let mut inbox = None;
    let mut clients: Vec<Box<dyn Client>> = Vec::new();
    if let Some(config) = entry.http {
        answered = calls && config.callbacks.as_ref().is_some_and(|callbacks| callbacks.replies.is_some());
        let opened = HttpGateway::new(*config, http.clone(), clock.clone(), rng.clone());
        clients.push(Box::new(opened.map_err(|error| anyhow::anyhow!("http.{}: {}", error.field, error.why))?));
    }
    if let Some(AliyunEntry { base_url, key_id, key_secret }) = entry.aliyun {
        let base_url = base_url.unwrap_or_else(|| "https://dysmsapi.aliyuncs.com".to_owned());
        let account = AliyunAccount { base_url, key_id, key_secret };
        clients.push(Box::new(Aliyun::new(account, http.clone(), clock.clone(), rng.clone()).ok_or_else(no_url)?));
    }
    if let Some(TencentEntry { base_url, secret_id, secret_key, app_id, region }) = entry.tencent {
        let base_url = base_url.unwrap_or_else(|| "https://sms.tencentcloudapi.com".to_owned());
        let region = region.unwrap_or_else(|| "ap-guangzhou".to_owned());
        let account = TencentAccount { base_url, secret_id, secret_key, app_id, region };
        clients.push(Box::new(Tencent::new(account, http.clone(), clock.clone()).ok_or_else(no_url)?));
    }
    if let Some(HuaweiEntry { base_url, app_key, app_secret, sender, status_callback }) = entry.huawei {
        let account = HuaweiAccount { base_url, app_key, app_secret, sender, status_callback };
        clients.push(Box::new(Huawei::new(account, http, clock.clone(), rng.clone())));
    }
    if let Some(SmppEntry { address, system_id, password, system_type, source, decimal_receipts, sar, per_second }) = entry.smpp {
        let account = SmppAccount {
            system_id,
            password,
            system_type,
            source,
            number: Number::default(),
            joined: if sar { Joined::Parameters } else { Joined::Header },
            ids: if decimal_receipts { Ids::HexThenDecimal } else { Ids::Same },
        };
        let settings = LineSettings { per_second, ..LineSettings::new(address) };
        let (client, news) = Smpp::open(account, settings, rng.clone()).ok_or_else(too_long)?;
        clients.push(Box::new(client));
        inbox = Some(news);
    }
    if let Some(CmppEntry { address, provider, secret, version, service, source, per_second }) = entry.cmpp {
        let version = match version {
            2 => Version::V2,
            3 => Version::V3,
            other => bail!("cmpp.version: 2 or 3, not {other}"),
        };
        let account = CmppAccount { provider, secret, version, service, source, number: Number::default() };
        let settings = LineSettings { per_second, ..LineSettings::new(address) };
        let (client, news) = Cmpp::open(account, settings, clock, rng).ok_or_else(too_long)?;
        clients.push(Box::new(client));
        inbox = Some(news);
    }
    answered |= inbox.is_some();
    let Some(client) = clients.pop() else { bail!("there is no client") };
    let template = entry.template.map(|code| (code, entry.template_param));
    let sms = Sms {
        code: entry.code,
        dedupes: entry.dedupes,
        asked,
        answered,
        client,
        signature: entry.signature,
        template,
        token: entry.call_token,
    };
    Ok((sms, inbox))
}
