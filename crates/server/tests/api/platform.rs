//! What holds for every route.

use std::collections::HashSet;

use axum::http::Method;
use serde_json::json;

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
        admin.get("/calendar/%00").await.refused(422, "invalid");
        // A page mark is JSON in hexadecimal digits.
        let cursor: String = format!("[\"\\u0000\",\"{}\"]", app.person("admin")).bytes().map(|byte| format!("{byte:02x}")).collect();
        admin.get(&format!("/persons?cursor={cursor}")).await.refused_field("cursor");
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
