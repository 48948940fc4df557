//! The cells of one sheet as they are found, within the limits, and their way into a table.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use wording::{Words, say};

use super::{Limits, Row, SheetError, Table, value::error_meaning};

/// A row reports no more than this many errors: a broken column repeats itself.
const MAX_ERRORS_A_ROW: usize = 5;

/// What a reader found in a cell.
#[derive(Debug)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    /// An error value such as `#DIV/0!`.
    Error(&'a str),
}

#[derive(Debug)]
enum Kept {
    Text(String),
    Error(String),
    TooLong,
}

/// Cells with content, by row and column; empty space costs nothing.
#[derive(Debug)]
pub(super) struct Grid {
    limits: Limits,
    rows: BTreeMap<u32, Vec<(u32, Kept)>>,
    first_column: u32,
    last_column: u32,
    text_bytes: u64,
}

impl Grid {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, rows: BTreeMap::new(), first_column: u32::MAX, last_column: 0, text_bytes: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a cell; row and column count from 0. Blank cells are dropped. Of two cells in one place the later one stays.
    pub(super) fn put(&mut self, row: u32, column: u32, value: Value<'_>) -> Result<(), SheetError> {
        let kept = match value {
            Value::Text(text) if text.chars().all(is_blank) => return Ok(()),
            Value::Text(text) if text.chars().nth(self.limits.max_cell_chars).is_some() => Kept::TooLong,
            Value::Text(text) => Kept::Text(cleaned(text)),
            Value::Error(code) => Kept::Error(code.chars().take(20).collect()),
        };
        self.widen(row, column)?;
        if let Kept::Text(text) = &kept {
            self.text_bytes = self.text_bytes.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
        }
        if self.text_bytes > self.limits.max_uncompressed {
            return Err(SheetError::TooMuchText { max_bytes: self.limits.max_uncompressed });
        }
        // The heading is one row more.
        if self.rows.len() > self.limits.max_rows && !self.rows.contains_key(&row) {
            return Err(SheetError::TooManyRows { max_rows: self.limits.max_rows, row: row.saturating_add(1) });
        }
        let cells = self.rows.entry(row).or_default();
        match cells.binary_search_by_key(&column, |(column, _)| *column) {
            Ok(found) => {
                if let Some(cell) = cells.get_mut(found) {
                    cell.1 = kept;
                }
            }
            Err(place) => cells.insert(place, (column, kept)),
        }
        Ok(())
    }

    fn widen(&mut self, row: u32, column: u32) -> Result<(), SheetError> {
        let first = self.first_column.min(column);
        let last = self.last_column.max(column);
        let width = usize::try_from(last - first).unwrap_or(usize::MAX).saturating_add(1);
        if width > self.limits.max_columns {
            return Err(SheetError::TooManyColumns {
                max_columns: self.limits.max_columns,
                row: row.saturating_add(1),
                column: column_letters(column),
            });
        }
        (self.first_column, self.last_column) = (first, last);
        Ok(())
    }

    /// Makes the first row the heading and fills up the others.
    pub(super) fn into_table(self, sheets: Vec<String>, place: usize) -> Result<Table, SheetError> {
        let (first, last) = (self.first_column, self.last_column);
        let mut rows = self.rows.into_iter();
        let (_, heading) = rows.next().ok_or(SheetError::NoContent)?;
        let columns = headings(heading, first, last);
        let max_chars = self.limits.max_cell_chars;
        let rows = rows.map(|(row, cells)| finished(row, cells, first, &columns, max_chars)).collect();
        let name = sheets.get(place).cloned().unwrap_or_default();
        Ok(Table { name, sheets, place, columns, rows })
    }
}

fn finished(row: u32, kept: Vec<(u32, Kept)>, first: u32, columns: &[String], max_chars: usize) -> Row {
    let number = row.saturating_add(1);
    let mut cells = vec![String::new(); columns.len()];
    let mut errors = Vec::new();
    for (column, value) in kept {
        let index = usize::try_from(column - first).unwrap_or(usize::MAX);
        let (Some(cell), Some(heading)) = (cells.get_mut(index), columns.get(index)) else { continue };
        let place = || say!("第 {number} 行“{heading}”列（{letters}{number}）", letters = column_letters(column));
        let error = match value {
            Kept::Text(text) => {
                *cell = text;
                continue;
            }
            Kept::Error(code) => {
                say!("{place}公式出错：{code}（{meaning}），请更正", place = place(), meaning = Words::from(error_meaning(&code)))
            }
            Kept::TooLong => say!("{place}文字超过 {max_chars} 个字，请缩短", place = place()),
        };
        match errors.len() {
            0..MAX_ERRORS_A_ROW => errors.push(error),
            MAX_ERRORS_A_ROW => errors.push(say!("第 {number} 行还有其他单元格出错")),
            _ => {}
        }
    }
    Row { number, cells, errors }
}

/// Unique names for all columns from `first` to `last`.
fn headings(heading: Vec<(u32, Kept)>, first: u32, last: u32) -> Vec<String> {
    let mut texts: BTreeMap<u32, String> = heading
        .into_iter()
        .filter_map(|(column, kept)| match kept {
            Kept::Text(text) => Some((column, tidy_heading(&text))),
            Kept::Error(code) => Some((column, code)),
            Kept::TooLong => None,
        })
        .collect();
    let mut taken = HashSet::new();
    (first..=last)
        .map(|column| {
            let text = texts.remove(&column).unwrap_or_else(|| format!("列{}", column_letters(column)));
            let mut name = text.clone();
            let mut copy = 2;
            while !taken.insert(name.clone()) {
                name = format!("{text}（{copy}）");
                copy += 1;
            }
            name
        })
        .collect()
}

/// A heading on one line. People break headings to narrow a column: between Chinese characters nothing takes the place of
/// the break, elsewhere a blank does.
fn tidy_heading(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.lines().map(|line| line.trim_matches(is_blank)).filter(|line| !line.is_empty()) {
        let joins_ascii = tidy.ends_with(|c: char| c.is_ascii()) && line.starts_with(|c: char| c.is_ascii());
        if joins_ascii {
            tidy.push(' ');
        }
        tidy.push_str(line);
    }
    tidy
}

/// White space and what has no shape: such a cell looks empty.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}' | '\u{feff}')
}

/// One kind of line break, and no control characters: databases and XML refuse some of them.
pub(super) fn cleaned(text: Cow<'_, str>) -> String {
    let is_clean = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if text.chars().all(is_clean) {
        return text.into_owned();
    }
    text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|&c| is_clean(c)).collect()
}

/// `A`, `Z`, `AA`, … for a column that counts from 0.
pub(super) fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = Some(column);
    while let Some(number) = rest {
        letters.push(char::from(b'A' + u8::try_from(number % 26).unwrap_or(0)));
        rest = (number / 26).checked_sub(1);
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(limits: Limits, cells: &[(u32, u32, &str)]) -> Result<Grid, SheetError> {
        let mut grid = Grid::new(limits);
        for (row, column, text) in cells {
            grid.put(*row, *column, Value::Text((*text).into()))?;
        }
        Ok(grid)
    }

    fn table(cells: &[(u32, u32, &str)]) -> Table {
        grid(Limits::default(), cells).and_then(|grid| grid.into_table(vec!["表".into()], 0)).unwrap()
    }

    #[test]
    fn letters() {
        let pairs = [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD"), (u32::MAX, "MWLQKWV")];
        for (column, letters) in pairs {
            assert_eq!(column_letters(column), letters);
        }
    }

    #[test]
    fn the_first_row_with_content_is_the_heading() {
        let table = table(&[(0, 5, " \u{200b}"), (2, 1, "名称"), (2, 2, "完成\n时限"), (5, 2, "5月"), (5, 3, "x")]);
        assert_eq!(table.columns, ["名称", "完成时限", "列D"]);
        assert_eq!(table.rows, [Row { number: 6, cells: ["", "5月", "x"].map(String::from).into(), errors: vec![] }]);
    }

    #[test]
    fn headings_are_unique() {
        let row = ["名称", "名称", "", "名称（2）", "名称", "Due\ndate"];
        let cells: Vec<_> = (0..).zip(row).map(|(column, text)| (0, column, text)).collect();
        assert_eq!(table(&cells).columns, ["名称", "名称（2）", "列C", "名称（2）（2）", "名称（3）", "Due date"]);
        assert_eq!(table(&[(0, 0, "列B"), (1, 1, "x")]).columns, ["列B", "列B（2）"]);
    }

    #[test]
    fn line_breaks_are_one_kind_and_control_characters_go() {
        let table = table(&[(0, 0, "a"), (1, 0, "一\r\n二\r三\0\u{b}\t四 ")]);
        assert_eq!(table.rows[0].cells, ["一\n二\n三\t四 "]);
    }

    #[test]
    fn limits_hold() {
        let limits = Limits { max_rows: 2, max_columns: 3, max_cell_chars: 4, max_uncompressed: 20, ..Limits::default() };
        let refused = |cells: &[(u32, u32, &str)]| grid(limits, cells).map(|_| ()).unwrap_err();
        assert!(grid(limits, &[(0, 0, "a"), (1, 0, "b"), (2, 0, "c"), (2, 1, "d")]).is_ok());
        assert_eq!(refused(&[(0, 0, "a"), (1, 0, "b"), (2, 0, "c"), (9, 0, "d")]), SheetError::TooManyRows { max_rows: 2, row: 10 });
        assert!(grid(limits, &[(0, 7, "a"), (0, 9, "b")]).is_ok());
        assert_eq!(refused(&[(0, 7, "a"), (1, 10, "b")]), SheetError::TooManyColumns { max_columns: 3, row: 2, column: "K".into() });
        assert_eq!(
            refused(&[(0, 0, "aaaa"), (1, 0, "汉汉汉汉"), (2, 0, "aaaaa"), (2, 1, "汉汉")]),
            SheetError::TooMuchText { max_bytes: 20 }
        );
    }

    #[test]
    fn errors_name_row_and_column() {
        let limits = Limits { max_cell_chars: 4, ..Limits::default() };
        let mut grid = grid(limits, &[(0, 1, "进度"), (0, 2, "说明"), (3, 2, "五个字的话")]).unwrap();
        grid.put(3, 1, Value::Error("#DIV/0!")).unwrap();
        let table = grid.into_table(vec!["表".into()], 0).unwrap();
        assert_eq!(table.rows[0].cells, ["", ""]);
        assert_eq!(
            table.rows[0].errors.iter().map(Words::zh).collect::<Vec<_>>(),
            ["第 4 行“进度”列（B4）公式出错：#DIV/0!（除数为零），请更正", "第 4 行“说明”列（C4）文字超过 4 个字，请缩短"]
        );
    }

    #[test]
    fn a_row_full_of_errors_is_not_a_flood() {
        let mut grid = grid(Limits::default(), &[(0, 0, "a")]).unwrap();
        for column in 0..100 {
            grid.put(1, column, Value::Error("#REF!")).unwrap();
        }
        let table = grid.into_table(vec!["表".into()], 0).unwrap();
        assert_eq!(table.rows[0].errors.len(), MAX_ERRORS_A_ROW + 1);
    }

    #[test]
    fn nothing_is_no_table() {
        let empty = grid(Limits::default(), &[(0, 0, " "), (4, 4, "\n")]).unwrap();
        assert!(empty.is_empty());
        assert_eq!(empty.into_table(vec![], 0), Err(SheetError::NoContent));
    }
}
