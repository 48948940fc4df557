//! As much of HTTP/1.1 as our own server speaks: answers with their length, connections that stay.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use anyhow::{Context as _, bail};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// A server on 127.0.0.1, asked as somebody.
pub(crate) struct Target {
    port: u16,
    authorization: String,
    idle: Mutex<Vec<BufReader<TcpStream>>>,
    n: AtomicU64,
}

impl Target {
    pub(crate) fn new(port: u16, token: Option<&str>) -> Self {
        let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        Self { port, authorization, idle: Mutex::default(), n: AtomicU64::new(0) }
    }

    /// Asks and throws the answer away. `fresh` has it made anew.
    pub(crate) async fn get(&self, path: &str, fresh: bool) -> anyhow::Result<()> {
        let more = if fresh { "cache-control: no-cache\r\n" } else { "" };
        let (status, _) = self.ask(&format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{more}{}\r\n", self.authorization)).await?;
        if status != 200 {
            bail!("{path} answered {status}");
        }
        Ok(())
    }

    /// Ids of a list.
    pub(crate) async fn ids(&self, path: &str) -> anyhow::Result<Vec<String>> {
        let page = self.page(path).await?;
        let rows = page.get("items").and_then(serde_json::Value::as_array).context("no list")?;
        Ok(rows.iter().filter_map(|row| row.get("id")?.as_str().map(str::to_owned)).collect())
    }

    /// Whether the asker may report on a task; one that their unit only takes part in may be done for them.
    pub(crate) async fn may_report(&self, task: &str) -> anyhow::Result<bool> {
        let page = self.page(&format!("/api/v1/tasks/{task}")).await?;
        let can = page.get("can").and_then(serde_json::Value::as_array).context("no task")?;
        Ok(can.iter().any(|word| word == "report"))
    }

    async fn page(&self, path: &str) -> anyhow::Result<serde_json::Value> {
        let (status, body) = self.ask(&format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{}\r\n", self.authorization)).await?;
        if status != 200 {
            bail!("{path} answered {status}");
        }
        Ok(serde_json::from_slice(&body)?)
    }

    /// Reports on the next of these tasks; `whole` is answered the task, others only that it was done.
    pub(crate) async fn report(&self, tasks: &[String], whole: bool) -> anyhow::Result<()> {
        let n = self.n.fetch_add(1, Ordering::Relaxed);
        let place = usize::try_from(n).unwrap_or(0) % tasks.len().max(1);
        let task = tasks.get(place).context("no task")?;
        let body = format!(r#"{{"claimed_progress":{},"text":"已完成第{n}步。","fall_reason":"核减"}}"#, 10 + n % 80);
        let key = format!("bench-{}-{n:020}", std::process::id());
        let prefer = if whole { "" } else { "prefer: return=minimal\r\n" };
        let head = format!(
            "POST /api/v1/tasks/{task}/reports HTTP/1.1\r\nhost: bench\r\n{}content-type: application/json\r\n{prefer}idempotency-key: {key}\r\ncontent-length: {}\r\n\r\n",
            self.authorization,
            body.len()
        );
        let (status, body) = self.ask(&format!("{head}{body}")).await?;
        if status != if whole { 200 } else { 204 } {
            bail!("a report was answered {status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(())
    }

    async fn ask(&self, request: &str) -> anyhow::Result<(u16, Vec<u8>)> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut line = match idle {
            Some(line) => line,
            None => {
                let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
                stream.set_nodelay(true)?;
                BufReader::with_capacity(128 << 10, stream)
            }
        };
        line.get_mut().write_all(request.as_bytes()).await?;
        let answer = read(&mut line).await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        Ok(answer)
    }
}

async fn read(line: &mut BufReader<TcpStream>) -> anyhow::Result<(u16, Vec<u8>)> {
    let mut text = String::new();
    line.read_line(&mut text).await?;
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
    let (mut length, mut chunked) = (0, false);
    loop {
        text.clear();
        line.read_line(&mut text).await?;
        let Some((name, value)) = text.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse()?;
        }
        chunked |= name.eq_ignore_ascii_case("transfer-encoding");
    }
    let mut body = Vec::new();
    if status == 204 {
        return Ok((status, body));
    }
    if !chunked {
        body.resize(length, 0);
        line.read_exact(&mut body).await?;
        return Ok((status, body));
    }
    loop {
        text.clear();
        line.read_line(&mut text).await?;
        let size = usize::from_str_radix(text.trim(), 16).context("no chunk")?;
        let before = body.len();
        body.resize(before + size, 0);
        if let Some(place) = body.get_mut(before..) {
            line.read_exact(place).await?;
        }
        text.clear();
        line.read_line(&mut text).await?;
        if size == 0 {
            return Ok((status, body));
        }
    }
}
