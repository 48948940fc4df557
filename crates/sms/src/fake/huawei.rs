use form_urlencoded::Serializer;
use serde_json::{Value, json};

use super::{Asked, Cloud, Kept, Post, pair};
use crate::{
    huawei::{PATH, REALM, token},
    read::{field, form},
};

pub(super) fn answer(cloud: &Cloud, asked: &Asked) -> (u16, Value) {
    if asked.path != PATH {
        return (404, json!({}));
    }
    let given = asked.header("x-wsse");
    let right = token(&cloud.id, cloud.secret.reveal(), pair(given, "Nonce"), pair(given, "Created"));
    if asked.header("authorization") != REALM || given != right {
        return (401, json!({ "code": "E000105", "description": "The PasswordDigest is invalid." }));
    }
    let params = form(&asked.body);
    let param = |name| field(&params, name).unwrap_or_default();
    let message = Kept {
        own_id: param("extend"),
        to: param("to"),
        signature: param("signature"),
        template: param("templateId"),
        params: serde_json::from_str(&param("templateParas")).unwrap_or_default(),
        ..Kept::default()
    };
    let entry = |id: &str, status: &str| json!({ "originTo": param("to"), "createTime": "2026-01-05T01:00:00Z", "from": param("from"), "smsMsgId": id, "status": status, "countryId": "CN", "total": 1 });
    match cloud.take(message) {
        Ok(kept) => (200, json!({ "code": "000000", "description": "Success", "result": [entry(&kept.provider_id, "000000")] })),
        Err(code) => (200, json!({ "code": "E000510", "description": "The SMS fails to be sent.", "result": [entry("", &code)] })),
    }
}

pub(super) fn receipt(kept: &Kept, arrived: bool) -> Post {
    let form = [
        ("sequence", "1"),
        ("total", "1"),
        ("updateTime", "2026-01-05T01:00:03Z"),
        ("source", "2"),
        ("smsMsgId", &kept.provider_id),
        ("status", if arrived { "DELIVRD" } else { "MK:0001" }),
        ("to", &kept.to),
        ("extend", &kept.own_id),
    ];
    Post { content_type: "application/x-www-form-urlencoded", body: Serializer::new(String::new()).extend_pairs(form).finish() }
}

pub(super) fn reply(from: &str, text: &str) -> Post {
    let form = [("from", from), ("to", "1069000001"), ("body", text), ("smsMsgId", "up-1")];
    Post { content_type: "application/x-www-form-urlencoded", body: Serializer::new(String::new()).extend_pairs(form).finish() }
}
