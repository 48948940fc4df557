//! Whether a file may be read: pure, from what was found in it, what the scanner says, and who asks.

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{config::Unscanned, http::Problem};

/// How a file stands with whoever does not look after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileStanding {
    /// Whoever sees it may read it.
    Open,
    /// The scanner has not looked at it yet.
    Scanning,
    /// Words of a classified paper stand in it: nobody reads it but its uploader and whoever decides.
    Held,
    /// A virus was found: nobody reads it.
    Quarantined,
    /// It was removed: there is nothing to read.
    Removed,
}

/// What the scanner says of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileScan {
    /// It has not looked yet, or could not be reached.
    Waiting,
    /// Nothing was found.
    Clean,
    /// A virus was found.
    Found,
    /// It cannot look at this one, for example because it is too large.
    Failed,
}

impl FileScan {
    pub(super) fn read(text: &str) -> Option<Self> {
        Some(match text {
            "waiting" => Self::Waiting,
            "clean" => Self::Clean,
            "found" => Self::Found,
            "failed" => Self::Failed,
            _ => return None,
        })
    }
}

/// What stands in the way, from [`super::store`]: 0 nothing, 1 words, 2 a virus, 3 removed.
pub(super) fn standing(gate: i64, scan: Option<FileScan>) -> FileStanding {
    match (gate, scan) {
        (3.., _) => FileStanding::Removed,
        (2, _) => FileStanding::Quarantined,
        (1, _) => FileStanding::Held,
        (_, Some(FileScan::Waiting)) => FileStanding::Scanning,
        _ => FileStanding::Open,
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader {
    /// They uploaded it themselves.
    pub(super) is_uploader: bool,
    /// They decide on what was found.
    pub(super) judges: bool,
}

/// Refuses what may not be read.
pub(super) fn pass(standing: FileStanding, reader: Reader, unscanned: Option<Unscanned>) -> Result<(), Problem> {
    let refused = |code, detail: &'static str| Err(Problem::new(StatusCode::FORBIDDEN, code, detail));
    match standing {
        FileStanding::Open => Ok(()),
        FileStanding::Scanning if reader.is_uploader || unscanned != Some(Unscanned::Uploader) => Ok(()),
        FileStanding::Scanning => refused("file_scanning", "这个文件正在查杀病毒，请稍后再打开。"),
        FileStanding::Held if reader.is_uploader || reader.judges => Ok(()),
        FileStanding::Held => refused("file_held", "这个文件待保密审查，暂停查看和下载。"),
        FileStanding::Quarantined => refused("file_quarantined", "这个文件查出病毒，已隔离，不能查看和下载。"),
        FileStanding::Removed => Err(Problem::new(StatusCode::GONE, "file_removed", "这个文件经审查已移除。")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_what() {
        let nobody = Reader { is_uploader: false, judges: false };
        let uploader = Reader { is_uploader: true, ..nobody };
        let judge = Reader { judges: true, ..nobody };
        let strict = Some(Unscanned::Uploader);
        for (standing, reader, unscanned, passes) in [
            (FileStanding::Open, nobody, strict, true),
            (FileStanding::Scanning, nobody, strict, false),
            (FileStanding::Scanning, judge, strict, false),
            (FileStanding::Scanning, uploader, strict, true),
            (FileStanding::Scanning, nobody, Some(Unscanned::Everyone), true),
            // The scanner was turned off since.
            (FileStanding::Scanning, nobody, None, true),
            (FileStanding::Held, nobody, None, false),
            (FileStanding::Held, uploader, None, true),
            (FileStanding::Held, judge, None, true),
            (FileStanding::Quarantined, uploader, None, false),
            (FileStanding::Quarantined, judge, None, false),
            (FileStanding::Removed, judge, None, false),
        ] {
            assert_eq!(pass(standing, reader, unscanned).is_ok(), passes, "{standing:?} {reader:?} {unscanned:?}");
        }
    }

    #[test]
    fn the_worst_comes_first() {
        assert_eq!(standing(0, None), FileStanding::Open);
        assert_eq!(standing(0, Some(FileScan::Failed)), FileStanding::Open);
        assert_eq!(standing(1, Some(FileScan::Waiting)), FileStanding::Held);
        assert_eq!(standing(2, Some(FileScan::Found)), FileStanding::Quarantined);
        assert_eq!(standing(3, None), FileStanding::Removed);
    }
}
