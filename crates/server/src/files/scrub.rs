//! Whether what lies on the disk is still what was put there: every content is read once a month, some each hour, and compared with
//! its digest. What is damaged is told to the log and to the administrator, and looked at again each time: a backup may have
//! brought it back.

use std::time::Duration;

use blob::Digest;
use db::Tx;
use kit::Moment;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    findings,
    scan::{self, ScannerHealth},
    store,
};
use crate::{
    access::{ManageOrganisation, Permitted},
    app::{App, Outcome},
    http::{Json, Problem},
};

/// A content is read again after so long.
const EVERY: Duration = Duration::from_secs(30 * 86_400);
/// Contents and bytes of one hour: half a terabyte is read in a week.
const MOST: i64 = 2000;
const MOST_BYTES: i64 = 4 << 30;

/// Reads the contents whose turn it is, in the background: a job's transaction keeps every other writer waiting on SQLite.
pub async fn scrub(tx: &mut Tx, app: &App) -> Outcome<()> {
    store::forget_checks(tx).await?;
    let due = store::due_for_check(tx, app.clock.now().minus(EVERY), MOST).await?;
    let app = app.clone();
    tokio::spawn(async move {
        let mut bytes = 0;
        for (digest, size) in due {
            bytes += size;
            if bytes > MOST_BYTES && bytes > size || app.stop.is_cancelled() {
                break;
            }
            if let Err(error) = look_at(&app, &digest).await {
                tracing::warn!(digest, %error, "a content could not be checked");
            }
        }
    });
    Ok(())
}

async fn look_at(app: &App, text: &str) -> anyhow::Result<()> {
    let digest = Digest::parse(text)?;
    let sound = app.blobs.verify(&digest).await?;
    if !sound {
        tracing::error!(digest = text, "a content is missing or damaged; restore it from a backup");
    }
    let mut tx = app.db.begin().await?;
    store::note_check(&mut tx, text, app.clock.now(), sound).await?;
    tx.commit().await?;
    Ok(())
}

/// How contents stand, as far as they have been read.
#[derive(Debug, Serialize, ToSchema)]
struct Totals {
    /// Different contents.
    contents: i64,
    /// Their bytes.
    bytes: i64,
    /// Not read yet.
    unchecked: i64,
    /// When the one was read that was read longest ago.
    oldest_check: Option<Moment>,
}

/// A content that is missing or is not what was put there.
#[derive(Debug, Serialize, ToSchema, sqlx::FromRow)]
pub(super) struct Damaged {
    digest: String,
    size: i64,
    /// How many files it is the content of.
    files: i64,
    checked_at: Moment,
}

/// What checking the contents of files has found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ContentReport {
    #[serde(flatten)]
    totals: Totals,
    damaged: Vec<Damaged>,
    /// How looking for viruses stands.
    scanner: ScannerHealth,
    /// Files held for words of classified papers that wait for somebody's decision.
    held: i64,
    /// Files held for a virus that wait for somebody's decision.
    quarantined: i64,
}

/// What checking the contents of files has found; only administrators. Names of files are not said: they are business.
#[utoipa::path(get, path = "/files/checks", tag = "files", operation_id = "content_report", responses((status = 200, body = ContentReport)))]
pub(super) async fn report(me: Permitted<ManageOrganisation>) -> Result<Json<ContentReport>, Problem> {
    let mut tx = me.app.db.read().await?;
    let (contents, bytes, unchecked, oldest_check) = store::check_totals(&mut tx).await?;
    let totals = Totals { contents, bytes, unchecked, oldest_check };
    let (held, quarantined) = findings::open_counts(&mut tx).await?;
    let scanner = scan::health(&mut tx, &me.app).await?;
    Ok(Json(ContentReport { totals, damaged: store::damaged(&mut tx).await?, scanner, held, quarantined }))
}
