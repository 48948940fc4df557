//! The only place where the two databases differ, each difference a named function.

use std::path::Path;

use crate::{Db, Result, pool::Pools};

pub(crate) mod postgres;
pub(crate) mod scratch;
pub(crate) mod sqlite;
pub(crate) mod wal;

/// Makes the table of full text where there is none: the two databases have nothing in common there, so no migration can.
pub(crate) async fn prepare_text(pools: &Pools) -> Result<()> {
    match pools {
        Pools::Sqlite { write, .. } => sqlite::prepare_text(write).await,
        Pools::Postgres { write, .. } => postgres::prepare_text(write).await,
    }
}

/// Writes a consistent copy of the database while it is in use: on SQLite one file at `target`. PostgreSQL has its own
/// tools for that (`pg_dump`, base backups), so the answer is `false` and nothing is written.
///
/// # Errors
/// The copy could not be written; a file at `target` is never overwritten.
pub async fn backup(db: &Db, target: &Path) -> Result<bool> {
    match db.pools() {
        Pools::Sqlite { write, .. } => sqlite::backup(write, target).await.map(|()| true),
        Pools::Postgres { .. } => Ok(false),
    }
}
