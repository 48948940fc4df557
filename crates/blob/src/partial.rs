//! An upload that comes in pieces, over hours and over restarts: a file of its own until it is whole.
//!
//! The caller keeps in mind how many bytes are safe ([`Partial::sync`]) and sees to it that one writer works at a time. What lies
//! behind the safe bytes, left by a writer that died, is cut off when the next one begins.

use std::{
    collections::HashSet,
    io::{self, Read as _, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sha2::Digest as _;
use tokio::{
    fs::File,
    io::{AsyncSeekExt as _, AsyncWriteExt as _},
    task::spawn_blocking,
};

use crate::{
    BlobError, Digest, HEAD_BYTES, Store, Stored,
    upload::{flatten, settle},
};

/// Not two hexadecimal digits, so it cannot be taken for a shelf of blobs.
const DIR: &str = "partial";

/// Where a partial upload of this number lies.
fn place(root: &Path, id: u128) -> PathBuf {
    root.join(DIR).join(format!("{id:032x}"))
}

/// A partial upload opened to be continued.
#[derive(Debug)]
pub struct Partial {
    file: File,
    size: u64,
}

impl Partial {
    pub(crate) async fn open(root: Arc<Path>, id: u128, safe: u64) -> Result<Self, BlobError> {
        let opened = spawn_blocking(move || {
            std::fs::create_dir_all(root.join(DIR))?;
            let file = std::fs::File::options().create(safe == 0).truncate(false).write(true).open(place(&root, id))?;
            if file.metadata()?.len() < safe {
                return Err(io::Error::from(io::ErrorKind::NotFound));
            }
            file.set_len(safe)?;
            Ok(file)
        });
        let file = flatten(opened.await).map_err(gone)?;
        let mut file = File::from_std(file);
        file.seek(SeekFrom::Start(safe)).await?;
        Ok(Self { file, size: safe })
    }

    /// Appends a chunk, and returns when it is written: nothing of it comes later, when another writer may have begun.
    ///
    /// # Errors
    /// [`BlobError::Full`] or [`BlobError::Io`] from the disk.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), BlobError> {
        self.file.write_all(chunk).await?;
        self.file.flush().await?;
        self.size += chunk.len() as u64;
        Ok(())
    }

    /// Makes everything written so far survive a power cut and says how much that is.
    ///
    /// # Errors
    /// [`BlobError::Full`] or [`BlobError::Io`] from the disk; nothing since the last time is safe then.
    pub async fn sync(&mut self) -> Result<u64, BlobError> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        Ok(self.size)
    }

    /// Bytes written, safe or not.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

fn gone(error: BlobError) -> BlobError {
    match error {
        BlobError::Io(error) if error.kind() == io::ErrorKind::NotFound => BlobError::NotFound,
        other => other,
    }
}

/// Hashes a partial upload and makes a blob of it; on the disk that is a second name, that of its digest. The first name stays until
/// [`remove`]: whoever dies in between does this again.
pub(crate) async fn complete(store: &Store, id: u128) -> Result<Stored, BlobError> {
    let path = place(store.root(), id);
    let hashed = spawn_blocking({
        let path = path.clone();
        move || read(&path)
    });
    let (digest, size, head) = flatten(hashed.await).map_err(gone)?;
    let stored = Stored { digest, size, head: head.into() };
    if let Some(bucket) = store.bucket_at_home() {
        bucket.put(&stored.digest, &path, size).await.map_err(gone)?;
        return Ok(stored);
    }
    let (root, temp_dir, relative) = (store.root().to_owned(), store.temp_dir(), stored.digest.relative_path());
    let done = spawn_blocking(move || {
        let temp = tempfile::Builder::new().prefix("link-").make_in(&temp_dir, |temp| {
            // Some file systems know no second name.
            std::fs::hard_link(&path, temp).or_else(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Err(error),
                _ => std::fs::copy(&path, temp).and_then(|_| std::fs::File::open(temp)?.sync_all()),
            })
        })?;
        settle(&root, temp.into_temp_path(), &relative)
    });
    flatten(done.await).map_err(gone)?;
    Ok(stored)
}

fn read(path: &Path) -> io::Result<(Digest, u64, Vec<u8>)> {
    let mut file = std::fs::File::open(path)?;
    let (mut hash, mut size, mut head) = (sha2::Sha256::new(), 0, Vec::new());
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => return Ok((Digest::from_hash(&hash.finalize().into()), size, head)),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = buffer.get(..count).unwrap_or_default();
        hash.update(bytes);
        head.extend(bytes.iter().take(HEAD_BYTES.saturating_sub(head.len())));
        size += count as u64;
    }
}

/// Takes a partial upload away; nothing happens where there is none.
pub(crate) async fn remove(root: Arc<Path>, id: u128) -> Result<(), BlobError> {
    let removed = spawn_blocking(move || match std::fs::remove_file(place(&root, id)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    });
    flatten(removed.await)
}

/// Takes away what nobody knows of and nobody has written to for so long; says how many files went.
pub(crate) async fn sweep(root: Arc<Path>, known: HashSet<u128>, older_than: Duration) -> Result<u64, BlobError> {
    let swept = spawn_blocking(move || {
        let entries = match std::fs::read_dir(root.join(DIR)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            other => other?,
        };
        let mut removed = 0;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let is_known = name.to_str().and_then(|name| u128::from_str_radix(name, 16).ok()).is_some_and(|id| known.contains(&id));
            let is_old = entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age >= older_than);
            if !is_known && is_old {
                std::fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    });
    flatten(swept.await)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path()).await.unwrap();
        (folder, store)
    }

    #[tokio::test]
    async fn pieces_become_one_blob_and_what_was_not_safe_is_written_again() {
        let (folder, store) = store().await;
        let mut first = store.continue_partial(7, 0).await.unwrap();
        first.write(b"hello ").await.unwrap();
        assert_eq!(first.sync().await.unwrap(), 6);
        first.write(b"lost").await.unwrap();
        drop(first);
        let mut second = store.continue_partial(7, 6).await.unwrap();
        second.write(b"world").await.unwrap();
        assert_eq!(second.sync().await.unwrap(), 11);
        let stored = store.complete_partial(7).await.unwrap();
        assert_eq!((stored.digest.clone(), stored.size, &stored.head[..]), (Digest::of(b"hello world"), 11, &b"hello world"[..]));
        // Whoever died before it was written down does it again.
        assert_eq!(store.complete_partial(7).await.unwrap(), stored);
        store.remove_partial(7).await.unwrap();
        assert!(store.verify(&stored.digest).await.unwrap());
        assert_eq!(std::fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
        assert!(matches!(store.complete_partial(7).await, Err(BlobError::NotFound)));
    }

    #[tokio::test]
    async fn what_is_shorter_than_it_should_be_is_not_continued() {
        let (_folder, store) = store().await;
        store.continue_partial(7, 0).await.unwrap().sync().await.unwrap();
        assert!(matches!(store.continue_partial(7, 1).await, Err(BlobError::NotFound)));
        assert!(matches!(store.continue_partial(8, 1).await, Err(BlobError::NotFound)));
    }

    #[tokio::test]
    async fn only_what_is_old_and_unknown_is_swept() {
        let (folder, store) = store().await;
        for id in [1, 2, 3] {
            store.continue_partial(id, 0).await.unwrap().sync().await.unwrap();
        }
        let mut old = std::fs::File::options();
        old.write(true);
        for id in [1, 2] {
            let file = old.open(place(folder.path(), id)).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        }
        assert_eq!(store.sweep_partials(HashSet::from([1]), Duration::from_secs(3600)).await.unwrap(), 1);
        assert!(place(folder.path(), 1).exists() && !place(folder.path(), 2).exists() && place(folder.path(), 3).exists());
    }
}
