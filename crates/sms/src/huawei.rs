//! 华为云消息&短信, `batchSendSms` v1.
//!
//! Requests carry X-WSSE (support.huaweicloud.com/api-msgsms/sms_05_0001). The vendor's own example and clients write the digest as
//! the Base64 of the hexadecimal SHA-256, and so does this. Error codes: sms_05_0050; callbacks: sms_05_0003 and sms_05_0004.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::DateTime;
use form_urlencoded::Serializer;
use gateway::{Answer, Http, Receipt, Reply, SendError, Taken, Told};
use kit::{Clock, Rng, Secret};
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::{
    Callback, CallbackAnswer, Client, Later, Outgoing, Unreadable,
    read::{Kind, fate, field, form, number, rfc3339_millis, text},
    segments,
    sign::sha256_hex,
};

pub(crate) const PATH: &str = "/sms/batchSendSms/v1";
pub(crate) const REALM: &str = r#"WSSE realm="SDP",profile="UsernameToken",type="Appkey""#;
const DONE: &str = "000000";

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct HuaweiAccount {
    /// The application's access address of the console, without a path.
    pub base_url: String,
    /// `app_key`.
    pub app_key: String,
    /// `app_secret`.
    pub app_secret: Secret<String>,
    /// The number of the channel (通道号) that belongs to signature and template.
    pub sender: String,
    /// Where receipts are to be posted; without it there are none.
    pub status_callback: Option<String>,
}

/// A client of 华为云短信. Our own id goes as `extend`, which receipts repeat. It cannot be asked: there are only callbacks.
#[derive(Clone, Debug)]
pub struct Huawei {
    account: HuaweiAccount,
    http: Http,
    clock: Clock,
    rng: Rng,
}

impl Huawei {
    /// A client.
    pub const fn new(account: HuaweiAccount, http: Http, clock: Clock, rng: Rng) -> Self {
        Self { account, http, clock, rng }
    }

    fn form(&self, message: &Outgoing) -> Result<String, SendError> {
        let template = message.template()?;
        message.digits()?;
        let filled = Value::from(template.params.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>()).to_string();
        let mut form = Serializer::new(String::new());
        form.append_pair("from", &self.account.sender).append_pair("to", &message.to).append_pair("templateId", &template.code);
        if !template.params.is_empty() {
            form.append_pair("templateParas", &filled);
        }
        if let Some(to) = &self.account.status_callback {
            form.append_pair("statusCallback", to).append_pair("extend", &message.own_id);
        }
        if let Some(signature) = &message.signature {
            form.append_pair("signature", signature);
        }
        Ok(form.finish())
    }

    async fn deliver(&self, message: &Outgoing) -> Result<Taken, SendError> {
        let form = self.form(message)?;
        let mut nonce = [0; 16];
        self.rng.fill(&mut nonce);
        let created =
            DateTime::from_timestamp_millis(self.clock.now().millis()).unwrap_or_default().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let token = token(&self.account.app_key, self.account.app_secret.reveal(), &hex::encode(nonce), &created);
        let request = self
            .http
            .client()
            .post(format!("{}{PATH}", self.account.base_url.trim_end_matches('/')))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", REALM)
            .header("x-wsse", token)
            .body(form);
        let answer = understood(&self.http.send(request).await?)?;
        let parts = number(&answer, "total").and_then(|total| u32::try_from(total).ok()).filter(|total| *total > 0);
        Ok(Taken { provider_id: text(&answer, "smsMsgId"), parts: parts.unwrap_or_else(|| segments::parts(&message.whole())) })
    }
}

impl Client for Huawei {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        Box::pin(self.deliver(message))
    }

    fn read_callback(&self, _headers: &HeaderMap, body: &[u8]) -> Result<Callback, Unreadable> {
        let form = form(body);
        let missing = |name: &str| Unreadable(format!("no {name}"));
        let told = if let Some(words) = field(&form, "body") {
            Told::Reply(Reply {
                from: field(&form, "from").ok_or_else(|| missing("from"))?,
                text: words,
                reply_id: field(&form, "smsMsgId"),
                at: field(&form, "createTime").as_deref().and_then(rfc3339_millis),
                to: field(&form, "to"),
            })
        } else {
            let status = field(&form, "status").ok_or_else(|| missing("status"))?;
            Told::Receipt(Receipt {
                provider_id: Some(field(&form, "smsMsgId").ok_or_else(|| missing("smsMsgId"))?),
                own_id: field(&form, "extend"),
                to: field(&form, "to").unwrap_or_default(),
                fate: fate(&status, &field(&form, "statusDesc").unwrap_or_default()),
                at: field(&form, "updateTime").as_deref().and_then(rfc3339_millis),
            })
        };
        // They read nothing but the status.
        let answer = CallbackAnswer { content_type: "application/json", body: "{}".to_owned() };
        Ok(Callback { told: vec![told], answer })
    }
}

/// The header `x-wsse`.
pub(crate) fn token(app_key: &str, app_secret: &str, nonce: &str, created: &str) -> String {
    let digest = BASE64_STANDARD.encode(sha256_hex(format!("{nonce}{created}{app_secret}").as_bytes()));
    format!(r#"UsernameToken Username="{app_key}",PasswordDigest="{digest}",Nonce="{nonce}",Created="{created}""#)
}

/// The entry of the one number that was sent to.
fn understood(answer: &Answer) -> Result<Value, SendError> {
    let Ok(mut said) = serde_json::from_slice::<Value>(&answer.body) else {
        return Err(if answer.status == 200 { SendError::Unknown("an answer that is no JSON".to_owned()) } else { answer.refusal() });
    };
    let Some(code) = text(&said, "code") else {
        return Err(if answer.status == 200 { SendError::Unknown("an answer without code".to_owned()) } else { answer.refusal() });
    };
    let words = text(&said, "description").unwrap_or_default();
    let entry = said.pointer_mut("/result/0").map(Value::take);
    match (entry.as_ref().and_then(|entry| text(entry, "status")), code.as_str()) {
        // The status of the number says more than that something failed.
        (Some(status), DONE | "E000510") if status != DONE => Err(kind(&status).error(&status, &words)),
        (Some(_), DONE) => Ok(entry.unwrap_or_default()),
        (None, DONE) => Err(SendError::Unknown("an answer without a result".to_owned())),
        _ => Err(kind(&code).error(&code, &words)),
    }
}

fn kind(code: &str) -> Kind {
    match code {
        // “系统异常”, and too much that waits.
        "E000000" | "E200015" => Kind::Busy,
        "E000503" | "E000510" => Kind::Refused,
        // Addresses that may call, limits of the account, the channel's number.
        "E000620" | "E000623" | "E200018" | "E200037" => Kind::Barred,
        // Headers, keys, digests, frozen accounts.
        _ if code.starts_with("E0000") || code.starts_with("E0001") => Kind::Barred,
        _ => Kind::Refused,
    }
}

#[cfg(test)]
mod tests {
    use gateway::Fate;

    use super::*;

    fn client() -> Huawei {
        let account = HuaweiAccount {
            base_url: "http://127.0.0.1:1".to_owned(),
            app_key: "key".to_owned(),
            app_secret: Secret::new("secret".to_owned()),
            sender: "10690000".to_owned(),
            status_callback: None,
        };
        let http = Http::new(std::time::Duration::from_secs(1)).unwrap();
        Huawei::new(account, http, Clock::manual(kit::Moment::from_millis(0)), Rng::seeded(1))
    }

    #[test]
    fn receipts_and_answers_are_told_apart() {
        let read = |body: &str| client().read_callback(&HeaderMap::new(), body.as_bytes());
        let body = "sequence=1&total=1&orgCode=E200027&statusDesc=no&extend=own-1&updateTime=2018-04-13T06%3A31%3A46Z&source=1&smsMsgId=m-1&status=DELIVRD&to=%2B8613800000000";
        let Told::Receipt(receipt) = &read(body).unwrap().told[0] else { panic!() };
        assert_eq!(
            (receipt.own_id.as_deref(), receipt.provider_id.as_deref(), &receipt.fate),
            (Some("own-1"), Some("m-1"), &Fate::Delivered)
        );
        assert_eq!((receipt.to.as_str(), receipt.at), ("+8613800000000", Some(1_523_601_106_000)));
        let Told::Receipt(receipt) = &read(&body.replace("DELIVRD", "MK%3A0001")).unwrap().told[0] else { panic!() };
        assert_eq!(receipt.fate, Fate::Failed { code: "MK:0001".to_owned(), text: "no".to_owned() });

        let body = "from=%2B8613800000000&to=201804131431201234&body=%E6%94%B6%E5%88%B0&smsMsgId=u-1";
        let Told::Reply(reply) = &read(body).unwrap().told[0] else { panic!() };
        assert_eq!(
            (reply.text.as_str(), reply.reply_id.as_deref(), reply.to.as_deref()),
            ("收到", Some("u-1"), Some("201804131431201234"))
        );
        for garbage in ["", "body=x", "status=DELIVRD", "\u{ff}=%zz&&&", "{}"] {
            assert!(read(garbage).is_err(), "{garbage}");
        }
    }

    #[test]
    fn the_status_of_the_number_counts_more_than_that_of_the_request() {
        let said = |status: u16, body: &str| understood(&Answer { status, headers: HeaderMap::new(), body: body.to_owned().into() });
        assert!(said(200, r#"{"code":"000000","result":[{"smsMsgId":"m","status":"000000","total":2}]}"#).is_ok());
        let error = said(200, r#"{"code":"E000510","description":"fails","result":[{"status":"E200015"}]}"#).unwrap_err();
        assert!(matches!(error, SendError::Busy { code, .. } if code == "E200015"));
        let error = said(401, r#"{"code":"E000105","description":"PasswordDigest"}"#).unwrap_err();
        assert!(matches!(error, SendError::Barred { .. }));
        for odd in ["", "{}", "[]", r#"{"code":"000000"}"#] {
            assert!(matches!(said(200, odd), Err(SendError::Unknown(_))), "{odd}");
        }
        assert!(matches!(said(502, "<html>"), Err(SendError::Busy { .. })));
    }
}
