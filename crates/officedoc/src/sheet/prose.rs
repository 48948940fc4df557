//! Everything that is written in an office file, without its shape, for searching.

use super::{
    Limits, SheetError,
    container::Container,
    delimited,
    kind::Kind,
    xls,
    xml::{Event, Scanner},
};

/// The texts of a file, one paragraph, cell or line after the other, at most `most` characters of them.
///
/// Understands docx, pptx and xlsx (all sheets; numbers are left out), xls (its first sheet), and plain text in UTF-8, UTF-16
/// with a byte order mark, or GB 18030. What is in no such file, a PDF for example, is refused as [`SheetError::WrongType`].
/// Call it where blocking is allowed.
///
/// # Errors
/// See [`SheetError`].
pub fn prose(bytes: &[u8], limits: Limits, most: usize) -> Result<String, SheetError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > limits.max_bytes {
        return Err(SheetError::TooLarge { bytes: size, max_bytes: limits.max_bytes });
    }
    let mut text = Limited { text: String::new(), left: most };
    match Kind::of(bytes)? {
        Kind::Zip => {
            let mut container = Container::open(bytes, limits)?;
            let mut names: Vec<String> = container.names().filter(|name| is_prose(name)).map(str::to_owned).collect();
            if names.is_empty() {
                return Err(SheetError::WrongType { found: "压缩包" });
            }
            names.sort_unstable();
            for name in names {
                if text.left == 0 {
                    break;
                }
                if let Some(part) = container.text(&name)? {
                    paragraphs(&part, &mut text).map_err(|_| SheetError::Broken { part: "内部文件" })?;
                }
            }
        }
        Kind::CompoundFile => {
            xls::read_each(bytes, limits, |table| {
                for row in std::iter::once(&table.columns).chain(table.rows.iter().map(|row| &row.cells)) {
                    text.push(&row.join("\t"));
                    text.push("\n");
                }
                text.left == 0
            })?;
        }
        Kind::Text => text.push(&delimited::text(bytes)?),
    }
    Ok(text.text)
}

/// Parts that hold what somebody wrote.
fn is_prose(name: &str) -> bool {
    let of = |folder: &str| name.strip_prefix(folder).is_some_and(|file| !file.contains('/') && file.ends_with(".xml"));
    match name {
        "word/document.xml" | "word/footnotes.xml" | "word/endnotes.xml" | "word/comments.xml" | "xl/sharedstrings.xml" => true,
        _ => name.starts_with("word/header") || name.starts_with("word/footer") || of("xl/worksheets/") || of("ppt/slides/"),
    }
}

struct Limited {
    text: String,
    left: usize,
}

impl Limited {
    fn push(&mut self, text: &str) {
        for c in text.chars().take(self.left) {
            self.left -= 1;
            self.text.push(c);
        }
    }
}

/// What stands in `<t>`, paragraph by paragraph.
fn paragraphs(part: &str, out: &mut Limited) -> Result<(), super::xml::Malformed> {
    let mut scanner = Scanner::new(part);
    let mut in_text = false;
    while let Some(event) = scanner.next()? {
        match event {
            Event::Start(tag) => match tag.name {
                "t" => in_text = true,
                "tab" | "br" => out.push(" "),
                _ => {}
            },
            Event::End("t") => in_text = false,
            Event::End("p" | "si" | "is") => out.push("\n"),
            Event::Text(text) if in_text => out.push(&text),
            _ => {}
        }
        if out.left == 0 {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;
    use crate::sheet::{Cell, SheetOut, write};

    fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn read(bytes: &[u8]) -> Result<String, SheetError> {
        prose(bytes, Limits::default(), 1000)
    }

    #[test]
    fn words_of_a_document() {
        let document = "<w:document><w:body><w:p><w:r><w:t>推进</w:t></w:r><w:r><w:t>港口建设</w:t></w:r></w:p>\
            <w:p><w:r><w:t>第二段</w:t><w:tab/><w:t>&lt;完&gt;</w:t><w:instrText>PAGE</w:instrText></w:r></w:p></w:body></w:document>";
        let bytes = zip(&[("[Content_Types].xml", "<t>no</t>"), ("word/document.xml", document), ("word/header1.xml", "<p><t>眉</t></p>")]);
        assert_eq!(read(&bytes).unwrap(), "推进港口建设\n第二段 <完>\n眉\n");
        assert_eq!(prose(&bytes, Limits::default(), 3).unwrap(), "推进港");
    }

    #[test]
    fn cells_of_every_sheet() {
        let sheet =
            |name: &str, text: &str| SheetOut { name: name.into(), columns: vec!["名称".into()], rows: vec![vec![Cell::from(text)]] };
        let text = read(&write(&[sheet("一", "码头"), sheet("二", "航道")]).unwrap()).unwrap();
        assert!(text.contains("名称") && text.contains("码头") && text.contains("航道"), "{text}");
    }

    #[test]
    fn plain_texts_and_what_is_none() {
        assert_eq!(read("会议纪要\n一、".as_bytes()).unwrap(), "会议纪要\n一、");
        assert_eq!(read(&encoding_rs::GB18030.encode("会议纪要").0).unwrap(), "会议纪要");
        for other in [b"%PDF-1.7 x".to_vec(), zip(&[("a.txt", "x")]), vec![0, 1, 2, 3], Vec::new()] {
            assert!(read(&other).is_err(), "{other:?}");
        }
        let large = Limits { max_bytes: 4, ..Limits::default() };
        assert!(matches!(prose(b"12345", large, 10), Err(SheetError::TooLarge { .. })));
    }
}
