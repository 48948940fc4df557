use std::sync::{Arc, PoisonError, RwLock};

use blob::Store;
use db::{Db, Tx};
use futures_util::future::BoxFuture;
use kit::{Clock, Day, Rng};
use tokio_util::sync::CancellationToken;

use super::{HOUSE, Screen, Standing};
use crate::{
    access::{Known, Principal},
    app::{Ctx, Outcome},
    config::Config,
    events::Subscriptions,
    files, notify,
};

/// The running application: what handlers are given.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// Reads what the house goes by after so many changes on a day, as far as it differs from what is known; the rooms that keep it
/// stand above the platform.
pub(super) type ReadStanding = for<'a> fn(&'a mut Tx, i64, Day, Standing) -> BoxFuture<'a, Outcome<Standing>>;

/// What an application is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// Randomness.
    pub rng: Rng,
    /// Where files' contents lie.
    pub blobs: Store,
    /// What the house goes by, as it was last read.
    pub standing: RwLock<Standing>,
    /// Reads it anew where it has changed.
    pub read_standing: ReadStanding,
    /// Who has asked since the house last changed.
    pub known: Known,
    /// Who hears of events.
    pub subscriptions: Arc<Subscriptions>,
    /// Options.
    pub config: Config,
    /// Says whether somebody sees the task a file is attached to: the room of files lies below that of tasks.
    pub file_access: files::Sees,
    /// Looks through what a request wants to have written down: the room of secrecy stands above the edge.
    pub screen: Screen,
    /// The ways out to people.
    pub gateways: notify::Gateways,
    /// What is on its way to them at this moment.
    pub in_hand: notify::InHand,
    /// Looks at tasks once more before anything about them leaves the house.
    pub look_first: notify::LookFirst,
    /// Of occasions of reminders those that still ask for something.
    pub still_open: notify::StillOpen,
    /// Renders `/metrics`; absent where no recorder was installed (tests).
    pub metrics: Option<metrics_exporter_prometheus::PrometheusHandle>,
    /// Cancelled when the program ends; streams end then.
    pub stop: CancellationToken,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// What the house goes by, as it was last read.
    pub fn standing(&self) -> Standing {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The surroundings of a verb done by `actor`, with the calendar and the rules as this transaction sees them: another
    /// node may have changed them. Asked for before the transaction changes anything itself: what it reads is remembered.
    pub async fn ctx_in(&self, tx: &mut Tx, actor: Arc<Principal>) -> Outcome<Ctx> {
        let changes = tx.changes(HOUSE).await?;
        self.ctx_after(tx, changes, actor).await
    }

    /// The same where the transaction has already learnt how often the house has changed.
    pub async fn ctx_after(&self, tx: &mut Tx, changes: i64, actor: Arc<Principal>) -> Outcome<Ctx> {
        let (known, today) = (self.standing(), self.clock.today());
        if known.as_of != Some((changes, today)) {
            let new = (self.read_standing)(tx, changes, today, known).await?;
            *self.standing.write().unwrap_or_else(PoisonError::into_inner) = new;
        }
        Ok(self.ctx(actor))
    }

    /// The same with what was last read; for whoever has no transaction.
    pub fn ctx(&self, actor: Arc<Principal>) -> Ctx {
        let Standing { generation, calendar, rules, .. } = self.standing();
        Ctx {
            actor,
            clock: self.clock.clone(),
            rng: self.rng.clone(),
            calendar,
            rules,
            generation,
            subscriptions: self.subscriptions.clone(),
        }
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("db", &self.db.kind()).finish_non_exhaustive()
    }
}
