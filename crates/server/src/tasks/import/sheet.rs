//! The sheet as it is kept: texts, under headings that are told apart.

use officedoc::sheet::{self, Limits, SheetError, Table};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use wording::Words;

use super::guess;
use crate::app::{Outcome, Refusal};

/// Bytes of a file.
pub(super) const MAX_BYTES: u64 = 10 << 20;

/// What a file may cost. 2,000 rows is what a tree is shown with (`view::tree`); a cell is as long as a demand.
const LIMITS: Limits =
    Limits { max_bytes: MAX_BYTES, max_rows: 2_000, max_columns: 100, max_cell_chars: 20_000, max_uncompressed: 100 << 20 };
/// Bytes of all texts of a sheet: it is one row of the database, and read at each step.
const MAX_TEXT: usize = 8 << 20;
/// The real heading is looked for in so many rows: many ledgers begin with a title over all columns.
const HEADING_WITHIN: usize = 5;

/// Sheets that are read at once in this process: a hostile one costs seconds and half a gigabyte.
static READING: Semaphore = Semaphore::const_new(2);

/// A sheet as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) other_sheets: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<SheetRow>,
}

/// A row as it is kept: as many cells as the sheet has columns.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct SheetRow {
    pub(super) number: u32,
    pub(super) cells: Vec<String>,
    /// What could not be read, as `Words::stored` writes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) errors: Vec<String>,
}

impl Sheet {
    /// Its cells by the number of their row.
    pub(super) fn texts(&self) -> impl Iterator<Item = (String, &str)> {
        self.rows.iter().flat_map(|row| row.cells.iter().map(|cell| (format!("rows[{}]", row.number), cell.as_str())))
    }
}

/// Reads a file where blocking is allowed, when its turn comes.
pub(super) async fn read(file_name: String, bytes: Vec<u8>) -> Outcome<Sheet> {
    let turn = READING.acquire().await.map_err(Refusal::internal)?;
    let work = move || {
        let table = sheet::read(&file_name, &bytes, LIMITS).map_err(refusal);
        drop((bytes, turn));
        table
    };
    let table = tokio::task::spawn_blocking(work).await.map_err(Refusal::internal)??;
    let sheet = under_its_heading(table);
    if sheet.rows.is_empty() {
        return Err(Refusal::field("file", "表头下面没有数据。第一行应为表头，数据从第二行开始；请填写后重新上传。"));
    }
    let text: usize = sheet.rows.iter().flat_map(|row| &row.cells).map(String::len).sum();
    if text > MAX_TEXT {
        return Err(Refusal::TooLarge("表格的文字总量超过 8 MB。请拆分成多个文件后分批上传。".into()));
    }
    Ok(sheet)
}

fn refusal(error: SheetError) -> Refusal {
    match error {
        SheetError::TooLarge { .. } | SheetError::TooMuchText { .. } | SheetError::TooManyRows { .. } => Refusal::TooLarge(error.words()),
        other => Refusal::field("file", other.words()),
    }
}

/// Takes the row for the heading that looks most like one: the first, unless one of the next few says clearly more.
fn under_its_heading(table: Table) -> Sheet {
    let other_sheets = table.other_sheets().map(ToOwned::to_owned).collect();
    let Table { name, columns, rows, .. } = table;
    let mut rows: Vec<SheetRow> = rows
        .into_iter()
        .map(|row| SheetRow { number: row.number, cells: row.cells, errors: row.errors.iter().map(Words::stored).collect() })
        .collect();
    let likeness = guess::likeness(&columns);
    let better = rows
        .iter()
        .take(HEADING_WITHIN)
        .map(|row| guess::likeness(&row.cells))
        .enumerate()
        .filter(|(_, found)| *found >= 2 && *found > likeness)
        .max_by_key(|(index, found)| (*found, std::cmp::Reverse(*index)));
    let columns = match better {
        Some((index, _)) => rows.drain(..=index).next_back().map(|row| row.cells).unwrap_or_default(),
        None => columns,
    };
    Sheet { name, other_sheets, columns: guess::told_apart(columns), rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(csv: &str) -> Sheet {
        under_its_heading(sheet::read("台账.csv", csv.as_bytes(), LIMITS).unwrap())
    }

    #[test]
    fn a_title_above_the_heading_is_passed_over() {
        let sheet = sheet("2026年度重点任务台账,,\n填报单位：运营中心,,\n序号,工作任务,牵头单位\n1,修路,交通局\n");
        assert_eq!(sheet.columns, ["序号", "工作任务", "牵头单位"]);
        assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn headings_are_told_apart() {
        let sheet = sheet("任务 内容,,任务内容,牵头单位\n修路,甲,乙,丙\n");
        assert_eq!(sheet.columns, ["任务内容", "列B", "任务内容（2）", "牵头单位"]);
        assert_eq!(sheet.rows.len(), 1);
    }
}
