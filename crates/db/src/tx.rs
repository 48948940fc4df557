use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
};

use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, pool::PoolConnection};

use crate::{Kind, Result, Settling, Signal, Signals, dialect, dialect::wal::Wal, settling::joined};

/// One connection in use: a write transaction from [`crate::Db::begin`] or a plain reader from [`crate::Db::read`].
///
/// A write transaction that is dropped without [`Tx::commit`] changes nothing.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    state: State,
    /// What SQLite's commits go to the disk through, where they do; PostgreSQL sees to that itself.
    wal: Option<Wal>,
    /// What is lost in a power cut is done again.
    repeatable: bool,
    signals: Signals,
    pending: Vec<Signal>,
    memory: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
}

#[derive(Debug)]
enum Conn {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

#[derive(Debug, PartialEq)]
enum State {
    Reading,
    Still,
    Open,
    Ended,
}

/// The connection behind a [`Tx`]; only [`crate::run!`] and `dialect/` look at it.
#[derive(Debug)]
pub enum ConnRef<'a> {
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'a mut PgConnection),
}

impl Tx {
    pub(crate) fn reading_sqlite(conn: PoolConnection<Sqlite>, signals: Signals) -> Self {
        Self::writing_sqlite(conn, None, signals)
    }

    pub(crate) fn writing_sqlite(conn: PoolConnection<Sqlite>, wal: Option<Wal>, signals: Signals) -> Self {
        Self {
            conn: Conn::Sqlite(conn),
            state: State::Reading,
            wal,
            repeatable: false,
            signals,
            pending: Vec::new(),
            memory: HashMap::new(),
        }
    }

    pub(crate) fn reading_postgres(conn: PoolConnection<Postgres>, signals: Signals) -> Self {
        Self {
            conn: Conn::Postgres(conn),
            state: State::Reading,
            wal: None,
            repeatable: false,
            signals,
            pending: Vec::new(),
            memory: HashMap::new(),
        }
    }

    pub(crate) async fn open(mut self) -> Result<Self> {
        // Opened first: if the statement is cancelled halfway the connection must not go back to the pool.
        self.state = State::Open;
        match self.conn() {
            ConnRef::Sqlite(c) => dialect::sqlite::begin(c).await?,
            ConnRef::Postgres(c) => dialect::postgres::begin(c).await?,
        }
        Ok(self)
    }

    pub(crate) async fn open_repeatable(mut self) -> Result<Self> {
        self.repeatable = true;
        self.state = State::Open;
        match self.conn() {
            ConnRef::Sqlite(c) => dialect::sqlite::begin(c).await?,
            ConnRef::Postgres(c) => dialect::postgres::begin_unsynced(c).await?,
        }
        Ok(self)
    }

    pub(crate) async fn stand_still(mut self) -> Result<Self> {
        self.state = State::Still;
        match self.conn() {
            ConnRef::Sqlite(c) => dialect::sqlite::stand_still(c).await?,
            ConnRef::Postgres(c) => dialect::postgres::stand_still(c).await?,
        }
        Ok(self)
    }

    /// The connection, for [`crate::run!`].
    pub fn conn(&mut self) -> ConnRef<'_> {
        match &mut self.conn {
            Conn::Sqlite(c) => ConnRef::Sqlite(c),
            Conn::Postgres(c) => ConnRef::Postgres(c),
        }
    }

    /// Which database it is; for texts shown to operators, not for branching.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self.conn {
            Conn::Sqlite(_) => Kind::Sqlite,
            Conn::Postgres(_) => Kind::Postgres,
        }
    }

    /// Whether this is a write transaction beside which there can be no other: rows need no lock of their own then.
    #[must_use]
    pub fn writes_alone(&self) -> bool {
        self.state == State::Open && matches!(self.conn, Conn::Sqlite(_))
    }

    /// What a room remembers until this transaction ends: for what it has written or locked itself, so that nobody else can
    /// have changed it since. Each type is remembered once.
    ///
    /// # Panics
    /// Never: what is kept under a type is of that type.
    #[expect(clippy::expect_used, reason = "the key is the type of the value")]
    pub fn memory<T: Any + Default + Send + Sync>(&mut self) -> &mut T {
        self.memory.entry(TypeId::of::<T>()).or_insert_with(|| Box::<T>::default()).downcast_mut().expect("its own type")
    }

    /// Tells listeners on every node once, and only if, this transaction commits.
    pub fn signal(&mut self, topic: &str, payload: &str) {
        self.pending.push(Signal { topic: topic.to_owned(), payload: payload.to_owned() });
    }

    /// Waits until no other transaction holds these names, and holds them until the end of this one: for what is made of many rows and
    /// must not be made twice at a time. SQLite has one writer and needs nothing.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn hold_names(&mut self, mut names: Vec<String>) -> Result<()> {
        // Everybody in the same order.
        names.sort_unstable();
        match self.conn() {
            ConnRef::Postgres(c) => dialect::postgres::hold_names(c, &names).await,
            ConnRef::Sqlite(_) => Ok(()),
        }
    }

    /// Lets the planner know how the tables have grown. PostgreSQL does so by itself in the background, too; SQLite looks only at
    /// tables that have changed a lot, and at a part of each, unless `whole`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn refresh_statistics(&mut self, whole: bool) -> Result<()> {
        match self.conn() {
            ConnRef::Sqlite(c) if whole => sqlx::query("analyze").execute(c).await.map(drop),
            ConnRef::Sqlite(c) => sqlx::query("pragma optimize = 0x10002").execute(c).await.map(drop),
            ConnRef::Postgres(c) => sqlx::query("analyze").execute(c).await.map(drop),
        }
        .map_err(Into::into)
    }

    /// Does work that may be given up alone: when it answers an error, what it has written is undone and the transaction goes
    /// on. Attempts are not nested.
    ///
    /// # Errors
    /// Whatever the database says about the attempt itself; the transaction is of no more use then.
    pub async fn attempt<T, E>(
        &mut self,
        work: impl AsyncFnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> Result<std::result::Result<T, E>> {
        let pending = self.pending.len();
        crate::execute!(self, |c| sqlx::query("savepoint attempt").execute(c))?;
        let result = work(self).await;
        if result.is_err() {
            crate::execute!(self, |c| sqlx::query("rollback to savepoint attempt").execute(c))?;
            self.pending.truncate(pending);
            // What was remembered may be of what has just been undone.
            self.memory.clear();
        }
        crate::execute!(self, |c| sqlx::query("release savepoint attempt").execute(c))?;
        Ok(result)
    }

    /// Makes everything written durable and then tells the listeners. Begun, it goes on to its end, also when nobody waits any more.
    ///
    /// # Errors
    /// Whatever the database says; nothing is written then. Or the disk does not take it: then nobody knows, and nothing more is written.
    pub async fn commit(self) -> Result<()> {
        // The connection is given back before: others write meanwhile.
        let settling = self.commit_and_stay().await?.1;
        settling.settle().await
    }

    /// [`Self::commit`], after which the connection only reads, and each statement sees what was committed before it.
    pub(crate) async fn commit_and_stay(self) -> Result<(Self, Settling)> {
        // Committed, it goes to the disk: no caller who turns away comes between.
        if self.wal.is_some() { joined(tokio::spawn(self.commit_now())).await } else { self.commit_now().await }
    }

    async fn commit_now(mut self) -> Result<(Self, Settling)> {
        if self.state != State::Open {
            return Ok((self, Settling::default()));
        }
        let wal = self.wal.take();
        if let Some(wal) = &wal {
            wal.check()?;
        }
        let mut said = HashSet::new();
        let mut signals = std::mem::take(&mut self.pending);
        signals.retain(|signal| said.insert(signal.clone()));
        match self.conn() {
            ConnRef::Sqlite(c) => dialect::sqlite::commit(c).await?,
            // It brings them back to this node through its own listener.
            ConnRef::Postgres(c) => dialect::postgres::commit(c, &std::mem::take(&mut signals)).await?,
        }
        self.state = State::Ended;
        self.memory.clear();
        let to = self.signals.clone();
        let tell = move || signals.into_iter().for_each(|signal| to.send(signal));
        let settling = match wal {
            Some(wal) if !self.repeatable => Settling::through(wal, tell),
            _ => {
                tell();
                Settling::default()
            }
        };
        Ok((self, settling))
    }

    /// Gives up everything written and returns the connection at once.
    ///
    /// # Errors
    /// Whatever the database says; the connection is then closed, which gives up everything too.
    pub async fn rollback(mut self) -> Result<()> {
        if matches!(self.state, State::Open | State::Still) {
            match self.conn() {
                ConnRef::Sqlite(c) => dialect::sqlite::rollback(c).await?,
                ConnRef::Postgres(c) => dialect::postgres::rollback(c).await?,
            }
            self.state = State::Ended;
        }
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        // A cancelled request or a panic: the half-done work goes with the connection.
        if matches!(self.state, State::Open | State::Still) {
            match &mut self.conn {
                Conn::Sqlite(c) => c.close_on_drop(),
                Conn::Postgres(c) => c.close_on_drop(),
            }
        }
    }
}
