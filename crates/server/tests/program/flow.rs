//! Messages flow to a gateway while the process is killed: each arrives, and a crash repeats at most the one that was on its way.
//! `bin/chaos` runs the same with more messages and more kills.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    killed::on_postgresql,
    kit::{Server, command, say},
};

/// How much: little here, more where `bin/chaos` says so.
fn measure(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A gateway that takes everything and counts what came how often.
#[derive(Clone, Default)]
struct Counting(Arc<Mutex<BTreeMap<String, usize>>>);

impl Counting {
    /// Begins to listen; answers where.
    fn open(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let counts = self.clone();
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                let counts = counts.clone();
                std::thread::spawn(move || while counts.take(&line).is_some() {});
            }
        });
        port
    }

    /// Takes one message; nothing when the line has ended.
    fn take(&self, mut line: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(line);
        let mut length = 0;
        loop {
            let mut head = String::new();
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
            if let Some(value) = head.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if head == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let said: Value = serde_json::from_slice(&body).ok()?;
        let id = said["id"].as_str()?.to_owned();
        *self.0.lock().unwrap().entry(id).or_default() += 1;
        let answer = r#"{"taken":"true"}"#;
        write!(line, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}", answer.len()).ok()
    }

    fn came(&self) -> usize {
        self.0.lock().unwrap().values().sum()
    }
}

fn start(data: &TempDir, database: &[&str], gateways: &str) -> Server {
    let mut command = command(data.path(), &[&["serve", "--listen", "127.0.0.1:0"], database].concat());
    command.env("SHIBICHENG_GATEWAYS", gateways).env("SHIBICHENG_DEMO_CLOCK", "true");
    Server::start_by(command)
}

/// What time it is for the system: the day, and the hour.
fn now(server: &Server, token: &str) -> (String, u64) {
    let (status, clock) = server.api(token, "GET", "/demo/clock", b"");
    assert_eq!(status, 200, "{clock}");
    let text = clock["now"].as_str().unwrap();
    (text[..10].to_owned(), text[11..13].parse().unwrap())
}

fn forward(server: &Server, token: &str, hours: u64) {
    let (status, answer) = server.api(token, "POST", "/demo/clock", json!({ "hours": hours }).to_string().as_bytes());
    assert_eq!(status, 200, "{answer}");
}

/// Deliveries by SMS, all of them.
fn deliveries(server: &Server, token: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) = server.api(token, "GET", &format!("/deliveries?channel=sms&limit=200{cursor}"), b"");
        assert_eq!(status, 200, "{page}");
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

/// Waits until something holds, but not for ever.
fn until(what: &str, minutes: usize, mut holds: impl FnMut() -> bool) {
    for _ in 0..minutes * 120 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    panic!("not within {minutes} minutes: {what}");
}

fn arrive(database: &[&str]) {
    let (tasks, kills) = (measure("CHAOS_MESSAGES", 300), measure("CHAOS_KILLS", 5));
    let minutes = 1 + tasks / 2000;
    // No day has room for many messages to one person, but for critical ones; and among many a kill waits until some have gone.
    let (priority, patience) = if tasks > 1000 { (5, 3000) } else { (2, 100) };
    let data = TempDir::new().unwrap();
    let run = |arguments: &[&str]| say(data.path(), &[arguments, database].concat());
    run(&["demo", "--set", "june-2021"]);
    let counting = Counting::default();
    let gateways = data.path().join("gateways.toml");
    let text = format!(
        "[[gateway]]\ncode = \"sms\"\n[gateway.http]\nurl = \"http://127.0.0.1:{}/\"\n\
         body = {{ json = '{{\"id\": \"{{id}}\", \"to\": \"{{to}}\", \"text\": \"{{text}}\"}}' }}\n\
         success = {{ at = {{ place = {{ json = \"/taken\" }}, equals = [\"true\"] }} }}\n",
        counting.open()
    );
    std::fs::write(&gateways, text).unwrap();
    let gateways = gateways.to_str().unwrap();
    let (admin, centre) = (run(&["admin", "token", "--user", "admin"]), run(&["admin", "token", "--user", "centre1"]));
    let (admin, centre) = (admin.trim(), centre.trim());

    // Tasks that fall overdue tomorrow.
    let server = start(&data, database, gateways);
    let (today, _) = now(&server, admin);
    server.stop();
    let mut lines = String::from(
        "id,dept_id,assignee_id,author_id,status_id,priority_id,progress,hours,created_at,due_date,closed_at,title,description\n",
    );
    for n in 0..tasks {
        lines.push_str(&format!("{n},{n},{n},0,2,{priority},30,0,2021-06-01,{today},,送达{n},须按期完成\n"));
    }
    let ledger = data.path().join("open.csv");
    std::fs::write(&ledger, lines).unwrap();
    run(&["bench-data", "--from-csv", ledger.to_str().unwrap()]);

    let server = start(&data, database, gateways);
    let (_, page) = server.api(centre, "GET", "/delivery-rules", b"");
    let mut rules = page["rules"].clone();
    for channel in rules["channels"].as_array_mut().unwrap() {
        (channel["merge_from"], channel["daily"]) = (json!(0), json!(1000));
    }
    let body = json!({ "rules": rules, "reason": "逐条发送", "version": page["version"] }).to_string();
    assert_eq!(server.api(centre, "POST", "/delivery-rules", body.as_bytes()).0, 201);
    // What came without an event is found within the hour.
    forward(&server, admin, 1);
    until("every task is looked out for", minutes, || {
        let (_, state) = server.api(centre, "GET", "/reminders/state", b"");
        state["tasks"].as_u64().is_some_and(|n| n >= tasks as u64)
    });
    // To the afternoon, and then day by day until a working day has come.
    let (_, hour) = now(&server, admin);
    forward(&server, admin, (15 + 24 - hour) % 24 + 24);
    for _ in 0..12 {
        for _ in 0..60 {
            if counting.came() > 0 {
                break;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        if counting.came() > 0 {
            break;
        }
        forward(&server, admin, 24);
    }
    assert!(counting.came() > 0, "nothing went out");

    let mut server = Some(server);
    for _ in 0..kills {
        let running = server.take().unwrap();
        let before = counting.came();
        let mut waited = 0;
        while counting.came() < before + 5 && waited < patience {
            std::thread::sleep(Duration::from_millis(10));
            waited += 1;
        }
        running.signal("KILL");
        assert!(!running.ended(Duration::from_secs(15)).success());
        let again = start(&data, database, gateways);
        // What the dead one had in hand is free after two minutes.
        forward(&again, admin, 1);
        server = Some(again);
    }
    let server = server.unwrap();
    until("everything has gone out", minutes, || {
        let (_, state) = server.api(centre, "GET", "/reminders/state", b"");
        let waits =
            |state: &str| server.api(centre, "GET", &format!("/deliveries?channel=sms&state={state}&limit=1"), b"").1["items"] != json!([]);
        state["due"] == 0 && !waits("queued") && !waits("sending")
    });
    let all = deliveries(&server, centre);
    let sent: Vec<&str> =
        all.iter().filter(|delivery| delivery["state"] == "sent").map(|delivery| delivery["id"].as_str().unwrap()).collect();
    assert!(sent.len() >= tasks, "only {} of {} were sent: {:?}", sent.len(), all.len(), all.first());
    let counts = counting.0.lock().unwrap();
    let lost: Vec<_> = sent.iter().filter(|id| !counts.contains_key(**id)).collect();
    assert!(lost.is_empty(), "said to be sent and never came: {lost:?}");
    let unknown: Vec<_> = counts.keys().filter(|id| !sent.contains(&id.as_str())).collect();
    assert!(unknown.is_empty(), "came and are not known as sent: {unknown:?}");
    let twice: usize = counts.values().map(|n| n - 1).sum();
    eprintln!("{} messages, {kills} kills, {twice} came twice", sent.len());
    assert!(twice <= kills, "{twice} came twice over {kills} kills");
    server.stop();
}

#[test]
fn every_message_arrives_and_a_kill_repeats_at_most_one() {
    arrive(&[]);
}

#[test]
fn on_postgresql_every_message_arrives_and_a_kill_repeats_at_most_one() {
    on_postgresql("flow", arrive);
}
