//! What this process is sending at the moment.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use kit::uuid::Uuid;

/// Whether this process sends, and under which leases. A lease lies in the database, for others to see when a process dies; a process
/// that lives knows better: when the clock is moved by hours, none of its own has run out.
#[derive(Clone, Debug, Default)]
pub struct InHand {
    leases: Arc<Mutex<BTreeSet<Uuid>>>,
    sending: Arc<AtomicBool>,
}

impl InHand {
    /// Holds a lease for as long as the answer lives.
    pub(super) fn hold(&self, lease: Uuid) -> Held {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner).insert(lease);
        Held { all: self.clone(), lease }
    }

    /// All of them.
    pub(super) fn leases(&self) -> Vec<Uuid> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }

    /// Sends alone in this process for as long as the answer lives; nothing where another already does. Two would have two letters on
    /// their way to a gateway that cannot tell when one comes again, and a crash would repeat both.
    pub(super) fn alone(&self) -> Option<Alone> {
        let was = self.sending.swap(true, Ordering::AcqRel);
        (!was).then(|| Alone(self.sending.clone()))
    }

    /// Whether somebody sends.
    pub(super) fn is_sending(&self) -> bool {
        self.sending.load(Ordering::Acquire)
    }
}

/// Nobody else in this process sends.
#[derive(Debug)]
pub(super) struct Alone(Arc<AtomicBool>);

impl Drop for Alone {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// A lease that is held.
#[derive(Debug)]
pub(super) struct Held {
    all: InHand,
    pub(super) lease: Uuid,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.leases.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.lease);
    }
}
