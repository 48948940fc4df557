//! Files are scanned for viruses, by the real clamd with a signature of the tests' own (`bin/lib/clamd.sh` starts one).

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Reply, TestApp, both};

use crate::kit::*;

const VIRUS: &str = "MZ SBC-TEST-VIRUS-7f3a";

/// The same installation with a scanner; nothing where there is none.
fn scanned(app: &TestApp) -> Option<TestApp> {
    let Ok(address) = std::env::var("SHIBICHENG_TEST_CLAMD") else {
        eprintln!("SKIPPED: no clamd (SHIBICHENG_TEST_CLAMD)");
        return None;
    };
    Some(app.with_options(|config| config.clamav = address))
}

async fn reported(app: &TestApp, task: &Value, name: &str, bytes: impl Into<Vec<u8>>) -> Value {
    let file = app.as_user("head_a").upload(name, bytes.into()).await.assert(201);
    let body = json!({ "claimed_progress": 30, "text": "见附件。", "file_ids": [file["id"]] });
    app.as_user("head_a").post(&format!("/tasks/{}/reports", id(task)), &body).await.assert(200);
    file
}

async fn content(app: &TestApp, login: &str, file: &Value) -> Reply {
    app.as_user(login).get(&format!("/files/{}/content", file["id"].as_str().unwrap())).await
}

async fn described(app: &TestApp, login: &str, file: &Value) -> Value {
    app.as_user(login).get(&format!("/files/{}", file["id"].as_str().unwrap())).await.assert(200)
}

async fn scanner(app: &TestApp) -> Value {
    app.as_user("admin").get("/files/checks").await.assert(200)["scanner"].clone()
}

async fn begun(app: &TestApp) -> Value {
    let task = dispatched(app, "修路", "bureau_a").await;
    sign(app, "head_a", &task).await;
    task
}

both! {
    async fn a_file_is_read_by_others_once_it_was_found_clean(app) {
        let Some(app) = scanned(app) else { return };
        let (app, task) = (&app, begun(&app).await);
        let file = reported(app, &task, "进度.txt", "沉箱预制完成").await;
        assert_eq!((&file["standing"], &file["scan"]), (&json!("scanning"), &json!("waiting")));
        content(app, "head_a", &file).await.assert(200);
        content(app, "centre1", &file).await.refused(403, "file_scanning");
        app.run_jobs().await;
        assert_eq!((&described(app, "centre1", &file).await["standing"], &described(app, "centre1", &file).await["scan"]), (&json!("open"), &json!("clean")));
        content(app, "centre1", &file).await.assert(200);
        // The same bytes need not be looked at again.
        let twin = reported(app, &task, "副本.txt", "沉箱预制完成").await;
        assert_eq!(twin["standing"], "open");
        let health = scanner(app).await;
        assert_eq!((&health["configured"], &health["clean"], &health["waiting"]), (&json!(true), &json!(1), &json!(0)));
    }

    async fn a_virus_is_quarantined_told_and_never_removed_in_silence(app) {
        let Some(app) = scanned(app) else { return };
        let (app, task) = (&app, begun(&app).await);
        let file = reported(app, &task, "补丁.exe", VIRUS).await;
        app.run_jobs().await;
        for login in ["head_a", "centre1", "liaison_a"] {
            content(app, login, &file).await.refused(403, "file_quarantined");
        }
        assert!(messages(app, "head_a").await.contains(&"附件查出病毒".to_owned()));
        assert!(messages(app, "centre1").await.contains(&"附件查出病毒".to_owned()));
        let found = app.as_user("centre1").get("/files/findings?state=open").await.assert(200)["items"][0].clone();
        assert_eq!((&found["kind"], &found["found"]), (&json!("virus"), &json!(["Shibicheng.Test.UNOFFICIAL"])));
        // The bytes are still there until somebody decides.
        let digest = blob::Digest::parse(file["digest"].as_str().unwrap()).unwrap();
        assert!(app.app.blobs.exists(&digest).await.unwrap());
        let events = {
            let mut tx = app.app.db.read().await.unwrap();
            shibicheng::audit::whole_stream(&mut tx, shibicheng::audit::SECRECY).await.unwrap()
        };
        assert_eq!(events[0].words.zh(), "附件“补丁.exe”查出病毒“Shibicheng.Test.UNOFFICIAL”，已隔离");
        let at = format!("/files/findings/{}/decision", found["id"].as_str().unwrap());
        let body = json!({ "version": found["version"], "decision": "clear", "reason": "误报，厂家已确认" });
        app.as_user("centre1").post(&at, &body).await.assert(200);
        content(app, "liaison_a", &file).await.assert(200);
        // What was let go is not quarantined again for the same signature.
        app.run_jobs().await;
        assert_eq!(described(app, "liaison_a", &file).await["standing"], "open");
    }

    async fn while_the_scanner_is_away_files_wait_and_nothing_is_lost(app) {
        let Some(app) = scanned(app) else { return };
        let away = app.with_options(|config| config.clamav = "127.0.0.1:9".to_owned());
        let task = begun(&away).await;
        let file = reported(&away, &task, "进度.txt", "沉箱预制完成").await;
        for _ in 0..15 {
            away.run_jobs().await;
            away.clock.advance(Duration::from_secs(3601));
        }
        let health = scanner(&away).await;
        assert_eq!((&health["waiting"], &health["last_scan"]), (&json!(1), &json!(null)));
        assert!(health["trouble"].is_string() && health["waiting_since"].is_string(), "{health}");
        content(&away, "centre1", &file).await.refused(403, "file_scanning");
        // Where the area would rather read than wait.
        let open = away.with_options(|config| config.unscanned_files = shibicheng::config::Unscanned::Everyone);
        content(&open, "centre1", &file).await.assert(200);
        // The scanner is back.
        app.run_jobs().await;
        assert_eq!(described(&app, "centre1", &file).await["scan"], "clean");
    }

    async fn a_file_too_large_for_the_scanner_says_so_and_can_be_read(app) {
        let Some(app) = scanned(app) else { return };
        let task = begun(&app).await;
        // Larger than the scanner's own limit, and then larger than what is sent to it at all.
        let refused = reported(&app, &task, "录像.bin", vec![7; 3 << 20]).await;
        app.run_jobs().await;
        let known = described(&app, "centre1", &refused).await;
        assert_eq!((&known["scan"], &known["standing"]), (&json!("failed"), &json!("open")));
        let small = app.with_options(|config| config.clamav_max_mib = 1);
        let skipped = reported(&small, &task, "航拍.bin", vec![8; 3 << 19]).await;
        small.run_jobs().await;
        assert_eq!(described(&small, "centre1", &skipped).await["scan"], "failed");
        content(&small, "centre1", &skipped).await.assert(200);
    }

    async fn files_from_before_the_scanner_are_looked_at_and_do_not_wait(app) {
        let task = begun(app).await;
        let old = reported(app, &task, "旧.exe", VIRUS).await;
        assert_eq!((&old["scan"], &old["standing"]), (&json!(null), &json!("open")));
        app.run_jobs().await;
        let Some(app) = scanned(app) else { return };
        app.clock.advance(Duration::from_secs(3601));
        app.run_jobs().await;
        content(&app, "head_a", &old).await.refused(403, "file_quarantined");
    }

    async fn an_upload_in_pieces_is_scanned_like_any_other(app) {
        let Some(app) = scanned(app) else { return };
        let head = app.as_user("head_a").header("tus-resumable", "1.0.0");
        let begun = head.clone().header("upload-length", &VIRUS.len().to_string()).header("upload-metadata", "filename YS5leGU=");
        let upload = begun.post("/uploads", &json!({})).await.assert(201);
        let at = format!("/uploads/{}", upload["id"].as_str().unwrap());
        let piece = head.clone().header("upload-offset", "0");
        piece.send(axum::http::Method::PATCH, &at, Some("application/offset+octet-stream"), VIRUS.into()).await.assert(204);
        let file = app.as_user("head_a").get(&at).await.assert(200)["file"].clone();
        assert_eq!(file["standing"], "scanning");
        app.run_jobs().await;
        content(&app, "head_a", &file).await.refused(403, "file_quarantined");
    }
}
