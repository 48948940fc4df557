//! Looking for viruses, by clamd (ADR 0023): each content once, by a job after it came in, in constant memory.
//!
//! A content that came in while a scanner is named waits in a row until it has been looked at; how others may read it meanwhile is an
//! option. A scanner that cannot be reached is asked again, however long that takes. Contents from before the scanner was named
//! are looked at beside everything else, and do not wait.
//!
//! Table: `content_scan`. *Not here*: what becomes of a file in which something was found ([`super::findings`]).

mod clamd;
mod health;
mod store;

pub(super) use health::{ScannerHealth, health};

use std::time::Duration;

use blob::Digest;
use db::Tx;
use jobs::{JobId, NewJob};
use kit::Moment;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::clamd::Verdict;
use super::findings;
use crate::{
    access,
    app::{App, Outcome, Refusal},
};

/// The job that has a content looked at.
pub const SCAN: &str = "files.scan";

/// A scanner that cannot be reached is asked again at the latest after so long.
const LONGEST_PAUSE: i64 = 3600;
/// A scanner that answers nonsense about a content is asked so often.
const PATIENCE: i64 = 8;
/// Contents without a verdict that one look for them asks about.
const AT_ONCE: i64 = 2000;

#[derive(Debug, Deserialize, Serialize)]
struct Scanning {
    digest: String,
    verdict: Option<Verdict>,
}

fn pause(tries: i64) -> Duration {
    let seconds = 1_i64.checked_shl(u32::try_from(tries.clamp(0, 12)).unwrap_or(12)).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE);
    Duration::from_secs(u64::try_from(seconds).unwrap_or(3600))
}

async fn enqueue(tx: &mut Tx, app: &App, digest: &str, tries: i64, at: Moment) -> Outcome<()> {
    // By the number of tries: the job that is running has its own name in the queue until it is over.
    let dedupe = format!("{SCAN}:{digest}:{tries}");
    let job = NewJob { kind: SCAN, payload: json!({ "digest": digest }), run_at: at, dedupe: Some(&dedupe) };
    jobs::enqueue(tx, JobId::new(&app.rng, app.clock.now()), job).await?;
    Ok(())
}

/// A content has come in: unless it has been looked at before, it waits until it is.
pub(super) async fn ask(tx: &mut Tx, app: &App, digest: &str) -> Outcome<()> {
    if app.config.clamav.is_empty() || !store::wait(tx, digest, app.clock.now()).await? {
        return Ok(());
    }
    enqueue(tx, app, digest, 0, app.clock.now()).await
}

/// Asks the scanner; without a transaction, as it takes its time.
pub async fn look(app: &App, payload: Value) -> Outcome<Value> {
    let mut scanning: Scanning = serde_json::from_value(payload).map_err(Refusal::internal)?;
    let digest = Digest::parse(&scanning.digest).map_err(Refusal::internal)?;
    let size = app.blobs.size(&digest).await.map_err(Refusal::internal)?;
    scanning.verdict = match size {
        // A content that is gone is a file that nobody has any more.
        None => None,
        Some(_) if app.config.clamav.is_empty() => None,
        Some(size) if size > app.config.clamav_max_mib << 20 => Some(Verdict::Failed("larger than clamav_max_mib".to_owned())),
        Some(_) => {
            let content = app.blobs.open(&digest, ..).await.map_err(Refusal::internal)?;
            Some(clamd::scan(&app.config.clamav, content).await)
        }
    };
    serde_json::to_value(scanning).map_err(Refusal::internal)
}

/// Writes down what the scanner said.
pub async fn take(tx: &mut Tx, app: &App, payload: &Value) -> Outcome<()> {
    let Scanning { digest, verdict } = serde_json::from_value(payload.clone()).map_err(Refusal::internal)?;
    let now = app.clock.now();
    match verdict {
        None => store::forget(tx, &digest).await?,
        Some(Verdict::Clean) => store::settle(tx, &digest, "clean", None, None, now).await?,
        Some(Verdict::Failed(why)) => store::settle(tx, &digest, "failed", None, Some(&why), now).await?,
        Some(Verdict::Found(signature)) => {
            store::settle(tx, &digest, "found", Some(&signature), None, now).await?;
            let ctx = app.ctx_in(tx, access::system_principal()).await?;
            findings::infected(tx, &ctx, &digest, &signature).await?;
        }
        Some(Verdict::Away(why)) => {
            if let Some(tries) = store::away(tx, &digest, &why).await? {
                enqueue(tx, app, &digest, tries, now.plus(pause(tries))).await?;
            }
        }
        Some(Verdict::Odd(why)) => match store::away(tx, &digest, &why).await? {
            Some(tries) if tries < PATIENCE => enqueue(tx, app, &digest, tries, now.plus(pause(tries))).await?,
            Some(_) => store::settle(tx, &digest, "failed", None, Some(&why), now).await?,
            None => {}
        },
    }
    Ok(())
}

/// Asks about contents that nobody has looked at, and about those whose job was lost; where no scanner is named any more, nothing waits.
pub async fn sweep(tx: &mut Tx, app: &App) -> Outcome<()> {
    store::forget_unnamed(tx).await?;
    if app.config.clamav.is_empty() {
        store::forget_waiting(tx).await?;
        return Ok(());
    }
    for (digest, tries) in store::without_verdict(tx, AT_ONCE).await? {
        let wait = if tries == 0 { Duration::ZERO } else { pause(tries) };
        enqueue(tx, app, &digest, tries, app.clock.now().plus(wait)).await?;
    }
    Ok(())
}
