//! A bucket of a store that speaks the S3 protocol.
//!
//! Blobs lie below `prefix` under the paths they would have on a disk. What is swept waits in `swept/` for another day, because a
//! bucket knows no rename: an upload of the same bytes may come between the look at the old one and its removal.

use std::{
    collections::HashSet,
    fmt, io,
    ops::Range,
    path::Path as FilePath,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use object_store::{
    BackoffConfig, ClientOptions, Error, GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore as _, ObjectStoreExt as _, RetryConfig,
    WriteMultipart,
    aws::{AmazonS3, AmazonS3Builder},
    client::{HttpClient, HttpConnector},
    path::Path,
};
use sha2::Digest as _;
use tokio::io::AsyncReadExt as _;

use crate::{BlobError, Digest};

/// Bytes of a part. Two are in memory at once: one on its way, one that is filled.
const PART_BYTES: u64 = 8 << 20;

/// As many parts as the protocol allows.
const MOST_PARTS: u64 = 10_000;

/// Where swept blobs wait; not two hexadecimal digits, so it cannot be taken for a shelf of blobs.
const ASIDE: &str = "swept";

/// Where a bucket is and how to get in. The secret is given away by nothing here: there is no `Debug`.
#[derive(Clone)]
pub struct BucketOptions {
    /// `http://` or `https://` with host and port; empty for the address that Amazon has for the region.
    pub endpoint: String,
    /// Its name.
    pub bucket: String,
    /// Whether the bucket stands in the path of an address, as stores of one's own have it, or in front of the host.
    pub path_style: bool,
    /// What requests are signed for; stores of one's own mostly do not look at it.
    pub region: String,
    /// In front of every key, so that a bucket can be shared; may be empty.
    pub prefix: String,
    /// Who asks.
    pub access_key: String,
    /// What they sign with.
    pub secret_key: String,
}

#[derive(Clone)]
pub(crate) struct Bucket {
    store: Arc<AmazonS3>,
    prefix: Path,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket").field("store", &self.store.to_string()).field("prefix", &self.prefix).finish()
    }
}

/// Gives object_store a client that is made already.
#[derive(Debug)]
struct Ready(reqwest::Client);

impl HttpConnector for Ready {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// A client that gives up what does not move. There is no limit to a whole request: a download takes as long as its reader.
fn client(endpoint: &str) -> Result<reqwest::Client, reqwest::Error> {
    // Another part of the process may have chosen the same before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).read_timeout(Duration::from_secs(60)).no_proxy();
    // Without TLS the certificates of the system are not needed, and a small system may have none.
    if endpoint.starts_with("http://") { client.tls_certs_only([]) } else { client }.build()
}

/// Where requests go; object_store puts the bucket into the path only.
fn address(options: &BucketOptions) -> String {
    let endpoint = options.endpoint.trim_end_matches('/');
    match endpoint.split_once("://") {
        Some((scheme, host)) if !options.path_style => format!("{scheme}://{}.{host}", options.bucket),
        _ => endpoint.to_owned(),
    }
}

impl Bucket {
    /// Connects and looks whether the bucket answers to us.
    pub(crate) async fn open(options: &BucketOptions) -> Result<Self, BlobError> {
        let client = client(&options.endpoint).map_err(BlobError::remote)?;
        let prefix = Path::parse(options.prefix.trim_matches('/')).map_err(BlobError::remote)?;
        let retry = RetryConfig {
            backoff: BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(2), base: 2.0 },
            max_retries: 3,
            retry_timeout: Duration::from_secs(20),
        };
        let mut builder = AmazonS3Builder::new()
            .with_http_connector(Ready(client))
            .with_retry(retry)
            .with_bucket_name(&options.bucket)
            .with_region(&options.region)
            .with_access_key_id(&options.access_key)
            .with_secret_access_key(&options.secret_key)
            .with_virtual_hosted_style_request(!options.path_style)
            // One object in one request, which every store knows.
            .with_disable_bulk_delete(true)
            .with_allow_http(options.endpoint.starts_with("http://"));
        if !options.endpoint.is_empty() {
            builder = builder.with_endpoint(address(options));
        }
        let bucket = Self { store: Arc::new(builder.build()?), prefix };
        bucket.probe().await.map_err(|error| {
            // The library tells a missing bucket from a missing object nowhere but in what the server said.
            if format!("{error:?}").contains("NoSuchBucket") { BlobError::NoBucket } else { error.into() }
        })?;
        Ok(bucket)
    }

    /// Asks for an object that is not there and for the first ones that are.
    async fn probe(&self) -> object_store::Result<()> {
        match self.store.get(&self.prefix.clone().join("probe")).await {
            Ok(_) => {}
            Err(error @ Error::NotFound { .. }) if !format!("{error:?}").contains("NoSuchBucket") => {}
            Err(error) => return Err(error),
        }
        self.store.list(Some(&self.prefix)).next().await.transpose().map(drop)
    }

    fn key(&self, digest: &Digest) -> Path {
        let relative = digest.relative_path();
        relative.iter().fold(self.prefix.clone(), |key, part| key.join(part.to_string_lossy().into_owned()))
    }

    fn aside(&self, digest: &Digest) -> Path {
        self.prefix.clone().join(ASIDE).join(digest.as_str())
    }

    /// Writes a file under its digest; nobody sees it before it is complete. A file that has other bytes than its digest says, or
    /// more or fewer than `size`, is refused before it is.
    pub(crate) async fn put(&self, digest: &Digest, path: &FilePath, size: u64) -> Result<(), BlobError> {
        let key = self.key(digest);
        let mut file = tokio::fs::File::open(path).await.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => BlobError::NotFound,
            _ => error.into(),
        })?;
        if size <= PART_BYTES {
            let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
            file.read_to_end(&mut bytes).await?;
            if Digest::of(&bytes) != *digest {
                return Err(BlobError::Damaged);
            }
            self.store.put(&key, bytes.into()).await?;
        } else {
            self.put_in_parts(digest, file, size).await?;
        }
        match self.size(digest).await? {
            Some(found) if found == size => Ok(()),
            found => Err(BlobError::remote(format!("{key} has {found:?} bytes after {size} were written"))),
        }
    }

    async fn put_in_parts(&self, digest: &Digest, file: tokio::fs::File, size: u64) -> Result<(), BlobError> {
        let part = usize::try_from(PART_BYTES.max(size.div_ceil(MOST_PARTS))).map_err(BlobError::remote)?;
        let mut writer = WriteMultipart::new_with_chunk_size(self.store.put_multipart(&self.key(digest)).await?, part);
        match fill(&mut writer, file).await {
            Ok(found) if found == *digest => writer.finish().await.map(drop).map_err(BlobError::from),
            other => {
                // The parts that arrived would lie in the bucket for ever. What went wrong first is what is told.
                if let Err(error) = writer.abort().await {
                    tracing::warn!(%digest, %error, "parts of an upload that failed stay in the bucket");
                }
                other.and(Err(BlobError::Damaged))
            }
        }
    }

    pub(crate) async fn size(&self, digest: &Digest) -> Result<Option<u64>, BlobError> {
        Ok(found(self.store.head(&self.key(digest)).await)?.map(|meta| meta.size))
    }

    /// The blob or a part of it, which must lie inside.
    pub(crate) async fn get(&self, digest: &Digest, range: Option<Range<u64>>) -> Result<Option<GetResult>, BlobError> {
        self.get_at(&self.key(digest), range).await
    }

    /// Puts back what was swept, where it is still there: somebody asks for it.
    pub(crate) async fn bring_back(&self, digest: &Digest) -> Result<(), BlobError> {
        let aside = self.aside(digest);
        if found(self.store.head(&aside).await)?.is_some() && found(self.store.copy(&aside, &self.key(digest)).await)?.is_some() {
            found(self.store.delete(&aside).await)?;
        }
        Ok(())
    }

    async fn get_at(&self, key: &Path, range: Option<Range<u64>>) -> Result<Option<GetResult>, BlobError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        found(self.store.get_opts(key, options).await)
    }

    /// Removes the blob, also where it was swept before; false where it was nowhere.
    pub(crate) async fn remove(&self, digest: &Digest) -> Result<bool, BlobError> {
        let mut removed = false;
        // What waits aside first: it would come back otherwise.
        for key in [self.aside(digest), self.key(digest)] {
            // S3 says that it has removed what was not there.
            if found(self.store.head(&key).await)?.is_some() {
                removed |= found(self.store.delete(&key).await)?.is_some();
            }
        }
        Ok(removed)
    }

    /// Puts aside the blobs that are old and not named, and removes what has been aside for as long and is still not named.
    pub(crate) async fn sweep(&self, named: &HashSet<String>, older_than: Duration) -> Result<u64, BlobError> {
        let is_old = |meta: &ObjectMeta| {
            let written = SystemTime::from(meta.last_modified);
            written.elapsed().is_ok_and(|age| age >= older_than)
        };
        let mut removed = 0;
        let mut all = self.store.list(Some(&self.prefix));
        while let Some(meta) = all.try_next().await? {
            let Some(digest) = meta.location.filename().and_then(|name| Digest::parse(name).ok()) else { continue };
            let is_named = named.contains(digest.as_str());
            let swept = if meta.location == self.aside(&digest) {
                match (is_named, is_old(&meta)) {
                    (true, _) => self.named_again(&digest).await,
                    (false, true) => self.forget(&digest, is_old).await,
                    (false, false) => Ok(false),
                }
            } else if meta.location == self.key(&digest) && !is_named && is_old(&meta) {
                self.put_aside(&digest, is_old).await
            } else {
                Ok(false)
            };
            match swept {
                Ok(swept) => removed += u64::from(swept),
                Err(error) => tracing::warn!(key = %meta.location, ?error, "a content that no file names cannot be removed"),
            }
        }
        Ok(removed)
    }

    async fn put_aside(&self, digest: &Digest, is_old: impl Fn(&ObjectMeta) -> bool) -> Result<bool, BlobError> {
        let key = self.key(digest);
        self.store.copy(&key, &self.aside(digest)).await?;
        // An upload of the same bytes may have come since the listing.
        let is_old = found(self.store.head(&key).await)?.is_some_and(|now| is_old(&now));
        if is_old {
            self.store.delete(&key).await?;
        }
        Ok(is_old)
    }

    async fn forget(&self, digest: &Digest, is_old: impl Fn(&ObjectMeta) -> bool) -> Result<bool, BlobError> {
        let aside = self.aside(digest);
        // It may have been put aside once more since the listing.
        if found(self.store.head(&aside).await)?.is_some_and(|now| is_old(&now)) {
            self.store.delete(&aside).await?;
        }
        Ok(false)
    }

    async fn named_again(&self, digest: &Digest) -> Result<bool, BlobError> {
        if self.size(digest).await?.is_none() {
            self.bring_back(digest).await?;
        } else {
            self.store.delete(&self.aside(digest)).await?;
        }
        Ok(false)
    }
}

/// Sends a file in parts, all but the end of it, and says what its digest is.
async fn fill(writer: &mut WriteMultipart, mut file: tokio::fs::File) -> Result<Digest, BlobError> {
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        writer.wait_for_capacity(2).await?;
        let count = file.read(&mut buffer).await?;
        if count == 0 {
            return Ok(Digest::from_hash(&hash.finalize().into()));
        }
        let bytes = buffer.get(..count).unwrap_or_default();
        hash.update(bytes);
        writer.write(bytes);
    }
}

/// Nothing for what is not there.
fn found<T>(result: object_store::Result<T>) -> Result<Option<T>, BlobError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The bytes of an answer in chunks of at most `most`.
pub(crate) fn chunks(answer: GetResult, most: usize) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    answer.into_stream().map_err(io::Error::other).flat_map(move |chunk| {
        let pieces = match chunk {
            Ok(mut bytes) => {
                let mut pieces = Vec::with_capacity(bytes.len().div_ceil(most));
                while !bytes.is_empty() {
                    pieces.push(Ok(bytes.split_to(most.min(bytes.len()))));
                }
                pieces
            }
            Err(error) => vec![Err(error)],
        };
        futures_util::stream::iter(pieces)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_stands_in_the_path_or_in_front_of_the_host() {
        let mut options = BucketOptions {
            endpoint: "https://oss.inner:9000/".to_owned(),
            bucket: "files".to_owned(),
            path_style: true,
            region: String::new(),
            prefix: String::new(),
            access_key: String::new(),
            secret_key: String::new(),
        };
        assert_eq!(address(&options), "https://oss.inner:9000");
        options.path_style = false;
        assert_eq!(address(&options), "https://files.oss.inner:9000");
    }
}
