//! What becomes of a message when a server refuses at each step, or the line breaks.
#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions may fail the test too")]

use std::time::Duration;

use gateway::SendError;
use kit::Clock;
use mail::{Mail, MailAccount, Mailer, Security};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};

/// What a server says at one step, instead of what it says otherwise; with nothing, it hangs up.
type Instead = (&'static str, Option<&'static str>);

/// A server that does as it is told, and a mailer for it.
async fn mailer(instead: Instead) -> Mailer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (line, _) = listener.accept().await.unwrap();
        let (read, mut write) = line.into_split();
        let mut lines = BufReader::new(read).lines();
        let (mut verb, mut text) = ("GREETING".to_owned(), false);
        loop {
            let usual = match verb.as_str() {
                "GREETING" => "220 mx.example.org",
                "EHLO" => "250 mx.example.org",
                "DATA" => "354 go on",
                "TEXT" => "250 OK id=1abcDE-0000xy-2Z",
                _ => "250 OK",
            };
            let answer = if verb == instead.0 { instead.1 } else { Some(usual) };
            let Some(answer) = answer else { return };
            write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            text |= verb == "DATA" && answer.starts_with("354");
            let Ok(Some(mut next)) = lines.next_line().await else { return };
            if text {
                while next != "." {
                    next = lines.next_line().await.unwrap().unwrap();
                }
                (verb, text) = ("TEXT".to_owned(), false);
            } else {
                next.split([' ', ':']).next().unwrap_or_default().clone_into(&mut verb);
            }
        }
    });
    let account = MailAccount {
        host: "127.0.0.1".to_owned(),
        port: Some(port),
        security: Security::Plain,
        login: None,
        from: "office@example.gov.cn".to_owned(),
        authority: None,
        hello: None,
    };
    Mailer::new(account, Duration::from_secs(20), Clock::system()).unwrap()
}

async fn sent(instead: Instead) -> Result<Option<String>, SendError> {
    let mail = Mail { own_id: "1".to_owned(), to: "a@example.org".to_owned(), subject: "x".to_owned(), text: "x".to_owned() };
    mailer(instead).await.send(&mail).await.map(|taken| taken.provider_id)
}

#[tokio::test]
async fn what_a_server_refuses_is_told_apart() {
    assert_eq!(sent(("", None)).await.unwrap().as_deref(), Some("1abcDE-0000xy-2Z"));
    for step in ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "TEXT"] {
        let error = sent((step, Some("451 4.3.0 not now"))).await.unwrap_err();
        assert!(matches!(&error, SendError::Busy { code, .. } if code == "451 4.3.0"), "{step}: {error}");
    }
    for (step, answer) in [("GREETING", "554 no"), ("MAIL", "550 5.7.1 not you"), ("MAIL", "530 5.7.0 log in"), ("RCPT", "530 log in")] {
        let error = sent((step, Some(answer))).await.unwrap_err();
        assert!(matches!(error, SendError::Barred { .. }), "{step} {answer}: {error}");
    }
    for answer in ["550 5.1.1 no such mailbox", "550-5.1.1 no such\r\n550 5.1.1 mailbox", "550 5.2.1 closed"] {
        let error = sent(("RCPT", Some(answer))).await.unwrap_err();
        assert!(matches!(error, SendError::Gone { .. }), "{answer}: {error}");
    }
    for (step, answer) in
        [("RCPT", "554 5.7.1 no relay"), ("RCPT", "550 no"), ("RCPT", "552 5.2.2 full"), ("DATA", "554 no"), ("TEXT", "550 5.7.1 spam")]
    {
        let error = sent((step, Some(answer))).await.unwrap_err();
        assert!(matches!(error, SendError::Refused { .. }), "{step} {answer}: {error}");
    }
}

#[tokio::test]
async fn a_line_that_breaks_leaves_open_only_what_it_has_to() {
    for step in ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"] {
        for answer in [None, Some("nonsense")] {
            let error = sent((step, answer)).await.unwrap_err();
            assert!(matches!(error, SendError::Unreachable(_)), "{step} {answer:?}: {error}");
        }
    }
    for answer in [None, Some("nonsense")] {
        assert!(matches!(sent(("TEXT", answer)).await, Err(SendError::Unknown(_))), "{answer:?}");
    }
    // A goodbye that is not answered takes nothing back.
    assert!(sent(("QUIT", None)).await.is_ok());
}
