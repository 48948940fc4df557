use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use sqlx::{PgPool, SqlitePool, migrate::Migrator};

use crate::{Result, Settling, Signals, Tx, dialect, dialect::wal::Wal, watermark::Watcher};

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The embedded default.
    Sqlite,
    /// What several nodes share.
    Postgres,
}

/// How hard SQLite presses a commit to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Every commit survives a power cut.
    Full,
    /// Every commit survives the death of the process; the last ones may be lost in a power cut.
    Normal,
    /// For throw-away databases of tests.
    Off,
}

/// How the pools are made.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections for reading.
    pub readers: u32,
    /// Connections for writing on PostgreSQL; SQLite has exactly one.
    pub writers: u32,
    /// How long a request waits for a connection before it is told that the database is unavailable.
    pub acquire_timeout: Duration,
    /// See [`Sync`]; PostgreSQL follows its own `synchronous_commit`.
    pub sync: Sync,
}

/// Is counted for as long as it lives.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn of(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 8, writers: 8, acquire_timeout: Duration::from_secs(5), sync: Sync::Full }
    }
}

/// A database: pools for reading and for writing, and the signals of committed changes.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    signals: Signals,
    watcher: Watcher,
    /// How many wait for a connection that writes.
    waiting: Arc<AtomicUsize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool, wal: Option<Wal> },
    Postgres { read: PgPool, write: PgPool },
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…`. A SQLite file is made when its folder exists.
    ///
    /// # Errors
    /// A URL of neither kind, or a database that cannot be opened.
    pub async fn open(url: &str, options: &Options) -> Result<Self> {
        let signals = Signals::default();
        let pools = if let Some(path) = url.strip_prefix("sqlite:") {
            dialect::sqlite::open(path.trim_start_matches("//"), options).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            dialect::postgres::open(url, options).await?
        } else {
            let text = "a database URL starts with sqlite: or postgres://";
            return Err(sqlx::Error::Configuration(text.into()).into());
        };
        Ok(Self { pools, signals, watcher: Watcher::default(), waiting: Arc::default() })
    }

    /// Which database it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self.pools {
            Pools::Sqlite { .. } => Kind::Sqlite,
            Pools::Postgres { .. } => Kind::Postgres,
        }
    }

    /// Begins a write transaction. On SQLite it waits for the one writer, on PostgreSQL it is READ COMMITTED.
    ///
    /// # Errors
    /// The database is unavailable.
    pub async fn begin(&self) -> Result<Tx> {
        self.writing().await?.open().await
    }

    /// As [`Db::begin`], for what is done again when it is lost, such as a job that is still in the queue then: its commit does not wait for
    /// the disk. The death of the process takes nothing of it; a power cut may take all of it, and nothing after which a commit of
    /// [`Db::begin`] came.
    ///
    /// # Errors
    /// The database is unavailable.
    pub async fn begin_repeatable(&self) -> Result<Tx> {
        self.writing().await?.open_repeatable().await
    }

    /// Commits, and answers a reader while what was committed is on its way to the disk. Where nobody waits to write it is the connection that
    /// has just written: of SQLite's connections it is the only one that still knows what it had read, the others have to read again after a
    /// commit that is not theirs. It is given back soon, and nobody who holds it begins to write: on SQLite that would wait for itself.
    ///
    /// # Errors
    /// Whatever the database says about the commit: nothing is written then. Or, when it has committed, there is no reader.
    pub async fn commit_and_read(&self, tx: Tx) -> Result<(Tx, Settling)> {
        let (tx, settling) = tx.commit_and_stay().await?;
        if self.waiting.load(Ordering::Relaxed) == 0 {
            return Ok((tx, settling));
        }
        drop(tx);
        Ok((self.read().await?, settling))
    }

    /// Waits until what has been committed so far is durable: for whoever tells of what somebody else has just written. A database that shows
    /// nothing before has nothing to wait for.
    ///
    /// # Errors
    /// The disk does not take it.
    pub async fn settled(&self) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { wal: Some(wal), .. } => wal.settle().await,
            _ => Ok(()),
        }
    }

    /// Whether it can be written to, as far as is known without trying.
    ///
    /// # Errors
    /// The disk failed to take what was written.
    pub fn check(&self) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { wal: Some(wal), .. } => wal.check(),
            _ => Ok(()),
        }
    }

    async fn writing(&self) -> Result<Tx> {
        self.check()?;
        let _waits = Waits::of(&self.waiting);
        Ok(match &self.pools {
            Pools::Sqlite { write, wal, .. } => Tx::writing_sqlite(write.acquire().await?, wal.clone(), self.signals.clone()),
            Pools::Postgres { write, .. } => Tx::reading_postgres(write.acquire().await?, self.signals.clone()),
        })
    }

    /// A connection that only reads; every statement sees what was committed before it.
    ///
    /// # Errors
    /// The database is unavailable.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => Tx::reading_sqlite(read.acquire().await?, self.signals.clone()),
            Pools::Postgres { read, .. } => Tx::reading_postgres(read.acquire().await?, self.signals.clone()),
        })
    }

    /// A reader for whom time stands still: every statement sees what was committed before the first one. For what reads a
    /// list page by page and must find each row once.
    ///
    /// # Errors
    /// The database is unavailable.
    pub async fn snapshot(&self) -> Result<Tx> {
        self.read().await?.stand_still().await
    }

    /// Signals of committed changes: see [`Tx::signal`].
    #[must_use]
    pub const fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Gives back what the writing connection holds of the file in memory, where nobody writes now; PostgreSQL keeps its own.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn rest(&self) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { write, .. } => match write.try_acquire() {
                Some(mut connection) => dialect::sqlite::rest(&mut connection).await,
                None => Ok(()),
            },
            Pools::Postgres { .. } => Ok(()),
        }
    }

    /// Keeps bringing the signals of other nodes until the task is aborted; on SQLite there are no other nodes.
    pub async fn relay_signals(&self) {
        if let Pools::Postgres { write, .. } = &self.pools {
            dialect::postgres::relay(write, &self.signals).await;
        }
    }

    /// Brings the schema up to date. Nodes that start together take turns.
    ///
    /// # Errors
    /// A migration failed, or one that was applied has since been altered or removed.
    pub async fn migrate(&self, migrations: &Migrator) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { write, .. } => migrations.run(write).await?,
            Pools::Postgres { write, .. } => migrations.run(write).await?,
        }
        dialect::prepare_text(&self.pools).await
    }

    /// Versions of migrations that were applied, ascending; empty when there is no schema yet.
    ///
    /// # Errors
    /// The database is unavailable.
    pub async fn applied(&self) -> Result<Vec<i64>> {
        let mut tx = self.read().await?;
        let rows: Result<Vec<(i64,)>> =
            crate::run!(tx, |c| sqlx::query_as("select version from _sqlx_migrations where success order by version").fetch_all(c));
        match rows {
            Ok(rows) => Ok(rows.into_iter().map(|(version,)| version).collect()),
            Err(error) if error.is_unavailable() => Err(error),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.watcher.close().await;
        match &self.pools {
            Pools::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres { read, write } => {
                read.close().await;
                write.close().await;
            }
        }
    }

    pub(crate) const fn watcher(&self) -> &Watcher {
        &self.watcher
    }

    pub(crate) const fn pools(&self) -> &Pools {
        &self.pools
    }
}
