//! Files in and out.

use std::{fs::File, path::PathBuf, time::Duration};

use axum::{body::Body, http::Method};
use officedoc::sheet::{Cell, SheetOut};
use serde_json::{Value, json};
use shibicheng::files::{self, FileId, Owner};
use testkit::{TestApp, User};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

async fn upload(user: &User<'_>, name: &str, bytes: &'static [u8]) -> Value {
    user.upload(name, bytes).await.assert(201)
}

fn path(file: &Value, what: &str) -> String {
    format!("/files/{}{what}", file["id"].as_str().unwrap())
}

/// A Word document with this text, whose directory may lie about its size.
fn docx(text: &[u8], lies: bool) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [("[Content_Types].xml", &b"<Types/>"[..]), ("word/document.xml", text)] {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    let size = u32::try_from(text.len()).unwrap().to_le_bytes();
    let mut at = 0;
    while lies && let Some(found) = bytes[at..].windows(4).position(|window| window == size) {
        at += found;
        bytes[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    bytes
}

/// A draft of the operations centre: nobody else sees it.
async fn draft(app: &TestApp) -> kit::uuid::Uuid {
    let task = app.as_user("centre1").post("/tasks", &json!({ "title": "修路" })).await.assert(201);
    task["task"]["id"].as_str().unwrap().parse().unwrap()
}

async fn attach(app: &TestApp, login: &str, task: kit::uuid::Uuid, owner: Owner, file: &Value) -> Result<(), String> {
    let id: FileId = file["id"].as_str().unwrap().parse().unwrap();
    let ctx = app.ctx(login).await;
    let mut tx = app.app.db.begin().await.unwrap();
    files::attach(&mut tx, &ctx, task, owner, &[id]).await.map_err(|refusal| refusal.to_string())?;
    tx.commit().await.map_err(|error| error.to_string())
}

fn content(app: &TestApp, digest: &str) -> PathBuf {
    app.app.config.data_dir.join("blobs").join(&digest[..2]).join(&digest[2..4]).join(digest)
}

/// Makes a content two days old, by the clock that stamps files.
fn age(app: &TestApp, digest: &str) {
    let file = File::options().append(true).open(content(app, digest)).unwrap();
    let written = file.metadata().unwrap().modified().unwrap();
    file.set_modified(written - Duration::from_secs(2 * 86_400)).unwrap();
}

/// Waits until a content is gone: the disk is looked through beside everything else.
async fn gone(app: &TestApp, digest: &str) {
    for _ in 0..500 {
        if !content(app, digest).exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{digest} stays");
}

testkit::both! {
    async fn a_file_comes_back_as_it_went_in(app) {
        let user = app.as_user("staff_a1");
        let file = upload(&user, "关于修路的请示.txt", "修路".as_bytes()).await;
        assert_eq!(file["name"], "关于修路的请示.txt");
        assert_eq!((&file["size"], &file["media_type"]), (&json!(6), &json!("text/plain; charset=utf-8")));
        assert_eq!((&file["uploaded_by"]["name"], &file["previewable"]), (&json!("陈一"), &json!(true)));
        assert_eq!(user.get(&path(&file, "")).await.assert(200), file);
        let reply = user.get(&path(&file, "/content")).await;
        assert_eq!(reply.text(), "修路");
        assert_eq!(reply.header("etag"), format!("\"{}\"", file["digest"].as_str().unwrap()));
        assert_eq!(reply.header("content-length"), "6");
        assert!(reply.header("content-disposition").starts_with("attachment; filename=\""));
        assert!(reply.header("content-disposition").contains("filename*=UTF-8''%E5%85%B3"));
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert!(reply.header("content-security-policy").starts_with("sandbox"));
        assert_eq!(reply.header("cache-control"), "private, no-cache");
        let again = user.header("if-none-match", reply.header("etag")).get(&path(&file, "/content")).await;
        again.assert(304);
        assert!(again.body.is_empty());
    }

    async fn a_part_of_a_file_can_be_asked_for(app) {
        let user = app.as_user("staff_a1");
        let file = upload(&user, "a.bin", b"0123456789").await;
        let content = path(&file, "/content");
        for (range, status, body, said) in [
            ("bytes=2-4", 206, "234", "bytes 2-4/10"),
            ("bytes=7-", 206, "789", "bytes 7-9/10"),
            ("bytes=-2", 206, "89", "bytes 8-9/10"),
            ("bytes=0-1,4-5", 200, "0123456789", ""),
        ] {
            let reply = user.clone().header("range", range).header("accept-encoding", "gzip").get(&content).await;
            assert_eq!((reply.status.as_u16(), reply.text().as_str(), reply.header("content-range")), (status, body, said), "{range}");
            assert_eq!(reply.header("accept-ranges"), "bytes");
        }
        let reply = user.clone().header("range", "bytes=10-").get(&content).await;
        reply.refused(416, "range");
        assert_eq!(reply.header("content-range"), "bytes */10");
        let other = user.clone().header("range", "bytes=2-4").header("if-range", "\"another\"").get(&content).await;
        assert_eq!((other.status.as_u16(), other.text().as_str()), (200, "0123456789"));
        let same = format!("\"{}\"", file["digest"].as_str().unwrap());
        user.header("range", "bytes=2-4").header("if-range", &same).get(&content).await.assert(206);
    }

    async fn names_are_made_harmless(app) {
        let user = app.as_user("staff_a1");
        for (given, kept) in [
            ("../../x", "x"),
            ("C:\\机密\\名单.xlsx", "名单.xlsx"),
            ("a\r\nSet-Cookie: b.txt", "aSet-Cookie_ b.txt"),
            ("..", "未命名"),
        ] {
            let file = upload(&user, given, b"x").await;
            assert_eq!(file["name"], kept, "{given}");
            user.get(&path(&file, "/content")).await.assert(200);
        }
        user.post_bytes("/files", &b"x"[..]).await.refused_field("name");
    }

    async fn what_could_run_is_never_shown_in_the_page(app) {
        let user = app.as_user("staff_a1");
        for (name, bytes) in [
            ("a.html", &b"<html><script>alert(1)</script>"[..]),
            ("a.png", b"<html><script>alert(1)</script>"),
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
            ("a.txt", b"<?xml version='1.0'?><svg/>"),
            ("a.docx", b"PK\x03\x04"),
        ] {
            let file = upload(&user, name, bytes).await;
            assert_eq!(file["previewable"], false, "{name}");
            user.get(&path(&file, "/preview")).await.refused(415, "not_previewable");
            let reply = user.get(&path(&file, "/content")).await;
            assert!(reply.header("content-disposition").starts_with("attachment"), "{name}");
        }
        let file = upload(&user, "图.png", PNG).await;
        let reply = user.get(&path(&file, "/preview")).await;
        reply.assert(200);
        assert!(reply.header("content-disposition").starts_with("inline"));
        assert_eq!(reply.header("content-type"), "image/png");
        assert!(reply.header("content-security-policy").contains("default-src 'none'"));
    }

    async fn sound_and_film_are_played_with_the_part_that_is_asked_for(app) {
        let user = app.as_user("staff_a1");
        let wav = upload(&user, "录音.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0").await;
        let mp4 = upload(&user, "现场.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08free").await;
        for (file, kind, media_type) in [(&wav, "audio", "audio/wav"), (&mp4, "video", "video/mp4")] {
            assert_eq!((&file["preview"], &file["previewable"]), (&json!(kind), &json!(true)), "{file}");
            let reply = user.clone().header("range", "bytes=4-7").get(&path(file, "/preview")).await;
            reply.assert(206);
            assert_eq!((reply.header("content-type"), reply.body.len()), (media_type, 4));
            assert!(reply.header("content-security-policy").contains("default-src 'none'"));
        }
    }

    async fn each_sheet_of_a_workbook_is_shown(app) {
        let sheet = |name: &str, rows: Vec<Vec<Cell>>| SheetOut { name: name.to_owned(), columns: vec!["任务".to_owned()], rows };
        let text = |text: &str| vec![Cell::Text(text.to_owned())];
        let book = officedoc::sheet::write(&[sheet("一季度", vec![text("修路")]), sheet("二季度", vec![text("架桥"), text("植树")])]).unwrap();
        let user = app.as_user("staff_a1");
        let file = user.upload("台账.xlsx", book).await.assert(201);
        let page = user.get(&path(&file, "/table")).await.assert(200);
        assert_eq!((&page["name"], &page["sheets"], &page["sheet"]), (&json!("一季度"), &json!(["一季度", "二季度"]), &json!(0)));
        let page = user.get(&path(&file, "/table?sheet=1&from=1")).await.assert(200);
        assert_eq!((&page["name"], &page["sheet"], &page["total"]), (&json!("二季度"), &json!(1), &json!(2)));
        assert_eq!(page["rows"], json!([{ "number": 3, "cells": ["植树"] }]));
        user.get(&path(&file, "/table?sheet=2")).await.refused(422, "document_unsound");
        user.get(&path(&file, "/table?sheet=-1")).await.refused(422, "invalid");
    }

    async fn a_spreadsheet_is_shown_as_texts_page_by_page(app) {
        let user = app.as_user("staff_a1");
        let mut csv = String::from("任务,单位\n");
        for n in 1..=450 {
            csv += &format!("任务{n},<b>局</b>\n");
        }
        let file = user.upload("台账.csv", csv).await.assert(201);
        assert_eq!((&file["preview"], &file["previewable"]), (&json!("table"), &json!(false)));
        user.get(&path(&file, "/preview")).await.refused(415, "not_previewable");
        let page = user.get(&path(&file, "/table")).await.assert(200);
        assert_eq!((&page["columns"], &page["total"]), (&json!(["任务", "单位"]), &json!(450)));
        assert_eq!(page["rows"].as_array().unwrap().len(), 200);
        assert_eq!(page["rows"][0], json!({ "number": 2, "cells": ["任务1", "<b>局</b>"] }));
        let last = user.get(&path(&file, "/table?from=400")).await.assert(200);
        assert_eq!(last["rows"].as_array().unwrap().len(), 50);
        assert_eq!(last["rows"][49]["cells"][0], "任务450");
        assert_eq!((&page["sheets"], &page["sheet"]), (&json!(["台账"]), &json!(0)));
        user.get(&path(&file, "/table?sheet=1")).await.refused(422, "document_unsound");
        app.as_user("head_b").get(&path(&file, "/table")).await.refused(404, "not_found");
        let text = upload(&user, "a.txt", b"x").await;
        user.get(&path(&text, "/table")).await.refused(415, "not_previewable");
        let broken = upload(&user, "坏.csv", b"\"never closed,1\n2,3\n").await;
        user.get(&path(&broken, "/table")).await.refused(422, "document_unsound");
    }

    async fn a_document_that_unpacks_to_too_much_is_not_shown(app) {
        let user = app.as_user("staff_a1");
        let file = user.upload("通知.docx", docx(b"<w:document/>", false)).await.assert(201);
        assert_eq!(file["preview"], "word");
        user.get(&path(&file, "/preview")).await.assert(200);
        // A hundred megabytes and one byte, of which the directory says that they are a hundred bytes.
        let bomb = user.upload("通知.docx", docx(&vec![b'x'; (100 << 20) + 1], true)).await.assert(201);
        assert_eq!(bomb["preview"], "word");
        let problem = user.get(&path(&bomb, "/preview")).await.refused(422, "document_unsound");
        assert!(problem["detail"].as_str().unwrap().contains("请勿下载打开"));
    }

    async fn an_empty_and_an_oversized_file_are_refused(app) {
        let user = app.as_user("staff_a1");
        user.upload("a.txt", "").await.refused_field("file");
        let said = user.clone().header("content-length", "500000000").upload("a.txt", "x").await;
        assert!(said.refused(413, "too_large")["detail"].as_str().unwrap().contains("16 MB"));
        // Nobody says how long it is: the bytes are counted as they come.
        let chunk = bytes::Bytes::from(vec![b'x'; 1 << 20]);
        let endless = futures_util::stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone()));
        user.send(Method::POST, "/files?name=a", None, Body::from_stream(endless)).await.refused(413, "too_large");
        let broken = futures_util::stream::iter([Ok(bytes::Bytes::from("half")), Err(std::io::Error::other("gone"))]);
        user.send(Method::POST, "/files?name=a", None, Body::from_stream(broken)).await.refused(400, "upload_broken");
        let left = std::fs::read_dir(app.app.config.data_dir.join("blobs/tmp")).unwrap().count();
        assert_eq!(left, 0, "nothing of them stays");
    }

    async fn a_form_of_a_browser_is_understood(app) {
        let form = "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n\
            --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"纪要.txt\"\r\nContent-Type: text/html\r\n\r\n内容\r\n--x--\r\n";
        let user = app.as_user("staff_a1");
        let reply = user.send(Method::POST, "/files", Some("multipart/form-data; boundary=x"), form.into()).await;
        let file = reply.assert(201);
        assert_eq!((&file["name"], &file["size"]), (&json!("纪要.txt"), &json!(6)));
        assert_eq!(file["media_type"], "text/plain; charset=utf-8");
        let empty = "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--x--\r\n";
        user.send(Method::POST, "/files", Some("multipart/form-data; boundary=x"), empty.into()).await.refused_field("file");
        user.send(Method::POST, "/files", Some("multipart/form-data; boundary=x"), "nonsense".into()).await.refused(400, "upload_broken");
    }

    async fn a_repeated_upload_is_one_file(app) {
        let user = app.as_user("staff_a1").key("0196c000-0000-7000-8000-000000000001");
        assert_eq!(upload(&user, "a.txt", b"x").await, upload(&user, "a.txt", b"x").await);
    }

    async fn a_key_belongs_to_the_bytes_and_the_name_of_an_upload(app) {
        let user = app.as_user("staff_a1").key("0196c000-0000-7000-8000-000000000002");
        upload(&user, "a.txt", b"x").await;
        user.upload("a.txt", &b"y"[..]).await.refused(409, "key_reused");
        user.upload("b.txt", &b"x"[..]).await.refused(409, "key_reused");
        let user = app.as_user("staff_a1").key("0196c000-0000-7000-8000-000000000003");
        let send = async |boundary: &str, name: &str, text: &str| {
            let form = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--{boundary}--\r\n");
            user.send(Method::POST, "/files", Some(&format!("multipart/form-data; boundary={boundary}")), form.into()).await
        };
        let first = send("one", "a.txt", "x").await.assert(201);
        assert_eq!(send("another", "a.txt", "x").await.assert(201), first);
        send("one", "a.txt", "y").await.refused(409, "key_reused");
        send("one", "b.txt", "x").await.refused(409, "key_reused");
    }

    async fn an_upload_that_is_never_attached_goes_after_a_week(app) {
        let centre = app.as_user("centre1");
        let (attached, twin, alone) =
            (upload(&centre, "a.txt", b"same").await, upload(&centre, "b.txt", b"same").await, upload(&centre, "c.txt", b"alone").await);
        let task = draft(app).await;
        attach(app, "centre1", task, Owner::task(task), &attached).await.unwrap();
        let lost = app.app.blobs.put(b"lost").await.unwrap().digest.to_string();
        let fresh = app.app.blobs.put(b"fresh").await.unwrap().digest.to_string();
        let digest = |file: &Value| file["digest"].as_str().unwrap().to_owned();
        let (alone_digest, same_digest) = (digest(&alone), digest(&twin));
        for old in [&alone_digest, &same_digest, &lost] {
            age(app, old);
        }
        app.clock.advance(Duration::from_secs(6 * 86_400));
        app.run_jobs().await;
        gone(app, &lost).await;
        centre.get(&path(&alone, "/content")).await.assert(200);

        app.clock.advance(Duration::from_secs(2 * 86_400));
        // Looked through once more, this time with nothing that is not named.
        let marker = app.app.blobs.put(b"marker").await.unwrap().digest.to_string();
        age(app, &marker);
        app.run_jobs().await;
        gone(app, &marker).await;
        for file in [&twin, &alone] {
            centre.get(&path(file, "")).await.refused(404, "not_found");
        }
        assert!(content(app, &alone_digest).exists(), "a backup may be copying it");

        app.clock.advance(Duration::from_secs(86_400));
        app.run_jobs().await;
        gone(app, &alone_digest).await;
        assert_eq!(centre.get(&path(&attached, "/content")).await.text(), "same");
        assert!(content(app, &fresh).exists(), "its row may be about to be written");
    }

    async fn a_file_is_its_uploaders_until_it_is_attached(app) {
        let (centre, stranger) = (app.as_user("centre1"), app.as_user("centre2"));
        let file = upload(&centre, "a.txt", b"x").await;
        for what in ["", "/content", "/preview"] {
            stranger.get(&path(&file, what)).await.refused(404, "not_found");
        }
        let task = draft(app).await;
        attach(app, "centre1", task, Owner::task(task), &file).await.unwrap();
        stranger.get(&path(&file, "/content")).await.assert(200);
        app.as_user("head_b").get(&path(&file, "/content")).await.refused(404, "not_found");
        centre.get("/files/0196c000-0000-7000-8000-000000000000").await.refused(404, "not_found");
        app.anonymous().get(&path(&file, "/content")).await.refused(401, "unauthenticated");
    }

    async fn somebody_elses_upload_cannot_be_attached(app) {
        let file = upload(&app.as_user("staff_a1"), "a.txt", b"x").await;
        let task = draft(app).await;
        let refused = attach(app, "centre1", task, Owner::task(task), &file).await.unwrap_err();
        assert!(refused.contains("file_ids"), "{refused}");
        // Once it belongs to the task, everybody who works on the task may put it where it is needed.
        attach(app, "staff_a1", task, Owner::task(task), &file).await.unwrap();
        let report = app.app.rng.uuid(app.clock.now());
        attach(app, "centre1", task, Owner::report(report), &file).await.unwrap();
        attach(app, "centre1", task, Owner::report(report), &file).await.unwrap();
        let mut tx = app.app.db.read().await.unwrap();
        let found = files::of_owners(&mut tx, &[task, report]).await.unwrap();
        assert_eq!((found[&task].len(), found[&report].len()), (1, 1));
        assert_eq!(files::of_task(&mut tx, task).await.unwrap().len(), 1);
    }

    async fn one_thing_has_at_most_fifty_files(app) {
        let task = draft(app).await;
        let ctx = app.ctx("centre1").await;
        let mut ids: Vec<FileId> = Vec::new();
        for n in 0..51 {
            let file = app.as_user("centre1").upload(&format!("{n}.txt"), "x").await.assert(201);
            ids.push(file["id"].as_str().unwrap().parse().unwrap());
        }
        let mut tx = app.app.db.begin().await.unwrap();
        assert!(files::attach(&mut tx, &ctx, task, Owner::task(task), &ids).await.is_err());
        files::attach(&mut tx, &ctx, task, Owner::task(task), &ids[..50]).await.unwrap();
        assert!(files::attach(&mut tx, &ctx, task, Owner::task(task), &ids[50..]).await.is_err());
        tx.rollback().await.unwrap();
    }
}

async fn replace(app: &TestApp, login: &str, task: kit::uuid::Uuid, old: &Value, new: &Value) -> testkit::Reply {
    let path = format!("/tasks/{task}/attachments/{}/versions", old["id"].as_str().unwrap());
    app.as_user(login).post(&path, &json!({ "file_id": new["id"] })).await
}

testkit::both! {
    async fn a_newer_version_takes_the_place_and_the_old_ones_can_be_looked_at(app) {
        let task = draft(app).await;
        let centre = app.as_user("centre1");
        let first = upload(&centre, "方案.txt", b"1").await;
        let other = upload(&centre, "附图.txt", b"0").await;
        centre.post(&format!("/tasks/{task}/attachments"), &json!({ "file_ids": [first["id"], other["id"]] })).await.assert(200);
        let second = upload(&centre, "方案（修改）.txt", b"2").await;
        let page = replace(app, "centre1", task, &first, &second).await.assert(200);
        let names = |page: &Value| page["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&page), ["附图.txt", "方案（修改）.txt"]);
        assert_eq!((&page["files"][0]["has_older"], &page["files"][1]["has_older"]), (&json!(false), &json!(true)));
        // Who comes second with what was replaced learns it; what is attached already is no new version.
        let third = upload(&app.as_user("centre2"), "方案（定稿）.txt", b"3").await;
        replace(app, "centre1", task, &second, &other).await.refused_field("file_id");
        replace(app, "centre2", task, &first, &third).await.refused(409, "replaced");
        replace(app, "centre2", task, &second, &third).await.assert(200);
        let versions = app.as_user("centre2").get(&path(&third, "/versions")).await.assert(200);
        let older: Vec<_> = versions["items"].as_array().unwrap().iter().map(|item| item["file"]["name"].as_str().unwrap()).collect();
        assert_eq!(older, ["方案（修改）.txt", "方案.txt"]);
        assert_ne!(versions["items"][0]["replaced_by"]["id"], versions["items"][1]["replaced_by"]["id"]);
        assert_eq!(app.as_user("centre2").get(&path(&first, "/content")).await.text(), "1");
        app.as_user("head_b").get(&path(&third, "/versions")).await.refused(404, "not_found");
        let line = app.as_user("centre2").get(&format!("/tasks/{task}/timeline")).await.assert(200);
        assert_eq!((&line["items"][0]["action"], &line["items"][0]["sentence"]), (&json!("file_replaced"), &json!("附件“方案（修改）.txt”换为新版本“方案（定稿）.txt”")));
    }

    async fn what_another_brought_is_replaced_by_the_issuing_side_only(app) {
        let centre = app.as_user("centre1");
        let body = json!({ "title": "修路", "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let made = centre.post("/tasks", &body).await.assert(201);
        let task: kit::uuid::Uuid = made["task"]["id"].as_str().unwrap().parse().unwrap();
        let sent = json!({ "version": made["task"]["version"], "not_secret": true });
        centre.post(&format!("/tasks/{task}/submission"), &sent).await.assert(200);
        let theirs = upload(&centre, "要求.txt", b"1").await;
        centre.post(&format!("/tasks/{task}/attachments"), &json!({ "file_ids": [theirs["id"]] })).await.assert(200);
        let mine = upload(&app.as_user("head_b"), "要求2.txt", b"2").await;
        replace(app, "head_b", task, &theirs, &mine).await.refused(403, "forbidden");
        let better = upload(&centre, "要求3.txt", b"3").await;
        replace(app, "centre1", task, &theirs, &better).await.assert(200);
    }
}

testkit::both! {
    async fn the_library_finds_files_of_tasks_one_sees(app) {
        let centre = app.as_user("centre1");
        let task = draft(app).await;
        let mut ids = Vec::new();
        for (name, bytes) in [("关于修路的请示.txt", &b"1"[..]), ("100%_现场.png", PNG), ("预算.csv", b"a,b\n1,2\n")] {
            ids.push(upload(&centre, name, bytes).await["id"].clone());
        }
        centre.post(&format!("/tasks/{task}/attachments"), &json!({ "file_ids": ids })).await.assert(200);
        upload(&centre, "没有附上的修路.txt", b"4").await;
        let found = async |login: &str, query: &str| {
            let page = app.as_user(login).get(&format!("/files?{query}")).await.assert(200);
            page["items"].as_array().unwrap().iter().map(|item| item["file"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("centre1", "").await, ["预算.csv", "100%_现场.png", "关于修路的请示.txt"]);
        assert_eq!(found("head_b", "").await, [""; 0], "a draft of others");
        for (query, names) in [
            (format!("q={}", testkit::encoded("请示")), &["关于修路的请示.txt"][..]),
            (format!("q={}", testkit::encoded("修路 现场")), &["100%_现场.png"]),
            (format!("q={}", testkit::encoded("%_")), &["100%_现场.png"]),
            ("kind=sheet".to_owned(), &["预算.csv"]),
            ("kind=picture".to_owned(), &["100%_现场.png"]),
            ("kind=document".to_owned(), &["关于修路的请示.txt"]),
            ("kind=other".to_owned(), &[]),
            ("to=2026-02-05".to_owned(), &[]),
            ("from=2026-02-06&to=2026-02-06&kind=sheet".to_owned(), &["预算.csv"]),
        ] {
            assert_eq!(found("centre1", &query).await, names, "{query}");
        }
        let first = centre.get("/files?limit=2").await.assert(200);
        assert_eq!(first["items"][0]["task"]["title"], "修路");
        let cursor = first["next_cursor"].as_str().unwrap();
        assert_eq!(found("centre1", &format!("limit=2&cursor={cursor}")).await, ["关于修路的请示.txt"]);
        // What was replaced is no longer listed.
        let newer = upload(&centre, "新的请示.txt", b"5").await;
        let path = format!("/tasks/{task}/attachments/{}/versions", ids[0].as_str().unwrap());
        centre.post(&path, &json!({ "file_id": newer["id"] })).await.assert(200);
        assert_eq!(found("centre1", "kind=document").await, ["新的请示.txt"]);
    }
}

testkit::both! {
    async fn a_content_that_is_no_longer_what_it_was_is_found(app) {
        let user = app.as_user("staff_a1");
        let good = upload(&user, "a.txt", b"good").await;
        let bad = upload(&user, "b.txt", b"bad").await;
        upload(&user, "c.txt", b"bad").await;
        user.get("/files/checks").await.refused(403, "forbidden");
        let admin = app.as_user("admin");
        let report = admin.get("/files/checks").await.assert(200);
        assert_eq!((&report["contents"], &report["bytes"], &report["unchecked"]), (&json!(2), &json!(7), &json!(2)));
        std::fs::write(content(app, bad["digest"].as_str().unwrap()), b"BAD").unwrap();
        app.run_jobs().await;
        let mut report = json!(null);
        for _ in 0..500 {
            report = admin.get("/files/checks").await.assert(200);
            if report["unchecked"] == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!((&report["unchecked"], report["damaged"].as_array().unwrap().len()), (&json!(0), 1), "{report}");
        assert_eq!((&report["damaged"][0]["digest"], &report["damaged"][0]["files"]), (&bad["digest"], &json!(2)));
        assert_ne!(report["damaged"][0]["digest"], good["digest"]);
        // A backup has brought it back.
        std::fs::write(content(app, bad["digest"].as_str().unwrap()), b"bad").unwrap();
        app.clock.advance(Duration::from_secs(3600));
        app.run_jobs().await;
        for _ in 0..500 {
            report = admin.get("/files/checks").await.assert(200);
            if report["damaged"] == json!([]) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it stays damaged: {report}");
    }
}
