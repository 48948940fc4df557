//! Files by other programs (see `fixtures/make.py`), and calamine as the judge of what they hold.

#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions may fail the test too")]

use std::io::Cursor;

use calamine::{Data, Range, Reader};
use officedoc::sheet::{Limits, SheetError, Table, read, read_at};
use wording::Words;

const OPENPYXL: &[u8] = include_bytes!("fixtures/openpyxl.xlsx");
const XLSXWRITER: &[u8] = include_bytes!("fixtures/xlsxwriter.xlsx");
const INLINE: &[u8] = include_bytes!("fixtures/inline.xlsx");
const ENCRYPTED: &[u8] = include_bytes!("fixtures/encrypted.xlsx");
const XLWT: &[u8] = include_bytes!("fixtures/xlwt.xls");

fn said(errors: &[Words]) -> Vec<String> {
    errors.iter().map(Words::zh).collect()
}

fn table(bytes: &[u8]) -> Table {
    // The name lies on purpose: content decides.
    read("上传.csv", bytes, Limits::default()).unwrap()
}

#[test]
fn openpyxl() {
    let table = table(OPENPYXL);
    assert_eq!((table.name.as_str(), table.other_sheets().collect::<Vec<_>>()), ("任务清单", vec!["空表", "附表"]));
    let places: Vec<_> = table
        .sheets
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let one = read_at("a.xlsx", OPENPYXL, Limits::default(), place).unwrap();
            assert_eq!((&one.name, one.place), (name, place));
            (one.name, one.columns.is_empty())
        })
        .collect();
    assert_eq!(places.iter().filter(|(_, empty)| *empty).map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["空表"]);
    assert_eq!(read_at("a.xlsx", OPENPYXL, Limits::default(), places.len()), Err(SheetError::NoContent));
    let headings = ["序号", "任务名称", "完成时限", "登记时间", "进度", "是否完成", "合计", "列H", "任务名称（2）"];
    assert_eq!(table.columns, headings);
    let rows: Vec<_> = table.rows.iter().map(|row| (row.number, row.cells.join("|"))).collect();
    assert_eq!(
        rows,
        [
            (3, "1|  前后空格 |2026-05-01|2026-05-01 08:30:00|85%|是|||x".to_owned()),
            (4, "2.5|多行\n文字 & <标记>|2026-05-01|09:15:00|100%|否||乙|".to_owned()),
            (7, "|合并|||||||".to_owned()),
        ]
    );
    assert!(table.rows.iter().all(|row| row.errors.is_empty()));
}

#[test]
fn xlsxwriter_with_cached_formulas_and_dates_from_1904() {
    let table = table(XLSXWRITER);
    let row = &table.rows[0];
    assert_eq!(row.cells, ["前粗 后", "2026-05-01", "甲乙", "0.3", "", "是", "30:00:00"]);
    assert_eq!(said(&row.errors), ["第 2 行“错误”列（E2）公式出错：#DIV/0!（除数为零），请更正"]);
}

#[test]
fn texts_inside_cells() {
    let table = table(INLINE);
    assert_eq!((table.name.as_str(), table.rows[0].cells.join("|")), ("内联", "甲| 保留空格 ".to_owned()));
}

#[test]
fn xls() {
    let table = table(XLWT);
    assert_eq!(table.name, "任务清单");
    assert_eq!(table.other_sheets().count(), 0);
    assert_eq!(table.columns, ["序号", "名称", "时限", "登记", "进度", "完成", "错误"]);
    assert_eq!((table.rows[0].number, table.rows.len()), (3, 253));
    assert_eq!(table.rows[0].cells, ["1", "督办事项", "2026-05-01", "2026-05-01 08:30:00", "12.5%", "是", ""]);
    assert_eq!(said(&table.rows[0].errors), ["第 3 行“错误”列（H3）公式出错：#DIV/0!（除数为零），请更正"]);
    assert_eq!(table.rows[1].cells, ["2.75", "Latin é only", "", "", "10000000000", "否", ""]);
    for number in 0..250 {
        let row = &table.rows[number + 2];
        assert_eq!(row.cells[0], number.to_string());
        let text = format!("第{number}项：{}", "督办任务说明文字".repeat(8));
        assert_eq!(row.cells[1], text + &"abc".repeat(number)[..number % 60]);
    }
    assert_eq!(table.rows[252].cells[1], "富文本");
}

/// The texts of a range, as far as both libraries mean the same by them.
fn judged(range: &Range<Data>) -> Vec<Vec<Option<String>>> {
    let text = |cell: &Data| match cell {
        Data::Empty => Some(String::new()),
        Data::String(text) => Some(text.clone()),
        _ => None,
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

fn agrees(table: &Table, range: &Range<Data>) {
    let start = range.start().unwrap().0;
    let rows = judged(range);
    for row in &table.rows {
        let expected = &rows[(row.number - 1 - start) as usize];
        for (cell, expected) in row.cells.iter().zip(expected) {
            match expected {
                Some(expected) => assert_eq!(cell, expected, "row {}", row.number),
                None => assert!(!cell.is_empty() || !row.errors.is_empty(), "row {}", row.number),
            }
        }
    }
}

#[test]
fn calamine_sees_the_same_texts() {
    for bytes in [OPENPYXL, XLSXWRITER, INLINE] {
        let table = table(bytes);
        let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        agrees(&table, &book.worksheet_range(&table.name).unwrap());
    }
    let mut book: calamine::Xls<_> = calamine::open_workbook_from_rs(Cursor::new(XLWT)).unwrap();
    agrees(&table(XLWT), &book.worksheet_range("任务清单").unwrap());
}

#[test]
fn passwords_are_told() {
    let Err(error) = read("a.xlsx", ENCRYPTED, Limits::default()) else { panic!("read without a password") };
    assert_eq!(error, SheetError::Encrypted);
    assert!(error.to_string().contains("取消密码"));
}
