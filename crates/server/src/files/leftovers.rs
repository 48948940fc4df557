//! What nobody needs any more: uploads that were never attached to anything, and contents that no row names.
//!
//! Two uploads of the same bytes share one content, and a content lies on the disk a moment before its row is written. So
//! contents go by what the rows name and by their age, never with a row.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use blob::Digest;
use db::Tx;
use tokio_util::sync::CancellationToken;

use super::{store, uploads};
use crate::app::{App, Outcome};

/// An upload that is attached to nothing for so long was given up.
const UNATTACHED: Duration = Duration::from_secs(7 * 86_400);

/// A content is spared for so long: its row may be about to be written, and a backup under way may be about to copy it.
const SPARED: Duration = Duration::from_secs(86_400);

/// Where a content waits for its end; the store keeps unfinished uploads there, and removes what is left of them.
const ASIDE: &str = "tmp";

/// Removes uploads that were given up, at once, and contents that no row has named since yesterday, in the background: looking
/// through the disk takes as long as it takes, and on SQLite a job's transaction keeps every other writer waiting.
pub async fn sweep(tx: &mut Tx, app: &App) -> Outcome<()> {
    // Looked up before the rows go, so that a content outlives its last row by a day: a backup copies the rows first.
    let named: HashSet<String> = store::digests(tx).await?.into_iter().collect();
    store::remove_unattached(tx, app.clock.now().minus(UNATTACHED)).await?;
    uploads::sweep(tx, app).await?;
    let (folder, stop, blobs) = (app.config.data_dir.join("blobs"), app.stop.clone(), app.blobs.clone());
    let named = Arc::new(named);
    tokio::task::spawn_blocking({
        let (named, stop) = (named.clone(), stop.clone());
        move || told("disk", remove_unnamed(&folder, &named, &stop))
    });
    tokio::spawn(async move {
        tokio::select! {
            swept = blobs.sweep_bucket(&named, SPARED) => told("bucket", swept),
            () = stop.cancelled() => {}
        }
    });
    Ok(())
}

fn told(place: &str, swept: Result<u64, impl std::error::Error>) {
    match swept {
        Ok(0) => {}
        Ok(removed) => tracing::info!(place, removed, "contents that no file names were removed"),
        Err(error) => tracing::warn!(place, ?error, "the contents of files cannot be looked through"),
    }
}

/// Removes the contents below `folder` that are old and not named, until told to stop.
fn remove_unnamed(folder: &Path, named: &HashSet<String>, stop: &CancellationToken) -> io::Result<u64> {
    let mut removed = 0;
    for shelf in shelves(folder)? {
        for shelf in shelves(&shelf)? {
            if stop.is_cancelled() {
                return Ok(removed);
            }
            for entry in fs::read_dir(shelf)? {
                let (path, name) = named_path(&entry?);
                if Digest::parse(&name).is_err() || named.contains(&name) {
                    continue;
                }
                match remove_if_old(&path, &folder.join(ASIDE).join(format!("swept-{name}"))) {
                    Ok(gone) => removed += u64::from(gone),
                    Err(error) => tracing::warn!(file = %path.display(), %error, "a content that no file names cannot be removed"),
                }
            }
        }
    }
    Ok(removed)
}

/// The folders that are named by two hexadecimal digits.
fn shelves(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = named_path(&entry);
        if name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) && entry.file_type()?.is_dir() {
            found.push(path);
        }
    }
    Ok(found)
}

fn named_path(entry: &fs::DirEntry) -> (PathBuf, String) {
    (entry.path(), entry.file_name().to_string_lossy().into_owned())
}

/// Removes a content unless it was written again in the meantime. An upload of the same bytes puts its own copy in the old one's
/// place, at any moment: so what is there is put aside first, and put back when it turns out to be new.
fn remove_if_old(path: &Path, aside: &Path) -> io::Result<bool> {
    if !is_old(path)? {
        return Ok(false);
    }
    fs::rename(path, aside)?;
    if !is_old(aside)? {
        fs::rename(aside, path)?;
        return Ok(false);
    }
    fs::remove_file(aside)?;
    Ok(true)
}

/// By the clock of the machine, which stamps the files. One that is stamped in the future has no age and stays.
fn is_old(path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.modified()?.elapsed().is_ok_and(|age| age >= SPARED))
}
