//! CSV as it really comes: any of three separators, any of four encodings, line breaks inside quotation marks.
//!
//! The `csv` crate is not used for reading: it passes over blank lines, so row numbers would not be those the user sees, and
//! takes a quotation that is never closed for one long cell.

use std::borrow::Cow;

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};
use wording::Words;

use super::{
    Limits, SheetError, Table,
    grid::{Grid, Value},
    kind,
};

/// From the most to the least usual.
const SEPARATORS: [char; 3] = [',', '\t', ';'];
/// The separator is judged by this many rows with content.
const SAMPLE_ROWS: usize = 20;

pub(super) fn read(file_name: &str, bytes: &[u8], limits: Limits) -> Result<Table, SheetError> {
    let text = decode(bytes)?;
    if let Some(found) = kind::markup(&text) {
        return Err(SheetError::WrongType { found });
    }
    if !is_text(&text) {
        return Err(SheetError::WrongType { found: "无法识别的文件" });
    }
    let (text, separator) = match declared_separator(&text) {
        Some((separator, rest)) => (rest, separator),
        None => (&*text, likely_separator(&text)),
    };
    let mut grid = Grid::new(limits);
    let mut fields = Fields::new(text, separator);
    while let Some(field) = fields.next()? {
        let text = match field.text {
            Cow::Borrowed(text) => crate::csv::unprotected(text).into(),
            Cow::Owned(text) => crate::csv::unprotected(&text).to_owned().into(),
        };
        grid.put(field.row, field.column, Value::Text(text))?;
    }
    grid.into_table(vec![stem(file_name)], 0)
}

/// UTF-8 and UTF-16 by their mark, else UTF-8 when it is valid, else GB 18030, which contains GBK and GB 2312.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, SheetError> {
    let (encoding, mark_length) =
        Encoding::for_bom(bytes).unwrap_or_else(|| (if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { GB18030 }, 0));
    let content = bytes.get(mark_length..).unwrap_or_default();
    if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(content) {
        return Ok(text);
    }
    if content.contains(&0) {
        return Err(SheetError::WrongType { found: "无法识别的文件" });
    }
    Err(SheetError::Encoding { row: row_of_first_error(encoding, content) })
}

/// The line, from 1, in which the bytes stop making sense.
fn row_of_first_error(encoding: &'static Encoding, content: &[u8]) -> u32 {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut rows: u32 = 1;
    let mut rest = content;
    let mut piece = String::with_capacity(4096);
    loop {
        piece.clear();
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut piece, true);
        let breaks = piece.bytes().filter(|&byte| byte == b'\n').count();
        rows = rows.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        rest = rest.get(read..).unwrap_or_default();
        if !matches!(result, DecoderResult::OutputFull) {
            return rows;
        }
    }
}

/// The text as a whole.
pub(super) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, SheetError> {
    let text = decode(bytes)?;
    if is_text(&text) { Ok(text) } else { Err(SheetError::WrongType { found: "无法识别的文件" }) }
}

/// A text may hold a stray control character, a binary file holds many.
fn is_text(text: &str) -> bool {
    let strange = text.chars().filter(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n')).count();
    !text.contains('\0') && strange.saturating_mul(20) <= text.len()
}

/// Excel's own first line `sep=;`, which is no row of the sheet.
fn declared_separator(text: &str) -> Option<(char, &str)> {
    let (line, rest) = text.split_once('\n')?;
    let (start, separator) = line.trim_end_matches('\r').split_at_checked(4)?;
    let mut chars = separator.chars();
    let separator = chars.next().filter(|c| !c.is_alphanumeric() && !matches!(c, '"' | '\r'))?;
    (start.eq_ignore_ascii_case("sep=") && chars.next().is_none()).then_some((separator, rest))
}

/// The separator under which most of the first rows are equally wide.
fn likely_separator(text: &str) -> char {
    let score = |separator: char| {
        let widths = widths(text, separator);
        let equal = |width: usize| widths.iter().filter(|&&other| other == width).count();
        widths.iter().filter(|&&width| width > 1).map(|&width| (equal(width), width)).max().unwrap_or((0, 0))
    };
    // `max_by_key` takes the last of equals, and the most usual one shall win.
    SEPARATORS.into_iter().rev().max_by_key(|&separator| score(separator)).unwrap_or(',')
}

fn widths(text: &str, separator: char) -> Vec<usize> {
    let mut fields = Fields::new(text, separator);
    let mut widths: Vec<usize> = Vec::new();
    let mut row = None;
    while let Ok(Some(field)) = fields.next() {
        if row != Some(field.row) {
            if widths.len() == SAMPLE_ROWS {
                break;
            }
            row = Some(field.row);
            widths.push(0);
        }
        if let Some(width) = widths.last_mut() {
            *width += 1;
        }
    }
    widths
}

/// One cell and its place, counted from 0.
#[derive(Debug, PartialEq, Eq)]
struct Field<'a> {
    row: u32,
    column: u32,
    text: Cow<'a, str>,
}

/// Walks the cells of a text. A blank line is a row with one blank cell, as it is in a spreadsheet.
#[derive(Debug)]
struct Fields<'a> {
    rest: Option<&'a str>,
    separator: char,
    row: u32,
    column: u32,
}

impl<'a> Fields<'a> {
    fn new(text: &'a str, separator: char) -> Self {
        Self { rest: Some(text).filter(|text| !text.is_empty()), separator, row: 0, column: 0 }
    }

    fn next(&mut self) -> Result<Option<Field<'a>>, SheetError> {
        let Some(rest) = self.rest else { return Ok(None) };
        let (text, rest) = match rest.strip_prefix('"') {
            Some(quoted) => self.quoted(quoted)?,
            None => {
                let (text, rest) = self.plain(rest);
                (Cow::Borrowed(text), rest)
            }
        };
        let field = Field { row: self.row, column: self.column, text };
        self.rest = if let Some(rest) = rest.strip_prefix(self.separator) {
            self.column = self.column.saturating_add(1);
            Some(rest)
        } else {
            self.row = self.row.saturating_add(1);
            self.column = 0;
            let rest = rest.strip_prefix('\r').map_or(rest, |rest| rest);
            Some(rest.strip_prefix('\n').unwrap_or(rest)).filter(|rest| !rest.is_empty())
        };
        Ok(Some(field))
    }

    /// Text up to the next separator or the end of the line.
    fn plain(&self, from: &'a str) -> (&'a str, &'a str) {
        from.split_at(from.find([self.separator, '\r', '\n']).unwrap_or(from.len()))
    }

    /// Text behind an opening quotation mark; a doubled mark stands for one. What follows the closing mark belongs to the cell
    /// as well: `"a"b` is `ab`.
    fn quoted(&self, from: &'a str) -> Result<(Cow<'a, str>, &'a str), SheetError> {
        let mut text = Cow::Borrowed("");
        let mut rest = from;
        loop {
            let unclosed = SheetError::UnclosedQuote { row: self.row.saturating_add(1) };
            let (inside, after) = rest.split_once('"').ok_or(unclosed)?;
            text += inside;
            match after.strip_prefix('"') {
                Some(after) => {
                    text += "\"";
                    rest = after;
                }
                None => {
                    let (tail, after) = self.plain(after);
                    text += tail;
                    return Ok((text, after));
                }
            }
        }
    }
}

/// The file's name without folders and extension.
fn stem(file_name: &str) -> String {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem).trim();
    if stem.is_empty() { Words::from("表格").spoken() } else { stem.chars().take(255).collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, SheetError> {
        let table = read("a.csv", bytes, Limits::default())?;
        Ok([table.columns].into_iter().chain(table.rows.into_iter().map(|row| row.cells)).collect())
    }

    #[test]
    fn separators() {
        let expected = vec![vec!["名称", "时限"], vec!["甲", "5月"]];
        for text in ["名称,时限\n甲,5月\n", "名称\t时限\r\n甲\t5月", "名称;时限\r甲;5月\r", "sep=|\r\n名称|时限\n甲|5月"]
        {
            assert_eq!(rows(text.as_bytes()).unwrap(), expected, "{text}");
        }
        assert_eq!(likely_separator("a;b\n1,5;2,5\n3,5;4,5\n"), ';');
        assert_eq!(likely_separator("说明\t进度\n一,二\t3\n"), '\t');
        assert_eq!(likely_separator("任务清单\n名称;时限\n甲;5月\n"), ';');
        assert_eq!(likely_separator("只有一列"), ',');
    }

    #[test]
    fn encodings() {
        let text = "名称,备注\r\n督办,“引号”\r\n";
        let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| [mark, &text.encode_utf16().flat_map(bytes).collect::<Vec<_>>()].concat();
        let expected = vec![vec!["名称", "备注"], vec!["督办", "“引号”"]];
        assert_eq!(rows(text.as_bytes()).unwrap(), expected);
        assert_eq!(rows(&[b"\xef\xbb\xbf", text.as_bytes()].concat()).unwrap(), expected);
        assert_eq!(rows(&GB18030.encode(text).0).unwrap(), expected);
        assert_eq!(rows(&utf16(b"\xff\xfe", u16::to_le_bytes)).unwrap(), expected);
        assert_eq!(rows(&utf16(b"\xfe\xff", u16::to_be_bytes)).unwrap(), expected);
    }

    #[test]
    fn quotation_marks() {
        let text = "a,b\n\"第一行\n第二行, \"\"引\"\"\",5\" 管\n\"x\"y,\n";
        assert_eq!(rows(text.as_bytes()).unwrap(), [["a", "b"], ["第一行\n第二行, \"引\"", "5\" 管"], ["xy", ""]]);
        assert_eq!(rows(b"a,b\n\n1,\"2\n3,4\n"), Err(SheetError::UnclosedQuote { row: 3 }));
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        let table = read("a", b"\r\na,b\r\n\r\n\"x\ny\",1\r\n,\r\n2,3", Limits::default()).unwrap();
        assert_eq!(table.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 6]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(rows(b"a,b\n\xff\xff\n"), Err(SheetError::Encoding { row: 2 }));
        assert_eq!(rows(b"\xef\xbb\xbfa\n\xe4\xb8,\n"), Err(SheetError::Encoding { row: 2 }));
        assert!(matches!(rows(b"a\0b\0c"), Err(SheetError::WrongType { .. })));
        assert!(matches!(rows(b"\x01\x02\x03\x04"), Err(SheetError::WrongType { .. })));
        assert!(matches!(rows(b"<html><table><tr>"), Err(SheetError::WrongType { .. })));
        assert_eq!(rows(b" \r\n,,\r\n"), Err(SheetError::NoContent));
    }

    #[test]
    fn the_table_is_named_after_the_file() {
        assert_eq!(stem("C:\\表\\任务.清单.csv"), "任务.清单");
        assert_eq!(stem(".csv"), "表格");
    }

    proptest! {
        /// The crate everybody uses is the judge for what is well formed.
        #[test]
        fn agrees_with_the_csv_crate(records in proptest::collection::vec(proptest::collection::vec("[a-z,\"\n 汉]{1,6}", 3), 1..6)) {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            for record in &records {
                writer.write_record(record).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let mut fields = Fields::new(&text, ',');
            let mut found = vec![Vec::new(); records.len()];
            while let Some(field) = fields.next().unwrap() {
                found[field.row as usize].push(field.text.into_owned());
            }
            prop_assert_eq!(found, records);
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200)) {
            let _ = rows(&bytes);
        }
    }
}
