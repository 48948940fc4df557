//! The name of a blob: its SHA-256 in lower-case hexadecimal, valid by construction.

use std::{fmt, str::FromStr};

use wording::Words;

/// SHA-256 of a blob's bytes as 64 lower-case hexadecimal digits.
///
/// A value of this type holds nothing else, so a path built from it stays inside the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(String);

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct NotADigest;

impl NotADigest {
    /// What is wrong.
    #[must_use]
    pub fn words(self) -> Words {
        "文件标识无效：应为 64 位小写十六进制字符".into()
    }
}

impl fmt::Display for NotADigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().zh())
    }
}

impl Digest {
    /// Takes a digest from outside. Upper-case digits are refused: one blob has one name.
    ///
    /// # Errors
    /// [`NotADigest`] for anything but 64 characters of `0-9a-f`.
    pub fn parse(text: &str) -> Result<Self, NotADigest> {
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 64 && text.bytes().all(is_hex) { Ok(Self(text.to_owned())) } else { Err(NotADigest) }
    }

    /// The digest of these bytes, for content already in memory.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self::from_hash(&sha2::Sha256::digest(bytes).into())
    }

    pub(crate) fn from_hash(hash: &[u8; 32]) -> Self {
        Self(hex::encode(hash))
    }

    /// The 64 digits, as they are stored in a row or sent in an address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the blob lies below the root: `ab/cd/abcd…`, so that no directory holds more than a fraction of all files.
    pub(crate) fn relative_path(&self) -> std::path::PathBuf {
        let first = self.0.get(0..2).unwrap_or_default();
        let second = self.0.get(2..4).unwrap_or_default();
        [first, second, self.as_str()].iter().collect()
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        Self::parse(text)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digest() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(digest.as_str().parse(), Ok(digest.clone()));
        assert_eq!(digest.relative_path().to_str(), Some("ba/78/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    #[test]
    fn nothing_that_could_be_a_path_is_a_digest() {
        let upper = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
        let dots = format!("../../x{}", "a".repeat(57));
        let wide = "ａ".repeat(64);
        let long = "a".repeat(65);
        for bad in ["", "..", "../../x", "ab", upper, &dots, &wide, &long, "/etc/passwd", "a\0b"] {
            assert_eq!(Digest::parse(bad), Err(NotADigest), "{bad:?}");
        }
    }
}
