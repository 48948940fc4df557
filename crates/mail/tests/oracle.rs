//! A message over SMTP to a server that is not ours, and reports of servers that are not ours, which `bin/lib/oracles.sh` puts into a
//! virtual environment. Without it these tests say SKIPPED.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers outside #[test] functions may fail the test too, and say why they skip"
)]

use std::{process::Stdio, time::Duration};

use gateway::{Fate, SendError};
use kit::{Clock, Moment, Secret};
use mail::{Mail, MailAccount, Mailer, Security};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout, Command},
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// The Python that has what others wrote; nothing where it is not to be had.
fn python() -> Option<String> {
    let python = std::env::var("SHIBICHENG_ORACLE_PYTHON").ok();
    if python.is_none() {
        println!("SKIPPED: SHIBICHENG_ORACLE_PYTHON is not set; bin/test sets it where aiosmtpd and flufl.bounce can be had");
    }
    python
}

/// A mail server in a process of its own; ends with this.
struct Server {
    port: u16,
    certificate: String,
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Server {
    /// Nothing where there is none to be had.
    async fn start(kind: &str) -> Option<Self> {
        let python = python()?;
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut process = Command::new(python)
            .args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/smtp.py"), kind, &port.to_string()])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut server = Self { port, certificate: String::new(), lines, _process: process };
        server.certificate = server.says().await["certificate"].as_str().unwrap().to_owned();
        Some(server)
    }

    async fn says(&mut self) -> Value {
        let line = timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn account(&self, security: Security) -> MailAccount {
        MailAccount {
            host: "127.0.0.1".to_owned(),
            port: Some(self.port),
            security,
            login: (security != Security::Plain).then(|| ("user".to_owned(), Secret::new("pass".to_owned()))),
            from: "督查室 <office@example.gov.cn>".to_owned(),
            authority: Some(self.certificate.clone()).filter(|_| security != Security::Plain),
            hello: None,
        }
    }
}

fn mailer(account: MailAccount) -> Mailer {
    Mailer::new(account, PATIENCE, Clock::manual(Moment::from_millis(1_767_574_800_000))).unwrap()
}

fn mail() -> Mail {
    Mail {
        own_id: "019b8c00-0000-7000-8000-000000000001".to_owned(),
        to: "a@example.org".to_owned(),
        subject: "关于开展全市防汛抢险工作专项督查的通知（第二次催办）".to_owned(),
        text: "请于 5 日内办结。\n.\n.. 𠮷 & <b>".to_owned(),
    }
}

#[tokio::test]
async fn another_server_reads_what_was_written_however_the_line_is_secured() {
    for (kind, security) in [("plain", Security::Plain), ("starttls", Security::StartTls), ("tls", Security::Tls)] {
        let Some(mut server) = Server::start(kind).await else { return };
        let mailer = mailer(server.account(security));
        let taken = mailer.send(&mail()).await.unwrap();
        assert_eq!(taken.provider_id.as_deref(), Some("4ZpX1d0Yz8z9s"), "{kind}");
        let secured = security != Security::Plain;
        let expected = json!({
            "sender": "office@example.gov.cn", "to": ["a@example.org"], "secured": secured, "login": secured.then_some("user"),
            "subject": mail().subject, "name": "督查室", "id": "<019b8c00-0000-7000-8000-000000000001@example.gov.cn>",
            "automatic": "auto-generated", "at": 1_767_574_800.0, "text": mail().text.replace('\n', "\r\n"),
        });
        assert_eq!(server.says().await, expected, "{kind}");
        let error = mailer.send(&Mail { to: "nobody@example.org".to_owned(), ..mail() }).await.unwrap_err();
        assert_eq!(error, SendError::Gone { code: "550 5.1.1".to_owned(), text: "no such mailbox here".to_owned() });
    }
}

#[tokio::test]
async fn a_server_that_is_another_or_wants_another_password_gets_nothing() {
    let Some(server) = Server::start("starttls").await else { return };
    let account = server.account(Security::StartTls);
    let error = mailer(MailAccount { authority: None, ..account.clone() }).send(&mail()).await.unwrap_err();
    assert!(matches!(error, SendError::Unreachable(_)), "{error}");
    let login = Some(("user".to_owned(), Secret::new("wrong-word".to_owned())));
    let error = mailer(MailAccount { login, ..account.clone() }).send(&mail()).await.unwrap_err();
    assert!(matches!(&error, SendError::Barred { code, .. } if code.starts_with("535")), "{error}");
    assert!(!format!("{error:?}").contains("wrong-word"));
    // It wants a line that is secured, and a sender who has logged in.
    let error = mailer(MailAccount { security: Security::Plain, login: None, ..account }).send(&mail()).await.unwrap_err();
    assert!(matches!(&error, SendError::Barred { code, .. } if code.starts_with("530")), "{error}");

    let Some(server) = Server::start("plain").await else { return };
    let account = MailAccount { security: Security::StartTls, authority: None, login: None, ..server.account(Security::Plain) };
    let error = mailer(account).send(&mail()).await.unwrap_err();
    assert!(matches!(&error, SendError::Barred { text, .. } if text.contains("STARTTLS")), "{error}");
}

#[tokio::test]
async fn reports_of_real_servers_are_read_as_another_program_reads_them() {
    let Some(python) = python() else { return };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/reports.py");
    let output = Command::new(python).arg(script).env("PYTHONDONTWRITEBYTECODE", "1").output().await.unwrap();
    let reports: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(reports.len() > 10, "{}", reports.len());
    let mut wrong = Vec::new();
    for report in reports {
        let raw = hex::decode(report["raw"].as_str().unwrap()).unwrap();
        let list = |name: &str| -> Vec<&str> { report[name].as_array().unwrap().iter().map(|entry| entry.as_str().unwrap()).collect() };
        // It is about the message of one of these names, whose sender would have been at that domain.
        let read = list("ids").iter().find_map(|id| {
            let (own_id, domain) = id.rsplit_once('@').unwrap();
            let account = MailAccount {
                host: "127.0.0.1".to_owned(),
                port: None,
                security: Security::Plain,
                login: None,
                from: format!("office@{domain}"),
                authority: None,
                hello: None,
            };
            mailer(account).read_report(&raw).filter(|receipt| receipt.own_id.as_deref() == Some(own_id))
        });
        let same = read.as_ref().is_some_and(|receipt| {
            let expected = if matches!(receipt.fate, Fate::Pending) { list("later") } else { list("lost") };
            expected == [receipt.to.as_str()]
        });
        if !same {
            wrong.push(format!("{}: {read:?}", report["name"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
