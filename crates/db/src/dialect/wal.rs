//! SQLite's log, brought to the disk once for all who wait at a time.

use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::sync::Mutex;

use crate::Result;

const BROKEN: &str = "the disk failed to take the database's log; nothing more is written until the program is started again";

/// The file `…-wal` beside a database whose connections do not sync it at a commit. It holds the commits in their order, so a sync that
/// begins when a commit is over brings that one to the disk and all before it, and the next can be written meanwhile.
#[derive(Clone, Debug)]
pub(crate) struct Wal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    committed: AtomicU64,
    /// How many of them are on the disk. Who holds it syncs.
    durable: Mutex<u64>,
    failed: AtomicBool,
}

impl Wal {
    /// That of a database which is there.
    pub(crate) fn of(database: &Path) -> Result<Self> {
        // SQLite follows links, too.
        let mut path = database.canonicalize().map_err(sqlx::Error::Io)?.into_os_string();
        path.push("-wal");
        Ok(Self(Arc::new(Inner {
            path: path.into(),
            committed: AtomicU64::new(0),
            durable: Mutex::new(0),
            failed: AtomicBool::new(false),
        })))
    }

    /// Whether the disk still does what it says: after a sync that failed nobody knows what of it is there, and one that succeeds later
    /// does not tell.
    pub(crate) fn check(&self) -> Result<()> {
        if self.0.failed.load(Ordering::SeqCst) {
            return Err(sqlx::Error::Io(io::Error::other(BROKEN)).into());
        }
        Ok(())
    }

    /// Waits until what was committed before is on the disk.
    pub(crate) async fn settle(&self) -> Result<()> {
        let mine = self.0.committed.fetch_add(1, Ordering::SeqCst) + 1;
        let mut durable = self.0.durable.lock().await;
        if *durable < mine {
            self.check()?;
            let all = self.0.committed.load(Ordering::SeqCst);
            let inner = self.0.clone();
            // Goes on when nobody waits any more, and tells all who come later.
            let done = tokio::task::spawn_blocking(move || inner.sync()).await;
            done.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(sqlx::Error::Io)?;
            *durable = all;
        }
        Ok(())
    }
}

impl Inner {
    fn sync(&self) -> io::Result<()> {
        // Opened each time: SQLite removes the file when the last of its connections closes, and makes a new one.
        let file = match OpenOptions::new().write(true).open(&self.path) {
            Ok(file) => file,
            // All of it had been carried into the database, and synced there, before it was removed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        file.sync_data().inspect_err(|error| {
            self.failed.store(true, Ordering::SeqCst);
            tracing::error!(error = %error, "{BROKEN}");
        })
    }
}
