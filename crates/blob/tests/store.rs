//! The store against a real directory.

#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions may fail the test too")]

use std::{path::Path, time::Duration};

use blob::{BlobError, Content, Digest, HEAD_BYTES, Store};
use futures_util::TryStreamExt;

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::at(dir.path().join("blobs")).await.unwrap();
    (dir, store)
}

async fn all(content: Content) -> Vec<u8> {
    content.try_fold(Vec::new(), |so_far, chunk| async move { Ok([so_far, chunk.to_vec()].concat()) }).await.unwrap()
}

/// Every file below a directory, as paths relative to it.
fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn an_upload_in_chunks_comes_back_whole() {
    let (dir, store) = store().await;
    let bytes: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    let mut upload = store.begin(1 << 20).await.unwrap();
    for chunk in bytes.chunks(7_919) {
        upload.write(chunk).await.unwrap();
    }
    assert_eq!((upload.size(), upload.head()), (300_000, &bytes[..HEAD_BYTES]));
    let stored = upload.finish().await.unwrap();

    assert_eq!(stored.digest, Digest::of(&bytes));
    assert_eq!((stored.size, &stored.head[..]), (300_000, &bytes[..HEAD_BYTES]));
    let hex = stored.digest.as_str();
    assert_eq!(files(dir.path()), [format!("blobs/{}/{}/{hex}", &hex[..2], &hex[2..4])]);
    assert_eq!(store.size(&stored.digest).await.unwrap(), Some(300_000));
    assert!(store.verify(&stored.digest).await.unwrap());
    let content = store.open(&stored.digest, ..).await.unwrap();
    assert_eq!((content.len(), content.size(), content.range()), (300_000, 300_000, 0..300_000));
    assert!(all(content).await == bytes);
}

#[tokio::test]
async fn a_part_is_read_without_the_rest() {
    let (_dir, store) = store().await;
    let stored = store.put(b"0123456789").await.unwrap();
    let part = store.open(&stored.digest, 3..6).await.unwrap();
    assert_eq!((part.range(), part.len(), part.size()), (3..6, 3, 10));
    assert_eq!(all(part).await, b"345");
    assert_eq!(all(store.open(&stored.digest, 8..1000).await.unwrap()).await, b"89");
    assert!(matches!(store.open(&stored.digest, 10..).await, Err(BlobError::OutOfRange { size: 10 })));
}

#[tokio::test]
async fn downloads_come_in_bounded_chunks() {
    let (_dir, store) = store().await;
    let stored = store.put(&vec![7; 1 << 20]).await.unwrap();
    let chunks: Vec<_> = store.open(&stored.digest, ..).await.unwrap().try_collect().await.unwrap();
    assert!(chunks.len() >= 16 && chunks.iter().all(|chunk| chunk.len() <= 64 * 1024));
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let (_dir, store) = store().await;
    let stored = store.begin(0).await.unwrap().finish().await.unwrap();
    assert_eq!((stored.size, stored.head.len()), (0, 0));
    let content = store.open(&stored.digest, ..).await.unwrap();
    assert!(content.is_empty() && all(content).await.is_empty());
}

#[tokio::test]
async fn too_much_is_refused_and_nothing_is_kept() {
    let (dir, store) = store().await;
    let mut upload = store.begin(10).await.unwrap();
    upload.write(b"12345678").await.unwrap();
    assert!(matches!(upload.write(b"9012").await, Err(BlobError::TooLarge { max_bytes: 10 })));
    assert!(matches!(upload.write(b"9").await, Err(BlobError::Interrupted)));
    assert!(matches!(upload.finish().await, Err(BlobError::Interrupted)));
    assert!(files(dir.path()).is_empty());

    let mut upload = store.begin(10).await.unwrap();
    upload.write(b"1234567890").await.unwrap();
    assert_eq!(upload.finish().await.unwrap().size, 10);
}

#[tokio::test]
async fn a_dropped_upload_leaves_nothing() {
    let (dir, store) = store().await;
    let mut upload = store.begin(1000).await.unwrap();
    upload.write(b"half of it").await.unwrap();
    assert_eq!(files(dir.path()).len(), 1);
    drop(upload);
    assert!(files(dir.path()).is_empty());
}

#[tokio::test]
async fn a_cancelled_task_leaves_nothing() {
    let (dir, store) = store().await;
    let (started, waiting) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move {
        let mut upload = store.begin(1000).await.unwrap();
        upload.write(b"half of it").await.unwrap();
        started.send(()).unwrap();
        std::future::pending::<()>().await;
        upload.finish().await
    });
    waiting.await.unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert!(files(dir.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_content_at_once_is_stored_once() {
    let (dir, store) = store().await;
    let bytes: Vec<u8> = b"the same".repeat(50_000);
    let tasks: Vec<_> = (0..16)
        .map(|i| {
            let (store, bytes) = (store.clone(), bytes.clone());
            tokio::spawn(async move {
                let mut upload = store.begin(u64::MAX).await.unwrap();
                for chunk in bytes.chunks(1_000 + i * 777) {
                    upload.write(chunk).await.unwrap();
                }
                upload.finish().await.unwrap()
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().digest, Digest::of(&bytes));
    }
    assert_eq!(files(dir.path()).len(), 1);
    assert!(store.verify(&Digest::of(&bytes)).await.unwrap());
}

#[tokio::test]
async fn damage_is_seen_and_healed_by_the_next_upload() {
    let (dir, store) = store().await;
    let stored = store.put("原件".as_bytes()).await.unwrap();
    let path = dir.path().join(&files(dir.path())[0]);
    std::fs::write(&path, "改过").unwrap();
    assert!(!store.verify(&stored.digest).await.unwrap());
    store.put("原件".as_bytes()).await.unwrap();
    assert!(store.verify(&stored.digest).await.unwrap());
}

#[tokio::test]
async fn removal_spares_an_open_reader() {
    let (_dir, store) = store().await;
    let digest = store.put(b"content").await.unwrap().digest;
    let open = store.open(&digest, ..).await.unwrap();
    assert!(store.remove(&digest).await.unwrap());
    assert!(!store.remove(&digest).await.unwrap());
    assert!(!store.exists(&digest).await.unwrap());
    assert!(!store.verify(&digest).await.unwrap());
    assert!(matches!(store.open(&digest, ..).await, Err(BlobError::NotFound)));
    assert_eq!(all(open).await, b"content");
}

#[tokio::test]
async fn leftovers_of_a_crash_are_swept_and_live_uploads_spared() {
    let (dir, store) = store().await;
    let leftover = dir.path().join("blobs/tmp/upload-left");
    std::fs::write(&leftover, b"x").unwrap();
    let two_hours_ago = std::fs::metadata(&leftover).unwrap().modified().unwrap() - Duration::from_secs(7200);
    std::fs::File::options().write(true).open(&leftover).unwrap().set_modified(two_hours_ago).unwrap();

    let mut upload = store.begin(100).await.unwrap();
    upload.write(b"alive").await.unwrap();
    assert_eq!(store.sweep_temp(Duration::from_secs(3600)).await.unwrap(), 1);
    assert!(!leftover.exists());
    assert!(store.verify(&upload.finish().await.unwrap().digest).await.unwrap());
}

#[tokio::test]
async fn a_store_can_be_opened_again() {
    let (dir, store) = store().await;
    let digest = store.put(b"kept").await.unwrap().digest;
    let again = Store::at(dir.path().join("blobs")).await.unwrap();
    assert!(again.exists(&digest).await.unwrap());
}
