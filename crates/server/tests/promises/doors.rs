//! Every door of the API: who may knock at all.

use axum::{body::Body, http::Method};
use serde_json::{Value, json};
use testkit::{Reply, TestApp, User, both};

/// (method, path with made-up ids, has a body)
fn doors() -> Vec<(Method, String, bool)> {
    let openapi = serde_json::to_value(shibicheng::app::openapi()).unwrap();
    let mut doors = Vec::new();
    for (path, item) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let path = path
                .trim_start_matches("/api/v1")
                .replace("{year}", "2026")
                .split('/')
                .map(|part| if part.starts_with('{') { "01900000-0000-7000-8000-00000000abcd" } else { part })
                .collect::<Vec<_>>()
                .join("/");
            doors.push((method, path, operation["requestBody"].is_object()));
        }
    }
    assert!(doors.len() > 40, "{}", doors.len());
    doors
}

async fn knock(user: &User<'_>, method: &Method, path: &str, body: bool) -> Reply {
    let (media, body) = if body { (Some("application/json"), Body::from("{}")) } else { (None, Body::empty()) };
    user.send(method.clone(), path, media, body).await
}

/// The last are for gateways, which show what proves them, and for browsers that WeChat sends; one that is not configured is not there.
const OPEN: [(&str, &str); 6] = [
    ("POST", "/session"),
    ("DELETE", "/session"),
    ("POST", "/gateways/01900000-0000-7000-8000-00000000abcd/calls"),
    ("GET", "/gateways/01900000-0000-7000-8000-00000000abcd/calls"),
    ("GET", "/gateways/01900000-0000-7000-8000-00000000abcd/entry"),
    ("GET", "/gateways/01900000-0000-7000-8000-00000000abcd/arrival"),
];

/// What each role may do at all; what it may do it to is another question.
async fn may(app: &TestApp, login: &str, method: Method, path: &str, body: &Value) -> bool {
    let reply = app.as_user(login).send(method, path, Some("application/json"), Body::from(body.to_string())).await;
    reply.status.as_u16() != 403
}

both! {
    async fn no_door_but_sign_in_and_that_of_gateways_opens_to_a_stranger(app) {
        for (method, path, body) in doors() {
            if OPEN.contains(&(method.as_str(), path.as_str())) {
                continue;
            }
            let reply = knock(&app.anonymous(), &method, &path, body).await;
            if method == Method::HEAD {
                // An answer to HEAD has no body.
                assert_eq!(reply.status.as_u16(), 401, "{path}");
                continue;
            }
            reply.refused(401, "unauthenticated");
        }
    }

    async fn no_door_breaks_when_somebody_knocks_with_nothing(app) {
        for login in ["admin", "leader", "centre1", "head_d", "liaison_d", "staff_d1"] {
            for (method, path, body) in doors() {
                if path == "/live" {
                    continue;
                }
                let status = knock(&app.as_user(login), &method, &path, body).await.status.as_u16();
                assert!(status < 500, "{login} {method} {path}: {status}");
                let changes = method != Method::GET;
                assert!(!changes || status >= 400 || matches!(path.as_str(), "/messages/read" | "/session"), "{login} {method} {path}: {status}");
            }
        }
    }

    async fn each_role_has_its_own_permissions(app) {
        let none = json!({});
        let table = [
            // (what, method, path, leader, centre, head, liaison, handler, administrator)
            ("set tasks", Method::POST, "/tasks", [true, true, true, true, false, false]),
            ("keep templates", Method::POST, "/task-templates", [true, true, true, true, false, false]),
            ("set up series", Method::POST, "/task-series", [true, true, true, true, false, false]),
            ("keep units", Method::POST, "/units", [false, false, false, false, false, true]),
            ("keep persons", Method::POST, "/persons", [false, false, false, false, false, true]),
            ("issue orders", Method::POST, "/orders", [true, true, false, false, false, false]),
            ("decide on suggested talks", Method::POST, "/interviews", [true, true, false, false, false, false]),
            ("keep the rules of orders", Method::POST, "/order-rules", [false, true, false, false, false, true]),
            ("take in ledgers", Method::POST, "/task-imports", [false, true, false, false, false, false]),
            ("take in the organisation", Method::POST, "/org-imports", [false, false, false, false, false, true]),
        ];
        let logins = ["leader", "centre2", "head_d", "liaison_d", "staff_d1", "admin"];
        for (what, method, path, expected) in table {
            for (login, expected) in logins.iter().zip(expected) {
                assert_eq!(may(app, login, method.clone(), path, &none).await, expected, "{login} may {what}");
            }
        }
    }
}
