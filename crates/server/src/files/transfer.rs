//! Bytes in and out, in constant memory.

use std::pin::pin;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use blob::{BlobError, Digest, Store, Stored};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use super::store::FileRow;
use crate::{app::Refusal, http::Problem};

/// What is saved runs nowhere, what is shown may use nothing but itself. The viewer that browsers have for PDF does not
/// start in a sandbox.
const SAVED: &str = "sandbox; default-src 'none'";
const SHOWN: &str = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'";

/// The upload broke off, or what came is not what its headers say.
pub(super) fn broken() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "upload_broken", "上传中断，文件没有保存，请重试。")
}

pub(super) fn problem(error: BlobError) -> Problem {
    match error {
        BlobError::TooLarge { .. } => Refusal::TooLarge(error.words()).into(),
        BlobError::Full(_) => {
            tracing::error!(%error, "the disk is full");
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, "storage_full", error.words())
        }
        BlobError::Remote(_) | BlobError::Refused(_) => {
            tracing::error!(?error, "the bucket does not do what it should");
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "storage_unavailable", error.words())
        }
        other => Refusal::internal(format!("{other:?}")).into(),
    }
}

/// How long a body says that it is.
pub(super) fn said_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok())
}

/// Refuses a body that says itself that it is too long, before anything of it is read.
pub(super) fn refuse_early(headers: &HeaderMap, max_bytes: u64) -> Result<(), Problem> {
    if said_length(headers).is_some_and(|n| n > max_bytes.saturating_add(64 << 10)) {
        return Err(problem(BlobError::TooLarge { max_bytes }));
    }
    Ok(())
}

/// Stores a body as it arrives.
pub(super) async fn receive<E>(blobs: &Store, chunks: impl Stream<Item = Result<Bytes, E>>, max_bytes: u64) -> Result<Stored, Problem> {
    let mut upload = blobs.begin(max_bytes).await.map_err(problem)?;
    let mut chunks = pin!(chunks);
    while let Some(chunk) = chunks.next().await {
        upload.write(&chunk.map_err(|_| broken())?).await.map_err(problem)?;
    }
    if upload.size() == 0 {
        return Err(Refusal::field("file", "文件是空的").into());
    }
    upload.finish().await.map_err(problem)
}

/// The media type, for plain text with the encoding a browser needs to show it.
pub(super) fn media_type(head: &[u8], name: &str) -> String {
    let found = blob::sniff(head, name);
    if found != "text/plain" {
        return found.to_owned();
    }
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        // The head may end in the middle of a character.
        Err(error) => error.error_len().is_none(),
    };
    if is_utf8 { "text/plain; charset=utf-8".to_owned() } else { "text/plain; charset=gb18030".to_owned() }
}

/// How a file is given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Showing {
    /// To be saved.
    Attachment,
    /// In the page.
    Inline,
}

/// Answers a file's bytes, or the part that is asked for.
pub(super) async fn send(blobs: &Store, row: &FileRow, asked: &HeaderMap, showing: Showing) -> Result<Response, Problem> {
    let etag = format!("\"{}\"", row.digest);
    let size = u64::try_from(row.size).unwrap_or(0);
    let mut headers = HeaderMap::new();
    let mut put = |name: HeaderName, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            headers.insert(name, value);
        }
    };
    put(header::ETAG, &etag);
    // Never changes, but the right to see it may end.
    put(header::CACHE_CONTROL, "private, no-cache");
    put(header::ACCEPT_RANGES, "bytes");
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::CONTENT_SECURITY_POLICY, if showing == Showing::Inline { SHOWN } else { SAVED });
    if text(asked, &header::IF_NONE_MATCH).is_some_and(|known| known == "*" || known.split(',').any(|tag| is(tag, &etag))) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    put(header::CONTENT_TYPE, &row.media_type);
    put(header::CONTENT_DISPOSITION, &blob::content_disposition(&row.name, showing == Showing::Inline));
    let digest = Digest::parse(&row.digest).map_err(Refusal::internal)?;
    let fresh = text(asked, &header::IF_RANGE).is_none_or(|known| known.trim() == etag);
    let range = text(asked, &header::RANGE).filter(|_| fresh).map_or(Asked::All, |text| asked_range(text, size));
    let (status, content) = match range {
        Asked::All => (StatusCode::OK, blobs.open(&digest, ..).await),
        Asked::Part(first, last) => (StatusCode::PARTIAL_CONTENT, blobs.open(&digest, first..=last).await),
        Asked::Nothing => {
            let mut response = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range", "请求的范围超出了文件大小。").into_response();
            if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
                response.headers_mut().insert(header::CONTENT_RANGE, value);
            }
            return Ok(response);
        }
    };
    let content = content.map_err(problem)?;
    put(header::CONTENT_LENGTH, &content.len().to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        let range = content.range();
        put(header::CONTENT_RANGE, &format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), content.size()));
    }
    Ok((status, headers, Body::from_stream(content)).into_response())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Weak or not, the same bytes.
fn is(tag: &str, etag: &str) -> bool {
    tag.trim().trim_start_matches("W/") == etag
}

/// Which bytes a `Range` header asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    All,
    /// The first and the last byte.
    Part(u64, u64),
    Nothing,
}

/// Understands one range; several, or what is no range of bytes, may be answered with everything (RFC 9110, 14.2).
fn asked_range(text: &str, size: u64) -> Asked {
    let Some((first, last)) = text.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else { return Asked::All };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (first.trim(), last.trim()) {
        ("", last) => match number(last) {
            Some(0) => Asked::Nothing,
            Some(n) if size > 0 => Asked::Part(size.saturating_sub(n), size - 1),
            _ => Asked::All,
        },
        (first, last) => match (number(first), if last.is_empty() { Some(u64::MAX) } else { number(last) }) {
            (Some(first), Some(last)) if first <= last && first < size => Asked::Part(first, last.min(size - 1)),
            (Some(first), Some(last)) if first <= last => Asked::Nothing,
            _ => Asked::All,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_as_browsers_ask_for_them() {
        for (text, asked) in [
            ("bytes=0-0", Asked::Part(0, 0)),
            ("bytes=2-", Asked::Part(2, 9)),
            ("bytes=2-100", Asked::Part(2, 9)),
            ("bytes=-3", Asked::Part(7, 9)),
            ("bytes=-100", Asked::Part(0, 9)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=5-2", Asked::All),
            ("bytes=0-1,4-5", Asked::All),
            ("lines=0-1", Asked::All),
            ("bytes=", Asked::All),
            ("bytes=--1", Asked::All),
        ] {
            assert_eq!(asked_range(text, 10), asked, "{text}");
        }
    }

    #[test]
    fn plain_text_says_its_encoding() {
        assert_eq!(media_type("会议纪要".as_bytes(), "a.txt"), "text/plain; charset=utf-8");
        // “会议” in GB 18030, and UTF-8 cut in the middle of a character.
        assert_eq!(media_type(b"\xbb\xe1\xd2\xe9", "a.txt"), "text/plain; charset=gb18030");
        assert_eq!(media_type("会议".as_bytes().get(..5).unwrap(), "a.txt"), "text/plain; charset=utf-8");
        assert_eq!(media_type(b"<html>", "a.txt"), "text/html");
    }
}
