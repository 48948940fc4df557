//! Sheets for download: headings that stay in view, real dates and numbers, texts that stay texts.

use std::{borrow::Cow, fmt};

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use wording::{Words, say};

use super::{
    grid::cleaned,
    value::{NumberKind, bool_text, number_text},
};

/// What Excel can hold.
pub(super) const MAX_ROWS: usize = 1_048_576;
const MAX_COLUMNS: usize = 16_384;
const MAX_CELL_UNITS: usize = 32_767;
const MAX_NAME_UNITS: usize = 31;
/// Larger whole numbers would lose digits.
const MAX_EXACT: u64 = 999_999_999_999_999;
/// Column widths in half-width characters; longer texts wrap.
const MIN_WIDTH: usize = 8;
const MAX_WIDTH: usize = 60;
/// Room for the filter's button beside a heading.
const FILTER_WIDTH: usize = 3;
/// Stands at the end of a text that Excel cannot hold whole.
const CUT: &str = "……（内容过长，已截断）";

/// A sheet to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetOut {
    /// Shown on the tab. What Excel forbids in it is replaced, and equal names get a number.
    pub name: String,
    /// The heading row.
    pub columns: Vec<String>,
    /// The rows below it; shorter and longer ones than the heading are possible.
    pub rows: Vec<Vec<Cell>>,
}

/// A value with its meaning, so that it can be summed, sorted and filtered.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text, whatever it looks like.
    Text(String),
    /// A whole number; beyond 15 digits it is written as text, because Excel would lose digits.
    Int(i64),
    /// Any other number; infinities and NaN are left blank.
    Number(f64),
    /// A ratio: 0.85 is shown as `85.0%`.
    Percent(f64),
    /// A day from 1900 on; an earlier one is written as text.
    Date(NaiveDate),
    /// A moment by the clock on the wall, without a zone.
    DateTime(NaiveDateTime),
    /// 是 or 否.
    Bool(bool),
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// More rows or columns than a sheet can have.
    TooLarge {
        /// The sheet's name.
        sheet: String,
        /// Its rows with the heading.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// The xlsx could not be built.
    Xlsx(#[from] XlsxError),
    /// The CSV could not be built.
    Csv(#[from] ::csv::Error),
    /// The file could not be written.
    Io(#[from] std::io::Error),
}

impl WriteError {
    /// What is wrong and what to do.
    pub fn words(&self) -> Words {
        match self {
            Self::TooLarge { sheet, rows, columns } => {
                say!("“{sheet}”共 {rows} 行 {columns} 列，超过 Excel 的上限（{MAX_ROWS} 行 {MAX_COLUMNS} 列）。请缩小范围后分批导出。")
            }
            Self::Xlsx(_) => "生成 Excel 文件失败，请稍后重试".into(),
            Self::Csv(_) | Self::Io(_) => "生成 CSV 文件失败，请稍后重试".into(),
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().zh())
    }
}

impl Cell {
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// The cell as it stands in a CSV: the texts that [`super::read`] gives back.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => cleaned(Cow::Borrowed(text)),
            Self::Int(number) => number.to_string(),
            Self::Number(number) if number.is_finite() => number_text(*number, NumberKind::Number, false),
            Self::Percent(ratio) if ratio.is_finite() => number_text(*ratio, NumberKind::Percent, false),
            Self::Number(_) | Self::Percent(_) => String::new(),
            Self::Date(date) => date.to_string(),
            Self::DateTime(moment) => moment.format("%F %T").to_string(),
            Self::Bool(value) => bool_text(*value).to_owned(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<NaiveDate> for Cell {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<NaiveDateTime> for Cell {
    fn from(moment: NaiveDateTime) -> Self {
        Self::DateTime(moment)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// Writes a workbook: one sheet each, in order, with a bold heading that stays in view and filters, and columns as wide as
/// their content, Chinese characters counted double, between 8 and 60.
///
/// Texts are stored as texts and marked so that editing one does not turn it into a formula; links are not made. Line breaks
/// are kept, other control characters are left out; a text longer than the 32 767 characters of an Excel cell is cut, and
/// says so. Memory is a few times that of `sheets`.
///
/// # Errors
/// [`WriteError::TooLarge`] when a sheet does not fit into Excel.
pub fn write(sheets: &[SheetOut]) -> Result<Vec<u8>, WriteError> {
    let mut workbook = Workbook::new();
    let styles = Styles::new();
    let mut names = Vec::new();
    for sheet in sheets {
        let name = tab_name(&sheet.name, &names);
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&name)?;
        names.push(name);
        fill(worksheet, sheet, &styles)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// Whether a spreadsheet might take a text for a formula; the full-width forms count in Chinese ones.
pub(crate) fn is_formula_like(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

pub(super) struct Styles {
    pub(super) heading: Format,
    text: Format,
    formula_like: Format,
    number: Format,
    percent: Format,
    date: Format,
    date_time: Format,
}

impl Styles {
    pub(super) fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        let text = top().set_text_wrap();
        Self {
            heading: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter),
            formula_like: text.clone().set_quote_prefix(),
            text,
            number: top(),
            percent: top().set_num_format("0.0%"),
            date: top().set_num_format("yyyy-mm-dd"),
            date_time: top().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

fn fill(worksheet: &mut Worksheet, sheet: &SheetOut, styles: &Styles) -> Result<(), WriteError> {
    let rows = sheet.rows.len().saturating_add(1);
    let columns = sheet.rows.iter().map(Vec::len).max().unwrap_or(0).max(sheet.columns.len());
    if rows > MAX_ROWS || columns > MAX_COLUMNS {
        return Err(WriteError::TooLarge { sheet: sheet.name.clone(), rows, columns });
    }
    let mut widths = vec![MIN_WIDTH; columns];
    let widen = |widths: &mut Vec<usize>, column: usize, width: usize| {
        if let Some(known) = widths.get_mut(column) {
            *known = width.max(*known).min(MAX_WIDTH);
        }
    };
    for (index, heading) in sheet.columns.iter().enumerate() {
        let heading = cell_text(heading);
        worksheet.write_string_with_format(0, column_number(index), &heading, &styles.heading)?;
        widen(&mut widths, index, text_width(&heading) + FILTER_WIDTH);
    }
    for (row, cells) in (1..).zip(&sheet.rows) {
        for (index, cell) in cells.iter().enumerate() {
            let width = put(worksheet, row, column_number(index), cell, styles)?;
            widen(&mut widths, index, width);
        }
    }
    for (index, width) in widths.iter().enumerate() {
        // One more for the margins; a width is far below the range in which a float is not exact.
        worksheet.set_column_width(column_number(index), u32::try_from(*width).map_or(60.0, f64::from) + 1.0)?;
    }
    worksheet.set_freeze_panes(1, 0)?;
    if let Some(last_column) = sheet.columns.len().checked_sub(1) {
        let last_row = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
        worksheet.autofilter(0, 0, last_row, column_number(last_column))?;
    }
    Ok(())
}

/// Writes one cell and says how wide it is, in half-width characters.
pub(super) fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, styles: &Styles) -> Result<usize, XlsxError> {
    let text = |sheet: &mut Worksheet, text: &str| -> Result<usize, XlsxError> {
        let text = cell_text(text);
        let style = if is_formula_like(&text) { &styles.formula_like } else { &styles.text };
        sheet.write_string_with_format(row, column, &text, style)?;
        Ok(text_width(&text))
    };
    match cell {
        Cell::Empty => Ok(0),
        Cell::Text(content) => text(sheet, content),
        Cell::Bool(value) => text(sheet, bool_text(*value)),
        Cell::Int(number) if number.unsigned_abs() > MAX_EXACT => text(sheet, &number.to_string()),
        Cell::Int(number) => {
            // At most 15 digits: exact.
            sheet.write_number_with_format(row, column, *number as f64, &styles.number)?;
            Ok(text_width(&cell.to_text()))
        }
        Cell::Number(number) | Cell::Percent(number) if !number.is_finite() => Ok(0),
        Cell::Number(number) => {
            sheet.write_number_with_format(row, column, *number, &styles.number)?;
            Ok(text_width(&cell.to_text()))
        }
        Cell::Percent(ratio) => {
            sheet.write_number_with_format(row, column, *ratio, &styles.percent)?;
            Ok(MIN_WIDTH)
        }
        Cell::Date(date) => match excel_date(*date) {
            Some(date) => {
                sheet.write_datetime_with_format(row, column, date, &styles.date)?;
                Ok("2026-05-01".len())
            }
            None => text(sheet, &cell.to_text()),
        },
        Cell::DateTime(moment) => match excel_date_time(*moment) {
            Some(moment) => {
                sheet.write_datetime_with_format(row, column, moment, &styles.date_time)?;
                Ok("2026-05-01 08:30:00".len())
            }
            None => text(sheet, &cell.to_text()),
        },
    }
}

fn excel_date(date: NaiveDate) -> Option<ExcelDateTime> {
    let year = u16::try_from(date.year()).ok().filter(|year| (1900..=9999).contains(year))?;
    ExcelDateTime::from_ymd(year, u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?).ok()
}

fn excel_date_time(moment: NaiveDateTime) -> Option<ExcelDateTime> {
    let (hour, minute) = (u16::try_from(moment.hour()).ok()?, u8::try_from(moment.minute()).ok()?);
    excel_date(moment.date())?.and_hms(hour, minute, f64::from(moment.second())).ok()
}

pub(super) fn column_number(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// A text Excel can hold: no control characters, no more than it takes, and nothing XML cannot say.
pub(super) fn cell_text(text: &str) -> String {
    let text: String = cleaned(Cow::Borrowed(text)).replace(['\u{fffe}', '\u{ffff}'], "");
    if text.encode_utf16().count() <= MAX_CELL_UNITS {
        return text;
    }
    let cut = Words::from(CUT).spoken();
    first_units(&text, MAX_CELL_UNITS.saturating_sub(cut.encode_utf16().count())) + &cut
}

/// As many characters as fit into `units` units of UTF-16, which is how Excel counts.
fn first_units(text: &str, units: usize) -> String {
    let mut left = units;
    text.chars().take_while(|c| left.checked_sub(c.len_utf16()).map(|rest| left = rest).is_some()).collect()
}

/// Width of the longest line in half-width characters.
fn text_width(text: &str) -> usize {
    let width = |line: &str| line.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum();
    text.lines().map(width).max().unwrap_or(0)
}

/// A name Excel accepts for a tab, different from the others in more than case.
pub(super) fn tab_name(wanted: &str, taken: &[String]) -> String {
    let replaced: String = cell_text(wanted).chars().map(|c| if "[]:*?/\\\n\t".contains(c) { '_' } else { c }).collect();
    let trimmed = replaced.trim_matches(|c: char| c == '\'' || c.is_whitespace());
    // Excel keeps "History" for itself.
    let base = match trimmed {
        "" => "Sheet",
        name if name.eq_ignore_ascii_case("history") => "History_",
        name => name,
    };
    let is_taken = |name: &str| taken.iter().any(|other| other.to_lowercase() == name.to_lowercase());
    let mut name = first_units(base, MAX_NAME_UNITS);
    let mut copy = 2;
    while is_taken(&name) {
        let suffix = format!("({copy})");
        name = first_units(base, MAX_NAME_UNITS - suffix.len()) + &suffix;
        copy += 1;
    }
    name.trim_end_matches('\'').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tab_names() {
        let taken = ["任务".to_owned(), "ABC".to_owned()];
        assert_eq!(tab_name("任务", &taken), "任务(2)");
        assert_eq!(tab_name("abc", &taken), "abc(2)");
        assert_eq!(tab_name("a/b:[c]", &taken), "a_b__c_");
        assert_eq!(tab_name(" '' ", &taken), "Sheet");
        assert_eq!(tab_name("history", &taken), "History_");
        assert_eq!(tab_name(&"长".repeat(40), &taken).chars().count(), 31);
        assert_eq!(tab_name(&"\u{20000}".repeat(40), &taken).chars().count(), 15);
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        let text = cell_text(&"字".repeat(40_000));
        assert_eq!(text.chars().count(), MAX_CELL_UNITS);
        assert!(text.ends_with(CUT));
    }

    #[test]
    fn widths() {
        assert_eq!(text_width("ab"), 2);
        assert_eq!(text_width("事必成\nx"), 6);
        assert_eq!(text_width(""), 0);
    }

    #[test]
    fn too_many_columns_are_refused() {
        let sheet = SheetOut { name: "宽".into(), columns: vec![String::new(); MAX_COLUMNS + 1], rows: vec![] };
        let error = write(&[sheet]).unwrap_err();
        assert!(matches!(error, WriteError::TooLarge { columns: 16_385, .. }));
        assert!(error.to_string().contains("“宽”共 1 行 16385 列"), "{error}");
    }
}
