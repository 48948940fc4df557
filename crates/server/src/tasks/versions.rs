//! A newer version of a file that is attached to a task.

use db::Tx;
use serde_json::json;
use wording::say;

use super::{
    case::{Case, Step},
    model::TaskId,
    policy::{self, Action},
};
use crate::{
    app::{Ctx, Outcome, Refusal},
    files::{self, FileId},
};

/// Puts a newer version in a file's place: whoever brought the old one may, and whoever speaks for the issuer. What was handed in
/// with a report or a request is evidence and stays as it is.
pub(super) async fn replace(tx: &mut Tx, ctx: &Ctx, id: TaskId, old: FileId, new: FileId) -> Outcome<()> {
    let case = Case::open(tx, ctx, id, None).await?;
    case.require(ctx, Action::Attach)?;
    let (before, after) = files::replace(tx, ctx, id.0, old, new).await?;
    if before.uploaded_by.id != ctx.actor.person && !policy::is_issuer(&case.task, &ctx.actor) {
        return Err(Refusal::forbidden("只有上传人和交办方可以替换这个附件。"));
    }
    let words = say!("附件“{old}”换为新版本“{new}”", old = before.name, new = after.name);
    case.finish(tx, ctx, Step::new("file_replaced", words, json!({ "old": old, "new": new }))).await
}
