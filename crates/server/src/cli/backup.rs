//! `backup`: a consistent copy of the database and every file it names, while the server may run.
//!
//! The database is copied before the files. A file's content is never changed and stays for a day after the last row that names
//! it, so whatever the copy names is still there afterwards.

use std::{collections::BTreeSet, path::Path, process::ExitCode};

use anyhow::Context as _;
use blob::{Digest, Store};
use db::Db;
use futures_util::StreamExt as _;
use kit::Clock;

use super::{
    Common,
    manifest::{Copied, Manifest, digest_of, make_empty},
    open, postgres, say,
};
use crate::files;

const SQLITE_FILE: &str = "shibicheng.sqlite";
const POSTGRES_FILE: &str = "database.dump";

/// Writes a backup into `target`.
pub(super) async fn run(common: &Common, target: &Path) -> anyhow::Result<ExitCode> {
    let config = open::configure(common, None)?;
    make_empty(target)?;
    let db = open::database(&config).await?;
    // What the copy names was named before it or after it: rows come and go while it is made.
    let mut digests: BTreeSet<String> = files::digests(&mut db.read().await?).await?.into_iter().collect();
    let database = copy_database(&db, &config.database(), target).await?;
    digests.extend(files::digests(&mut db.read().await?).await?);
    db.close().await;
    let (from, to) = (open::blobs(&config).await?, Store::at(target.join("blobs")).await?);
    let mut bad = Vec::new();
    for text in &digests {
        if let Err(error) = copy_blob(&from, &to, text).await {
            bad.push(text.as_str());
            say(format!("文件 {text} 没有备份成功：{error:#}"));
        }
    }
    let kept: Vec<_> = digests.iter().filter(|digest| !bad.contains(&digest.as_str())).cloned().collect();
    let complete = bad.is_empty() && database.is_some();
    let counted = kept.len();
    Manifest::new(Clock::system().now().to_string(), database, kept).write(target)?;
    say(format!("已备份到 {}：文件内容 {counted} 个{}", target.display(), if complete { "及数据库" } else { "" }));
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn copy_database(db: &Db, url: &str, target: &Path) -> anyhow::Result<Option<Copied>> {
    let path = target.join(SQLITE_FILE);
    if db::backup(db, &path).await.context("the database cannot be copied")? {
        let digest = digest_of(&path)?;
        return Ok(Some(Copied { kind: "sqlite".to_owned(), file: SQLITE_FILE.to_owned(), digest }));
    }
    let path = target.join(POSTGRES_FILE);
    if postgres::dump(url, &path).await? {
        let digest = digest_of(&path)?;
        return Ok(Some(Copied { kind: "postgres".to_owned(), file: POSTGRES_FILE.to_owned(), digest }));
    }
    say("本机没有 pg_dump，数据库没有备份。请在装有 PostgreSQL 客户端的机器上执行 pg_dump --format=custom");
    Ok(None)
}

/// Copies one file's content; what arrives must have the digest it is kept under.
pub(super) async fn copy_blob(from: &Store, to: &Store, text: &str) -> anyhow::Result<()> {
    let digest = Digest::parse(text)?;
    let mut content = from.open(&digest, ..).await?;
    let mut upload = to.begin(u64::MAX).await?;
    while let Some(chunk) = content.next().await {
        upload.write(&chunk?).await?;
    }
    let stored = upload.finish().await?;
    if stored.digest != digest {
        to.remove(&stored.digest).await?;
        anyhow::bail!("内容与记录的摘要不符，可能已损坏");
    }
    Ok(())
}
