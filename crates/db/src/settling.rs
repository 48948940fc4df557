use tokio::task::JoinHandle;

use crate::{Result, dialect::wal::Wal};

/// What was committed, on its way to the disk, wherever whoever committed it has gone. Others may see it already; nobody may be told that it
/// is done. By default nothing was.
#[derive(Debug, Default)]
#[must_use = "what was committed is not durable before"]
pub struct Settling(Option<JoinHandle<Result<()>>>);

impl Settling {
    /// Through this log; `then` follows when it is there.
    pub(crate) fn through(wal: Wal, then: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(tokio::spawn(async move {
            wal.settle().await?;
            then();
            Ok(())
        })))
    }

    /// Waits until it is there, and the listeners are told.
    ///
    /// # Errors
    /// The disk does not take it; nobody knows what of it is there.
    pub async fn settle(self) -> Result<()> {
        match self.0 {
            Some(rest) => joined(rest).await,
            None => Ok(()),
        }
    }
}

/// What goes on by itself, to its end.
pub(crate) async fn joined<T>(rest: JoinHandle<Result<T>>) -> Result<T> {
    rest.await.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error)).into()))
}
