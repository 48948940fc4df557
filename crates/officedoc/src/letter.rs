//! An official letter as a DOCX in the layout of GB/T 9704-2012: A4 with the margins and the 22 lines of 28 characters it lays down, the
//! issuing body's mark in red above a red line, its number, title, addressee, body, signature and date, and page numbers between dashes.
//!
//! Fonts are named and not embedded: where one is missing the word processor puts another in its place.

use std::io::{Cursor, Write as _};

use chrono::{Datelike as _, NaiveDate};
use zip::{ZipWriter, result::ZipError, write::SimpleFileOptions};

/// Sizes in half points: the standard's 2号, 3号 and 4号.
const MARK: u32 = 68;
const TITLE: u32 = 44;
const BODY: u32 = 32;
const PAGE: u32 = 28;
/// Distance of lines in twentieths of a point: 22 of them fill the 225 mm of the type area.
const LINE: u32 = 579;

/// A letter to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The issuing body's mark, in red on top.
    pub mark: String,
    /// Its number, below the mark; empty where it has none.
    pub number: String,
    /// The title.
    pub title: String,
    /// To whom, without the colon; empty where it is written to nobody.
    pub to: String,
    /// The body.
    pub body: Vec<Part>,
    /// Who signs it.
    pub signed: String,
    /// Of which day.
    pub day: NaiveDate,
}

/// A paragraph of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A heading of the first order.
    Heading(String),
    /// A paragraph; line breaks begin new ones.
    Text(String),
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// The container could not be built.
    #[error(transparent)]
    Zip(#[from] ZipError),
    /// A part of it could not be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Letter {
    /// The DOCX.
    ///
    /// # Errors
    ///
    /// When the container cannot be built.
    pub fn docx(&self) -> Result<Vec<u8>, LetterError> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let document = self.document();
        for (name, text) in [
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", RELATIONS),
            ("word/_rels/document.xml.rels", DOCUMENT_RELATIONS),
            ("word/styles.xml", STYLES),
            ("word/footer1.xml", &footer("right")),
            ("word/footer2.xml", &footer("left")),
            ("word/settings.xml", SETTINGS),
            ("word/document.xml", &document),
        ] {
            // Without the time of day: the same letter is the same bytes.
            zip.start_file(name, SimpleFileOptions::default().last_modified_time(zip::DateTime::default()))?;
            zip.write_all(text.as_bytes())?;
        }
        Ok(zip.finish()?.into_inner())
    }

    fn document(&self) -> String {
        let mut out = String::from(HEAD);
        out.push_str("<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><w:body>");
        let rule = "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"8\" w:color=\"FF0000\"/></w:pBdr>";
        paragraph(
            &mut out,
            "<w:spacing w:before=\"600\" w:after=\"560\"/><w:jc w:val=\"center\"/>",
            &run(SONG_MARK, MARK, "<w:color w:val=\"FF0000\"/>"),
            &self.mark,
        );
        paragraph(&mut out, &format!("{rule}{}<w:jc w:val=\"center\"/>", line()), &run(FANGSONG, BODY, ""), &self.number);
        paragraph(&mut out, &line(), &run(FANGSONG, BODY, ""), "");
        paragraph(&mut out, &format!("{}<w:jc w:val=\"center\"/>", line()), &run(SONG_MARK, TITLE, ""), &self.title);
        paragraph(&mut out, &line(), &run(FANGSONG, BODY, ""), "");
        if !self.to.is_empty() {
            paragraph(&mut out, &line(), &run(FANGSONG, BODY, ""), &format!("{}：", self.to));
        }
        let indent = format!("{}<w:ind w:firstLineChars=\"200\" w:firstLine=\"640\"/>", line());
        for part in &self.body {
            let (font, text) = match part {
                Part::Heading(text) => (HEI, text),
                Part::Text(text) => (FANGSONG, text),
            };
            for piece in text.lines().map(str::trim).filter(|piece| !piece.is_empty()) {
                paragraph(&mut out, &indent, &run(font, BODY, ""), piece);
            }
        }
        paragraph(&mut out, &line(), &run(FANGSONG, BODY, ""), "");
        // Signature and date stand four characters from the right.
        let right = format!("<w:keepLines/>{}<w:ind w:rightChars=\"400\" w:right=\"1280\"/><w:jc w:val=\"right\"/>", line());
        paragraph(&mut out, &format!("<w:keepNext/>{right}"), &run(FANGSONG, BODY, ""), &self.signed);
        let day = format!("{}年{}月{}日", self.day.year(), self.day.month(), self.day.day());
        paragraph(&mut out, &right, &run(FANGSONG, BODY, ""), &day);
        out.push_str(SECTION);
        out.push_str("</w:body></w:document>");
        out
    }
}

const SONG_MARK: &str = "方正小标宋简体";
const FANGSONG: &str = "仿宋_GB2312";
const HEI: &str = "黑体";

fn line() -> String {
    format!("<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"{LINE}\" w:lineRule=\"exact\"/>")
}

fn run(font: &str, size: u32, more: &str) -> String {
    format!(
        "<w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"{font}\"/>{more}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr>"
    )
}

fn paragraph(out: &mut String, properties: &str, run: &str, text: &str) {
    out.push_str("<w:p><w:pPr>");
    out.push_str(properties);
    out.push_str("</w:pPr><w:r>");
    out.push_str(run);
    out.push_str("<w:t xml:space=\"preserve\">");
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // What XML cannot hold.
            c if c < ' ' && c != '\t' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out.push_str("</w:t></w:r></w:p>");
}

/// The page number between dashes, outside: right on odd pages, left on even ones.
fn footer(side: &str) -> String {
    let run = run("宋体", PAGE, "");
    let field = |kind: &str| format!("<w:r>{run}<w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let indent = if side == "right" { "w:rightChars=\"100\" w:right=\"280\"" } else { "w:leftChars=\"100\" w:left=\"280\"" };
    format!(
        "{HEAD}<w:ftr xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:p><w:pPr><w:ind {indent}/><w:jc w:val=\"{side}\"/></w:pPr>\
         <w:r>{run}<w:t xml:space=\"preserve\">— </w:t></w:r>{}<w:r>{run}<w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>{}<w:r>{run}<w:t>1</w:t></w:r>{}\
         <w:r>{run}<w:t xml:space=\"preserve\"> —</w:t></w:r></w:p></w:ftr>",
        field("begin"),
        field("separate"),
        field("end")
    )
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// A4; margins of 37 mm on top and 28 mm on the left leave a type area of 156 × 225 mm.
const SECTION: &str = "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId2\"/><w:footerReference w:type=\"even\" r:id=\"rId3\"/>\
    <w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1587\" w:header=\"851\" w:footer=\"1587\" w:gutter=\"0\"/>\
    <w:docGrid w:type=\"linesAndChars\" w:linePitch=\"579\" w:charSpace=\"-842\"/></w:sectPr>";

const TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
    <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
    <Override PartName=\"/word/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>\
    <Override PartName=\"/word/settings.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml\"/>\
    <Override PartName=\"/word/footer1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>\
    <Override PartName=\"/word/footer2.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/></Types>";

const RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>";

const DOCUMENT_RELATIONS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/>\
    <Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" Target=\"footer1.xml\"/>\
    <Relationship Id=\"rId3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" Target=\"footer2.xml\"/>\
    <Relationship Id=\"rId4\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/settings\" Target=\"settings.xml\"/></Relationships>";

const SETTINGS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:settings xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
    <w:evenAndOddHeaders/><w:characterSpacingControl w:val=\"compressPunctuation\"/></w:settings>";

const STYLES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
    <w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"仿宋_GB2312\"/><w:sz w:val=\"32\"/>\
    <w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault></w:docDefaults>\
    <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:pPr><w:widowControl w:val=\"0\"/><w:jc w:val=\"both\"/></w:pPr></w:style></w:styles>";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Limits, prose};

    fn letter() -> Letter {
        Letter {
            mark: "滨海新区管理委员会".to_owned(),
            number: "管委会督办〔2026〕12号".to_owned(),
            title: "督办单".to_owned(),
            to: "住房和城乡建设局".to_owned(),
            body: vec![Part::Heading("一、事项".to_owned()), Part::Text("修路 <a&b>\u{1}\n\n  通车".to_owned())],
            signed: "滨海新区管理委员会".to_owned(),
            day: NaiveDate::from_ymd_opt(2026, 2, 6).unwrap(),
        }
    }

    #[test]
    fn what_is_written_is_read_again_in_its_order_by_the_reader_of_documents() {
        let limits = Limits { max_bytes: 1 << 20, max_rows: 100, max_columns: 10, max_cell_chars: 1000, max_uncompressed: 1 << 20 };
        let text = prose(&letter().docx().unwrap(), limits, 10_000).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(
            lines,
            [
                "滨海新区管理委员会",
                "管委会督办〔2026〕12号",
                "督办单",
                "住房和城乡建设局：",
                "一、事项",
                "修路 <a&b>",
                "通车",
                "滨海新区管理委员会",
                "2026年2月6日",
                // The page numbers of either side.
                "— 1 —",
                "— 1 —"
            ]
        );
    }

    #[test]
    fn the_same_letter_is_the_same_bytes() {
        assert_eq!(letter().docx().unwrap(), letter().docx().unwrap());
        assert_ne!(letter().docx().unwrap(), Letter { number: String::new(), ..letter() }.docx().unwrap());
    }
}
