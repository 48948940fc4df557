//! SQLite's log, brought to the disk once for all who wait at a time.

use std::{
    fs::{self, File, OpenOptions},
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
    failed: AtomicBool,
    /// Who holds it syncs.
    turn: Arc<Mutex<Turn>>,
}

#[derive(Debug, Default)]
struct Turn {
    /// How many commits are on the disk.
    durable: u64,
    /// Kept open: what the disk failed to take before a file was opened is told to nobody through it.
    file: Option<File>,
}

impl Wal {
    /// That of a database which is there.
    pub(crate) fn of(database: &Path) -> Result<Self> {
        // SQLite follows links, too.
        let at = |error: io::Error| sqlx::Error::Io(io::Error::new(error.kind(), format!("{}: {error}", database.display())));
        let mut path = database.canonicalize().map_err(at)?.into_os_string();
        path.push("-wal");
        let turn = Arc::default();
        Ok(Self(Arc::new(Inner { path: path.into(), committed: AtomicU64::new(0), failed: AtomicBool::new(false), turn })))
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
        let mut turn = self.0.turn.clone().lock_owned().await;
        if turn.durable >= mine {
            return Ok(());
        }
        self.check()?;
        let inner = self.0.clone();
        // The turn lasts until the sync is over, whether anybody still waits for it or not.
        let done = tokio::task::spawn_blocking(move || inner.sync(&mut turn)).await;
        done.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(|error| sqlx::Error::Io(error).into())
    }
}

impl Inner {
    fn sync(&self, turn: &mut Turn) -> io::Result<()> {
        let all = self.committed.load(Ordering::SeqCst);
        match fs::metadata(&self.path) {
            Ok(there) => {
                let file = match turn.file.take() {
                    Some(file) if is_same(&file, &there)? => file,
                    _ => OpenOptions::new().read(true).write(true).open(&self.path)?,
                };
                file.sync_data().inspect_err(|error| {
                    self.failed.store(true, Ordering::SeqCst);
                    tracing::error!(error = %error, "{BROKEN}");
                })?;
                turn.file = Some(file);
            }
            // SQLite has removed it with the last connection: all of it had been carried into the database, and synced there.
            Err(error) if error.kind() == io::ErrorKind::NotFound => turn.file = None,
            Err(error) => return Err(error),
        }
        turn.durable = all;
        Ok(())
    }
}

/// Whether a file is still the one that stands in its place: SQLite makes a new one when connections come again.
#[cfg(unix)]
fn is_same(file: &File, there: &fs::Metadata) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let own = file.metadata()?;
    Ok((own.dev(), own.ino()) == (there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn is_same(_: &File, _: &fs::Metadata) -> io::Result<bool> {
    Ok(false)
}
