//! Uploads that may break off: tus 1.0.0 (creation, expiration, termination), so that any client of that protocol can send a file in
//! pieces, over a bad line and over restarts of the server.
//!
//! How much of a file is safe stands in its row and is never more than what was synced to the disk. Whoever writes holds the row
//! for a while ([`receive::LEASE`]); a second one is told to wait. Nodes that share the disk may take turns.
//!
//! Table: `upload`.

mod http;
mod receive;
mod store;

pub(super) use http::routes;

use std::{collections::HashSet, time::Duration};

use db::Tx;
use kit::{Moment, id_types};

use crate::app::{App, Outcome, Refusal};

id_types! {
    /// An upload that comes in pieces.
    UploadId,
}

/// An upload to which nothing was added for so long was given up.
const KEPT: Duration = Duration::from_secs(3 * 86_400);

fn expiry(now: Moment) -> Moment {
    now.plus(KEPT)
}

/// Forgets uploads that were given up or have long become files, and takes their bytes away.
pub(super) async fn sweep(tx: &mut Tx, app: &App) -> Outcome<()> {
    for id in store::remove_expired(tx, app.clock.now()).await? {
        app.blobs.remove_partial(id.0.as_u128()).await.map_err(Refusal::internal)?;
    }
    let known: HashSet<u128> = store::ids(tx).await?.into_iter().map(|id| id.0.as_u128()).collect();
    app.blobs.sweep_partials(known, KEPT).await.map(drop).map_err(Refusal::internal)
}
