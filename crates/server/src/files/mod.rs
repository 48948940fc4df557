//! Files: what was handed in with a task, kept as it came.
//!
//! The bytes lie in the [`blob`] store under their digest; a row says what somebody called them. Uploading comes first
//! and belongs to the uploader alone; attaching to something of a task makes the file visible to whoever sees that task.
//!
//! *Invariants.* A row names only bytes that are safely on the disk. Nothing is served inline unless the bytes themselves
//! are of a kind that cannot run. A file is never changed, so its digest is its ETag. An upload that was never attached goes
//! after a week, its bytes a day after the last row that names them.
//!
//! What is found in a content holds every file of it ([`findings`]); a scanner looks for viruses ([`scan`]); how much
//! room files may take is limited ([`quota`]).
//!
//! Tables: `file`, `attachment`, `content_check`, `file_finding`, `content_scan`. *Not here*: who sees a task (asked through [`Sees`], because tasks lie above).

mod arrive;
mod attach;
mod findings;
mod gate;
mod http;
mod leftovers;
mod library;
mod model;
mod preview;
mod quota;
mod scan;
mod scrub;
mod store;
mod transfer;
mod uploads;

use db::Tx;
use futures_util::future::BoxFuture;
use kit::uuid::Uuid;

pub use arrive::bring;
pub use attach::{Attached, attach, attached, detach, of_owners, of_task, replace, share};
pub use findings::{JUDGED, Judged, REMOVE, examine, remove_content};
pub use gate::{FileScan, FileStanding};
pub use http::routes;
pub use leftovers::sweep;
pub use model::{FileId, FileRef, Owner};
pub use scan::{SCAN, look as scan, sweep as sweep_scans, take as take_scan};
pub use scrub::scrub;
pub use store::{digests, digests_after, is_removed};

use crate::app::{Ctx, Outcome};

/// Whether the actor sees the task a file is attached to.
pub type Sees = for<'a> fn(&'a mut Tx, &'a Ctx, Uuid) -> BoxFuture<'a, Outcome<bool>>;
