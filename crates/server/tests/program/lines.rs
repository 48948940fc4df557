//! Operators' lines through the whole program: a task falls overdue, its reminder goes to an operator that is not ours, the handler
//! answers, and the ladder stops. The operators are those of `crates/sms`, which `bin/lib/oracles.sh`
//! installs; without them these tests say SKIPPED.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    flow::{fall_overdue, forward, now, start, until},
    kit::say,
};

/// How long an operator may be silent.
const PATIENCE: Duration = Duration::from_secs(90);

struct Operator {
    port: u16,
    lines: Receiver<String>,
    process: Child,
}

impl Drop for Operator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Operator {
    /// Nothing where there is none to be had.
    fn start(kind: &str) -> Option<Self> {
        let Ok(python) = std::env::var("SHIBICHENG_ORACLE_PYTHON") else {
            eprintln!("SKIPPED: SHIBICHENG_ORACLE_PYTHON is not set; bin/test sets it where the operators' packages can be had");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../sms/tests/oracle/lines.py");
        let mut command = Command::new(python);
        command.args([script, kind, &port.to_string()]).env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let printed = BufReader::new(process.stdout.take().unwrap()).lines();
        let (told, lines) = mpsc::channel();
        std::thread::spawn(move || printed.map_while(Result::ok).try_for_each(|line| told.send(line)));
        let operator = Self { port, lines, process };
        assert_eq!(operator.next(), "ready");
        Some(operator)
    }

    fn next(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("the operator says nothing"))
    }

    /// The next thing that has this field.
    fn says(&self, field: &str) -> Value {
        loop {
            let said: Value = serde_json::from_str(&self.next()).unwrap();
            if said.get(field).is_some() {
                return said;
            }
        }
    }
}

fn is_answered(kind: &str, entry: &str) {
    let Some(operator) = Operator::start(kind) else { return };
    let data = TempDir::new().unwrap();
    let run = |arguments: &[&str]| say(data.path(), arguments);
    run(&["demo", "--set", "june-2021"]);
    let (admin, centre) = (run(&["admin", "token", "--user", "admin"]), run(&["admin", "token", "--user", "centre1"]));
    let (admin, centre) = (admin.trim(), centre.trim());
    let gateways = data.path().join("gateways.toml");
    std::fs::write(&gateways, format!("[[gateway]]\ncode = \"line\"\n{}", entry.replace("PORT", &operator.port.to_string()))).unwrap();
    let gateways = gateways.to_str().unwrap();
    let server = start(&data, &[], gateways);
    let (today, _) = now(&server, admin);
    server.stop();
    fall_overdue(&data, &[], &today, 3, 2);
    let server = start(&data, &[], gateways);

    // The gateway's own test button.
    let (status, tested) = server.api(admin, "POST", "/gateways/line/tests", json!({ "to": "13800001111" }).to_string().as_bytes());
    assert_eq!((status, &tested["taken"]), (200, &json!(true)), "{tested}");
    let got = operator.says("to");
    assert!(got["to"].as_str().unwrap().ends_with("13800001111") && got["text"].as_str().unwrap().contains("测试消息"), "{got}");

    // What came without an event is found within the hour.
    forward(&server, admin, 1);
    until("every task is looked out for", 1, || {
        let (_, state) = server.api(centre, "GET", "/reminders/state", b"");
        state["tasks"].as_u64().is_some_and(|n| n >= 3)
    });
    // Day by day until somebody is told of a task and says that they have taken note.
    let (_, hour) = now(&server, admin);
    forward(&server, admin, (15 + 24 - hour) % 24 + 24);
    let acknowledged = || server.api(centre, "GET", "/deliveries?channel=sms&state=acknowledged&limit=1", b"").1["items"][0].clone();
    let mut found = Value::Null;
    for _ in 0..10 {
        for _ in 0..20 {
            found = acknowledged();
            if found.is_object() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(500));
        }
        if found.is_object() {
            break;
        }
        forward(&server, admin, 24);
    }
    assert_eq!(found["answer"], "收到😀", "nobody's answer came: {found}");
    // A long message comes in parts, and what else went out stands between them: one that names its task must be there.
    while !operator.says("to")["text"].as_str().unwrap().contains('“') {}
    server.stop();
}

#[test]
fn a_reminder_over_smpp_arrives_and_is_answered() {
    is_answered("smpp", "[gateway.smpp]\naddress = \"127.0.0.1:PORT\"\nsystem_id = \"gov\"\npassword = \"pass\"\nsource = \"10690000\"\n");
}

#[test]
fn a_reminder_over_cmpp_arrives_and_is_answered() {
    let entry = "[gateway.cmpp]\naddress = \"127.0.0.1:PORT\"\nprovider = \"901234\"\nsecret = \"pass\"\nversion = 2\n\
         service = \"HELP\"\nsource = \"10690000\"\n";
    is_answered("cmpp", entry);
}
