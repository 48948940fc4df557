//! Ways out as an operator writes them down: a file with one `[[gateway]]` after the other.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, bail, ensure};
use futures_util::future::BoxFuture;
use gateway::{Http, SendError, Taken};
use kit::{Clock, Rng, Secret};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use sms::{
    Aliyun, AliyunAccount, Client, Cmpp, CmppAccount, Huawei, HuaweiAccount, Ids, Inbox, Joined, LineSettings, Number, Outgoing, Smpp,
    SmppAccount, Template, Tencent, TencentAccount, Version,
    http_gateway::{HttpGateway, HttpGatewayConfig},
};

use super::{
    gateway::{Call, Gateway, Gateways, Heard, Letter},
    told,
};
use crate::{
    access,
    app::{App, Outcome},
    notify::model::Channel,
};

/// How long a gateway is given for one exchange.
const PATIENCE: Duration = Duration::from_secs(20);
/// What proves a call must not be guessed.
const SHORTEST_TOKEN: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    gateway: Vec<Entry>,
}

/// One way out for short messages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    /// The sender's registered name (签名).
    signature: Option<String>,
    /// Stands as `?token=` in the address that the gateway calls.
    call_token: Option<Secret<String>>,
    /// It drops a second message of one id.
    #[serde(default)]
    dedupes: bool,
    /// The template of the public clouds: its code and the name of its one place, which takes the whole text.
    template: Option<String>,
    #[serde(default = "content")]
    template_param: String,
    http: Option<Box<HttpGatewayConfig>>,
    aliyun: Option<AliyunEntry>,
    tencent: Option<TencentEntry>,
    huawei: Option<HuaweiEntry>,
    smpp: Option<SmppEntry>,
    cmpp: Option<CmppEntry>,
}

fn content() -> String {
    "content".to_owned()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AliyunEntry {
    base_url: Option<String>,
    key_id: String,
    key_secret: Secret<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TencentEntry {
    base_url: Option<String>,
    secret_id: String,
    secret_key: Secret<String>,
    app_id: String,
    region: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HuaweiEntry {
    base_url: String,
    app_key: String,
    app_secret: Secret<String>,
    sender: String,
    status_callback: Option<String>,
}

/// An operator's line: one session for each process that reads the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SmppEntry {
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
struct CmppEntry {
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
struct Sms {
    code: String,
    client: Box<dyn Client>,
    signature: Option<String>,
    template: Option<(String, String)>,
    dedupes: bool,
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

    fn send<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<Taken, SendError>> {
        let template =
            self.template.as_ref().map(|(code, param)| Template { code: code.clone(), params: vec![(param.clone(), letter.text.clone())] });
        let outgoing = Outgoing {
            own_id: letter.id.to_string(),
            to: international(&letter.to),
            text: letter.text.clone(),
            signature: self.signature.clone(),
            template,
        };
        Box::pin(async move { self.client.send(&outgoing).await })
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
        Ok(Heard { told: callback.told, answer: (callback.answer.content_type, callback.answer.body) })
    }
}

/// Compares without telling by the time how much was right.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// A number of mainland China as the world dials it.
fn international(number: &str) -> String {
    if number.starts_with('+') { number.to_owned() } else { format!("+86{number}") }
}

/// A line on which an operator tells of its own accord.
pub struct Line {
    code: String,
    inbox: Inbox,
}

/// Takes in what an operator tells, for as long as the line is kept. What could not be written down is told again.
pub async fn listen(app: App, mut line: Line) {
    while let Some(incoming) = line.inbox.next().await {
        let written = async {
            let mut tx = app.db.begin().await?;
            let ctx = app.ctx_in(&mut tx, access::system_principal()).await?;
            told::take_in(&mut tx, &ctx, &line.code, Channel::Sms, std::slice::from_ref(&incoming.told)).await?;
            Outcome::Ok(tx.commit().await?)
        };
        match written.await {
            Ok(()) => incoming.kept(),
            Err(refusal) => tracing::warn!(gateway = line.code, %refusal, "what an operator told could not be written down"),
        }
    }
}

/// Reads the ways out from a file, and opens operators' lines. Texts of the form `env:NAME` and `file:PATH` stand for what is in that variable or file.
///
/// # Errors
/// When the file cannot be read, or says something that makes no sense; the error names the gateway and the field.
pub fn read(path: &Path, clock: &Clock, rng: &Rng) -> anyhow::Result<(Gateways, Vec<Line>)> {
    let text = std::fs::read_to_string(path).with_context(|| format!("gateways file {}", path.display()))?;
    let mut value: toml::Value = toml::from_str(&text).with_context(|| format!("gateways file {}", path.display()))?;
    resolve(&mut value)?;
    let file: File = value.try_into().with_context(|| format!("gateways file {}", path.display()))?;
    let http = Http::new(PATIENCE).context("no HTTP client can be made")?;
    let mut gateways: Vec<std::sync::Arc<dyn Gateway>> = Vec::new();
    let mut lines = Vec::new();
    for entry in file.gateway {
        let code = entry.code.clone();
        let fits = (1..=30).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        ensure!(fits, "gateway `{code}`: a code is 1 to 30 lower-case letters, digits or `-`");
        ensure!(gateways.iter().all(|other| other.code() != code), "gateway `{code}` stands twice");
        if let Some(token) = &entry.call_token {
            ensure!(token.reveal().len() >= SHORTEST_TOKEN, "gateway `{code}`: call_token has to be at least {SHORTEST_TOKEN} characters");
        }
        let (sms, inbox) = open(entry, &http, clock, rng).with_context(|| format!("gateway `{code}`"))?;
        gateways.push(std::sync::Arc::new(sms));
        lines.extend(inbox.map(|inbox| Line { code, inbox }));
    }
    Ok((Gateways::new(gateways), lines))
}

fn open(entry: Entry, http: &Http, clock: &Clock, rng: &Rng) -> anyhow::Result<(Sms, Option<Inbox>)> {
    let (http, clock, rng) = (http.clone(), clock.clone(), rng.clone());
    let cloud = entry.aliyun.is_some() || entry.tencent.is_some() || entry.huawei.is_some();
    if cloud && entry.template.is_none() {
        bail!("template: public clouds send registered templates only");
    }
    let no_url = || anyhow::anyhow!("base_url: not an address of the form https://host");
    let too_long = || anyhow::anyhow!("a word of the account is longer than the protocol has room for, or is not ASCII");
    let mut inbox = None;
    let mut clients: Vec<Box<dyn Client>> = Vec::new();
    if let Some(config) = entry.http {
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
    ensure!(clients.len() == 1, "exactly one of http, aliyun, tencent, huawei, smpp and cmpp says how it is spoken to");
    let Some(client) = clients.pop() else { bail!("there is no client") };
    let template = entry.template.map(|code| (code, entry.template_param));
    let sms = Sms { code: entry.code, dedupes: entry.dedupes, client, signature: entry.signature, template, token: entry.call_token };
    Ok((sms, inbox))
}

/// Puts in what stands elsewhere.
fn resolve(value: &mut toml::Value) -> anyhow::Result<()> {
    match value {
        toml::Value::String(text) => {
            if let Some(name) = text.strip_prefix("env:") {
                *text = std::env::var(name).with_context(|| format!("the environment has no {name}"))?;
            } else if let Some(path) = text.strip_prefix("file:") {
                *text = std::fs::read_to_string(path).with_context(|| format!("file {path}"))?.trim_end().to_owned();
            }
            Ok(())
        }
        toml::Value::Array(all) => all.iter_mut().try_for_each(resolve),
        toml::Value::Table(table) => table.iter_mut().try_for_each(|(_, value)| resolve(value)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn read_text(text: &str) -> anyhow::Result<Gateways> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        read(file.path(), &Clock::system(), &Rng::seeded(1)).map(|(gateways, _)| gateways)
    }

    fn refusal(text: &str) -> String {
        format!("{:#}", read_text(text).unwrap_err())
    }

    const CLOUD: &str = "[[gateway]]\ncode = \"ali\"\ntemplate = \"SMS_1\"\n[gateway.aliyun]\nkey_id = \"k\"\nkey_secret = \"s\"\n";

    #[test]
    fn gateways_are_asked_in_the_order_of_the_file() {
        let two = format!("{CLOUD}\n{}", CLOUD.replace("\"ali\"", "\"second\""));
        let codes: Vec<_> = read_text(&two).unwrap().of(Channel::Sms).map(|gateway| gateway.code().to_owned()).collect();
        assert_eq!(codes, ["ali", "second"]);
        assert!(read_text("").unwrap().all().is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_gateway_and_field() {
        assert!(refusal(&format!("{CLOUD}{CLOUD}")).contains("`ali` stands twice"));
        assert!(refusal(&CLOUD.replace("template = \"SMS_1\"\n", "")).contains("gateway `ali`: template"));
        assert!(refusal(&CLOUD.replace("ali\"", "Ali\"")).contains("lower-case"));
        assert!(refusal(&CLOUD.replace("key_id", "keyid")).contains("keyid"));
        assert!(refusal(&CLOUD.replace("code =", "call_token = \"short\"\ncode =")).contains("call_token"));
        assert!(refusal(&CLOUD.replace("\"s\"", "\"env:NO_SUCH_NAME_HERE\"")).contains("NO_SUCH_NAME_HERE"));
        assert!(refusal("[[gateway]]\ncode = \"x\"\ntemplate = \"t\"\n").contains("exactly one of"));
    }

    #[test]
    fn who_does_not_know_the_token_is_not_heard() {
        let gateways = read_text(&CLOUD.replace("code =", "call_token = \"0123456789abcdef\"\ncode =")).unwrap();
        let call = |query: &str| Call { query: query.to_owned(), headers: Vec::new(), body: b"[]".to_vec() };
        let gateway = gateways.find("ali").unwrap();
        for query in ["", "token=", "token=0123456789abcdee", "token=0123456789abcdef0"] {
            assert!(gateway.hear(&call(query)).is_err(), "{query}");
        }
        assert!(gateway.hear(&call("x=1&token=0123456789abcdef")).is_ok());
        assert!(read_text(CLOUD).unwrap().find("ali").unwrap().hear(&call("token=")).is_err());
    }
}
