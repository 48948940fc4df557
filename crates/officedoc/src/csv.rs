//! CSV for people who open it in Excel or WPS: UTF-8 with a mark, CRLF, and nothing that becomes a formula.

use std::io::Write;

use csv::{Terminator, Writer, WriterBuilder};

use crate::sheet::{Cell, SheetOut, WriteError, is_formula_like};

/// Writes a sheet as CSV. Rows shorter than the heading are filled up.
///
/// A text a spreadsheet would take for a formula gets a leading apostrophe; [`crate::sheet::read`] takes it away again.
/// Numbers, percentages and dates are not texts: `-5` stays `-5`.
///
/// # Errors
/// None that can be brought about by the content.
pub fn write(sheet: &SheetOut) -> Result<Vec<u8>, WriteError> {
    let mut rows = CsvRows::new(Vec::new(), &sheet.columns)?;
    for row in &sheet.rows {
        rows.push(row)?;
    }
    rows.finish()
}

/// [`write`] row by row, for tables that do not fit into memory.
#[derive(Debug)]
pub struct CsvRows<W: Write> {
    writer: Writer<W>,
    columns: usize,
}

impl<W: Write> CsvRows<W> {
    /// Writes the mark and the heading.
    ///
    /// # Errors
    /// Whatever `out` says.
    pub fn new(mut out: W, columns: &[String]) -> Result<Self, WriteError> {
        out.write_all(b"\xef\xbb\xbf")?;
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(out);
        writer.write_record(columns.iter().map(|heading| protected(heading.clone())))?;
        Ok(Self { writer, columns: columns.len() })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Whatever the output says.
    pub fn push(&mut self, row: &[Cell]) -> Result<(), WriteError> {
        let cells = row.iter().map(|cell| if cell.is_text() { protected(cell.to_text()) } else { cell.to_text() });
        let missing = self.columns.saturating_sub(row.len());
        Ok(self.writer.write_record(cells.chain(std::iter::repeat_n(String::new(), missing)))?)
    }

    /// Writes what is still held back and gives the output back.
    ///
    /// # Errors
    /// Whatever the output says.
    pub fn finish(self) -> Result<W, WriteError> {
        self.writer.into_inner().map_err(|error| WriteError::Csv(error.into_error().into()))
    }
}

/// Puts an apostrophe in front of a formula, and of apostrophes in front of a formula, so that [`unprotected`] is exact.
fn protected(text: String) -> String {
    if is_formula_like(text.trim_start_matches('\'')) { format!("'{text}") } else { text }
}

/// The text before it was protected.
pub(crate) fn unprotected(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(original) if is_formula_like(original.trim_start_matches('\'')) => original,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sheet::Cell;

    fn sheet(rows: Vec<Vec<Cell>>) -> SheetOut {
        SheetOut { name: "表".into(), columns: vec!["甲".into(), "乙".into()], rows }
    }

    #[test]
    fn marked_quoted_and_with_crlf() {
        let rows = vec![vec!["a,b".into(), "引\"号\n换行".into()], vec![Cell::Empty], vec![Cell::Number(-1.5), Cell::Percent(-0.05)]];
        let text = String::from_utf8(write(&sheet(rows)).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}甲,乙\r\n\"a,b\",\"引\"\"号\n换行\"\r\n,\r\n-1.5,-5%\r\n");
    }

    #[test]
    fn formulas_are_neutralised() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1", "=cmd|' /C calc'!A0"] {
            let bytes = write(&sheet(vec![vec![formula.into(), "x".into()]])).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            let line = text.lines().nth(1).unwrap().trim_start_matches('"');
            assert!(line.starts_with('\''), "{line}");
        }
        let harmless = protected("2026-05-01 说明".into());
        assert_eq!(harmless, "2026-05-01 说明");
    }

    proptest! {
        #[test]
        fn protection_can_be_undone(text in "['=+@-]{0,4}.{0,8}") {
            let protected = protected(text.clone());
            prop_assert!(!is_formula_like(&protected));
            prop_assert_eq!(unprotected(&protected), text);
        }
    }
}
