//! Reading a blob, or a part of it, as a stream of chunks.

use std::{
    io::{self, SeekFrom},
    ops::{Bound, Range, RangeBounds},
    path::Path,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::Stream;
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt, Take},
};
use tokio_util::io::ReaderStream;

use crate::BlobError;

/// Bytes a read asks for at once, and with that the memory one download needs.
const CHUNK_BYTES: usize = 64 * 1024;

/// An open blob: a stream of chunks of at most 64 KiB, ready to be a response body.
///
/// It keeps what it opened even when the blob is removed meanwhile. The bytes are not hashed again on the way out; see
/// [`crate::Store::verify`].
#[derive(Debug)]
pub struct Content {
    chunks: ReaderStream<Take<File>>,
    range: Range<u64>,
    size: u64,
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
        Ok(Self { chunks: ReaderStream::with_capacity(part, CHUNK_BYTES), range, size })
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
        Pin::new(&mut self.chunks).poll_next(context)
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
