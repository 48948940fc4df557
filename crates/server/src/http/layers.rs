use std::time::Duration;

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate as _, SizeAbove},
    },
};
use tracing::Instrument as _;
use wording::Lang;

use super::{
    Problem, idempotency,
    kept::{self, Kept},
};
use crate::app::App;

/// JSON bodies beyond this are refused; uploads set their own limit.
const BODY_LIMIT: usize = 4 << 20;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const SECURITY: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; \
         object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'",
    ),
    (HeaderName::from_static("permissions-policy"), "geolocation=(), microphone=(), camera=(self)"),
];

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request in hand, if there is one.
pub(super) fn current_request_id() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Puts the middle layers around the routes.
pub fn wrap(router: Router, app: &App) -> Router {
    let compress = SizeAbove::new(1024)
        .and(NotForContentType::new("text/event-stream"))
        .and(NotForContentType::new("application/octet-stream"))
        .and(NotForContentType::IMAGES)
        // Stored files keep their length and their ranges.
        .and(|_, _, headers: &HeaderMap, _: &Extensions| !headers.contains_key(header::ACCEPT_RANGES));
    router
        .layer(middleware::from_fn(idempotency::watch_content))
        .layer(middleware::from_fn(idempotency::same_origin))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CompressionLayer::new().compress_when(compress))
        // Outside of it: what is given again has been packed already.
        .layer(middleware::from_fn_with_state(Kept::new(app.db.clone(), app.clock.clone()), kept::again))
        .layer(CatchPanicLayer::custom(|_| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "系统出现故障，您的操作没有保存。").into_response()
        }))
        .layer(middleware::from_fn_with_state(app.clone(), observe))
}

async fn observe(state: axum::extract::State<App>, mut request: Request, next: Next) -> Response {
    let app = state.0;
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let id = match given {
        Some(text) if (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => text.to_owned(),
        _ => app.rng.uuid(app.clock.now()).to_string(),
    };
    let value = HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static("-"));
    request.headers_mut().insert(REQUEST_ID, value.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    // The path without the query: a search text may name a person.
    let path = request.uri().path().to_owned();
    let lang = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map_or(Lang::Zh, Lang::of_header);
    let span = tracing::info_span!("request", request.id = %id);
    let started = std::time::Instant::now();
    let mut response = CURRENT.scope(id, lang.scope(next.run(request))).instrument(span.clone()).await;
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    metrics::histogram!("http_request_seconds", "method" => method.to_string(), "route" => route, "status" => status.to_string())
        .record(elapsed.as_secs_f64());
    span.in_scope(|| {
        let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        if path.starts_with("/api/") || status >= 400 {
            tracing::info!(http.method = %method, http.path = %path, http.status = status, duration_ms, "answered");
        }
        if elapsed > Duration::from_secs(1) && status != 200 {
            tracing::debug!(http.path = %path, duration_ms, "slow");
        }
    });
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, value);
    for (name, text) in SECURITY {
        headers.entry(name).or_insert(HeaderValue::from_static(text));
    }
    if path.starts_with("/api/") {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}
