//! The floor: what the database alone needs.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use db::{Db, execute};
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

/// Rows of a table of its own, each committed by itself.
pub(crate) struct Commits {
    db: Db,
    next: AtomicI64,
}

impl Commits {
    pub(crate) async fn prepare(db: Db) -> anyhow::Result<Self> {
        let mut tx = db.begin().await?;
        execute!(tx, |c| db::sqlx::query("create table if not exists bench_row (id bigint primary key, body text not null)").execute(c))?;
        execute!(tx, |c| db::sqlx::query("delete from bench_row").execute(c))?;
        tx.commit().await?;
        Ok(Self { db, next: AtomicI64::new(1) })
    }

    pub(crate) async fn one(&self) -> anyhow::Result<()> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut tx = self.db.begin().await?;
        execute!(tx, |c| db::sqlx::query("insert into bench_row (id, body) values ($1, $2)")
            .bind(id)
            .bind("已完成一半，下周继续。")
            .execute(c))?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn remove(self) -> anyhow::Result<()> {
        let mut tx = self.db.begin().await?;
        execute!(tx, |c| db::sqlx::query("drop table bench_row").execute(c))?;
        Ok(tx.commit().await?)
    }
}
