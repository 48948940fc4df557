use kit::{Moment, id_types, uuid::Uuid};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    gate::{self, FileScan, FileStanding},
    preview::{self, PreviewKind},
    store::FileRow,
};
use crate::org::{PersonId, PersonRef};

id_types! {
    /// A file: some bytes under the name somebody gave them.
    FileId,
}

/// A file as others refer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileRef {
    /// Its id.
    pub id: FileId,
    /// Its name, made harmless.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// What the bytes are, told from the bytes.
    pub media_type: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub digest: String,
    /// Who brought it.
    pub uploaded_by: PersonRef,
    /// When.
    pub uploaded_at: Moment,
    /// How it can be looked at without saving it, if it can.
    pub preview: Option<PreviewKind>,
    /// Whether `/preview` shows it.
    pub previewable: bool,
    /// It has taken the place of another, which `/versions` tells.
    pub has_older: bool,
    /// Whether it may be read, and what stands in the way.
    pub standing: FileStanding,
    /// What the scanner says, where there is one.
    pub scan: Option<FileScan>,
}

/// A file whose place another has taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct OlderVersion {
    pub(super) file: FileRef,
    pub(super) replaced_at: Moment,
    pub(super) replaced_by: PersonRef,
}

impl From<FileRow> for FileRef {
    fn from(row: FileRow) -> Self {
        let preview = preview::kind(&row.media_type, row.size);
        let scan = row.scan.as_deref().and_then(FileScan::read);
        Self {
            standing: gate::standing(row.gate, scan),
            scan,
            previewable: !matches!(preview, None | Some(PreviewKind::Table)),
            preview,
            has_older: row.has_older,
            id: row.id,
            name: row.name,
            size: row.size,
            media_type: row.media_type,
            digest: row.digest,
            uploaded_by: PersonRef { id: PersonId(row.uploaded_by.0), name: row.uploader },
            uploaded_at: row.uploaded_at,
        }
    }
}

/// What a file is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    pub(super) kind: &'static str,
    pub(super) id: Uuid,
}

impl Owner {
    /// The task itself.
    pub const fn task(id: Uuid) -> Self {
        Self { kind: "task", id }
    }

    /// A report.
    pub const fn report(id: Uuid) -> Self {
        Self { kind: "report", id }
    }

    /// A request.
    pub const fn request(id: Uuid) -> Self {
        Self { kind: "request", id }
    }

    /// What a party has done.
    pub const fn party(id: Uuid) -> Self {
        Self { kind: "party", id }
    }

    /// A risk.
    pub const fn risk(id: Uuid) -> Self {
        Self { kind: "risk", id }
    }

    /// An urge's reply.
    pub const fn urge(id: Uuid) -> Self {
        Self { kind: "urge", id }
    }

    /// A comment.
    pub const fn comment(id: Uuid) -> Self {
        Self { kind: "comment", id }
    }
}
