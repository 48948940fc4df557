//! The store: blobs on a local disk or in a bucket, and in both while they are carried from one to the other.

use std::{
    collections::HashSet,
    io::{self, Read},
    ops::{Bound, RangeBounds},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures_util::TryStreamExt as _;
use sha2::Digest as _;
use tempfile::TempPath;
use tokio::task::spawn_blocking;

use crate::{
    BlobError, BucketOptions, Carried, Content, Digest, Place, Rest, Upload,
    bucket::Bucket,
    partial,
    upload::{flatten, settle, sync_directory},
};

/// Where uploads wait; not two hexadecimal digits, so it cannot be taken for a shelf of blobs.
const TEMP_DIR: &str = "tmp";

/// How often a reader looks for a blob: see [`Store::turn`].
const TURNS: u8 = 4;

/// Blobs below one directory: `root/ab/cd/<digest>`, or in a bucket; uploads under way in `root/tmp`.
///
/// Where there is a bucket, blobs live in one of the two places, their home, to which new ones go. Reads look there first and then
/// at the other place, so that it does not matter where a blob is while all are carried over. Cheap to clone. Several processes
/// may share the directory and the bucket, also with different homes.
#[derive(Debug, Clone)]
pub struct Store {
    root: Arc<Path>,
    bucket: Option<Bucket>,
    home: Place,
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
        Ok(Self { root, bucket: None, home: Place::Disk })
    }

    /// The same with a bucket beside it, which must answer. The directory is still needed: uploads are made in it.
    ///
    /// # Errors
    /// [`BlobError::NoBucket`], [`BlobError::Refused`] or [`BlobError::Remote`] when the bucket does not answer as it should;
    /// otherwise as [`Store::at`].
    pub async fn with_bucket(root: impl Into<PathBuf>, bucket: &BucketOptions, home: Place) -> Result<Self, BlobError> {
        let bucket = Some(Bucket::open(bucket).await?);
        Ok(Self { bucket, home, ..Self::at(root).await? })
    }

    /// Where new blobs go.
    #[must_use]
    pub fn home(&self) -> Place {
        self.home
    }

    /// Begins an upload of at most `max_bytes` bytes.
    ///
    /// # Errors
    /// [`BlobError::Full`] or [`BlobError::Io`] when no temporary file can be made.
    pub async fn begin(&self, max_bytes: u64) -> Result<Upload, BlobError> {
        Upload::begin(self.clone(), max_bytes).await
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
        partial::complete(self, id).await
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
        crate::Bundle::begin(self.clone()).await
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
    /// [`BlobError::NotFound`], [`BlobError::OutOfRange`], or a failure of the disk or the bucket. A failure after the first chunk
    /// comes through the stream.
    pub async fn open(&self, digest: &Digest, range: impl RangeBounds<u64>) -> Result<Content, BlobError> {
        let range: (Bound<u64>, Bound<u64>) = (range.start_bound().cloned(), range.end_bound().cloned());
        let mut failed = None;
        for turn in 0..TURNS {
            let opened = match self.turn(turn, digest).await? {
                Some(Place::Disk) => Content::open(&self.path(digest), range).await,
                Some(Place::Bucket) => Content::fetch(self.bucket()?, digest, range).await,
                None => break,
            };
            match opened {
                Err(BlobError::NotFound) => {}
                // The other place may have it.
                Err(error @ (BlobError::Io(_) | BlobError::Refused(_) | BlobError::Remote(_))) => failed = failed.or(Some(error)),
                done => return done,
            }
        }
        Err(failed.unwrap_or(BlobError::NotFound))
    }

    /// Bytes of the blob, or nothing when there is no such blob.
    ///
    /// # Errors
    /// [`BlobError::Io`], [`BlobError::Refused`] or [`BlobError::Remote`] when a place cannot be asked: that is not an absence.
    pub async fn size(&self, digest: &Digest) -> Result<Option<u64>, BlobError> {
        let mut failed = None;
        for turn in 0..TURNS {
            let Some(place) = self.turn(turn, digest).await? else { break };
            match self.size_at(place, digest).await {
                Ok(None) => {}
                Err(error) => failed = failed.or(Some(error)),
                found => return found,
            }
        }
        failed.map_or(Ok(None), Err)
    }

    async fn size_at(&self, place: Place, digest: &Digest) -> Result<Option<u64>, BlobError> {
        if place == Place::Bucket {
            return self.bucket()?.size(digest).await;
        }
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
    /// [`BlobError::Io`] from the disk; [`BlobError::Refused`] or [`BlobError::Remote`] from the bucket, with which it may still
    /// be then.
    pub async fn remove(&self, digest: &Digest) -> Result<bool, BlobError> {
        let on_disk = self.remove_at(Place::Disk, digest).await?;
        let in_bucket = self.bucket.is_some() && self.remove_at(Place::Bucket, digest).await?;
        Ok(on_disk || in_bucket)
    }

    async fn remove_at(&self, place: Place, digest: &Digest) -> Result<bool, BlobError> {
        if place == Place::Bucket {
            return self.bucket()?.remove(digest).await;
        }
        let path = self.path(digest);
        let removed = spawn_blocking(move || match std::fs::remove_file(&path) {
            Ok(()) => path.parent().map_or(Ok(()), sync_directory).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        });
        flatten(removed.await)
    }

    /// Reads the whole blob, where a reader would get it, and says whether its bytes still have this digest; false also when it is
    /// missing.
    ///
    /// # Errors
    /// [`BlobError::Io`], [`BlobError::Refused`] or [`BlobError::Remote`] when it cannot be read, which is no proof of damage.
    pub async fn verify(&self, digest: &Digest) -> Result<bool, BlobError> {
        for turn in 0..TURNS {
            let Some(place) = self.turn(turn, digest).await? else { break };
            if let Some(sound) = self.verify_at(place, digest).await? {
                return Ok(sound);
            }
        }
        Ok(false)
    }

    /// Nothing where it is missing.
    async fn verify_at(&self, place: Place, digest: &Digest) -> Result<Option<bool>, BlobError> {
        let found = if place == Place::Bucket {
            match Content::fetch(self.bucket()?, digest, ..).await {
                Err(BlobError::NotFound) => None,
                content => Some(hash_stream(content?).await?),
            }
        } else {
            let path = self.path(digest);
            flatten(spawn_blocking(move || hash_file(&path)).await)?
        };
        Ok(found.map(|found| found == *digest))
    }

    /// Sees to it that the blob is whole at a place: what is missing or damaged there is copied from the other place and read back.
    /// With [`Rest::Removed`] the other copy goes then, which is allowed only where `to` is home. Whoever dies in between has lost
    /// nothing and does it again.
    ///
    /// A blob that is removed while it is carried may be there again afterwards: the caller looks at its rows once more.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] where it is nowhere; [`BlobError::Damaged`] where no copy has the right bytes, or where what arrived
    /// has not; [`BlobError::Home`]; [`BlobError::NoBucket`]; or a failure of either place.
    pub async fn carry(&self, digest: &Digest, to: Place, rest: Rest) -> Result<Carried, BlobError> {
        self.bucket()?;
        if rest == Rest::Removed && to != self.home {
            return Err(BlobError::Home);
        }
        // Brings back what was swept.
        if self.size(digest).await?.is_none() {
            return Err(BlobError::NotFound);
        }
        let from = to.other();
        let before = self.verify_at(to, digest).await?;
        if before != Some(true) {
            match self.copy(digest, to).await {
                Err(BlobError::NotFound) if before.is_some() => return Err(BlobError::Damaged),
                copied => copied?,
            }
            if self.verify_at(to, digest).await? != Some(true) {
                return Err(BlobError::Damaged);
            }
        }
        let removed = rest == Rest::Removed && self.remove_at(from, digest).await?;
        Ok(Carried { copied: before != Some(true), removed })
    }

    async fn copy(&self, digest: &Digest, to: Place) -> Result<(), BlobError> {
        if to == Place::Bucket {
            let path = self.path(digest);
            let size = self.size_at(Place::Disk, digest).await?.ok_or(BlobError::NotFound)?;
            return self.bucket()?.put(digest, &path, size).await;
        }
        let mut content = Content::fetch(self.bucket()?, digest, ..).await?;
        let mut upload = self.begin(content.size()).await?;
        while let Some(chunk) = content.try_next().await? {
            upload.write(&chunk).await?;
        }
        upload.finish_at(to, Some(digest)).await.map(drop)
    }

    /// Removes from the bucket what is not `named` and was written longer ago than `older_than`, after a second such time during
    /// which it can still be read; says how many went out of use. Nothing happens without a bucket.
    ///
    /// # Errors
    /// [`BlobError::Refused`] or [`BlobError::Remote`] when the bucket cannot be listed. A single blob that cannot be removed is
    /// skipped and logged.
    pub async fn sweep_bucket(&self, named: &HashSet<String>, older_than: Duration) -> Result<u64, BlobError> {
        match &self.bucket {
            Some(bucket) => bucket.sweep(named, older_than).await,
            None => Ok(0),
        }
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

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn temp_dir(&self) -> PathBuf {
        self.root.join(TEMP_DIR)
    }

    fn bucket(&self) -> Result<&Bucket, BlobError> {
        self.bucket.as_ref().ok_or(BlobError::NoBucket)
    }

    pub(crate) fn bucket_at_home(&self) -> Option<&Bucket> {
        self.bucket.as_ref().filter(|_| self.home == Place::Bucket)
    }

    /// Brings a temporary file to a place. It goes in any case.
    pub(crate) async fn keep(&self, place: Place, temp: TempPath, digest: &Digest, size: u64) -> Result<(), BlobError> {
        if place == Place::Bucket {
            return self.bucket()?.put(digest, &temp, size).await;
        }
        let (root, relative) = (self.root.clone(), digest.relative_path());
        flatten(spawn_blocking(move || settle(&root, temp, &relative)).await)
    }

    /// Where a reader looks for a blob, one turn after the other. Between the look at its home and the one at the other place it may
    /// have been carried home, so both are looked at twice; in between comes back what was swept.
    async fn turn(&self, turn: u8, digest: &Digest) -> Result<Option<Place>, BlobError> {
        let Some(bucket) = &self.bucket else { return Ok((turn == 0).then_some(Place::Disk)) };
        if turn == 2 {
            bucket.bring_back(digest).await?;
        }
        Ok(Some(if matches!(turn, 0 | 2) { self.home } else { self.home.other() }))
    }
}

async fn hash_stream(content: Content) -> Result<Digest, BlobError> {
    let hash = content.try_fold(sha2::Sha256::new(), |mut hash, chunk| async move {
        hash.update(&chunk);
        Ok(hash)
    });
    Ok(Digest::from_hash(&hash.await?.finalize().into()))
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
