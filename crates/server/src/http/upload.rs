use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, multipart::MultipartError},
    http::{StatusCode, header},
};

use super::{Problem, Query, idempotency::Content};
use crate::app::Refusal;

/// What a form adds around the file.
const FORM: usize = 64 << 10;

/// A file small enough to be worked on in memory: a table to be taken in. The first file of a multipart form, or the raw
/// body with its name in the query, `?name=`. How large it may be is the route's matter: see [`SmallFile::limit`].
#[derive(Debug)]
pub struct SmallFile {
    /// Its name, made harmless.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

#[derive(serde::Deserialize)]
struct NameQuery {
    name: Option<String>,
}

impl SmallFile {
    /// The layer for a route that takes a file of at most so many bytes.
    pub fn limit(bytes: u64) -> DefaultBodyLimit {
        DefaultBodyLimit::max(usize::try_from(bytes).unwrap_or(usize::MAX).saturating_add(FORM))
    }
}

impl<S: Send + Sync> FromRequest<S> for SmallFile {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Query(query) = <Query<NameQuery> as axum::extract::FromRequestParts<S>>::from_request_parts(&mut parts, state).await?;
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_form = kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
        let content = Content::of(&parts);
        let request = Request::from_parts(parts, body);
        let (name, bytes) = if is_form {
            let mut form = Multipart::from_request(request, state).await.map_err(|error| broken(&error.body_text()))?;
            loop {
                let Some(field) = form.next_field().await.map_err(|error| refused(&error))? else {
                    return Err(Refusal::field("file", "没有收到文件").into());
                };
                if let Some(name) = field.file_name().map(str::to_owned) {
                    let bytes = field.bytes().await.map_err(|error| refused(&error))?;
                    content.add(name.as_bytes());
                    content.add(&[0]);
                    content.add(&bytes);
                    break (query.name.unwrap_or(name), bytes);
                }
            }
        } else {
            let name = query.name.ok_or_else(|| Refusal::field("name", "缺少文件名"))?;
            let bytes = Bytes::from_request(request, state).await.map_err(|error| match error.status() {
                StatusCode::PAYLOAD_TOO_LARGE => too_large(),
                _ => broken(&error.body_text()),
            })?;
            (name, bytes)
        };
        if bytes.is_empty() {
            return Err(Refusal::field("file", "文件是空的").into());
        }
        Ok(Self { name: blob::safe_name(&name), bytes })
    }
}

fn refused(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { broken(&error.body_text()) }
}

fn too_large() -> Problem {
    Refusal::TooLarge("文件过大，请拆分后分批导入。".into()).into()
}

fn broken(cause: &str) -> Problem {
    tracing::debug!(cause, "an upload broke off");
    Problem::new(StatusCode::BAD_REQUEST, "upload_broken", "上传中断，文件没有保存，请重试。")
}
