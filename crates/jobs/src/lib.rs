//! A durable queue in the application's own database.
//!
//! A job is enqueued in the transaction of the change that causes it: both commit or neither. A worker holds the job's row, runs it
//! and removes it in one transaction, so its effects on the database happen exactly once whatever crashes. A job that does something
//! slow first is claimed with a lease instead; a worker that outlives it finds the job claimed by another (the token differs) and
//! its transaction is rolled back. On SQLite several share a transaction, each of which can be given up alone. What leaves the
//! database (a message to a gateway) is at least once and needs a key of its own.
//!
//! Table: `job` (the application's migrations make it, see [`store`]'s statements).
#![warn(missing_docs)]

mod runner;
mod store;

use kit::id_types;

pub use runner::{Handler, JobFuture, Runner};
pub use store::{Depth, Failed, NewJob, depth, enqueue, failed, try_failed_again, unfinished, waiting};

id_types! {
    /// A job.
    JobId,
}

/// A job that a worker holds.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which handler runs it.
    pub kind: String,
    /// What it is about.
    pub payload: serde_json::Value,
    /// How often it was tried before.
    pub attempts: i64,
}

/// Why a job did not succeed: chosen where it happens.
#[derive(Debug)]
pub enum JobError {
    /// Worth another try, with growing pauses: the database was away, a gateway was busy.
    Retry(String),
    /// No use in trying again: kept as failed for a person to see.
    Fail(String),
}

impl JobError {
    /// Worth another try.
    pub fn retry(cause: impl std::fmt::Display) -> Self {
        Self::Retry(cause.to_string())
    }

    /// No use in trying again.
    pub fn fail(cause: impl std::fmt::Display) -> Self {
        Self::Fail(cause.to_string())
    }
}

impl From<db::Error> for JobError {
    fn from(error: db::Error) -> Self {
        Self::retry(error)
    }
}
