//! Starting the real binary and talking to it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// A command of the program with no options but these.
pub(crate) fn command(data: &Path, arguments: &[&str]) -> Command {
    within(&[], data, arguments)
}

/// The same as the last words of another command.
pub(crate) fn within(other: &[&str], data: &Path, arguments: &[&str]) -> Command {
    let words = [other, &[env!("CARGO_BIN_EXE_shibicheng")], arguments].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("--data-dir").arg(data);
    // Options of the machine the tests run on are not theirs.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SHIBICHENG_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
pub(crate) fn run(data: &Path, arguments: &[&str]) -> Output {
    command(data, arguments).output().unwrap()
}

/// Runs a command that must succeed; answers what it says.
pub(crate) fn say(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that must fail; answers what it says, on both.
pub(crate) fn fail(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    assert!(!output.status.success(), "{arguments:?} succeeded");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A server that runs.
pub(crate) struct Server {
    child: Child,
    address: String,
    /// What it said until it served.
    pub(crate) said: Vec<String>,
    output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts one on a free port and waits until it serves.
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        Self::start_by(command(data, &all))
    }

    /// Starts one by this command and waits until it serves.
    pub(crate) fn start_by(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { child, address: String::new(), said: Vec::new(), output };
        while server.address.is_empty() {
            let mut line = String::new();
            assert!(server.output.read_line(&mut line).unwrap() > 0, "it ended: {:?}", server.said);
            match line.trim().split_once("http://") {
                Some((_, address)) => address.clone_into(&mut server.address),
                None => server.said.push(line.trim().to_owned()),
            }
        }
        server
    }

    /// A connection with a request on its way, of which nothing has been read.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !headers.iter().any(|(name, _)| *name == "content-length") {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        stream
    }

    /// A request to its end: the status and the body.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Vec<u8>) {
        answer(self.send(method, path, headers, body))
    }

    /// As [`Server::ask`] by somebody with a token; the body as JSON.
    pub(crate) fn api(&self, token: &str, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let (status, body) = self.ask(method, &format!("/api/v1{path}"), &headers, body);
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// As [`Server::api`], said to be the same request however often it comes.
    pub(crate) fn keyed(&self, token: &str, key: &str, path: &str, body: &[u8]) -> (u16, Value) {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
        let (status, body) = self.ask("POST", &format!("/api/v1{path}"), &headers, body);
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status().unwrap().success());
    }

    /// Waits for its end, but not for ever.
    pub(crate) fn ended(mut self, within: Duration) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < within, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(self) {
        self.signal("TERM");
        assert!(self.ended(Duration::from_secs(15)).success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What [`token`] changes a password to.
pub(crate) const PASSWORD: &str = "Xin-mima-2026";

/// Gives somebody a password of their own, [`PASSWORD`], and answers a token.
pub(crate) fn token(server: &Server, data: &Path, login: &str) -> String {
    let reset = say(data, &["admin", "reset-password", "--user", login]);
    let initial = reset.split("初始密码 ").nth(1).and_then(|rest| rest.split('（').next()).unwrap().to_owned();
    let token = say(data, &["admin", "token", "--user", login]).trim().to_owned();
    let body = json!({ "current": initial, "new": PASSWORD }).to_string();
    assert_eq!(server.api(&token, "PUT", "/me/password", body.as_bytes()).0, 204);
    token
}

/// Reads an answer to its end: the status and the body.
pub(crate) fn answer(mut stream: TcpStream) -> (u16, Vec<u8>) {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = bytes.split_off(end + 4);
    (status, if head.contains("transfer-encoding: chunked") { unchunked(&body) } else { body })
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        whole.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 4 + size..];
    }
    whole
}

/// Does something beside the test; the answer comes through the channel.
pub(crate) fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> mpsc::Receiver<T> {
    let (tell, hear) = mpsc::channel();
    std::thread::spawn(move || tell.send(work()));
    hear
}
