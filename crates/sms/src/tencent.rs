//! 腾讯云短信, sms 2021-01-11.
//!
//! Requests are signed by TC3-HMAC-SHA256 (cloud.tencent.com/document/api/382/52072). Error codes: 382/55981, and the list in the
//! vendor's client (`tencentcloud.sms.v20210111.errorcodes`); callbacks: 382/59178 and 382/59179.

use chrono::DateTime;
use gateway::{Answer, Fate, Http, Receipt, Reply, SendError, Taken, Told};
use kit::{Clock, Secret};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::{
    Asked, Callback, CallbackAnswer, Client, Later, Outgoing, Unreadable,
    outgoing::refused,
    read::{Kind, entries, number, text, wall_millis},
    segments,
    sign::{hmac_sha256, host, sha256_hex},
};

const VERSION: &str = "2021-01-11";
pub(crate) const SERVICE: &str = "sms";
pub(crate) const ALGORITHM: &str = "TC3-HMAC-SHA256";
const JSON: &str = "application/json";
/// How much is taken in one request that empties what waits, and how many such requests at most.
const PAGE: usize = 100;
const PAGES: usize = 20;

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct TencentAccount {
    /// `https://sms.tencentcloudapi.com` or a fake's address, without a path.
    pub base_url: String,
    /// `SecretId`.
    pub secret_id: String,
    /// `SecretKey`.
    pub secret_key: Secret<String>,
    /// `SmsSdkAppId`, the application of the console.
    pub app_id: String,
    /// `ap-guangzhou`, `ap-beijing` or `ap-nanjing`.
    pub region: String,
}

/// A client of 腾讯云短信. Our own id goes as `SessionContext`, which the answer and what is pulled repeat; callbacks do not.
#[derive(Clone, Debug)]
pub struct Tencent {
    account: TencentAccount,
    host: String,
    http: Http,
    clock: Clock,
}

impl Tencent {
    /// A client, or nothing where the base address is none.
    pub fn new(account: TencentAccount, http: Http, clock: Clock) -> Option<Self> {
        let host = host(&account.base_url)?;
        Some(Self { account, host, http, clock })
    }

    async fn call(&self, action: &str, body: &Value) -> Result<Value, SendError> {
        let (body, at) = (body.to_string(), self.clock.now().millis() / 1000);
        let signed = authorization(
            &[("content-type", JSON), ("host", &self.host)],
            body.as_bytes(),
            at,
            &self.account.secret_id,
            self.account.secret_key.reveal(),
        );
        let request = self
            .http
            .client()
            .post(format!("{}/", self.account.base_url.trim_end_matches('/')))
            .header("host", &self.host)
            .header("content-type", JSON)
            .header("x-tc-action", action)
            .header("x-tc-version", VERSION)
            .header("x-tc-region", &self.account.region)
            .header("x-tc-timestamp", at)
            .header("authorization", signed)
            .body(body);
        understood(&self.http.send(request).await?)
    }

    async fn about(&self, asked: &Asked) -> Result<Vec<Told>, SendError> {
        // The clock that noted the sending may differ from theirs by some seconds. They know seven days.
        let begin = asked.at / 1000 - 60;
        let body = json!({
            "BeginTime": begin, "EndTime": begin + 7 * 86_400, "Offset": 0, "Limit": PAGE,
            "PhoneNumber": asked.to, "SmsSdkAppId": self.account.app_id,
        });
        let answer = self.call("PullSmsSendStatusByPhoneNumber", &body).await?;
        let mut told: Vec<_> = rows(&answer, "PullSmsSendStatusSet").map(pulled).collect();
        if let Some(id) = &asked.provider_id {
            told.retain(|receipt| receipt.provider_id.as_ref() == Some(id));
        }
        Ok(told.into_iter().map(Told::Receipt).collect())
    }

    /// Empties what waits there. What it answers is not answered twice.
    async fn waiting(&self) -> Result<Vec<Told>, SendError> {
        let body = json!({ "Limit": PAGE, "SmsSdkAppId": self.account.app_id });
        let mut told = Vec::new();
        for (action, set) in [("PullSmsSendStatus", "PullSmsSendStatusSet"), ("PullSmsReplyStatus", "PullSmsReplyStatusSet")] {
            for _ in 0..PAGES {
                // What was pulled already must not be lost because more cannot be had.
                let answer = match self.call(action, &body).await {
                    Ok(answer) => answer,
                    Err(error) if told.is_empty() => return Err(error),
                    Err(_) => return Ok(told),
                };
                let before = told.len();
                if set == "PullSmsSendStatusSet" {
                    told.extend(rows(&answer, set).map(pulled).map(Told::Receipt));
                } else {
                    told.extend(rows(&answer, set).map(replied));
                }
                if told.len() - before < PAGE {
                    break;
                }
            }
        }
        Ok(told)
    }
}

impl Client for Tencent {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        Box::pin(async move {
            let template = message.template()?;
            let signature = message.signature.as_deref().ok_or_else(|| refused("signature", "this gateway needs a signature"))?;
            message.digits()?;
            let body = json!({
                "PhoneNumberSet": [message.to],
                "SmsSdkAppId": self.account.app_id,
                "TemplateId": template.code,
                "SignName": signature,
                "TemplateParamSet": template.params.iter().map(|(_, value)| value).collect::<Vec<_>>(),
                "SessionContext": message.own_id,
            });
            let answer = self.call("SendSms", &body).await?;
            let Some(status) = rows(&answer, "SendStatusSet").next() else {
                return Err(SendError::Unknown("an answer without SendStatusSet".to_owned()));
            };
            match text(status, "Code").unwrap_or_default().as_str() {
                "Ok" => {
                    let parts = number(status, "Fee").and_then(|fee| u32::try_from(fee).ok()).filter(|fee| *fee > 0);
                    let parts = parts.unwrap_or_else(|| segments::parts(&message.whole()));
                    Ok(Taken { provider_id: text(status, "SerialNo"), parts })
                }
                "" => Err(SendError::Unknown("a status without Code".to_owned())),
                code => Err(kind(code).error(code, &text(status, "Message").unwrap_or_default())),
            }
        })
    }

    /// For messages by number (PullSmsSendStatusByPhoneNumber). With none named, what waits there is pulled: receipts and answers
    /// that no callback took, each only once, where the vendor has opened that for the account.
    fn ask<'a>(&'a self, asked: &'a [Asked]) -> Later<'a, Vec<Told>> {
        Box::pin(async move {
            if asked.is_empty() {
                return self.waiting().await;
            }
            let mut told = Vec::new();
            for one in asked {
                told.extend(self.about(one).await?);
            }
            Ok(told)
        })
    }

    fn read_callback(&self, _headers: &HeaderMap, body: &[u8]) -> Result<Callback, Unreadable> {
        let told = entries(body)?.iter().map(entry).collect::<Result<_, _>>()?;
        let body = r#"{"result":0,"errmsg":"OK"}"#.to_owned();
        Ok(Callback { told, answer: CallbackAnswer { content_type: "application/json", body } })
    }
}

/// The header `authorization` of a POST to `/` at `at` seconds; `headers` are lower-case and sorted by name.
pub(crate) fn authorization(headers: &[(&str, &str)], body: &[u8], at: i64, secret_id: &str, secret_key: &str) -> String {
    let canonical: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim().to_lowercase())).collect();
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let request = sha256_hex(format!("POST\n/\n\n{canonical}\n{names}\n{}", sha256_hex(body)).as_bytes());
    let date = DateTime::from_timestamp(at, 0).unwrap_or_default().format("%Y-%m-%d").to_string();
    let scope = format!("{date}/{SERVICE}/tc3_request");
    let dated = hmac_sha256(format!("TC3{secret_key}").as_bytes(), date.as_bytes());
    let key = hmac_sha256(&hmac_sha256(&dated, SERVICE.as_bytes()), b"tc3_request");
    let signature = hex::encode(hmac_sha256(&key, format!("{ALGORITHM}\n{at}\n{scope}\n{request}").as_bytes()));
    format!("{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}")
}

fn understood(answer: &Answer) -> Result<Value, SendError> {
    let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
    match said.and_then(|mut said| said.get_mut("Response").map(Value::take)) {
        Some(response) => match response.get("Error") {
            Some(error) => {
                let code = text(error, "Code").unwrap_or_default();
                Err(kind(&code).error(&code, &text(error, "Message").unwrap_or_default()))
            }
            None if answer.status == 200 => Ok(response),
            None => Err(answer.refusal()),
        },
        None if answer.status == 200 => Err(SendError::Unknown("an answer without Response".to_owned())),
        None => Err(answer.refusal()),
    }
}

fn rows<'a>(answer: &'a Value, set: &str) -> impl Iterator<Item = &'a Value> {
    answer.get(set).and_then(Value::as_array).into_iter().flatten()
}

fn kind(code: &str) -> Kind {
    match code {
        // Their own words: “请求下发短信超时”. Whether it went out is not said.
        "InternalError.Timeout" => Kind::Unknown,
        "InternalError.SigVerificationFail" | "InternalError.SigFieldMissing" | "InternalError.RequestTimeException" => Kind::Barred,
        "FailedOperation.InsufficientBalanceInSmsPackage"
        | "FailedOperation.NotEnterpriseCertification"
        | "FailedOperation.ProhibitSubAccountUse"
        | "FailedOperation.SignatureIncorrectOrUnapproved"
        | "FailedOperation.MissingSignature"
        | "InvalidParameterValue.SdkAppIdNotExist"
        | "InvalidParameter.AppidAndBizId" => Kind::Barred,
        "LimitExceeded.PhoneNumberCountLimit" => Kind::Refused,
        // What the console allows for a day or a region is used up; what one number may get is not.
        _ if code.starts_with("LimitExceeded.App") || code == "LimitExceeded.DailyLimit" => Kind::Barred,
        _ if ["LimitExceeded", "RequestLimitExceeded", "InternalError", "ResourceUnavailable", "ResourceInsufficient"]
            .iter()
            .any(|busy| code.starts_with(busy)) =>
        {
            Kind::Busy
        }
        _ if code.starts_with("AuthFailure") || code.starts_with("UnauthorizedOperation") => Kind::Barred,
        _ => Kind::Refused,
    }
}

fn reported(status: &str, code: &str, words: &str) -> Fate {
    match status {
        "SUCCESS" => Fate::Delivered,
        "FAIL" => Fate::Failed { code: SendError::shorten(code), text: SendError::shorten(words) },
        _ => Fate::Pending,
    }
}

fn pulled(row: &Value) -> Receipt {
    let field = |name| text(row, name).unwrap_or_default();
    Receipt {
        provider_id: text(row, "SerialNo"),
        own_id: text(row, "SessionContext"),
        to: field("PhoneNumber"),
        fate: reported(&field("ReportStatus"), "FAIL", &field("Description")),
        at: number(row, "UserReceiveTime").filter(|at| *at > 0).and_then(|at| at.checked_mul(1000)),
    }
}

fn replied(row: &Value) -> Told {
    Told::Reply(Reply {
        from: text(row, "PhoneNumber").unwrap_or_default(),
        text: text(row, "ReplyContent").unwrap_or_default(),
        reply_id: None,
        at: number(row, "ReplyTime").and_then(|at| at.checked_mul(1000)),
        to: text(row, "ExtendCode"),
    })
}

/// One entry of a callback: only an answer has text.
fn entry(entry: &Value) -> Result<Told, Unreadable> {
    let mobile = text(entry, "mobile").ok_or_else(|| Unreadable("no mobile".to_owned()))?;
    let phone = text(entry, "nationcode").map_or_else(|| mobile.clone(), |nation| format!("+{nation}{mobile}"));
    if let Some(words) = entry.get("text").and_then(Value::as_str) {
        return Ok(Told::Reply(Reply {
            from: phone,
            text: words.to_owned(),
            reply_id: None,
            at: number(entry, "time").and_then(|at| at.checked_mul(1000)),
            to: text(entry, "extend"),
        }));
    }
    let status = text(entry, "report_status").ok_or_else(|| Unreadable("neither text nor report_status".to_owned()))?;
    let field = |name| text(entry, name).unwrap_or_default();
    Ok(Told::Receipt(Receipt {
        provider_id: text(entry, "sid"),
        own_id: None,
        to: phone,
        fate: reported(&status, &field("errmsg"), &field("description")),
        at: text(entry, "user_receive_time").as_deref().and_then(wall_millis),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Tencent {
        let account = TencentAccount {
            base_url: "http://127.0.0.1:1".to_owned(),
            secret_id: "id".to_owned(),
            secret_key: Secret::new("key".to_owned()),
            app_id: "1400000000".to_owned(),
            region: "ap-guangzhou".to_owned(),
        };
        let http = Http::new(std::time::Duration::from_secs(1)).unwrap();
        Tencent::new(account, http, Clock::manual(kit::Moment::from_millis(0))).unwrap()
    }

    #[test]
    fn receipts_and_answers_are_told_apart() {
        let body = r#"[{"user_receive_time":"2015-10-17 08:03:04","nationcode":"86","mobile":"13800000000","report_status":"SUCCESS",
            "errmsg":"DELIVRD","description":"用户短信送达成功","sid":"s-1"},
            {"nationcode":"86","mobile":"13800000001","report_status":"FAIL","errmsg":"MK:0001","description":"空号","sid":"s-2"}]"#;
        let read = client().read_callback(&HeaderMap::new(), body.as_bytes()).unwrap();
        assert_eq!(read.answer.body, r#"{"result":0,"errmsg":"OK"}"#);
        let [Told::Receipt(first), Told::Receipt(second)] = read.told.as_slice() else { panic!("{:?}", read.told) };
        assert_eq!((first.to.as_str(), first.provider_id.as_deref(), &first.fate), ("+8613800000000", Some("s-1"), &Fate::Delivered));
        assert_eq!(second.fate, Fate::Failed { code: "MK:0001".to_owned(), text: "空号".to_owned() });

        let body = r#"{"extend":"01","mobile":"13800000000","nationcode":"86","sign":"某某","text":"收到","time":1457336869}"#;
        let read = client().read_callback(&HeaderMap::new(), body.as_bytes()).unwrap();
        let [Told::Reply(reply)] = read.told.as_slice() else { panic!("{:?}", read.told) };
        assert_eq!((reply.text.as_str(), reply.at, reply.to.as_deref()), ("收到", Some(1_457_336_869_000), Some("01")));
        for garbage in ["", "{}", "null", "[1]", r#"[{"mobile":"1"}]"#, r#"{"mobile":{}}"#] {
            assert!(client().read_callback(&HeaderMap::new(), garbage.as_bytes()).is_err(), "{garbage}");
        }
    }
}
