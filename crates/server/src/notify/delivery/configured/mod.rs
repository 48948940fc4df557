//! Ways out as an operator writes them down: a file with one `[[gateway]]` after the other.

mod houses;
mod mail;
mod push;
mod sms;
mod tokens;

use std::{path::Path, sync::Arc, time::Duration};

use ::sms::{Inbox, http_gateway::HttpGatewayConfig};
use anyhow::{Context as _, ensure};
use db::Db;
use gateway::Http;
use kit::{Clock, Rng, Secret};
use serde::Deserialize;

use super::{
    gateway::{Gateway, Gateways},
    told,
};
use crate::{
    access,
    app::{App, Outcome},
    config::Config,
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

/// One way out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    /// Of short messages: the sender's registered name (签名).
    signature: Option<String>,
    /// Stands as `?token=` in the address that the gateway calls.
    call_token: Option<Secret<String>>,
    /// It drops a second message of one id.
    #[serde(default)]
    dedupes: bool,
    /// The registered template: of the public clouds with the name of its one place, which takes the whole text; of 公众号 with what
    /// stands in its places.
    template: Option<String>,
    #[serde(default = "content")]
    template_param: String,
    http: Option<Box<HttpGatewayConfig>>,
    aliyun: Option<sms::AliyunEntry>,
    tencent: Option<sms::TencentEntry>,
    huawei: Option<sms::HuaweiEntry>,
    smpp: Option<sms::SmppEntry>,
    cmpp: Option<sms::CmppEntry>,
    wechat: Option<houses::OfficialEntry>,
    wecom: Option<houses::WeComEntry>,
    dingtalk: Option<houses::DingTalkEntry>,
    feishu: Option<houses::FeishuEntry>,
    mail: Option<mail::MailEntry>,
    push: Option<push::PushEntry>,
}

fn content() -> String {
    "content".to_owned()
}

/// Compares without telling by the time how much was right.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b)) == 0
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
            told::take_in(&mut tx, &app, &ctx, &line.code, Channel::Sms, std::slice::from_ref(&incoming.told)).await?;
            Outcome::Ok(tx.commit().await?)
        };
        match written.await {
            Ok(()) => incoming.kept(),
            Err(refusal) => tracing::warn!(gateway = line.code, %refusal, "what an operator told could not be written down"),
        }
    }
}

/// What gateways are opened with.
struct Tools<'a> {
    http: &'a Http,
    /// Leaves the house only: for addresses that others name.
    outward: &'a Http,
    clock: &'a Clock,
    rng: &'a Rng,
    tokens: Arc<dyn wechat::TokenStore>,
    /// Under which people open this system.
    public_url: &'a str,
}

/// Reads the ways out from the file that the options name, and opens operators' lines. Texts of the form `env:NAME` and `file:PATH` stand
/// for what is in that variable or file.
///
/// # Errors
/// When the file cannot be read, or says something that makes no sense; the error names the gateway and the field.
pub fn read(path: &Path, config: &Config, db: &Db, clock: &Clock, rng: &Rng) -> anyhow::Result<(Gateways, Vec<Line>)> {
    load(path, &config.public_url, Arc::new(tokens::Tokens::new(db.clone())), clock, rng)
}

fn load(
    path: &Path,
    public_url: &str,
    tokens: Arc<dyn wechat::TokenStore>,
    clock: &Clock,
    rng: &Rng,
) -> anyhow::Result<(Gateways, Vec<Line>)> {
    let text = std::fs::read_to_string(path).with_context(|| format!("gateways file {}", path.display()))?;
    let mut value: toml::Value = toml::from_str(&text).with_context(|| format!("gateways file {}", path.display()))?;
    resolve(&mut value)?;
    let file: File = value.try_into().with_context(|| format!("gateways file {}", path.display()))?;
    let http = Http::new(PATIENCE).context("no HTTP client can be made")?;
    let outward = Http::outward(PATIENCE).context("no HTTP client can be made")?;
    let tools = Tools { http: &http, outward: &outward, clock, rng, tokens, public_url: public_url.trim_end_matches('/') };
    let mut gateways: Vec<Arc<dyn Gateway>> = Vec::new();
    let mut lines = Vec::new();
    for entry in file.gateway {
        let code = entry.code.clone();
        let fits = (1..=30).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        ensure!(fits, "gateway `{code}`: a code is 1 to 30 lower-case letters, digits or `-`");
        ensure!(gateways.iter().all(|other| other.code() != code), "gateway `{code}` stands twice");
        if let Some(token) = &entry.call_token {
            ensure!(token.reveal().len() >= SHORTEST_TOKEN, "gateway `{code}`: call_token has to be at least {SHORTEST_TOKEN} characters");
        }
        let (gateway, inbox) = open(entry, &tools).with_context(|| format!("gateway `{code}`"))?;
        gateways.push(gateway);
        lines.extend(inbox.map(|inbox| Line { code, inbox }));
    }
    Ok((Gateways::new(gateways), lines))
}

fn open(mut entry: Entry, tools: &Tools<'_>) -> anyhow::Result<(Arc<dyn Gateway>, Option<Inbox>)> {
    let said = [
        entry.http.is_some(),
        entry.aliyun.is_some(),
        entry.tencent.is_some(),
        entry.huawei.is_some(),
        entry.smpp.is_some(),
        entry.cmpp.is_some(),
        entry.wechat.is_some(),
        entry.wecom.is_some(),
        entry.dingtalk.is_some(),
        entry.feishu.is_some(),
        entry.mail.is_some(),
        entry.push.is_some(),
    ];
    ensure!(
        said.iter().filter(|said| **said).count() == 1,
        "exactly one of http, aliyun, tencent, huawei, smpp, cmpp, wechat, wecom, dingtalk, feishu, mail and push says how it is spoken to"
    );
    let code = entry.code.clone();
    let gateway: Arc<dyn Gateway> = if let Some(official) = entry.wechat.take() {
        Arc::new(official.open(code, entry.template, tools)?)
    } else if let Some(wecom) = entry.wecom.take() {
        Arc::new(wecom.open(code, tools)?)
    } else if let Some(dingtalk) = entry.dingtalk.take() {
        Arc::new(dingtalk.open(code, tools)?)
    } else if let Some(feishu) = entry.feishu.take() {
        Arc::new(feishu.open(code, tools)?)
    } else if let Some(mail) = entry.mail.take() {
        Arc::new(mail.open(code, entry.call_token, tools)?)
    } else if let Some(push) = entry.push.take() {
        Arc::new(push.open(code, tools)?)
    } else {
        let (sms, inbox) = sms::open(entry, tools.http, tools.clock, tools.rng)?;
        return Ok((Arc::new(sms), inbox));
    };
    Ok((gateway, None))
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
    use crate::notify::Call;

    fn read_text(text: &str) -> anyhow::Result<Gateways> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let tokens = Arc::new(wechat::MemoryTokens::default());
        load(file.path(), "", tokens, &Clock::system(), &Rng::seeded(1)).map(|(gateways, _)| gateways)
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
