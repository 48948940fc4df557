//! Whether there is room, and who is told when it runs out.

use db::Tx;
use wording::{Words, say};

use super::{rules::FileQuotas, store};
use crate::{
    app::{Ctx, Outcome, Refusal},
    notify::{self, NewMessage},
    org::{self, PersonId, UnitId},
};

fn mib(bytes: i64) -> i64 {
    (bytes + (1 << 20) - 1) >> 20
}

/// Refuses so many bytes of somebody of this unit where they do not fit; a content that is there already takes no room.
pub(in crate::files) async fn room_for(tx: &mut Tx, ctx: &Ctx, unit: Option<UnitId>, size: i64, digest: Option<&str>) -> Outcome<()> {
    let quotas = ctx.rules.get::<FileQuotas>();
    if !quotas.limits() {
        return Ok(());
    }
    let known = async |tx: &mut Tx, unit: Option<UnitId>| match digest {
        Some(digest) => store::has(tx, digest, unit).await,
        None => Ok(false),
    };
    if let Some(limit) = quotas.total() {
        let used = store::total(tx).await? + store::under_way(tx, None, ctx.now()).await?;
        if used + size > limit && !known(tx, None).await? {
            let (limit, used, size) = (mib(limit), mib(used), mib(size));
            let detail = say!(
                "全系统的文件空间不够：上限 {limit} MB，已用 {used} MB，这个文件 {size} MB。没有开始上传，请联系系统管理员清理或调整。"
            );
            return Err(Refusal::Full { code: "store_quota", detail });
        }
    }
    let Some(unit) = unit else { return Ok(()) };
    for above in store::chain(tx, unit).await? {
        let Some(limit) = quotas.of_unit(above.id, above.is_bureau) else { continue };
        let used = store::of_unit(tx, above.id).await? + store::under_way(tx, Some(above.id), ctx.now()).await?;
        if used + size > limit && !known(tx, Some(above.id)).await? {
            let (name, limit, used, size) = (above.name, mib(limit), mib(used), mib(size));
            let detail = say!(
                "“{name}”的文件空间不够：上限 {limit} MB，已用 {used} MB，这个文件 {size} MB。没有开始上传，请联系政务运营中心或系统管理员调整。"
            );
            return Err(Refusal::Full { code: "unit_quota", detail });
        }
    }
    Ok(())
}

/// Tells whoever looks after it that a threshold has been reached by a file that has just come in: once a month and threshold.
pub(in crate::files) async fn warn(tx: &mut Tx, ctx: &Ctx, unit: Option<UnitId>) -> Outcome<()> {
    let quotas = ctx.rules.get::<FileQuotas>();
    if !quotas.limits() {
        return Ok(());
    }
    if let Some(limit) = quotas.total() {
        let used = store::total(tx).await?;
        if let Some(percent) = quotas.reached(used, limit) {
            let to = store::administrators(tx).await?;
            let text = say!("全系统的文件空间已用 {used} MB，达到上限 {limit} MB 的 {percent}%。", used = mib(used), limit = mib(limit));
            tell(tx, ctx, &to, "store", percent, &text).await?;
        }
    }
    let Some(unit) = unit else { return Ok(()) };
    for above in store::chain(tx, unit).await? {
        let Some(limit) = quotas.of_unit(above.id, above.is_bureau) else { continue };
        let used = store::of_unit(tx, above.id).await?;
        if let Some(percent) = quotas.reached(used, limit) {
            let mut to = org::heads_and_liaisons(tx, above.id, ctx.today()).await?;
            to.extend(store::administrators(tx).await?);
            let (name, used, limit) = (above.name, mib(used), mib(limit));
            let text = say!("“{name}”的文件空间已用 {used} MB，达到上限 {limit} MB 的 {percent}%。");
            tell(tx, ctx, &to, &above.id.to_string(), percent, &text).await?;
        }
    }
    Ok(())
}

async fn tell(tx: &mut Tx, ctx: &Ctx, to: &[PersonId], whose: &str, percent: i64, text: &Words) -> Outcome<()> {
    let day = ctx.today().to_string();
    let dedupe = format!("quota:{whose}:{percent}:{}:{}", ctx.rules.version::<FileQuotas>(), day.get(..7).unwrap_or_default());
    let title = "文件空间将满".into();
    let message = NewMessage {
        to,
        kind: "file.quota",
        title: &title,
        text,
        task: None,
        urge: None,
        subject: None,
        occurrence: None,
        rule: None,
        channels: &[],
        critical: false,
        dedupe: &dedupe,
    };
    notify::send(tx, ctx, message).await
}
