//! Files made to hurt: none may end the process, take long, or take memory out of proportion.

#![expect(clippy::unwrap_used, reason = "helpers outside #[test] functions may fail the test too")]

use std::io::{Cursor, Read, Write};

use officedoc::sheet::{Limits, SheetError, Table, read};
use proptest::prelude::*;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

const OPENPYXL: &[u8] = include_bytes!("fixtures/openpyxl.xlsx");
const XLSXWRITER: &[u8] = include_bytes!("fixtures/xlsxwriter.xlsx");
const XLWT: &[u8] = include_bytes!("fixtures/xlwt.xls");

fn attempt(bytes: &[u8]) -> Result<Table, SheetError> {
    read("a.xlsx", bytes, Limits::default())
}

fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            (part.name().unwrap().into_owned(), content)
        })
        .collect()
}

/// A workbook of one sheet.
fn workbook(sheet: &str, strings: &str, styles: &str) -> Vec<u8> {
    let part = |name: &str, content: &str| (name.to_owned(), content.as_bytes().to_vec());
    packed(&[
        part("_rels/.rels", r#"<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        part("xl/_rels/workbook.xml.rels", r#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></Relationships>"#),
        part("xl/workbook.xml", r#"<workbook><sheets><sheet name="表" r:id="r1"/></sheets></workbook>"#),
        part("xl/sharedStrings.xml", strings),
        part("xl/styles.xml", styles),
        part("xl/s.xml", &format!("<worksheet>{sheet}</worksheet>")),
    ])
}

#[test]
fn numbers_in_the_file_are_not_believed() {
    let sheet = r#"<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>"#;
    let strings = r#"<sst count="100000000000" uniqueCount="100000000000"><si><t>名称</t></si></sst>"#;
    assert_eq!(attempt(&workbook(sheet, strings, "")).unwrap().columns, ["名称"]);
}

#[test]
fn a_long_font_name_costs_nothing() {
    let styles = format!(
        r#"<styleSheet><fonts><font><name val="{}"/></font></fonts><cellXfs>{}</cellXfs></styleSheet>"#,
        "a".repeat(100_000),
        r#"<xf fontId="0" numFmtId="14"/>"#.repeat(20_000)
    );
    let sheet = r#"<sheetData><c r="A1"><v>1</v></c><c r="A2" s="19999"><v>46143</v></c></sheetData>"#;
    assert_eq!(attempt(&workbook(sheet, "", &styles)).unwrap().rows[0].cells, ["2026-05-01"]);
}

#[test]
fn cells_far_apart_make_no_field_between_them() {
    let sheet = r#"<dimension ref="B2:A1"/><sheetData><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></sheetData>"#;
    assert_eq!(
        attempt(&workbook(sheet, "", "")),
        Err(SheetError::TooManyColumns { max_columns: 200, row: 1_048_576, column: "XFD".into() })
    );
    let sheet = r#"<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>"#;
    assert_eq!(attempt(&workbook(sheet, "", "")).unwrap().rows[0].number, 1_048_576);
    let sheet = r#"<sheetData><row r="4294967295"/><row/><row/><row><c><v>1</v></c></row></sheetData>"#;
    assert!(matches!(attempt(&workbook(sheet, "", "")), Err(SheetError::Broken { .. })));
}

#[test]
fn one_text_shared_by_many_cells_is_counted_each_time() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "字".repeat(10_000));
    let cells: String = (1..=10_000).map(|row| format!(r#"<c r="A{row}" t="s"><v>0</v></c>"#)).collect();
    let refused = attempt(&workbook(&format!("<sheetData>{cells}</sheetData>"), &strings, ""));
    assert_eq!(refused, Err(SheetError::TooMuchText { max_bytes: 200 << 20 }));
}

#[test]
fn entities_do_not_expand() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>"#;
    assert!(matches!(attempt(&workbook("<sheetData/>", bomb, "")), Err(SheetError::Broken { .. })));
}

#[test]
fn sheets_that_all_point_to_one_part_end_soon() {
    let padding = " ".repeat(1 << 20);
    let mut parts = unpacked(&workbook(&format!("<sheetData>{padding}</sheetData>"), "", ""));
    for (name, content) in &mut parts {
        if name == "xl/workbook.xml" {
            *content = format!("<workbook><sheets>{}</sheets></workbook>", r#"<sheet name="表" r:id="r1"/>"#.repeat(1000)).into();
        }
    }
    assert!(matches!(attempt(&packed(&parts)), Err(SheetError::Suspicious { .. })));
}

#[test]
fn wrong_files_are_named() {
    let docx =
        packed(&[("[Content_Types].xml".to_owned(), b"<Types/>".to_vec()), ("word/document.xml".to_owned(), b"<document/>".to_vec())]);
    assert_eq!(attempt(&docx), Err(SheetError::WrongType { found: "Word 文档" }));
    let zip = packed(&[("a.txt".to_owned(), b"a".to_vec())]);
    assert_eq!(attempt(&zip), Err(SheetError::WrongType { found: "压缩包" }));
    assert_eq!(attempt(b""), Err(SheetError::Empty));
    assert!(matches!(attempt(&[b'a'; (10 << 20) + 1]), Err(SheetError::TooLarge { .. })));
    assert!(matches!(attempt(&OPENPYXL[..3000]), Err(SheetError::Broken { .. })));
    assert!(matches!(attempt(&XLWT[..30_000]), Err(SheetError::Broken { .. })));
}

#[test]
fn every_cut_of_an_xls_is_survived() {
    for length in (0..XLWT.len()).step_by(97) {
        let _ = attempt(&XLWT[..length]);
    }
}

const STARTS: &[&[u8]] = &[b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xef\xbb\xbf"];

/// Which byte becomes which; places beyond the end are taken from the start again.
fn damage() -> impl Strategy<Value = Vec<(usize, u8)>> {
    proptest::collection::vec((any::<usize>(), prop_oneof![any::<u8>(), Just(0), Just(0xff), Just(b'<'), Just(b'"'), Just(b'9')]), 1..12)
}

fn damaged(bytes: &[u8], damage: &[(usize, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (place, byte) in damage {
        let place = place % bytes.len().max(1);
        if let Some(found) = bytes.get_mut(place) {
            *found = *byte;
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(start in proptest::sample::select(STARTS), bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = attempt(&[start, &bytes].concat());
    }

    #[test]
    fn damaged_containers(damage in damage()) {
        let _ = attempt(&damaged(OPENPYXL, &damage));
        let _ = attempt(&damaged(XLWT, &damage));
    }

    /// The first sectors hold the chains and the first records.
    #[test]
    fn damaged_headers(damage in damage()) {
        let (front, rest) = XLWT.split_at(2048);
        let _ = attempt(&[&damaged(front, &damage), rest].concat());
    }

    /// The zip is sound, a part inside is not.
    #[test]
    fn damaged_parts(which: usize, damage in damage(), cut in proptest::option::of(0_usize..5000)) {
        for original in [OPENPYXL, XLSXWRITER] {
            let mut parts = unpacked(original);
            let count = parts.len();
            let (_, content) = &mut parts[which % count];
            *content = damaged(content, &damage);
            if let Some(length) = cut {
                content.truncate(length);
            }
            let _ = attempt(&packed(&parts));
        }
    }
}
