//! The store with a bucket, against a server of the S3 protocol that is not ours.

#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions may fail the test too")]

use std::{collections::HashSet, path::PathBuf, time::Duration};

use blob::{BlobError, BucketOptions, Carried, Content, Digest, Place, Rest, Store};
use futures_util::TryStreamExt;
use tempfile::TempDir;
use testbucket::{ACCESS_KEY, BUCKET, SECRET_KEY, TestBucket};

struct Room {
    dir: TempDir,
    server: TestBucket,
}

impl Room {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let server = TestBucket::start(&dir.path().join("s3")).unwrap();
        Self { dir, server }
    }

    fn options(&self) -> BucketOptions {
        BucketOptions {
            endpoint: self.server.endpoint(),
            bucket: BUCKET.to_owned(),
            path_style: true,
            region: "us-east-1".to_owned(),
            prefix: "area/one".to_owned(),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
        }
    }

    async fn store(&self, home: Place) -> Store {
        Store::with_bucket(self.dir.path().join("blobs"), &self.options(), home).await.unwrap()
    }

    async fn refused(&self, change: impl FnOnce(&mut BucketOptions)) -> BlobError {
        let mut options = self.options();
        change(&mut options);
        Store::with_bucket(self.dir.path().join("blobs"), &options, Place::Bucket).await.unwrap_err()
    }

    /// Where the server keeps the object of a blob.
    fn object(&self, digest: &Digest) -> PathBuf {
        let hex = digest.as_str();
        self.server.folder().join(format!("area/one/{}/{}/{hex}", &hex[..2], &hex[2..4]))
    }

    fn file(&self, digest: &Digest) -> PathBuf {
        let hex = digest.as_str();
        self.dir.path().join(format!("blobs/{}/{}/{hex}", &hex[..2], &hex[2..4]))
    }

    /// What is left in the folder where uploads are made.
    fn temporary(&self) -> usize {
        std::fs::read_dir(self.dir.path().join("blobs/tmp")).unwrap().count()
    }
}

async fn all(content: Content) -> Vec<u8> {
    content.try_fold(Vec::new(), |so_far, chunk| async move { Ok([so_far, chunk.to_vec()].concat()) }).await.unwrap()
}

/// Bytes no two parts of which are alike.
fn bytes(count: usize) -> Vec<u8> {
    (0..count as u64).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

const COPIED: Carried = Carried { copied: true, removed: false };
const NOTHING: Carried = Carried { copied: false, removed: false };
const REMOVED: Carried = Carried { copied: false, removed: true };

#[tokio::test]
async fn a_blob_in_a_bucket_is_read_as_from_a_disk() {
    let room = Room::new();
    let store = room.store(Place::Bucket).await;
    let stored = store.put(b"0123456789").await.unwrap();
    assert!(room.object(&stored.digest).exists() && !room.file(&stored.digest).exists() && room.temporary() == 0);
    assert_eq!(store.size(&stored.digest).await.unwrap(), Some(10));
    assert!(store.verify(&stored.digest).await.unwrap());
    let content = store.open(&stored.digest, ..).await.unwrap();
    assert_eq!((content.len(), content.size(), content.range()), (10, 10, 0..10));
    assert_eq!(all(content).await, b"0123456789");
    let part = store.open(&stored.digest, 3..6).await.unwrap();
    assert_eq!((part.range(), part.len(), part.size()), (3..6, 3, 10));
    assert_eq!(all(part).await, b"345");
    assert_eq!(all(store.open(&stored.digest, 8..1000).await.unwrap()).await, b"89");
    assert!(matches!(store.open(&stored.digest, 10..).await, Err(BlobError::OutOfRange { size: 10 })));

    let empty = store.put(b"").await.unwrap().digest;
    assert!(all(store.open(&empty, ..).await.unwrap()).await.is_empty());
    assert!(all(store.open(&empty, 0..).await.unwrap()).await.is_empty());

    assert!(store.remove(&stored.digest).await.unwrap());
    assert!(!store.remove(&stored.digest).await.unwrap());
    assert!(!store.exists(&stored.digest).await.unwrap() && !store.verify(&stored.digest).await.unwrap());
    assert!(matches!(store.open(&stored.digest, ..).await, Err(BlobError::NotFound)));
}

#[tokio::test]
async fn a_large_upload_goes_in_parts_and_comes_back_whole() {
    let room = Room::new();
    let store = room.store(Place::Bucket).await;
    let bytes = bytes((20 << 20) + 7);
    let mut upload = store.begin(u64::MAX).await.unwrap();
    for chunk in bytes.chunks(60_000) {
        upload.write(chunk).await.unwrap();
    }
    let stored = upload.finish().await.unwrap();
    assert_eq!((stored.digest.clone(), stored.size), (Digest::of(&bytes), bytes.len() as u64));
    assert!(room.temporary() == 0);
    assert!(store.verify(&stored.digest).await.unwrap());
    let chunks: Vec<_> = store.open(&stored.digest, (9 << 20)..(17 << 20)).await.unwrap().try_collect().await.unwrap();
    assert!(chunks.iter().all(|chunk| chunk.len() <= 64 * 1024));
    assert!(chunks.concat() == bytes[9 << 20..17 << 20]);
}

#[tokio::test]
async fn an_upload_in_pieces_becomes_a_blob_in_the_bucket() {
    let room = Room::new();
    let store = room.store(Place::Bucket).await;
    let mut partial = store.continue_partial(7, 0).await.unwrap();
    partial.write(b"hello world").await.unwrap();
    partial.sync().await.unwrap();
    let stored = store.complete_partial(7).await.unwrap();
    assert_eq!(store.complete_partial(7).await.unwrap(), stored);
    store.remove_partial(7).await.unwrap();
    assert!(room.object(&stored.digest).exists());
    assert_eq!(all(store.open(&Digest::of(b"hello world"), ..).await.unwrap()).await, b"hello world");
    assert!(matches!(store.complete_partial(7).await, Err(BlobError::NotFound)));
}

#[tokio::test]
async fn a_bundle_takes_from_both_places() {
    let room = Room::new();
    let near = room.store(Place::Disk).await.put(b"near").await.unwrap().digest;
    let store = room.store(Place::Bucket).await;
    let far = store.put(b"far").await.unwrap().digest;
    let mut bundle = store.bundle().await.unwrap();
    bundle.add_blob("near", &near).await.unwrap();
    bundle.add_blob("far", &far).await.unwrap();
    assert!(matches!(bundle.add_blob("gone", &Digest::of(b"gone")).await, Err(BlobError::NotFound)));
    let zip: Vec<_> = bundle.into_stream().try_collect().await.unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip.concat())).unwrap();
    assert_eq!(std::io::read_to_string(zip.by_name("near").unwrap()).unwrap(), "near");
    assert_eq!(std::io::read_to_string(zip.by_name("far").unwrap()).unwrap(), "far");
}

#[tokio::test]
async fn what_is_wrong_with_a_bucket_is_said() {
    let room = Room::new();
    for error in [
        room.refused(|options| options.secret_key = "wrong".to_owned()).await,
        room.refused(|options| options.access_key = "stranger".to_owned()).await,
    ] {
        assert!(matches!(error, BlobError::Refused(_)), "{error:?}");
        assert!(error.to_string().contains("访问密钥") && !format!("{error:?}").contains(SECRET_KEY), "{error:?}");
    }
    let error = room.refused(|options| options.bucket = "nowhere".to_owned()).await;
    assert!(matches!(error, BlobError::NoBucket), "{error:?}");
    let error = room.refused(|options| options.endpoint = "http://127.0.0.1:1".to_owned()).await;
    assert!(matches!(error, BlobError::Remote(_)), "{error:?}");
    let store = room.store(Place::Bucket).await;
    assert!(!format!("{store:?}").contains(SECRET_KEY));
}

#[tokio::test]
async fn a_server_that_is_gone_is_no_absence() {
    let Room { dir, server } = Room::new();
    let room = Room { dir, server };
    let near = room.store(Place::Disk).await.put(b"near").await.unwrap().digest;
    let store = room.store(Place::Bucket).await;
    let far = store.put(b"far").await.unwrap().digest;
    let (address, folder) = (room.server.address(), room.dir.path().join("s3"));
    drop(room.server);

    assert!(matches!(store.open(&far, ..).await, Err(BlobError::Remote(_))));
    assert!(matches!(store.size(&far).await, Err(BlobError::Remote(_))));
    assert!(matches!(store.verify(&far).await, Err(BlobError::Remote(_))));
    assert!(matches!(store.remove(&far).await, Err(BlobError::Remote(_))));
    assert!(matches!(store.put(b"new").await, Err(BlobError::Remote(_))));
    assert!(matches!(store.carry(&near, Place::Bucket, Rest::Kept).await, Err(BlobError::Remote(_))));
    // What lies on the disk still can be read.
    assert_eq!(all(store.open(&near, ..).await.unwrap()).await, b"near");
    assert_eq!(std::fs::read_dir(room.dir.path().join("blobs/tmp")).unwrap().count(), 0);

    let _back = TestBucket::start_at(&folder, address).unwrap();
    assert_eq!(all(store.open(&far, ..).await.unwrap()).await, b"far");
    assert_eq!(store.carry(&near, Place::Bucket, Rest::Kept).await.unwrap(), COPIED);
}

#[tokio::test]
async fn a_blob_is_carried_there_and_back() {
    let room = Room::new();
    let disk = room.store(Place::Disk).await;
    let bytes = bytes(18 << 20);
    let digest = disk.put(&bytes).await.unwrap().digest;
    assert_eq!(disk.carry(&digest, Place::Bucket, Rest::Kept).await.unwrap(), COPIED);
    assert_eq!(disk.carry(&digest, Place::Bucket, Rest::Kept).await.unwrap(), NOTHING);
    assert!(matches!(disk.carry(&digest, Place::Bucket, Rest::Removed).await, Err(BlobError::Home)));
    assert!(room.file(&digest).exists() && room.object(&digest).exists());

    let bucket = room.store(Place::Bucket).await;
    assert_eq!(bucket.carry(&digest, Place::Bucket, Rest::Removed).await.unwrap(), REMOVED);
    assert!(!room.file(&digest).exists());
    // Also for whoever still believes that blobs live on the disk.
    assert!(all(disk.open(&digest, ..).await.unwrap()).await == bytes);

    assert_eq!(disk.carry(&digest, Place::Disk, Rest::Removed).await.unwrap(), Carried { copied: true, removed: true });
    assert!(room.file(&digest).exists() && !room.object(&digest).exists() && room.temporary() == 0);
    assert!(all(bucket.open(&digest, ..).await.unwrap()).await == bytes);
    assert!(matches!(disk.carry(&Digest::of(b"never"), Place::Bucket, Rest::Kept).await, Err(BlobError::NotFound)));
    let alone = Store::at(room.dir.path().join("alone")).await.unwrap();
    assert!(matches!(alone.carry(&digest, Place::Bucket, Rest::Kept).await, Err(BlobError::NoBucket)));
}

#[tokio::test]
async fn damage_is_not_carried_and_is_healed_from_the_other_place() {
    let room = Room::new();
    let disk = room.store(Place::Disk).await;
    let large = bytes(9 << 20);
    for bytes in [b"small".as_slice(), &large] {
        let digest = disk.put(bytes).await.unwrap().digest;
        std::fs::write(room.file(&digest), [bytes, b"!"].concat()).unwrap();
        assert!(matches!(disk.carry(&digest, Place::Bucket, Rest::Kept).await, Err(BlobError::Damaged)));
        assert!(!room.object(&digest).exists(), "nobody may take it for whole");

        disk.put(bytes).await.unwrap();
        disk.carry(&digest, Place::Bucket, Rest::Kept).await.unwrap();
        std::fs::write(room.object(&digest), b"spoilt").unwrap();
        let bucket = room.store(Place::Bucket).await;
        assert!(!bucket.verify(&digest).await.unwrap());
        assert_eq!(bucket.carry(&digest, Place::Bucket, Rest::Kept).await.unwrap(), COPIED);
        assert!(bucket.verify(&digest).await.unwrap());

        std::fs::write(room.object(&digest), b"spoilt").unwrap();
        std::fs::remove_file(room.file(&digest)).unwrap();
        assert!(matches!(bucket.carry(&digest, Place::Bucket, Rest::Removed).await, Err(BlobError::Damaged)));
        assert!(matches!(disk.carry(&digest, Place::Disk, Rest::Removed).await, Err(BlobError::Damaged)));
        assert!(room.object(&digest).exists() && !room.file(&digest).exists() && room.temporary() == 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn carrying_that_is_killed_half_way_loses_nothing() {
    let room = Room::new();
    let store = room.store(Place::Bucket).await;
    let bytes = bytes(24 << 20);
    let digest = room.store(Place::Disk).await.put(&bytes).await.unwrap().digest;
    let mut deaf = room.server.deaf_after(12 << 20);
    let carrying = tokio::spawn({
        let (store, digest) = (store.clone(), digest.clone());
        async move { store.carry(&digest, Place::Bucket, Rest::Removed).await }
    });
    deaf.wait_for(|deaf| *deaf).await.unwrap();
    carrying.abort();
    assert!(carrying.await.unwrap_err().is_cancelled());
    room.server.hear_again();

    assert!(!room.object(&digest).exists() && room.file(&digest).exists());
    // A new process: the connections of the old one are dead.
    let store = room.store(Place::Bucket).await;
    assert!(all(store.open(&digest, ..).await.unwrap()).await == bytes);
    assert_eq!(store.carry(&digest, Place::Bucket, Rest::Removed).await.unwrap(), Carried { copied: true, removed: true });
    assert!(all(store.open(&digest, ..).await.unwrap()).await == bytes);
}

#[tokio::test]
async fn what_nobody_names_goes_after_a_second_look_and_comes_back_when_asked_for() {
    let room = Room::new();
    let store = room.store(Place::Bucket).await;
    let [named, unnamed] = [b"named".as_slice(), b"unnamed"].map(Digest::of);
    store.put(b"named").await.unwrap();
    store.put(b"unnamed").await.unwrap();
    let names = HashSet::from([named.to_string()]);
    let day = Duration::from_secs(86_400);
    assert_eq!(store.sweep_bucket(&names, day).await.unwrap(), 0, "both are new");

    assert_eq!(store.sweep_bucket(&names, Duration::ZERO).await.unwrap(), 1);
    assert!(room.object(&named).exists() && !room.object(&unnamed).exists());
    assert_eq!(all(store.open(&unnamed, ..).await.unwrap()).await, b"unnamed");
    assert!(room.object(&unnamed).exists());

    // An upload was recorded at the moment of the removal.
    store.sweep_bucket(&names, Duration::ZERO).await.unwrap();
    std::fs::remove_file(room.object(&unnamed)).ok();
    let both = HashSet::from([named.to_string(), unnamed.to_string()]);
    store.sweep_bucket(&both, Duration::ZERO).await.unwrap();
    assert!(store.verify(&unnamed).await.unwrap());

    store.sweep_bucket(&names, Duration::ZERO).await.unwrap();
    store.sweep_bucket(&names, Duration::ZERO).await.unwrap();
    assert!(!store.exists(&unnamed).await.unwrap() && store.verify(&named).await.unwrap());
}
