use std::{fmt, io::Write, path::Path};

use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::{
    Cell, WriteError,
    write::{MAX_ROWS, Styles, cell_text, column_number, put, tab_name},
};

/// [`super::write`] for one sheet, row by row, for tables that do not fit into memory: a row is on the disk once it has been
/// pushed. Widths are given, because they must be known before the rows.
pub struct SheetRows {
    workbook: Workbook,
    styles: Styles,
    name: String,
    columns: usize,
    rows: u32,
}

impl fmt::Debug for SheetRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SheetRows").field("name", &self.name).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl SheetRows {
    /// Writes the heading; a column is its heading and its width in half-width characters. What does not fit into memory
    /// lies in `folder` until the end.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn new(folder: &Path, name: &str, columns: &[(String, u16)]) -> Result<Self, WriteError> {
        let (mut workbook, styles) = (Workbook::new(), Styles::new());
        workbook.set_tempdir(folder)?;
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(tab_name(name, &[]))?;
        for (index, (_, width)) in columns.iter().enumerate() {
            sheet.set_column_width(column_number(index), f64::from(*width))?;
        }
        sheet.set_freeze_panes(1, 0)?;
        for (index, (heading, _)) in columns.iter().enumerate() {
            sheet.write_string_with_format(0, column_number(index), cell_text(heading), &styles.heading)?;
        }
        Ok(Self { workbook, styles, name: name.to_owned(), columns: columns.len(), rows: 0 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`WriteError::TooLarge`] when the sheet is full.
    pub fn push(&mut self, row: &[Cell]) -> Result<(), WriteError> {
        let next = self.rows.saturating_add(1);
        if usize::try_from(next).unwrap_or(usize::MAX) >= MAX_ROWS {
            return Err(WriteError::TooLarge { sheet: self.name.clone(), rows: MAX_ROWS + 1, columns: self.columns });
        }
        self.rows = next;
        let (rows, styles) = (self.rows, &self.styles);
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (index, cell) in row.iter().enumerate() {
            put(sheet, rows, column_number(index), cell, styles)?;
        }
        Ok(())
    }

    /// Packs the sheet into an xlsx.
    ///
    /// # Errors
    /// The output cannot be written.
    pub fn finish(mut self, out: impl Write + std::io::Seek + Send) -> Result<(), WriteError> {
        let (rows, columns) = (self.rows, self.columns);
        filter(self.workbook.worksheet_from_index(0)?, rows, columns)?;
        Ok(self.workbook.save_to_writer(out)?)
    }
}

fn filter(sheet: &mut Worksheet, rows: u32, columns: usize) -> Result<(), XlsxError> {
    match columns.checked_sub(1) {
        Some(last) => sheet.autofilter(0, 0, rows, column_number(last)).map(drop),
        None => Ok(()),
    }
}
