//! xlsx: parts of XML in a zip, as Excel, WPS, LibreOffice and libraries write them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use super::{
    Limits, SheetError, Table, chosen,
    container::Container,
    grid::{Grid, Value},
    kind,
    strings::Strings,
    value::{NumberKind, bool_text, iso_date_text, number_text},
    xml::{Event, Malformed, Scanner, Tag},
};

/// More sheets than anybody keeps in one file.
const MAX_SHEETS: usize = 1_000;
/// Several for each sheet: its own, its drawings', its comments'.
const MAX_RELATIONSHIPS: usize = 10 * MAX_SHEETS;
/// The last row and column Excel has, counted from 0.
const LAST_ROW: u32 = 1_048_575;
const LAST_COLUMN: u32 = 16_383;

pub(super) fn read(bytes: &[u8], limits: Limits, place: Option<usize>) -> Result<Table, SheetError> {
    let mut container = Container::open(bytes, limits)?;
    let workbook = Workbook::open(&mut container, limits)?;
    let visible: Vec<_> = workbook.sheets.iter().filter(|sheet| sheet.is_visible).collect();
    chosen(
        &visible,
        place,
        |sheet| sheet.name.clone(),
        |sheet| {
            let part = container.text(&sheet.part)?.ok_or(broken("工作表"))?;
            workbook.read_sheet(&part, limits)
        },
    )
}

struct Workbook {
    sheets: Vec<Sheet>,
    strings: Strings,
    /// What each cell style makes of a number.
    styles: Vec<NumberKind>,
    is_1904: bool,
}

struct Sheet {
    name: String,
    part: String,
    is_visible: bool,
}

/// Where the parts of a workbook lie, by relationship id.
type Relationships = BTreeMap<String, Relationship>;

struct Relationship {
    /// The last step of the type's address: `worksheet`, `styles`, …
    kind: String,
    target: String,
}

impl Workbook {
    fn open(container: &mut Container<'_>, limits: Limits) -> Result<Self, SheetError> {
        if let Some(found) = kind::other_zip(|name| container.has(name)) {
            return Err(SheetError::WrongType { found });
        }
        let root = relationships(container, "_rels/.rels")?;
        let main = root.values().find(|to| to.kind == "officeDocument").map(|to| resolve("", &to.target));
        let main = main.unwrap_or_else(|| "xl/workbook.xml".to_owned());
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
        let text = container.text(&main)?.filter(|text| is_workbook(text));
        let text = text.ok_or(SheetError::WrongType { found: "压缩包" })?;
        let related = relationships(container, &resolve(folder, &format!("_rels/{file}.rels")))?;
        let (sheets, is_1904) = sheets(&text, folder, &related).map_err(|_| broken("工作簿目录"))?;

        let mut part_of_kind = |kind: &str, usual: &str| {
            let found = related.values().find(|to| to.kind == kind);
            container.text(&resolve(folder, found.map_or(usual, |to| &to.target)))
        };
        let strings = match part_of_kind("sharedStrings", "sharedStrings.xml")? {
            Some(text) => shared_strings(&text, limits)?,
            None => Strings::default(),
        };
        let styles = match part_of_kind("styles", "styles.xml")? {
            Some(text) => styles(&text).map_err(|_| broken("单元格格式"))?,
            None => Vec::new(),
        };
        Ok(Self { sheets, strings, styles, is_1904 })
    }

    fn read_sheet(&self, text: &str, limits: Limits) -> Result<Grid, SheetError> {
        let malformed = |_: Malformed| broken("工作表");
        let mut grid = Grid::new(limits);
        let mut scanner = Scanner::new(text);
        let (mut row, mut column) = (0, 0);
        let mut cell: Option<OpenCell<'_>> = None;
        while let Some(event) = scanner.next().map_err(malformed)? {
            match event {
                Event::Start(tag) if tag.name == "row" => {
                    if let Some(number) = tag.attribute("r").and_then(|number| number.parse::<u32>().ok()) {
                        row = number.saturating_sub(1);
                    }
                    column = 0;
                }
                Event::Start(tag) if tag.name == "c" => {
                    if let Some(place) = tag.attribute("r") {
                        (row, column) = position(&place).ok_or(broken("工作表"))?;
                    }
                    cell = Some(OpenCell::new(&tag));
                }
                Event::End("c") => {
                    if row > LAST_ROW || column > LAST_COLUMN {
                        return Err(broken("工作表"));
                    }
                    if let Some(cell) = cell.take() {
                        self.close(cell, row, column, &mut grid)?;
                    }
                    column += 1;
                }
                Event::End("row") => row = row.saturating_add(1),
                Event::End("sheetData") => break,
                other => {
                    if let Some(cell) = &mut cell {
                        cell.take(&other);
                    }
                }
            }
        }
        Ok(grid)
    }

    fn close(&self, cell: OpenCell<'_>, row: u32, column: u32, grid: &mut Grid) -> Result<(), SheetError> {
        let text = cell.text;
        if text.is_empty() {
            return Ok(());
        }
        let value = match cell.kind.as_deref() {
            Some("s") => {
                let number = text.trim().parse().ok();
                let shared = number.and_then(|number| self.strings.get(number)).ok_or(broken("文字表"))?;
                Value::Text(shared.into())
            }
            Some("str" | "inlineStr" | "is") => Value::Text(unescaped(&text)),
            Some("b") => match text.trim() {
                "1" | "true" | "TRUE" => Value::Text(bool_text(true).into()),
                "0" | "false" | "FALSE" => Value::Text(bool_text(false).into()),
                _ => Value::Text(text.as_str().into()),
            },
            Some("e") => Value::Error(text.trim()),
            Some("d") => Value::Text(iso_date_text(text.trim()).into()),
            _ => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    let style = self.styles.get(cell.style).copied().unwrap_or_default();
                    Value::Text(number_text(number, style, self.is_1904).into())
                }
                _ => Value::Text(text.as_str().into()),
            },
        };
        grid.put(row, column, value)
    }
}

/// A cell between its start and its end: what its value says so far.
struct OpenCell<'a> {
    kind: Option<Cow<'a, str>>,
    style: usize,
    rich: RichText,
    in_value: bool,
    text: String,
}

impl<'a> OpenCell<'a> {
    fn new(tag: &Tag<'a>) -> Self {
        Self {
            kind: tag.attribute("t"),
            style: tag.attribute("s").and_then(|style| style.parse().ok()).unwrap_or(0),
            rich: RichText::default(),
            in_value: false,
            text: String::new(),
        }
    }

    /// Takes `<v>`, or `<is>` for text that stands in the cell itself; a formula's `<f>` is passed over.
    fn take(&mut self, event: &Event<'_>) {
        let is_inline = matches!(self.kind.as_deref(), Some("inlineStr" | "is"));
        match event {
            _ if is_inline => self.rich.take(event, &mut self.text),
            Event::Start(tag) if tag.name == "v" => self.in_value = true,
            Event::End("v") => self.in_value = false,
            Event::Text(text) if self.in_value => self.text.push_str(text),
            _ => {}
        }
    }
}

/// Text in `<t>` elements, in one or several runs; the reading aids of East Asian text in `<rPh>` do not belong to it.
#[derive(Debug, Default)]
struct RichText {
    in_text: bool,
    in_phonetic: bool,
    keeps_space: bool,
    run_start: usize,
}

impl RichText {
    fn take(&mut self, event: &Event<'_>, into: &mut String) {
        match event {
            Event::Start(tag) if tag.name == "rPh" => self.in_phonetic = true,
            Event::End("rPh") => self.in_phonetic = false,
            Event::Start(tag) if tag.name == "t" && !self.in_phonetic => {
                self.in_text = true;
                self.keeps_space = tag.attribute("space").as_deref() == Some("preserve");
                self.run_start = into.len();
            }
            Event::Text(text) if self.in_text => into.push_str(text),
            Event::End("t") if self.in_text => {
                self.in_text = false;
                if !self.keeps_space {
                    let run = into.get(self.run_start..).unwrap_or_default();
                    let trimmed = run.trim_matches([' ', '\t', '\n']).to_owned();
                    into.truncate(self.run_start);
                    into.push_str(&trimmed);
                }
            }
            _ => {}
        }
    }
}

fn broken(part: &'static str) -> SheetError {
    SheetError::Broken { part }
}

fn is_workbook(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    while let Ok(Some(event)) = scanner.next() {
        if let Event::Start(tag) = event {
            return tag.name == "workbook";
        }
    }
    false
}

fn relationships(container: &mut Container<'_>, part: &str) -> Result<Relationships, SheetError> {
    let Some(text) = container.text(part)? else { return Ok(Relationships::new()) };
    let mut found = Relationships::new();
    let mut scanner = Scanner::new(&text);
    while let Some(event) = scanner.next().map_err(|_| broken("关系表"))? {
        let Event::Start(tag) = event else { continue };
        if tag.name == "Relationship"
            && found.len() < MAX_RELATIONSHIPS
            && let (Some(id), Some(kind), Some(target)) = (tag.attribute("Id"), tag.attribute("Type"), tag.attribute("Target"))
        {
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            found.insert(id.into_owned(), Relationship { kind, target: target.into_owned() });
        }
    }
    Ok(found)
}

/// The path of a part named relative to a folder, or from the root when it begins with `/`.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let (mut steps, relative): (Vec<&str>, _) = match target.strip_prefix('/') {
        Some(absolute) => (Vec::new(), absolute),
        None => (folder.split('/').filter(|step| !step.is_empty()).collect(), target.as_str()),
    };
    for step in relative.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// The worksheets in their order, and whether dates count from 1904.
fn sheets(text: &str, folder: &str, related: &Relationships) -> Result<(Vec<Sheet>, bool), Malformed> {
    let mut sheets = Vec::new();
    let mut is_1904 = false;
    let mut scanner = Scanner::new(text);
    while let Some(event) = scanner.next()? {
        let Event::Start(tag) = event else { continue };
        match tag.name {
            "workbookPr" => {
                if let Some(flag) = tag.attribute("date1904") {
                    is_1904 = matches!(&*flag, "1" | "true");
                }
            }
            "sheet" if sheets.len() < MAX_SHEETS => {
                let to = tag.attribute("id").and_then(|id| related.get(&*id)).filter(|to| to.kind == "worksheet");
                if let Some(to) = to {
                    sheets.push(Sheet {
                        name: tag.attribute("name").unwrap_or_default().chars().take(255).collect(),
                        part: resolve(folder, &to.target),
                        is_visible: !matches!(tag.attribute("state").as_deref(), Some("hidden" | "veryHidden")),
                    });
                }
            }
            _ => {}
        }
    }
    Ok((sheets, is_1904))
}

fn shared_strings(text: &str, limits: Limits) -> Result<Strings, SheetError> {
    let mut strings = Strings::default();
    let mut scanner = Scanner::new(text);
    let mut rich = RichText::default();
    let mut current = String::new();
    while let Some(event) = scanner.next().map_err(|_| broken("文字表"))? {
        match event {
            Event::Start(tag) if tag.name == "si" => current.clear(),
            Event::End("si") => strings.push(&unescaped(&current), limits)?,
            other => rich.take(&other, &mut current),
        }
    }
    Ok(strings)
}

/// What each cell style makes of a number, by the style's index.
fn styles(text: &str) -> Result<Vec<NumberKind>, Malformed> {
    let mut own_formats: HashMap<u32, NumberKind> = HashMap::new();
    let mut styles = Vec::new();
    let mut in_cell_styles = false;
    let mut scanner = Scanner::new(text);
    while let Some(event) = scanner.next()? {
        match event {
            Event::Start(tag) if tag.name == "numFmt" => {
                let id = tag.attribute("numFmtId").and_then(|id| id.parse().ok());
                if let (Some(id), Some(code)) = (id, tag.attribute("formatCode")) {
                    own_formats.insert(id, NumberKind::of_code(&code));
                }
            }
            Event::Start(tag) if tag.name == "cellXfs" => in_cell_styles = true,
            Event::End("cellXfs") => in_cell_styles = false,
            Event::Start(tag) if tag.name == "xf" && in_cell_styles => {
                let id = tag.attribute("numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                styles.push(own_formats.get(&id).copied().unwrap_or_else(|| NumberKind::of_builtin(id)));
            }
            _ => {}
        }
    }
    Ok(styles)
}

/// Row and column, from 0, of a reference such as `B7`.
fn position(reference: &str) -> Option<(u32, u32)> {
    let digits = reference.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = reference.split_at_checked(digits)?;
    let mut column: u32 = 0;
    for letter in letters.bytes() {
        let value = u32::from(letter.to_ascii_uppercase().checked_sub(b'A').filter(|&value| value < 26)?) + 1;
        column = column.checked_mul(26)?.checked_add(value)?;
    }
    let row = number.parse::<u32>().ok()?.checked_sub(1).filter(|&row| row <= LAST_ROW)?;
    let column = column.checked_sub(1).filter(|&column| column <= LAST_COLUMN)?;
    Some((row, column))
}

/// Undoes Excel's own escapes, `_x000D_` for a carriage return, four hexadecimal digits of UTF-16 each.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    loop {
        if let Some((unit, after)) = escape(rest) {
            units.push(unit);
            rest = after;
            continue;
        }
        plain.extend(char::decode_utf16(units.drain(..)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { return Cow::Owned(plain) };
        plain.push(c);
        rest = chars.as_str();
    }
}

/// An escape at the very beginning, and what follows it.
fn escape(text: &str) -> Option<(u16, &str)> {
    let after = text.strip_prefix("_x")?;
    let (digits, after) = after.split_at_checked(4)?;
    let after = after.strip_prefix('_')?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten().map(|unit| (unit, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions() {
        assert_eq!(position("A1"), Some((0, 0)));
        assert_eq!(position("xfd1048576"), Some((LAST_ROW, LAST_COLUMN)));
        for wrong in ["", "A", "1", "A0", "XFE1", "A1048577", "AAAAAAAAAAAA1", "A99999999999", "$A$1", "A1:B2", "é1"] {
            assert_eq!(position(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn paths() {
        assert_eq!(resolve("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("xl", "../other\\sheet.xml"), "other/sheet.xml");
        assert_eq!(resolve("", "../../etc/passwd"), "etc/passwd");
    }

    #[test]
    fn excel_escapes() {
        assert_eq!(unescaped("a_x000D_b"), "a\rb");
        assert_eq!(unescaped("_x005F_x000D_"), "_x000D_");
        assert_eq!(unescaped("_xD83D__xDCF7_"), "\u{1f4f7}");
        assert_eq!(unescaped("_xD83D_"), "\u{fffd}");
        assert_eq!(unescaped("a_xb_xZZZZ_x00e"), "a_xb_xZZZZ_x00e");
    }
}
