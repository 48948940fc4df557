//! The zip around an xlsx, looked at with suspicion before anything is unpacked.

use std::{
    collections::HashMap,
    io::{Cursor, Read},
};

use zip::{CompressionMethod, ZipArchive, result::ZipError};

use super::{Limits, SheetError};

/// More parts than any workbook has.
const MAX_PARTS: usize = 5_000;
/// A part larger than this must not be packed more tightly than [`MAX_RATIO`].
const RATIO_FROM_BYTES: u64 = 1 << 20;
/// Sheets of real workbooks shrink to a tenth or a fiftieth; deflate can reach a thousandth.
const MAX_RATIO: u64 = 200;

/// An opened zip whose directory has been checked. Parts are unpacked one by one on demand, all of them together within
/// [`Limits::max_uncompressed`].
pub(super) struct Container<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Part names in lower case, as office programs compare them, to their place in the directory.
    parts: HashMap<String, usize>,
    bytes_left: u64,
}

impl<'a> Container<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: Limits) -> Result<Self, SheetError> {
        // Counted before the directory is read into memory.
        if bytes.windows(4).filter(|window| window == b"PK\x01\x02").count() > MAX_PARTS {
            return Err(SheetError::Suspicious { reason: "内含文件过多" });
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
        let mut parts = HashMap::new();
        let mut total: u64 = 0;
        for index in 0..archive.len() {
            let part = archive.by_index_data(index).map_err(|error| refusal(&error))?;
            let name = part.name().map_err(|error| refusal(&error))?.replace('\\', "/").to_ascii_lowercase();
            let is_outside = name.starts_with('/') || name.split('/').any(|step| step == "..");
            if is_outside || name.contains([':', '\0']) {
                return Err(SheetError::Suspicious { reason: "内含文件的路径不合法" });
            }
            if part.encrypted() {
                return Err(SheetError::Encrypted);
            }
            if !matches!(part.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
                return Err(SheetError::Suspicious { reason: "压缩方式不是 Excel 所用" });
            }
            if part.size() > RATIO_FROM_BYTES && part.size() / MAX_RATIO > part.compressed_size() {
                return Err(SheetError::Suspicious { reason: "压缩比异常" });
            }
            total = total.saturating_add(part.size());
            parts.insert(name, index);
        }
        if total > limits.max_uncompressed {
            return Err(SheetError::Suspicious { reason: "解压后的大小超过上限" });
        }
        Ok(Self { archive, parts, bytes_left: limits.max_uncompressed })
    }

    /// Unpacks every part, keeps nothing, and counts what really comes out.
    pub(super) fn weigh(mut self) -> Result<(), SheetError> {
        for index in 0..self.archive.len() {
            let part = self.archive.by_index(index).map_err(|error| refusal(&error))?;
            let mut part = part.take(self.bytes_left.saturating_add(1));
            let size = std::io::copy(&mut part, &mut std::io::sink()).map_err(|_| SheetError::Broken { part: "内部文件" })?;
            self.bytes_left =
                self.bytes_left.checked_sub(size).ok_or(SheetError::Suspicious { reason: "解压后的大小超过上限" })?;
        }
        Ok(())
    }

    /// Whether there is a part of this name, given in lower case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }

    /// The names of all parts, in lower case.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// Unpacks a part as text: UTF-8, or UTF-16 with a byte order mark. Nothing when there is no such part.
    ///
    /// Counts what really comes out, for the directory may lie.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, SheetError> {
        let broken = SheetError::Broken { part: "内部文件" };
        let Some(&index) = self.parts.get(&name.to_ascii_lowercase()) else { return Ok(None) };
        let part = self.archive.by_index(index).map_err(|error| refusal(&error))?;
        let mut bytes = Vec::new();
        part.take(self.bytes_left.saturating_add(1)).read_to_end(&mut bytes).map_err(|_| broken.clone())?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.bytes_left = self.bytes_left.checked_sub(size).ok_or(SheetError::Suspicious { reason: "解压后的大小超过上限" })?;
        match encoding_rs::Encoding::for_bom(&bytes) {
            Some((encoding, bom_length)) => {
                let marked = bytes.get(bom_length..).unwrap_or_default();
                encoding.decode_without_bom_handling_and_without_replacement(marked).map(|text| Some(text.into_owned()))
            }
            None => String::from_utf8(bytes).ok().map(Some),
        }
        .ok_or(broken)
    }
}

fn refusal(error: &ZipError) -> SheetError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => SheetError::Encrypted,
        _ => SheetError::Broken { part: "压缩结构" },
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn refused(bytes: &[u8]) -> SheetError {
        Container::open(bytes, Limits::default()).map(|_| ()).unwrap_err()
    }

    #[test]
    fn parts_are_found_in_any_case_and_with_backslashes() {
        let bytes = zip(&[("XL\\Workbook.xml", "甲".as_bytes()), ("b", b"\xff\xfea\0")]);
        let mut container = Container::open(&bytes, Limits::default()).unwrap();
        assert!(container.has("xl/workbook.xml"));
        assert_eq!(container.text("xl/workbook.XML"), Ok(Some("甲".into())));
        assert_eq!(container.text("b"), Ok(Some("a".into())));
        assert_eq!(container.text("c"), Ok(None));
    }

    #[test]
    fn bombs_are_refused_before_they_are_unpacked() {
        let zeros = vec![0; 30 << 20];
        assert_eq!(refused(&zip(&[("a", &zeros)])), SheetError::Suspicious { reason: "压缩比异常" });

        let many: Vec<_> = (0..=MAX_PARTS).map(|number| number.to_string()).collect();
        let many: Vec<_> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
        assert_eq!(refused(&zip(&many)), SheetError::Suspicious { reason: "内含文件过多" });

        let limits = Limits { max_uncompressed: 1000, ..Limits::default() };
        let bytes = zip(&[("a", &[b'a'; 600]), ("b", &[b'b'; 600])]);
        let refused = Container::open(&bytes, limits).map(|_| ()).unwrap_err();
        assert_eq!(refused, SheetError::Suspicious { reason: "解压后的大小超过上限" });
    }

    #[test]
    fn a_directory_that_lies_about_sizes_gains_nothing() {
        let mut bytes = zip(&[("a", &[b'a'; 100_000])]);
        // The uncompressed size, in the local header and in the directory.
        for position in (0..bytes.len() - 4).filter(|&at| bytes[at..at + 4] == 100_000_u32.to_le_bytes()).collect::<Vec<_>>() {
            bytes[position..position + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
        let limits = Limits { max_uncompressed: 1000, ..Limits::default() };
        let mut container = Container::open(&bytes, limits).unwrap();
        assert!(container.text("a").is_err());
    }

    #[test]
    fn all_of_it_is_weighed() {
        let part = vec![b'x'; 2_000];
        let bytes = zip(&[("a", &part), ("b", &part)]);
        let limits = |max_uncompressed| Limits { max_uncompressed, ..Limits::default() };
        assert!(Container::open(&bytes, limits(4_000)).unwrap().weigh().is_ok());
        let mut container = Container::open(&bytes, limits(4_000)).unwrap();
        container.bytes_left = 3_999;
        assert_eq!(container.weigh(), Err(SheetError::Suspicious { reason: "解压后的大小超过上限" }));
    }

    #[test]
    fn one_part_asked_for_again_and_again_still_ends() {
        let bytes = zip(&[("a", &[b'a'; 600])]);
        let mut container = Container::open(&bytes, Limits { max_uncompressed: 1000, ..Limits::default() }).unwrap();
        assert!(container.text("a").is_ok());
        assert_eq!(container.text("a"), Err(SheetError::Suspicious { reason: "解压后的大小超过上限" }));
    }

    #[test]
    fn paths_that_lead_outside_are_refused() {
        for name in ["../../x", "/etc/passwd", "a\\..\\..\\b", "C:\\x"] {
            let bytes = zip(&[("placeholder", b"x")]);
            let longer = zip(&[(name, b"x")]);
            assert!(Container::open(&bytes, Limits::default()).is_ok());
            assert_eq!(refused(&longer), SheetError::Suspicious { reason: "内含文件的路径不合法" }, "{name}");
        }
    }

    #[test]
    fn damage_is_told() {
        let bytes = zip(&[("a", b"content")]);
        assert_eq!(refused(&bytes[..bytes.len() / 2]), SheetError::Broken { part: "压缩结构" });
    }
}
