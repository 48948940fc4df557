//! The store on a local disk.

use std::{
    collections::HashSet,
    io::{self, Read},
    ops::RangeBounds,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sha2::Digest as _;
use tokio::task::spawn_blocking;

use crate::{
    BlobError, Content, Digest, Upload, partial,
    upload::{flatten, sync_directory},
};

/// Where uploads wait; not two hexadecimal digits, so it cannot be taken for a shelf of blobs.
const TEMP_DIR: &str = "tmp";

/// Blobs below one directory: `root/ab/cd/<digest>`, uploads under way in `root/tmp`.
///
/// Cheap to clone. Several processes may share the directory.
#[derive(Debug, Clone)]
pub struct Store {
    root: Arc<Path>,
}

impl Store {
    /// Takes a directory as a store and makes it when it is missing. The whole tree must lie on one file system: an upload
    /// becomes a blob by a rename.
    ///
    /// # Errors
    /// [`BlobError::Io`] when the directories cannot be made.
    pub async fn at(root: impl Into<PathBuf>) -> Result<Self, BlobError> {
        let root: Arc<Path> = root.into().into();
        tokio::fs::create_dir_all(root.join(TEMP_DIR)).await?;
        Ok(Self { root })
    }

    /// Begins an upload of at most `max_bytes` bytes.
    ///
    /// # Errors
    /// [`BlobError::Full`] or [`BlobError::Io`] when no temporary file can be made.
    pub async fn begin(&self, max_bytes: u64) -> Result<Upload, BlobError> {
        Upload::begin(self.root.clone(), &self.root.join(TEMP_DIR), max_bytes).await
    }

    /// Opens a partial upload to be continued behind its first `safe` bytes, which are all that stays of it; begins one where
    /// nothing is safe yet. Two that write to one at the same time would spoil it: see [`crate::Partial`].
    ///
    /// # Errors
    /// [`BlobError::NotFound`] where fewer bytes are there than should be safe; [`BlobError::Full`] or [`BlobError::Io`].
    pub async fn continue_partial(&self, id: u128, safe: u64) -> Result<crate::Partial, BlobError> {
        crate::Partial::open(self.root.clone(), id, safe).await
    }

    /// Makes a blob of a partial upload, which stays until [`Store::remove_partial`]; doing it again answers the same.
    ///
    /// # Errors
    /// [`BlobError::NotFound`], or as [`Upload::finish`].
    pub async fn complete_partial(&self, id: u128) -> Result<crate::Stored, BlobError> {
        partial::complete(self.root.clone(), self.root.join(TEMP_DIR), id).await
    }

    /// Takes a partial upload away; nothing happens where there is none.
    ///
    /// # Errors
    /// [`BlobError::Io`] from the disk.
    pub async fn remove_partial(&self, id: u128) -> Result<(), BlobError> {
        partial::remove(self.root.clone(), id).await
    }

    /// Takes away partial uploads that are not `known` and to which nothing was written for `older_than`; says how many went.
    ///
    /// # Errors
    /// [`BlobError::Io`] from the disk.
    pub async fn sweep_partials(&self, known: HashSet<u128>, older_than: Duration) -> Result<u64, BlobError> {
        partial::sweep(self.root.clone(), known, older_than).await
    }

    /// Begins a ZIP of blobs of this store.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn bundle(&self) -> Result<crate::Bundle, BlobError> {
        crate::Bundle::begin(self.root.clone(), &self.root.join(TEMP_DIR)).await
    }

    /// Stores bytes that are already in memory.
    ///
    /// # Errors
    /// As [`Upload::finish`].
    pub async fn put(&self, bytes: &[u8]) -> Result<crate::Stored, BlobError> {
        let mut upload = self.begin(u64::MAX).await?;
        upload.write(bytes).await?;
        upload.finish().await
    }

    /// Opens a blob or a part of it: `..` for all, `start..end` for a range request. An end behind the blob's end is cut.
    ///
    /// # Errors
    /// [`BlobError::NotFound`], [`BlobError::OutOfRange`], or a failure of the disk. A failure after the first chunk comes
    /// through the stream.
    pub async fn open(&self, digest: &Digest, range: impl RangeBounds<u64>) -> Result<Content, BlobError> {
        Content::open(&self.path(digest), range).await
    }

    /// Bytes of the blob, or nothing when there is no such blob.
    ///
    /// # Errors
    /// [`BlobError::Io`] when the disk cannot be asked: that is not an absence.
    pub async fn size(&self, digest: &Digest) -> Result<Option<u64>, BlobError> {
        match tokio::fs::metadata(self.path(digest)).await {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there is a blob of this digest; its bytes are not checked.
    ///
    /// # Errors
    /// [`BlobError::Io`] when the disk cannot be asked.
    pub async fn exists(&self, digest: &Digest) -> Result<bool, BlobError> {
        Ok(self.size(digest).await?.is_some())
    }

    /// Removes a blob; false when there was none. Readers that opened it before keep it to the end.
    ///
    /// The caller sees to it that no row needs the blob and that no upload of the same bytes is about to be recorded.
    ///
    /// # Errors
    /// [`BlobError::Io`] from the disk.
    pub async fn remove(&self, digest: &Digest) -> Result<bool, BlobError> {
        let path = self.path(digest);
        let removed = spawn_blocking(move || match std::fs::remove_file(&path) {
            Ok(()) => path.parent().map_or(Ok(()), sync_directory).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        });
        flatten(removed.await)
    }

    /// Reads the whole blob and says whether its bytes still have this digest; false also when it is missing.
    ///
    /// # Errors
    /// [`BlobError::Io`] when the disk cannot read it, which is no proof of damage.
    pub async fn verify(&self, digest: &Digest) -> Result<bool, BlobError> {
        let path = self.path(digest);
        let found = flatten(spawn_blocking(move || hash_file(&path)).await)?;
        Ok(found.is_some_and(|found| found == *digest))
    }

    /// Removes what a crash left in the temporary directory and says how many files went.
    ///
    /// A file counts as left over when nothing was written to it for `older_than`, by the clock of the machine, which also
    /// stamps the files; an hour spares every upload that still moves.
    ///
    /// # Errors
    /// [`BlobError::Io`] when the directory cannot be read. A single file that cannot be removed is skipped and logged.
    pub async fn sweep_temp(&self, older_than: Duration) -> Result<u64, BlobError> {
        let directory = self.root.join(TEMP_DIR);
        flatten(spawn_blocking(move || sweep(&directory, older_than)).await)
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.root.join(digest.relative_path())
    }
}

fn hash_file(path: &Path) -> io::Result<Option<Digest>> {
    let mut file = match std::fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Some(Digest::from_hash(&hash.finalize().into()))),
            Ok(count) => hash.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn sweep(directory: &Path, older_than: Duration) -> io::Result<u64> {
    let mut removed = 0;
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        match remove_if_old(&path, older_than) {
            Ok(true) => removed += 1,
            Ok(false) => {}
            // An upload that finished or was dropped between the listing and now.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(file = %path.display(), %error, "cannot remove a leftover upload"),
        }
    }
    Ok(removed)
}

fn remove_if_old(path: &Path, older_than: Duration) -> io::Result<bool> {
    let found = std::fs::symlink_metadata(path)?;
    // A file stamped in the future, after the clock was set back, has no age and stays.
    let is_old = found.modified()?.elapsed().is_ok_and(|age| age >= older_than);
    if found.is_file() && is_old {
        std::fs::remove_file(path)?;
        return Ok(true);
    }
    Ok(false)
}
