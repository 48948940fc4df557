//! Reading files for what is written in them: once for all files of the same bytes, outside of any transaction.

use std::path::Path;

use blob::{Digest, Store};
use db::Tx;
use futures_util::StreamExt as _;
use jobs::{JobId, NewJob};
use officedoc::sheet::{self, Limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{index::index, pdf, store};
use crate::{
    access,
    app::{App, Outcome, Refusal},
    files,
};

/// The job that reads a file.
pub const READ: &str = "search.read";

/// Larger files are found by their names only.
const LARGEST: i64 = 16 << 20;

/// Characters that are kept of a file.
pub const LONGEST: usize = 100_000;

/// What may be unpacked of it, and the other bounds of a hostile file.
const LIMITS: Limits =
    Limits { max_bytes: 16 << 20, max_rows: 20_000, max_columns: 1_000, max_cell_chars: 32_767, max_uncompressed: 64 << 20 };

#[derive(Debug, Deserialize, Serialize)]
struct Reading {
    digest: String,
    #[serde(default)]
    text: String,
}

/// Whether there may be a text in it.
pub(super) fn may_be_read(name: &str, size: i64) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    size <= LARGEST && matches!(ending.as_str(), "pdf" | "docx" | "docm" | "xlsx" | "xlsm" | "xls" | "pptx" | "txt" | "csv" | "md")
}

/// Takes the text out of a file, empty where it cannot be read.
pub async fn read(blobs: &Store, pdf_reader: &Path, payload: Value) -> Outcome<Value> {
    let mut reading: Reading = serde_json::from_value(payload).map_err(Refusal::internal)?;
    let digest = Digest::parse(&reading.digest).map_err(Refusal::internal)?;
    // A blob that is gone is a file that nobody has any more.
    if let Some(size) = blobs.size(&digest).await.map_err(Refusal::internal)?
        && i64::try_from(size).is_ok_and(|size| size <= LARGEST)
    {
        let mut content = blobs.open(&digest, ..).await.map_err(Refusal::internal)?;
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        while let Some(chunk) = content.next().await {
            bytes.extend_from_slice(&chunk.map_err(Refusal::internal)?);
        }
        if bytes.starts_with(b"%PDF-") {
            reading.text = pdf::read(pdf_reader, bytes, &digest).await;
            return serde_json::to_value(reading).map_err(Refusal::internal);
        }
        let text = tokio::task::spawn_blocking(move || sheet::prose(&bytes, LIMITS, LONGEST));
        match text.await {
            // PostgreSQL keeps no text with U+0000.
            Ok(Ok(text)) => reading.text = text.replace('\0', ""),
            Ok(Err(error)) => tracing::info!(file.digest = %digest, %error, "nothing can be read in a file"),
            Err(error) => tracing::error!(file.digest = %digest, %error, "reading a file failed"),
        }
    }
    serde_json::to_value(reading).map_err(Refusal::internal)
}

/// Keeps what was read, and indexes the tasks the file belongs to.
pub async fn take(tx: &mut Tx, app: &App, payload: &Value) -> Outcome<()> {
    let reading: Reading = serde_json::from_value(payload.clone()).map_err(Refusal::internal)?;
    store::keep_text(tx, &reading.digest, &reading.text, app.clock.now()).await?;
    let ctx = app.ctx_in(tx, access::system_principal()).await?;
    files::examine(tx, &ctx, &reading.digest, &reading.text).await?;
    let tasks = store::tasks_with(tx, &reading.digest).await?;
    index(tx, app, &tasks).await
}

/// The job that hears what became of a content in which something was found.
pub const JUDGED: &str = "search.file_judged";

/// A content that is held or removed is found by its names only.
pub async fn judged(tx: &mut Tx, app: &App, event: &files::Judged) -> Outcome<()> {
    if event.is_removed {
        store::forget_text(tx, &event.digest).await?;
    }
    let tasks = store::tasks_with(tx, &event.digest).await?;
    index(tx, app, &tasks).await
}

/// The job that looks through what was read before the list of words was another one.
pub const RECHECK: &str = "search.recheck";

/// Contents of one transaction.
const AT_ONCE: i64 = 100;

/// Looks through some of them and asks to go on.
pub async fn recheck(tx: &mut Tx, app: &App, payload: &Value) -> Outcome<()> {
    let after = payload.get("after").and_then(Value::as_str).unwrap_or_default();
    let texts = store::texts_after(tx, after, AT_ONCE).await?;
    let ctx = app.ctx_in(tx, access::system_principal()).await?;
    for (digest, text) in &texts {
        files::examine(tx, &ctx, digest, text).await?;
    }
    if let Some((last, _)) = texts.last() {
        let now = app.clock.now();
        let job = NewJob { kind: RECHECK, payload: serde_json::json!({ "after": last }), run_at: now, dedupe: None };
        jobs::enqueue(tx, JobId::new(&app.rng, now), job).await?;
    }
    Ok(())
}
