//! Backup, restore, and the ledger's check.

use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::kit::{PASSWORD, Server, fail, run, say, token};

fn only_blob(data: &Path) -> std::path::PathBuf {
    let mut folder = data.join("blobs");
    loop {
        let mut entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        folder = entries.find(|path| !path.ends_with("tmp")).unwrap();
        if folder.is_file() {
            return folder;
        }
    }
}

#[test]
fn a_backup_taken_while_the_server_runs_brings_everything_back() {
    let room = TempDir::new().unwrap();
    let (data, copy, back) = (room.path().join("data"), room.path().join("copy"), room.path().join("back"));
    let server = Server::start(&data, &[]);
    let token = token(&server, &data, "admin");
    let (status, file) = server.api(&token, "POST", "/files?name=a.txt", "内容".as_bytes());
    assert_eq!(status, 201);
    let told = say(&data, &["backup", copy.to_str().unwrap()]);
    assert!(told.contains("文件内容 1 个及数据库"), "{told}");
    server.stop();
    assert!(fail(&data, &["backup", copy.to_str().unwrap()]).contains("不是空的"));

    assert!(say(&back, &["restore", copy.to_str().unwrap()]).contains("已恢复数据库和 1 个文件内容"));
    let server = Server::start(&back, &[]);
    assert_eq!(server.said, [""; 0]);
    // The initial password was changed before the backup, and so it is in the copy.
    let body = json!({ "login": "admin", "password": PASSWORD }).to_string();
    assert_eq!(server.api("", "POST", "/session", body.as_bytes()).0, 200);
    let bearer = format!("Bearer {token}");
    let path = format!("/api/v1/files/{}/content", file["id"].as_str().unwrap());
    assert_eq!(server.ask("GET", &path, &[("authorization", &bearer)], b""), (200, "内容".as_bytes().to_vec()));
    server.stop();
    assert!(fail(&back, &["restore", copy.to_str().unwrap()]).contains("不是空的"));
}

#[test]
fn damage_is_found_when_backing_up_and_when_restoring() {
    let room = TempDir::new().unwrap();
    let (data, copy) = (room.path().join("data"), room.path().join("copy"));
    let server = Server::start(&data, &[]);
    let token = token(&server, &data, "admin");
    server.api(&token, "POST", "/files?name=a.txt", "内容".as_bytes());
    server.stop();
    say(&data, &["backup", copy.to_str().unwrap()]);

    std::fs::write(only_blob(&copy), "改过").unwrap();
    let told = fail(&room.path().join("back"), &["restore", copy.to_str().unwrap()]);
    assert!(told.contains("摘要不符"), "{told}");
    let mut database = std::fs::read(copy.join("shibicheng.sqlite")).unwrap();
    database.push(0);
    std::fs::write(copy.join("shibicheng.sqlite"), database).unwrap();
    let told = fail(&room.path().join("back2"), &["restore", copy.to_str().unwrap()]);
    assert!(told.contains("备份已损坏"), "{told}");
    std::fs::remove_file(copy.join("manifest.json")).unwrap();
    assert!(fail(&room.path().join("back3"), &["restore", copy.to_str().unwrap()]).contains("不是完整的备份"));

    std::fs::write(only_blob(&data), "改过").unwrap();
    let told = fail(&data, &["backup", room.path().join("copy2").to_str().unwrap()]);
    assert!(told.contains("没有备份成功"), "{told}");
}

#[test]
fn the_ledgers_check_names_the_first_event_that_was_altered() {
    let data = TempDir::new().unwrap();
    Server::start(data.path(), &[]).stop();
    assert!(say(data.path(), &["verify"]).contains("均与写入时一致"));
    let url = format!("sqlite:{}", data.path().join("shibicheng.sqlite").display());
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let db = db::Db::open(&url, &db::Options::default()).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        db::execute!(tx, |c| sqlx::query("update ledger set words = '什么都没有发生' where seq = 1 and action = 'unit_added'").execute(c))
            .unwrap();
        tx.commit().await.unwrap();
        db.close().await;
    });
    let output = run(data.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("自第 1 条起与写入时不符"));
}

#[test]
fn a_backup_of_postgresql_holds_a_dump() {
    let Ok(base) = std::env::var("SHIBICHENG_TEST_POSTGRES") else { return };
    let scratch = db::Scratch::new(&base).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let names = [format!("sbc_{}_from", std::process::id()), format!("sbc_{}_to", std::process::id())];
    for name in &names {
        runtime.block_on(scratch.create(name, None)).unwrap();
    }
    let room = TempDir::new().unwrap();
    let (data, copy, back) = (room.path().join("data"), room.path().join("copy"), room.path().join("back"));
    let urls = names.each_ref().map(|name| scratch.url_of(name));
    say(&data, &["migrate", "--database-url", &urls[0]]);
    say(&data, &["admin", "create", "--login", "guan", "--name", "关理", "--database-url", &urls[0]]);
    let told = say(&data, &["backup", copy.to_str().unwrap(), "--database-url", &urls[0]]);
    assert!(told.contains("及数据库"), "{told}");
    assert!(fail(&back, &["restore", copy.to_str().unwrap()]).contains("不是同一种"));
    let again = room.path().join("again");
    assert!(say(&again, &["restore", copy.to_str().unwrap(), "--database-url", &urls[1]]).contains("已恢复数据库"));
    assert_eq!(say(&again, &["admin", "token", "--user", "guan", "--database-url", &urls[1]]).trim().len(), 64);
    for name in &names {
        runtime.block_on(scratch.remove(name)).unwrap();
    }
}
