//! From a table with headings to lines.

use officedoc::sheet::{Cell, Limits, SheetOut, Table};
use serde::{Deserialize, Serialize};

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
    /// What could not be read in this row.
    pub(super) errors: Vec<String>,
}

type Column = (fn(&mut Line) -> &mut String, &'static [&'static str]);

/// Each column with the headings it goes by; the first is that of the template.
const COLUMNS: [Column; 13] = [
    (|line| &mut line.unit_name, &["单位全称", "单位名称", "全称"]),
    (|line| &mut line.parent, &["上级单位", "上级"]),
    (|line| &mut line.short_name, &["简称", "单位简称"]),
    (|line| &mut line.unit_kind, &["类型", "单位类型"]),
    (|line| &mut line.aliases, &["别名", "曾用名"]),
    (|line| &mut line.name, &["姓名"]),
    (|line| &mut line.login, &["登录名", "账号", "用户名"]),
    (|line| &mut line.phone, &["电话", "手机", "手机号", "手机号码", "联系电话"]),
    (|line| &mut line.unit, &["单位", "所属单位", "所在单位", "部门"]),
    (|line| &mut line.post_name, &["岗位", "职务"]),
    (|line| &mut line.post_kind, &["岗位类型", "职务类型"]),
    (|line| &mut line.liaison, &["联络员", "是否联络员"]),
    (|line| &mut line.charges, &["分管单位", "分管"]),
];

const HELP: [(&str, &str); 13] = [
    ("单位全称", "单位行必填。同一张表里单位行和人员行可以混排：填了“姓名”的是人员行，否则是单位行。"),
    ("上级单位", "写全称、简称或别名，可以是表内的单位；留空表示直属顶层单位。"),
    ("简称", "最多 20 个字；留空则与全称相同。"),
    ("类型", "管委会、运营中心、局、办、科室、片区、外部单位之一；留空为“局”。"),
    ("别名", "曾用名、习惯称呼，用顿号分隔。"),
    ("姓名", "人员行必填。"),
    ("登录名", "人员行必填，2 至 40 位字母、数字、汉字或 . _ -，不能重复。"),
    ("电话", "可以留空。"),
    ("单位", "人员行必填，所在单位的全称、简称或别名。"),
    ("岗位", "例如“局长”“科员”；留空则与岗位类型相同。"),
    ("岗位类型", "领导、负责人、副职、工作人员之一；留空为“工作人员”。"),
    ("联络员", "是或否；留空为否。"),
    ("分管单位", "领导分管的单位，用顿号分隔。"),
];

/// Reads the columns by their headings; others are passed over. A table that has neither units nor persons is refused as
/// a whole.
pub(super) fn lines(table: Table) -> Result<Vec<Line>, String> {
    let columns: Vec<_> = table.columns.iter().map(|heading| column_of(heading)).collect();
    let has = |names: &[&str]| table.columns.iter().any(|heading| names.contains(&plain(heading).as_str()));
    let units = has(COLUMNS[0].1);
    let persons = has(&["姓名"]);
    // A table of units alone may simply say “单位”.
    let bare = !units && !persons && has(COLUMNS[8].1);
    if !units && !persons && !bare {
        return Err("没有找到“单位全称”或“姓名”列，请使用模板的表头（第一行）。".to_owned());
    }
    Ok(table
        .rows
        .into_iter()
        .map(|row| {
            let mut line = Line { row: row.number, errors: row.errors, ..Line::default() };
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

fn column_of(heading: &str) -> Option<fn(&mut Line) -> &mut String> {
    let heading = plain(heading);
    COLUMNS.iter().find(|(_, names)| names.contains(&heading.as_str())).map(|(field, _)| *field)
}

/// The heading without blanks, required marks and what stands in brackets, except “单位（全称）”.
fn plain(heading: &str) -> String {
    let text: String = heading.chars().filter(|c| !c.is_whitespace() && !matches!(c, '*' | '＊')).collect();
    let text = text.replace("（", "(");
    match text.split_once('(') {
        Some(("单位", rest)) if rest.starts_with("全称") => "单位全称".to_owned(),
        Some((before, _)) => before.to_owned(),
        None => text,
    }
}

/// An empty table with every heading, and a page that explains them.
pub(super) fn template() -> Result<Vec<u8>, officedoc::sheet::WriteError> {
    let columns = COLUMNS.iter().filter_map(|(_, names)| names.first()).map(|name| (*name).to_owned()).collect();
    let help = HELP.iter().map(|(column, text)| vec![Cell::from(*column), Cell::from(*text)]).collect();
    officedoc::sheet::write(&[
        SheetOut { name: "单位和人员".to_owned(), columns, rows: Vec::new() },
        SheetOut { name: "填写说明".to_owned(), columns: vec!["列".to_owned(), "怎么填".to_owned()], rows: help },
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(csv: &str) -> Result<Vec<Line>, String> {
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
        assert!(read("甲,乙\n1,2").unwrap_err().contains("姓名"));
    }

    #[test]
    fn the_template_has_every_column_and_no_rows() {
        let bytes = template().unwrap();
        // A table without rows has headings only; the page that explains them is not read.
        let table = officedoc::sheet::read("a.xlsx", &bytes, LIMITS).unwrap();
        assert_eq!(table.columns.len(), COLUMNS.len());
        assert_eq!(table.other_sheets, ["填写说明"]);
        assert!(lines(table).unwrap().is_empty());
        assert!(HELP.iter().zip(COLUMNS).all(|((name, _), (_, names))| names[0] == *name));
    }
}
