//! The protocol of clamd: `INSTREAM`, a content in pieces that each say how long they are, and one line as the answer.

use std::{io, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// How long one look takes at most: well within the lease of a job.
const LONGEST: Duration = Duration::from_secs(100);
const CONNECT: Duration = Duration::from_secs(5);
/// For an answer that comes while the content is still being sent.
const EARLY: Duration = Duration::from_secs(2);
/// An answer is one line.
const ANSWER: u64 = 4096;

/// What the scanner says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    Clean,
    /// The name of what it found.
    Found(String),
    /// It will not look at this one.
    Failed(String),
    /// It could not be reached, or did not finish.
    Away(String),
    /// It answered something that cannot be understood, or that went wrong on its side.
    Odd(String),
}

/// Has a content looked at by the scanner at `host:port` or at the path of a socket.
pub(super) async fn scan(address: &str, content: impl Stream<Item = io::Result<Bytes>> + Send) -> Verdict {
    match timeout(LONGEST, talk(address, content)).await {
        Err(_) => Verdict::Away(format!("no answer within {} seconds", LONGEST.as_secs())),
        Ok(Err(error)) => Verdict::Away(error.to_string()),
        Ok(Ok(answer)) => understood(&answer),
    }
}

async fn talk(address: &str, content: impl Stream<Item = io::Result<Bytes>> + Send) -> io::Result<String> {
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    if address.starts_with('/') {
        #[cfg(unix)]
        return send(timeout(CONNECT, tokio::net::UnixStream::connect(address)).await.map_err(late)??, content).await;
        #[cfg(not(unix))]
        return Err(io::Error::from(io::ErrorKind::Unsupported));
    }
    send(timeout(CONNECT, TcpStream::connect(address)).await.map_err(late)??, content).await
}

async fn send(mut line: impl AsyncRead + AsyncWrite + Unpin, content: impl Stream<Item = io::Result<Bytes>> + Send) -> io::Result<String> {
    if let Err(error) = pour(&mut line, content).await {
        // It stops listening where a content is too large for it, and has said so.
        let early = timeout(EARLY, answer(&mut line)).await;
        return match early {
            Ok(Ok(text)) if !text.is_empty() => Ok(text),
            _ => Err(error),
        };
    }
    answer(&mut line).await
}

async fn pour(line: &mut (impl AsyncWrite + Unpin), content: impl Stream<Item = io::Result<Bytes>> + Send) -> io::Result<()> {
    line.write_all(b"zINSTREAM\0").await?;
    let mut content = std::pin::pin!(content);
    while let Some(chunk) = content.next().await {
        let chunk = chunk?;
        let length = u32::try_from(chunk.len()).map_err(io::Error::other)?;
        if length > 0 {
            line.write_all(&length.to_be_bytes()).await?;
            line.write_all(&chunk).await?;
        }
    }
    line.write_all(&[0; 4]).await?;
    line.flush().await
}

async fn answer(line: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut bytes = Vec::new();
    line.take(ANSWER).read_to_end(&mut bytes).await?;
    Ok(String::from_utf8_lossy(&bytes).trim_matches(['\0', '\n', '\r', ' ']).to_owned())
}

fn understood(answer: &str) -> Verdict {
    let said = answer.strip_prefix("stream: ").unwrap_or(answer);
    if said == "OK" {
        return Verdict::Clean;
    }
    if let Some(name) = said.strip_suffix(" FOUND") {
        return Verdict::Found(name.chars().take(200).collect());
    }
    let said: String = said.chars().take(500).collect();
    if said.contains("size limit exceeded") { Verdict::Failed(said) } else { Verdict::Odd(said) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_as_clamd_gives_them() {
        for (answer, verdict) in [
            ("stream: OK", Verdict::Clean),
            ("stream: Eicar-Test-Signature FOUND", Verdict::Found("Eicar-Test-Signature".to_owned())),
            ("INSTREAM size limit exceeded. ERROR", Verdict::Failed("INSTREAM size limit exceeded. ERROR".to_owned())),
            ("stream: Can't allocate memory ERROR", Verdict::Odd("Can't allocate memory ERROR".to_owned())),
            ("", Verdict::Odd(String::new())),
        ] {
            assert_eq!(understood(answer), verdict, "{answer}");
        }
    }

    #[tokio::test]
    async fn a_scanner_that_is_not_there_is_away() {
        let content = futures_util::stream::iter([Ok(Bytes::from("x"))]);
        assert!(matches!(scan("/nowhere/clamd.sock", content).await, Verdict::Away(_)));
    }
}
