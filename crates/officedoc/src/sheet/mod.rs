//! Spreadsheets: reading what people upload, writing what they download.
//!
//! # Why the readers are our own
//! calamine 0.38 was the choice and is now the judge in the tests. It trusts numbers in the file: a 942-byte xlsx with
//! `uniqueCount="100000000000"`, a 12 KB one with a long font name, cells in A1 and XFD1048576, or an xls whose directory
//! chain is a ring make it ask for more memory than there is, and a failed allocation ends the whole process; no
//! `catch_unwind` helps. The readers here allocate only for bytes they have seen and cells they keep.

mod biff;
mod cfb;
mod container;
mod delimited;
mod error;
mod grid;
mod kind;
mod prose;
mod rows;
mod strings;
mod value;
mod write;
mod xls;
mod xlsx;
mod xml;

pub use error::SheetError;
use grid::Grid;
use kind::Kind;
pub use prose::prose;
pub use rows::SheetRows;
use wording::Words;
pub(crate) use write::is_formula_like;
pub use write::{Cell, SheetOut, WriteError, write};

/// What reading may cost. Beyond any of these a file is refused as a whole, except for a single long cell, which is an error
/// of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as uploaded.
    pub max_bytes: u64,
    /// Rows with content, the heading not counted.
    pub max_rows: usize,
    /// Columns from the first used to the last used one.
    pub max_columns: usize,
    /// Characters in one cell.
    pub max_cell_chars: usize,
    /// Bytes of all parts of an xlsx once unpacked, and bytes of all cell texts together.
    pub max_uncompressed: u64,
}

impl Default for Limits {
    /// 10 MiB, 20 000 rows, 200 columns, 10 000 characters in a cell, 200 MiB unpacked.
    fn default() -> Self {
        Self { max_bytes: 10 << 20, max_rows: 20_000, max_columns: 200, max_cell_chars: 10_000, max_uncompressed: 200 << 20 }
    }
}

/// One sheet as texts: a heading and the rows below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The sheet's name; for CSV the file's name without its extension.
    pub name: String,
    /// Names of all visible sheets, in order.
    pub sheets: Vec<String>,
    /// Which of them this is, from 0.
    pub place: usize,
    /// Headings, unique and not blank: a blank one is called `列C` after its letter, the second `名称` is `名称（2）`. Line
    /// breaks inside a heading are taken out.
    pub columns: Vec<String>,
    /// Rows with at least one cell that is not blank, in order.
    pub rows: Vec<Row>,
}

impl Table {
    /// Names of the other visible sheets, which were not read: worth telling the user when there are any.
    pub fn other_sheets(&self) -> impl Iterator<Item = &str> {
        self.sheets.iter().enumerate().filter(|(place, _)| *place != self.place).map(|(_, name)| name.as_str())
    }
}

/// A row below the heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The row's number in the sheet as the user sees it, from 1; blank rows above it count.
    pub number: u32,
    /// As many cells as the table has columns. A cell is blank (`""`) or has a character that is not white space; line breaks
    /// are `\n`, other control characters are gone; blanks at either end stay.
    pub cells: Vec<String>,
    /// What is wrong in this row, naming row and column: formulas that failed, cells that are too long. Such a
    /// cell is blank in `cells`, so a row with errors must not be imported.
    pub errors: Vec<Words>,
}

/// Whether an office file that is a zip unpacks within the limits, whatever its directory says: for whoever lets another program
/// unpack it.
///
/// Call it where blocking is allowed.
#[must_use]
pub fn is_bounded(bytes: &[u8], limits: Limits) -> bool {
    container::Container::open(bytes, limits).is_ok_and(|container| container.weigh().is_ok())
}

/// Reads the first visible sheet that has content; its first row with content is the heading.
///
/// Understands xlsx (also xlsm; macros are never looked at), xls of Excel 97 and later, and CSV in UTF-8, UTF-16 with a byte
/// order mark, or GB 18030, separated by comma, tab or semicolon. The bytes decide which; `file_name` only names the table of
/// a CSV. Dates become `2026-05-01`, with a time `2026-05-01 08:30:00`; percentages `85%`; numbers at most 15 digits, as Excel
/// keeps them, without a trailing `.0`; booleans `是` and `否`; formulas the value they had when saved. Only the first cell of
/// merged cells has content. Cells that [`csv::write`](crate::csv::write) protected get their original text back.
///
/// Call it where blocking is allowed: 20 000 rows of 10 columns take under half a second, the worst a hostile file can bring
/// about at the default limits is about five seconds and half a gigabyte (a development build on one core).
///
/// # Errors
/// See [`SheetError`]; its words are meant for the user.
pub fn read(file_name: &str, bytes: &[u8], limits: Limits) -> Result<Table, SheetError> {
    read_one(file_name, bytes, limits, None)
}

/// Reads the visible sheet at a place, from 0, as [`read`] does; one without content has neither columns nor rows.
///
/// # Errors
/// See [`SheetError`]; [`SheetError::NoContent`] where there is no such sheet.
pub fn read_at(file_name: &str, bytes: &[u8], limits: Limits, place: usize) -> Result<Table, SheetError> {
    read_one(file_name, bytes, limits, Some(place))
}

fn read_one(file_name: &str, bytes: &[u8], limits: Limits, place: Option<usize>) -> Result<Table, SheetError> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > limits.max_bytes {
        return Err(SheetError::TooLarge { bytes: size, max_bytes: limits.max_bytes });
    }
    match Kind::of(bytes)? {
        Kind::Zip => xlsx::read(bytes, limits, place),
        Kind::CompoundFile => xls::read(bytes, limits, place),
        Kind::Text if place.is_none_or(|place| place == 0) => delimited::read(file_name, bytes, limits),
        Kind::Text => Err(SheetError::NoContent),
    }
}

/// Of the visible sheets the one at a place, or the first with content.
fn chosen<S>(
    visible: &[S],
    place: Option<usize>,
    name: impl Fn(&S) -> String,
    mut grid: impl FnMut(&S) -> Result<Grid, SheetError>,
) -> Result<Table, SheetError> {
    let names = || visible.iter().map(&name).collect();
    for (at, sheet) in visible.iter().enumerate().filter(|(at, _)| place.is_none_or(|place| place == *at)) {
        let cells = grid(sheet)?;
        if !cells.is_empty() {
            return cells.into_table(names(), at);
        }
        if place.is_some() {
            return Ok(Table { name: name(sheet), sheets: names(), place: at, columns: Vec::new(), rows: Vec::new() });
        }
    }
    Err(SheetError::NoContent)
}
