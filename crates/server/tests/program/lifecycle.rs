//! Starting, stopping, and accounts from the command line.

use std::{
    io::{Read as _, Write as _},
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;

use crate::kit::{Server, answer, aside, fail, say, token};

#[test]
fn the_first_start_makes_an_administrator_and_the_second_is_quick() {
    let data = TempDir::new().unwrap();
    let server = Server::start(data.path(), &[]);
    let told = server.said.join("\n");
    let password = told.split("初始密码 ").nth(1).and_then(|rest| rest.split('（').next()).unwrap().to_owned();
    let body = json!({ "login": "admin", "password": password }).to_string();
    let (status, me) = server.api("", "POST", "/session", body.as_bytes());
    assert_eq!((status, &me["must_change_password"], &me["roles"][0]), (200, &json!(true), &json!("handler")));
    assert_eq!(me["unit"]["name"], "管理委员会");
    assert_eq!(server.ask("GET", "/healthz", &[], b"").0, 200);
    let (status, metrics) = server.ask("GET", "/metrics", &[], b"");
    let metrics = String::from_utf8(metrics).unwrap();
    assert!(status == 200 && metrics.contains("http_request_seconds_bucket"), "{metrics}");
    // How things stand, whatever was counted since the start.
    for line in ["database_up 1", "jobs_given_up 0", "lookout_tasks 0", "lookout_oldest_seconds 0", "deliveries_due{channel=\"sms\"} 0"] {
        assert!(metrics.lines().any(|said| said == line), "{line} is missing: {metrics}");
    }
    server.stop();

    // The best of a few: other tests use this machine at the same time.
    let starts = (0..4).map(|_| {
        let begun = Instant::now();
        let server = Server::start(data.path(), &[]);
        let took = begun.elapsed();
        assert_eq!(server.said, [""; 0], "nothing is made, nothing is told");
        server.signal("INT");
        assert!(server.ended(Duration::from_secs(15)).success());
        took
    });
    let best = starts.min().unwrap();
    assert!(best < Duration::from_secs(1), "{best:?}");
}

#[test]
fn stopping_ends_streams_and_finishes_what_was_begun() {
    let data = TempDir::new().unwrap();
    let server = Server::start(data.path(), &[]);
    let bearer = format!("Bearer {}", token(&server, data.path(), "admin"));
    let mut stream = server.send("GET", "/api/v1/live", &[("authorization", &bearer)], b"");
    let body = json!({ "text": "10个工作日内" }).to_string();
    let length = body.len().to_string();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("content-length", length.as_str())];
    let mut slow = server.send("POST", "/api/v1/deadline-readings", &headers, &body.as_bytes()[..10]);
    std::thread::sleep(Duration::from_millis(300));
    server.signal("TERM");
    let mut events = String::new();
    stream.read_to_string(&mut events).unwrap();
    assert!(events.contains("event: unread"), "{events}");
    slow.write_all(&body.as_bytes()[10..]).unwrap();
    let (status, reading) = answer(slow);
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&reading));
    assert!(server.ended(Duration::from_secs(15)).success());
}

#[test]
fn a_request_that_never_ends_does_not_keep_the_program() {
    let data = TempDir::new().unwrap();
    let server = Server::start(data.path(), &[]);
    let mut stuck = server.send("POST", "/api/v1/session", &[("content-type", "application/json"), ("content-length", "100")], b"{");
    let end = aside(move || {
        let mut bytes = Vec::new();
        let _ = stuck.read_to_end(&mut bytes);
    });
    std::thread::sleep(Duration::from_millis(200));
    let begun = Instant::now();
    server.signal("TERM");
    assert!(server.ended(Duration::from_secs(20)).success());
    assert!(begun.elapsed() < Duration::from_secs(13), "{:?}", begun.elapsed());
    end.recv_timeout(Duration::from_secs(5)).unwrap();
}

#[test]
fn without_migrating_an_old_schema_is_not_served() {
    let data = TempDir::new().unwrap();
    let said = fail(data.path(), &["serve", "--listen", "127.0.0.1:0", "--no-migrate"]);
    assert!(said.contains("shibicheng migrate"), "{said}");
    assert!(fail(data.path(), &["work"]).contains("shibicheng migrate"));
    assert!(say(data.path(), &["migrate"]).contains("数据库结构已是最新"));
    Server::start(data.path(), &["--no-migrate"]).stop();
}

#[test]
fn options_that_do_not_exist_are_refused_by_name() {
    let data = TempDir::new().unwrap();
    let output = crate::kit::command(data.path(), &["migrate"]).env("SHIBICHENG_LISTNE", "x").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("SHIBICHENG_LISTNE"));
    let file = data.path().join("options.toml");
    std::fs::write(&file, "wrokers = 1").unwrap();
    assert!(fail(data.path(), &["migrate", "--config", file.to_str().unwrap()]).contains("wrokers"));
}

#[test]
fn accounts_are_kept_from_the_command_line() {
    let data = TempDir::new().unwrap();
    let made = say(data.path(), &["admin", "create", "--login", "guan", "--name", "关理"]);
    assert!(made.contains("登录名 guan，初始密码 "), "{made}");
    assert!(fail(data.path(), &["admin", "create", "--login", "guan", "--name", "又一个"]).contains("已被使用"));
    let reset = say(data.path(), &["admin", "reset-password", "--user", "guan"]);
    assert!(reset.contains("新的初始密码 "));
    let token = say(data.path(), &["admin", "token", "--user", "guan"]);
    assert_eq!(token.trim().len(), 64);
    assert_eq!(token.lines().count(), 1);
    assert!(fail(data.path(), &["admin", "token", "--user", "nobody"]).contains("nobody"));
    // Whoever made an administrator by hand gets none from the first start.
    let server = Server::start(data.path(), &[]);
    assert_eq!(server.said, [""; 0]);
}

#[test]
fn the_description_is_printed_without_a_database() {
    let data = TempDir::new().unwrap();
    let text = say(data.path(), &["openapi"]);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["info"]["title"], "事必成");
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0);
}
