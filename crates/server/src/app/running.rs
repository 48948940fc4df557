use std::sync::Arc;

use blob::Store;
use db::Db;
use kit::{Clock, Rng};
use tokio_util::sync::CancellationToken;
use workdays::Calendar;

use crate::{access::Principal, app::Ctx, config::Config, events::Subscriptions, files};

/// The running application: what handlers are given.
#[derive(Clone)]
pub struct App(Arc<Parts>);

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
    /// Working days.
    pub calendar: Arc<Calendar>,
    /// Who hears of events.
    pub subscriptions: Arc<Subscriptions>,
    /// Options.
    pub config: Config,
    /// Says whether somebody sees the task a file is attached to: the room of files lies below that of tasks.
    pub file_access: files::Sees,
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

    /// The surroundings of a verb done by `actor`.
    pub fn ctx(&self, actor: Arc<Principal>) -> Ctx {
        Ctx {
            actor,
            clock: self.clock.clone(),
            rng: self.rng.clone(),
            calendar: self.calendar.clone(),
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
