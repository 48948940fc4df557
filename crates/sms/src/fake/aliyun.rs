use serde_json::{Value, json};

use super::{Asked, Cloud, Kept, Post, pair};
use crate::{
    aliyun::authorization,
    read::{field, form},
    sign::{query, sha256_hex},
};

pub(super) fn answer(cloud: &Cloud, asked: &Asked) -> (u16, Value) {
    // Parameters stand in the query; other clients may put them into the body.
    let mut params = form(asked.query.as_bytes());
    if !signed(cloud, asked, &params) {
        return error(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.");
    }
    params.extend(form(&asked.body));
    let param = |name| field(&params, name).unwrap_or_default();
    match asked.header("x-acs-action") {
        "SendSms" => {
            let message = Kept {
                own_id: param("OutId"),
                to: param("PhoneNumbers"),
                signature: param("SignName"),
                template: param("TemplateCode"),
                params: serde_json::from_str(&param("TemplateParam")).unwrap_or_default(),
                ..Kept::default()
            };
            match cloud.take(message) {
                Ok(kept) => (200, json!({ "Code": "OK", "Message": "OK", "BizId": kept.provider_id, "RequestId": "fake" })),
                Err(code) => error(200, &code, "refused"),
            }
        }
        "QuerySendDetails" => {
            let (phone, id) = (param("PhoneNumber"), param("BizId"));
            let messages = cloud.messages();
            let found = messages.iter().filter(|kept| kept.to == phone && (id.is_empty() || id == kept.provider_id));
            let rows: Vec<_> = found.map(row).collect();
            (200, json!({ "Code": "OK", "Message": "OK", "TotalCount": rows.len(), "SmsSendDetailDTOs": { "SmsSendDetailDTO": rows } }))
        }
        _ => error(404, "InvalidAction.NotFound", "Specified api is not found."),
    }
}

fn signed(cloud: &Cloud, asked: &Asked, params: &[(String, String)]) -> bool {
    let given = asked.header("authorization");
    let headers = asked.covered(pair(given, "SignedHeaders"));
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let params: Vec<_> = params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let payload = sha256_hex(&asked.body);
    payload == asked.header("x-acs-content-sha256")
        && given == authorization("POST", &asked.path, &query(&params), &headers, &payload, &cloud.id, cloud.secret.reveal())
}

fn error(status: u16, code: &str, text: &str) -> (u16, Value) {
    (status, json!({ "Code": code, "Message": text, "RequestId": "fake" }))
}

fn row(kept: &Kept) -> Value {
    let (status, code) = match kept.arrived {
        None => (1, ""),
        Some(true) => (3, "DELIVERED"),
        Some(false) => (2, "MK:0001"),
    };
    json!({ "PhoneNum": kept.to, "OutId": kept.own_id, "SendStatus": status, "ErrCode": code, "ReceiveDate": "2026-01-05 09:00:00" })
}

pub(super) fn receipt(kept: &Kept, arrived: bool) -> Post {
    let (code, words) = if arrived { ("DELIVERED", "用户接收成功") } else { ("MK:0001", "空号") };
    let body = json!([{
        "phone_number": kept.to, "send_time": "2026-01-05 09:00:00", "report_time": "2026-01-05 09:00:03", "success": arrived,
        "err_code": code, "err_msg": words, "sms_size": "1", "biz_id": kept.provider_id, "out_id": kept.own_id,
    }]);
    Post { content_type: "application/json", body: body.to_string() }
}

pub(super) fn reply(from: &str, text: &str) -> Post {
    let body = json!([{
        "phone_number": from, "send_time": "2026-01-05 09:01:00", "content": text, "sign_name": "某某", "dest_code": "01", "sequence_id": 1,
    }]);
    Post { content_type: "application/json", body: body.to_string() }
}
