//! Uploads that may break off, as a client of tus 1.0.0 sends them.

use std::sync::Arc;

use axum::{body::Body, http::Method};
use bytes::Bytes;
use serde_json::Value;
use testkit::{Reply, TestApp, User};

/// `修路.txt` and `a` in base64.
const NAME: &str = "filename 5L+u6LevLnR4dA==";

fn tus<'a>(app: &'a TestApp, login: &str) -> User<'a> {
    app.as_user(login).header("tus-resumable", "1.0.0")
}

async fn begin(user: &User<'_>, size: usize, more: &str) -> Reply {
    let user = user.clone().header("upload-length", &size.to_string()).header("upload-metadata", &format!("{NAME}{more}"));
    user.send(Method::POST, "/uploads", None, Body::empty()).await
}

/// The path of a new upload.
async fn begun(user: &User<'_>, size: usize) -> String {
    let reply = begin(user, size, "").await;
    reply.assert(201);
    let path = reply.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!((reply.header("tus-resumable"), reply.json()["offset"].as_i64()), ("1.0.0", Some(0)));
    path
}

async fn append(user: &User<'_>, path: &str, offset: usize, body: impl Into<Body>) -> Reply {
    let user = user.clone().header("upload-offset", &offset.to_string());
    user.send(Method::PATCH, path, Some("application/offset+octet-stream"), body.into()).await
}

async fn offset(user: &User<'_>, path: &str) -> String {
    let reply = user.send(Method::HEAD, path, None, Body::empty()).await;
    reply.assert(200);
    assert_eq!(reply.header("cache-control"), "no-store");
    reply.header("upload-offset").to_owned()
}

/// Some bytes, and then the line breaks.
fn broken(bytes: &'static [u8]) -> Body {
    Body::from_stream(futures_util::stream::iter([Ok(Bytes::from_static(bytes)), Err(std::io::Error::other("the line broke"))]))
}

fn leftovers(app: &TestApp) -> usize {
    std::fs::read_dir(app.app.config.data_dir.join("blobs/partial")).map_or(0, Iterator::count)
}

testkit::both! {
    async fn a_file_comes_in_pieces(app) {
        let user = tus(app, "staff_a1");
        let path = begun(&user, 11).await;
        let reply = append(&user, &path, 0, "hello ").await;
        reply.assert(204);
        assert_eq!(reply.header("upload-offset"), "6");
        assert_eq!(offset(&user, &path).await, "6");
        append(&user, &path, 6, "world").await.assert(204);
        let file = user.get(&path).await.assert(200)["file"].clone();
        assert_eq!((&file["name"], &file["size"]), (&Value::from("修路.txt"), &Value::from(11)));
        assert_eq!(file["digest"], blob::Digest::of(b"hello world").as_str());
        let id = file["id"].as_str().unwrap();
        assert_eq!(user.get(&format!("/files/{id}/content")).await.text(), "hello world");
        // The answer was lost: the client looks and finds that all is there.
        assert_eq!(offset(&user, &path).await, "11");
        append(&user, &path, 11, "").await.assert(204);
        assert_eq!(user.get(&path).await.assert(200)["file"]["id"], id);
        assert_eq!(leftovers(app), 0);
    }

    async fn what_came_before_the_line_broke_is_kept(app) {
        let user = tus(app, "staff_a1");
        let path = begun(&user, 11).await;
        append(&user, &path, 0, broken(b"hello")).await.refused(400, "upload_broken");
        assert_eq!(offset(&user, &path).await, "5");
        append(&user, &path, 5, " world").await.assert(204);
        let file = user.get(&path).await.assert(200)["file"].clone();
        assert_eq!(file["digest"], blob::Digest::of(b"hello world").as_str());
    }

    async fn only_where_the_server_stands_can_be_gone_on(app) {
        let user = tus(app, "staff_a1");
        let path = begun(&user, 11).await;
        append(&user, &path, 0, "hello ").await.assert(204);
        for wrong in [0, 5, 7, 11] {
            append(&user, &path, wrong, "x").await.refused(409, "wrong_offset");
        }
        append(&user, &path, 6, "more than was said").await.refused(413, "too_large");
        assert_eq!(offset(&user, &path).await, "6");
    }

    async fn of_two_who_write_at_once_the_second_learns_it(app) {
        let user = tus(app, "staff_a1");
        let path = begun(&user, 11).await;
        let hold = Arc::new(tokio::sync::Semaphore::new(0));
        let slow = || {
            let held = Arc::clone(&hold);
            let chunk = async move {
                let _ = held.acquire().await;
                Ok::<_, std::io::Error>(Bytes::from_static(b"hello world"))
            };
            Body::from_stream(futures_util::stream::once(chunk))
        };
        let first = async {
            // It may itself come while the second is asking.
            for _ in 0..500 {
                let reply = append(&user, &path, 0, slow()).await;
                if reply.status != 423 {
                    return reply;
                }
            }
            panic!("it never came to its turn");
        };
        let second = async {
            // Until the first holds it: everything before that is a few statements.
            for _ in 0..500 {
                let reply = append(&user, &path, 0, broken(b"")).await;
                if reply.status == 423 {
                    reply.refused(423, "upload_busy");
                    break;
                }
                tokio::task::yield_now().await;
            }
            append(&user, &path, 0, "HELLO").await.refused(423, "upload_busy");
            hold.add_permits(1);
        };
        let (first, ()) = tokio::join!(first, second);
        first.assert(204);
        assert_eq!(user.get(&path).await.assert(200)["file"]["digest"], blob::Digest::of(b"hello world").as_str());
    }

    async fn a_writer_that_died_holds_an_upload_for_a_minute(app) {
        let user = tus(app, "staff_a1");
        let path = begun(&user, 11).await;
        append(&user, &path, 0, "hello ").await.assert(204);
        // As a process leaves it that was killed: the row held, bytes on the disk that nobody has written down.
        let id: kit::uuid::Uuid = path.rsplit('/').next().unwrap().parse().unwrap();
        let mut tx = app.app.db.begin().await.unwrap();
        let until = app.clock.now().plus(std::time::Duration::from_secs(60));
        db::execute!(tx, |c| db::sqlx::query("update upload set writer = $1, lease_until = $2").bind(id).bind(until).execute(c)).unwrap();
        tx.commit().await.unwrap();
        let partial = app.app.config.data_dir.join("blobs/partial").join(format!("{:032x}", id.as_u128()));
        std::fs::write(&partial, b"hello, nobody knows").unwrap();
        append(&user, &path, 6, "world").await.refused(423, "upload_busy");
        app.clock.advance(std::time::Duration::from_secs(61));
        append(&user, &path, 6, "world").await.assert(204);
        let digest = user.get(&path).await.assert(200)["file"]["digest"].clone();
        assert_eq!(digest, blob::Digest::of(b"hello,world").as_str(), "what was not written down is cut off");
    }

    async fn whoever_dies_before_the_file_is_written_down_finds_it_later(app) {
        let user = tus(app, "staff_a1");
        let path = begun(&user, 5).await;
        append(&user, &path, 0, "hell").await.assert(204);
        let id: kit::uuid::Uuid = path.rsplit('/').next().unwrap().parse().unwrap();
        let partial = app.app.config.data_dir.join("blobs/partial").join(format!("{:032x}", id.as_u128()));
        std::fs::write(&partial, b"hello").unwrap();
        let mut tx = app.app.db.begin().await.unwrap();
        db::execute!(tx, |c| db::sqlx::query("update upload set received = 5").execute(c)).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(user.get(&path).await.assert(200)["file"]["size"], 5);
    }

    async fn a_wrong_digest_is_found_and_the_upload_is_over(app) {
        let user = tus(app, "staff_a1");
        let wanted = "YmE3ODE2YmY4ZjAxY2ZlYTQxNDE0MGRlNWRhZTIyMjNiMDAzNjFhMzk2MTc3YTljYjQxMGZmNjFmMjAwMTVhZA==";
        let reply = begin(&user, 3, &format!(",sha256 {wanted}")).await;
        reply.assert(201);
        let path = reply.header("location").strip_prefix("/api/v1").unwrap().to_owned();
        append(&user, &path, 0, "abd").await.refused(409, "digest_mismatch");
        user.get(&path).await.refused(404, "not_found");
        let reply = begin(&user, 3, &format!(",sha256 {wanted}")).await;
        let path = reply.header("location").strip_prefix("/api/v1").unwrap().to_owned();
        append(&user, &path, 0, "abc").await.assert(204);
        begin(&user, 3, ",sha256 YWJj").await.refused_field("sha256");
    }

    async fn uploads_are_ones_own(app) {
        let path = begun(&tus(app, "staff_a1"), 5).await;
        let other = tus(app, "head_b");
        other.get(&path).await.refused(404, "not_found");
        append(&other, &path, 0, "hello").await.refused(404, "not_found");
        other.delete(&path).await.refused(404, "not_found");
        assert_eq!(other.send(Method::HEAD, &path, None, Body::empty()).await.status, 404);
        let user = tus(app, "staff_a1");
        user.delete(&path).await.assert(204);
        user.get(&path).await.refused(404, "not_found");
    }

    async fn what_is_wrong_is_said(app) {
        let user = tus(app, "staff_a1");
        let reply = begin(&app.as_user("staff_a1"), 5, "").await;
        reply.refused(412, "tus_version");
        assert_eq!(reply.header("tus-version"), "1.0.0");
        begin(&user, 0, "").await.refused_field("file");
        begin(&user, 17 << 20, "").await.refused(413, "too_large");
        user.send(Method::POST, "/uploads", None, Body::empty()).await.refused_field("Upload-Length");
        let path = begun(&user, 5).await;
        user.clone().header("upload-offset", "0").send(Method::PATCH, &path, Some("text/plain"), Body::empty()).await.refused(415, "tus_media_type");
        user.send(Method::PATCH, &path, Some("application/offset+octet-stream"), Body::empty()).await.refused_field("Upload-Offset");
        let able = user.send(Method::OPTIONS, "/uploads", None, Body::empty()).await;
        able.assert(204);
        assert_eq!((able.header("tus-extension"), able.header("tus-max-size")), ("creation,expiration,termination", "16777216"));
        // Begun twice because the answer was lost, it is one upload.
        let keyed = user.clone().key("one-upload-only");
        let first = begin(&keyed, 5, "").await;
        let second = begin(&keyed, 5, "").await;
        assert_eq!(first.header("location"), second.header("location"));
    }

    async fn what_was_given_up_is_swept(app) {
        let user = tus(app, "staff_a1");
        let path = begun(&user, 11).await;
        append(&user, &path, 0, "hello ").await.assert(204);
        let done = begun(&user, 5).await;
        append(&user, &done, 0, "whole").await.assert(204);
        app.clock.advance(std::time::Duration::from_secs(2 * 86_400));
        append(&user, &path, 6, "wor").await.assert(204);
        app.clock.advance(std::time::Duration::from_secs(2 * 86_400));
        app.run_jobs().await;
        assert_eq!(offset(&user, &path).await, "9");
        app.clock.advance(std::time::Duration::from_secs(2 * 86_400));
        user.get(&path).await.refused(410, "upload_expired");
        app.run_jobs().await;
        user.get(&path).await.refused(404, "not_found");
        assert_eq!(leftovers(app), 0);
    }
}
