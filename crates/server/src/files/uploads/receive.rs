//! Bytes of an upload that comes in pieces, in constant memory.

use std::{pin::pin, time::Duration};

use axum::http::StatusCode;
use blob::{BlobError, Partial};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use kit::uuid::Uuid;
use wording::say;

use super::{
    UploadId, expiry,
    store::{self, UploadRow},
};
use crate::{
    app::{App, Ctx, Outcome, Refusal},
    files::{
        arrive::{arrive, row_of},
        model::FileId,
        transfer,
    },
    http::Problem,
};

/// How long a writer holds an upload without saying that it goes on.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// What is lost at most when the machine dies: so many bytes are synced and written down at a time.
const STEP: u64 = 8 << 20;

/// A writer says that it goes on when it has waited for so long, well within the lease.
const RENEW: Duration = Duration::from_secs(15);

/// A line on which nothing comes for so long is dead; whoever was cut off is not kept waiting for long.
const SILENCE: Duration = Duration::from_secs(30);

/// Somebody else is writing, or the upload stands elsewhere than the sender believes.
fn elsewhere(row: &UploadRow, offset: i64) -> Problem {
    if row.received == offset {
        let detail = "这个文件正在由另一个连接上传，请稍候再继续。";
        return Problem::new(StatusCode::LOCKED, "upload_busy", detail);
    }
    Problem::new(StatusCode::CONFLICT, "wrong_offset", "上传位置与服务器记录不一致，请从服务器记录的位置继续。")
}

/// An upload while it is written.
struct Writing<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    row: &'a UploadRow,
    writer: Uuid,
    partial: Partial,
    safe: u64,
    renewed: tokio::time::Instant,
}

impl Writing<'_> {
    /// Syncs what came and writes it down; refuses where the upload is another's by now.
    async fn advance(&mut self) -> Result<(), Problem> {
        self.safe = self.partial.sync().await.map_err(transfer::problem)?;
        let mut tx = self.app.db.begin().await?;
        let now = self.ctx.now();
        let received = i64::try_from(self.safe).map_err(Refusal::internal)?;
        let mine = store::advance(&mut tx, self.row.id, self.writer, received, now.plus(LEASE), expiry(now)).await?;
        tx.commit().await?;
        self.renewed = tokio::time::Instant::now();
        if mine { Ok(()) } else { Err(elsewhere(self.row, -1)) }
    }

    /// Takes in what comes until it ends, the line breaks or falls silent. Says whether it ended as it should.
    async fn take<E>(&mut self, chunks: impl Stream<Item = Result<Bytes, E>>) -> Result<bool, Problem> {
        let mut chunks = pin!(chunks);
        let size = u64::try_from(self.row.size).unwrap_or(0);
        loop {
            let chunk = match tokio::time::timeout(SILENCE, chunks.next()).await {
                Ok(None) => return Ok(true),
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(_))) | Err(_) => return Ok(false),
            };
            if self.partial.size() + chunk.len() as u64 > size {
                return Err(Refusal::TooLarge("收到的内容比声明的文件大小更长，请重新上传。".into()).into());
            }
            // Others may only begin after the lease, so whoever was held up asks before it writes again.
            if self.renewed.elapsed() > RENEW {
                self.advance().await?;
            }
            self.partial.write(&chunk).await.map_err(transfer::problem)?;
            if self.partial.size() - self.safe >= STEP {
                self.advance().await?;
            }
        }
    }
}

/// Takes in the bytes that follow `offset`. What came before a line broke is kept; answers how much is safe.
pub(super) async fn receive<E>(
    app: &App,
    ctx: &Ctx,
    row: &UploadRow,
    offset: i64,
    chunks: impl Stream<Item = Result<Bytes, E>>,
) -> Result<i64, Problem> {
    let writer = ctx.rng.uuid(ctx.now());
    let mut tx = app.db.begin().await?;
    let claimed = store::claim(&mut tx, row.id, offset, writer, ctx.now(), ctx.now().plus(LEASE)).await?;
    tx.commit().await?;
    if !claimed {
        let mut tx = app.db.read().await?;
        let now = store::find(&mut tx, row.id, row.person_id).await?.ok_or(Refusal::NotFound)?;
        return Err(elsewhere(&now, offset));
    }
    // The claim is given back whatever happens; a request that is cut off ends here too, for its future is not dropped: see `http`.
    let done = write(app, ctx, row, offset, writer, chunks).await;
    let mut tx = app.db.begin().await?;
    store::release(&mut tx, row.id, writer).await?;
    tx.commit().await?;
    done
}

async fn write<E>(
    app: &App,
    ctx: &Ctx,
    row: &UploadRow,
    offset: i64,
    writer: Uuid,
    chunks: impl Stream<Item = Result<Bytes, E>>,
) -> Result<i64, Problem> {
    let safe = u64::try_from(offset).map_err(Refusal::internal)?;
    let partial = match app.blobs.continue_partial(row.id.0.as_u128(), safe).await {
        // The disk has lost what the row promises: only from the beginning.
        Err(BlobError::NotFound) => return Err(lost(app, row.id).await?),
        other => other.map_err(transfer::problem)?,
    };
    let mut writing = Writing { app, ctx, row, writer, partial, safe, renewed: tokio::time::Instant::now() };
    let taken = writing.take(chunks).await;
    if !matches!(&taken, Err(problem) if problem.status == StatusCode::CONFLICT.as_u16()) && writing.partial.size() > writing.safe {
        writing.advance().await?;
    }
    let safe = i64::try_from(writing.safe).map_err(Refusal::internal)?;
    if taken? || safe == row.size { Ok(safe) } else { Err(transfer::broken()) }
}

/// Gives an upload up whose bytes are gone.
async fn lost(app: &App, id: UploadId) -> Outcome<Problem> {
    tracing::error!(upload = %id.0, "the bytes of an upload are gone");
    let mut tx = app.db.begin().await?;
    store::remove(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Problem::new(StatusCode::GONE, "upload_lost", "已上传的部分丢失，请重新上传。"))
}

/// Makes a file of an upload of which every byte is safe. Whoever dies on the way does it again: the partial upload goes last.
pub(super) async fn complete(app: &App, ctx: &Ctx, row: &UploadRow) -> Result<FileId, Problem> {
    if let Some(file) = row.file_id {
        app.db.settled().await?;
        return Ok(file);
    }
    let partial = row.id.0.as_u128();
    let stored = match app.blobs.complete_partial(partial).await {
        Err(BlobError::NotFound) => return Err(lost(app, row.id).await?),
        other => other.map_err(transfer::problem)?,
    };
    if let Some(wanted) = row.digest.as_deref().filter(|wanted| *wanted != stored.digest.as_str()) {
        let mut tx = app.db.begin().await?;
        store::remove(&mut tx, row.id).await?;
        tx.commit().await?;
        app.blobs.remove_partial(partial).await.map_err(transfer::problem)?;
        tracing::warn!(wanted, got = %stored.digest, "an upload has come to another digest");
        let name = &row.name;
        return Err(Refusal::conflict("digest_mismatch", say!("“{name}”在传输中出现差错，请重新上传。")).into());
    }
    let file = row_of(ctx, row.unit_id, &row.name, &stored)?;
    let mut tx = app.db.begin().await?;
    if let Err(refusal) = arrive(&mut tx, app, ctx, &file).await {
        let _ = tx.rollback().await;
        return Err(refusal.into());
    }
    if !store::became(&mut tx, row.id, file.id).await? {
        tx.rollback().await?;
        let mut tx = app.db.read().await?;
        let now = store::find(&mut tx, row.id, row.person_id).await?.and_then(|row| row.file_id);
        app.db.settled().await?;
        return Ok(now.ok_or(Refusal::NotFound)?);
    }
    tx.commit().await?;
    app.blobs.remove_partial(partial).await.map_err(transfer::problem)?;
    Ok(file.id)
}
