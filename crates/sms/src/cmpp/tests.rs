use std::{process::Command, time::Duration};

use gateway::{Fate, SendError, Told};
use kit::{Clock, Moment, Rng, Secret};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::{
    Cmpp, CmppAccount, Version,
    pdu::{Deliver, Pdu, Submit},
};
use crate::{
    Client as _, Inbox,
    line::LineSettings,
    outgoing::{Number, Outgoing},
};

/// No test takes so long.
const RARELY: Duration = Duration::from_secs(60);

/// A gateway of our own: what an operator of others (tests/lines.rs) does not do.
struct Peer(TcpListener);

impl Peer {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn client(&self, version: Version, beat: Duration) -> (Cmpp, Inbox) {
        let account = CmppAccount {
            provider: "901234".to_owned(),
            secret: Secret::new("pass".to_owned()),
            version,
            service: "HELP".to_owned(),
            source: "10690000".to_owned(),
            number: Number::Mainland,
        };
        let settings =
            LineSettings { beat, patience: Duration::from_secs(2), ..LineSettings::new(self.0.local_addr().unwrap().to_string()) };
        Cmpp::open(account, settings, Clock::manual(Moment::from_millis(1_767_574_800_000)), Rng::seeded(1)).unwrap()
    }

    /// Takes a line and lets it in.
    async fn welcome(&self, version: Version) -> Near {
        let mut near = Near(self.0.accept().await.unwrap().0, version);
        let (sequence, Pdu::Connect { source, authenticator, version: wanted, timestamp }) = near.read().await else { panic!() };
        // MD5 of “901234”, nine zeros, “pass” and “0105090000”, by another program.
        assert_eq!(hex::encode(authenticator), "e62bc26fd3439eb78c478a9dacff49b2");
        assert_eq!((source.as_str(), wanted, timestamp), ("901234", version.byte(), 105_090_000));
        near.write(&Pdu::ConnectResp { status: 0, authenticator, version: wanted }, sequence).await;
        near
    }
}

/// The operator's end of a line.
struct Near(TcpStream, Version);

impl Near {
    /// The next frame that is no question whether we live.
    async fn read(&mut self) -> (u32, Pdu) {
        loop {
            let mut frame = vec![0; 4];
            self.0.read_exact(&mut frame).await.unwrap();
            let length = u32::from_be_bytes(frame[..4].try_into().unwrap());
            frame.resize(length as usize, 0);
            self.0.read_exact(&mut frame[4..]).await.unwrap();
            match Pdu::read(self.1, &frame).unwrap() {
                (sequence, Pdu::ActiveTest) => self.write(&Pdu::ActiveTestResp, sequence).await,
                other => return other,
            }
        }
    }

    async fn write(&mut self, pdu: &Pdu, sequence: u32) {
        self.0.write_all(&pdu.write(self.1, sequence)).await.unwrap();
    }

    async fn submitted(&mut self) -> (u32, Submit) {
        let (sequence, Pdu::Submit(submit)) = self.read().await else { panic!() };
        (sequence, *submit)
    }
}

fn message(text: &str) -> Outgoing {
    Outgoing { own_id: "own-1".to_owned(), to: "+8613800000000".to_owned(), text: text.to_owned(), ..Outgoing::default() }
}

#[tokio::test]
async fn version_3_has_wider_numbers_and_states() {
    let peer = Peer::new().await;
    let (client, mut inbox) = peer.client(Version::V3, RARELY);
    let mut near = peer.welcome(Version::V3).await;
    let whole = Outgoing { signature: Some("某某".to_owned()), ..message("办") };
    let operator = async {
        let (sequence, submit) = near.submitted().await;
        assert_eq!((submit.to.as_str(), submit.source.as_str(), submit.service.as_str()), ("13800000000", "10690000", "HELP"));
        assert_eq!((submit.content.len(), submit.format, submit.receipt, submit.header), (10, 8, true, false));
        near.write(&Pdu::SubmitResp { id: u64::MAX, result: 0 }, sequence).await;
    };
    let (taken, ()) = tokio::join!(client.send(&whole), operator);
    assert_eq!(taken.unwrap().provider_id, Some(u64::MAX.to_string()));

    let mut content = u64::MAX.to_be_bytes().to_vec();
    content.extend(b"UNDELIV26010509002601050901");
    content.extend([b"13800000000".as_slice(), &[0; 21], &[0; 4]].concat());
    let receipt = Deliver { id: 5, is_receipt: true, content, ..Deliver::default() };
    near.write(&Pdu::Deliver(Box::new(receipt)), 9).await;
    let incoming = inbox.next().await.unwrap();
    let Told::Receipt(receipt) = &incoming.told else { panic!("{incoming:?}") };
    assert_eq!(
        (receipt.provider_id.clone(), receipt.to.as_str(), receipt.at),
        (Some(u64::MAX.to_string()), "13800000000", Some(1_767_574_860_000))
    );
    assert!(matches!(&receipt.fate, Fate::Failed { code, .. } if code == "UNDELIV"));
    incoming.kept();
    assert_eq!(near.read().await, (9, Pdu::DeliverResp { id: 5, result: 0 }));
    // A receipt that is none is not kept and not told again.
    let broken = Deliver { id: 6, is_receipt: true, ..Deliver::default() };
    near.write(&Pdu::Deliver(Box::new(broken)), 10).await;
    assert_eq!(near.read().await, (10, Pdu::DeliverResp { id: 6, result: 1 }));
}

#[tokio::test]
async fn a_line_that_breaks_leaves_open_what_became_of_a_message_and_is_opened_anew() {
    let peer = Peer::new().await;
    let (client, _inbox) = peer.client(Version::V2, RARELY);
    let mut near = peer.welcome(Version::V2).await;
    let breaking = async {
        near.submitted().await;
        drop(near);
    };
    let first = message("x");
    let (lost, ()) = tokio::join!(client.send(&first), breaking);
    assert!(matches!(lost, Err(SendError::Unknown(_))), "{lost:?}");
    // Until it is open again nothing goes out, and that is certain.
    let early = client.send(&message("y")).await;
    assert!(matches!(early, Err(SendError::Unreachable(_))), "{early:?}");
    let mut near = timeout(Duration::from_secs(10), peer.welcome(Version::V2)).await.unwrap();
    let answering = async {
        let (sequence, _) = near.submitted().await;
        near.write(&Pdu::SubmitResp { id: 7, result: 0 }, sequence).await;
    };
    let later = message("z");
    let (taken, ()) = tokio::join!(client.send(&later), answering);
    assert_eq!(taken.unwrap().provider_id.as_deref(), Some("7"));
}

#[tokio::test]
async fn what_is_never_answered_is_left_open_and_the_line_stays() {
    let peer = Peer::new().await;
    let (client, _inbox) = peer.client(Version::V2, RARELY);
    let mut near = peer.welcome(Version::V2).await;
    let silent = async {
        near.submitted().await;
        let (sequence, _) = near.submitted().await;
        near.write(&Pdu::SubmitResp { id: 8, result: 0 }, sequence).await;
        near
    };
    let (first, second) = (message("x"), message("y"));
    let (lost, taken, near) = tokio::join!(client.send(&first), client.send(&second), silent);
    assert!(matches!(lost, Err(SendError::Unknown(text)) if text.contains("no answer")));
    assert_eq!(taken.unwrap().provider_id.as_deref(), Some("8"));
    drop(near);
}

#[tokio::test]
async fn garbage_and_silence_end_a_line_and_a_new_one_is_opened() {
    let peer = Peer::new().await;
    let (_client, _inbox) = peer.client(Version::V2, Duration::from_millis(300));
    for garbage in [&[0xff; 40][..], &[0, 0, 0, 3, 0], &[0, 0, 0, 13, 0, 0, 0, 5, 0, 0, 0, 1, 0]] {
        let mut near = timeout(Duration::from_secs(10), peer.welcome(Version::V2)).await.unwrap();
        near.0.write_all(garbage).await.unwrap();
        // It is closed from the other side.
        let mut rest = Vec::new();
        let _ = timeout(Duration::from_secs(10), near.0.read_to_end(&mut rest)).await.unwrap();
    }
    // Asked three times whether it lives, it does not answer.
    let near = timeout(Duration::from_secs(10), peer.welcome(Version::V2)).await.unwrap();
    let again = timeout(Duration::from_secs(10), peer.welcome(Version::V2)).await;
    assert!(again.is_ok());
    drop(near);
}

#[test]
fn frames_are_those_of_a_codec_that_is_not_ours() {
    let Ok(python) = std::env::var("SHIBICHENG_ORACLE_PYTHON") else {
        println!("SKIPPED: SHIBICHENG_ORACLE_PYTHON is not set; bin/test sets it where pycmpp can be had");
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/lines.py");
    let output = Command::new(python).args([script, "frames"]).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    let frames: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let frame = |name: &str| hex::decode(frames[name].as_str().unwrap()).unwrap();

    let content = [&[5, 0, 3, 9, 2, 1], "请于五日内办结".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>().as_slice()].concat();
    let submit = Submit {
        total: 2,
        number: 1,
        receipt: true,
        service: "HELP".to_owned(),
        header: true,
        format: 8,
        provider: "901234".to_owned(),
        source: "10690000".to_owned(),
        to: "13800000000".to_owned(),
        content,
    };
    for (name, expected) in [("submit", Pdu::Submit(Box::new(submit))), ("active_test", Pdu::ActiveTest), ("terminate", Pdu::Terminate)] {
        let (sequence, read) = Pdu::read(Version::V2, &frame(name)).unwrap();
        assert_eq!(read, expected, "{name}");
        assert_eq!(hex::encode(expected.write(Version::V2, sequence)), hex::encode(frame(name)), "{name}");
    }
    let (sequence, connect) = Pdu::read(Version::V2, &frame("connect")).unwrap();
    assert!(matches!(&connect, Pdu::Connect { source, version: 0x21, .. } if source == "901234"), "{connect:?}");
    assert_eq!(connect.write(Version::V2, sequence), frame("connect"));
}
