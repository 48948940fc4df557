use std::fmt::Write as _;

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use bytes::Bytes;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{app::TestApp, events::Events};

/// Somebody who makes requests. Paths are those below `/api/v1`; one that begins with `//` is taken from the root.
#[derive(Clone)]
pub struct User<'a> {
    app: &'a TestApp,
    who: Who,
    headers: Vec<(String, String)>,
}

#[derive(Clone)]
enum Who {
    Nobody,
    Token(String),
    Cookie(String),
}

impl<'a> User<'a> {
    pub(crate) fn of(app: &'a TestApp, login: &str) -> Self {
        Self { app, who: Who::Token(login.to_owned()), headers: Vec::new() }
    }

    pub(crate) fn anonymous(app: &'a TestApp) -> Self {
        Self { app, who: Who::Nobody, headers: Vec::new() }
    }

    pub(crate) fn browser(app: &'a TestApp, session: &str) -> Self {
        Self { app, who: Who::Cookie(session.to_owned()), headers: Vec::new() }
    }

    /// The same user with one more header on every request.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same user with an `Idempotency-Key` on every request.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, Body::empty()).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.json(Method::POST, path, body).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.json(Method::PUT, path, body).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.json(Method::PATCH, path, body).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None, Body::empty()).await
    }

    /// Uploads a file.
    pub async fn upload(&self, name: &str, bytes: impl Into<Bytes>) -> Reply {
        self.post_bytes(&format!("/files?name={}", encoded(name)), bytes).await
    }

    /// POST with a body of bytes.
    pub async fn post_bytes(&self, path: &str, bytes: impl Into<Bytes>) -> Reply {
        self.send(Method::POST, path, Some("application/octet-stream"), Body::from(bytes.into())).await
    }

    /// Opens a stream of server-sent events.
    pub async fn events(&self, path: &str) -> Events {
        let request = self.request(Method::GET, path, None, Body::empty()).await;
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "GET {path}");
        Events::of(response.into_body())
    }

    async fn json(&self, method: Method, path: &str, body: &Value) -> Reply {
        self.send(method, path, Some("application/json"), Body::from(body.to_string())).await
    }

    /// Any request.
    pub async fn send(&self, method: Method, path: &str, media_type: Option<&str>, body: Body) -> Reply {
        let what = format!("{method} {path}");
        let request = self.request(method, path, media_type, body).await;
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Reply { what, status: parts.status, headers: parts.headers, body }
    }

    async fn request(&self, method: Method, path: &str, media_type: Option<&str>, body: Body) -> Request<Body> {
        let uri = match path.strip_prefix("//") {
            Some(path) => format!("/{path}"),
            None => format!("/api/v1{path}"),
        };
        let mut request = Request::builder().method(method).uri(&uri).header(header::HOST, "binhai.example");
        match &self.who {
            Who::Nobody => {}
            Who::Token(login) => {
                request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.app.token_of(login).await));
            }
            Who::Cookie(session) => request = request.header(header::COOKIE, format!("sbc_session={session}")),
        }
        if let Some(media_type) = media_type {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(body).unwrap()
    }
}

/// The text as it stands in a query.
pub fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Reply {
    what: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The value of the session cookie that was set.
    pub fn session(&self) -> String {
        let cookie = self.header("set-cookie").split(';').next().and_then(|pair| pair.strip_prefix("sbc_session="));
        cookie.unwrap_or_else(|| panic!("{} set no session: {}", self.what, self.text())).to_owned()
    }

    /// Fails the test unless the status is this, whatever the body is.
    #[track_caller]
    pub fn assert_status(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.what, self.text());
    }

    /// Fails the test unless the status is this; answers the body.
    #[track_caller]
    pub fn assert(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.what, self.text());
        self.json()
    }

    /// Fails the test unless it was refused with this status and problem code; answers the problem.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.assert(status);
        assert_eq!(problem.get("code").and_then(Value::as_str), Some(code), "{}: {}", self.what, self.text());
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.what);
        problem
    }

    /// Fails the test unless the input was refused and this field named; answers what was said of it.
    #[track_caller]
    pub fn refused_field(&self, field: &str) -> String {
        let problem = self.refused(422, "invalid");
        let fields = problem.get("fields").and_then(Value::as_array).cloned().unwrap_or_default();
        let found = fields.iter().find(|found| found.get("field").and_then(Value::as_str) == Some(field));
        let found = found.unwrap_or_else(|| panic!("{}: {field} is not named: {}", self.what, self.text()));
        found.get("message").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}
