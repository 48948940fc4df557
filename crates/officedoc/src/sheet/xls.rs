//! xls: the binary workbooks of Excel 97 to 2003, which WPS's `.et` files are too.

use std::collections::HashMap;

use super::{
    Limits, SheetError, Table,
    biff::{Bytes, Record, Records, rk, short_text},
    cfb::CompoundFile,
    chosen,
    grid::{Grid, Value},
    strings::Strings,
    value::{NumberKind, bool_text, error_code, number_text},
};

// Record numbers of MS-XLS that matter here.
const FORMULA: u16 = 0x0006;
const EOF: u16 = 0x000a;
const DATE_MODE: u16 = 0x0022;
const FILE_PASS: u16 = 0x002f;
const BOUND_SHEET: u16 = 0x0085;
const MUL_RK: u16 = 0x00bd;
const RICH_STRING: u16 = 0x00d6;
const CELL_STYLE: u16 = 0x00e0;
const SHARED_STRINGS: u16 = 0x00fc;
const LABEL_SHARED: u16 = 0x00fd;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_ERROR: u16 = 0x0205;
const STRING: u16 = 0x0207;
const RK: u16 = 0x027e;
const FORMAT: u16 = 0x041e;
const BEGIN: u16 = 0x0809;

/// More sheets than anybody keeps in one file.
const MAX_SHEETS: usize = 1_000;

pub(super) fn read(bytes: &[u8], limits: Limits, place: Option<usize>) -> Result<Table, SheetError> {
    let stream = workbook_stream(bytes)?;
    let workbook = Workbook::open(&stream, limits)?;
    let visible: Vec<_> = workbook.sheets.iter().filter(|sheet| sheet.is_visible).collect();
    // Sheets do not overlap, so reading all of them costs the stream once; a file that points every sheet to the same
    // place is stopped.
    let mut records_left = stream.len();
    chosen(&visible, place, |sheet| sheet.name.clone(), |sheet| workbook.read_sheet(&stream, sheet, limits, &mut records_left))
}

/// Hands out every visible sheet with content, one after the other, until there is enough.
pub(super) fn read_each(bytes: &[u8], limits: Limits, mut enough: impl FnMut(Table) -> bool) -> Result<(), SheetError> {
    let stream = workbook_stream(bytes)?;
    let workbook = Workbook::open(&stream, limits)?;
    let mut records_left = stream.len();
    for sheet in workbook.sheets.iter().filter(|sheet| sheet.is_visible) {
        let grid = workbook.read_sheet(&stream, sheet, limits, &mut records_left)?;
        if !grid.is_empty() && enough(grid.into_table(vec![sheet.name.clone()], 0)?) {
            break;
        }
    }
    Ok(())
}

fn workbook_stream(bytes: &[u8]) -> Result<Vec<u8>, SheetError> {
    let file = CompoundFile::open(bytes)?;
    // A password turns an xlsx into a compound file with the encrypted zip inside.
    if file.has("EncryptedPackage") {
        return Err(SheetError::Encrypted);
    }
    if let Some(stream) = file.stream("Workbook")? {
        return Ok(stream);
    }
    let found = if file.has("Book") {
        "Excel 95 或更早的工作簿"
    } else if file.has("WordDocument") {
        "Word 文档"
    } else if file.has("PowerPoint Document") {
        "PowerPoint 演示文稿"
    } else {
        "其他 Office 文件"
    };
    Err(SheetError::WrongType { found })
}

#[derive(Default)]
struct Workbook {
    sheets: Vec<Sheet>,
    strings: Strings,
    /// What each cell style makes of a number.
    styles: Vec<NumberKind>,
    is_1904: bool,
}

struct Sheet {
    name: String,
    /// Where its records begin in the stream.
    start: usize,
    is_visible: bool,
}

impl Workbook {
    fn open(stream: &[u8], limits: Limits) -> Result<Self, SheetError> {
        let mut records = Records::new(stream);
        let mut workbook = Self::default();
        let mut own_formats: HashMap<u16, NumberKind> = HashMap::new();
        let mut format_of_style = Vec::new();
        let mut begin = records.next()?.filter(|record| record.number == BEGIN).ok_or(BROKEN)?;
        if begin.data.u16()? != 0x0600 {
            return Err(SheetError::WrongType { found: "Excel 95 或更早的工作簿" });
        }
        while let Some(record) = records.next()? {
            let mut data = record.data;
            match record.number {
                FILE_PASS => return Err(SheetError::Encrypted),
                DATE_MODE => workbook.is_1904 = data.u16()? == 1,
                FORMAT => {
                    let id = data.u16()?;
                    let length = usize::from(data.u16()?);
                    own_formats.insert(id, NumberKind::of_code(&short_text(&mut data, length)?));
                }
                CELL_STYLE => {
                    data.u16()?;
                    format_of_style.push(data.u16()?);
                }
                BOUND_SHEET if workbook.sheets.len() < MAX_SHEETS => workbook.sheets.extend(sheet(data)?),
                SHARED_STRINGS => workbook.strings = shared_strings(&mut records, record, limits)?,
                EOF => break,
                _ => {}
            }
        }
        let kind = |id: &u16| own_formats.get(id).copied().unwrap_or_else(|| NumberKind::of_builtin(u32::from(*id)));
        workbook.styles = format_of_style.iter().map(kind).collect();
        Ok(workbook)
    }

    fn read_sheet(&self, stream: &[u8], sheet: &Sheet, limits: Limits, records_left: &mut usize) -> Result<Grid, SheetError> {
        let mut grid = Grid::new(limits);
        let mut records = Records::new(stream.get(sheet.start..).ok_or(BROKEN)?);
        let mut depth = 0_usize;
        // A formula whose text value follows in a record of its own.
        let mut waiting: Option<(u32, u32)> = None;
        while let Some(record) = records.next()? {
            *records_left = records_left.checked_sub(1).ok_or(BROKEN)?;
            match record.number {
                BEGIN => depth += 1,
                EOF if depth <= 1 => break,
                EOF => depth -= 1,
                // A chart inside the sheet has records of its own.
                _ if depth > 1 => {}
                FORMULA => waiting = self.formula(record.data, &mut grid)?,
                STRING => {
                    let text = records.with_continuations(record)?.text()?;
                    if let Some((row, column)) = waiting.take() {
                        grid.put(row, column, Value::Text(text.into()))?;
                    }
                }
                number => self.cell(number, record.data, &mut grid)?,
            }
        }
        Ok(grid)
    }

    /// Takes a formula's cached value; the place is given back when the value is a text that is still to come.
    fn formula(&self, mut data: Bytes<'_>, grid: &mut Grid) -> Result<Option<(u32, u32)>, SheetError> {
        let (row, column, style) = place(&mut data)?;
        let value = data.take(8)?;
        match value {
            [0, .., 0xff, 0xff] => return Ok(Some((row, column))),
            [1, _, truth, .., 0xff, 0xff] => grid.put(row, column, Value::Text(bool_text(*truth != 0).into()))?,
            [2, _, code, .., 0xff, 0xff] => grid.put(row, column, Value::Error(error_code(*code)))?,
            [_, .., 0xff, 0xff] => {}
            _ => self.number(row, column, style, Bytes(value).f64()?, grid)?,
        }
        Ok(None)
    }

    fn cell(&self, number: u16, mut data: Bytes<'_>, grid: &mut Grid) -> Result<(), SheetError> {
        if !matches!(number, NUMBER | RK | MUL_RK | LABEL_SHARED | LABEL | RICH_STRING | BOOL_ERROR) {
            return Ok(());
        }
        if number == MUL_RK {
            return self.several_numbers(data, grid);
        }
        let (row, column, style) = place(&mut data)?;
        match number {
            NUMBER => self.number(row, column, style, data.f64()?, grid),
            RK => self.number(row, column, style, rk(data.u32()?), grid),
            LABEL_SHARED => {
                let shared = usize::try_from(data.u32()?).ok().and_then(|number| self.strings.get(number));
                grid.put(row, column, Value::Text(shared.ok_or(BROKEN)?.into()))
            }
            BOOL_ERROR => match (data.u8()?, data.u8()?) {
                (truth, 0) => grid.put(row, column, Value::Text(bool_text(truth != 0).into())),
                (code, _) => grid.put(row, column, Value::Error(error_code(code))),
            },
            _ => {
                let length = usize::from(data.u16()?);
                grid.put(row, column, Value::Text(short_text(&mut data, length)?.into()))
            }
        }
    }

    /// Numbers side by side: a row, the first column, a style and a number for each, the last column.
    fn several_numbers(&self, mut data: Bytes<'_>, grid: &mut Grid) -> Result<(), SheetError> {
        let row = u32::from(data.u16()?);
        let mut column = u32::from(data.u16()?);
        while data.0.len() >= 6 {
            let style = data.u16()?;
            self.number(row, column, style, rk(data.u32()?), grid)?;
            column += 1;
        }
        Ok(())
    }

    fn number(&self, row: u32, column: u32, style: u16, value: f64, grid: &mut Grid) -> Result<(), SheetError> {
        let kind = self.styles.get(usize::from(style)).copied().unwrap_or_default();
        if value.is_finite() {
            grid.put(row, column, Value::Text(number_text(value, kind, self.is_1904).into()))?;
        }
        Ok(())
    }
}

const BROKEN: SheetError = SheetError::Broken { part: "数据记录" };

/// Row, column and style, with which every cell begins.
fn place(data: &mut Bytes<'_>) -> Result<(u32, u32, u16), SheetError> {
    Ok((u32::from(data.u16()?), u32::from(data.u16()?), data.u16()?))
}

/// A worksheet's entry in the workbook; nothing for charts and macro sheets.
fn sheet(mut data: Bytes<'_>) -> Result<Option<Sheet>, SheetError> {
    let start = usize::try_from(data.u32()?).map_err(|_| BROKEN)?;
    let is_visible = data.u8()? & 0x03 == 0;
    let is_worksheet = data.u8()? == 0;
    let length = usize::from(data.u8()?);
    let name = short_text(&mut data, length)?;
    Ok(is_worksheet.then_some(Sheet { name, start, is_visible }))
}

fn shared_strings<'a>(records: &mut Records<'a>, record: Record<'a>, limits: Limits) -> Result<Strings, SheetError> {
    let mut data = records.with_continuations(record)?;
    let mut strings = Strings::default();
    data.u32()?;
    let count = data.u32()?;
    // The count is only an end: it may be wrong, and texts have to be there to be taken.
    for _ in 0..count {
        if !data.has_more() {
            break;
        }
        strings.push(&data.text()?, limits)?;
    }
    Ok(strings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: u16, data: &[u8]) -> Vec<u8> {
        [&number.to_le_bytes()[..], &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    }

    fn begin() -> Vec<u8> {
        record(BEGIN, b"\0\x06\x05\0")
    }

    fn cell(number: u16, row: u8, column: u8, data: &[u8]) -> Vec<u8> {
        record(number, &[&[row, 0, column, 0, 0, 0], data].concat())
    }

    fn formula(row: u8, column: u8, value: [u8; 8]) -> Vec<u8> {
        cell(FORMULA, row, column, &[&value[..], &[0; 8]].concat())
    }

    /// One visible sheet made of these records.
    fn stream(globals: &[Vec<u8>], cells: &[Vec<u8>]) -> Vec<u8> {
        let front = [begin(), globals.concat()].concat();
        let entry = |start: usize| {
            let start = u32::try_from(start).unwrap().to_le_bytes();
            record(BOUND_SHEET, &[&start[..], b"\0\0\x02\x01\x68\x88\x55\x53"].concat())
        };
        let end = record(EOF, b"");
        let start = front.len() + entry(0).len() + end.len();
        [front, entry(start), end.clone(), begin(), cells.concat(), end].concat()
    }

    fn grid_of(stream: &[u8]) -> Result<Table, SheetError> {
        let workbook = Workbook::open(stream, Limits::default())?;
        let sheet = workbook.sheets.first().ok_or(BROKEN)?;
        let grid = workbook.read_sheet(stream, sheet, Limits::default(), &mut 1000)?;
        grid.into_table(vec![sheet.name.clone()], 0)
    }

    #[test]
    fn formulas_show_their_cached_values() {
        let cells = [
            formula(0, 0, [0, 0, 0, 0, 0, 0, 0xff, 0xff]),
            record(0x04bc, b"a shared formula in between"),
            record(STRING, b"\x02\0\x01\x8b\x4e\xc5\x5f"),
            formula(1, 0, 12.5_f64.to_le_bytes()),
            formula(2, 0, [1, 0, 1, 0, 0, 0, 0xff, 0xff]),
            formula(3, 0, [2, 0, 0x2a, 0, 0, 0, 0xff, 0xff]),
            formula(4, 0, [3, 0, 0, 0, 0, 0, 0xff, 0xff]),
        ];
        let table = grid_of(&stream(&[], &cells)).unwrap();
        assert_eq!((table.name.as_str(), table.columns), ("表单", vec!["事必".to_owned()]));
        let rows: Vec<_> = table.rows.iter().map(|row| (row.cells[0].as_str(), row.errors.len())).collect();
        assert_eq!(rows, [("12.5", 0), ("是", 0), ("", 1)]);
    }

    #[test]
    fn labels_and_rows_of_numbers() {
        let cells = [
            cell(LABEL, 0, 0, b"\x01\0\0a"),
            cell(RICH_STRING, 0, 1, b"\x01\0\0b"),
            record(MUL_RK, b"\x01\0\0\0\0\0\x0a\0\0\0\0\0\x0e\0\0\0\x01\0"),
        ];
        let table = grid_of(&stream(&[], &cells)).unwrap();
        assert_eq!((table.columns.join("|"), table.rows[0].cells.join("|")), ("a|b".into(), "2|3".into()));
    }

    #[test]
    fn a_chart_inside_a_sheet_is_passed_over() {
        let chart = [begin(), cell(LABEL, 0, 0, b"\x01\0\0x"), record(EOF, b"")].concat();
        let table = grid_of(&stream(&[], &[chart, cell(LABEL, 0, 0, b"\x01\0\0a")])).unwrap();
        assert_eq!(table.columns, ["a"]);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        assert_eq!(grid_of(&stream(&[record(FILE_PASS, b"\x01\0")], &[])), Err(SheetError::Encrypted));
        let old = record(BEGIN, b"\0\x05\x05\0");
        assert_eq!(grid_of(&old), Err(SheetError::WrongType { found: "Excel 95 或更早的工作簿" }));
        assert_eq!(grid_of(&stream(&[], &[cell(LABEL_SHARED, 0, 0, b"\x07\0\0\0")])), Err(BROKEN));
    }

    #[test]
    fn texts_that_are_only_claimed_are_not_made_room_for() {
        let claims = record(SHARED_STRINGS, b"\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0a");
        let table = grid_of(&stream(&[claims], &[cell(LABEL_SHARED, 0, 0, b"\0\0\0\0")])).unwrap();
        assert_eq!(table.columns, ["a"]);
    }
}
