//! The library: files of all tasks somebody sees, found by name, kind, uploader and task.

use db::Tx;
use kit::{Day, Moment, text_enum, uuid::Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    model::{FileId, FileRef},
    store,
};
use crate::{
    access::{Permitted, Scope, SignedIn},
    app::{Fields, Outcome},
    http::{Cursor, Json, Limit, Problem, Query},
};

text_enum! {
    /// What a file is, as people look for it.
    FileKind {
        Picture = "picture", "图片文件";
        Pdf = "pdf", "PDF 文件";
        Document = "document", "文字文件";
        Sheet = "sheet", "表格文件";
        Media = "media", "音视频文件";
        Other = "other", "其他文件";
    }
}

impl FileKind {
    /// How the media types begin; those of `Other` begin otherwise than all of these.
    pub(super) const fn begins(self) -> &'static [&'static str] {
        match self {
            Self::Picture => &["image/"],
            Self::Pdf => &["application/pdf"],
            Self::Document => &[
                "application/vnd.openxmlformats-officedocument.wordprocessingml",
                "application/vnd.openxmlformats-officedocument.presentationml",
                "application/msword",
                "application/vnd.ms-powerpoint",
                "application/vnd.oasis.opendocument.text",
                "application/ofd",
                "application/rtf",
                "text/plain",
            ],
            Self::Sheet => &["application/vnd.openxmlformats-officedocument.spreadsheetml", "application/vnd.ms-excel", "text/csv"],
            Self::Media => &["audio/", "video/"],
            Self::Other => &[],
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LibraryQuery {
    /// Words of the file's name, the uploader's name, or the task's title or number; all of them must be found.
    q: Option<String>,
    /// Only such files.
    #[param(inline)]
    kind: Option<FileKind>,
    /// Uploaded on this day or later.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Day>,
    /// Uploaded on this day or before.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Day>,
    /// Where the page begins.
    cursor: Option<String>,
    /// 1 to 200, 50 when missing.
    #[serde(default)]
    #[param(value_type = Option<i64>)]
    limit: Limit,
}

/// A file with the task it belongs to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LibraryItem {
    file: FileRef,
    task: LibraryTask,
}

/// A task as the library names it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LibraryTask {
    #[schema(value_type = String)]
    pub(super) id: Uuid,
    pub(super) number: Option<String>,
    pub(super) title: String,
}

/// A page of the library, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LibraryPage {
    items: Vec<LibraryItem>,
    next_cursor: Option<String>,
}

/// What is looked for.
#[derive(Debug)]
pub(super) struct Sought {
    pub(super) words: Vec<String>,
    pub(super) kind: Option<FileKind>,
    pub(super) from: Option<Moment>,
    pub(super) to: Option<Moment>,
    /// Further down than this file of this task.
    pub(super) after: Option<(FileId, Uuid)>,
}

/// Words that are looked for at once.
const MOST_WORDS: usize = 6;

impl LibraryQuery {
    fn read(&self) -> Outcome<(Sought, i64)> {
        let mut fields = Fields::default();
        let text = fields.optional_text("q", self.q.as_deref(), 100).unwrap_or_default();
        fields.finish()?;
        let words = text.split_whitespace().take(MOST_WORDS).map(str::to_lowercase).collect();
        let after = self.cursor.as_deref().map(Cursor::read).transpose()?;
        let sought = Sought { words, kind: self.kind, from: self.from.map(Day::start), to: self.to.map(Day::end), after };
        Ok((sought, self.limit.get()?))
    }
}

async fn page(tx: &mut Tx, scope: &Scope, query: &LibraryQuery) -> Outcome<LibraryPage> {
    let (sought, limit) = query.read()?;
    let mut items: Vec<LibraryItem> = store::library(tx, scope, &sought, limit + 1)
        .await?
        .into_iter()
        .map(|row| LibraryItem {
            file: row.file.into(),
            task: LibraryTask { id: row.task_id, number: row.task_number, title: row.task_title },
        })
        .collect();
    let next_cursor = Cursor::cut(&mut items, limit, |item| (item.file.id, item.task.id))?;
    Ok(LibraryPage { items, next_cursor })
}

/// Files of all tasks the asker sees, the newest first; what a newer version has replaced is left out.
#[utoipa::path(get, path = "/files", tag = "files", operation_id = "list_files", params(LibraryQuery), responses((status = 200, body = LibraryPage)))]
pub(super) async fn list(me: Permitted<SignedIn>, Query(query): Query<LibraryQuery>) -> Result<Json<LibraryPage>, Problem> {
    let mut tx = me.app.db.read().await?;
    Ok(Json(page(&mut tx, &me.ctx.actor.scope, &query).await?))
}
