//! What becomes of a finding.

use blob::Digest;
use db::Tx;
use jobs::{JobId, NewJob};
use kit::text_enum;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use wording::say;

use super::{
    FindingId, FindingKind, FindingState, Judged, hold,
    store::{self, FindingRow},
};
use crate::{
    app::{App, Ctx, Fields, Outcome, Refusal},
    audit, events,
    files::store as files,
    notify::{self, NewMessage},
    org::PersonId,
};

/// The job that takes a removed content out of the store.
pub const REMOVE: &str = "files.remove_content";

text_enum! {
    /// What is decided.
    FindingDecision {
        Clear = "clear", "放行";
        Remove = "remove", "移除";
    }
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingDecisionInput {
    /// The version that was looked at.
    version: i64,
    decision: FindingDecision,
    /// Why, 1 to 500 characters.
    reason: String,
}

/// Lets a content go, or removes it for good.
pub(super) async fn decide(tx: &mut Tx, ctx: &Ctx, id: FindingId, input: &FindingDecisionInput) -> Outcome<FindingRow> {
    let mut fields = Fields::default();
    let reason = fields.text("reason", &input.reason, 500);
    fields.finish()?;
    let row = store::find(tx, &ctx.actor.scope, id).await?.ok_or(Refusal::NotFound)?;
    if row.state != FindingState::Open {
        return Err(Refusal::conflict("decided", "已经有人核定过，请刷新后查看。"));
    }
    if row.version != input.version {
        return Err(Refusal::Stale);
    }
    let named = files::of_digest(tx, &row.digest).await?;
    if named.iter().any(|file| ctx.actor.acts_as(file.uploaded_by)) {
        return Err(Refusal::forbidden("不能核定自己上传的文件，请由其他人核定。"));
    }
    let (is_removed, state) = match input.decision {
        FindingDecision::Clear => (false, FindingState::Cleared),
        FindingDecision::Remove => (true, FindingState::Removed),
    };
    if !store::decide(tx, &row, state, ctx.actor.person, ctx.now(), &reason).await? {
        return Err(Refusal::Stale);
    }
    let name = named.first().map(|file| file.name.as_str()).unwrap_or_default();
    let (action, sentence) = match (row.kind, is_removed) {
        (FindingKind::Secret, false) => ("file_cleared", say!("核定附件“{name}”不涉密，恢复下载：{reason}")),
        (FindingKind::Virus, false) => ("file_cleared", say!("认定附件“{name}”为误报，恢复下载：{reason}")),
        (_, true) => ("file_removed", say!("移除附件“{name}”：{reason}")),
    };
    let tasks = hold::tasks_of(tx, &row.digest).await?;
    let mut data = hold::particulars(&row, &named, &tasks);
    data["reason"] = json!(reason);
    audit::record(tx, ctx, audit::Entry::secrecy(action, sentence, data)).await?;
    let to: Vec<PersonId> = named.iter().map(|file| PersonId(file.uploaded_by.0)).collect();
    let (title, text) = if is_removed {
        ("附件已移除", say!("“{name}”已移除：{reason}"))
    } else {
        ("附件已放行", say!("“{name}”已恢复查看和下载：{reason}"))
    };
    let dedupe = format!("finding:{}:{}:decided", row.id, row.version);
    let message = NewMessage {
        to: &to,
        kind: "file.decided",
        title: &title.into(),
        text: &text,
        task: tasks.first().copied(),
        urge: None,
        subject: Some(row.id.0),
        occurrence: None,
        rule: None,
        channels: &[],
        critical: false,
        dedupe: &dedupe,
    };
    notify::send(tx, ctx, message).await?;
    if is_removed {
        let job = NewJob { kind: REMOVE, payload: json!({ "digest": row.digest }), run_at: ctx.now(), dedupe: None };
        jobs::enqueue(tx, JobId::new(&ctx.rng, ctx.now()), job).await?;
    }
    events::publish(tx, ctx, &Judged { digest: row.digest.clone(), is_removed }).await?;
    store::find(tx, &ctx.actor.scope, id).await?.ok_or(Refusal::NotFound)
}

/// Takes a removed content out of the store; doing it again changes nothing. That nobody may have it is decided for good.
pub async fn remove_content(app: &App, payload: Value) -> Outcome<Value> {
    let text = payload.get("digest").and_then(Value::as_str).unwrap_or_default();
    let digest = Digest::parse(text).map_err(Refusal::internal)?;
    app.blobs.remove(&digest).await.map_err(Refusal::internal)?;
    Ok(payload)
}
