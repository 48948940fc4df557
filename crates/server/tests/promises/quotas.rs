//! How much room files may take, said before an upload begins.

use serde_json::{Value, json};
use testkit::{Reply, TestApp, both};

use crate::kit::*;

async fn limit(app: &TestApp, quotas: Value) {
    let now = app.as_user("admin").get("/files/usage").await.assert(200);
    let body = json!({ "rules": quotas, "reason": "控制占用", "version": now["version"] });
    app.as_user("admin").post("/files/quotas", &body).await.assert(201);
}

async fn begin(app: &TestApp, login: &str, mib: u64) -> Reply {
    let user = app.as_user(login).header("tus-resumable", "1.0.0").header("upload-length", &(mib << 20).to_string());
    user.header("upload-metadata", "filename YS5iaW4=").post("/uploads", &json!({})).await
}

async fn used(app: &TestApp, unit: &str) -> i64 {
    let usage = app.as_user("admin").get("/files/usage").await.assert(200);
    let found = usage["units"].as_array().unwrap().iter().find(|one| one["name"] == unit).unwrap().clone();
    found["used"].as_i64().unwrap()
}

both! {
    async fn an_upload_that_does_not_fit_is_refused_before_it_begins(app) {
        limit(app, json!({ "bureau_mib": 3 })).await;
        app.as_user("staff_a1").upload("一.bin", vec![1; 2 << 20]).await.assert(201);
        let problem = begin(app, "staff_a3", 2).await.refused(413, "unit_quota");
        assert!(problem["detail"].as_str().unwrap().starts_with("“经济发展局”的文件空间不够：上限 3 MB，已用 2 MB，这个文件 2 MB。没有开始上传"), "{problem}");
        let reply = app.as_user("staff_a1").header("content-length", &(2 << 20).to_string()).upload("二.bin", vec![2; 2 << 20]).await;
        reply.refused(413, "unit_quota");
        // Other bureaus have their own.
        app.as_user("staff_b1").upload("三.bin", vec![3; 2 << 20]).await.assert(201);
        // The same content is there already and takes no room, in the same bureau.
        app.as_user("staff_a3").upload("副本.bin", vec![1; 2 << 20]).await.assert(201);
        app.as_user("staff_a3").post_bytes("/files?name=x.bin", vec![1; 1 << 20]).await.assert(201);
        assert_eq!((used(app, "经济发展局").await, used(app, "住房和城乡建设局").await), (3 << 20, 2 << 20));
    }

    async fn an_upload_under_way_keeps_its_room(app) {
        limit(app, json!({ "bureau_mib": 3 })).await;
        let first = begin(app, "staff_a1", 2).await.assert(201);
        begin(app, "staff_a2", 2).await.refused(413, "unit_quota");
        app.as_user("staff_a1").delete(&format!("/uploads/{}", first["id"].as_str().unwrap())).await.assert(204);
        begin(app, "staff_a2", 2).await.assert(201);
    }

    async fn the_store_counts_a_content_once_and_a_unit_its_own(app) {
        limit(app, json!({ "total_mib": 100 })).await;
        for login in ["staff_a1", "staff_b1"] {
            app.as_user(login).upload("同.bin", vec![1; 1 << 20]).await.assert(201);
        }
        let usage = app.as_user("admin").get("/files/usage").await.assert(200);
        assert_eq!(usage["total"], json!({ "used": 1 << 20, "coming": 0, "limit": 100 << 20, "reached": null }));
        assert_eq!((used(app, "经济发展局").await, used(app, "住房和城乡建设局").await), (1 << 20, 1 << 20));
        limit(app, json!({ "total_mib": 1 })).await;
        app.as_user("staff_c1").upload("新.bin", vec![2; 1 << 10]).await.refused(413, "store_quota");
    }

    async fn contents_are_named_once_each_and_page_by_page(app) {
        for (name, text) in [("甲", "一"), ("甲的副本", "一"), ("乙", "二"), ("丙", "三")] {
            app.as_user("head_a").upload(&format!("{name}.txt"), text.as_bytes()).await.assert(201);
        }
        let mut tx = app.app.db.read().await.unwrap();
        let mut pages = Vec::new();
        let mut after = String::new();
        for _ in 0..4 {
            let page = shibicheng::files::digests_after(&mut tx, &after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after.clone_from(last);
            pages.push(page);
        }
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let mut expected: Vec<String> = ["一", "二", "三"].iter().map(|text| blob::Digest::of(text.as_bytes()).to_string()).collect();
        expected.sort();
        assert_eq!(pages.concat(), expected);
    }

    async fn whoever_looks_after_it_is_told_at_each_threshold_once(app) {
        limit(app, json!({ "bureau_mib": 10 })).await;
        app.as_user("staff_a1").upload("一.bin", vec![1; 7 << 20]).await.assert(201);
        assert!(!messages(app, "head_a").await.contains(&"文件空间将满".to_owned()));
        for (n, bytes) in [(2_u8, 1 << 20), (3, 1 << 18), (4, 3 << 19)] {
            app.as_user("staff_a1").upload(&format!("{n}.bin"), vec![n; bytes]).await.assert(201);
        }
        for login in ["liaison_a", "admin"] {
            let told = messages(app, login).await.into_iter().filter(|title| title == "文件空间将满").count();
            assert_eq!(told, 2, "{login}");
        }
    }

    async fn limits_are_kept_by_those_who_keep_rules(app) {
        app.as_user("head_a").get("/files/usage").await.refused(403, "forbidden");
        let bad = json!({ "rules": { "warn": 99, "alarm": 95, "total_mib": -1 }, "reason": "试", "version": 0 });
        app.as_user("admin").post("/files/quotas", &bad).await.refused_field("rules.total_mib");
        let own = json!({ "units": { (app.unit("bureau_a").to_string()): 1 }, "bureau_mib": 50 });
        limit(app, own).await;
        begin(app, "staff_a1", 2).await.refused(413, "unit_quota");
        begin(app, "staff_b1", 2).await.assert(201);
        let stale = json!({ "rules": {}, "reason": "旧", "version": 0 });
        app.as_user("centre1").post("/files/quotas", &stale).await.refused(409, "stale_version");
    }
}
