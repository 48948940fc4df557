//! The floor: what the database alone needs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use db::{
    Db,
    sqlx::{
        self, PgPool, SqlitePool,
        postgres::PgPoolOptions,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};
use kit::Clock;
use server::{access::Principal, tasks};

/// The SQL of a page of the list, and nothing else.
pub(crate) struct Page {
    db: Db,
    actor: Arc<Principal>,
    clock: Clock,
    query: String,
}

impl Page {
    pub(crate) fn new(db: Db, actor: Principal, clock: Clock, query: String) -> Self {
        Self { db, actor: Arc::new(actor), clock, query }
    }

    pub(crate) async fn ask(&self) -> anyhow::Result<()> {
        let mut tx = self.db.read().await?;
        let query = super::filter(&self.query)?;
        tasks::raw_page(&mut tx, &self.actor, self.clock.today(), &query).await.map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(())
    }
}

/// Rows of a table of its own, each committed by itself as the database does it: on SQLite one after the other, each with its own sync.
pub(crate) struct Commits {
    pool: Pool,
    next: AtomicI64,
}

enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

const INSERT: &str = "insert into bench_row (id, body) values ($1, $2)";
const BODY: &str = "已完成一半，下周继续。";

impl Commits {
    pub(crate) async fn prepare(url: &str) -> anyhow::Result<Self> {
        let pool = match url.strip_prefix("sqlite:") {
            Some(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path.trim_start_matches("//"))
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(10))
                    .pragma("wal_autocheckpoint", "4000");
                Pool::Sqlite(SqlitePoolOptions::new().max_connections(1).test_before_acquire(false).connect_with(options).await?)
            }
            None => Pool::Postgres(PgPoolOptions::new().max_connections(8).connect(url).await?),
        };
        let it = Self { pool, next: AtomicI64::new(1) };
        it.run("create table if not exists bench_row (id bigint primary key, body text not null)").await?;
        it.run("delete from bench_row").await?;
        Ok(it)
    }

    pub(crate) async fn one(&self) -> anyhow::Result<()> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        match &self.pool {
            Pool::Sqlite(pool) => {
                let mut tx = pool.begin_with("begin immediate").await?;
                sqlx::query(INSERT).bind(id).bind(BODY).execute(&mut *tx).await?;
                tx.commit().await?;
            }
            Pool::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                sqlx::query(INSERT).bind(id).bind(BODY).execute(&mut *tx).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn remove(self) -> anyhow::Result<()> {
        self.run("drop table bench_row").await
    }

    async fn run(&self, statement: &'static str) -> anyhow::Result<()> {
        match &self.pool {
            Pool::Sqlite(pool) => sqlx::query(statement).execute(pool).await.map(drop)?,
            Pool::Postgres(pool) => sqlx::query(statement).execute(pool).await.map(drop)?,
        }
        Ok(())
    }
}
