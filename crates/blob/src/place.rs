//! The two places of a store.

/// Where blobs can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Below the store's directory.
    Disk,
    /// In the store's bucket.
    Bucket,
}

impl Place {
    /// The one that this is not.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Disk => Self::Bucket,
            Self::Bucket => Self::Disk,
        }
    }
}

/// What becomes of the copy that a blob is carried from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rest {
    /// It stays.
    Kept,
    /// It goes when the other one has been read and found whole.
    Removed,
}

/// What carrying a blob has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Carried {
    /// It was not there, or not whole; now it is.
    pub copied: bool,
    /// The other copy went.
    pub removed: bool,
}
