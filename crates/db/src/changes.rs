//! How often something changed: whoever remembers what was read asks for one number to learn whether it still holds.

use crate::{Db, Result, Tx, dialect, pool::Pools};

impl Db {
    /// Counts from now on, under this name, every statement that changes one of these tables, whoever runs it: with the change, the
    /// count is committed or rolled back. Needs the table `change_count (name, n)`. Done again, it does nothing.
    ///
    /// # Errors
    /// A table is missing, or the database is unavailable.
    pub async fn count_changes(&self, name: &str, tables: &[&str]) -> Result<()> {
        match self.pools() {
            Pools::Sqlite { write, .. } => dialect::sqlite::count_changes(write, name, tables).await,
            Pools::Postgres { write, .. } => dialect::postgres::count_changes(write, name, tables).await,
        }
    }
}

impl Tx {
    /// The count under this name as this transaction sees it. What is read after it is as new at least.
    ///
    /// # Errors
    /// Nothing is counted under this name, or the database is unavailable.
    pub async fn changes(&mut self, name: &str) -> Result<i64> {
        let (n,): (i64,) = crate::run!(self, |c| sqlx::query_as("select n from change_count where name = $1").bind(name).fetch_one(c))?;
        Ok(n)
    }
}
