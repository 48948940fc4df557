/// What the database answered, by kind: constraint names differ between databases and are never looked at.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] sqlx::Error);

/// A result of the database.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A unique key or index refused the row.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.database().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
    }

    /// A foreign key refused the row.
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        self.database().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
    }

    /// The database cannot be reached or has no room at present; the same call may succeed later.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match &self.0 {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                // PostgreSQL: class 08 connection, 57P shutdown, 53 resources (disk full, too many connections).
                // SQLite: 5 busy, 10 I/O, 13 full, 14 cannot open (extended codes keep the low byte).
                code.starts_with("08")
                    || code.starts_with("57P")
                    || code.starts_with("53")
                    || code.parse::<u32>().is_ok_and(|n| code.len() < 5 && matches!(n & 0xff, 5 | 10 | 13 | 14))
            }
            _ => false,
        }
    }

    /// The disk of the database is full: an operator has to act.
    #[must_use]
    pub fn is_full(&self) -> bool {
        // PostgreSQL: 53100 disk full. SQLite: 13.
        self.database().and_then(|error| error.code().map(|code| matches!(code.as_ref(), "53100" | "13"))).unwrap_or(false)
    }

    /// Two transactions were in each other's way; the whole transaction may be tried again.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.database().and_then(|error| error.code().map(|code| matches!(code.as_ref(), "40001" | "40P01"))).unwrap_or(false)
    }

    fn database(&self) -> Option<&dyn sqlx::error::DatabaseError> {
        self.0.as_database_error()
    }
}

impl From<sqlx::migrate::MigrateError> for Error {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        Self(sqlx::Error::Migrate(Box::new(error)))
    }
}
