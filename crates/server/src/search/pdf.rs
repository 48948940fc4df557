//! PDFs are read by a process of their own (`shibicheng read-pdf`), which a hostile file may bring down: its memory and its time
//! are bounded, and it knows nothing but the file.

use std::{path::Path, process::Stdio, time::Duration};

use blob::Digest;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

/// How long it may take; a thousand pages take a few seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of an answer at most: characters of a text have four at most.
const ANSWER: u64 = 4 * super::LONGEST as u64;

/// The words of a PDF, none where it cannot be read.
pub(super) async fn read(program: &Path, bytes: Vec<u8>, digest: &Digest) -> String {
    match tokio::time::timeout(PATIENCE, ask(program, &bytes)).await {
        Ok(Ok(Some(text))) => return text,
        Ok(Ok(None)) => tracing::info!(file.digest = %digest, "nothing can be read in a PDF"),
        Ok(Err(error)) => tracing::error!(file.digest = %digest, %error, "the program that reads PDFs cannot be started"),
        Err(_) => tracing::warn!(file.digest = %digest, "reading a PDF took too long"),
    }
    String::new()
}

async fn ask(program: &Path, bytes: &[u8]) -> std::io::Result<Option<String>> {
    let program = if program.as_os_str().is_empty() { std::env::current_exe()? } else { program.to_owned() };
    let mut child = Command::new(program)
        .arg("read-pdf")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Ok(None) };
    // It reads to the end before it answers; one that dies before that answers nothing.
    if input.write_all(bytes).await.is_err() {
        return Ok(None);
    }
    drop(input);
    let mut answer = Vec::new();
    output.take(ANSWER).read_to_end(&mut answer).await?;
    let ended = child.wait().await?;
    Ok(ended.success().then_some(answer).and_then(|answer| String::from_utf8(answer).ok()))
}
