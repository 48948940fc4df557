use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use super::Problem;
use crate::app::Refusal;

/// The built web. In a development build the files are read from `web/dist` as they are.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Web;

/// Serves the web: assets by name, and the page of the desk or the phone for every other path.
pub async fn serve_web(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::from(Refusal::NotFound).into_response();
    }
    let gzip = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|text| text.contains("gzip"));
    if let Some(response) = asset(path, gzip) {
        return response;
    }
    // What looks like a file and is not there is not a page.
    if path.starts_with("assets/") || path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let page = if path == "m" || path.starts_with("m/") { "m.html" } else { "index.html" };
    asset(page, gzip).unwrap_or_else(|| {
        let text = "The web has not been built: run `npm ci && npm run build` in web/.";
        (StatusCode::NOT_FOUND, text).into_response()
    })
}

fn asset(path: &str, gzip: bool) -> Option<Response> {
    if path.is_empty() || path.ends_with(".gz") {
        return None;
    }
    let packed = if gzip { Web::get(&format!("{path}.gz")) } else { None };
    let encoded = packed.is_some();
    let file = packed.or_else(|| Web::get(path))?;
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = Response::new(Body::from(file.data));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind.as_ref().parse().ok()?);
    headers.insert(header::CACHE_CONTROL, cache.parse().ok()?);
    headers.insert(header::VARY, header::HeaderValue::from_static("accept-encoding"));
    if encoded {
        headers.insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    }
    Some(response)
}
