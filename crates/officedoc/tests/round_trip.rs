//! What is written comes back when it is read, and means the same to other readers.

#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions may fail the test too")]

use std::io::{Cursor, Read};

use calamine::{Data, Reader};
use chrono::NaiveDate;
use officedoc::{
    csv,
    sheet::{self, Cell, Limits, SheetOut, Table},
};
use proptest::prelude::*;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 1).unwrap()
}

fn sample() -> SheetOut {
    SheetOut {
        name: "任务清单".into(),
        columns: ["名称", "编号", "金额", "进度", "时限", "登记", "办结"].map(String::from).into(),
        rows: vec![
            vec![
                "=HYPERLINK(\"http://x\")".into(),
                "007".into(),
                Cell::Number(-1234.5),
                Cell::Percent(0.85),
                day().into(),
                day().and_hms_opt(8, 30, 0).into(),
                true.into(),
            ],
            vec!["多行\n文字 <&>\"".into(), Cell::Int(110_101_199_001_011_234), Cell::Int(7), Cell::Empty, None::<NaiveDate>.into()],
            vec!["http://example.com".into(), "2026-05-01".into(), Cell::Number(f64::NAN), Cell::Percent(1.0)],
            vec![Cell::Text("_x0041_ 与 \u{1f4f7} 与 \u{ffff}\u{1}".into())],
        ],
    }
}

fn expected() -> Vec<String> {
    [
        "=HYPERLINK(\"http://x\")|007|-1234.5|85%|2026-05-01|2026-05-01 08:30:00|是",
        "多行\n文字 <&>\"|110101199001011234|7||||",
        "http://example.com|2026-05-01||100%|||",
    ]
    .map(String::from)
    .into()
}

fn joined(table: &Table) -> Vec<String> {
    table.rows.iter().map(|row| row.cells.join("|")).collect()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn xlsx_comes_back() {
    let bytes = sheet::write(&[sample()]).unwrap();
    let table = sheet::read("a", &bytes, Limits::default()).unwrap();
    assert_eq!((table.name.as_str(), &table.columns), ("任务清单", &sample().columns));
    assert_eq!(joined(&table)[..3], expected());
    assert_eq!(table.rows[3].cells[0], "_x0041_ 与 \u{1f4f7} 与 ");
}

#[test]
fn csv_comes_back() {
    let bytes = csv::write(&sample()).unwrap();
    let table = sheet::read("任务清单.csv", &bytes, Limits::default()).unwrap();
    assert_eq!((table.name.as_str(), &table.columns), ("任务清单", &sample().columns));
    assert_eq!(joined(&table)[..3], expected());
}

#[test]
fn other_readers_find_types_not_only_texts() {
    let bytes = sheet::write(&[sample()]).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range("任务清单").unwrap();
    assert_eq!(range.get((1, 0)), Some(&Data::String("=HYPERLINK(\"http://x\")".into())));
    assert_eq!(range.get((1, 1)), Some(&Data::String("007".into())));
    assert_eq!(range.get((1, 2)), Some(&Data::Float(-1234.5)));
    assert_eq!(range.get((1, 3)), Some(&Data::Float(0.85)));
    assert!(matches!(range.get((1, 4)), Some(Data::DateTime(date)) if date.as_f64() == 46_143.0));
    assert_eq!(range.get((2, 1)), Some(&Data::String("110101199001011234".into())));
    assert!(book.worksheet_formula("任务清单").unwrap().is_empty());
}

#[test]
fn headings_stay_and_filter_and_columns_fit() {
    let bytes = sheet::write(&[sample(), SheetOut { name: "任务清单".into(), columns: vec![], rows: vec![] }]).unwrap();
    let xml = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(xml.contains("state=\"frozen\"") && xml.contains("ySplit=\"1\""));
    assert!(xml.contains("<autoFilter ref=\"A1:G5\"/>"));
    assert!(!xml.contains("<f>") && !xml.contains("hyperlink"));
    assert!(part(&bytes, "xl/styles.xml").contains("quotePrefix=\"1\""));
    let mut widths = xml.split("<col ").skip(1).map(|column| -> f64 {
        let after = column.split_once("width=\"").unwrap().1;
        after.split_once('"').unwrap().0.parse().unwrap()
    });
    let (first, last) = (widths.next().unwrap(), widths.last().unwrap());
    assert!(first > 20.0 && last < 12.0, "{first} {last}");
    assert!(part(&bytes, "xl/workbook.xml").contains("name=\"任务清单(2)\""));
}

#[test]
fn nothing_can_be_written_too() {
    assert!(sheet::write(&[]).unwrap().starts_with(b"PK"));
    assert_eq!(
        csv::write(&SheetOut { name: String::new(), columns: vec!["甲".into()], rows: vec![] }).unwrap(),
        "\u{feff}甲\r\n".as_bytes()
    );
}

/// What reading makes of a text: blank ones are empty, line breaks are one kind, control characters are gone.
fn as_read(text: &str) -> String {
    let text: String = text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.chars().filter(|&c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let is_blank = text.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}'));
    if is_blank { String::new() } else { text.replace(['\u{fffe}', '\u{ffff}'], "") }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_comes_back(texts in proptest::collection::vec("(.|[\r\n\t'\"=;,_x0-9A-F&<>]){0,12}", 1..12)) {
        let rows = texts.iter().map(|text| vec!["行".into(), text.as_str().into()]).collect();
        let out = SheetOut { name: "表".into(), columns: vec!["序".into(), "文".into()], rows };
        let wanted: Vec<_> = texts.iter().map(|text| as_read(text)).collect();

        let from_xlsx = sheet::read("a", &sheet::write(std::slice::from_ref(&out)).unwrap(), Limits::default()).unwrap();
        let found: Vec<_> = from_xlsx.rows.into_iter().map(|row| row.cells[1].clone()).collect();
        prop_assert_eq!(&found, &wanted);

        let from_csv = sheet::read("a", &csv::write(&out).unwrap(), Limits::default()).unwrap();
        let found: Vec<_> = from_csv.rows.into_iter().map(|row| as_read(&row.cells[1])).collect();
        prop_assert_eq!(&found, &wanted);
    }

    #[test]
    fn any_day_comes_back(days in 0_i64..2_958_000) {
        let date = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Duration::days(days);
        let out = SheetOut { name: "表".into(), columns: vec!["日".into()], rows: vec![vec![date.into()]] };
        let table = sheet::read("a", &sheet::write(&[out]).unwrap(), Limits::default()).unwrap();
        prop_assert_eq!(&table.rows[0].cells[0], &date.to_string());
    }
}
