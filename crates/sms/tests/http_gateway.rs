//! Gateways that are described by a configuration.
#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions may fail the test too")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::StatusCode,
};
use gateway::{Fate, Http, SendError, Told};
use kit::{Clock, Moment, Rng};
use proptest::prelude::*;
use reqwest::header::HeaderMap;
use sms::{
    Client, Outgoing, Template,
    http_gateway::{HttpGateway, HttpGatewayConfig},
};

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<(Vec<Got>, Answer)>>);

/// Address, headers and body.
type Got = (String, HeaderMap, Vec<u8>);

/// Status and body.
type Answer = (u16, Vec<u8>);

/// A gateway that keeps what it gets and answers what it is told to.
async fn serve() -> (Seen, String) {
    async fn take(State(seen): State<Seen>, request: Request) -> (StatusCode, Vec<u8>) {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap().to_vec();
        let mut seen = seen.0.lock().unwrap();
        seen.0.push((parts.uri.to_string(), parts.headers, body));
        (StatusCode::from_u16(seen.1.0).unwrap(), seen.1.1.clone())
    }
    let seen = Seen::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let router = Router::new().fallback(take).with_state(seen.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (seen, format!("http://{at}"))
}

impl Seen {
    fn answers(&self, status: u16, body: &[u8]) {
        self.0.lock().unwrap().1 = (status, body.to_vec());
    }

    fn last(&self) -> Got {
        self.0.lock().unwrap().0.pop().unwrap()
    }
}

fn read(config: &str) -> HttpGatewayConfig {
    toml::from_str(config).unwrap()
}

fn open(config: &str) -> HttpGateway {
    made(read(config)).unwrap()
}

fn made(config: HttpGatewayConfig) -> Result<HttpGateway, sms::http_gateway::ConfigError> {
    let clock = Clock::manual(Moment::from_millis(1_767_574_800_123));
    HttpGateway::new(config, Http::new(Duration::from_secs(10)).unwrap(), clock, Rng::seeded(1))
}

fn message(text: &str) -> Outgoing {
    Outgoing {
        own_id: "own-1".to_owned(),
        to: "+8613800000000".to_owned(),
        text: text.to_owned(),
        signature: Some("某某办".to_owned()),
        template: Some(Template { code: "T1".to_owned(), params: vec![("n".to_owned(), "5".to_owned())] }),
    }
}

#[tokio::test]
async fn a_form_in_gbk_with_a_digest_and_an_answer_in_xml() {
    let (seen, url) = serve().await;
    let gateway = open(&format!(
        r#"
        url = "{url}/send?user=gov"
        charset = "gbk"
        body = {{ form = [["mobile", "{{to}}"], ["content", "{{whole}}"], ["sign", "{{derived.sign}}"], ["ts", "{{datetime}}"]] }}
        derived = [{{ name = "sign", from = "gov{{secret.password}}{{datetime}}", by = "md5" }}]
        success = {{ at = {{ place = {{ xml = "code" }}, equals = ["0"] }} }}
        provider_id = {{ xml = "msgid" }}
        message = {{ xml = "text" }}
        busy = ["8"]
        barred = ["9"]
        [secrets]
        password = "p&w"
        "#
    ));
    let (answer, _, _) =
        encoding_rs::GBK.encode("<?xml version='1.0' encoding='gbk'?><r><code> 0 </code><msgid><![CDATA[m&1]]></msgid></r>");
    seen.answers(200, &answer);
    let taken = gateway.send(&message("请办 a&b=c")).await.unwrap();
    assert_eq!((taken.provider_id.as_deref(), taken.parts), (Some("m&1"), 1));
    let (uri, headers, body) = seen.last();
    assert_eq!(
        (uri.as_str(), headers["content-type"].to_str().unwrap()),
        ("/send?user=gov", "application/x-www-form-urlencoded; charset=gbk")
    );
    // “【某某办】请办 a&b=c” in GBK, and the MD5 of “govp&w20260105090000”.
    let expected = "mobile=13800000000&content=%A1%BE%C4%B3%C4%B3%B0%EC%A1%BF%C7%EB%B0%EC%20a%26b%3Dc&sign=0ba85cd6952df3879344d85114a67f9f&ts=20260105090000";
    assert_eq!(String::from_utf8(body).unwrap(), expected);

    for (code, kind) in [("8", "busy"), ("9", "barred"), ("7", "refused")] {
        let (answer, _, _) = encoding_rs::GBK.encode("余额&#x4e0d;足&lt;");
        let answer = [format!("<r><code>{code}</code><text>").as_bytes(), &answer, b"</text></r>"].concat();
        seen.answers(200, &answer);
        let error = gateway.send(&message("x")).await.unwrap_err().to_string();
        assert_eq!(error, format!("{kind}: {code} 余额不足<"));
    }
    seen.answers(200, b"<html>");
    assert!(!gateway.send(&message("x")).await.unwrap_err().is_certain());
    // A character that GBK does not have is not turned into another one.
    assert!(matches!(gateway.send(&message("𠮷")).await, Err(SendError::Refused { code, .. }) if code == "charset"));
    assert!(!format!("{gateway:?}").contains("p&w"));
}

#[tokio::test]
async fn json_with_numbers_headers_and_a_status() {
    let (seen, url) = serve().await;
    let gateway = open(&format!(
        r#"
        url = "{url}/v1/messages?id={{id}}&t={{text}}"
        number = "e164"
        headers = {{ authorization = "Bearer {{secret.token}}" }}
        body = {{ json = '{{"to": ["{{to}}"], "text": "{{text}}", "at": "{{millis:number}}", "fixed": [1, null], "n": "{{param.n}}"}}' }}
        success = "status"
        provider_id = {{ json = "/data/0/id" }}
        [secrets]
        token = "t-1"
        "#
    ));
    seen.answers(202, br#"{"data":[{"id":77}]}"#);
    let words = "他说“办”\"\\\n{to} & 𠮷";
    assert_eq!(gateway.send(&message(words)).await.unwrap().provider_id.as_deref(), Some("77"));
    let (uri, headers, body) = seen.last();
    assert_eq!(headers["authorization"], "Bearer t-1");
    assert!(uri.starts_with("/v1/messages?id=own-1&t=%E4%BB%96") && !uri.contains(' '), "{uri}");
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let expected =
        serde_json::json!({ "to": ["+8613800000000"], "text": words, "at": 1_767_574_800_123_i64, "fixed": [1, null], "n": "5" });
    assert_eq!(body, expected);
    seen.answers(401, b"no");
    assert!(matches!(gateway.send(&message("x")).await, Err(SendError::Barred { .. })));
    let bare = Outgoing { template: None, ..message("x") };
    assert!(matches!(gateway.send(&bare).await, Err(SendError::Refused { text, .. }) if text.contains("param.n")));
}

#[tokio::test]
async fn xml_goes_out_escaped_and_a_line_of_text_is_understood() {
    let (seen, url) = serve().await;
    let gateway = open(&format!(
        r#"
        url = "{url}/soap"
        charset = "gbk"
        body = {{ xml = "<m to='{{to}}'><t>{{text}}</t></m>" }}
        success = {{ contains = "OK," }}
        provider_id = {{ between = {{ after = "OK,", until = "," }} }}
        "#
    ));
    seen.answers(200, b"OK,12345,1\r\n");
    assert_eq!(gateway.send(&message("<a>&'\"\u{0}𠮷")).await.unwrap().provider_id.as_deref(), Some("12345"));
    assert_eq!(String::from_utf8(seen.last().2).unwrap(), "<m to='13800000000'><t>&lt;a&gt;&amp;&apos;&quot;&#134071;</t></m>");
    seen.answers(200, b"ERR 3");
    assert!(matches!(gateway.send(&message("x")).await, Err(SendError::Refused { text, .. }) if text == "ERR 3"));
}

const CALLBACKS: &str = r#"
    url = "https://sms.example.org/send"
    success = "status"
    [callbacks]
    encoding = "json"
    list = "/reports"
    answer = "ok"
    receipts = { provider_id = "/id", own_id = "/ext", to = "/m", state = "/s", text = "/d", at = "/t", at_form = "compact", delivered = ["0"], pending = ["1"] }
    replies = { from = "/m", text = "/words", at = "/t", at_form = "seconds" }
"#;

#[test]
fn callbacks_are_read_where_the_description_says() {
    let gateway = open(CALLBACKS);
    let body = r#"{"reports":[{"id":1,"ext":"own-1","m":"13800000000","s":0,"t":"20260105090000"},{"id":"2","s":"1"},{"id":"3","s":"5","d":"空号"},
        {"m":"13800000000","words":"收到","t":1767574800}]}"#;
    let read = gateway.read_callback(&HeaderMap::new(), body.as_bytes()).unwrap();
    assert_eq!((read.answer.body.as_str(), read.answer.content_type), ("ok", "text/plain; charset=utf-8"));
    let [Told::Receipt(first), Told::Receipt(second), Told::Receipt(third), Told::Reply(reply)] = read.told.as_slice() else {
        panic!("{read:?}")
    };
    assert_eq!((first.provider_id.as_deref(), first.own_id.as_deref(), &first.fate), (Some("1"), Some("own-1"), &Fate::Delivered));
    assert_eq!((first.at, reply.at), (Some(1_767_574_800_000), Some(1_767_574_800_000)));
    assert_eq!(second.fate, Fate::Pending);
    assert_eq!(third.fate, Fate::Failed { code: "5".to_owned(), text: "空号".to_owned() });
    assert_eq!(reply.text, "收到");
    for garbage in ["", "[]", "{}", r#"{"reports":7}"#, r#"{"reports":[{}]}"#, r#"{"reports":[{"s":"0"}]}"#] {
        assert!(gateway.read_callback(&HeaderMap::new(), garbage.as_bytes()).is_err(), "{garbage}");
    }

    let gateway = open(
        r#"
        url = "https://sms.example.org/send"
        success = "status"
        charset = "gbk"
        [callbacks]
        encoding = "form"
        receipts = { provider_id = "msgid", state = "stat", delivered = ["DELIVRD"] }
        replies = { from = "phone", text = "content" }
        "#,
    );
    let read = gateway.read_callback(&HeaderMap::new(), b"phone=13800000000&content=%CA%D5%B5%BD+ok").unwrap();
    assert!(matches!(read.told.as_slice(), [Told::Reply(reply)] if reply.text == "收到 ok"), "{read:?}");
    let read = gateway.read_callback(&HeaderMap::new(), b"msgid=1&stat=DELIVRD&content=").unwrap();
    assert!(matches!(read.told.as_slice(), [Told::Receipt(receipt)] if receipt.fate == Fate::Delivered), "{read:?}");
}

#[test]
fn a_description_that_makes_no_sense_names_the_field() {
    let wrong = [
        ("url = \"nowhere\"\nsuccess = \"status\"", "url"),
        ("url = \"ftp://a.example/\"\nsuccess = \"status\"", "url"),
        ("url = \"https://{to}.example/\"\nsuccess = \"status\"", "url"),
        ("url = \"https://a.example/{nothing}\"\nsuccess = \"status\"", "url"),
        ("url = \"https://a.example\"\nsuccess = { contains = \"\" }", "success.contains"),
        ("url = \"https://a.example\"\nsuccess = { at = { place = { json = \"code\" }, equals = [\"0\"] } }", "success.at.place"),
        ("url = \"https://a.example\"\nsuccess = \"status\"\nbody = { json = \"{\" }", "body.json"),
        ("url = \"https://a.example\"\nsuccess = \"status\"\nmethod = \"GET\"\nbody = { xml = \"<a/>\" }", "body"),
        ("url = \"https://a.example\"\nsuccess = \"status\"\nbody = { form = [[\"a\", \"b\"], [\"c\", \"{secret.x}\"]] }", "body.form[1]"),
        ("url = \"https://a.example\"\nsuccess = \"status\"\nbusy = [\"1\"]", "code"),
        ("url = \"https://a.example\"\nsuccess = \"status\"\nheaders = { \"a b\" = \"c\" }", "headers.a b"),
        (
            "url = \"https://a.example\"\nsuccess = \"status\"\n[callbacks]\nencoding = \"json\"\nreplies = { from = \"a\", text = \"/b\" }",
            "callbacks.replies.from",
        ),
        ("url = \"https://a.example\"\nsuccess = \"status\"\n[callbacks]\nencoding = \"form\"", "callbacks"),
    ];
    for (config, field) in wrong {
        assert_eq!(made(read(config)).unwrap_err().field, field, "{config}");
    }
}

proptest! {
    #[test]
    fn no_callback_brings_it_down(body in prop::collection::vec(any::<u8>(), 0..300), json in "[\\[\\]{}\",:a-z0-9/]{0,100}") {
        let gateway = open(CALLBACKS);
        let _ = gateway.read_callback(&HeaderMap::new(), &body);
        let _ = gateway.read_callback(&HeaderMap::new(), json.as_bytes());
    }
}
