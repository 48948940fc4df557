//! The disk is full: whoever writes is told so and loses nothing, whoever reads reads on, and with room again it goes on as if
//! nothing had been.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;
use tempfile::TempDir;

use crate::kit::{Server, say, within};

/// How large the disk is.
const SIZE: &str = "size=96m";

/// The data folder as the server sees it: a small disk that only it has.
fn inside(server: &Server, data: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{}/root{}", server.id(), data.display()))
}

/// Writes until nothing goes in any more.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [1 << 20, 4096, 1] {
        let part = vec![7_u8; size];
        while file.write_all(&part).is_ok() {}
    }
}

#[test]
fn with_a_full_disk_nothing_is_lost_and_everything_can_still_be_read() {
    let data = TempDir::new().unwrap();
    let folder = data.path().to_str().unwrap();
    let mount = format!("mount -t tmpfs -o {SIZE} tmpfs '{folder}'");
    let may = Command::new("unshare").args(["--map-root-user", "--mount", "sh", "-c", &mount]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: a disk of one's own needs user namespaces, which this machine does not allow");
        return;
    }
    // The area is made outside and goes with the folder onto the small disk.
    let (area, out) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    say(area.path(), &["demo", "--set", "june-2021"]);
    let token = say(area.path(), &["admin", "token", "--user", "centre1"]).trim().to_owned();
    // The small disk goes with the last who uses it, so what lies on it is carried out before.
    let script = format!(
        "{mount} && cp -a '{area}/.' '{folder}' && {{ \"$0\" \"$@\" & child=$!; trap 'kill -TERM $child' TERM; wait $child; wait $child; \
         cp -a '{folder}/.' '{out}'; }}",
        area = area.path().display(),
        out = out.path().display()
    );
    let around = ["unshare", "--map-root-user", "--mount", "sh", "-c", script.as_str()];
    let server = Server::start_by(within(&around, data.path(), &["serve", "--listen", "127.0.0.1:0"]));
    let task = |title: &str| json!({ "title": title, "demand": "x".repeat(3000) }).to_string();
    let write = |title: &str, key: &str| server.keyed(&token, key, "/tasks", task(title).as_bytes());
    assert_eq!(write("磁盘未满", "full-disk-number-0").0, 201);

    let ballast = inside(&server, data.path()).join("ballast");
    fill(&ballast);
    let mut acknowledged = vec!["磁盘未满".to_owned()];
    let refused = (1..2000).find_map(|n| {
        let (title, key) = (format!("第{n}项"), format!("full-disk-number-{n}"));
        let (status, answer) = write(&title, &key);
        if status == 201 {
            acknowledged.push(title);
            return None;
        }
        Some((status, answer, title, key))
    });
    let (status, answer, title, key) = refused.expect("it always found room");
    assert_eq!(status, 503, "{answer}");
    assert_eq!(answer["code"], "unavailable", "{answer}");
    let (status, answer) = server.api(&token, "POST", "/files?name=big.txt", &vec![b'y'; 200 << 10]);
    assert!((500..600).contains(&status), "{status} {answer}");
    assert!(answer["detail"].as_str().is_some_and(|text| text.contains("存储空间不足")), "{answer}");
    // Reading goes on.
    let (status, list) = server.api(&token, "GET", "/tasks?limit=5", b"");
    assert_eq!((status, list["items"].as_array().unwrap().len()), (200, 5));

    std::fs::remove_file(&ballast).unwrap();
    assert_eq!(server.keyed(&token, &key, "/tasks", task(&title).as_bytes()).0, 201, "the same request, with room again");
    acknowledged.push(title);
    assert_eq!(server.api(&token, "POST", "/files?name=big.txt", &vec![b'y'; 200 << 10]).0, 201);
    for title in &acknowledged {
        let (_, found) = server.api(&token, "GET", &format!("/tasks?q={}", testkit::encoded(title)), b"");
        let same = found["items"].as_array().unwrap().iter().filter(|row| row["title"] == title.as_str()).count();
        assert_eq!(same, 1, "{title}");
    }
    server.stop();
    let checked = say(out.path(), &["verify"]);
    assert!(checked.contains("均与写入时一致"), "{checked}");
}
