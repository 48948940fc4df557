//! Encryption and signature against `http-ece` and `py-vapid`, which `bin/lib/oracles.sh` puts into a virtual environment. Without it
//! these tests say SKIPPED.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::Duration,
};

use gateway::Http;
use kit::{Clock, Moment, Secret};
use serde_json::{Value, json};
use webpush::{MOST, Message, Subscription, VapidKey, WebPush};

use super::service::{NOW, Service, message, sender};

/// What the other programs say; nothing where they are not to be had.
async fn oracle(verb: &'static str, input: Value) -> Option<Value> {
    let Ok(python) = std::env::var("SHIBICHENG_ORACLE_PYTHON") else {
        println!("SKIPPED: SHIBICHENG_ORACLE_PYTHON is not set; bin/test sets it where http-ece and py-vapid can be had");
        return None;
    };
    let run = move || {
        let mut child = Command::new(python)
            .args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/push.py"), verb])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "the other program failed");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    Some(tokio::task::spawn_blocking(run).await.unwrap())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// What a browser reads of what the sender sends.
async fn read(sender: &WebPush, service: &Service, message: &Message) -> Option<Value> {
    let browser = oracle("browser", Value::Null).await?;
    let endpoint = format!("{}/push/1", service.url);
    let to = Subscription { endpoint, p256dh: text(&browser["p256dh"]), auth: text(&browser["auth"]) };
    sender.check(&to).unwrap();
    sender.send(&to, message).await.unwrap();
    let (headers, body) = service.asked().pop().unwrap();
    let body: String = body.iter().map(|octet| format!("{octet:02x}")).collect();
    let authorization = headers["authorization"].to_str().unwrap();
    oracle("read", json!({ "body": body, "authorization": authorization, "private": browser["private"], "auth": browser["auth"] })).await
}

#[tokio::test]
async fn a_browser_reads_what_was_sent_and_the_service_knows_who_we_are() {
    let (service, sender) = (Service::open().await, sender());
    for payload in [message().payload, vec![b'x'; MOST], Vec::new()] {
        let Some(read) = read(&sender, &service, &Message { payload: payload.clone(), ..message() }).await else { return };
        assert_eq!(text(&read["text"]).into_bytes(), payload);
        assert_eq!((&read["signed"], text(&read["key"])), (&json!(true), sender.public_key()));
        assert_eq!(read["head"], json!({ "typ": "JWT", "alg": "ES256" }));
        let until = NOW / 1000 + 12 * 3600;
        assert_eq!(read["claims"], json!({ "aud": service.url, "exp": until, "sub": "mailto:office@example.gov.cn" }));
    }
}

#[tokio::test]
async fn keys_of_other_programs_sign_as_well() {
    let service = Service::open().await;
    let Some(keys) = oracle("keys", Value::Null).await else { return };
    let key = VapidKey::of_pair(&text(&keys["public"]), &Secret::new(text(&keys["private"]))).unwrap();
    let http = Http::new(Duration::from_secs(10)).unwrap();
    let sender = WebPush::new(key, "mailto:office@example.gov.cn".to_owned(), http, Clock::manual(Moment::from_millis(NOW)));
    let read = read(&sender, &service, &message()).await.unwrap();
    assert_eq!((&read["signed"], &read["key"]), (&json!(true), &keys["public"]));
}
