use db::Tx;
use kit::Moment;
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::app::{App, Outcome};

/// How scanning stands.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::files) struct ScannerHealth {
    /// A scanner is named in the options.
    configured: bool,
    /// Contents that wait.
    waiting: i64,
    /// Since when the one waits that waits longest.
    waiting_since: Option<Moment>,
    /// What stood in the way the last time, where something did.
    trouble: Option<String>,
    clean: i64,
    found: i64,
    /// Those it cannot look at, for example because they are too large.
    failed: i64,
    last_scan: Option<Moment>,
}

/// How scanning stands.
pub(in crate::files) async fn health(tx: &mut Tx, app: &App) -> Outcome<ScannerHealth> {
    let totals = store::totals(tx).await?;
    Ok(ScannerHealth {
        configured: !app.config.clamav.is_empty(),
        waiting: totals.waiting,
        waiting_since: totals.oldest_waiting,
        trouble: store::trouble(tx).await?,
        clean: totals.clean,
        found: totals.found,
        failed: totals.failed,
        last_scan: totals.last_scan,
    })
}
