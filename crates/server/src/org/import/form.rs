//! The form of a table: what its columns and the values in them go by, and the empty one to fill in. It is in Chinese in every
//! language, as the tables are that people bring.

use officedoc::sheet::{Cell, SheetOut, WriteError, write};

use super::sheet::Line;
use crate::org::model::{PostKind, UnitKind};

type Column = (fn(&mut Line) -> &mut String, &'static [&'static str]);

/// Each column with the headings it goes by; the first is that of the template.
const COLUMNS: [Column; 13] = [
    (|line| &mut line.unit_name, UNIT_NAME),
    (|line| &mut line.parent, &["上级单位", "上级"]),
    (|line| &mut line.short_name, &["简称", "单位简称"]),
    (|line| &mut line.unit_kind, &["类型", "单位类型"]),
    (|line| &mut line.aliases, &["别名", "曾用名"]),
    (|line| &mut line.name, NAME),
    (|line| &mut line.login, &["登录名", "账号", "用户名"]),
    (|line| &mut line.phone, &["电话", "手机", "手机号", "手机号码", "联系电话"]),
    (|line| &mut line.unit, UNIT),
    (|line| &mut line.post_name, &["岗位", "职务"]),
    (|line| &mut line.post_kind, &["岗位类型", "职务类型"]),
    (|line| &mut line.liaison, &["联络员", "是否联络员"]),
    (|line| &mut line.charges, &["分管单位", "分管"]),
];

/// The column that makes a row one of a unit.
pub(super) const UNIT_NAME: &[&str] = &["单位全称", "单位名称", "全称"];
/// The column that makes a row one of a person.
pub(super) const NAME: &[&str] = &["姓名"];
/// The column of a person's unit.
pub(super) const UNIT: &[&str] = &["单位", "所属单位", "所在单位", "部门"];

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

/// What the template is called.
pub(super) const TEMPLATE_NAME: &str = "单位和人员导入模板.xlsx";

/// An empty table with every heading, and a page that explains them.
pub(super) fn template() -> Result<Vec<u8>, WriteError> {
    let columns = COLUMNS.iter().filter_map(|(_, names)| names.first()).map(|name| (*name).to_owned()).collect();
    let help = HELP.iter().map(|(column, text)| vec![Cell::from(*column), Cell::from(*text)]).collect();
    write(&[
        SheetOut { name: "单位和人员".to_owned(), columns, rows: Vec::new() },
        SheetOut { name: "填写说明".to_owned(), columns: vec!["列".to_owned(), "怎么填".to_owned()], rows: help },
    ])
}

/// Which part of a line stands under a heading.
pub(super) fn column_of(heading: &str) -> Option<fn(&mut Line) -> &mut String> {
    let heading = plain(heading);
    COLUMNS.iter().find(|(_, names)| names.contains(&heading.as_str())).map(|(field, _)| *field)
}

/// Whether one of the headings is one of these.
pub(super) fn has(headings: &[String], names: &[&str]) -> bool {
    headings.iter().any(|heading| names.contains(&plain(heading).as_str()))
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

/// Names in one cell.
pub(super) fn split(text: &str) -> Vec<String> {
    text.split(['、', '，', ',', '；', ';', '\n']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// What a unit is, by its label or the English word for it.
pub(super) fn unit_kind(text: &str) -> Option<UnitKind> {
    match text {
        "" | "部门" | "委" => Some(UnitKind::Bureau),
        "科" | "处" | "处室" | "股" => Some(UnitKind::Section),
        "办公室" => Some(UnitKind::Office),
        "中心" => Some(UnitKind::Centre),
        _ => UnitKind::from_word(&text.to_lowercase()).or_else(|| UnitKind::ALL.iter().copied().find(|kind| kind.label() == text)),
    }
}

/// What a post is, by its label or the English word for it.
pub(super) fn post_kind(text: &str) -> Option<PostKind> {
    match text {
        "" => Some(PostKind::Staff),
        _ => PostKind::from_word(&text.to_lowercase()).or_else(|| PostKind::ALL.iter().copied().find(|kind| kind.label() == text)),
    }
}

/// Yes or no.
pub(super) fn yes(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "是" | "√" | "✓" | "1" | "y" | "yes" | "true" => Some(true),
        "" | "否" | "×" | "0" | "n" | "no" | "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_every_column_and_no_rows() {
        let bytes = template().unwrap();
        // A table without rows has headings only; the page that explains them is not read.
        let table = officedoc::sheet::read("a.xlsx", &bytes, super::super::sheet::LIMITS).unwrap();
        assert_eq!(table.columns.len(), COLUMNS.len());
        assert_eq!(table.other_sheets().collect::<Vec<_>>(), ["填写说明"]);
        assert!(super::super::sheet::lines(table).unwrap().is_empty());
        assert!(HELP.iter().zip(COLUMNS).all(|((name, _), (_, names))| names[0] == *name));
    }

    #[test]
    fn values_go_by_their_labels_and_by_english_words() {
        assert_eq!((unit_kind("科室"), unit_kind("Section"), unit_kind("公司")), (Some(UnitKind::Section), Some(UnitKind::Section), None));
        assert_eq!((post_kind("副职"), post_kind("Deputy"), post_kind("官")), (Some(PostKind::Deputy), Some(PostKind::Deputy), None));
        assert_eq!((yes("是"), yes("Yes"), yes("NO"), yes("也许")), (Some(true), Some(true), Some(false), None));
    }
}
