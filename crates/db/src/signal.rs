use tokio::sync::broadcast;

/// A nudge to whoever listens that something was committed: a topic and a few ids, never the data itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signal {
    /// What it is about, for example `jobs`.
    pub topic: String,
    /// Ids to look up; below 7 KiB, PostgreSQL refuses more than 8000 bytes.
    pub payload: String,
}

/// Where committed signals arrive, from this process and, on PostgreSQL, from every other node.
///
/// Signals are hints: one may be lost when a connection breaks, so whoever listens also looks now and then.
#[derive(Clone, Debug)]
pub struct Signals(broadcast::Sender<Signal>);

impl Default for Signals {
    fn default() -> Self {
        Self(broadcast::channel(4096).0)
    }
}

impl Signals {
    /// Listens from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.0.subscribe()
    }

    pub(crate) fn send(&self, signal: Signal) {
        // Nobody listening is no error.
        let _ = self.0.send(signal);
    }
}
