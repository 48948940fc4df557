//! What a file is, told from its bytes alone.

use super::SheetError;

/// The containers a table can come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// xlsx, or any other zip.
    Zip,
    /// xls, or any other OLE compound file, among them encrypted xlsx.
    CompoundFile,
    /// CSV, unless the decoder finds otherwise.
    Text,
}

/// Files people mistake for tables, by their first bytes.
const OTHERS: [(&[u8], &str); 12] = [
    (b"%PDF-", "PDF 文档"),
    (b"{\\rtf", "RTF 文档"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"\x09\x08", "没有外层容器的旧版 Excel 工作簿"),
    (b"\x09\x04", "Excel 4 或更早的工作簿"),
    (b"\x09\x02", "Excel 3 或更早的工作簿"),
];

impl Kind {
    pub(super) fn of(bytes: &[u8]) -> Result<Self, SheetError> {
        if bytes.is_empty() {
            return Err(SheetError::Empty);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Ok(Self::Zip);
        }
        if bytes.starts_with(b"PK\x05\x06") {
            return Err(SheetError::WrongType { found: "空的压缩包" });
        }
        if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            return Ok(Self::CompoundFile);
        }
        // "BM" and the Excel marks are short: a text may begin with them, but a text has no zero bytes.
        let is_binary = bytes.iter().take(64).any(|&byte| byte == 0);
        let other = OTHERS.iter().find(|(mark, _)| bytes.starts_with(mark) && (mark.len() > 2 || is_binary));
        match other {
            Some((_, found)) => Err(SheetError::WrongType { found }),
            None => Ok(Self::Text),
        }
    }
}

/// What a zip is when it is a known kind of file but no xlsx, told from the names of its parts in lower case.
pub(super) fn other_zip(has_part: impl Fn(&str) -> bool) -> Option<&'static str> {
    let known = [
        ("xl/workbook.bin", "Excel 二进制工作簿（.xlsb）"),
        ("word/document.xml", "Word 文档"),
        ("ppt/presentation.xml", "PowerPoint 演示文稿"),
        ("ofd.xml", "OFD 版式文件"),
        ("content.xml", "OpenDocument 文档（.ods、.odt 等）"),
        ("androidmanifest.xml", "安卓安装包"),
    ];
    if has_part("xl/workbook.xml") {
        return None;
    }
    known.iter().find(|(part, _)| has_part(part)).map(|(_, found)| *found)
}

/// What a text is when it begins with `<`. Many systems export web pages under the name `.xls`.
pub(super) fn markup(text: &str) -> Option<&'static str> {
    let start = text.trim_start();
    if !start.starts_with('<') {
        return None;
    }
    let opening: String = start.chars().take(2000).collect::<String>().to_ascii_lowercase();
    if opening.contains("schemas-microsoft-com:office:spreadsheet") {
        Some("XML 格式的表格（2003 版）")
    } else if opening.contains("<html") || opening.contains("<table") || opening.contains("<!doctype") {
        Some("网页格式的表格（扩展名虽为 .xls，内容是网页）")
    } else {
        Some("XML 或网页文件")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide() {
        assert_eq!(Kind::of(b"PK\x03\x04...."), Ok(Kind::Zip));
        assert_eq!(Kind::of(b"BMW,Audi\r\n"), Ok(Kind::Text));
        assert_eq!(Kind::of(b""), Err(SheetError::Empty));
        assert_eq!(Kind::of(b"%PDF-1.7"), Err(SheetError::WrongType { found: "PDF 文档" }));
        assert_eq!(Kind::of(b"BM\x36\0\0\0"), Err(SheetError::WrongType { found: "图片" }));
    }

    #[test]
    fn web_pages_in_disguise_are_named() {
        assert!(markup("\n <HTML><body><table>").is_some_and(|found| found.contains("网页")));
        assert!(markup("a,<b>").is_none());
    }
}
