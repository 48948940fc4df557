//! Looking at files without saving them: what can be shown, and how hostile ones are kept from doing harm.
//!
//! What a browser shows by itself goes out as it is, under a policy that lets it use nothing. A text document is unpacked once to
//! see that it stays within bounds before the page unpacks it again. A spreadsheet never reaches the page: it is read here, and
//! texts go out.

use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use blob::{Digest, Store};
use futures_util::TryStreamExt as _;
use officedoc::sheet::{self, Limits};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::{IntoParams, ToSchema};

use super::{
    store::FileRow,
    transfer::{self, Showing},
};
use crate::{app::Refusal, http::Problem};

/// Larger documents are saved and not shown: they are read in memory.
const MAX_DOCUMENT: u64 = 10 << 20;

const LIMITS: Limits =
    Limits { max_bytes: MAX_DOCUMENT, max_rows: 20_000, max_columns: 200, max_cell_chars: 10_000, max_uncompressed: 100 << 20 };

/// How many documents are read at a time: a hostile one takes seconds and hundreds of megabytes.
static READERS: Semaphore = Semaphore::const_new(2);

/// Rows of a spreadsheet that go out at once.
const PAGE: usize = 200;

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PreviewKind {
    /// A picture, at `/preview`.
    Image,
    /// A PDF, at `/preview`.
    Pdf,
    /// A plain text, at `/preview`.
    Text,
    /// Something to listen to, at `/preview`.
    Audio,
    /// A film, at `/preview`.
    Video,
    /// A text document of Word, at `/preview` for whoever can show it.
    Word,
    /// A spreadsheet, at `/table` as texts.
    Table,
}

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const TABLES: &[&str] = &[
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel.sheet.macroenabled.12",
    "application/vnd.ms-excel",
    "text/csv",
    "text/tab-separated-values",
];

/// What players understand, and the name they know it by.
const PLAYED: &[(&str, &str)] = &[
    ("audio/mpeg", "audio/mpeg"),
    ("audio/m4a", "audio/mp4"),
    ("audio/mp4", "audio/mp4"),
    ("audio/aac", "audio/aac"),
    ("audio/ogg", "audio/ogg"),
    ("audio/x-flac", "audio/flac"),
    ("audio/x-wav", "audio/wav"),
    ("video/mp4", "video/mp4"),
    ("video/x-m4v", "video/mp4"),
    ("video/webm", "video/webm"),
    ("video/quicktime", "video/quicktime"),
];

fn played(media_type: &str) -> Option<&'static str> {
    PLAYED.iter().find(|(known, _)| *known == media_type).map(|(_, name)| *name)
}

/// How a file of this type and size is shown, if it can be.
pub(super) fn kind(media_type: &str, size: i64) -> Option<PreviewKind> {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let small = u64::try_from(size).is_ok_and(|size| size <= MAX_DOCUMENT);
    if blob::is_inline_safe(essence) {
        return Some(match essence {
            "application/pdf" => PreviewKind::Pdf,
            "text/plain" => PreviewKind::Text,
            _ => PreviewKind::Image,
        });
    }
    match played(essence) {
        Some(name) if name.starts_with("audio/") => Some(PreviewKind::Audio),
        Some(_) => Some(PreviewKind::Video),
        None if essence == DOCX && small => Some(PreviewKind::Word),
        None if TABLES.contains(&essence) && small => Some(PreviewKind::Table),
        None => None,
    }
}

fn not_shown() -> Problem {
    let detail = "这类文件不能在线预览，请下载后查看。";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_previewable", detail)
}

/// Shows a file in the page.
pub(super) async fn show(blobs: &Store, row: &FileRow, asked: &HeaderMap) -> Result<Response, Problem> {
    match kind(&row.media_type, row.size) {
        Some(PreviewKind::Image | PreviewKind::Pdf | PreviewKind::Text) => transfer::send(blobs, row, asked, Showing::Inline).await,
        Some(PreviewKind::Audio | PreviewKind::Video) => {
            let media_type = played(&row.media_type).unwrap_or_default().to_owned();
            transfer::send(blobs, &FileRow { media_type, ..row.clone() }, asked, Showing::Inline).await
        }
        Some(PreviewKind::Word) => {
            if read(blobs, row, |bytes, _| sheet::is_bounded(bytes, LIMITS)).await? {
                return transfer::send(blobs, row, asked, Showing::Inline).await;
            }
            let detail = "这份文档已损坏、加了密，或展开后过大，不能在线预览；来历不明的请勿下载打开。";
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "document_unsound", detail))
        }
        Some(PreviewKind::Table) | None => Err(not_shown()),
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TableQuery {
    /// How many rows come before the page; none when missing.
    #[serde(default)]
    from: usize,
    /// Which of the visible sheets, from 0; the first one with content when missing.
    sheet: Option<usize>,
}

/// A page of a spreadsheet as texts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TablePage {
    /// The sheet that is shown.
    name: String,
    /// All visible sheets, in order.
    sheets: Vec<String>,
    /// Which of them is shown, from 0.
    sheet: usize,
    columns: Vec<String>,
    rows: Vec<TableRow>,
    /// Rows of the whole sheet, the heading not counted.
    total: usize,
}

#[derive(Debug, Serialize, ToSchema)]
struct TableRow {
    /// As it is numbered in the sheet.
    number: u32,
    cells: Vec<String>,
}

/// A page of a spreadsheet.
pub(super) async fn table(blobs: &Store, row: &FileRow, query: &TableQuery) -> Result<TablePage, Problem> {
    if kind(&row.media_type, row.size) != Some(PreviewKind::Table) {
        return Err(not_shown());
    }
    let TableQuery { from, sheet } = *query;
    let read = read(blobs, row, move |bytes, name| {
        let table = sheet.map_or_else(|| sheet::read(name, bytes, LIMITS), |place| sheet::read_at(name, bytes, LIMITS, place));
        table.map(|table| TablePage {
            total: table.rows.len(),
            rows: table.rows.into_iter().skip(from).take(PAGE).map(|row| TableRow { number: row.number, cells: row.cells }).collect(),
            name: table.name,
            sheets: table.sheets,
            sheet: table.place,
            columns: table.columns,
        })
    });
    read.await?.map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "document_unsound", error.words()))
}

/// Reads a small file whole, where blocking is allowed, and not many at a time.
async fn read<T: Send + 'static>(blobs: &Store, row: &FileRow, work: impl FnOnce(&[u8], &str) -> T + Send + 'static) -> Result<T, Problem> {
    let _turn = READERS.acquire().await.map_err(Refusal::internal)?;
    let digest = Digest::parse(&row.digest).map_err(Refusal::internal)?;
    let content = blobs.open(&digest, ..MAX_DOCUMENT).await.map_err(transfer::problem)?;
    let bytes: Vec<u8> = content
        .try_fold(Vec::new(), async |mut all, chunk| {
            all.extend(chunk);
            Ok(all)
        })
        .await
        .map_err(Refusal::from)?;
    let name = row.name.clone();
    Ok(tokio::task::spawn_blocking(move || work(&bytes, &name)).await.map_err(Refusal::internal)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_does_no_harm_is_shown() {
        for (media_type, size, shown) in [
            ("image/png", 1 << 30, Some(PreviewKind::Image)),
            ("text/plain; charset=gb18030", 5, Some(PreviewKind::Text)),
            ("video/mp4", 1 << 40, Some(PreviewKind::Video)),
            ("audio/x-wav", 5, Some(PreviewKind::Audio)),
            (DOCX, 10 << 20, Some(PreviewKind::Word)),
            (DOCX, (10 << 20) + 1, None),
            ("text/csv", 5, Some(PreviewKind::Table)),
            ("text/html", 5, None),
            ("image/svg+xml", 5, None),
            ("application/zip", 5, None),
            ("application/msword", 5, None),
        ] {
            assert_eq!(kind(media_type, size), shown, "{media_type} {size}");
        }
    }
}
