//! Encryption of calls and forms of requests against `wechatpy`, which `bin/lib/oracles.sh` puts into a virtual environment. Without it
//! these tests say SKIPPED.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
};

use gateway::Told;
use serde_json::{Value, json};
use wechat::{Call, Client, Event, MemoryTokens, Outgoing, Template, TokenStore};

use super::house::{House, NOW, keys, message, official, wecom};

/// What wechatpy says; nothing where it is not to be had.
async fn oracle(args: &[&str], input: Value) -> Option<Value> {
    let Ok(python) = std::env::var("SHIBICHENG_ORACLE_PYTHON") else {
        println!("SKIPPED: SHIBICHENG_ORACLE_PYTHON is not set; bin/test sets it where wechatpy can be had");
        return None;
    };
    let args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
    let run = move || {
        let mut child = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/wechat.py"))
            .args(args)
            .envs([("NO_PROXY", "*"), ("PYTHONDONTWRITEBYTECODE", "1")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "wechatpy failed");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    Some(tokio::task::spawn_blocking(run).await.unwrap())
}

fn tokens() -> Arc<dyn TokenStore> {
    Arc::new(MemoryTokens::default())
}

#[tokio::test]
async fn what_wechatpy_encrypts_we_read_and_the_other_way_round() {
    let house = House::open().await;
    let clients: [(&str, Box<dyn Client>, &str); 2] = [
        ("official", Box::new(official(&house, tokens(), Some(keys(true)))), "success"),
        ("corporate", Box::new(wecom(&house, tokens(), Some(keys(true)))), ""),
    ];
    let at = (NOW / 1000).to_string();
    for (kind, client, answer) in clients {
        let text = format!(
            "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o-1]]></FromUserName><CreateTime>{at}</CreateTime>\
             <MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到 & <知悉>{}]]></Content><MsgId>77</MsgId></xml>",
            "。".repeat(100)
        );
        let Some(made) = oracle(&["encrypt", kind], json!({ "text": text, "nonce": "n-1", "timestamp": at })).await else { return };
        let (xml, signature) = (made["xml"].as_str().unwrap(), made["signature"].as_str().unwrap());
        let query = format!("msg_signature={signature}&timestamp={at}&nonce=n-1&encrypt_type=aes");
        let heard = client.hear(&Call { query: &query, body: xml.as_bytes() }).unwrap();
        assert!(
            matches!(heard.events.as_slice(), [Event::Told(Told::Reply(reply))] if reply.text.starts_with("收到 & <知悉>。")),
            "{heard:?}"
        );
        assert_eq!(heard.answer.body, answer);
        // Touched on the way.
        let touched = query.replace("n-1", "n-2");
        assert!(client.hear(&Call { query: &touched, body: xml.as_bytes() }).is_err());

        let answer = client.answer(&heard, "已确认，谢谢 & <再见>");
        let read = oracle(&["decrypt", kind], json!({ "xml": answer.body })).await.unwrap();
        let expected = json!({
            "ToUserName": "o-1", "FromUserName": "gh_1", "CreateTime": at, "MsgType": "text", "Content": "已确认，谢谢 & <再见>",
        });
        assert_eq!(read, expected, "{kind}");
    }
}

#[tokio::test]
async fn the_greeting_of_wecom_is_answered_in_clear() {
    let client = wecom(&House::open().await, tokens(), Some(keys(true)));
    let at = (NOW / 1000).to_string();
    let Some(made) = oracle(&["greet", "corporate"], json!({ "text": "8761247852", "nonce": "n-1", "timestamp": at })).await else {
        return;
    };
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("msg_signature", made["signature"].as_str().unwrap()),
            ("timestamp", &at),
            ("nonce", "n-1"),
            ("echostr", made["echo"].as_str().unwrap()),
        ])
        .finish();
    assert_eq!(client.hear(&Call { query: &query, body: b"" }).unwrap().answer.body, "8761247852");
}

#[tokio::test]
async fn wechatpy_sends_what_we_send() {
    let (ours, theirs) = (House::open().await, House::open().await);
    let (template, send, code) = ("/cgi-bin/message/template/send", "/cgi-bin/message/send", "/cgi-bin/qrcode/create");
    for house in [&ours, &theirs] {
        house.says(template, &json!({ "errcode": 0, "errmsg": "ok", "msgid": 1 }));
        house.says(send, &json!({ "errcode": 0, "errmsg": "ok", "msgid": "1" }));
        house.says(code, &json!({ "ticket": "t", "expire_seconds": 600, "url": "http://weixin.qq.com/q/1" }));
    }
    let text = "请于 5 日内办结。".to_owned();
    let fields = vec![("thing1".to_owned(), "关于防汛的通知".to_owned()), ("time2".to_owned(), "2026-01-05 09:00".to_owned())];
    let message = Outgoing { text, template: Some(Template { code: "template-1".to_owned(), fields }), ..message() };
    let client = official(&ours, tokens(), None);
    client.send(&message).await.unwrap();
    client.qr_code("bind-1", std::time::Duration::from_secs(600)).await.unwrap();
    wecom(&ours, tokens(), None).send(&message).await.unwrap();
    for kind in ["official", "corporate"] {
        if oracle(&["send", kind, &theirs.url], Value::Null).await.is_none() {
            return;
        }
    }
    // What they fill is the same; we fill some more.
    let more = ["client_msg_id", "enable_duplicate_check", "duplicate_check_interval"];
    for path in [template, send, code] {
        let (mut own, other) = (ours.asked(path).remove(0), theirs.asked(path).remove(0));
        assert_eq!(own.path, other.path);
        let mut other = other.body;
        for body in [&mut own.body, &mut other] {
            let body = body.as_object_mut().unwrap();
            // Empty lists of groups, and the word on the button where it is the usual one.
            body.retain(|name, value| !more.contains(&name.as_str()) && value != "" && name != "safe");
            if let Some(card) = body.get_mut("textcard").and_then(Value::as_object_mut) {
                card.remove("btntxt");
            }
        }
        assert_eq!(own.body, other, "{path}");
    }
}
