//! Signatures and forms against the vendors' own clients, which `bin/lib/oracles.sh` puts into a virtual environment. Without it
//! these tests say SKIPPED.
//!
//! In one direction the vendor's client sends to our fake, which checks the signature with our code and answers what the client must
//! understand. In the other our client sends to a recorder, and the vendor's code signs what was recorded.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers outside #[test] functions may fail the test too, and say why they skip"
)]

use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
};
use gateway::Http;
use kit::{Clock, Moment, Rng, Secret};
use serde_json::{Value, json};
use sms::{
    Aliyun, AliyunAccount, Client, Huawei, HuaweiAccount, Outgoing, Template, Tencent, TencentAccount,
    fake::{Cloud, Vendor},
};

const ID: &str = "the-id";
const SECRET: &str = "the-secret";

fn python() -> Option<String> {
    let python = std::env::var("SHIBICHENG_ORACLE_PYTHON").ok();
    if python.is_none() {
        println!("SKIPPED: SHIBICHENG_ORACLE_PYTHON is not set; bin/test sets it where the packages of the vendors can be had");
    }
    python
}

/// Runs the script of the vendors' clients and gives what it prints.
async fn oracle(python: String, args: Vec<String>, input: String) -> String {
    let run = move || {
        let mut child = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/clouds.py"))
            .args(args)
            .env("NO_PROXY", "*")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "the vendor's client failed");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{at}")
}

fn words(args: &[&str]) -> Vec<String> {
    args.iter().map(|arg| (*arg).to_owned()).collect()
}

#[tokio::test]
async fn the_vendors_clients_sign_as_we_check_and_understand_what_we_think_their_servers_say() {
    let Some(python) = python() else { return };
    for (vendor, name) in [(Vendor::Aliyun, "aliyun"), (Vendor::Tencent, "tencent")] {
        let cloud = Cloud::new(vendor, ID, Secret::new(SECRET.to_owned()));
        let url = serve(cloud.router()).await;
        let said: Value = serde_json::from_str(&oracle(python.clone(), words(&["send", name, &url]), String::new()).await).unwrap();
        assert_eq!(said["code"].as_str().unwrap().to_lowercase(), "ok", "{name}");
        assert_eq!((&said["id"], &said["own_id"]), (&json!("fake-1"), &json!("019b-own")), "{name}");
        // The same fields that our own client fills.
        let kept = cloud.messages().remove(0);
        assert_eq!((kept.own_id.as_str(), kept.signature.as_str(), kept.template.as_str()), ("019b-own", "某某 办公室", "SMS_1"));
        assert_eq!(kept.params.get("title").or_else(|| kept.params.get(0)).unwrap(), "“防汛 & 抢险” 100%+~*'()");
    }
}

type Recorded = Arc<Mutex<Option<Value>>>;

async fn record(State(recorded): State<Recorded>, request: Request) -> &'static str {
    let (parts, body) = request.into_parts();
    let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    let headers: serde_json::Map<_, _> =
        parts.headers.iter().map(|(name, value)| (name.to_string(), Value::from(value.to_str().unwrap()))).collect();
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    let request = json!({ "method": parts.method.as_str(), "path": path, "query": query, "headers": headers, "body": body });
    *recorded.lock().unwrap() = Some(request);
    "{}"
}

fn client(name: &str, base_url: String) -> Box<dyn Client> {
    let clock = Clock::manual(Moment::from_millis(1_767_574_800_123));
    let (http, rng) = (Http::new(Duration::from_secs(10)).unwrap(), Rng::seeded(1));
    let (id, secret) = (ID.to_owned(), Secret::new(SECRET.to_owned()));
    match name {
        "aliyun" => Box::new(Aliyun::new(AliyunAccount { base_url, key_id: id, key_secret: secret }, http, clock, rng).unwrap()),
        "tencent" => {
            let (app_id, region) = ("1400000000".to_owned(), "ap-guangzhou".to_owned());
            let account = TencentAccount { base_url, secret_id: id, secret_key: secret, app_id, region };
            Box::new(Tencent::new(account, http, clock).unwrap())
        }
        _ => {
            let (sender, status_callback) = ("10690000".to_owned(), Some("https://example.org/back".to_owned()));
            let account = HuaweiAccount { base_url, app_key: id, app_secret: secret, sender, status_callback };
            Box::new(Huawei::new(account, http, clock, rng))
        }
    }
}

fn message() -> Outgoing {
    Outgoing {
        own_id: "019b-own".to_owned(),
        to: "+8613800000000".to_owned(),
        text: "关于某事".to_owned(),
        signature: Some("某某 办公室".to_owned()),
        template: Some(Template {
            code: "SMS_1".to_owned(),
            params: vec![("title".to_owned(), "“防汛 & 抢险” 100%+~*'()\n𠮷".to_owned()), ("empty".to_owned(), String::new())],
        }),
    }
}

async fn sent(name: &str) -> Value {
    let recorded = Recorded::default();
    let url = serve(Router::new().fallback(record).with_state(recorded.clone())).await;
    // An empty object is no answer of a gateway.
    client(name, url).send(&message()).await.unwrap_err();
    recorded.lock().unwrap().take().unwrap()
}

#[tokio::test]
async fn the_vendors_code_signs_our_requests_as_we_do() {
    let Some(python) = python() else { return };
    for (name, header) in [("aliyun", "authorization"), ("tencent", "authorization"), ("huawei", "x-wsse")] {
        let request = sent(name).await;
        let signed = oracle(python.clone(), words(&["sign", name]), request.to_string()).await;
        assert_eq!(request["headers"][header], signed.as_str(), "{name}");
    }
}

#[tokio::test]
async fn fields_are_named_as_in_the_package_of_huawei() {
    let Some(python) = python() else { return };
    let known: Value = serde_json::from_str(&oracle(python, words(&["fields", "huawei"]), String::new()).await).unwrap();
    let request = sent("huawei").await;
    let mut names: Vec<_> =
        form_urlencoded::parse(request["body"].as_str().unwrap().as_bytes()).map(|(name, _)| name.into_owned()).collect();
    names.sort();
    assert_eq!(known["request"], json!(names));
    for name in ["code", "description", "result", "smsMsgId", "status", "total"] {
        assert!(known["answer"].as_array().unwrap().contains(&json!(name)), "{name}");
    }
}
