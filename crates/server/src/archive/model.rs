use blob::{Bundle, Digest};
use kit::{Moment, id_types};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{org::PersonRef, tasks::TaskId};

id_types! {
    /// A package that was handed out.
    ArchiveId,
}

/// A package that was handed out.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Archive {
    pub(super) id: ArchiveId,
    pub(super) task_id: TaskId,
    /// SHA-256 of the package's list of digests, hexadecimal: names everything in it.
    pub(super) digest: String,
    /// Bytes of the ZIP.
    pub(super) size: i64,
    /// Tasks in it.
    pub(super) tasks: i64,
    /// Files in it that people uploaded.
    pub(super) files: i64,
    pub(super) by: PersonRef,
    pub(super) at: Moment,
}

/// A package put together and not yet given to anybody.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) bundle: Bundle,
    pub(super) digest: Digest,
    pub(super) title: String,
    pub(super) tasks: usize,
    pub(super) files: usize,
}
