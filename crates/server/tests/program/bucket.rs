//! Contents of files go from the disk into a bucket and back while people work.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use tempfile::TempDir;
use testbucket::{ACCESS_KEY, BUCKET, SECRET_KEY, TestBucket};

use crate::kit::{Server, command, run, token};

/// Options of a program that knows the bucket; `home` is where new contents go.
fn with(bucket: &TestBucket, home: &str, mut command: Command) -> Command {
    command
        .env("SHIBICHENG_BLOB_STORE", home)
        .env("SHIBICHENG_S3_ENDPOINT", bucket.endpoint())
        .env("SHIBICHENG_S3_BUCKET", BUCKET)
        .env("SHIBICHENG_S3_PREFIX", "gongwen")
        .env("SHIBICHENG_S3_ACCESS_KEY", ACCESS_KEY)
        .env("SHIBICHENG_S3_SECRET_KEY", SECRET_KEY);
    command
}

fn serve(bucket: &TestBucket, home: &str, data: &Path) -> Server {
    Server::start_by(with(bucket, home, command(data, &["serve", "--listen", "127.0.0.1:0"])))
}

fn carry(bucket: &TestBucket, home: &str, data: &Path, arguments: &[&str]) -> (bool, String) {
    told(with(bucket, home, command(data, &[&["files", "move"][..], arguments].concat())))
}

fn told(mut command: Command) -> (bool, String) {
    let output = command.output().unwrap();
    (output.status.success(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

/// How many contents lie below a folder.
fn contents(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| if path.is_dir() { contents(&path) } else { usize::from(path.file_name().unwrap().len() == 64) }).sum()
}

/// What was uploaded, by the number of the file.
type Known = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

fn upload(server: &Server, token: &str, known: &Known, bytes: Vec<u8>) {
    let (status, file) = server.api(token, "POST", "/files?name=a.bin", &bytes);
    assert_eq!(status, 201, "{file}");
    known.lock().unwrap().insert(file["id"].as_str().unwrap().to_owned(), bytes);
}

fn read_all(server: &Server, token: &str, known: &Known) {
    let bearer = format!("Bearer {token}");
    let all = known.lock().unwrap().clone();
    for (id, bytes) in all {
        let answer = server.ask("GET", &format!("/api/v1/files/{id}/content"), &[("authorization", &bearer)], b"");
        assert!(answer == (200, bytes), "{id}: {}", answer.0);
    }
}

/// Somebody who reads every file and uploads another one, over and over, until told to stop.
struct Busy {
    stop: Arc<AtomicBool>,
    works: JoinHandle<usize>,
}

impl Busy {
    fn start(server: &Arc<Server>, token: &str, known: &Known, name: &'static str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (server, token, known, stopped) = (server.clone(), token.to_owned(), known.clone(), stop.clone());
        let works = std::thread::spawn(move || {
            let mut rounds = 0;
            while !stopped.load(Ordering::SeqCst) || rounds == 0 {
                upload(&server, &token, &known, format!("{name} {rounds}").into_bytes());
                read_all(&server, &token, &known);
                rounds += 1;
            }
            rounds
        });
        Self { stop, works }
    }

    fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        assert!(self.works.join().unwrap() > 0);
    }
}

fn stop(server: Arc<Server>) {
    Arc::into_inner(server).unwrap().stop();
}

#[test]
fn files_go_into_a_bucket_and_back_while_people_read_and_upload() {
    let room = TempDir::new().unwrap();
    let data = room.path().join("data");
    let bucket = TestBucket::start(&room.path().join("s3")).unwrap();
    let known = Known::default();
    let (on_disk, in_bucket) = (data.join("blobs"), bucket.folder().join("gongwen"));

    let server = Arc::new(serve(&bucket, "disk", &data));
    let token = token(&server, &data, "admin");
    for n in 0..12_u8 {
        // One of them goes in parts.
        upload(&server, &token, &known, vec![n; if n == 5 { 20 << 20 } else { 1 << 20 }]);
    }
    assert_eq!((contents(&on_disk), contents(&in_bucket)), (12, 0));

    // Killed in the middle of a content, while somebody reads and uploads.
    let busy = Busy::start(&server, &token, &known, "disk");
    let mut deaf = bucket.deaf_after(14 << 20);
    let mut carrying = with(&bucket, "disk", command(&data, &["files", "move", "--to", "s3"]));
    let mut carrying = carrying.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async { deaf.wait_for(|deaf| *deaf).await.map(drop) }).unwrap();
    carrying.kill().unwrap();
    carrying.wait().unwrap();
    bucket.hear_again();
    assert!(contents(&in_bucket) < contents(&on_disk));
    let (done, told) = carry(&bucket, "disk", &data, &["--to", "s3"]);
    assert!(done && told.contains("有问题 0 个") && !told.contains(SECRET_KEY), "{told}");
    let (done, told) = carry(&bucket, "disk", &data, &["--to", "s3", "--remove"]);
    assert!(!done && told.contains("blob_store"), "{told}");
    busy.stop();
    read_all(&server, &token, &known);
    stop(server);

    // From now on new contents go into the bucket, and the old copies go.
    let server = Arc::new(serve(&bucket, "s3", &data));
    let busy = Busy::start(&server, &token, &known, "bucket");
    let (done, told) = carry(&bucket, "s3", &data, &["--to", "s3", "--remove"]);
    assert!(done, "{told}");
    busy.stop();
    read_all(&server, &token, &known);
    assert_eq!((contents(&on_disk), contents(&in_bucket)), (0, known.lock().unwrap().len()));

    // And back, also while the server still has the bucket as its home.
    let busy = Busy::start(&server, &token, &known, "back");
    let (done, told) = carry(&bucket, "disk", &data, &["--to", "disk", "--remove"]);
    assert!(done, "{told}");
    busy.stop();
    stop(server);
    let (done, told) = carry(&bucket, "disk", &data, &["--to", "disk", "--remove"]);
    assert!(done, "{told}");
    assert_eq!((contents(&on_disk), contents(&in_bucket)), (known.lock().unwrap().len(), 0));
    drop(bucket);
    let server = Server::start(&data, &[]);
    read_all(&server, &token, &known);
    server.stop();
}

#[test]
fn a_damaged_content_is_named_and_the_others_are_carried() {
    let room = TempDir::new().unwrap();
    let data = room.path().join("data");
    let bucket = TestBucket::start(&room.path().join("s3")).unwrap();
    let known = Known::default();
    let server = serve(&bucket, "disk", &data);
    let token = token(&server, &data, "admin");
    for text in ["甲", "乙", "丙"] {
        upload(&server, &token, &known, text.as_bytes().to_vec());
    }
    server.stop();
    let digest = blob::Digest::of("乙".as_bytes()).to_string();
    let place = data.join("blobs").join(&digest[..2]).join(&digest[2..4]).join(&digest);
    std::fs::write(&place, "改过").unwrap();
    let (done, told) = carry(&bucket, "s3", &data, &["--to", "s3", "--remove"]);
    assert!(!done && told.contains(&digest) && told.contains("新复制 2 个") && told.contains("有问题 1 个"), "{told}");
    assert!(place.exists() && contents(&data.join("blobs")) == 1);
}

#[test]
fn a_backup_takes_what_is_in_the_bucket_and_restoring_puts_it_into_one() {
    let room = TempDir::new().unwrap();
    let (data, copy, back) = (room.path().join("data"), room.path().join("copy"), room.path().join("back"));
    let bucket = TestBucket::start(&room.path().join("s3")).unwrap();
    let known = Known::default();
    let server = serve(&bucket, "s3", &data);
    let token = token(&server, &data, "admin");
    for text in ["甲", "乙"] {
        upload(&server, &token, &known, text.as_bytes().to_vec());
    }
    let (done, said) = told(with(&bucket, "s3", command(&data, &["backup", copy.to_str().unwrap()])));
    assert!(done && said.contains("文件内容 2 个及数据库"), "{said}");
    server.stop();
    assert_eq!((contents(&copy.join("blobs")), contents(&data.join("blobs"))), (2, 0));
    drop(bucket);

    let another = TestBucket::start(&room.path().join("another")).unwrap();
    let (done, said) = told(with(&another, "s3", command(&back, &["restore", copy.to_str().unwrap()])));
    assert!(done && said.contains("已恢复数据库和 2 个文件内容"), "{said}");
    assert_eq!((contents(&back.join("blobs")), contents(&another.folder().join("gongwen"))), (0, 2));
    let server = serve(&another, "s3", &back);
    read_all(&server, &token, &known);
    server.stop();
}

#[test]
fn a_bucket_that_does_not_answer_is_said_at_the_start() {
    let room = TempDir::new().unwrap();
    let data = room.path().join("data");
    let bucket = TestBucket::start(&room.path().join("s3")).unwrap();
    let start = |option: &str, value: &str| {
        let mut command = with(&bucket, "s3", command(&data, &["serve", "--listen", "127.0.0.1:0"]));
        let output = command.env(option, value).output().unwrap();
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let told = start("SHIBICHENG_S3_SECRET_KEY", "geheim");
    assert!(told.contains("访问密钥") && !told.contains("geheim"), "{told}");
    assert!(start("SHIBICHENG_S3_BUCKET", "nowhere").contains("存储桶"));
    assert!(start("SHIBICHENG_S3_BUCKET", "").contains("s3_bucket"));
    assert!(start("SHIBICHENG_S3_ENDPOINT", "http://127.0.0.1:1").contains("s3_endpoint"));
    let output = run(&data, &["files", "move", "--to", "s3"]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("s3_bucket"));
}
