use axum::{
    body::Body,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use blob::Digest;
use kit::Moment;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use wording::say;

use super::{
    UploadId, expiry, receive,
    store::{self, UploadRow},
};
use crate::{
    access::{Permitted, SignedIn},
    app::{App, Outcome, Refusal},
    files::{
        model::FileRef,
        quota,
        store::{self as files},
        transfer,
    },
    guarded,
    http::{Idem, Json, Path, Problem, mutate},
};

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,expiration,termination";
const PIECE: &str = "application/offset+octet-stream";

/// How many uploads one person may have begun and not finished.
const MOST: i64 = 50;

/// The routes of uploads that come in pieces.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(guarded!(begin, abilities))
        // A piece may be as long as the whole; `receive` counts the bytes as they come.
        .routes(guarded!(show, progress, append, give_up).layer(DefaultBodyLimit::disable()))
}

/// An upload that comes in pieces.
#[derive(Debug, Serialize, ToSchema)]
struct PartialUpload {
    id: UploadId,
    /// The file's name, made harmless.
    name: String,
    /// Bytes of the whole file.
    size: i64,
    /// Bytes that are safe; the next piece begins here.
    offset: i64,
    /// When it is forgotten unless something is added.
    expires_at: Moment,
    /// What it has become, once it is whole.
    file: Option<FileRef>,
}

impl PartialUpload {
    fn of(row: UploadRow, file: Option<FileRef>) -> Self {
        Self { id: row.id, name: row.name, size: row.size, offset: row.received, expires_at: row.expires_at, file }
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

/// What every answer says.
fn spoken() -> HeaderMap {
    let mut headers = HeaderMap::new();
    put(&mut headers, RESUMABLE, VERSION);
    put(&mut headers, header::CACHE_CONTROL, "no-store");
    headers
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    text(headers, name)?.parse().ok().filter(|n| *n >= 0)
}

/// A client of another version would misunderstand what follows.
fn same_version(headers: &HeaderMap) -> Result<(), Problem> {
    if text(headers, &RESUMABLE) == Some(VERSION) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::PRECONDITION_FAILED, "tus_version", say!("上传协议版本应为 tus {VERSION}。")))
}

/// Adds what tus clients look for to a refusal.
fn refused(problem: Problem) -> Response {
    let mut response = problem.into_response();
    put(response.headers_mut(), RESUMABLE, VERSION);
    put(response.headers_mut(), HeaderName::from_static("tus-version"), VERSION);
    response
}

/// One value of `Upload-Metadata`: pairs of a key and base64, with commas between.
fn metadata(headers: &HeaderMap, key: &str) -> Option<String> {
    let pairs = text(headers, &METADATA)?.split(',');
    let value = pairs.filter_map(|pair| pair.trim().split_once(' ')).find(|(name, _)| *name == key)?.1;
    String::from_utf8(base64(value.trim())?).ok()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for c in text.trim_end_matches('=').bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    Some(out)
}

/// Begins an upload that comes in pieces: tus 1.0.0, creation. `Upload-Metadata` names the file (`filename`) and may say the SHA-256 it
/// must come to (`sha256`, hexadecimal).
#[utoipa::path(post, path = "/uploads", tag = "files", operation_id = "begin_upload",
    params(("Tus-Resumable" = String, Header), ("Upload-Length" = i64, Header), ("Upload-Metadata" = String, Header)),
    responses((status = 201, body = PartialUpload)))]
async fn begin(me: Permitted<SignedIn>, headers: HeaderMap, idem: Idem) -> Result<Response, Problem> {
    let result = create(&me, &headers, &idem).await;
    result.map_or_else(|problem| Ok(refused(problem)), Ok)
}

async fn create(me: &Permitted<SignedIn>, headers: &HeaderMap, idem: &Idem) -> Result<Response, Problem> {
    same_version(headers)?;
    let max_bytes = me.app.config.max_upload_mib << 20;
    let size = number(headers, &LENGTH).ok_or_else(|| Refusal::field("Upload-Length", "缺少文件大小"))?;
    let name = metadata(headers, "filename").ok_or_else(|| Refusal::field("name", "缺少文件名"))?;
    if size == 0 {
        return Err(Refusal::field("file", "文件是空的").into());
    }
    if u64::try_from(size).is_ok_and(|size| size > max_bytes) {
        return Err(transfer::problem(blob::BlobError::TooLarge { max_bytes }));
    }
    let digest = metadata(headers, "sha256");
    if digest.as_deref().is_some_and(|text| Digest::parse(text).is_err()) {
        return Err(Refusal::field("sha256", "应为 64 位小写十六进制").into());
    }
    let ctx = &me.ctx;
    idem.says("name", &blob::safe_name(&name));
    let row = UploadRow {
        id: UploadId::new(&ctx.rng, ctx.now()),
        person_id: me.actor().person,
        name: blob::safe_name(&name),
        size,
        received: 0,
        digest,
        expires_at: expiry(ctx.now()),
        unit_id: me.actor().unit,
        file_id: None,
    };
    let mut response = mutate(&me.app, ctx, idem, StatusCode::CREATED, async |tx| {
        if store::under_way(tx, row.person_id, ctx.now()).await? >= MOST {
            return Err(Refusal::conflict("too_many_uploads", "您有太多没有传完的文件，请先继续或取消。"));
        }
        quota::room_for(tx, ctx, row.unit_id, row.size, row.digest.as_deref()).await?;
        store::insert(tx, &row).await?;
        Ok(PartialUpload::of(row.clone(), None))
    })
    .await?;
    // A repeated request gets the first one's answer, and with it the first one's place.
    let id = first_id(&mut response).await?.unwrap_or(row.id);
    let headers = response.headers_mut();
    headers.extend(spoken());
    put(headers, header::LOCATION, &format!("/api/v1/uploads/{}", id.0));
    put(headers, EXPIRES, &http_date(row.expires_at));
    Ok(response)
}

/// The id in an answer that may have been kept from before.
async fn first_id(response: &mut Response) -> Outcome<Option<UploadId>> {
    let body = std::mem::replace(response.body_mut(), Body::empty());
    let bytes = axum::body::to_bytes(body, 1 << 20).await.map_err(Refusal::internal)?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(Refusal::internal)?;
    *response.body_mut() = Body::from(bytes);
    Ok(value.get("id").and_then(serde_json::Value::as_str).and_then(|id| id.parse().ok()))
}

/// As RFC 9110 has dates.
fn http_date(at: Moment) -> String {
    chrono::DateTime::from_timestamp_millis(at.millis()).unwrap_or_default().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// What is understood: tus 1.0.0.
#[utoipa::path(options, path = "/uploads", tag = "files", operation_id = "upload_abilities", responses((status = 204)))]
async fn abilities(me: Permitted<SignedIn>) -> Response {
    let mut headers = spoken();
    put(&mut headers, HeaderName::from_static("tus-version"), VERSION);
    put(&mut headers, HeaderName::from_static("tus-extension"), EXTENSIONS);
    put(&mut headers, HeaderName::from_static("tus-max-size"), &(me.app.config.max_upload_mib << 20).to_string());
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// The asker's own upload that has not been forgotten.
async fn own(me: &Permitted<SignedIn>, id: UploadId) -> Result<UploadRow, Problem> {
    let mut tx = me.app.db.read().await?;
    let row = store::find(&mut tx, id, me.actor().person).await?.ok_or(Refusal::NotFound)?;
    if row.file_id.is_none() && row.expires_at <= me.ctx.now() {
        return Err(Problem::new(StatusCode::GONE, "upload_expired", "这次上传搁置太久，已经失效，请重新上传。"));
    }
    Ok(row)
}

/// How far an upload has come and, once it is whole, which file it has become.
#[utoipa::path(get, path = "/uploads/{id}", tag = "files", operation_id = "show_upload", params(("id" = UploadId, Path)),
    responses((status = 200, body = PartialUpload)))]
async fn show(me: Permitted<SignedIn>, Path(id): Path<UploadId>) -> Result<Json<PartialUpload>, Problem> {
    let row = own(&me, id).await?;
    let file = if row.received == row.size { Some(receive::complete(&me.app, &me.ctx, &row).await?) } else { None };
    let file = match file {
        Some(file) => files::file(&mut me.app.db.read().await?, file).await?.map(FileRef::from),
        None => None,
    };
    Ok(Json(PartialUpload::of(row, file)))
}

/// How far an upload has come: tus 1.0.0.
#[utoipa::path(head, path = "/uploads/{id}", tag = "files", operation_id = "upload_progress", params(("id" = UploadId, Path)),
    responses((status = 200)))]
async fn progress(me: Permitted<SignedIn>, Path(id): Path<UploadId>, headers: HeaderMap) -> Result<Response, Problem> {
    let found = async {
        same_version(&headers)?;
        own(&me, id).await
    };
    let row = match found.await {
        Ok(row) => row,
        Err(problem) => return Ok(refused(problem)),
    };
    let mut headers = spoken();
    put(&mut headers, OFFSET, &row.received.to_string());
    put(&mut headers, LENGTH, &row.size.to_string());
    put(&mut headers, EXPIRES, &http_date(row.expires_at));
    Ok((StatusCode::OK, headers).into_response())
}

/// Adds a piece: tus 1.0.0. The last one makes the file.
#[utoipa::path(patch, path = "/uploads/{id}", tag = "files", operation_id = "append_upload",
    params(("id" = UploadId, Path), ("Tus-Resumable" = String, Header), ("Upload-Offset" = i64, Header)),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"), responses((status = 204), (status = 409), (status = 423)))]
async fn append(me: Permitted<SignedIn>, Path(id): Path<UploadId>, request: Request) -> Result<Response, Problem> {
    // A line that breaks drops this future; what came must be made safe all the same, and the upload given free.
    let work = tokio::spawn(async move { piece(&me, id, request).await });
    let done = work.await.map_err(Refusal::internal)?;
    Ok(done.unwrap_or_else(refused))
}

async fn piece(me: &Permitted<SignedIn>, id: UploadId, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    same_version(&parts.headers)?;
    if text(&parts.headers, &header::CONTENT_TYPE) != Some(PIECE) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "tus_media_type", say!("内容类型应为 {PIECE}。")));
    }
    let offset = number(&parts.headers, &OFFSET).ok_or_else(|| Refusal::field("Upload-Offset", "缺少上传位置"))?;
    let mut row = own(me, id).await?;
    if row.received < row.size {
        row.received = receive::receive(&me.app, &me.ctx, &row, offset, body.into_data_stream()).await?;
    } else if offset != row.received {
        return Err(Problem::new(StatusCode::CONFLICT, "wrong_offset", "上传位置与服务器记录不一致，请从服务器记录的位置继续。"));
    }
    let mut headers = spoken();
    put(&mut headers, OFFSET, &row.received.to_string());
    put(&mut headers, EXPIRES, &http_date(expiry(me.ctx.now())));
    if row.received == row.size {
        receive::complete(&me.app, &me.ctx, &row).await?;
    }
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// Gives an upload up: tus 1.0.0, termination. A file that it has become stays.
#[utoipa::path(delete, path = "/uploads/{id}", tag = "files", operation_id = "give_up_upload", params(("id" = UploadId, Path)),
    responses((status = 204)))]
async fn give_up(me: Permitted<SignedIn>, Path(id): Path<UploadId>, idem: Idem) -> Result<Response, Problem> {
    let mut response = mutate(&me.app, &me.ctx, &idem, StatusCode::NO_CONTENT, async |tx| {
        let row = store::find(tx, id, me.actor().person).await?.ok_or(Refusal::NotFound)?;
        store::remove(tx, row.id).await?;
        Ok(())
    })
    .await?;
    me.app.blobs.remove_partial(id.0.as_u128()).await.map_err(transfer::problem)?;
    response.headers_mut().extend(spoken());
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_pairs_of_base64() {
        let mut headers = HeaderMap::new();
        put(&mut headers, METADATA, "filename 5L+u6LevLnR4dA==,filetype dGV4dC9wbGFpbg==, empty");
        assert_eq!(metadata(&headers, "filename").as_deref(), Some("修路.txt"));
        assert_eq!(metadata(&headers, "filetype").as_deref(), Some("text/plain"));
        assert_eq!(metadata(&headers, "empty"), None);
        assert_eq!(metadata(&headers, "sha256"), None);
        assert_eq!(base64("a-b"), None);
    }

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(http_date("2026-02-06T09:00:00+08:00".parse().unwrap()), "Fri, 06 Feb 2026 01:00:00 GMT");
    }
}
