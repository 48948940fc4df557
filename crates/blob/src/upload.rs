//! An upload under way: a temporary file with a running hash, which becomes a blob or vanishes.

use std::{io, path::Path};

use bytes::Bytes;
use sha2::Digest as _;
use tempfile::{NamedTempFile, TempPath};
use tokio::{fs::File, io::AsyncWriteExt, task::spawn_blocking};

use crate::{BlobError, Digest, Place, Store};

/// How many first bytes of an upload are kept in memory for [`crate::sniff()`].
pub const HEAD_BYTES: usize = 8 * 1024;

/// A blob half-written. Dropping it removes its temporary file; only [`Upload::finish`] keeps the bytes.
#[derive(Debug)]
pub struct Upload {
    store: Store,
    file: File,
    temp: TempPath,
    hash: sha2::Sha256,
    size: u64,
    max_bytes: u64,
    head: Vec<u8>,
    /// False while a write is under way, and for ever after one that failed or was cancelled.
    whole: bool,
}

/// A blob that is safely kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name from now on.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// The first [`HEAD_BYTES`] bytes, or all of them when there are fewer.
    pub head: Bytes,
}

impl Upload {
    pub(crate) async fn begin(store: Store, max_bytes: u64) -> Result<Self, BlobError> {
        let temp_dir = store.temp_dir();
        let made = spawn_blocking(move || NamedTempFile::with_prefix_in("upload-", temp_dir)).await;
        let (file, temp) = flatten(made)?.into_parts();
        Ok(Self { store, file: File::from_std(file), temp, hash: sha2::Sha256::new(), size: 0, max_bytes, head: Vec::new(), whole: true })
    }

    /// Appends a chunk. Chunks of 16 to 64 KiB, as a request body delivers them, are efficient.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`] before the first byte over the limit reaches the disk; after any error, and after a write whose
    /// future was dropped half-way, the upload only answers [`BlobError::Interrupted`].
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), BlobError> {
        if !std::mem::replace(&mut self.whole, false) {
            return Err(BlobError::Interrupted);
        }
        let size = self.size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if size > self.max_bytes {
            return Err(BlobError::TooLarge { max_bytes: self.max_bytes });
        }
        self.file.write_all(chunk).await?;
        self.hash.update(chunk);
        let missing = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend(chunk.iter().take(missing));
        self.size = size;
        self.whole = true;
        Ok(())
    }

    /// Bytes written so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The first bytes written so far, at most [`HEAD_BYTES`]: enough to refuse a wrong type before the rest has arrived.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Makes the bytes durable under their digest, where blobs live: on the disk the file is synced, renamed into place, and the
    /// directories are synced; into a bucket it is sent, and it is looked whether all of it arrived.
    ///
    /// When the blob is there already, the new copy takes its place, so that a damaged old one is healed; readers of the old
    /// one keep what they opened. An empty upload is a blob too.
    ///
    /// # Errors
    /// [`BlobError::Interrupted`] after a failed write; [`BlobError::Full`] or [`BlobError::Io`] from the disk;
    /// [`BlobError::Refused`] or [`BlobError::Remote`] from the bucket. Nothing is kept then.
    pub async fn finish(self) -> Result<Stored, BlobError> {
        let home = self.store.home();
        self.finish_at(home, None).await
    }

    /// The same at a place of the caller's choice; where the digest is not the one that is `expected`, nothing is kept.
    pub(crate) async fn finish_at(mut self, place: Place, expected: Option<&Digest>) -> Result<Stored, BlobError> {
        if !self.whole {
            return Err(BlobError::Interrupted);
        }
        // A tokio file reports the error of its last write here.
        self.file.flush().await?;
        self.file.sync_all().await?;
        let digest = Digest::from_hash(&self.hash.finalize().into());
        if expected.is_some_and(|expected| *expected != digest) {
            return Err(BlobError::Damaged);
        }
        self.store.keep(place, self.temp, &digest, self.size).await?;
        Ok(Stored { digest, size: self.size, head: self.head.into() })
    }
}

/// Renames the temporary file into place and syncs every directory on the way: another upload may have made a directory
/// and not have synced its parent yet.
pub(crate) fn settle(root: &Path, temp: TempPath, relative: &Path) -> io::Result<()> {
    let target = root.join(relative);
    let directories = target.ancestors().skip(1).take(3);
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let name = temp.to_path_buf();
    temp.persist(&target).map_err(|failed| failed.error)?;
    // Where both are names of one file already, a rename does nothing and leaves both.
    match std::fs::remove_file(name) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    for directory in directories {
        sync_directory(directory)?;
    }
    Ok(())
}

/// Makes renames and removals inside a directory survive a power cut.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    std::fs::File::open(directory)?.sync_all()
}

/// The result of blocking work; a panic or a runtime shutting down counts as a failed read or write.
pub(crate) fn flatten<T>(joined: Result<io::Result<T>, tokio::task::JoinError>) -> Result<T, BlobError> {
    match joined {
        Ok(result) => Ok(result?),
        Err(error) => Err(BlobError::Io(io::Error::other(error))),
    }
}
