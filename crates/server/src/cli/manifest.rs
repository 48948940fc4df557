//! What a backup holds, with the digest of everything, so that a restore knows whether it got all of it.

use std::{io::Read, path::Path};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

const FILE: &str = "manifest.json";
/// Raised when a restore of this version could not read what an older one wrote.
const FORMAT: u32 = 1;

/// A backup's table of contents.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    /// The program that made it.
    pub(super) version: String,
    /// When, in the area's zone.
    pub(super) at: String,
    /// The database, when it is in the backup.
    pub(super) database: Option<Copied>,
    /// Digests of files' contents, each a file under `blobs`.
    pub(super) blobs: Vec<String>,
}

/// The copy of a database.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Copied {
    /// `sqlite` or `postgres`.
    pub(super) kind: String,
    /// The file's name in the backup.
    pub(super) file: String,
    /// SHA-256 of the file.
    pub(super) digest: String,
}

impl Manifest {
    /// A table of contents for this version of the program.
    pub(super) fn new(at: String, database: Option<Copied>, blobs: Vec<String>) -> Self {
        Self { format: FORMAT, version: env!("CARGO_PKG_VERSION").to_owned(), at, database, blobs }
    }

    /// Writes it into the backup; the last thing a backup does.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let path = folder.join(FILE);
        std::fs::write(&path, serde_json::to_vec_pretty(self)?).with_context(|| path.display().to_string())
    }

    /// Reads it from a backup.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(FILE);
        let text = std::fs::read(&path).with_context(|| format!("{}：不是完整的备份", path.display()))?;
        let manifest: Self = serde_json::from_slice(&text).with_context(|| path.display().to_string())?;
        anyhow::ensure!(manifest.format <= FORMAT, "备份由更新的版本 {} 制作，请用该版本恢复", manifest.version);
        Ok(manifest)
    }
}

/// SHA-256 of a file in constant memory.
pub(super) fn digest_of(path: &Path) -> anyhow::Result<String> {
    let mut file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            n => hash.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}

/// Makes the folder; refuses one that holds something.
pub(super) fn make_empty(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    anyhow::ensure!(entries.next().is_none(), "文件夹 {} 不是空的", folder.display());
    Ok(())
}
