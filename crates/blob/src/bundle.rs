//! Several contents as one ZIP, given out while it is read: blobs of the store and what the caller writes beside them.
//!
//! Nothing is compressed and every entry carries the same date, so the same entries make the same bytes whenever and wherever
//! they are put together, and the length is known before the first byte goes out. Everything is read once before that: a
//! blob whose bytes are no longer those of its digest is refused instead of being handed on.

use std::{
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    ops::Range,
    sync::Arc,
};

use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use sha2::Digest as _;
use tokio::task::spawn_blocking;

use crate::{BlobError, Content, Digest, Store, upload::flatten};

/// 1980-01-01 00:00, the first moment a ZIP can say.
const DATE: u16 = (1 << 5) | 1;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// From here on sizes, offsets and counts stand in the fields of ZIP64.
const LARGE: u64 = 0xffff_ffff;
const MANY: usize = 0xffff;
/// A regular file that everybody may read, as Unix says it; made by version 4.5 on Unix.
const ATTRIBUTES: u32 = 0o100_644 << 16;
const MADE_BY: u16 = (3 << 8) | 45;

const CHUNK: usize = 64 * 1024;

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path inside, with `/` between folders.
    pub name: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    crc: u32,
    source: Source,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Blob,
    /// Bytes of the spool.
    Spool(Range<u64>),
}

/// A ZIP being put together. What is written to it waits in a file without a name, not in memory.
#[derive(Debug)]
pub struct Bundle {
    store: Store,
    spool: Arc<std::fs::File>,
    spooled: u64,
    entries: Vec<Entry>,
}

impl Bundle {
    pub(crate) async fn begin(store: Store) -> Result<Self, BlobError> {
        let temp_dir = store.temp_dir();
        let spool = flatten(spawn_blocking(move || tempfile::tempfile_in(temp_dir)).await)?;
        Ok(Self { store, spool: Arc::new(spool), spooled: 0, entries: Vec::new() })
    }

    /// What is in it so far.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds a file of these bytes.
    ///
    /// # Errors
    /// [`BlobError::Full`] or [`BlobError::Io`] from the disk.
    pub async fn add(&mut self, name: impl Into<String>, bytes: impl Into<Bytes>) -> Result<(), BlobError> {
        let mut part = self.part(name);
        part.write(bytes).await?;
        part.finish();
        Ok(())
    }

    /// Adds a file that is written piece by piece. One that is dropped unfinished is not in the bundle.
    pub fn part(&mut self, name: impl Into<String>) -> Part<'_> {
        Part { start: self.spooled, bundle: self, name: name.into(), crc: crc32fast::Hasher::new(), hash: sha2::Sha256::new() }
    }

    /// Adds a blob, which is read to its end.
    ///
    /// # Errors
    /// [`BlobError::NotFound`] where it is missing or its bytes are others than its digest says; [`BlobError::Io`].
    pub async fn add_blob(&mut self, name: impl Into<String>, digest: &Digest) -> Result<(), BlobError> {
        let (found, size, crc) = measure(self.store.open(digest, ..).await?).await?;
        if found != *digest {
            return Err(BlobError::NotFound);
        }
        self.entries.push(Entry { name: name.into(), digest: found, size, crc, source: Source::Blob });
        Ok(())
    }

    /// Bytes of the whole ZIP.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a ZIP without entries still has bytes")]
    pub fn len(&self) -> u64 {
        let contents: u64 = self.entries.iter().map(|entry| entry.size + size_of(&local_header(entry))).sum();
        contents + size_of(&self.directory())
    }

    /// The directory at the end, which says where everything lies.
    fn directory(&self) -> Bytes {
        let mut out = BytesMut::new();
        let mut offset = 0;
        for entry in &self.entries {
            central_header(&mut out, entry, offset);
            offset += size_of(&local_header(entry)) + entry.size;
        }
        let size = out.len() as u64;
        end(&mut out, self.entries.len(), size, offset);
        out.freeze()
    }

    /// The bytes of the ZIP. A blob that changes or goes in the meantime breaks the stream off.
    pub fn into_stream(self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let directory = self.directory();
        let Self { store, spool, entries, .. } = self;
        let parts = stream::iter(entries).flat_map(move |entry| {
            let header = stream::iter([Ok(local_header(&entry))]);
            let content = match entry.source {
                Source::Blob => blob(store.clone(), entry.digest, entry.size).boxed(),
                Source::Spool(range) => spooled(spool.clone(), range).boxed(),
            };
            header.chain(content)
        });
        parts.chain(stream::iter([Ok(directory)]))
    }
}

/// A file of a bundle while it is written.
#[derive(Debug)]
pub struct Part<'a> {
    bundle: &'a mut Bundle,
    name: String,
    start: u64,
    crc: crc32fast::Hasher,
    hash: sha2::Sha256,
}

impl Part<'_> {
    /// Appends bytes.
    ///
    /// # Errors
    /// [`BlobError::Full`] or [`BlobError::Io`] from the disk.
    pub async fn write(&mut self, bytes: impl Into<Bytes>) -> Result<(), BlobError> {
        let bytes = bytes.into();
        self.crc.update(&bytes);
        self.hash.update(&bytes);
        let (at, count, spool) = (self.bundle.spooled, bytes.len() as u64, self.bundle.spool.clone());
        let written = spawn_blocking(move || {
            let mut spool = &*spool;
            spool.seek(SeekFrom::Start(at))?;
            spool.write_all(&bytes)
        });
        flatten(written.await)?;
        self.bundle.spooled += count;
        Ok(())
    }

    /// The file is complete.
    pub fn finish(self) {
        let Self { bundle, name, start, crc, hash } = self;
        bundle.entries.push(Entry {
            name,
            digest: Digest::from_hash(&hash.finalize().into()),
            size: bundle.spooled - start,
            crc: crc.finalize(),
            source: Source::Spool(start..bundle.spooled),
        });
    }
}

async fn measure(mut content: Content) -> Result<(Digest, u64, u32), BlobError> {
    let (mut hash, mut crc, mut size) = (sha2::Sha256::new(), crc32fast::Hasher::new(), 0);
    while let Some(chunk) = content.next().await {
        let chunk = chunk?;
        hash.update(&chunk);
        crc.update(&chunk);
        size += chunk.len() as u64;
    }
    Ok((Digest::from_hash(&hash.finalize().into()), size, crc.finalize()))
}

fn blob(store: Store, digest: Digest, size: u64) -> impl Stream<Item = io::Result<Bytes>> {
    stream::once(async move {
        let content = store.open(&digest, ..).await.map_err(io::Error::other)?;
        if content.size() == size { Ok(content) } else { Err(io::Error::other("the blob has changed")) }
    })
    .flat_map(|opened| match opened {
        Ok(content) => content.boxed(),
        Err(error) => stream::iter([Err(error)]).boxed(),
    })
}

fn spooled(spool: Arc<std::fs::File>, range: Range<u64>) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((spool, range), |(spool, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let count = usize::try_from(range.end - range.start).unwrap_or(CHUNK).min(CHUNK);
        let (start, file) = (range.start, spool.clone());
        let read = spawn_blocking(move || {
            let mut bytes = vec![0; count];
            let mut file = &*file;
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(&mut bytes).map(|()| bytes)
        });
        let bytes = read.await.map_err(io::Error::other)??;
        Ok(Some((Bytes::from(bytes), (spool, start + count as u64..range.end))))
    })
}

fn size_of(bytes: &Bytes) -> u64 {
    bytes.len() as u64
}

/// The value where it fits into 32 bits, otherwise the sign that it stands in the extra field.
fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn short(value: usize) -> u16 {
    u16::try_from(value).unwrap_or(u16::MAX)
}

const fn version(large: bool) -> u16 {
    if large { 45 } else { 20 }
}

/// What stands in front of the bytes of an entry.
fn local_header(entry: &Entry) -> Bytes {
    let large = entry.size >= LARGE;
    let mut out = BytesMut::new();
    out.put_u32_le(0x0403_4b50);
    out.put_u16_le(version(large));
    common(&mut out, entry);
    out.put_u16_le(if large { 20 } else { 0 });
    out.put_slice(entry.name.as_bytes());
    if large {
        extra(&mut out, &[entry.size, entry.size]);
    }
    out.freeze()
}

/// From the flags to the length of the name: the same in both headers.
fn common(out: &mut BytesMut, entry: &Entry) {
    out.put_u16_le(FLAGS);
    // Stored as it is.
    out.put_u16_le(0);
    out.put_u16_le(0);
    out.put_u16_le(DATE);
    out.put_u32_le(entry.crc);
    let size = if entry.size >= LARGE { u32::MAX } else { narrow(entry.size) };
    out.put_u32_le(size);
    out.put_u32_le(size);
    out.put_u16_le(short(entry.name.len()));
}

/// The field of ZIP64.
fn extra(out: &mut BytesMut, values: &[u64]) {
    out.put_u16_le(1);
    out.put_u16_le(short(values.len() * 8));
    for value in values {
        out.put_u64_le(*value);
    }
}

fn central_header(out: &mut BytesMut, entry: &Entry, offset: u64) {
    let mut wide = Vec::new();
    if entry.size >= LARGE {
        wide.extend([entry.size, entry.size]);
    }
    if offset >= LARGE {
        wide.push(offset);
    }
    out.put_u32_le(0x0201_4b50);
    out.put_u16_le(MADE_BY);
    out.put_u16_le(version(!wide.is_empty()));
    common(out, entry);
    out.put_u16_le(if wide.is_empty() { 0 } else { short(4 + wide.len() * 8) });
    // Comment, disk, internal attributes.
    out.put_u16_le(0);
    out.put_u16_le(0);
    out.put_u16_le(0);
    out.put_u32_le(ATTRIBUTES);
    out.put_u32_le(narrow(offset));
    out.put_slice(entry.name.as_bytes());
    if !wide.is_empty() {
        extra(out, &wide);
    }
}

fn end(out: &mut BytesMut, count: usize, size: u64, offset: u64) {
    if count >= MANY || size >= LARGE || offset >= LARGE {
        out.put_u32_le(0x0606_4b50);
        out.put_u64_le(44);
        out.put_u16_le(MADE_BY);
        out.put_u16_le(45);
        out.put_u64_le(0);
        out.put_u64_le(count as u64);
        out.put_u64_le(count as u64);
        out.put_u64_le(size);
        out.put_u64_le(offset);
        // Where that record lies.
        out.put_u32_le(0x0706_4b50);
        out.put_u32_le(0);
        out.put_u64_le(offset + size);
        out.put_u32_le(1);
    }
    out.put_u32_le(0x0605_4b50);
    out.put_u32_le(0);
    out.put_u16_le(short(count));
    out.put_u16_le(short(count));
    out.put_u32_le(narrow(size));
    out.put_u32_le(narrow(offset));
    out.put_u16_le(0);
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    async fn bytes(bundle: Bundle) -> Vec<u8> {
        let length = bundle.len();
        let mut stream = Box::pin(bundle.into_stream());
        let mut out = Vec::new();
        while let Some(chunk) = stream.next().await {
            out.extend(chunk.unwrap());
        }
        assert_eq!(out.len() as u64, length, "the length is known before");
        out
    }

    async fn sample(store: &Store) -> Bundle {
        let digest = store.put(&vec![7; 200_000]).await.unwrap().digest;
        let mut bundle = store.bundle().await.unwrap();
        bundle.add("说明.txt", "你好").await.unwrap();
        bundle.add_blob("文件/01 图.png", &digest).await.unwrap();
        let mut part = bundle.part("台账.jsonl");
        part.write("一\n").await.unwrap();
        part.write("二\n").await.unwrap();
        part.finish();
        let mut lost = bundle.part("半途而废");
        lost.write("x").await.unwrap();
        drop(lost);
        bundle.add("空", "").await.unwrap();
        bundle
    }

    #[tokio::test]
    async fn anybody_can_unpack_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path()).await.unwrap();
        let bundle = sample(&store).await;
        assert_eq!(bundle.entries()[2].digest, Digest::of("一\n二\n".as_bytes()));
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes(bundle).await)).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["说明.txt", "文件/01 图.png", "台账.jsonl", "空"]);
        let mut read = |name: &str| {
            let mut text = Vec::new();
            // Checks the CRC on the way.
            zip.by_name(name).unwrap().read_to_end(&mut text).unwrap();
            text
        };
        assert_eq!(read("说明.txt"), "你好".as_bytes());
        assert_eq!(read("文件/01 图.png"), vec![7; 200_000]);
        assert_eq!(read("台账.jsonl"), "一\n二\n".as_bytes());
        assert!(read("空").is_empty());
    }

    #[tokio::test]
    async fn the_same_entries_make_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path()).await.unwrap();
        assert_eq!(bytes(sample(&store).await).await, bytes(sample(&store).await).await);
    }

    #[tokio::test]
    async fn a_damaged_or_missing_blob_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path()).await.unwrap();
        let digest = store.put(b"good").await.unwrap().digest;
        std::fs::write(folder.path().join(digest.relative_path()), b"evil").unwrap();
        let mut bundle = store.bundle().await.unwrap();
        assert!(matches!(bundle.add_blob("a", &digest).await, Err(BlobError::NotFound)));
        assert!(matches!(bundle.add_blob("b", &Digest::of(b"never stored")).await, Err(BlobError::NotFound)));
        assert!(bundle.entries().is_empty());
    }

    /// Five gigabytes that are not there: only the headers are made, and a reader finds its way by them.
    #[tokio::test]
    async fn more_than_four_gigabytes_are_said_as_zip64_says_them() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path()).await.unwrap();
        let mut bundle = store.bundle().await.unwrap();
        let entry = |name: &str, size, crc| Entry { name: name.into(), digest: Digest::of(b""), size, crc, source: Source::Blob };
        bundle.entries = vec![entry("大", 5 << 30, 0), entry("小", 3, crc32fast::hash(b"abc"))];
        let path = folder.path().join("a.zip");
        let mut file = std::fs::File::create_new(&path).unwrap();
        file.write_all(&local_header(&bundle.entries[0])).unwrap();
        file.seek(SeekFrom::Current(5 << 30)).unwrap();
        file.write_all(&local_header(&bundle.entries[1])).unwrap();
        file.write_all(b"abc").unwrap();
        file.write_all(&bundle.directory()).unwrap();
        assert_eq!(file.metadata().unwrap().len(), bundle.len());
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
        assert_eq!(zip.by_name("大").unwrap().size(), 5 << 30);
        let mut text = String::new();
        zip.by_name("小").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }
}
