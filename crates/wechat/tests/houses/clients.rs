//! Each client against a house that answers as the vendors' documents say.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use gateway::{Fate, SendError, Told};
use kit::{Moment, Secret};
use serde_json::{Value, json};
use wechat::{Asked, Client, Later, MemoryTokens, Outgoing, Token, TokenStore};

use super::house::{House, NOW, SECRET, all, dingtalk, feishu, message, official, wecom};

fn tokens() -> Arc<dyn TokenStore> {
    Arc::new(MemoryTokens::default())
}

const SEND: &str = "/cgi-bin/message/template/send";

#[tokio::test]
async fn a_message_is_taken_and_the_token_is_asked_for_once() {
    for house_of in 0..4 {
        let house = House::open().await;
        let (client, token, send, answer) = all(&house, &tokens).into_iter().nth(house_of).unwrap();
        house.says(send, &answer);
        for _ in 0..2 {
            assert_eq!(client.send(&message()).await.unwrap().provider_id.as_deref(), Some("42"), "{send}");
        }
        assert_eq!((house.asked(token).len(), house.asked(send).len()), (1, 2), "{send}");
        let asked = house.asked(send).remove(0);
        assert!(asked.path.contains("access_token=token-1") || asked.bearer == "Bearer token-1", "{asked:?}");
    }
}

#[tokio::test]
async fn each_house_gets_what_its_documents_say() {
    let house = House::open().await;
    let mut bodies = Vec::new();
    for (client, _, send, answer) in all(&house, &tokens) {
        house.says(send, &answer);
        client.send(&message()).await.unwrap();
        bodies.push(house.asked(send).remove(0));
    }
    let [official, wecom, dingtalk, feishu] = bodies.as_slice() else { panic!("{bodies:?}") };
    let expected = json!({
        "touser": "somebody", "template_id": "template-1", "client_msg_id": "019b8c00000070008000000000000001", "url": "https://example.gov.cn/t/1?a=1&b=2",
        "data": { "thing1": { "value": "关于开展全市防汛抢险工作专项督查的通知…" }, "time2": { "value": "2026-01-05 09:00" } },
    });
    assert_eq!(official.body, expected);
    let expected = json!({
        "touser": "somebody", "agentid": 1_000_002, "enable_duplicate_check": 1, "duplicate_check_interval": 600, "msgtype": "textcard",
        "textcard": { "title": "关于“防汛 & 抢险”的事项", "description": "请于 5 日内 ＜办结＞。", "url": "https://example.gov.cn/t/1?a=1&b=2" },
    });
    assert_eq!(wecom.body, expected);
    let expected = json!({ "agent_id": 77, "userid_list": "somebody", "msg": { "msgtype": "oa", "oa": {
        "message_url": "https://example.gov.cn/t/1?a=1&b=2", "head": { "bgcolor": "FFBBBBBB", "text": "" },
        "body": { "title": "关于“防汛 & 抢险”的事项", "content": "请于 5 日内 <办结>。" } } } });
    assert_eq!(dingtalk.body, expected);
    assert_eq!(
        (feishu.path.as_str(), &feishu.body["uuid"]),
        ("/open-apis/im/v1/messages?receive_id_type=user_id", &json!(message().own_id))
    );
    let card: Value = serde_json::from_str(feishu.body["content"].as_str().unwrap()).unwrap();
    assert_eq!(card["card_link"]["url"], "https://example.gov.cn/t/1?a=1&b=2");
    assert_eq!(card["elements"][0]["text"]["content"], "请于 5 日内 <办结>。");
    for (token, name) in [("/cgi-bin/stable_token", "secret"), ("/v1.0/oauth2/accessToken", "appSecret"), ("/open-apis/auth", "app_secret")]
    {
        assert_eq!(house.asked(token)[0].body[name], SECRET);
    }
    assert_eq!(house.asked("/cgi-bin/gettoken")[0].path, "/cgi-bin/gettoken?corpid=ww1&corpsecret=the-secret");
}

#[tokio::test]
async fn without_an_address_it_is_plain_text() {
    let house = House::open().await;
    let plain = Outgoing { url: None, text: "字".repeat(1000), ..message() };
    for (client, _, send, answer) in all(&house, &tokens) {
        house.says(send, &answer);
        client.send(&plain).await.unwrap();
    }
    let wecom = house.asked("/cgi-bin/message/send").remove(0).body;
    let words = wecom["text"]["content"].as_str().unwrap();
    assert!(wecom["msgtype"] == "text" && words.len() <= 2048 && words.ends_with('…'));
    assert_eq!(house.asked("/topapi").remove(0).body["msg"]["msgtype"], "text");
    assert!(house.asked(SEND).remove(0).body.get("url").is_none());
}

/// A node that read the token before another one replaced it.
struct Late {
    kept: Arc<dyn TokenStore>,
    asked: AtomicBool,
}

impl TokenStore for Late {
    fn get<'a>(&'a self, name: &'a str) -> Later<'a, Option<Token>> {
        if self.asked.swap(true, Ordering::SeqCst) {
            return self.kept.get(name);
        }
        let (value, until) = (Secret::new("token-1".to_owned()), Moment::from_millis(NOW + 1));
        Box::pin(async move { Ok(Some(Token { value, until })) })
    }

    fn put<'a>(&'a self, name: &'a str, token: &'a Token) -> Later<'a, ()> {
        self.kept.put(name, token)
    }

    fn invalidate<'a>(&'a self, name: &'a str, value: &'a Secret<String>) -> Later<'a, bool> {
        self.kept.invalidate(name, value)
    }
}

#[tokio::test]
async fn a_token_that_is_over_is_replaced_once_and_by_force_only_if_need_be() {
    let house = House::open().await;
    let kept = tokens();
    let client = official(&house, kept.clone(), None);
    house.says(SEND, &json!({ "errcode": 42001, "errmsg": "access_token expired" }));
    house.says(SEND, &json!({ "errcode": 0, "msgid": 1 }));
    // Asked once more it gives the same one, and another one by force.
    house.says("/cgi-bin/stable_token", &json!({ "access_token": "token-1", "expires_in": 7200 }));
    house.says("/cgi-bin/stable_token", &json!({ "access_token": "token-2", "expires_in": 7200 }));
    client.send(&message()).await.unwrap();
    let forced: Vec<_> = house.asked("/cgi-bin/stable_token").iter().map(|asked| asked.body["force_refresh"].clone()).collect();
    assert_eq!(forced, [json!(false), json!(false), json!(true)]);
    assert_eq!(house.asked(SEND).len(), 2);
    assert!(house.asked(SEND)[1].path.ends_with("token-2"));

    // Another node that still has the old one in hand takes the one that is there.
    let late = official(&house, Arc::new(Late { kept: kept.clone(), asked: AtomicBool::new(false) }), None);
    house.only_says(SEND, &json!({ "errcode": 40001, "errmsg": "invalid credential" }));
    house.says(SEND, &json!({ "errcode": 0, "msgid": 2 }));
    late.send(&message()).await.unwrap();
    assert_eq!(house.asked("/cgi-bin/stable_token").len(), 3);
    let paths: Vec<_> = house.asked(SEND)[2..].iter().map(|asked| asked.path.clone()).collect();
    assert!(paths[0].ends_with("token-1") && paths[1].ends_with("token-2"), "{paths:?}");
    assert!(!format!("{:?}", kept.get("wechat:wx1").await.unwrap()).contains("token-2"));
}

#[tokio::test]
async fn a_house_that_gives_out_what_it_does_not_take_is_left_alone() {
    let house = House::open().await;
    let client = wecom(&house, tokens(), None);
    house.says("/cgi-bin/message/send", &json!({ "errcode": 40014, "errmsg": "invalid access_token" }));
    let error = client.send(&message()).await.unwrap_err();
    assert!(matches!(&error, SendError::Busy { code, .. } if code == "token"), "{error}");
    assert_eq!((house.asked("/cgi-bin/gettoken").len(), house.asked("/cgi-bin/message/send").len()), (2, 1));

    // One that is new and not taken either is not replaced a second time.
    let house = House::open().await;
    let client = official(&house, tokens(), None);
    house.says("/cgi-bin/stable_token", &json!({ "access_token": "token-2", "expires_in": 7200 }));
    house.says(SEND, &json!({ "errcode": 40001, "errmsg": "invalid credential" }));
    let error = client.send(&message()).await.unwrap_err();
    assert!(matches!(&error, SendError::Busy { code, .. } if code == "40001"), "{error}");
    assert_eq!((house.asked("/cgi-bin/stable_token").len(), house.asked(SEND).len()), (2, 2));
}

#[tokio::test]
async fn many_at_once_ask_for_one_token() {
    let house = House::open().await;
    let client = Arc::new(official(&house, tokens(), None));
    house.says(SEND, &json!({ "errcode": 0, "msgid": 1 }));
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let client = client.clone();
        all.spawn(async move { client.send(&message()).await });
    }
    for sent in all.join_all().await {
        sent.unwrap();
    }
    assert_eq!((house.asked("/cgi-bin/stable_token").len(), house.asked(SEND).len()), (1, 20));
}

#[tokio::test]
async fn a_refusal_says_whom_it_is_about() {
    // For each house: one message, one receiver, later, us.
    let codes =
        [[47003, 43004, -1, 48001], [40058, 81013, 45009, 301_002], [400_002, 33012, 90018, 60020], [230_001, 230_013, 230_020, 230_027]];
    for (n, codes) in codes.into_iter().enumerate() {
        let house = House::open().await;
        let (client, _, send, _) = all(&house, &tokens).into_iter().nth(n).unwrap();
        let mut errors = Vec::new();
        for code in codes {
            house.only_says(send, &json!({ "errcode": code, "code": code, "errmsg": "no\nway" }));
            errors.push(client.send(&message()).await.unwrap_err());
        }
        let [SendError::Refused { text, .. }, SendError::Gone { .. }, SendError::Busy { .. }, SendError::Barred { .. }] = errors.as_slice()
        else {
            panic!("{send}: {errors:?}")
        };
        assert_eq!(text, "noway");
        // What makes no sense once the message has gone out may have been taken.
        for answer in ["<html>", "[]", r#"{"errcode":0,"code":0}"#] {
            house.only_says(send, &json!({}));
            house.says_raw(send, 200, answer);
            client.send(&message()).await.unwrap_err();
            assert!(!client.send(&message()).await.unwrap_err().is_certain(), "{send}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_quota_of_the_day_is_not_tried_again_at_once() {
    let house = House::open().await;
    let client = official(&house, tokens(), None);
    house.says(SEND, &json!({ "errcode": 45009, "errmsg": "reach max api daily quota limit" }));
    assert!(
        matches!(client.send(&message()).await, Err(SendError::Busy { retry_after: Some(wait), .. }) if wait == Duration::from_secs(3600))
    );
}

#[tokio::test]
async fn without_a_token_nothing_was_sent() {
    for n in 0..4 {
        for (status, answer, barred) in [
            (200, r#"{"errcode":40013,"code":10003,"errmsg":"invalid appid"}"#, true),
            (200, r#"{"errcode":40001,"code":99991663,"errmsg":"invalid credential"}"#, true),
            (404, "nothing here", true),
            (503, "later", false),
            (200, "<html>", false),
            (200, "{}", false),
        ] {
            let house = House::open().await;
            let (client, token, send, _) = all(&house, &tokens).into_iter().nth(n).unwrap();
            house.only_says(token, &json!({}));
            house.says_raw(token, status, answer);
            // The first answer has no token in it.
            client.send(&message()).await.unwrap_err();
            let error = client.send(&message()).await.unwrap_err();
            assert!(error.is_certain() && matches!(error, SendError::Barred { .. }) == barred, "{token} {answer}: {error}");
            assert!(!format!("{error:?}").contains(SECRET));
            assert!(house.asked(send).is_empty());
        }
    }
}

#[tokio::test]
async fn nobody_is_called_for_what_cannot_be_sent() {
    let house = House::open().await;
    for (client, token, _, _) in all(&house, &tokens) {
        for (wrong, field) in [
            (Outgoing { to: "@all".to_owned(), ..message() }, "to"),
            (Outgoing { to: "a|b".to_owned(), ..message() }, "to"),
            (Outgoing { to: String::new(), ..message() }, "to"),
            (Outgoing { url: Some("javascript:1".to_owned()), ..message() }, "url"),
        ] {
            assert!(matches!(client.send(&wrong).await, Err(SendError::Refused { code, .. }) if code == field), "{token} {wrong:?}");
        }
        assert!(house.asked(token).is_empty());
    }
    let client = official(&house, tokens(), None);
    assert!(matches!(client.send(&Outgoing { template: None, ..message() }).await, Err(SendError::Refused { .. })));
    assert!(matches!(client.send(&Outgoing { own_id: String::new(), ..message() }).await, Err(SendError::Refused { .. })));
}

#[tokio::test]
async fn whom_wecom_does_not_know_is_gone_though_it_says_ok() {
    let house = House::open().await;
    let client = wecom(&house, tokens(), None);
    house.says("/cgi-bin/message/send", &json!({ "errcode": 0, "errmsg": "ok", "invaliduser": "other|SOMEBODY", "msgid": "1" }));
    house.says("/cgi-bin/message/send", &json!({ "errcode": 0, "errmsg": "ok", "unlicenseduser": "somebody", "msgid": "1" }));
    assert!(matches!(client.send(&message()).await, Err(SendError::Gone { .. })));
    assert!(matches!(client.send(&message()).await, Err(SendError::Refused { .. })));
}

#[tokio::test]
async fn dingtalk_is_asked_what_became_of_it() {
    let house = House::open().await;
    let client = dingtalk(&house, tokens());
    let path = "/topapi/message/corpconversation/getsendresult";
    let asked = [Asked { provider_id: "42".to_owned(), to: "somebody".to_owned() }];
    let failed = |code: &str| Fate::Failed { code: code.to_owned(), text: String::new() };
    for (result, fate) in [
        (json!({ "read_user_id_list": ["somebody"] }), Fate::Read),
        (json!({ "unread_user_id_list": ["other", "somebody"] }), Fate::Delivered),
        (json!({ "forbidden_list": [{ "code": "143105", "count": 500, "userid": "somebody" }] }), failed("143105")),
        (json!({ "forbidden_list": [{ "code": "143106", "count": 1, "userid": "somebody" }] }), Fate::Delivered),
        (json!({ "invalid_user_id_list": ["somebody"] }), failed("invalid")),
        (json!({ "failed_user_id_list": ["somebody"] }), failed("failed")),
        (json!({ "read_user_id_list": ["other"] }), Fate::Pending),
    ] {
        house.only_says(path, &json!({ "errcode": 0, "errmsg": "ok", "send_result": result }));
        let told = client.ask(&asked).await.unwrap();
        assert!(matches!(told.as_slice(), [Told::Receipt(receipt)] if receipt.fate == fate), "{result}: {told:?}");
    }
    assert_eq!(house.asked(path)[0].body, json!({ "agent_id": 77, "task_id": 42 }));
    house.only_says(path, &json!({ "errcode": 33_033, "errmsg": "no such message" }));
    assert!(client.ask(&asked).await.unwrap().is_empty());
    house.only_says(path, &json!({ "errcode": 88, "errmsg": "ding talk error", "sub_code": "90018", "sub_msg": "too fast" }));
    assert!(matches!(client.ask(&asked).await, Err(SendError::Busy { code, text, .. }) if code == "90018" && text == "too fast"));
}

#[tokio::test]
async fn feishu_is_asked_who_has_read() {
    let house = House::open().await;
    let client = feishu(&house, tokens());
    let path = "/open-apis/im/v1/messages/om_1/read_users";
    let asked = ["om_1", "../../auth"].map(|id| Asked { provider_id: id.to_owned(), to: "somebody".to_owned() });
    house.says(path, &json!({ "code": 0, "data": { "items": [{ "user_id": "ou_1", "timestamp": "1767574860000" }] } }));
    let told = client.ask(&asked).await.unwrap();
    let [Told::Receipt(receipt)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((&receipt.fate, receipt.at, receipt.provider_id.as_deref()), (&Fate::Read, Some(1_767_574_860_000), Some("om_1")));
    house.only_says(path, &json!({ "code": 0, "data": { "items": [] } }));
    assert!(client.ask(&asked).await.unwrap().is_empty());
    house.only_says(path, &json!({ "code": 230_033, "msg": "too old" }));
    assert!(client.ask(&asked).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_code_to_be_scanned_and_who_a_browser_is() {
    let house = House::open().await;
    let client = official(&house, tokens(), None);
    house.says("/cgi-bin/qrcode/create", &json!({ "ticket": "t-1", "expire_seconds": 600, "url": "http://weixin.qq.com/q/kZg" }));
    let code = client.qr_code("bind-1", Duration::from_secs(600)).await.unwrap();
    assert_eq!((code.url.as_str(), code.ticket.as_str(), code.seconds), ("http://weixin.qq.com/q/kZg", "t-1", 600));
    let expected = json!({ "expire_seconds": 600, "action_name": "QR_STR_SCENE", "action_info": { "scene": { "scene_str": "bind-1" } } });
    assert_eq!(house.asked("/cgi-bin/qrcode/create")[0].body, expected);
    assert!(client.qr_code(&"x".repeat(65), Duration::from_secs(600)).await.is_err());

    let url = client.authorize_url("https://example.gov.cn/back?a=1", "state-1");
    let expected = "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=https%3A%2F%2Fexample.gov.cn%2Fback%3Fa%3D1&response_type=code&scope=snsapi_base&state=state-1#wechat_redirect";
    assert_eq!(url, expected);
    house.says(
        "/sns/oauth2/access_token",
        &json!({ "access_token": "of-the-person", "expires_in": 7200, "openid": "o-1", "scope": "snsapi_base" }),
    );
    house.says("/sns/oauth2/access_token", &json!({ "errcode": 40163, "errmsg": "code been used" }));
    assert_eq!(client.openid("c&1").await.unwrap(), "o-1");
    assert!(house.asked("/sns/oauth2/access_token")[0].path.contains("code=c%261"));
    let error = client.openid("c&1").await.unwrap_err();
    assert!(matches!(&error, SendError::Refused { code, .. } if code == "40163"), "{error}");
}
