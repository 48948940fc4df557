//! What can go wrong with a store.

use std::{error::Error, fmt, io};

use wording::{Words, say};

/// Why an upload or a read failed. [`BlobError::words`] are for people; callers match on the variant.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// More bytes arrived than the upload allows. The upload is over; nothing is kept.
    TooLarge {
        /// The limit that was given to [`crate::Store::begin`].
        max_bytes: u64,
    },
    /// No blob of this digest.
    NotFound,
    /// The range begins behind the end, or is empty. HTTP answers 416 with `bytes */size`.
    OutOfRange {
        /// Bytes in the whole blob.
        size: u64,
    },
    /// An earlier write of this upload failed or was cancelled half-way, so its bytes cannot be trusted.
    Interrupted,
    /// The disk is full or the quota is used up: an operator must act.
    Full(#[source] io::Error),
    /// Any other failure of the file system.
    Io(#[source] io::Error),
    /// The bytes are others than the digest says, so they are not handed on.
    Damaged,
    /// The bucket does not let us in: a wrong key, or a right that is missing.
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// There is no such bucket, or none is set.
    NoBucket,
    /// A copy may only go from a place where blobs do not live any more.
    Home,
    /// Any other failure of the bucket, or of the way there.
    Remote(#[source] Box<dyn Error + Send + Sync>),
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full(error),
            _ => Self::Io(error),
        }
    }
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. } => Self::Refused(Box::new(error)),
            other => Self::Remote(Box::new(other)),
        }
    }
}

impl BlobError {
    pub(crate) fn remote(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Remote(error.into())
    }

    /// What happened and what to do.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::TooLarge { max_bytes } => {
                say!("文件超过上限 {limit}，未保存。请压缩或拆分后重新上传。", limit = readable(*max_bytes))
            }
            Self::NotFound => "文件不存在或已被删除".into(),
            Self::OutOfRange { size } => say!("请求的范围超出文件大小（{size} 字节）"),
            Self::Interrupted => "上传已中断，请重新上传".into(),
            Self::Full(_) => "文件存储空间不足，请联系系统管理员".into(),
            Self::Io(_) => "读写文件存储失败，请稍后重试".into(),
            Self::Damaged => "文件内容与标识不符，可能已损坏".into(),
            Self::Refused(_) => "对象存储拒绝访问：访问密钥不正确或权限不足".into(),
            Self::NoBucket => "对象存储中没有所设的存储桶".into(),
            Self::Home => "这里仍是文件的存放位置，不能移除".into(),
            Self::Remote(_) => "读写对象存储失败，请稍后重试".into(),
        }
    }
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().zh())
    }
}

/// `10 MB`, `512 KB` or `100 字节`; whole numbers are enough for a limit.
fn readable(bytes: u64) -> Words {
    const KB: u64 = 1024;
    const MB: u64 = KB * 1024;
    match bytes {
        MB.. => Words::raw(format!("{} MB", bytes / MB)),
        KB.. => Words::raw(format!("{} KB", bytes / KB)),
        _ => say!("{bytes} 字节"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_failures() {
        assert!(matches!(io::Error::from(io::ErrorKind::StorageFull).into(), BlobError::Full(_)));
        assert!(matches!(io::Error::from(io::ErrorKind::PermissionDenied).into(), BlobError::Io(_)));
    }

    #[test]
    fn the_limit_is_readable() {
        let text = BlobError::TooLarge { max_bytes: 20 << 20 }.to_string();
        assert!(text.contains("20 MB"), "{text}");
        assert_eq!(readable(100).zh(), "100 字节");
    }
}
