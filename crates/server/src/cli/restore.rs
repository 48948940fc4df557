//! `restore`: brings a backup back where there is nothing yet.

use std::path::Path;

use anyhow::Context as _;
use blob::Store;

use super::{
    Common,
    backup::copy_blob,
    manifest::{Manifest, digest_of, make_empty},
    open, postgres, say,
};

/// Restores what `source` holds. Everything is checked against the manifest before it counts as restored.
pub(super) async fn run(common: &Common, source: &Path) -> anyhow::Result<()> {
    let config = open::configure(common, None)?;
    let manifest = Manifest::read(source)?;
    make_empty(&config.data_dir)?;
    if let Some(copied) = &manifest.database {
        let found = digest_of(&source.join(&copied.file))?;
        anyhow::ensure!(found == copied.digest, "备份中的数据库 {} 与清单的摘要不符，备份已损坏", copied.file);
    }
    let (from, to) = (Store::at(source.join("blobs")).await?, open::blobs(&config).await?);
    for digest in &manifest.blobs {
        copy_blob(&from, &to, digest).await.with_context(|| format!("备份中的文件 {digest}"))?;
    }
    let url = config.database();
    match (&manifest.database, url.strip_prefix("sqlite:")) {
        (Some(copied), Some(path)) if copied.kind == "sqlite" => {
            let path = Path::new(path.trim_start_matches("//"));
            anyhow::ensure!(!path.exists(), "{} 已经存在", path.display());
            // Under another name first: a half-copied file is never taken for a database.
            let half = path.with_extension("restoring");
            std::fs::copy(source.join(&copied.file), &half).with_context(|| half.display().to_string())?;
            anyhow::ensure!(digest_of(&half)? == copied.digest, "{} 没有写完整", half.display());
            std::fs::File::open(&half)?.sync_all()?;
            std::fs::rename(&half, path)?;
            say(format!("已恢复数据库和 {} 个文件内容（备份于 {}）", manifest.blobs.len(), manifest.at));
        }
        (Some(copied), None) if copied.kind == "postgres" => {
            let dump = source.join(&copied.file);
            let empty = open::database(&config).await?.applied().await?.is_empty();
            anyhow::ensure!(empty, "目标数据库不是空的");
            if postgres::restore(&url, &dump).await? {
                say(format!("已恢复数据库和 {} 个文件内容（备份于 {}）", manifest.blobs.len(), manifest.at));
            } else {
                say(format!("已恢复 {} 个文件内容。本机没有 pg_restore，请另行用它恢复 {}", manifest.blobs.len(), dump.display()));
            }
        }
        (Some(copied), _) => anyhow::bail!("备份的数据库是 {}，与所设的数据库不是同一种；文件内容已恢复", copied.kind),
        (None, _) => say(format!("已恢复 {} 个文件内容；这份备份里没有数据库，请另行恢复", manifest.blobs.len())),
    }
    Ok(())
}
