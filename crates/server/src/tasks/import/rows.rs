//! What each row of a sheet becomes, before anybody has looked at its unit names.

use std::collections::{BTreeSet, HashMap};

use kit::Day;
use wording::{Lang, Words, say};
use workdays::Calendar;

use super::{
    cells,
    dues::{self, Dues, RowDue},
    model::{Mapping, RowProblem, Severity},
    names,
    sheet::{Sheet, SheetRow},
};
use crate::{
    app::Fields,
    tasks::{
        Importance, SourceKind,
        kinds::{Field, FieldsInput},
    },
};

/// Different unit names in a sheet, and source documents; a column with more is something else.
const MAX_NAMES: usize = 500;
const MAX_GROUPS: usize = 200;

/// What a task's parts may be long; as in `draft`.
const MAX_DEMAND: usize = 20_000;
const MAX_GROUP: usize = 300;
const MAX_CLAUSE: usize = 500;

/// A row as the task it may become.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) row: u32,
    pub(super) group: Option<String>,
    pub(super) title: String,
    pub(super) demand: String,
    pub(super) clause: Option<String>,
    /// Unit names.
    pub(super) lead: Vec<String>,
    pub(super) co: Vec<String>,
    pub(super) importance: Importance,
    /// A code, where the row says one.
    pub(super) source_kind: Option<String>,
    pub(super) fields: FieldsInput,
    pub(super) tags: Vec<String>,
    pub(super) due: RowDue,
    pub(super) excluded: bool,
    pub(super) problems: Vec<RowProblem>,
}

impl Entry {
    /// Something keeps the row from being imported.
    pub(super) fn error(&mut self, field: &'static str, message: impl Into<Words>) {
        self.problems.push(RowProblem { field, message: message.into(), severity: Severity::Error });
    }

    fn warn(&mut self, field: &'static str, message: impl Into<Words>) {
        self.problems.push(RowProblem { field, message: message.into(), severity: Severity::Warning });
    }
}

/// Says what is wrong with a mapping: columns that are not there, columns that cannot be what they are said to be.
pub(super) fn check(sheet: &Sheet, mapping: &Mapping, kinds: &[SourceKind], calendar: &Calendar, today: Day) -> Fields {
    let mut fields = Fields::default();
    let columns = [
        ("title", &mapping.title),
        ("demand", &mapping.demand),
        ("group", &mapping.group),
        ("clause", &mapping.clause),
        ("lead", &mapping.lead),
        ("co", &mapping.co),
        ("due", &mapping.due),
        ("importance", &mapping.importance),
        ("source_kind_column", &mapping.source_kind_column),
        ("tags", &mapping.tags),
    ];
    for (field, column) in columns {
        if let Some(column) = column
            && !sheet.columns.contains(column)
        {
            fields.add(field, say!("表中没有“{column}”这一列"));
        }
    }
    if mapping.title.is_none() && mapping.demand.is_none() {
        fields.add("title", "请指出哪一列是任务");
    }
    match kinds.iter().find(|kind| kind.code == mapping.source_kind) {
        None => fields.add("source_kind", "没有这种任务来源"),
        Some(kind) => {
            for (code, column) in &mapping.fields {
                let name = format!("fields.{code}");
                if !kind.fields.iter().any(|field| field.code == *code) {
                    fields.add(&name, "这类任务没有这个字段");
                } else if !sheet.columns.contains(column) {
                    fields.add(&name, say!("表中没有“{column}”这一列"));
                }
            }
        }
    }
    if let Some(words) = fields.optional_text("default_due", mapping.default_due.as_deref(), workdays::deadline::LONGEST_TEXT)
        && Dues::new(calendar, today, mapping.from_day).read(&words, None).unread.is_some()
    {
        fields.add("default_due", say!("看不懂期限“{words}”，请写成“6月底前”“年底前”"));
    }
    for (field, column) in [("lead", &mapping.lead), ("co", &mapping.co)] {
        let place = place(sheet, column.as_deref());
        let names: BTreeSet<String> = sheet.rows.iter().flat_map(|row| names::split(cell(row, place))).collect();
        if names.len() > MAX_NAMES {
            fields.add(field, say!("这一列有 {n} 个不同的名称，最多 {MAX_NAMES} 个；请核对它是不是单位", n = names.len()));
        }
    }
    let group = place(sheet, mapping.group.as_deref());
    let groups: BTreeSet<&str> = sheet.rows.iter().map(|row| cell(row, group)).collect();
    if groups.len() > MAX_GROUPS {
        fields.add("group", say!("这一列有 {n} 个不同的内容，最多 {MAX_GROUPS} 个；请核对它是不是来源文件", n = groups.len()));
    }
    fields
}

/// Reads every row, in the order of the sheet.
pub(super) fn read(sheet: &Sheet, mapping: &Mapping, kinds: &[SourceKind], calendar: &Calendar, today: Day) -> Vec<Entry> {
    let places = Places::of(sheet, mapping);
    let excluded: BTreeSet<u32> = mapping.excluded_rows.iter().copied().collect();
    let mut dues = Dues::new(calendar, today, mapping.from_day);
    let mut seen: HashMap<(Option<String>, String), u32> = HashMap::new();
    let mut entries = Vec::new();
    for row in &sheet.rows {
        let mut entry = entry(row, &places, mapping, kinds, &mut dues);
        if excluded.contains(&row.number) {
            entry.excluded = true;
            entry.problems.clear();
        } else if !entry.title.is_empty() {
            let first = *seen.entry((entry.group.clone(), entry.demand.clone())).or_insert(row.number);
            if first != row.number {
                entry.warn("title", say!("与第 {first} 行重复"));
            }
        }
        entries.push(entry);
    }
    entries
}

/// Where the columns of a mapping are.
struct Places {
    title: Option<usize>,
    demand: Option<usize>,
    group: Option<usize>,
    clause: Option<usize>,
    lead: Option<usize>,
    co: Option<usize>,
    due: Option<usize>,
    importance: Option<usize>,
    source_kind: Option<usize>,
    fields: Vec<(String, Option<usize>)>,
    tags: Option<usize>,
}

impl Places {
    fn of(sheet: &Sheet, mapping: &Mapping) -> Self {
        let place = |column: &Option<String>| place(sheet, column.as_deref());
        Self {
            title: place(&mapping.title),
            demand: place(&mapping.demand),
            group: place(&mapping.group),
            clause: place(&mapping.clause),
            lead: place(&mapping.lead),
            co: place(&mapping.co),
            due: place(&mapping.due),
            importance: place(&mapping.importance),
            source_kind: place(&mapping.source_kind_column),
            fields: mapping.fields.iter().map(|(code, column)| (code.clone(), self::place(sheet, Some(column)))).collect(),
            tags: place(&mapping.tags),
        }
    }
}

fn place(sheet: &Sheet, column: Option<&str>) -> Option<usize> {
    sheet.columns.iter().position(|known| Some(known.as_str()) == column)
}

fn cell(row: &SheetRow, place: Option<usize>) -> &str {
    place.and_then(|place| row.cells.get(place)).map_or("", |text| text.trim())
}

fn entry(row: &SheetRow, places: &Places, mapping: &Mapping, kinds: &[SourceKind], dues: &mut Dues<'_>) -> Entry {
    let said = |place| Some(cell(row, place)).filter(|text| !names::says_nothing(text));
    let (title, demand) = cells::texts(cell(row, places.title), cell(row, places.demand));
    let mut entry = Entry {
        row: row.number,
        group: said(places.group).map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")),
        title,
        demand,
        clause: said(places.clause).map(str::to_owned),
        lead: names::split(cell(row, places.lead)),
        co: names::split(cell(row, places.co)),
        importance: Importance::Normal,
        source_kind: None,
        fields: FieldsInput::new(),
        tags: names::split(cell(row, places.tags)),
        due: RowDue::default(),
        excluded: false,
        problems: Vec::new(),
    };
    for error in &row.errors {
        entry.error("row", Words::from_stored(error));
    }
    if entry.title.is_empty() {
        entry.error("title", "没有任务内容");
    }
    if let Some(words) = said(places.due).or(mapping.default_due.as_deref()) {
        let year = entry.group.as_deref().and_then(dues::year_of);
        entry.due = dues.read(words, year);
        for warning in entry.due.warnings.clone() {
            entry.warn("due", warning);
        }
        if let Some(words) = &entry.due.unread {
            entry.demand = cells::with_due(&entry.demand, words);
        }
    } else {
        entry.warn("due", "没有时限，导入后不会计算逾期；可在“没写时限的按”中统一填写");
    }
    for (field, length, max) in [
        ("demand", Some(&entry.demand), MAX_DEMAND),
        ("group", entry.group.as_ref(), MAX_GROUP),
        ("clause", entry.clause.as_ref(), MAX_CLAUSE),
    ]
    .map(|(field, text, max)| (field, text.map_or(0, |text| text.chars().count()), max))
    {
        if length > max {
            entry.error(field, say!("最多 {max} 个字，现有 {length} 个字"));
        }
    }
    if let Some(word) = said(places.importance) {
        match cells::importance(word) {
            Some(importance) => entry.importance = importance,
            None => entry.warn("importance", say!("重要程度“{word}”看不懂，按“一般”导入", word = short(word))),
        }
    }
    if let Some(word) = said(places.source_kind) {
        match kinds.iter().find(|kind| kind.name.zh() == word || kind.name.in_lang(Lang::En) == word || kind.code == word) {
            Some(kind) => entry.source_kind = Some(kind.code.clone()),
            None => entry.warn("source_kind", say!("没有“{word}”这种任务来源，按统一的来源导入", word = short(word))),
        }
    }
    let own = entry.source_kind.as_deref().unwrap_or(&mapping.source_kind);
    if let Some(kind) = kinds.iter().find(|kind| kind.code == own) {
        fill_in(&mut entry, row, places, &kind.fields);
    }
    entry
}

/// Reads what the row says in the fields of its kind.
fn fill_in(entry: &mut Entry, row: &SheetRow, places: &Places, known: &[Field]) {
    for field in known {
        let place = places.fields.iter().find(|(code, _)| *code == field.code).and_then(|(_, place)| *place);
        let text = Some(cell(row, place)).filter(|text| !names::says_nothing(text)).unwrap_or_default();
        let value = serde_json::Value::String(text.to_owned());
        match field.read(&value) {
            Ok(None) if field.required => entry.error("fields", say!("没有填写“{name}”", name = field.name)),
            Ok(None) => {}
            Ok(Some(_)) => drop(entry.fields.insert(field.code.clone(), value)),
            Err(words) => entry.error("fields", say!("{name}：{words}", name = field.name)),
        }
    }
}

fn short(text: &str) -> String {
    if text.chars().count() > 20 { text.chars().take(20).chain(['…']).collect() } else { text.to_owned() }
}
