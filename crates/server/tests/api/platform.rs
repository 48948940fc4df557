//! What holds for every route.

use std::collections::HashSet;

use axum::http::Method;
use serde_json::json;

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

testkit::both! {
    async fn the_api_speaks_of_its_errors_in_one_way(app) {
        app.anonymous().get("/units").await.refused(401, "unauthenticated");
        app.as_user("admin").get("/nothing-here").await.refused(404, "not_found");
        app.as_user("admin").put("/units", &json!({})).await.refused(405, "method_not_allowed");
        let admin = app.as_user("admin");
        admin.send(Method::POST, "/units", Some("application/json"), "{".into()).await.refused(400, "bad_json");
        admin.send(Method::POST, "/units", Some("text/plain"), "{}".into()).await.refused(415, "not_json");
        let large = format!("{{\"name\":\"{}\"}}", "x".repeat(5 << 20));
        admin.send(Method::POST, "/units", Some("application/json"), large.into()).await.refused(413, "too_large");
        let reply = admin.clone().header("x-request-id", "abcdefgh-1").get("/nothing-here").await;
        assert_eq!(reply.header("x-request-id"), "abcdefgh-1");
        assert_eq!(reply.json()["request_id"], "abcdefgh-1");
        let reply = admin.header("x-request-id", "<script>alert").get("/units").await;
        assert_ne!(reply.header("x-request-id"), "<script>alert");
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
    }

    async fn a_nul_never_gets_past_the_edge(app) {
        let (nobody, admin) = (app.anonymous(), app.as_user("admin"));
        nobody.post("/session", &json!({ "login": "a\0", "password": "x" })).await.refused_field("login");
        nobody.post("/session", &json!({ "login": "head_a", "password": "x\0" })).await.refused_field("password");
        admin.post("/units", &json!({ "name": "招商局", "aliases": ["招商", "a\0"], "parent_id": app.unit("root") })).await
            .refused_field("aliases[1]");
        admin.send(Method::POST, "/units", Some("application/json"), "{\"name\":\"a\0\"}".into()).await.refused(422, "invalid");
        // What only looks like one is a text like any other.
        admin.post("/units", &json!({ "name": "C:\\u0000", "parent_id": app.unit("root") })).await.assert(201);
        admin.get("/persons?q=a%00").await.refused_field("q");
        admin.get("/tasks?limit=5&q=%00").await.refused_field("q");
        admin.post_bytes("/org-imports?name=%00", "x").await.refused_field("name");
        admin.get("/calendar/years/%00").await.refused(422, "invalid");
        // A page mark is JSON in hexadecimal digits.
        let cursor: String = format!("[\"\\u0000\",\"{}\"]", app.person("admin")).bytes().map(|byte| format!("{byte:02x}")).collect();
        admin.get(&format!("/persons?cursor={cursor}")).await.refused_field("cursor");
    }

    async fn what_the_server_says_is_said_in_the_language_that_is_asked_for(app) {
        let (zh, en) = (app.as_user("centre1"), app.as_user("centre1").header("accept-language", "en-GB,en;q=0.9,zh;q=0.5"));
        let nowhere = "/tasks/00000000-0000-0000-0000-000000000000";
        assert_eq!(zh.get(nowhere).await.refused(404, "not_found")["detail"], "没有找到，或不在您的查看范围内。");
        assert_eq!(en.get(nowhere).await.refused(404, "not_found")["detail"], "It does not exist, or lies outside what you may see.");
        let untitled = json!({ "title": " " });
        assert_eq!(zh.post("/tasks", &untitled).await.refused_field("title"), "不能为空");
        assert_eq!(en.post("/tasks", &untitled).await.refused_field("title"), "Must not be empty");
        assert_eq!(zh.post("/tasks", &untitled).await.refused(422, "invalid")["detail"], "填写有误：不能为空");
        assert_eq!(en.post("/tasks", &untitled).await.refused(422, "invalid")["detail"], "Please correct: Must not be empty");
        let day = json!({ "title": "Repair the road", "due": { "day": "31 March" } });
        assert!(zh.post("/tasks", &day).await.refused_field("due.day").contains("日期应为 1900 至 2199 年间的 YYYY-MM-DD"));
        assert!(en.post("/tasks", &day).await.refused_field("due.day").contains("a date must be YYYY-MM-DD between 1900 and 2199"));

        // How a day came about.
        let words = json!({ "text": "10个工作日内", "from_day": "2026-02-13" });
        assert_eq!(
            zh.post("/deadline-readings", &words).await.assert(200)["explanation"],
            json!(["“10个工作日内”：自2026年2月13日起10个工作日 → 2026-03-05，扣除春节（2月15日至23日）、周末1天，计入2月14日、28日调休"])
        );
        assert_eq!(
            en.post("/deadline-readings", &words).await.assert(200)["explanation"],
            json!(["“10个工作日内”: 10 working days from 13 Feb 2026 → 2026-03-05, leaving out Spring Festival (15–23 Feb), weekends (1), \
                counting 14, 28 Feb (worked weekends)"])
        );

        // The ledger is written once and read by each in their own language; the hash is of what was written.
        let input = json!({ "title": "Repair the road", "due": { "day": "2026-03-31" }, "parties": [{ "unit_id": app.unit("bureau_b"), "role": "lead" }] });
        let task = en.post("/tasks", &input).await.assert(201);
        let path = format!("/tasks/{}", task["task"]["id"].as_str().unwrap());
        let submission = json!({ "version": task["task"]["version"], "not_secret": true });
        en.post(&format!("{path}/submission"), &submission).await.assert(200);
        app.as_user("head_b").post(&format!("{path}/signature"), &json!({})).await.assert(200);
        let (written, read) = (zh.get(&format!("{path}/timeline")).await.assert(200), en.get(&format!("{path}/timeline")).await.assert(200));
        let (written, read) = (written["items"].as_array().unwrap(), read["items"].as_array().unwrap());
        assert!(written.len() >= 3, "{written:?}");
        for (written, read) in written.iter().zip(read) {
            let (written_words, read_words) = (written["sentence"].as_str().unwrap(), read["sentence"].as_str().unwrap());
            assert!(is_chinese(written_words), "{written_words}");
            assert!(!is_chinese(&read_words.replace("住房和城乡建设局", "").replace("住建局", "")), "{written_words}: {read_words}");
            assert_eq!(written["hash"], read["hash"]);
        }
    }

    async fn the_process_says_whether_it_lives_and_can_serve(app) {
        assert_eq!(app.anonymous().get("//healthz").await.text(), "ok");
        assert_eq!(app.anonymous().get("//readyz").await.text(), "ready");
    }
}

#[test]
fn the_description_is_complete() {
    let document: serde_json::Value = serde_json::from_str(&shibicheng::app::openapi().to_json().unwrap()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = HashSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} twice");
            assert!(operation["responses"]["default"]["content"]["application/problem+json"].is_object(), "{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path} has no summary");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let keyed = parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key");
            assert_eq!(keyed, method == "post", "{method} {path}");
            let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path").count();
            assert_eq!(in_path, path.matches('{').count(), "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path} {status}");
            }
        }
    }
    let text = document.to_string();
    for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document["components"]["schemas"][name].is_object(), "{name} is not described");
    }
}
