//! A file that is new: its row is written, and what has to look at it is told.

use blob::Stored;
use db::Tx;

use super::{
    findings,
    model::FileId,
    quota, scan,
    store::{self, FileRow},
    transfer,
};
use crate::{
    app::{App, Ctx, Outcome, Refusal},
    org::UnitId,
};

/// The row of a file that the actor brings; counted to a unit, where there is one.
pub(super) fn row_of(ctx: &Ctx, unit_id: Option<UnitId>, name: &str, stored: &Stored) -> Outcome<FileRow> {
    let name = blob::safe_name(name);
    Ok(FileRow {
        id: FileId::new(&ctx.rng, ctx.now()),
        digest: stored.digest.to_string(),
        size: i64::try_from(stored.size).map_err(Refusal::internal)?,
        media_type: transfer::media_type(&stored.head, &name),
        name,
        uploaded_by: ctx.actor.person,
        uploader: ctx.actor.name.clone(),
        uploaded_at: ctx.now(),
        unit_id,
        has_older: false,
        gate: 0,
        scan: None,
    })
}

/// Writes the row of a file whose bytes are safe; refuses bytes that were removed before.
pub(super) async fn arrive(tx: &mut Tx, app: &App, ctx: &Ctx, row: &FileRow) -> Outcome<FileRow> {
    if findings::is_removed(tx, &row.digest).await? {
        return Err(Refusal::field("file", "内容相同的文件经审查已移除，不能再上传"));
    }
    store::insert(tx, row).await?;
    scan::ask(tx, app, &row.digest).await?;
    quota::warn(tx, ctx, row.unit_id).await?;
    store::file(tx, row.id).await?.ok_or(Refusal::NotFound)
}

/// Takes in what the program has written in the actor's name.
pub async fn bring(tx: &mut Tx, app: &App, ctx: &Ctx, name: &str, bytes: &[u8]) -> Outcome<FileId> {
    let stored = app.blobs.put(bytes).await.map_err(Refusal::internal)?;
    let row = row_of(ctx, ctx.actor.unit, name, &stored)?;
    Ok(arrive(tx, app, ctx, &row).await?.id)
}
