//! From a table with headings to lines.

use officedoc::sheet::{Limits, Table};
use serde::{Deserialize, Serialize};
use wording::Words;

use super::form;

/// An organisation of more rows is taken in by parts.
pub(super) const LIMITS: Limits =
    Limits { max_bytes: 5 << 20, max_rows: 3_000, max_columns: 60, max_cell_chars: 1_000, max_uncompressed: 50 << 20 };

/// A row by the meaning of its columns; what the table does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) row: u32,
    pub(super) unit_name: String,
    pub(super) parent: String,
    pub(super) short_name: String,
    pub(super) unit_kind: String,
    pub(super) aliases: String,
    pub(super) name: String,
    pub(super) login: String,
    pub(super) phone: String,
    pub(super) unit: String,
    pub(super) post_name: String,
    pub(super) post_kind: String,
    pub(super) liaison: String,
    pub(super) charges: String,
    /// What could not be read in this row, as `Words::stored` writes it.
    pub(super) errors: Vec<String>,
}

/// Reads the columns by their headings; others are passed over. A table that has neither units nor persons is refused as
/// a whole.
pub(super) fn lines(table: Table) -> Result<Vec<Line>, Words> {
    let columns: Vec<_> = table.columns.iter().map(|heading| form::column_of(heading)).collect();
    let units = form::has(&table.columns, form::UNIT_NAME);
    let persons = form::has(&table.columns, form::NAME);
    // A table of units alone may simply say “单位”.
    let bare = !units && !persons && form::has(&table.columns, form::UNIT);
    if !units && !persons && !bare {
        return Err("没有找到“单位全称”或“姓名”列，请使用模板的表头（第一行）。".into());
    }
    Ok(table
        .rows
        .into_iter()
        .map(|row| {
            let errors = row.errors.iter().map(Words::stored).collect();
            let mut line = Line { row: row.number, errors, ..Line::default() };
            for (column, cell) in columns.iter().zip(row.cells) {
                if let Some(field) = column {
                    cell.trim().clone_into(field(&mut line));
                }
            }
            if bare {
                line.unit_name = std::mem::take(&mut line.unit);
            }
            line
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(csv: &str) -> Result<Vec<Line>, Words> {
        lines(officedoc::sheet::read("a.csv", csv.as_bytes(), LIMITS).unwrap())
    }

    #[test]
    fn headings_go_by_several_names() {
        let found = read("序号,单位（全称）*,上级单位,职务\n1, 招商局 ,管委会,局长").unwrap();
        assert_eq!((found[0].row, found[0].unit_name.as_str(), found[0].parent.as_str()), (2, "招商局", "管委会"));
        assert_eq!(found[0].post_name, "局长");
        let found = read("单位,上级单位\n招商局,管委会").unwrap();
        assert_eq!((found[0].unit_name.as_str(), found[0].unit.as_str()), ("招商局", ""));
        let found = read("姓名,单位\n田新,招商局").unwrap();
        assert_eq!((found[0].unit_name.as_str(), found[0].unit.as_str()), ("", "招商局"));
        assert!(read("甲,乙\n1,2").unwrap_err().zh().contains("姓名"));
    }
}
