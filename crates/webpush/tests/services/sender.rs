//! A sender against a push service on the loopback.

use std::time::Duration;

use gateway::{Http, SendError};
use kit::Clock;
use webpush::{MOST, Message, Subscription, Urgency, VapidKey, WebPush};

use super::service::{Service, message, sender};

fn subscription(endpoint: String) -> Subscription {
    // RFC 8291, section 5.
    let p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".to_owned();
    Subscription { endpoint, p256dh, auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned() }
}

#[tokio::test]
async fn a_message_goes_with_what_the_rfc_asks_for() {
    let service = Service::open().await;
    let to = subscription(format!("{}/push/1", service.url));
    let topic = Some("019b8c00000070008000000000000001".to_owned());
    let longest = Message { payload: vec![b'x'; MOST], ttl: Duration::from_secs(u64::MAX), urgency: Urgency::High, topic };
    sender().send(&to, &longest).await.unwrap();
    let (headers, body) = service.asked().remove(0);
    let header = |name: &str| headers[name].to_str().unwrap();
    assert_eq!((header("ttl"), header("urgency"), header("topic")), ("2419200", "high", "019b8c00000070008000000000000001"));
    assert_eq!((header("content-encoding"), body.len()), ("aes128gcm", 4096));
    assert!(header("authorization").starts_with("vapid t="));

    let too_long = Message { payload: vec![b'x'; MOST + 1], ..message() };
    for (wrong, field) in [(too_long, "payload"), (Message { topic: Some("a b".to_owned()), ..message() }, "topic")] {
        assert!(matches!(sender().send(&to, &wrong).await, Err(SendError::Refused { code, .. }) if code == field));
    }
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test]
async fn an_answer_says_what_to_do() {
    let service = Service::open().await;
    let (sender, to) = (sender(), subscription(format!("{}/push/1", service.url)));
    let after = async |status: u16, body: &str| {
        service.says(status, body);
        sender.send(&to, &message()).await
    };
    for status in [200, 201, 202] {
        assert!(after(status, "").await.is_ok());
    }
    for status in [404, 410] {
        assert!(matches!(after(status, "").await, Err(SendError::Gone { .. })));
    }
    for status in [429, 503] {
        assert!(matches!(after(status, "").await, Err(SendError::Busy { retry_after: Some(wait), .. }) if wait == Duration::from_secs(7)));
    }
    for status in [400, 413] {
        assert!(matches!(after(status, "").await, Err(SendError::Refused { .. })));
    }
    for status in [401, 403] {
        assert!(matches!(after(status, r#"{"reason":"BadJwtToken"}"#).await, Err(SendError::Barred { .. })));
    }
    // Made with another key of ours: this one is over, others are not.
    for words in [
        r#"{"reason":"VapidPkHashMismatch"}"#,
        "the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions.",
    ] {
        assert!(matches!(after(403, words).await, Err(SendError::Gone { .. })), "{words}");
    }
}

#[tokio::test]
async fn a_browser_cannot_send_us_into_the_house() {
    let service = Service::open().await;
    let (key, _) = VapidKey::generate().unwrap();
    let http = Http::outward(Duration::from_secs(1)).unwrap();
    let outward = WebPush::new(key, "mailto:office@example.gov.cn".to_owned(), http, Clock::system());
    let port = service.url.rsplit(':').next().unwrap();
    for endpoint in [
        service.url.clone(),
        format!("https://127.0.0.1:{port}/"),
        format!("https://[::1]:{port}/"),
        "https://10.0.0.1/".to_owned(),
        "https://user:word@push.example.org/".to_owned(),
        "http://push.example.org/".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("https://push.example.org/{}", "x".repeat(3000)),
        String::new(),
    ] {
        let to = subscription(endpoint);
        assert_eq!(outward.check(&to), Err("endpoint"), "{to:?}");
        assert!(matches!(outward.send(&to, &message()).await, Err(SendError::Refused { code, .. }) if code == "endpoint"), "{to:?}");
    }
    // A name that stands for this machine is known once it is looked up.
    let named = subscription(format!("https://localhost:{port}/"));
    assert_eq!(outward.check(&named), Ok(()));
    assert!(matches!(outward.send(&named, &message()).await, Err(SendError::Refused { code, .. }) if code == "address"));
    assert!(service.asked().is_empty());

    let right = subscription("https://push.example.org/1".to_owned());
    assert_eq!(outward.check(&right), Ok(()));
    assert_eq!(outward.check(&Subscription { p256dh: "AAAA".to_owned(), ..right.clone() }), Err("p256dh"));
    assert_eq!(outward.check(&Subscription { auth: String::new(), ..right }), Err("auth"));
}
