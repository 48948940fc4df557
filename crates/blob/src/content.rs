//! Reading a blob, or a part of it, as a stream of chunks.

use std::{
    fmt,
    io::{self, SeekFrom},
    ops::{Bound, Range, RangeBounds},
    path::Path,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream::BoxStream};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt, Take},
};
use tokio_util::io::ReaderStream;

use crate::{
    BlobError, Digest,
    bucket::{self, Bucket},
};

/// Bytes a read asks for at once, and with that the memory one download needs.
const CHUNK_BYTES: usize = 64 * 1024;

/// An open blob: a stream of chunks of at most 64 KiB, ready to be a response body.
///
/// From the disk it keeps what it opened even when the blob is removed meanwhile; from a bucket the stream may then break off with
/// an error, never with too little. The bytes are not hashed again on the way out; see [`crate::Store::verify`].
pub struct Content {
    chunks: Chunks,
    range: Range<u64>,
    size: u64,
}

enum Chunks {
    File(ReaderStream<Take<File>>),
    Remote(BoxStream<'static, io::Result<Bytes>>),
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("range", &self.range).field("size", &self.size).finish_non_exhaustive()
    }
}

impl Content {
    pub(crate) async fn open(path: &Path, range: impl RangeBounds<u64>) -> Result<Self, BlobError> {
        let mut file = File::open(path).await.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => BlobError::NotFound,
            _ => error.into(),
        })?;
        let size = file.metadata().await?.len();
        let range = resolve(&range, size)?;
        if range.start > 0 {
            file.seek(SeekFrom::Start(range.start)).await?;
        }
        let part = file.take(range.end - range.start);
        Ok(Self { chunks: Chunks::File(ReaderStream::with_capacity(part, CHUNK_BYTES)), range, size })
    }

    pub(crate) async fn fetch(bucket: &Bucket, digest: &Digest, range: impl RangeBounds<u64>) -> Result<Self, BlobError> {
        let all = matches!((range.start_bound(), range.end_bound()), (Bound::Unbounded, Bound::Unbounded));
        let part = if all {
            None
        } else {
            let size = bucket.size(digest).await?.ok_or(BlobError::NotFound)?;
            let part = resolve(&range, size)?;
            // No protocol can ask for nothing.
            if part.is_empty() {
                return Ok(Self { chunks: Chunks::Remote(futures_util::stream::empty().boxed()), range: part, size });
            }
            Some(part)
        };
        let answer = bucket.get(digest, part.clone()).await?.ok_or(BlobError::NotFound)?;
        let (range, size) = (answer.range.clone(), answer.meta.size);
        if part.is_some_and(|part| part != range) {
            return Err(BlobError::remote(format!("another part of {digest} came than was asked for")));
        }
        Ok(Self { chunks: Chunks::Remote(bucket::chunks(answer, CHUNK_BYTES).boxed()), range, size })
    }

    /// Which bytes the stream gives; the end is exclusive. For `Content-Range`.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// How many bytes the stream gives in all. For `Content-Length`.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Whether the stream gives nothing, which is so only for an empty blob.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes in the whole blob, whatever part was asked for.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Stream for Content {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.chunks {
            Chunks::File(chunks) => Pin::new(chunks).poll_next(context),
            Chunks::Remote(chunks) => chunks.as_mut().poll_next(context),
        }
    }
}

/// The range as HTTP reads it: an end behind the blob means its end, a start behind it is an error, and so is a range without
/// bytes, except all of an empty blob.
fn resolve(range: &impl RangeBounds<u64>, size: u64) -> Result<Range<u64>, BlobError> {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&last) => last.saturating_add(1),
        Bound::Excluded(&end) => end,
        Bound::Unbounded => size,
    };
    let end = end.min(size);
    if start < end || (start == 0 && size == 0) { Ok(start..end) } else { Err(BlobError::OutOfRange { size }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_http_reads_them() {
        assert_eq!(resolve(&(..), 10).unwrap(), 0..10);
        assert_eq!(resolve(&(3..), 10).unwrap(), 3..10);
        assert_eq!(resolve(&(3..=3), 10).unwrap(), 3..4);
        assert_eq!(resolve(&(3..100), 10).unwrap(), 3..10);
        assert_eq!(resolve(&(..=u64::MAX), 10).unwrap(), 0..10);
        assert_eq!(resolve(&(..), 0).unwrap(), 0..0);
        for (start, end) in [(10, 11), (5, 5), (7, 3), (u64::MAX, u64::MAX)] {
            assert!(matches!(resolve(&(start..end), 10), Err(BlobError::OutOfRange { size: 10 })), "{start}..{end}");
        }
        assert!(resolve(&(1..), 0).is_err());
    }
}
