use serde_json::{Value, json};

use super::{Asked, Cloud, Kept, Post, pair};
use crate::{read::text, tencent::authorization};

pub(super) fn answer(cloud: &Cloud, asked: &Asked) -> (u16, Value) {
    if !signed(cloud, asked) {
        return error("AuthFailure.SignatureFailure", "The provided credentials could not be validated.");
    }
    let Ok(body) = serde_json::from_slice::<Value>(&asked.body) else { return error("InvalidParameter", "no JSON") };
    let param = |name| text(&body, name).unwrap_or_default();
    match asked.header("x-tc-action") {
        "SendSms" => {
            let to = body.pointer("/PhoneNumberSet/0").and_then(Value::as_str).unwrap_or_default().to_owned();
            let message = Kept {
                own_id: param("SessionContext"),
                to: to.clone(),
                signature: param("SignName"),
                template: param("TemplateId"),
                params: body.get("TemplateParamSet").cloned().unwrap_or_default(),
                ..Kept::default()
            };
            let own_id = message.own_id.clone();
            let (serial, code, fee) = match cloud.take(message) {
                Ok(kept) => (kept.provider_id, "Ok".to_owned(), 1),
                Err(code) => (String::new(), code, 0),
            };
            let status = json!({
                "SerialNo": serial, "PhoneNumber": to, "Fee": fee, "SessionContext": own_id, "Code": code, "Message": "said", "IsoCode": "CN",
            });
            said(json!({ "SendStatusSet": [status] }))
        }
        "PullSmsSendStatusByPhoneNumber" => {
            let phone = param("PhoneNumber");
            let rows: Vec<_> = cloud.messages().iter().filter(|kept| kept.to == phone).filter_map(row).collect();
            said(json!({ "PullSmsSendStatusSet": rows }))
        }
        "PullSmsSendStatus" => said(json!({ "PullSmsSendStatusSet": cloud.messages().iter().filter_map(row).collect::<Vec<_>>() })),
        "PullSmsReplyStatus" => {
            let replies = std::mem::take(&mut cloud.state().replies);
            let rows = replies.iter().map(|(from, words)| {
                json!({ "ExtendCode": "01", "CountryCode": "86", "PhoneNumber": from, "SignName": "某某", "ReplyContent": words, "ReplyTime": 1_767_574_860 })
            });
            said(json!({ "PullSmsReplyStatusSet": rows.collect::<Vec<_>>() }))
        }
        _ => error("InvalidAction", "no such action"),
    }
}

fn signed(cloud: &Cloud, asked: &Asked) -> bool {
    let given = asked.header("authorization");
    let headers = asked.covered(pair(given, "SignedHeaders"));
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let at = asked.header("x-tc-timestamp").parse().unwrap_or_default();
    asked.path == "/" && given == authorization(&headers, &asked.body, at, &cloud.id, cloud.secret.reveal())
}

fn said(mut response: Value) -> (u16, Value) {
    response["RequestId"] = "fake".into();
    (200, json!({ "Response": response }))
}

fn error(code: &str, words: &str) -> (u16, Value) {
    said(json!({ "Error": { "Code": code, "Message": words } }))
}

fn row(kept: &Kept) -> Option<Value> {
    let status = if kept.arrived? { "SUCCESS" } else { "FAIL" };
    Some(json!({
        "UserReceiveTime": 1_767_574_803, "CountryCode": "86", "SubscriberNumber": kept.to.trim_start_matches("+86"),
        "PhoneNumber": kept.to, "SerialNo": kept.provider_id, "ReportStatus": status, "Description": "said", "SessionContext": kept.own_id,
    }))
}

pub(super) fn receipt(kept: &Kept, arrived: bool) -> Post {
    let (status, code) = if arrived { ("SUCCESS", "DELIVRD") } else { ("FAIL", "MK:0001") };
    let body = json!([{
        "user_receive_time": "2026-01-05 09:00:03", "nationcode": "86", "mobile": kept.to.trim_start_matches("+86"),
        "report_status": status, "errmsg": code, "description": "said", "sid": kept.provider_id,
    }]);
    Post { content_type: "application/json", body: body.to_string() }
}

pub(super) fn reply(from: &str, text: &str) -> Post {
    let body = json!({
        "extend": "01", "mobile": from.trim_start_matches("+86"), "nationcode": "86", "sign": "某某", "text": text, "time": 1_767_574_860,
    });
    Post { content_type: "application/json", body: body.to_string() }
}
