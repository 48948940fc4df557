//! One SQL text, two databases.
//!
//! [`Db`] is a pool of SQLite or PostgreSQL connections, [`Tx`] one connection in use, and [`run!`] runs the same sqlx
//! expression on whichever it is ([`execute!`] where there are no rows to read). SQL keeps to the subset both understand (`docs/database.md`); what must differ is a
//! named function in `dialect/` and nowhere else. Nothing here knows any business.
//!
//! ```ignore
//! let mut tx = db.begin().await?;
//! let row: Option<Unit> = run!(tx, |c| sqlx::query_as("select * from unit where id = $1").bind(id).fetch_optional(c))?;
//! tx.commit().await?;
//! ```
#![warn(missing_docs)]

mod changes;
mod dialect;
mod error;
mod fulltext;
mod pool;
mod settling;
mod signal;
mod sql;
mod tx;
mod watermark;

pub use dialect::{backup, scratch::Scratch};
pub use error::{Error, Result};
pub use fulltext::{Entry, Matching, Place, Term};
pub use pool::{Db, Kind, Options, Sync};
pub use settling::Settling;
pub use signal::{Signal, Signals};
pub use sql::{Sql, Value};
pub use sqlx;
pub use tx::{ConnRef, Tx};
pub use watermark::Watermark;

/// Runs one sqlx expression on the connection of a [`Tx`], whichever database it is.
///
/// The expression is compiled once per database; rows need `FromRow` for both, which `#[derive(sqlx::FromRow)]` gives.
#[macro_export]
macro_rules! run {
    ($tx:expr, |$c:ident| $body:expr) => {
        match $tx.conn() {
            $crate::ConnRef::Sqlite($c) => $body.await,
            $crate::ConnRef::Postgres($c) => $body.await,
        }
        .map_err($crate::Error::from)
    };
}

/// Runs one sqlx expression that ends in `execute` on the connection of a [`Tx`] and answers how many rows it touched.
///
/// [`run!`] cannot: the two databases answer with types of their own.
#[macro_export]
macro_rules! execute {
    ($tx:expr, |$c:ident| $body:expr) => {
        match $tx.conn() {
            $crate::ConnRef::Sqlite($c) => $body.await.map(|done| done.rows_affected()),
            $crate::ConnRef::Postgres($c) => $body.await.map(|done| done.rows_affected()),
        }
        .map_err($crate::Error::from)
    };
}
