use std::collections::BTreeMap;

use kit::{Day, id_types, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wording::Words;

use crate::{
    org::{UnitId, UnitRef},
    tasks::TaskId,
};

id_types! {
    /// A ledger that is being, or has been, taken in.
    ImportId,
}

/// Which column is what, by its heading, and what holds for all rows.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, ToSchema)]
pub(super) struct Mapping {
    /// The task. Its title is cut from this text; without a column of its own for the demand the whole text goes there.
    pub title: Option<String>,
    /// What is demanded; may be the same column as the title.
    pub demand: Option<String>,
    /// The source document: rows with the same one share a heading.
    pub group: Option<String>,
    /// The clause.
    pub clause: Option<String>,
    /// Lead units; the first leads, further ones lead with it.
    pub lead: Option<String>,
    /// Units that take part.
    pub co: Option<String>,
    /// Due words or days.
    pub due: Option<String>,
    /// Importance.
    pub importance: Option<String>,
    /// Where each row's task comes from, by name or code; blank cells and unknown names are of `source_kind`.
    pub source_kind_column: Option<String>,
    /// Fields of the kind, by code, each with its column. Rows of another kind take those that it has, too.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Tags, several in a cell set apart by 、 or commas.
    #[serde(default)]
    pub tags: Option<String>,
    /// Where the tasks come from: a code of `/source-kinds`.
    pub source_kind: String,
    /// Where no lead unit is given, the first of the others leads.
    pub first_co_as_lead: bool,
    /// Due words for rows without any.
    pub default_due: Option<String>,
    /// The day due words are read from; today when missing.
    pub from_day: Option<Day>,
    /// Rows that are left out, by their numbers in the sheet.
    #[serde(default)]
    pub excluded_rows: Vec<u32>,
}

impl Default for Mapping {
    fn default() -> Self {
        Self {
            title: None,
            demand: None,
            group: None,
            clause: None,
            lead: None,
            co: None,
            due: None,
            importance: None,
            source_kind_column: None,
            fields: BTreeMap::new(),
            tags: None,
            source_kind: "superior_deployment".to_owned(),
            first_co_as_lead: false,
            default_due: None,
            from_day: None,
            excluded_rows: Vec::new(),
        }
    }
}

/// What a person decided about one unit name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Choice {
    Match(UnitId),
    Create,
    Ignore,
}

/// What was decided about the unit names of a sheet.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Choices {
    pub(super) by_name: BTreeMap<String, Choice>,
    /// Where new units are put; the root when missing.
    pub(super) parent: Option<UnitId>,
}

/// What is meant by one unit name: exactly one of the three.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitChoice {
    /// This unit.
    pub(super) unit_id: Option<UnitId>,
    /// A unit that is made when the import is committed.
    #[serde(default)]
    pub(super) create: bool,
    /// Nobody.
    #[serde(default)]
    pub(super) ignore: bool,
}

text_enum! {
    /// What becomes of a unit name.
    UnitChoiceKind {
        Match = "match", "对应已有单位";
        Create = "create", "新建单位";
        Ignore = "ignore", "忽略";
    }
}

text_enum! {
    /// How bad a row's problem is.
    Severity {
        Error = "error", "错误";
        Warning = "warning", "提示";
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RowProblem {
    /// Which part: a field of the mapping, or `row`.
    pub field: &'static str,
    /// What is wrong.
    pub message: Words,
    /// Errors keep the import from being committed.
    pub severity: Severity,
}

/// A row as the task it will become.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TaskImportRow {
    /// Its number in the sheet as the user sees it.
    pub row: u32,
    /// The heading it goes under.
    pub group: String,
    /// Its title.
    pub title: String,
    /// Who leads, by the names in the sheet, those that are ignored left out.
    pub lead: Vec<String>,
    /// Who takes part.
    pub co: Vec<String>,
    /// When it is due.
    pub due_day: Option<Day>,
    /// How the due day came about, or the words that were not understood.
    pub due_note: Option<Words>,
    /// It is left out.
    pub excluded: bool,
    /// What is wrong with it.
    pub problems: Vec<RowProblem>,
}

/// A unit name of the sheet.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ImportUnit {
    /// The name, cleaned.
    pub name: String,
    /// In how many rows it stands.
    pub rows: i64,
    /// The unit that is meant.
    pub unit: Option<UnitRef>,
    /// What becomes of it; nothing as long as nobody has decided.
    pub choice: Option<UnitChoiceKind>,
    /// Units with similar names.
    pub suggestions: Vec<UnitRef>,
}

/// A ledger on its way in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TaskImport {
    /// Its id.
    pub id: ImportId,
    /// Counts changes of mapping and choices.
    pub version: i64,
    /// The file it was read from.
    pub file_name: String,
    /// The sheet that was read.
    pub sheet_name: String,
    /// Other sheets of the file, which were not read.
    pub other_sheets: Vec<String>,
    /// Headings.
    pub columns: Vec<String>,
    /// The first rows, long texts cut.
    pub sample: Vec<Vec<String>>,
    /// Which column is what.
    pub mapping: Mapping,
    /// Every row.
    pub rows: Vec<TaskImportRow>,
    /// How many rows will be made tasks.
    pub row_count: usize,
    /// How many errors there are.
    pub errors: usize,
    /// How many warnings there are.
    pub warnings: usize,
    /// Every unit name.
    pub units: Vec<ImportUnit>,
    /// Where new units are put; the root when missing.
    pub parent_unit_id: Option<UnitId>,
    /// It can be committed: no errors, every unit decided.
    pub ready: bool,
    /// It has been committed.
    pub committed: bool,
}

/// What a commit made.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(super) struct ImportOutcome {
    /// The headings, in the order of the sheet.
    pub root_ids: Vec<TaskId>,
    /// How many rows became tasks, the headings not counted.
    pub created: i64,
    /// How many of them went out.
    pub dispatched: i64,
    /// How many of them wait for approval, as their kind of source demands.
    pub awaiting_approval: i64,
    /// How many units were made.
    pub units_created: i64,
}
