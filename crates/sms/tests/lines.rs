//! Operators' lines against operators that are not ours, which `bin/lib/oracles.sh` puts into a virtual environment. Without it these
//! tests say SKIPPED.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers outside #[test] functions may fail the test too, and say why they skip"
)]

use std::{process::Stdio, time::Duration};

use gateway::{Fate, SendError, Told};
use kit::{Clock, Moment, Rng, Secret};
use serde_json::{Value, json};
use sms::{Client, Cmpp, CmppAccount, Ids, Inbox, Joined, LineSettings, Number, Outgoing, Smpp, SmppAccount, Version};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// An operator in a process of its own; ends with this.
struct Operator {
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Operator {
    /// Nothing where there is none to be had.
    async fn start(kind: &str) -> Option<Self> {
        let Ok(python) = std::env::var("SHIBICHENG_ORACLE_PYTHON") else {
            println!("SKIPPED: SHIBICHENG_ORACLE_PYTHON is not set; bin/test sets it where the operators' packages can be had");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut process = Command::new(python)
            .args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/lines.py"), kind, &port.to_string()])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("ready"));
        Some(Self { port, lines, _process: process })
    }

    /// The next thing that has this field.
    async fn says(&mut self, field: &str) -> Value {
        let next = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the operator ended");
                let said: Value = serde_json::from_str(&line).unwrap();
                if said.get(field).is_some() {
                    return said;
                }
            }
        };
        timeout(Duration::from_secs(20), next).await.unwrap_or_else(|_| panic!("nobody said {field}"))
    }

    fn settings(&self) -> LineSettings {
        LineSettings { beat: Duration::from_secs(1), ..LineSettings::new(format!("127.0.0.1:{}", self.port)) }
    }
}

fn message(text: &str) -> Outgoing {
    Outgoing { own_id: "own-1".to_owned(), to: "+8613800000000".to_owned(), text: text.to_owned(), ..Outgoing::default() }
}

async fn next(inbox: &mut Inbox) -> sms::Incoming {
    timeout(Duration::from_secs(20), inbox.next()).await.unwrap().unwrap()
}

/// What both operators are asked for.
async fn talk(mut operator: Operator, client: Box<dyn Client>, mut inbox: Inbox, to: &str) {
    let taken = client.send(&message("请于五日内办结 😀")).await.unwrap();
    assert_eq!(taken.parts, 1);
    let got = operator.says("to").await;
    assert_eq!((&got["to"], &got["text"], &got["source"]), (&json!(to), &json!("请于五日内办结 😀"), &json!("10690000")));
    assert_eq!((&got["coding"], &got["receipt"], &got["header"]), (&json!(8), &json!(1), &json!("")));

    let incoming = next(&mut inbox).await;
    let Told::Receipt(receipt) = &incoming.told else { panic!("{incoming:?}") };
    assert_eq!((receipt.provider_id.as_ref(), &receipt.fate), (taken.provider_id.as_ref(), &Fate::Delivered));
    assert_eq!((receipt.to.as_str(), receipt.at), (to, Some(1_767_574_860_000)));
    incoming.kept();
    // What is not kept is told again.
    let incoming = next(&mut inbox).await;
    assert!(matches!(&incoming.told, Told::Reply(reply) if reply.text == "收到😀" && reply.from == to), "{incoming:?}");
    drop(incoming);
    assert_ne!(operator.says("kept").await["kept"], 0);
    let incoming = next(&mut inbox).await;
    assert!(matches!(&incoming.told, Told::Reply(reply) if reply.text == "收到😀"), "{incoming:?}");
    incoming.kept();
    assert_eq!(operator.says("kept").await["kept"], 0);

    assert!(matches!(client.send(&message("拒")).await, Err(SendError::Refused { .. })));
    assert!(matches!(client.send(&message("忙")).await, Err(SendError::Busy { .. })));
    // A part of a text went out.
    let half = format!("{}拒", "字".repeat(70));
    assert!(matches!(client.send(&message(&half)).await, Err(SendError::Unknown(_))));

    for _ in 0..4 {
        operator.says("to").await;
    }
    let long = format!("{}😀{}", "字".repeat(66), "词".repeat(100));
    let taken = client.send(&message(&long)).await.unwrap();
    assert_eq!(taken.parts, 3);
    let mut parts = Vec::new();
    for _ in 0..3 {
        parts.push(operator.says("to").await);
    }
    // Operators may handle several at once: the numbers say which is which.
    parts.sort_by_key(|part| (part["header"].to_string(), part["tags"]["527"].as_u64()));
    assert_eq!(parts.iter().map(|part| part["text"].as_str().unwrap()).collect::<String>(), long);
    assert!(parts.iter().all(|part| part["octets"].as_u64().unwrap() <= 140));
    assert_eq!(parts.iter().map(|part| part["receipt"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 0, 1]);
    let incoming = next(&mut inbox).await;
    assert!(matches!(&incoming.told, Told::Receipt(receipt) if receipt.provider_id == taken.provider_id), "{incoming:?}");
    for (part, number) in parts.iter().zip(1..) {
        match part["header"].as_str().unwrap() {
            // sar_total_segments and sar_segment_seqnum
            "" => assert_eq!((&part["tags"]["526"], &part["tags"]["527"]), (&json!(3), &json!(number))),
            header => assert!(header.starts_with("050003") && header.ends_with(&format!("030{number}")), "{header}"),
        }
    }

    // Two hundred at once, in a window of sixteen.
    let all = futures_util::future::join_all((0..200).map(|n| {
        let client = &client;
        async move { client.send(&message(&format!("第{n}件"))).await }
    }));
    let taken = timeout(Duration::from_secs(30), async {
        let keep = async {
            loop {
                next(&mut inbox).await.kept();
            }
        };
        tokio::select! { all = all => all, () = keep => unreachable!() }
    });
    let names: std::collections::HashSet<_> = taken.await.unwrap().into_iter().map(|taken| taken.unwrap().provider_id).collect();
    assert_eq!(names.len(), 200);
}

fn smpp(operator: &Operator, joined: Joined, password: &str) -> (Smpp, Inbox) {
    let account = SmppAccount {
        system_id: "gov".to_owned(),
        password: Secret::new(password.to_owned()),
        system_type: String::new(),
        source: "10690000".to_owned(),
        number: Number::Digits,
        joined,
        ids: Ids::Same,
    };
    Smpp::open(account, operator.settings(), Rng::seeded(1)).unwrap()
}

#[tokio::test]
async fn an_smsc_of_others_takes_messages_and_tells_what_became_of_them() {
    for joined in [Joined::Header, Joined::Parameters] {
        let Some(mut operator) = Operator::start("smpp").await else { return };
        let (client, inbox) = smpp(&operator, joined, "pass");
        assert_eq!(operator.says("bound").await["bound"], "gov");
        talk(operator, Box::new(client), inbox, "8613800000000").await;
    }
}

#[tokio::test]
async fn who_drops_the_client_leaves_the_smsc() {
    let Some(mut operator) = Operator::start("smpp").await else { return };
    let (client, _inbox) = smpp(&operator, Joined::Header, "pass");
    operator.says("bound").await;
    drop(client);
    operator.says("unbound").await;
}

fn cmpp(operator: &Operator, secret: &str) -> (Cmpp, Inbox) {
    let account = CmppAccount {
        provider: "901234".to_owned(),
        secret: Secret::new(secret.to_owned()),
        version: Version::V2,
        service: "HELP".to_owned(),
        source: "10690000".to_owned(),
        number: Number::Mainland,
    };
    Cmpp::open(account, operator.settings(), Clock::manual(Moment::from_millis(1_767_574_800_000)), Rng::seeded(1)).unwrap()
}

#[tokio::test]
async fn a_cmpp_gateway_over_a_codec_of_others_takes_messages_and_tells_what_became_of_them() {
    let Some(mut operator) = Operator::start("cmpp").await else { return };
    let (client, inbox) = cmpp(&operator, "pass");
    assert_eq!(operator.says("connected").await, json!({ "connected": 0, "version": 0x20 }));
    // Asked whether we live, we say so under the number of the question.
    assert_eq!(operator.says("alive").await["alive"], 77);
    talk(operator, Box::new(client), inbox, "13800000000").await;
}

#[tokio::test]
async fn who_drops_the_client_leaves_the_cmpp_gateway_and_a_wrong_secret_never_enters() {
    let Some(mut operator) = Operator::start("cmpp").await else { return };
    let (client, _inbox) = cmpp(&operator, "pass");
    operator.says("connected").await;
    drop(client);
    operator.says("terminated").await;
    let (client, _inbox) = cmpp(&operator, "wrong");
    let error = client.send(&message("x")).await.unwrap_err();
    assert!(matches!(&error, SendError::Barred { text, .. } if text == "认证错"), "{error}");
    assert_eq!(operator.says("connected").await["connected"], 3);
}
