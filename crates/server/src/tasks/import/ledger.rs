//! The steps before the commit, and what an import looks like at each of them.

use std::collections::HashMap;

use db::Tx;
use serde::{Serialize, de::DeserializeOwned};
use wording::say;

use super::{
    guess,
    model::{Choice, Choices, ImportId, ImportUnit, Mapping, Severity, TaskImport, TaskImportRow, UnitChoice, UnitChoiceKind},
    rows::{self, Entry},
    sheet::Sheet,
    store::{self, ImportRecord},
    units,
};
use crate::{
    app::{Ctx, Fields, Outcome, Refusal},
    org::{self, UnitId},
    tasks::{SourceKind, kinds},
};

/// Rows shown beside the mapping, and characters of their cells.
const SAMPLE_ROWS: usize = 5;
const SAMPLE_CHARS: usize = 120;

/// An import in hand.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) record: ImportRecord,
    pub(super) sheet: Sheet,
    pub(super) mapping: Mapping,
    pub(super) choices: Choices,
}

impl Ledger {
    fn of(record: ImportRecord) -> Outcome<Self> {
        Ok(Self { sheet: parsed(&record.content)?, mapping: parsed(&record.mapping)?, choices: parsed(&record.choices)?, record })
    }

    /// Takes the actor's import in hand to change it. `version` is the one the actor looked at; without one, whatever
    /// stands now.
    pub(super) async fn open(tx: &mut Tx, ctx: &Ctx, id: ImportId, version: Option<i64>) -> Outcome<Self> {
        let record = store::hold(tx, id, ctx.actor.person).await?.ok_or(Refusal::NotFound)?;
        if record.committed_at.is_some() {
            return Err(Refusal::conflict("already_committed", "这份台账已经导入，不能重复导入或修改。"));
        }
        if version.is_some_and(|version| version != record.version) {
            return Err(Refusal::Stale);
        }
        Self::of(record)
    }

    async fn save(mut self, tx: &mut Tx) -> Outcome<Self> {
        store::save(tx, self.record.id, &json(&self.mapping)?, &json(&self.choices)?).await?;
        self.record.version += 1;
        Ok(self)
    }

    /// What the heading of rows without a document is called.
    pub(super) fn file_title(&self) -> String {
        let name = self.record.file_name.as_str();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
    }
}

fn parsed<T: DeserializeOwned>(text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(Refusal::internal)
}

fn json<T: Serialize>(value: &T) -> Outcome<String> {
    serde_json::to_string(value).map_err(Refusal::internal)
}

/// An import as it would be committed now.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) ledger: Ledger,
    pub(super) kinds: Vec<SourceKind>,
    pub(super) entries: Vec<Entry>,
    pub(super) units: Vec<ImportUnit>,
}

impl Prepared {
    /// Works out what every row would become now.
    pub(super) async fn of(tx: &mut Tx, ctx: &Ctx, ledger: Ledger) -> Outcome<Self> {
        let kinds = kinds::in_use(tx, ctx).await?;
        let mut entries = rows::read(&ledger.sheet, &ledger.mapping, &kinds, &ctx.calendar, ctx.today());
        let units = units::resolve(tx, ctx, &entries, &ledger.choices).await?;
        units::settle(&mut entries, &units, ledger.mapping.first_co_as_lead);
        Ok(Self { ledger, kinds, entries, units })
    }

    /// Problems of this severity.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.entries.iter().flat_map(|entry| &entry.problems).filter(|problem| problem.severity == severity).count()
    }

    /// Rows that become tasks.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.excluded)
    }

    /// Whether nothing stands in the way of the commit.
    pub(super) fn is_ready(&self) -> bool {
        self.kept().next().is_some() && self.count(Severity::Error) == 0 && self.units.iter().all(|unit| unit.choice.is_some())
    }

    fn shown(self) -> TaskImport {
        let (errors, warnings, ready) = (self.count(Severity::Error), self.count(Severity::Warning), self.is_ready());
        let row_count = self.kept().count();
        let Self { ledger, entries, units, .. } = self;
        let file_title = ledger.file_title();
        let committed = ledger.record.committed_at.is_some();
        let Ledger { record, sheet, mapping, choices } = ledger;
        let sample = sheet.rows.iter().take(SAMPLE_ROWS).map(|row| row.cells.iter().map(|cell| sampled(cell)).collect()).collect();
        TaskImport {
            id: record.id,
            version: record.version,
            file_name: record.file_name,
            sheet_name: sheet.name,
            other_sheets: sheet.other_sheets,
            columns: sheet.columns,
            sample,
            mapping,
            rows: entries.into_iter().map(|entry| row(entry, &file_title)).collect(),
            row_count,
            errors,
            warnings,
            units,
            parent_unit_id: choices.parent,
            ready: ready && !committed,
            committed,
        }
    }
}

fn row(entry: Entry, file_title: &str) -> TaskImportRow {
    TaskImportRow {
        row: entry.row,
        group: entry.group.unwrap_or_else(|| file_title.to_owned()),
        title: entry.title,
        lead: entry.lead,
        co: entry.co,
        due_day: entry.due.day,
        due_note: entry.due.note,
        excluded: entry.excluded,
        problems: entry.problems,
    }
}

fn sampled(cell: &str) -> String {
    if cell.chars().count() > SAMPLE_CHARS { cell.chars().take(SAMPLE_CHARS).chain(['…']).collect() } else { cell.to_owned() }
}

/// Keeps a sheet with the mapping its headings suggest.
pub(super) async fn take_in(tx: &mut Tx, ctx: &Ctx, file_name: &str, sheet: Sheet) -> Outcome<TaskImport> {
    let kinds = kinds::in_use(tx, ctx).await?;
    let mut mapping = guess::mapping(&sheet.columns);
    // A guess that cannot be right is none.
    if let Err(Refusal::Invalid(wrong)) = rows::check(&sheet, &mapping, &kinds, &ctx.calendar, ctx.today()).finish() {
        for error in wrong {
            match error.field.as_str() {
                "lead" => mapping.lead = None,
                "co" => mapping.co = None,
                "group" => mapping.group = None,
                _ => {}
            }
        }
    }
    let record = ImportRecord {
        id: ImportId::new(&ctx.rng, ctx.now()),
        file_name: file_name.to_owned(),
        content: json(&sheet)?,
        mapping: json(&mapping)?,
        choices: json(&Choices::default())?,
        committed_at: None,
        version: 1,
    };
    store::insert(tx, &record, ctx.actor.person, ctx.now()).await?;
    let ledger = Ledger { record, sheet, mapping, choices: Choices::default() };
    Ok(Prepared::of(tx, ctx, ledger).await?.shown())
}

/// The actor's own import as it stands; what others uploaded is not there.
pub(super) async fn show(tx: &mut Tx, ctx: &Ctx, id: ImportId) -> Outcome<TaskImport> {
    let record = store::find(tx, id, ctx.actor.person).await?.ok_or(Refusal::NotFound)?;
    Ok(Prepared::of(tx, ctx, Ledger::of(record)?).await?.shown())
}

/// A row as it is compared with what has been asked for before.
#[derive(Clone, Debug)]
pub struct ImportedAsking {
    /// Its number in the sheet.
    pub row: u32,
    /// What it would be called.
    pub title: String,
    /// What it would demand.
    pub demand: String,
    /// The units there are that would lead it.
    pub leads: Vec<UnitId>,
}

/// Some rows of the actor's own import that would become tasks, from after a row on, and after which row it goes on; what others
/// uploaded is not there.
pub async fn askings_of_import(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ImportId,
    after: u32,
    limit: usize,
) -> Outcome<(Vec<ImportedAsking>, Option<u32>)> {
    let record = store::find(tx, id, ctx.actor.person).await?.ok_or(Refusal::NotFound)?;
    let prepared = Prepared::of(tx, ctx, Ledger::of(record)?).await?;
    let units: HashMap<&str, UnitId> =
        prepared.units.iter().filter_map(|unit| Some((unit.name.as_str(), unit.unit.as_ref()?.id))).collect();
    let mut entries = prepared.kept().filter(|entry| entry.row > after).peekable();
    let asking = |entry: &Entry| ImportedAsking {
        row: entry.row,
        title: entry.title.clone(),
        demand: entry.demand.clone(),
        leads: entry.lead.iter().filter_map(|name| units.get(name.as_str()).copied()).collect(),
    };
    let some: Vec<ImportedAsking> = entries.by_ref().take(limit).map(asking).collect();
    let next = entries.peek().and(some.last()).map(|last| last.row);
    Ok((some, next))
}

/// Says which column is what. What was chosen for unit names stays, for those that are still there.
pub(super) async fn map(tx: &mut Tx, ctx: &Ctx, id: ImportId, version: Option<i64>, mut mapping: Mapping) -> Outcome<TaskImport> {
    let mut ledger = Ledger::open(tx, ctx, id, version).await?;
    let kinds = kinds::in_use(tx, ctx).await?;
    rows::check(&ledger.sheet, &mapping, &kinds, &ctx.calendar, ctx.today()).finish()?;
    mapping.default_due = mapping.default_due.map(|words| words.trim().to_owned()).filter(|words| !words.is_empty());
    mapping.excluded_rows.retain(|number| ledger.sheet.rows.iter().any(|row| row.number == *number));
    mapping.excluded_rows.sort_unstable();
    mapping.excluded_rows.dedup();
    ledger.mapping = mapping;
    let ledger = ledger.save(tx).await?;
    Ok(Prepared::of(tx, ctx, ledger).await?.shown())
}

/// Says which unit is meant by each name; names that are not given are looked up again.
pub(super) async fn choose(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ImportId,
    version: Option<i64>,
    given: &HashMap<String, UnitChoice>,
    parent: Option<UnitId>,
) -> Outcome<TaskImport> {
    let ledger = Ledger::open(tx, ctx, id, version).await?;
    let mut prepared = Prepared::of(tx, ctx, ledger).await?;
    let active: Vec<UnitId> = org::list_units(tx, ctx).await?.into_iter().filter(|unit| unit.active).map(|unit| unit.id).collect();
    let mut fields = Fields::default();
    let mut choices = Choices { parent, ..Choices::default() };
    if parent.is_some_and(|parent| !active.contains(&parent)) {
        fields.add("parent_unit_id", "上级单位不存在或已停用");
    }
    for (name, choice) in given {
        let field = format!("choices.{name}");
        if !prepared.units.iter().any(|unit| unit.name == *name) {
            fields.add(&field, "台账中没有这个单位名称");
            continue;
        }
        let made = match (choice.unit_id, choice.create, choice.ignore) {
            (Some(unit), false, false) if active.contains(&unit) => Choice::Match(unit),
            (Some(_), false, false) => {
                fields.add(&field, say!("“{name}”所选的单位不存在或已停用"));
                continue;
            }
            (None, true, false) if name.chars().count() > units::MAX_UNIT_NAME => {
                fields.add(&field, say!("单位名称最多 {max} 个字；请选择已有单位，或忽略", max = units::MAX_UNIT_NAME));
                continue;
            }
            (None, true, false) => Choice::Create,
            (None, false, true) => Choice::Ignore,
            (None, false, false) => continue,
            _ => {
                fields.add(&field, say!("“{name}”只能选一种：对应已有单位、新建或忽略"));
                continue;
            }
        };
        choices.by_name.insert(name.clone(), made);
    }
    fields.finish()?;
    prepared.ledger.choices = choices;
    let ledger = prepared.ledger.save(tx).await?;
    Ok(Prepared::of(tx, ctx, ledger).await?.shown())
}

/// Names of units that are to be made.
pub(super) fn to_create(units: &[ImportUnit]) -> impl Iterator<Item = &ImportUnit> {
    units.iter().filter(|unit| unit.choice == Some(UnitChoiceKind::Create))
}
