//! A file that is new: its row is written, and what has to look at it is told.

use db::Tx;

use super::{
    findings, quota, scan,
    store::{self, FileRow},
};
use crate::app::{App, Ctx, Outcome, Refusal};

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
