//! 阿里云短信服务, dysmsapi 2017-05-25.
//!
//! Requests are signed by ACS3-HMAC-SHA256 (“V3 版本请求体&签名机制”, help.aliyun.com/document_detail/2593177). Error codes:
//! help.aliyun.com/document_detail/101346; callbacks: 101867 (SmsReport) and 60127 (SmsUp).

use chrono::DateTime;
use gateway::{Answer, Fate, Http, Receipt, Reply, SendError, Taken, Told};
use kit::{Clock, Moment, Rng, Secret};
use reqwest::header::HeaderMap;
use serde_json::{Map, Value};

use crate::{
    Asked, Callback, CallbackAnswer, Client, Later, Outgoing, Unreadable,
    outgoing::refused,
    read::{Kind, entries, number, text, wall_millis},
    segments,
    sign::{hmac_sha256, host, query, sha256_hex},
};

const VERSION: &str = "2017-05-25";
pub(crate) const ALGORITHM: &str = "ACS3-HMAC-SHA256";
/// The SHA-256 of nothing: every parameter stands in the query, as in the vendor's own client.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Where and as whom to send.
#[derive(Clone, Debug)]
pub struct AliyunAccount {
    /// `https://dysmsapi.aliyuncs.com` or a fake's address, without a path.
    pub base_url: String,
    /// AccessKey ID.
    pub key_id: String,
    /// AccessKey secret.
    pub key_secret: Secret<String>,
}

/// A client of 阿里云短信. Our own id goes as `OutId`, which receipts repeat.
#[derive(Clone, Debug)]
pub struct Aliyun {
    account: AliyunAccount,
    host: String,
    http: Http,
    clock: Clock,
    rng: Rng,
}

impl Aliyun {
    /// A client, or nothing where the base address is none.
    pub fn new(account: AliyunAccount, http: Http, clock: Clock, rng: Rng) -> Option<Self> {
        let host = host(&account.base_url)?;
        Some(Self { account, host, http, clock, rng })
    }

    async fn call(&self, action: &str, params: &[(&str, &str)]) -> Result<Value, SendError> {
        let mut nonce = [0; 16];
        self.rng.fill(&mut nonce);
        let (query, date, nonce) = (query(params), utc(self.clock.now()), hex::encode(nonce));
        let headers = [
            ("host", self.host.as_str()),
            ("x-acs-action", action),
            ("x-acs-content-sha256", EMPTY),
            ("x-acs-date", &date),
            ("x-acs-signature-nonce", &nonce),
            ("x-acs-version", VERSION),
        ];
        let signed = authorization("POST", "/", &query, &headers, EMPTY, &self.account.key_id, self.account.key_secret.reveal());
        let mut request = self.http.client().post(format!("{}/?{query}", self.account.base_url.trim_end_matches('/')));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        understood(&self.http.send(request.header("authorization", signed)).await?)
    }

    async fn details(&self, asked: &Asked) -> Result<Vec<Told>, SendError> {
        let message = Outgoing { to: asked.to.clone(), ..Outgoing::default() };
        let day = Moment::from_millis(asked.at).day().to_string().replace('-', "");
        let mut params = vec![("PhoneNumber", message.dialled()?), ("SendDate", &day), ("PageSize", "50"), ("CurrentPage", "1")];
        params.extend(asked.provider_id.as_deref().map(|id| ("BizId", id)));
        let answer = self.call("QuerySendDetails", &params).await?;
        let rows = answer.pointer("/SmsSendDetailDTOs/SmsSendDetailDTO").and_then(Value::as_array);
        Ok(rows.into_iter().flatten().map(|row| detail(row, asked)).collect())
    }
}

impl Client for Aliyun {
    fn send<'a>(&'a self, message: &'a Outgoing) -> Later<'a, Taken> {
        Box::pin(async move {
            let template = message.template()?;
            let signature = message.signature.as_deref().ok_or_else(|| refused("signature", "this gateway needs a signature"))?;
            let filled: Map<_, _> = template.params.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
            let filled = Value::from(filled).to_string();
            let mut params = vec![
                ("OutId", message.own_id.as_str()),
                ("PhoneNumbers", message.dialled()?),
                ("SignName", signature),
                ("TemplateCode", &template.code),
            ];
            if !template.params.is_empty() {
                params.push(("TemplateParam", &filled));
            }
            let answer = self.call("SendSms", &params).await?;
            Ok(Taken { provider_id: text(&answer, "BizId"), parts: segments::parts(&message.whole()) })
        })
    }

    /// QuerySendDetails, a request for each message. It knows 30 days.
    fn ask<'a>(&'a self, asked: &'a [Asked]) -> Later<'a, Vec<Told>> {
        Box::pin(async move {
            let mut told = Vec::new();
            for one in asked {
                told.extend(self.details(one).await?);
            }
            Ok(told)
        })
    }

    fn read_callback(&self, _headers: &HeaderMap, body: &[u8]) -> Result<Callback, Unreadable> {
        let told = entries(body)?.iter().map(entry).collect::<Result<_, _>>()?;
        let body = r#"{"code":0,"msg":"成功"}"#.to_owned();
        Ok(Callback { told, answer: CallbackAnswer { content_type: "application/json", body } })
    }
}

/// The header `authorization`; `headers` are lower-case and sorted by name.
pub(crate) fn authorization(
    method: &str,
    path: &str,
    query: &str,
    headers: &[(&str, &str)],
    payload: &str,
    key_id: &str,
    secret: &str,
) -> String {
    let canonical: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let request = sha256_hex(format!("{method}\n{path}\n{query}\n{canonical}\n{names}\n{payload}").as_bytes());
    let signature = hex::encode(hmac_sha256(secret.as_bytes(), format!("{ALGORITHM}\n{request}").as_bytes()));
    format!("{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}")
}

fn utc(at: Moment) -> String {
    DateTime::from_timestamp_millis(at.millis()).unwrap_or_default().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn understood(answer: &Answer) -> Result<Value, SendError> {
    let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
    match said.as_ref().and_then(|said| text(said, "Code")) {
        Some(code) if code == "OK" && answer.status == 200 => Ok(said.unwrap_or_default()),
        Some(code) => {
            let words = said.as_ref().and_then(|said| text(said, "Message")).unwrap_or_default();
            Err(kind(&code).error(&code, &words))
        }
        None if answer.status == 200 => Err(SendError::Unknown("an answer without Code".to_owned())),
        None => Err(answer.refusal()),
    }
}

fn kind(code: &str) -> Kind {
    match code {
        // Too often to one number, or a fault of theirs. The nonce or the moment is another one next time.
        "isv.BUSINESS_LIMIT_CONTROL"
        | "isv.SYSTEM_ERROR"
        | "isp.SYSTEM_ERROR"
        | "SignatureNonceUsed"
        | "ServiceUnavailable"
        | "InternalError" => Kind::Busy,
        // The account: money, its own limits, its registered name, where it may call from.
        "isv.AMOUNT_NOT_ENOUGH"
        | "isv.OUT_OF_SERVICE"
        | "isv.DAY_LIMIT_CONTROL"
        | "isv.MONTH_LIMIT_CONTROL"
        | "isv.PRODUCT_UN_SUBSCRIPT"
        | "isv.PRODUCT_UNSUBSCRIBE"
        | "isv.ACCOUNT_NOT_EXISTS"
        | "isv.ACCOUNT_ABNORMAL"
        | "isp.RAM_PERMISSION_DENY"
        | "isv.DENY_IP_RANGE"
        | "isv.SMS_SIGNATURE_ILLEGAL"
        | "isv.SMS_SIGN_ILLEGAL"
        | "isv.SIGN_STATE_ILLEGAL"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAccessKeyId"
        | "NoPermission" => Kind::Barred,
        _ if code.starts_with("Throttling") => Kind::Busy,
        _ if ["InvalidAccessKeyId", "Forbidden", "InvalidTimeStamp", "InvalidSecurityToken"]
            .iter()
            .any(|barred| code.starts_with(barred)) =>
        {
            Kind::Barred
        }
        _ => Kind::Refused,
    }
}

fn detail(row: &Value, asked: &Asked) -> Told {
    let code = text(row, "ErrCode").unwrap_or_default();
    let fate = match number(row, "SendStatus") {
        Some(3) => Fate::Delivered,
        Some(2) => Fate::Failed { code: SendError::shorten(&code), text: String::new() },
        _ => Fate::Pending,
    };
    Told::Receipt(Receipt {
        provider_id: asked.provider_id.clone(),
        own_id: text(row, "OutId"),
        to: text(row, "PhoneNum").unwrap_or_default(),
        fate,
        at: text(row, "ReceiveDate").as_deref().and_then(wall_millis),
    })
}

/// One entry of SmsReport or SmsUp: only an answer has content.
fn entry(entry: &Value) -> Result<Told, Unreadable> {
    let phone = text(entry, "phone_number").ok_or_else(|| Unreadable("no phone_number".to_owned()))?;
    if let Some(content) = entry.get("content").and_then(Value::as_str) {
        return Ok(Told::Reply(Reply {
            from: phone,
            text: content.to_owned(),
            reply_id: text(entry, "sequence_id"),
            at: text(entry, "send_time").as_deref().and_then(wall_millis),
            to: text(entry, "dest_code"),
        }));
    }
    let success = match entry.get("success") {
        Some(Value::Bool(success)) => *success,
        Some(Value::String(success)) => success == "true",
        _ => return Err(Unreadable("neither content nor success".to_owned())),
    };
    let words = |name| SendError::shorten(&text(entry, name).unwrap_or_default());
    Ok(Told::Receipt(Receipt {
        provider_id: text(entry, "biz_id"),
        own_id: text(entry, "out_id"),
        to: phone,
        fate: if success { Fate::Delivered } else { Fate::Failed { code: words("err_code"), text: words("err_msg") } },
        at: text(entry, "report_time").as_deref().and_then(wall_millis),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Aliyun {
        let account = AliyunAccount {
            base_url: "http://127.0.0.1:1".to_owned(),
            key_id: "id".to_owned(),
            key_secret: Secret::new("secret".to_owned()),
        };
        let http = Http::new(std::time::Duration::from_secs(1)).unwrap();
        Aliyun::new(account, http, Clock::manual(Moment::from_millis(0)), Rng::seeded(1)).unwrap()
    }

    #[test]
    fn the_vendors_own_example_gives_the_vendors_own_signature() {
        // From “V3 版本请求体&签名机制”, fixed example.
        let headers = [
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "RunInstances"),
            ("x-acs-content-sha256", EMPTY),
            ("x-acs-date", "2023-10-26T10:22:32Z"),
            ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
            ("x-acs-version", "2014-05-26"),
        ];
        let query = query(&[("RegionId", "cn-shanghai"), ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")]);
        let signed = authorization("POST", "/", &query, &headers, EMPTY, "YourAccessKeyId", "YourAccessKeySecret");
        assert!(signed.ends_with("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"), "{signed}");
    }

    #[test]
    fn receipts_and_answers_are_told_apart() {
        let body = r#"[
          {"phone_number":"13800000000","send_time":"2017-01-01 00:00:00","report_time":"2017-01-01 00:00:00","success":true,
           "err_code":"DELIVERED","err_msg":"用户接收成功","sms_size":"1","biz_id":"12345","out_id":"own-1"},
          {"phone_number":"13800000001","success":false,"err_code":"MK:0001","err_msg":"空号","biz_id":"12346","out_id":"own-2"},
          {"phone_number":"13800000002","send_time":"2017-09-01 00:00:00","content":"收到","sign_name":"某某","dest_code":"1234","sequence_id":1234567890}
        ]"#;
        let read = client().read_callback(&HeaderMap::new(), body.as_bytes()).unwrap();
        assert_eq!(read.answer.body, r#"{"code":0,"msg":"成功"}"#);
        let [Told::Receipt(first), Told::Receipt(second), Told::Reply(reply)] = read.told.as_slice() else { panic!("{:?}", read.told) };
        assert_eq!((first.own_id.as_deref(), &first.fate, first.at), (Some("own-1"), &Fate::Delivered, Some(1_483_200_000_000)));
        assert_eq!(second.fate, Fate::Failed { code: "MK:0001".to_owned(), text: "空号".to_owned() });
        assert_eq!((reply.text.as_str(), reply.reply_id.as_deref(), reply.to.as_deref()), ("收到", Some("1234567890"), Some("1234")));
        for garbage in ["", "{}", "7", "[{}]", "[[[[", r#"[{"phone_number":"1"}]"#, "\u{0}"] {
            assert!(client().read_callback(&HeaderMap::new(), garbage.as_bytes()).is_err(), "{garbage}");
        }
    }
}
