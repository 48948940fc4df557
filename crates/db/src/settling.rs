use tokio::task::JoinHandle;

use crate::{Result, Signal, Signals, dialect::wal::Wal};

/// What was committed, on its way to the disk. Others may see it already; nobody may be told that it is done. By default nothing was.
#[derive(Debug, Default)]
#[must_use = "what was committed is not durable before"]
pub struct Settling(Way);

#[derive(Debug, Default)]
enum Way {
    #[default]
    There,
    /// Nobody has begun.
    Ahead(Committed),
    Moving(JoinHandle<Result<()>>),
}

#[derive(Debug)]
struct Committed {
    wal: Option<Wal>,
    /// Whom to tell then.
    signals: Vec<Signal>,
    to: Signals,
}

impl Committed {
    async fn settle(self) -> Result<()> {
        if let Some(wal) = &self.wal {
            wal.settle().await?;
        }
        for signal in self.signals {
            self.to.send(signal);
        }
        Ok(())
    }
}

impl Settling {
    pub(crate) const fn of(wal: Option<Wal>, signals: Vec<Signal>, to: Signals) -> Self {
        Self(Way::Ahead(Committed { wal, signals, to }))
    }

    /// Goes on by itself from here.
    pub(crate) fn under_way(self) -> Self {
        Self(match self.0 {
            Way::Ahead(committed) if committed.wal.is_some() => Way::Moving(tokio::spawn(committed.settle())),
            way => way,
        })
    }

    /// Waits until it is there, and the listeners are told.
    ///
    /// # Errors
    /// The disk does not take it; nobody knows what of it is there.
    pub async fn settle(self) -> Result<()> {
        match self.0 {
            Way::There => Ok(()),
            Way::Ahead(committed) => committed.settle().await,
            Way::Moving(rest) => rest.await.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error)).into())),
        }
    }
}
