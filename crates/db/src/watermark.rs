use std::sync::Arc;

use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::Mutex;

use crate::{Db, Result, dialect, pool::Pools};

/// What had been committed at a moment. Of two that are equal, nothing was committed in between; they have no order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Watermark(pub(crate) String);

/// A connection of SQLite that only watches: its counter tells of every commit but its own.
#[derive(Clone, Default)]
pub(crate) struct Watcher(Arc<Mutex<Watching>>);

#[derive(Default)]
struct Watching {
    connection: Option<SqliteConnection>,
    /// Which connection it is: each counts for itself.
    serial: u64,
}

impl std::fmt::Debug for Watcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watcher")
    }
}

impl Watcher {
    pub(crate) async fn close(&self) {
        if let Some(connection) = self.0.lock().await.connection.take() {
            let _ = connection.close().await;
        }
    }
}

impl Db {
    /// What has been committed so far, by this process or any other. Costs one small question to the database, and writes
    /// nothing: whatever was read after one watermark still holds while the next ones are equal to it.
    ///
    /// # Errors
    /// The database is unavailable.
    pub async fn watermark(&self) -> Result<Watermark> {
        match self.pools() {
            Pools::Sqlite { read, .. } => {
                let mut held = self.watcher().0.lock().await;
                // Taken out while it is asked: a connection that failed is not asked again.
                let mut connection = match held.connection.take() {
                    Some(connection) => connection,
                    None => {
                        held.serial += 1;
                        SqliteConnection::connect_with(&read.connect_options()).await?
                    }
                };
                let version = dialect::sqlite::data_version(&mut connection).await?;
                held.connection = Some(connection);
                Ok(Watermark(format!("{}:{version}", held.serial)))
            }
            Pools::Postgres { read, .. } => dialect::postgres::watermark(read).await,
        }
    }
}
