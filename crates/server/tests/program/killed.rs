//! The process is killed at any moment: what was acknowledged is there, nothing is there twice, nothing is half done.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::mpsc,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::kit::{Server, aside, say};

const KILLS: usize = 6;

/// Tasks of one action, as many as there may be.
const ROWS: usize = 2000;

/// Who writes at the same time.
const CLIENTS: usize = 4;

/// One request; an error when the program died over it.
fn ask(address: &str, token: &str, path: &str, key: &str, body: &Value) -> std::io::Result<(u16, Value)> {
    let body = body.to_string();
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(
        stream,
        "POST /api/v1{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         idempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).ok_or(std::io::ErrorKind::InvalidData)?;
    Ok((status, serde_json::from_str(body).map_err(|_| std::io::ErrorKind::UnexpectedEof)?))
}

/// What one client did until the program died: acknowledged titles, and the one that was not.
pub(crate) struct Done {
    pub(crate) acknowledged: Vec<String>,
    pub(crate) unknown: String,
}

fn work(address: &str, token: &str, name: &str, told: &mpsc::Sender<()>) -> Done {
    let mut acknowledged = Vec::new();
    loop {
        let title = format!("断电{name}第{}件", acknowledged.len());
        let body = json!({ "title": title, "demand": "x".repeat(2000) });
        match ask(address, token, "/tasks", &title_key(&title), &body) {
            Ok((201, _)) => acknowledged.push(title),
            Ok((status, answer)) => panic!("{status} {answer}"),
            Err(_) => return Done { acknowledged, unknown: title },
        }
        let _ = told.send(());
    }
}

/// A key of plain characters.
fn title_key(title: &str) -> String {
    format!("killed-{}", title.bytes().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn survives(database: &[&str]) {
    let data = TempDir::new().unwrap();
    let with = |arguments: &[&'static str]| -> Vec<String> { arguments.iter().chain(database).map(|text| (*text).to_owned()).collect() };
    let run = |arguments: &[&'static str]| {
        let all = with(arguments);
        say(data.path(), &all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    run(&["demo", "--set", "june-2021"]);
    let token = run(&["admin", "token", "--user", "centre1"]).trim().to_owned();
    let mut done = Vec::new();
    for round in 0..KILLS {
        let server = Server::start(data.path(), database);
        done.extend(write_until_killed(server, &token, round, round * 3 * CLIENTS));
    }
    let server = Server::start(data.path(), database);
    ask_again(&server, &token, &done);
    let expected: BTreeMap<String, usize> =
        done.into_iter().flat_map(|done| done.acknowledged.into_iter().chain([done.unknown])).map(|title| (title, 1)).collect();
    assert_eq!(written(&server, &token), expected);
    server.stop();
    let checked = run(&["verify"]);
    assert!(checked.contains("均与写入时一致"), "{checked}");
}

/// Several write at the same time, and when so many were told that theirs is done the process is killed.
pub(crate) fn write_until_killed(server: Server, token: &str, round: usize, after: usize) -> Vec<Done> {
    let (tell, told) = mpsc::channel();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (address, holder, tell) = (server.address().to_owned(), token.to_owned(), tell.clone());
            aside(move || work(&address, &holder, &format!("{round}之{client}"), &tell))
        })
        .collect();
    for _ in 0..=after {
        told.recv().unwrap();
    }
    server.signal("KILL");
    assert!(!server.ended(Duration::from_secs(15)).success());
    clients.into_iter().map(|client| client.recv().unwrap()).collect()
}

/// Whoever heard nothing asks again with the same key: it is done now, if it was not before.
pub(crate) fn ask_again(server: &Server, token: &str, done: &[Done]) {
    for title in done.iter().map(|done| &done.unknown) {
        let body = json!({ "title": title, "demand": "x".repeat(2000) });
        assert_eq!(ask(server.address(), token, "/tasks", &title_key(title), &body).unwrap().0, 201);
    }
}

/// What is there of it, each title with how often.
pub(crate) fn written(server: &Server, token: &str) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut path = "/tasks?q=%E6%96%AD%E7%94%B5&limit=200".to_owned();
    loop {
        let (status, page) = server.api(token, "GET", &path, b"");
        assert_eq!(status, 200);
        for row in page["items"].as_array().unwrap() {
            *found.entry(row["title"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        let Some(cursor) = page["next_cursor"].as_str() else { return found };
        path = format!("/tasks?q=%E6%96%AD%E7%94%B5&limit=200&cursor={cursor}");
    }
}

/// Urges of this text by task, as the API lists them.
fn urges(server: &Server, token: &str, text: &str) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut path = "/urges?side=sent&limit=200".to_owned();
    loop {
        let (status, page) = server.api(token, "GET", &path, b"");
        assert_eq!(status, 200, "{page}");
        for urge in page["items"].as_array().unwrap().iter().filter(|urge| urge["text"] == text) {
            *found.entry(format!("{} {}", urge["task_id"], urge["party_id"])).or_default() += 1;
        }
        let Some(cursor) = page["next_cursor"].as_str() else { return found };
        path = format!("/urges?side=sent&limit=200&cursor={cursor}");
    }
}

/// As many open tasks as one action may have, by the columns that `bench-data` reads.
fn open_tasks() -> String {
    let mut lines = String::from(
        "id,dept_id,assignee_id,author_id,status_id,priority_id,progress,hours,created_at,due_date,closed_at,title,description\n",
    );
    for n in 0..ROWS {
        let _ = writeln!(lines, "{n},{n},0,0,2,2,30,0,2021-06-01,2021-06-30,,停电{n},须按期完成");
    }
    lines
}

/// These tasks.
fn ids(server: &Server, token: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    while ids.len() < ROWS {
        let (status, page) = server.api(token, "GET", &format!("/tasks?q=%E5%81%9C%E7%94%B5&limit=200{cursor}"), b"");
        assert_eq!(status, 200, "{page}");
        ids.extend(page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap_or_default());
    }
    assert_eq!(ids.len(), ROWS);
    ids
}

/// One action on as many tasks as it may have, cut off again and again: in the end each row was done, and once.
fn finishes_what_it_began(database: &[&str]) {
    let data = TempDir::new().unwrap();
    let with = |arguments: &[&'static str]| -> Vec<String> { arguments.iter().chain(database).map(|text| (*text).to_owned()).collect() };
    let run = |arguments: &[&'static str]| {
        let all = with(arguments);
        say(data.path(), &all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    run(&["demo", "--set", "june-2021"]);
    let ledger = data.path().join("open.csv");
    std::fs::write(&ledger, open_tasks()).unwrap();
    let all = [&["bench-data", "--from-csv", ledger.to_str().unwrap()], database].concat();
    say(data.path(), &all);
    let token = run(&["admin", "token", "--user", "centre1"]).trim().to_owned();
    let text = "断电前后只催一次";
    let server = Server::start(data.path(), database);
    let body = json!({ "action": "urge", "ids": ids(&server, &token), "text": text });
    let (status, bulk) = ask(server.address(), &token, "/bulk", "bulk-once", &body).unwrap();
    assert_eq!(status, 202, "{bulk}");
    assert_eq!(bulk["total"], ROWS);
    let path = format!("/bulk/{}", bulk["id"].as_str().unwrap());
    let settled = |bulk: &Value| bulk["done"].as_u64().unwrap() + bulk["refused"].as_u64().unwrap();
    let mut server = Some(server);
    let mut seen = 0;
    for _ in 0..3 {
        let running = server.take().unwrap();
        // As soon as it has got somewhere.
        for _ in 0..200 {
            let (status, bulk) = running.api(&token, "GET", &path, b"");
            assert_eq!(status, 200, "{bulk}");
            if settled(&bulk) > seen || !bulk["finished_at"].is_null() {
                seen = settled(&bulk);
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        running.signal("KILL");
        assert!(!running.ended(Duration::from_secs(15)).success());
        server = Some(Server::start(data.path(), database));
    }
    let server = server.unwrap();
    let mut last = Value::Null;
    // Less than a lease once was: what was in hand at the last kill must not wait that long.
    for _ in 0..900 {
        last = server.api(&token, "GET", &path, b"").1;
        if !last["finished_at"].is_null() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(!last["finished_at"].is_null(), "it was not finished: {} of {}", settled(&last), last["total"]);
    assert_eq!((&last["done"], &last["refused"]), (&json!(ROWS), &json!(0)));
    let urges = urges(&server, &token, text);
    assert!(urges.values().all(|times| *times == 1), "somebody was urged twice");
    let tasks: std::collections::BTreeSet<&str> = urges.keys().map(|key| key.split(' ').next().unwrap()).collect();
    assert_eq!(tasks.len() as u64, last["done"].as_u64().unwrap());
    server.stop();
    let checked = run(&["verify"]);
    assert!(checked.contains("均与写入时一致"), "{checked}");
}

#[test]
fn on_sqlite_an_action_on_many_tasks_survives_being_killed() {
    finishes_what_it_began(&[]);
}

#[test]
fn on_postgresql_an_action_on_many_tasks_survives_being_killed() {
    on_postgresql("bulk", finishes_what_it_began);
}

#[test]
fn on_sqlite_a_killed_process_has_lost_nothing_it_acknowledged() {
    survives(&[]);
}

#[test]
fn on_postgresql_a_killed_process_has_lost_nothing_it_acknowledged() {
    on_postgresql("killed", survives);
}

/// Against a database of its own, where there is a server.
pub(crate) fn on_postgresql(name: &str, test: fn(&[&str])) {
    let Ok(base) = std::env::var("SHIBICHENG_TEST_POSTGRES") else { return };
    let scratch = db::Scratch::new(&base).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let name = format!("sbc_{}_{name}", std::process::id());
    runtime.block_on(scratch.create(&name, None)).unwrap();
    let url = scratch.url_of(&name);
    test(&["--database-url", &url]);
    runtime.block_on(scratch.remove(&name)).unwrap();
}
