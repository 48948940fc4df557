//! `files move`: carries the contents of files between the disk and the bucket, while the server may run.
//!
//! Nothing is noted anywhere: what is at its new place and whole is passed over the next time, so it may be killed at any moment.

use std::{fs::File, process::ExitCode};

use anyhow::Context as _;
use blob::{BlobError, Digest, Place, Rest, Store};
use db::Db;

use super::{Common, open, say};
use crate::{config::BlobStore, files};

/// Contents that are looked up at once.
const AT_ONCE: i64 = 200;

/// Two that carry in opposite directions could each remove the copy that the other one counts on.
const LOCK: &str = "moving.lock";

#[derive(Default)]
struct Counts {
    copied: u64,
    there: u64,
    removed: u64,
    bad: u64,
}

/// Carries everything that the database names.
pub(super) async fn carry(common: &Common, to: BlobStore, remove: bool) -> anyhow::Result<ExitCode> {
    let config = open::configure(common, None)?;
    anyhow::ensure!(config.bucket().is_some(), "没有设置对象存储：请先设置 s3_bucket 等选项");
    anyhow::ensure!(!remove || to == config.blob_store, "--remove 会移除旧位置的文件，须先把 blob_store 改为新位置，并重启全部服务进程");
    let blobs = open::blobs(&config).await?;
    let lock = File::create(config.data_dir.join("blobs").join(LOCK)).context(LOCK)?;
    lock.try_lock().context("另一个 files move 正在执行")?;
    let db = open::database(&config).await?;
    let rest = if remove { Rest::Removed } else { Rest::Kept };
    let counts = pages(&db, &blobs, to.into(), rest).await?;
    db.close().await;
    say(format!(
        "已全部核对：新复制 {} 个，原已在新位置 {} 个，移除旧位置 {} 个，有问题 {} 个",
        counts.copied, counts.there, counts.removed, counts.bad
    ));
    Ok(if counts.bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn pages(db: &Db, blobs: &Store, to: Place, rest: Rest) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    let mut after = String::new();
    loop {
        let page = files::digests_after(&mut db.read().await?, &after, AT_ONCE).await?;
        let Some(last) = page.last() else { return Ok(counts) };
        after.clone_from(last);
        for text in &page {
            one(db, blobs, to, rest, text, &mut counts)
                .await
                .with_context(|| format!("文件 {text}。已完成的不会丢失，再次执行即接着做"))?;
        }
        say(format!("已处理 {} 个", counts.copied + counts.there + counts.bad));
    }
}

async fn one(db: &Db, blobs: &Store, to: Place, rest: Rest, text: &str, counts: &mut Counts) -> anyhow::Result<()> {
    let digest = Digest::parse(text)?;
    match blobs.carry(&digest, to, rest).await {
        Ok(done) => {
            counts.copied += u64::from(done.copied);
            counts.there += u64::from(!done.copied);
            counts.removed += u64::from(done.removed);
        }
        // These stand in nobody's way; everything else would befall the next one, too.
        Err(error @ (BlobError::NotFound | BlobError::Damaged)) => {
            counts.bad += 1;
            say(format!("文件 {text} 没有移动：{error}"));
        }
        Err(error) => return Err(error.into()),
    }
    // Decided while it was carried: the copy that arrived after the removal goes, too.
    if files::is_removed(&mut db.read().await?, text).await? {
        blobs.remove(&digest).await?;
    }
    Ok(())
}
